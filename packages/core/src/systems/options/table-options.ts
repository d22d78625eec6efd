import { choice, type Field } from './fields.js'

const ofColumns = { kind: 'names', unit: 'A,B,…', range: 'column names', source: '' } as const

/** Which of two numbers is the day: also of times of snapshots. */
export const dateOrderField: Field = {
  name: 'dateOrder',
  label: 'Dates such as 3/4/2024',
  ...choice('day-first', 'month-first'),
  default: 'as rows show it',
  sentence: 'Which comes first in dates such as 3/4/2024, where no row of the column tells, or rows disagree.'
}

/** Options of reading a table, each described once. */
export const tableFields: readonly Field[] = [
  {
    name: 'types',
    kind: 'pairs',
    unit: 'NAME=KIND,…',
    range: 'NAME=KIND pairs',
    default: 'inferred',
    sentence:
      'Kinds of columns: number, integer, category, boolean, datetime or identifier; or made up: name, first-name, last-name, username, email, phone, street, city, postcode, country, company, job.'
  },
  { ...ofColumns, name: 'columns', default: 'all', sentence: 'Uses only these columns.' },
  { ...ofColumns, name: 'exclude', default: 'none', sentence: 'Leaves these columns out.' },
  {
    name: 'missing',
    label: 'Words for missing cells',
    kind: 'names',
    unit: 'WORD,…',
    range: 'words',
    default: 'empty cell, NA, N/A, null',
    sentence: 'More words that stand for a missing value, e.g. NaN.'
  },
  {
    name: 'decimal',
    label: 'Decimal mark',
    ...choice('point', 'comma'),
    default: 'as other columns have it',
    sentence: 'What parts decimals where nothing in a column tells, as in 1,234.'
  },
  dateOrderField,
  {
    name: 'weights',
    label: 'Weights of rows',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of numbers',
    default: 'equal weights',
    excludes: [{ beside: ['local'] }],
    sentence: 'Uses this column as row weights; it is not modelled and written as 1.'
  }
]
