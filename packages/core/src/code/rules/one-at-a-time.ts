import { firstFrom } from '../../num/ascending.js'
import { cellAt } from '../../table/cells.js'
import { type Cells, type Codes, codesOf, determines, jointCodes } from '../../table/codes.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { isBelievedAtLog } from './chance.js'
import { apartBeyondChance, areSpans, gapsBetween, inOrder, LEAST_ROWS, lengthOf, rowsInTheWay, type Spans, spans } from './exclusive.js'
import type { Apart } from './unique.js'

/** Columns beyond which what is one at a time is not looked for by two of them together, nor between numbers: of so many, as of pixels, some are in order by chance. */
const MOST_COLUMNS = 40
/** So many times as far as a row is long others are looked for behind it, which say how many would begin within it by chance. */
const REACH = 7

/** A column that says of what rows are. */
interface Of extends Codes {
  readonly name: string
}

interface Found extends Apart {
  readonly codes: Codes
  readonly length: number
}

/**
 * What is one at a time in a table by itself: pairs of dates or numbers between which no other row begins that has the same in one column or in two, or no
 * other row at all, where chance would have some do so. Of columns that say the same more finely the coarsest, and of each the pair that lies farthest
 * apart. Cost O(pairs · rows log rows), and for each pair and two columns up to the first rows that are there at once.
 */
export function findOneAtATime(table: Table): Apart[] {
  const pairs = pairsIn(table)
  if (pairs.length === 0) return []
  const named = keysIn(table)
  const two = named.length > MOST_COLUMNS ? [] : named.flatMap((one, k) => named.slice(k + 1).map((other) => [one, other]))
  const sets: (readonly Of[])[] = [[], ...named.map((one) => [one]), ...two]
  const candidates = pairs.length * sets.length
  const found: Found[] = []
  for (const { start, end } of pairs) {
    const own = spans(start, end)
    const order = inOrder(own, new Int32Array(table.rowCount))
    const seen: Found[] = []
    for (const set of sets) {
      const names = set.map(({ name }) => name)
      if (names.includes(start.name) || names.includes(end.name) || !areApart(own, order, set)) continue
      const codes = togetherOf(set, table.rowCount)
      if (seen.some((coarse) => determines(codes, coarse.codes))) continue
      const pause = set.length > 0 ? apartBeyondChance(own, codes.codes, candidates) : apartOfAll(own, candidates)
      if (pause === undefined) continue
      const isTimed = start.kind === 'datetime'
      seen.push({ columns: [...names, start.name, end.name], pause: isTimed ? pause : 0, codes, length: lengthOf(own) })
    }
    found.push(...seen)
  }
  const keys = [...new Set(found.map(keyOf))]
  return keys.map((key) => {
    const { columns, pause } = found.filter((one) => keyOf(one) === key).reduce((a, b) => (b.length > a.length ? b : a))
    return { columns, pause }
  })
}

const keyOf = ({ columns }: Apart): string => JSON.stringify(columns.slice(0, -2))

/** Starts and ends, of one kind: dates, of which rows that have not ended may have none, or numbers. */
const pairsIn = ({ columns }: Table): { readonly start: NumericColumn; readonly end: NumericColumn }[] => {
  const isTime = ({ kind }: NumericColumn) => kind === 'datetime'
  const all = columns.filter(isNumeric)
  const times = all.filter(isTime)
  const numbers = all.length - times.length > MOST_COLUMNS ? times : all
  return numbers
    .filter(({ missing }) => !missing?.includes(1))
    .flatMap((start) =>
      numbers.flatMap((end) =>
        end !== start && isTime(start) === isTime(end) && (isTime(end) || !end.missing?.includes(1)) && areSpans(start, end)
          ? [{ start, end }]
          : []
      )
    )
}

/** Columns that may say of what a row is: names, whole numbers and days, in every row, that several have. */
const keysIn = ({ columns, rowCount }: Table): Of[] =>
  columns
    .filter((column): column is Cells =>
      isNumeric(column) ? column.kind !== 'number' && !column.missing?.includes(1) : isCategorical(column)
    )
    .map((column) => ({
      name: column.name,
      ...(isCategorical(column) ? { codes: column.codes, count: column.levels.length } : codesOf(column))
    }))
    .filter(({ count }) => count > 1 && rowCount - count >= LEAST_ROWS)

/** Several columns as one; −1 where one of them lacks a value. */
function togetherOf(set: readonly Codes[], rowCount: number): Codes {
  const [one, other] = set
  if (!one) return { codes: new Int32Array(rowCount), count: 1 }
  if (!other) return one
  const joint = jointCodes(one, other)
  return { ...joint, codes: joint.codes.map((code, i) => (one.codes[i]! < 0 || other.codes[i]! < 0 ? -1 : code)) }
}

/** Whether no row begins before one of the same that began before it has ended, though enough stand behind another. Ends at the first that does. */
function areApart({ starts, ends }: Spans, order: readonly number[], [one, other]: readonly Of[]): boolean {
  const until = new Map<number, number>()
  for (const i of order) {
    const [a, b] = [one?.codes[i] ?? 0, other?.codes[i] ?? 0]
    if (a < 0 || b < 0) continue
    const code = a * (other?.count ?? 1) + b
    if (starts[i]! < (until.get(code) ?? Number.NEGATIVE_INFINITY)) return false
    until.set(code, ends[i]!)
  }
  return order.length - until.size >= LEAST_ROWS
}

/** As `apartBeyondChance`, of rows that are all of one thing: those that begin somewhat later than a row ends say how many would before it does. */
function apartOfAll(own: Spans, candidates: number): number | undefined {
  const gaps = gapsBetween(own, new Int32Array(own.starts.length))
  const apart = gaps.reduce((least, gap) => Math.min(least, gap), Number.POSITIVE_INFINITY)
  if (gaps.length < LEAST_ROWS || apart < 0) return undefined
  const starts = own.starts.slice().sort()
  const near = own.starts.reduce((sum, start, i) => {
    const length = own.ends[i]! - start
    return Number.isFinite(length) ? sum + firstFrom(starts, start + REACH * length) - firstFrom(starts, own.ends[i]!) : sum
  }, 0)
  return isBelievedAtLog(-near / REACH, candidates) ? apart : undefined
}

/** Spans of one thing that are taken, as they begin; no two at the same time. */
interface Taken {
  readonly starts: number[]
  readonly ends: number[]
}

/** Spans that are taken of each thing. */
export type TakenSpans = Map<string, Taken>

/** What a row has for itself, and between which values. */
interface Place {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** Between which values each row of a table has what for itself; undefined where it has nothing. */
export function placeAt({ columns: names }: Apart, { columns }: Table): (row: number) => Place | undefined {
  const own = names.map((name) => columns.find((one) => one.name === name)!)
  const [start, end] = own.slice(-2) as [NumericColumn, NumericColumn]
  const { starts, ends } = spans(start, end)
  const cells = own.slice(0, -2).map(cellAt)
  return (row) => {
    const key = cells.map((at) => at(row))
    return key.includes(null) ? undefined : { key: JSON.stringify(key), start: starts[row]!, end: ends[row]! }
  }
}

/** The place among those that are taken where a span is, if it is free. Cost O(log n). */
export function freePlace(taken: TakenSpans, { key, start, end }: Place, pause: number): number | undefined {
  const { starts, ends } = taken.get(key) ?? { starts: [], ends: [] }
  let at = firstFrom(starts, start)
  while (starts[at] === start && ends[at]! < end) at++
  const isFree = (starts[at] ?? Number.POSITIVE_INFINITY) >= end + pause && (ends[at - 1] ?? Number.NEGATIVE_INFINITY) + pause <= start
  return isFree ? at : undefined
}

export function takeSpan(taken: TakenSpans, { key, start, end }: Place, at: number): void {
  if (!taken.has(key)) taken.set(key, { starts: [], ends: [] })
  const own = taken.get(key)!
  own.starts.splice(at, 0, start)
  own.ends.splice(at, 0, end)
}

/** The rows that begin while another one of the same has not ended: without them there are none. Cost O(rows log rows). */
export function overlappingRows(set: Apart, table: Table): number[] {
  const at = placeAt(set, table)
  const codes = new Map<string, number>()
  const rowOf = Int32Array.from({ length: table.rowCount }, (_, i) => {
    const key = at(i)?.key
    if (key === undefined) return -1
    if (!codes.has(key)) codes.set(key, codes.size)
    return codes.get(key)!
  })
  const [start, end] = set.columns.slice(-2) as [string, string]
  return rowsInTheWay({ start, end, apart: set.pause! }, table, rowOf)
}
