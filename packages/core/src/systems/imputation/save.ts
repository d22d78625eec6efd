import { derives, type KeptRules, thereOf } from '../../code/rules/kept-rules.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  damaged,
  entryIn,
  exactly,
  expectKind,
  float64Array,
  list,
  measured,
  number,
  optional,
  record,
  SCALED,
  sumToOne,
  text,
  uint8Array,
  variant,
  whole,
  word
} from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import type { Lattice } from '../../table/lattice.js'
import { LAST_TIME } from '../../table/present.js'
import { ATOM_SHARE } from '../../table/recurring.js'
import type { ColumnKind } from '../../table/table.js'
import { columnFormat, readingIn, UNSCALED } from '../encoder-file.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import { type CodedColumn, type Coding, widthOf } from './coding.js'
import type { ImputationModel, ImputationSummary } from './model.js'
import type { Donors } from './row-law.js'

/** Model → contents of a model file. */
export function saveImputation({ coding, kinds, donors, rules, reading, summary }: ImputationModel): ModelContents {
  const meta = { coding, kinds, reading, summary }
  const arrays = { completed: donors.completed.data, known: donors.known, weights: donors.weights }
  return withEntry(withRules({ kind: 'imputation', meta, arrays }, rules), 'drawn', rules && drawnBeside(rules))
}

/** Columns that no rule derives, and the gaps that stand in place of those that an order bounds, and what says where a rule holds that leaves its column open. */
function drawnBeside({ rules, columns }: KeptRules): string[] {
  const derived = new Set(rules.filter(derives).map(({ column }) => column))
  const gaps = rules.flatMap((rule) => (rule.kind === 'order' ? [rule.gap] : (thereOf(rule)?.column ?? [])))
  return [...columns.map(({ name }) => name).filter((name) => !derived.has(name)), ...gaps]
}

type Coded<C extends CodedColumn['carries']> = Extract<CodedColumn, { carries: C }>

const coded = variant<CodedColumn>('carries', {
  number: record<Coded<'number'>>({
    carries: word('number'),
    name: text,
    at: whole(),
    centre: number(UNSCALED),
    scale: number({ above: 0, most: 1e200 }),
    low: number(UNSCALED),
    high: number(UNSCALED),
    values: optional(list(number(UNSCALED))),
    lattice: optional(record<Lattice>({ step: whole({ least: 1 }), unit: whole({ least: 1 }) })),
    spikes: optional(list(number(UNSCALED))),
    scores: optional(
      record<NonNullable<Coded<'number'>['scores']>>({ knots: list(number(UNSCALED)), spread: number({ above: 0, most: 10 }) })
    )
  }),
  levels: record<Coded<'levels'>>({ carries: word('levels'), name: text, at: whole(), levels: list(text) }),
  constant: record<Coded<'constant'>>({ carries: word('constant'), name: text, value: number(UNSCALED) }),
  nothing: record<Coded<'nothing'>>({ carries: word('nothing'), name: text })
})

const kind = record<ImputationModel['kinds'][number]>({
  name: text,
  kind: word('number', 'integer', 'category', 'boolean', 'datetime', 'identifier'),
  levels: optional(list(text))
})

const summaryIn = record<ImputationSummary>({
  rowCount: whole({ least: 1 }),
  donorCount: whole({ least: 1 }),
  epsilon: number(BANDWIDTH),
  ridge: number({ least: 0 }),
  masking: record<ImputationSummary['masking']>({
    tried: list(record<ImputationSummary['masking']['tried'][number]>({ epsilon: measured, ridge: measured, error: measured })),
    columns: list(record<ImputationSummary['masking']['columns'][number]>({ name: text, error: measured, cells: whole() }))
  }),
  gaps: list(record<ImputationSummary['gaps'][number]>({ name: text, missing: whole() })),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadImputation(contents: ModelContents): ImputationModel {
  expectKind(contents, 'imputation')
  const { coding, kinds, reading } = rowsModelIn(contents)
  const { summary } = record<Pick<ImputationModel, 'summary'>>({ summary: summaryIn })(contents.meta, 'meta')
  const rules = keptRulesIn(contents, entryIn(contents, 'drawn', list(text)) ?? [])
  return { coding, kinds, donors: donorsIn(contents, summary.donorCount, coding), rules, reading, summary }
}

/** How rows are read and coded. */
export function rowsModelIn({ meta }: ModelContents): Pick<ImputationModel, 'coding' | 'kinds' | 'reading'> {
  const { coding, kinds, reading } = record<Pick<ImputationModel, 'coding' | 'kinds' | 'reading'>>({
    coding: record<Coding>({ columns: list(coded), formats: list(columnFormat), width: whole() }),
    kinds: list(kind),
    reading: readingIn
  })(meta, 'meta')
  checkCoding(coding, kinds)
  return { coding, kinds, reading }
}

function checkCoding({ columns, formats, width }: Coding, kinds: ImputationModel['kinds']): void {
  exactly(columns.length)(formats.length, 'meta.coding.formats.length')
  exactly(columns.length)(kinds.length, 'meta.kinds.length')
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw damaged('a model with two columns of one name', 'distinct names')
  let at = 0
  for (const [c, column] of columns.entries()) {
    const field = `meta.coding.columns[${c}]`
    word(column.name)(formats[c]!.name, `${field}.name`)
    word(column.name)(kinds[c]!.name, `${field}.name`)
    word(kinds[c]!.kind)(formats[c]!.kind, `${field}.kind`)
    checkColumn(column, kinds[c]!, field)
    if (column.carries === 'number' || column.carries === 'levels') exactly(at)(column.at, `${field}.at`)
    at += widthOf(column)
  }
  exactly(at)(width, 'meta.coding.width')
}

const NUMERIC: readonly ColumnKind[] = ['number', 'integer', 'datetime']

function checkColumn(column: CodedColumn, { kind: own, levels }: ImputationModel['kinds'][number], field: string): void {
  if (column.carries === 'nothing') return
  const isNumber = column.carries !== 'levels'
  if (isNumber !== NUMERIC.includes(own) || own === 'identifier')
    throw damaged(`a model with ${field}, of kind ${own}, carried as ${column.carries}`, 'a kind that fits')
  if (column.carries === 'levels') {
    exactly(column.levels.length)(levels?.length, `${field}.levels.length`)
    whole({ least: 1 })(column.levels.length, `${field}.levels.length`)
    if (column.levels.some((level, k) => level !== levels![k]))
      throw damaged(`a model with ${field} of other levels than its kind`, 'the same')
  }
  // A mean of the range: far outside, coordinates of rows would have no size.
  if (column.carries === 'number') number({ least: column.low, most: column.high })(column.centre, `${field}.centre`)
  if (own === 'datetime') {
    const time = number({ least: -LAST_TIME, most: LAST_TIME })
    if (column.carries === 'constant') time(column.value, `${field}.value`)
    if (column.carries === 'number') for (const name of ['low', 'high'] as const) time(column[name], `${field}.${name}`)
  }
  if (column.carries === 'number' && column.values && !column.values.every((x, k) => k === 0 || x > column.values![k - 1]!))
    throw damaged(`a model with ${field}.values that do not rise`, 'values in their order')
  if (column.carries === 'number' && column.values?.length === 0) throw damaged(`a model with ${field} of no values`, 'its values')
  if (column.carries === 'number' && column.spikes) checkSpikes(column.spikes, column, `${field}.spikes`)
  if (column.carries === 'number' && column.scores) checkKnots(column.scores.knots, column, `${field}.scores.knots`)
}

/** Spikes rise, within the range of the column. */
function checkSpikes(spikes: readonly number[], { low, high }: Coded<'number'>, field: string): void {
  whole({ least: 1, most: 1 / ATOM_SHARE })(spikes.length, `${field}.length`)
  if (spikes.some((x, k) => x > high || (k === 0 ? x < low : x <= spikes[k - 1]!)))
    throw damaged(`a model with ${field} that do not rise from ${low} to ${high}`, 'values in their order')
}

/** Knots of normal scores: they rise from the smallest value to the largest. */
function checkKnots(knots: readonly number[], { low, high }: Coded<'number'>, field: string): void {
  whole({ least: 2 })(knots.length, `${field}.length`)
  if (knots[0] !== low || knots[knots.length - 1] !== high)
    throw damaged(
      `a model with ${field} from ${knots[0]} to ${knots[knots.length - 1]}`,
      `values from ${low} to ${high}, the range of the column`
    )
  if (knots.some((x, k) => k > 0 && x < knots[k - 1]!)) throw damaged(`a model with ${field} that fall`, 'values in their order')
}

/** Completed rows, which of their coordinates were known, and weights. */
export function donorsIn({ arrays }: ModelContents, count: number, { width }: Coding): Donors {
  const known = uint8Array(arrays, 'known')
  exactly(count * width)(known.length, 'known.length')
  if (known.some((mark) => mark > 1)) throw damaged('a model whose known are not 0 and 1', 'marks of known cells')
  const weights = float64Array(arrays, 'weights', count, { least: 0, most: 1 })
  sumToOne(weights, 'a model whose weights sum')
  return { completed: matrix(count, width, float64Array(arrays, 'completed', count * width, SCALED)), known, weights }
}
