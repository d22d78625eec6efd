import { keyFromSeed, permutation } from '../../num/random.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { isBeyondChance } from './chance.js'
import { DAY } from './quantity.js'

/** Two columns between whose values a row has something for itself, as a guest a room: no other one begins before it ends. Plain data. */
export interface Exclusive<Key> {
  /** What says which rows have the same. */
  readonly key: Key
  readonly start: string
  readonly end: string
  /** Milliseconds from the end of one to the start of the next, at least. */
  readonly apart: number
}

/** Fewer rows behind one another are no support for a rule, as everywhere (docs/how-rules-are-found.md). */
export const LEAST_ROWS = 30

/** Where rows lead by a key; −1 for none [n]. */
interface Led<Key> {
  readonly key: Key
  readonly rowOf: Int32Array
}

/** When rows begin and end; those without an end never do [n]. */
export interface Spans {
  readonly starts: Float64Array
  readonly ends: Float64Array
}

/**
 * Of which rows no two that refer to the same row are at the same time, where rows that refer to others would hardly be so: by each key the pair of dates
 * that lie farthest apart. Cost O(keys · dates² · rows log rows).
 */
export function findExclusive<Key>({ columns }: Table, led: readonly Led<Key>[]): Exclusive<Key>[] {
  const dates = columns.filter((column): column is NumericColumn => column.kind === 'datetime')
  const pairs = dates.flatMap((start) =>
    start.missing ? [] : dates.flatMap((end) => (end !== start && areSpans(start, end) ? [{ start, end, ...spans(start, end) }] : []))
  )
  const candidates = pairs.length * led.length
  return led.flatMap(({ key, rowOf }) => {
    const found = pairs.flatMap(({ start, end, starts, ends }): (Exclusive<Key> & { readonly length: number })[] => {
      const apart = apartBeyondChance({ starts, ends }, rowOf, candidates)
      return apart === undefined ? [] : [{ key, start: start.name, end: end.name, apart, length: lengthOf({ starts, ends }) }]
    })
    const [longest] = found.sort((a, b) => b.length - a.length)
    if (!longest) return []
    const { length: _length, ...law } = longest
    return [law]
  })
}

/** How far apart all rows of one thing are at least, if no two are at the same time and rows of others would hardly be so. Cost O(rows log rows). */
export function apartBeyondChance(own: Spans, rowOf: Int32Array, candidates: number): number | undefined {
  const gaps = gapsBetween(own, rowOf)
  const apart = gaps.reduce((least, gap) => Math.min(least, gap), Number.POSITIVE_INFINITY)
  if (gaps.length < LEAST_ROWS || apart < 0) return undefined
  const mixed = gapsBetween(own, shuffled(rowOf))
  const rate = (1 + mixed.filter((gap) => gap >= apart).length) / (2 + mixed.length)
  return isBeyondChance({ rate, times: gaps.length, candidates }) ? apart : undefined
}

export const areSpans = (start: NumericColumn, end: NumericColumn): boolean =>
  end.values.every((value, i) => end.missing?.[i] || value >= start.values[i]!) &&
  end.values.some((value, i) => !end.missing?.[i] && value > start.values[i]!)

export const spans = (start: NumericColumn, end: NumericColumn): Spans => ({
  starts: start.values,
  ends: end.values.map((value, i) => (end.missing?.[i] ? Number.POSITIVE_INFINITY : value))
})

export const lengthOf = ({ starts, ends }: Spans): number =>
  ends.reduce((sum, end, i) => (end < Number.POSITIVE_INFINITY ? sum + end - starts[i]! : sum), 0)

/** From the end of each row to the start of the next that refers to the same row. */
export function gapsBetween({ starts, ends }: Spans, rowOf: Int32Array): number[] {
  const rows = inOrder({ starts, ends }, rowOf).sort((a, b) => rowOf[a]! - rowOf[b]!)
  return rows.flatMap((row, k) => (k > 0 && rowOf[row] === rowOf[rows[k - 1]!] ? [starts[row]! - ends[rows[k - 1]!]!] : []))
}

/** Rows that refer to any as they begin. */
export const inOrder = ({ starts, ends }: Spans, rowOf: Int32Array): number[] =>
  [...rowOf.keys()].filter((i) => rowOf[i]! >= 0).sort((a, b) => starts[a]! - starts[b]! || order(ends[a]!, ends[b]!) || a - b)

const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** The same rows, each referred to as often: those that other rows refer to. */
const shuffled = (rowOf: Int32Array): Int32Array => takeOrder(rowOf, permutation(keyFromSeed(1), rowOf.length))
const takeOrder = (all: Int32Array, rows: Uint32Array): Int32Array => Int32Array.from(rows, (row) => all[row]!)

export const spansIn = ({ columns }: Table, { start, end }: Pick<Exclusive<unknown>, 'start' | 'end'>): Spans => {
  const named = (name: string) => columns.find((column) => column.name === name) as NumericColumn
  return spans(named(start), named(end))
}

/** Rows that begin while another one of the row that they refer to has not ended: without them there are none. Cost O(rows log rows). */
export function rowsInTheWay(law: Omit<Exclusive<unknown>, 'key'>, table: Table, rowOf: Int32Array): number[] {
  const own = spansIn(table, law)
  const until = new Map<number, number>()
  return inOrder(own, rowOf).filter((i) => {
    const free = until.get(rowOf[i]!) ?? Number.NEGATIVE_INFINITY
    if (own.starts[i]! < free) return true
    until.set(rowOf[i]!, own.ends[i]! + law.apart)
    return false
  })
}

const UNITS = [
  ['days', DAY],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000]
] as const

/** ` + 14 days`; nothing of none. */
export function spanText(span: number): string {
  if (span === 0) return ''
  const [unit, length] = UNITS.find(([, own]) => span % own === 0) ?? (['milliseconds', 1] as const)
  const count = Math.abs(span) / length
  return ` ${span > 0 ? '+' : '-'} ${count} ${count === 1 ? unit.slice(0, -1) : unit}`
}
