import { defined } from '../../num/defined.js'
import { log } from '../../num/elementary.js'
import { counted } from '../../num/listed.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { beginsIn, datesIn, PERIOD_NAMES, type Period } from '../forecast/restarts.js'

const KINDS = ['lag', 'mean', 'sum', 'change', 'ratio', 'percent', 'log', 'highest', 'lowest', 'smoothed', 'total'] as const
/** Those that are computed of their own row before. */
const RECURSIVE: readonly string[] = ['highest', 'lowest', 'smoothed', 'total']

/** A column that is computed of the last rows of another one, as moving averages, values of the day before and returns are. Plain JSON. */
export interface WindowOf {
  readonly column: string
  readonly kind: (typeof KINDS)[number]
  readonly of: string
  /** Rows in a mean or a sum, else how many rows back; of an exponential mean its span: the last row has a weight of 2/(rows + 1). */
  readonly rows: number
  /** What stands in the first rows, which have too few before them: nothing, what can be computed of fewer, nought, or what goes back to rows before. */
  readonly start: 'empty' | 'partial' | 'zero' | 'before'
  /** Of what goes on from its own row before: empty rows at the beginning. */
  readonly after?: number
  /** With what of the calendar a total begins anew. */
  readonly restart?: Period
  /** What stands before the first row of that; where left out, it begins with the mean of the rows up to its first. */
  readonly from?: number
}

export const WINDOW_KINDS: readonly WindowOf['kind'][] = KINDS

/** Rows back at most: a year of working days and a half. */
const MOST_ROWS = 400
/** Windows are shorter than this part of a series, so that most rows speak for them. */
const MOST_PART = 1 / 3
/** Rows that have to agree. */
const LEAST_ROWS = 20
/** Rows in which what goes on from its own row before changes, at least: what stays as it is says nothing. */
const LEAST_STEPS = 5
/** In tolerances: what a column changes by from row to row on average, so that rows which hardly differ agree with no window by chance. */
const LEAST_CHANGE = 5
/** Doubles carry sums of many rows to so many digits. */
const RELATIVE = 1e-9

export function windowText({ column, kind, of, rows, restart }: WindowOf): string {
  if (kind === 'lag') return `${column} = ${of} ${rows === 1 ? 'of the row before' : `${rows} rows before`}`
  if (kind === 'mean' || kind === 'sum') return `${column} = ${kind} of ${of} over ${rows} rows`
  if (kind === 'highest' || kind === 'lowest') return `${column} = ${kind} ${of} so far`
  if (kind === 'total') return `${column} = running total of ${of}${restart ? ` in each ${restart}` : ''}`
  if (kind === 'smoothed') return `${column} = exponential mean of ${of} with a span of ${counted(rows, 'row')}`
  const words = { change: 'change', ratio: 'relative change', percent: 'change in per cent', log: 'change of the logarithm' } as const
  return `${column} = ${words[kind]} of ${of} over ${rows === 1 ? 'one row' : `${rows} rows`}`
}

/** Rows in front of the first one that rows of these windows go back to. */
export const rowsBefore = (windows: readonly WindowOf[]): number =>
  windows.reduce((sum, { kind, start, rows }) => sum + (start === 'before' && !RECURSIVE.includes(kind) ? rows : 0), 0)

/** A column beside its numbers added up, for windows of any length. */
interface Source {
  readonly values: Float64Array
  readonly missing: Uint8Array | undefined
  readonly sums: Float64Array
  readonly gaps: Uint32Array
}

function sourceOf({ values, missing }: NumericColumn): Source {
  const sums = new Float64Array(values.length + 1)
  const gaps = new Uint32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) {
    sums[i + 1] = sums[i]! + (missing?.[i] ? 0 : values[i]!)
    gaps[i + 1] = gaps[i]! + (missing?.[i] ?? 0)
  }
  return { values, missing, sums, gaps }
}

/** What a window says of a row; NaN where it reaches back too far or over an empty cell. */
function valueAt({ values, missing, sums, gaps }: Source, kind: WindowOf['kind'], rows: number, i: number): number {
  if (kind === 'mean' || kind === 'sum') {
    const from = i + 1 - rows
    if (from < 0 || gaps[i + 1]! > gaps[from]!) return Number.NaN
    const sum = sums[i + 1]! - sums[from]!
    return kind === 'mean' ? sum / rows : sum
  }
  const before = i - rows
  if (before < 0 || missing?.[before]) return Number.NaN
  if (kind === 'lag') return values[before]!
  if (missing?.[i]) return Number.NaN
  const [was, is] = [values[before]!, values[i]!]
  if (kind === 'change') return is - was
  if (kind === 'log') return was > 0 && is > 0 ? log(is / was) : Number.NaN
  return was === 0 ? Number.NaN : (is / was - 1) * (kind === 'percent' ? 100 : 1)
}

/** What follows a value of a column that goes on from its own row before. */
function nextOf({ kind, rows }: Pick<WindowOf, 'kind' | 'rows'>, before: number, x: number): number {
  if (kind === 'highest') return Math.max(before, x)
  if (kind === 'lowest') return Math.min(before, x)
  if (kind === 'total') return before + x
  return before + (2 / (rows + 1)) * (x - before)
}

/** The span of an exponential mean that changes tell; undefined where none does. Cost O(n). */
function spanOf({ values, missing }: NumericColumn, source: Source): number | undefined {
  let [products, squares] = [0, 0]
  for (let i = 1; i < values.length; i++) {
    if (missing?.[i] || missing?.[i - 1] || source.missing?.[i]) continue
    const off = source.values[i]! - values[i - 1]!
    products += off * (values[i]! - values[i - 1]!)
    squares += off * off
  }
  const span = Math.round((2 * squares) / products - 1)
  return span >= 2 && span <= MOST_ROWS ? span : undefined
}

/** A column that goes on from its own row before, where every row but the first does. Cost O(n). */
function recursiveOf(column: NumericColumn, source: Source, { kind, of, half, times }: Recursive): WindowOf | undefined {
  const { values, missing } = column
  const rows = kind === 'smoothed' ? spanOf(column, source) : 1
  const after = missing ? missing.indexOf(0) : 0
  if (rows === undefined || missing?.includes(1, after) || source.gaps.at(-1)! > 0 || values.length - after <= LEAST_ROWS) return undefined
  const isNear = (is: number, said: number) => Math.abs(is - said) <= half + RELATIVE * (1 + Math.abs(said))
  const isSaid = (i: number, isFirst: boolean) =>
    isNear(values[i]!, isFirst ? source.values[i]! : nextOf({ kind, rows }, values[i - 1]!, source.values[i]!))
  let changing = 0
  for (let i = after + 1; i < values.length; i++) if (values[i] !== values[i - 1]) changing++
  if (changing < LEAST_STEPS) return undefined
  const periods = kind === 'total' && times ? [undefined, ...PERIOD_NAMES] : [undefined]
  const ways = periods.map((restart) => ({ restart, begins: beginsIn(restart, times) }))
  const way = ways.find(({ begins }) => {
    for (let i = after + 1; i < values.length; i++) if (!isSaid(i, begins(i))) return false
    return true
  })
  if (!way) return undefined
  const { restart } = way
  const isSeeded = isNear(values[after]!, seedOf(kind, source.values, after))
  const from = beforeFirst({ kind, rows }, values[after]!, source.values[after]!)
  return {
    column: column.name,
    kind,
    of,
    rows,
    start: 'before',
    ...(after > 0 ? { after } : {}),
    ...defined({ restart }),
    ...(isSeeded ? {} : { from })
  }
}

interface Recursive extends Pick<WindowOf, 'kind' | 'of'> {
  readonly half: number
  /** Dates of the rows. */
  readonly times: Float64Array | undefined
}

/** What such a column begins with where nothing comes before: of the rows up to its first. */
function seedOf(kind: WindowOf['kind'], values: Float64Array, last: number): number {
  const first = values.subarray(0, last + 1)
  if (kind === 'highest') return first.reduce((a, b) => Math.max(a, b))
  if (kind === 'lowest') return first.reduce((a, b) => Math.min(a, b))
  const sum = first.reduce((a, b) => a + b, 0)
  return kind === 'total' ? sum : sum / first.length
}

/** What stands before a first value; of a record the value itself. */
function beforeFirst({ kind, rows }: Pick<WindowOf, 'kind' | 'rows'>, is: number, x: number): number {
  if (kind === 'total') return is - x
  if (kind !== 'smoothed') return is
  const share = 2 / (rows + 1)
  return (is - share * x) / (1 - share)
}

/** The column again, along the rows of its source; none in rows before the series, and in the first ones where it is empty there. */
function recursed(
  { kind, rows, after = 0, from, restart }: WindowOf,
  { values }: Pick<Source, 'values'>,
  { first, round, times }: Recursed
): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN)
  const begins = beginsIn(restart, times)
  const begin = first + after
  if (begin >= values.length) return out
  out[begin] = round(from === undefined ? seedOf(kind, values.subarray(first), after) : nextOf({ kind, rows }, from, values[begin]!))
  for (let i = begin + 1; i < values.length; i++) out[i] = round(begins(i) ? values[i]! : nextOf({ kind, rows }, out[i - 1]!, values[i]!))
  return out
}

interface Recursed extends Pick<Recursive, 'times'> {
  readonly first: number
  readonly round: (value: number) => number
}

/** The last digit that is written, halved. */
const halfUnit = ({ number, kind }: ColumnFormat): number =>
  kind === 'integer' ? 0.5 : number?.decimals === undefined ? 0 : 0.5 * 10 ** -Math.min(300, number.decimals)

/**
 * Columns that the last rows of others say, in every row that has them, beyond chance: rows are consecutive, the oldest first. Each
 * is computed of columns that stand before it in the list, or in none. Cost O(d²·rows back) where nothing is found, and O(n) a column.
 */
export function findWindows({ columns, rowCount }: Table, formats: readonly ColumnFormat[], but: string): WindowOf[] {
  const most = Math.min(MOST_ROWS, Math.floor(rowCount * MOST_PART))
  const all = columns.flatMap((column, c) =>
    isNumeric(column) && column.name !== but ? [{ column, source: sourceOf(column), format: formats[c]! }] : []
  )
  const times = datesIn({ columns }, but)
  const found: WindowOf[] = []
  const needs = (name: string): Set<string> => {
    const own = found.find(({ column }) => column === name)
    return new Set(own ? [name, ...needs(own.of)] : [name])
  }
  for (const kind of KINDS)
    for (const { column, format } of all) {
      // A record changes now and then, and so does a total of what is rare.
      const mayStay = kind === 'highest' || kind === 'lowest' || kind === 'total'
      if (found.some((one) => one.column === column.name) || !(mayStay || varies(column, halfUnit(format)))) continue
      for (const { column: of, source, format: ofFormat } of all) {
        // What is computed of this column itself tells nothing of it, and the day is no change of a number.
        if (of === column || needs(of.name).has(column.name) || (kind !== 'lag' && column.kind === 'datetime')) continue
        if (RECURSIVE.includes(kind)) {
          // A mean of two numbers that are rounded themselves.
          const half = kind === 'smoothed' ? 2 * halfUnit(format) + halfUnit(ofFormat) : halfUnit(format)
          const own = recursiveOf(column, source, { kind, of: of.name, half, times })
          if (!own) continue
          found.push(own)
          break
        }
        const exact = halfUnit(format) * (1 + RELATIVE) + (kind === 'mean' ? halfUnit(ofFormat) : 0)
        // What was computed before its source was rounded is off by that, too; of a coarse source this would agree with anything.
        const rounded = exact + roundingOf(kind, source, halfUnit(ofFormat))
        const tolerance = varies(column, rounded) ? rounded : exact
        const first = kind === 'mean' || kind === 'sum' ? 2 : 1
        for (let rows = first; rows <= most; rows++) {
          if (!agrees(column, source, { kind, rows, tolerance })) continue
          found.push({ column: column.name, kind, of: of.name, rows, start: startOf(column, source, { kind, rows, tolerance }) })
          break
        }
        if (found.some((one) => one.column === column.name)) break
      }
    }
  return found
}

/** How far off a change may be by the digits of what changes. */
function roundingOf(kind: WindowOf['kind'], { values, missing }: Source, half: number): number {
  if (kind === 'change') return 2 * half
  if (kind !== 'ratio' && kind !== 'percent' && kind !== 'log') return 0
  const least = values.reduce((a, b, i) => (missing?.[i] ? a : Math.min(a, Math.abs(b))), Number.POSITIVE_INFINITY)
  return ((kind === 'percent' ? 100 : 1) * 2 * half) / least
}

function varies({ values, missing }: NumericColumn, half: number): boolean {
  let [sum, count, largest] = [0, 0, 0]
  for (let i = 1; i < values.length; i++) {
    if (missing?.[i] || missing?.[i - 1]) continue
    sum += Math.abs(values[i]! - values[i - 1]!)
    largest = Math.max(largest, Math.abs(values[i]!))
    count++
  }
  // A tolerance of half a unit is as little as whole numbers and tenths show: counts that change by one now and then would agree with much.
  return count >= LEAST_ROWS && sum / count > LEAST_CHANGE * Math.max(half, RELATIVE * largest)
}

interface Tried extends Pick<WindowOf, 'kind' | 'rows'> {
  readonly tolerance: number
}

function agrees({ values, missing }: NumericColumn, source: Source, { kind, rows, tolerance }: Tried): boolean {
  let count = 0
  for (let i = kind === 'mean' || kind === 'sum' ? rows - 1 : rows; i < values.length; i++) {
    const said = valueAt(source, kind, rows, i)
    if (Number.isNaN(said)) {
      if (!missing?.[i]) return false
      continue
    }
    if (missing?.[i] || !(Math.abs(values[i]! - said) <= tolerance + RELATIVE * Math.abs(said))) return false
    count++
  }
  return count >= LEAST_ROWS
}

function startOf({ values, missing }: NumericColumn, source: Source, { kind, rows, tolerance }: Tried): WindowOf['start'] {
  const isSum = kind === 'mean' || kind === 'sum'
  const early = Array.from({ length: isSum ? rows - 1 : rows }, (_, i) => i)
  if (early.every((i) => missing?.[i])) return 'empty'
  if (early.some((i) => missing?.[i])) return 'before'
  if (isSum && early.every((i) => Math.abs(values[i]! - valueAt(source, kind, i + 1, i)) <= tolerance + RELATIVE * Math.abs(values[i]!)))
    return 'partial'
  return !isSum && early.every((i) => values[i] === 0) ? 'zero' : 'before'
}

/** The columns of windows, of the rows of a table; `first`: rows in front that stand before the series. Cost O(n) a window. */
export function windowColumns(
  windows: readonly WindowOf[],
  { columns, rowCount }: Table,
  { formatOf, first, time }: { readonly formatOf: (name: string) => ColumnFormat; readonly first: number; readonly time: string }
): NumericColumn[] {
  const made = new Map<string, NumericColumn>()
  for (const window of windows) {
    const { column: name, kind, of, rows, start } = window
    const own = made.get(of) ?? columns.filter(isNumeric).find((one) => one.name === of)!
    const source = sourceOf(own)
    const format = formatOf(name)
    const values = new Float64Array(rowCount)
    const missing = new Uint8Array(rowCount)
    const along = RECURSIVE.includes(kind)
      ? recursed(window, source, { first, times: datesIn({ columns }, time), round: (value) => roundToFormat(value, format) })
      : undefined
    for (let i = 0; i < rowCount; i++) {
      const since = i - first
      const full = since >= (kind === 'mean' || kind === 'sum' ? rows - 1 : rows)
      const isBare = !full && start !== 'before'
      const said = along
        ? along[i]!
        : isBare && start === 'partial' && since >= 0
          ? valueAt(source, kind, since + 1, i)
          : isBare
            ? start === 'zero'
              ? 0
              : Number.NaN
            : valueAt(source, kind, rows, i)
      if (Number.isNaN(said)) missing[i] = 1
      else values[i] = roundToFormat(said, format)
    }
    made.set(name, { name, kind: format.kind as NumericColumn['kind'], values, ...(missing.includes(1) ? { missing } : {}) })
  }
  return [...made.values()]
}
