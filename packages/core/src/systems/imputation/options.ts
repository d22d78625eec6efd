import { BANDWIDTH, choice, type Field, SWITCH, whole } from '../options/fields.js'
import { tableFields } from '../options/table-options.js'
import { ruleFields } from '../rules/rule-options.js'

const VAN_BUUREN = 'van Buuren 2018'

/** Options of learning how gaps are filled, each described once. */
export const imputationFields: readonly Field[] = [
  {
    name: 'bandwidth',
    label: 'Bandwidth ε',
    ...BANDWIDTH,
    sentence: 'How near rows count when gaps are filled: kernel bandwidth ε over all coordinates; auto fills masked cells best.',
    source: ''
  }
]

/** Options of filling. */
export const fillFields: readonly Field[] = [
  {
    name: 'as',
    label: 'Fill with',
    ...choice('draw', 'mean', 'median'),
    default: 'draw',
    excludes: [
      { value: 'mean', beside: ['draws'], because: 'one fill: means do not vary' },
      { value: 'median', beside: ['draws'], because: 'one fill: medians do not vary' }
    ],
    sentence:
      'What a gap is filled with: a draw, with which columns keep their spreads and associations; the mean or the median, which are nearest on average. Categories have the likeliest level in place of both.',
    source: VAN_BUUREN
  },
  {
    name: 'draws',
    label: 'Fills of every gap',
    ...whole(1, 1000),
    unit: 'fills',
    default: 'one, without the column',
    sentence: 'Multiple imputation: fills all rows so many times, one table below the other, with a column draw that says which.',
    source: 'Rubin 1987'
  },
  {
    name: 'flag',
    label: 'Add a column of what was filled',
    ...SWITCH,
    sentence: 'Adds a column filled: the names of the columns that were filled in the row, between semicolons.'
  }
]

/** The options of a fit in the rooms' order: its own, those of tables, and of their rules. */
export const imputationFitFields: readonly Field[] = [
  ...imputationFields,
  ...tableFields,
  ...ruleFields.map(({ excludes, ...field }) => ({
    ...field,
    default: field.name === 'rules' ? 'auto' : field.default,
    ...(field.name === 'rule' ? { excludes: excludes!.filter(({ beside }) => beside.includes('rules=off')) } : {})
  }))
]
