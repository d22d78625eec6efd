import type { Field } from '../options/fields.js'

/** What single tables are drawn without. */
const SEVERAL = 'an input of several tables: a folder, or a database'

/** The options of several tables, each described once. */
export const schemaFields: readonly Field[] = [
  {
    name: 'keys',
    kind: 'text',
    unit: 'TABLE.COLUMN -> TABLE.COLUMN',
    range: `keys between commas, with ${SEVERAL}, e.g. 'orders.customer_id -> customers.id'; repeatable`,
    default: 'what the schema of a database says, else what is found',
    repeatable: true,
    sentence: 'Foreign keys: every value of the first column is one of the second, which is different in every row.'
  },
  {
    name: 'orphans',
    kind: 'choice',
    range: `empty or refuse, with ${SEVERAL}`,
    default: 'empty',
    choices: ['empty', 'refuse'],
    sentence: 'What becomes of rows whose key leads nowhere: as many new rows have an empty key, or the run is refused.'
  },
  {
    name: 'keep',
    kind: 'text',
    unit: 'TABLE',
    range: `names of tables between commas, with ${SEVERAL}; repeatable`,
    default: 'none',
    repeatable: true,
    sentence: 'Tables that stay as they are, as lists of roles or countries that others refer to, with all keys into them.'
  },
  {
    name: 'pseudonyms',
    kind: 'choice',
    range: `form or numbers, with ${SEVERAL}`,
    default: 'form',
    choices: ['form', 'numbers'],
    sentence:
      'What stands for keys in new rows, the same in every table that refers to them: new values of the form of the data, or running numbers from 1.'
  },
  {
    name: 'scale',
    kind: 'number',
    unit: 'times the rows of the data',
    range: `a number above 0, with ${SEVERAL}`,
    default: '1',
    minimum: Number.MIN_VALUE,
    maximum: 1_000_000,
    sentence: 'How many rows tables have that refer to no other; those of the others follow from theirs.'
  }
]

/** Options of draws, which models are asked for too. */
export const SCHEMA_DRAWS: readonly string[] = ['scale', 'pseudonyms']

/** Options of fits of tables that hold for each of several. */
export const EACH_TABLE = ['bandwidth', 'scaling', 'missing', 'minCell', 'text', 'rules'] as const

/** What a fit of several tables may be told. */
export const SCHEMA_OPTIONS: readonly string[] = [...EACH_TABLE, 'keys', 'orphans', 'keep', 'seed']
