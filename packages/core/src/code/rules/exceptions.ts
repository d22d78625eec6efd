import { type Key, keyFor, uniforms } from '../../num/random.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { isNumeric } from '../../table/table.js'
import { keyAt } from './lookup-table.js'
import { DAY } from './quantity.js'
import { breachOf, columnIn, expressionAt, formatIn, quantityIn, startAt, type WrittenTable } from './rows-of-rule.js'
import { openOf, type Rule } from './rule.js'

/** Rows of the data that a rule does not hold in, and what their column is instead. Plain data. */
export interface Exceptions {
  /** Places in the data, from 0. */
  readonly rows: readonly number[]
  /** Rows of the data. */
  readonly of: number
  /**
   * Of each: what is added to a formula's value or to the greatest start of an order, in the column's units (milliseconds of
   * dates), or the value that is not looked up; null for a gap.
   */
  readonly values: readonly CellValue[]
  /** Of numbers that are never negative: which part of a formula's value or of the greatest start each is, where that is positive; in the place of what would be added to come below 0. */
  readonly parts?: readonly (number | null)[] | undefined
  /** Of lookups: what the rows had that looks up, and how many rows of the data have it. */
  readonly keys?: readonly { readonly cells: readonly CellValue[]; readonly count: number }[] | undefined
}

/** A row whose exception is one of the list. */
export interface Exception {
  readonly value: CellValue
  readonly part?: number | undefined
}

type Bendable = Extract<Rule, { kind: 'formula' | 'order' | 'lookup' }>

/** Rules that may have exceptions: what a threshold or a gap says of a row is said by two columns alike, and a rule that leaves its column open has them. */
export const bends = (rule: Rule): rule is Bendable =>
  (rule.kind === 'formula' || rule.kind === 'order' || rule.kind === 'lookup') && openOf(rule) === undefined

/** The rows that break a rule; undefined where one of them cannot be told from what the rule says, as where an input is missing. */
export function exceptionsOf(rule: Bendable, data: WrittenTable): Exceptions | undefined {
  const rows = breachOf(rule, data)?.rows ?? []
  const column = columnIn(data, rule.column)
  const cell = cellAt(column)
  if (rule.kind === 'lookup') {
    const cells = keyAt(data.table, rule)
    const counts = new Map<string, number>()
    for (let i = 0; i < data.table.rowCount; i++) counts.set(nameOf(cells(i)), (counts.get(nameOf(cells(i))) ?? 0) + 1)
    const keys = rows.map((i) => ({ cells: cells(i), count: counts.get(nameOf(cells(i)))! }))
    return { rows, of: data.table.rowCount, values: rows.map(cell), keys }
  }
  const scale = column.kind === 'datetime' ? DAY : 1
  const at = rule.kind === 'formula' ? expressionAt(rule.expression, data) : startAt(rule.low, formatIn(data, rule.column), data)
  const { values } = quantityIn(data, rule.column)
  const rest = rows.map((i) => (Number.isNaN(values[i]!) ? null : Number(((values[i]! - at(i)) * scale).toPrecision(12))))
  if (!isNumeric(column) || rows.some((i) => Number.isNaN(at(i)))) return undefined
  if (column.kind === 'datetime' || values.some((x) => x < 0)) return { rows, of: data.table.rowCount, values: rest }
  const parts = rows.map((i) => (values[i]! >= 0 && at(i) > 0 ? Number((values[i]! / at(i)).toPrecision(12)) : null))
  return { rows, of: data.table.rowCount, values: rest, parts }
}

const nameOf = (cells: readonly CellValue[]): string => JSON.stringify(cells)

interface Drawn {
  readonly rowCount: number
  /** Absent: the exceptions are those of the data, in its own rows. */
  readonly key: Key | undefined
  /** Counter of each row's randomness; its place under the key when left out. */
  readonly chains?: Uint32Array | undefined
  /** Of a stretch of a longer draw: rows before it. */
  readonly first?: number | undefined
  /** What a row looks up by. */
  readonly cells: (row: number) => readonly CellValue[]
}

/**
 * Which rows are exceptions, and of what sort: as often as in the data, each row by itself; of lookups, as often among rows that
 * look up the same.
 */
export function exceptionAt(
  exceptions: Exceptions,
  { rowCount, key, chains, first, cells }: Drawn
): (row: number) => Exception | undefined {
  const { rows, of, values, keys, parts } = exceptions
  if (!key) {
    const known = new Map(of === rowCount ? rows.map((row, k) => [row, { value: values[k]!, part: parts?.[k] ?? undefined }] as const) : [])
    return (i) => known.get(i)
  }
  const own = keyFor(key, 'exceptions')
  const chances = chains ? Float64Array.from(chains, (chain) => uniforms(own, 1, chain)[0]!) : uniforms(own, rowCount, 0, first)
  const some = (i: number, list: readonly CellValue[], all: number) => {
    const place = Math.floor(chances[i]! * all)
    return list[place] === undefined ? undefined : { value: list[place], part: keys ? undefined : (parts?.[place] ?? undefined) }
  }
  if (!keys) return (i) => some(i, values, of)
  const byKey = new Map<string, { readonly count: number; readonly values: CellValue[] }>()
  for (const [k, one] of keys.entries()) {
    const entry = byKey.get(nameOf(one.cells)) ?? { count: one.count, values: [] }
    entry.values.push(values[k]!)
    byKey.set(nameOf(one.cells), entry)
  }
  return (i) => {
    const entry = byKey.get(nameOf(cells(i)))
    return entry && some(i, entry.values, entry.count)
  }
}
