import { evenly } from '../../num/evenly.js'
import { typesFlag } from '../../num/listed.js'
import { mean, midranks } from '../../num/statistics.js'
import { type Codes, codesIn, jointCodes, recurs } from '../../table/codes.js'
import { presentValues } from '../../table/encoder.js'
import type { ColumnFormat, InferOptions, InferredTable } from '../../table/infer.js'
import { numberingOf } from '../../table/numbering.js'
import { isNamedAsKey } from '../../table/repeated-keys.js'
import { standTogether } from '../../table/row-order.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { isBeyondChance } from '../rules/chance.js'
import { checkOf } from './check-digits.js'
import { startOf, tellerText } from './teller.js'

/** So few rows may be evenly spaced by chance, or by hand. */
const LEAST_ROWS = 10

/** What decides which whole numbers are keys. */
export type NumberKeyOptions = Pick<InferOptions, 'types'> & { readonly weights?: string | undefined; readonly scaling?: unknown }

/**
 * Takes whole numbers that are keys for identifiers, which are written anew: drawn as numbers they would repeat. These are
 * running numbers, as of orders; numbers that are named as a key, or that another column refers to; numbers that end in check digits; and numbers that begin with the date of their row. Where at least half of
 * the other numbers follow them they are a grid or a time instead, and are modelled; a note says which. Columns whose kind or
 * scaling is given, and the weights, stay as they are. Cost O(cells), and O(cells · log n) where there are any.
 */
export function continueNumbers(data: InferredTable, options: NumberKeyOptions = {}): InferredTable {
  const named = namedColumns(options)
  const notes = [...data.notes]
  const keys = new Map<string, NumberKey>()
  for (const column of data.table.columns) {
    if (column.kind !== 'integer' || column.missing || named.has(column.name) || data.table.rowCount < LEAST_ROWS) continue
    const key = numberKeyOf(column, data.table)
    if (!key) continue
    const others = data.table.columns.filter((other) => other !== column && !keys.has(other.name))
    if (!others.some(varies)) continue
    const what = `${column.name}: whole numbers ${key.why}, no two alike`
    if (isFollowed(column, others)) {
      notes.push(
        `${what}, but other columns depend on it, so it is modelled and new values may repeat; to treat it as a key, ${typesFlag(column.name, 'identifier')} ${key.verb} them`
      )
      continue
    }
    keys.set(column.name, key)
    notes.push(`${what}: left out of the model and ${key.becomes}; ${typesFlag(column.name, 'integer')} models them`)
  }
  if (keys.size === 0) return { ...data, notes }
  return {
    table: {
      ...data.table,
      columns: data.table.columns.map((column) => (keys.has(column.name) ? { name: column.name, kind: 'identifier' } : column))
    },
    formats: data.formats.map((format) => {
      const key = keys.get(format.name)
      return key ? { ...format, ...key.format, kind: 'identifier' } : format
    }),
    notes
  }
}

/** Columns of which an option says what they are. */
export function namedColumns({ types, weights, scaling }: NumberKeyOptions): ReadonlySet<string | undefined> {
  return new Set([...Object.keys(types ?? {}), weights, ...(typeof scaling === 'object' ? Object.keys(scaling!) : [])])
}

/** Why a column of numbers is a key, and what becomes of it. */
interface NumberKey {
  readonly why: string
  readonly becomes: string
  readonly verb: string
  readonly format: Partial<ColumnFormat>
}

/** What makes a column of numbers a key, whether others follow it or not; undefined where nothing does. Cost O(n). */
export function numberKeyNote(column: Column, table: Table): string | undefined {
  if (column.kind !== 'integer' || column.missing || column.values.length < LEAST_ROWS) return undefined
  const key = numberKeyOf(column, table)
  return key && `whole numbers ${key.why}, no two alike`
}

function numberKeyOf({ name, values }: NumericColumn, table: Table): NumberKey | undefined {
  const numbering = numberingOf(values)
  if (numbering) return { why: 'in equal steps', becomes: `continued from ${numbering.next}`, verb: 'continues', format: { numbering } }
  const anew = { becomes: 'written anew', verb: 'writes anew', format: { integer: true } } as const
  if (recurs(values) || !values.every((x) => Number.isSafeInteger(x) && x >= 0)) return undefined
  if (isNamedAsKey(name)) return { why: 'named as a key', ...anew }
  const among = table.columns.filter(
    (other) => other.kind === 'integer' && other.name !== name && isAmong(presentValues(other), values, table)
  )
  // What several columns have once each are ranks, or steps of a scale.
  if (among.length > 0 && among.every((other) => recurs(presentValues(other as NumericColumn))))
    return { why: `that ${among[0]!.name} refers to`, ...anew }
  const texts = Array.from(values, String)
  if (checkOf(texts) !== undefined) return { why: 'with check digits', ...anew }
  const dates = { ...table, columns: table.columns.filter(({ kind }) => kind === 'datetime') }
  const start = startOf(texts, { table: dates, rows: Array.from(texts.keys()) })
  return start && { why: `that begin with the ${tellerText(start.teller)}`, ...anew }
}

/** Whether all numbers of one column are among those of another, beyond chance, as managers among employees. */
function isAmong(some: ArrayLike<number>, all: Float64Array, { columns }: Table): boolean {
  const keys = new Set(all)
  const values = new Set<number>()
  for (const x of Array.from(some)) {
    if (!keys.has(x)) return false
    values.add(x)
  }
  const [low, high] = [...values].reduce(
    ([least, most], x) => [Math.min(least, x), Math.max(most, x)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  )
  const within = all.reduce((count, x) => count + (x >= low && x <= high ? 1 : 0), 0)
  return values.size > 0 && isBeyondChance({ rate: within / (high - low + 1), times: values.size, candidates: columns.length ** 2 })
}

function varies(column: Column): boolean {
  if (column.kind === 'identifier') return false
  if (!isNumeric(column)) return column.codes.some((code) => code !== column.codes[0])
  return presentValues(column).some((value, _, all) => value !== all[0])
}

/** Rows along a column, evenly spread over it, that are asked whether others follow; and as many columns as need be. */
const MOST_FOLLOWED = 2000
const MOST_FOLLOWERS = 100

/**
 * Whether at least half of the other numbers that vary, times aside, are much alike in rows that follow each other in the column's order,
 * and not only as these are sorted: by classes, each of which has its own numbers, and by a number in each class, which says nothing of a
 * count of the rows.
 */
function isFollowed(column: NumericColumn, others: readonly Column[]): boolean {
  const all = Uint32Array.from(column.values, (_, i) => i).sort((a, b) => column.values[a]! - column.values[b]!)
  const order = evenly(all.length, MOST_FOLLOWED).map((place) => all[place]!)
  const classes = classesAlong(others, order)
  const numbers = others
    .filter((other): other is NumericColumn => isNumeric(other) && other.kind !== 'datetime' && varies(other))
    .slice(0, MOST_FOLLOWERS)
  const followers = numbers.filter(({ values, missing }) => {
    const runs = runsOf(classes, (k) => !missing?.[order[k]!]).map((run) => Float64Array.from(run, (k) => values[order[k]!]!))
    // What goes one way through all classes is a grid or a time.
    const isOneWay = areSorted([Float64Array.from(runs.flatMap((run) => [...run]))])
    if (!isOneWay && areSorted(runs)) return false
    const count = runs.reduce((sum, { length }) => sum + length, 0)
    return correlationOfNext(runs.map(midranks)) > Math.max(0.5, 2.5 / Math.sqrt(count))
  })
  return numbers.length > 0 && 2 * followers.length >= numbers.length
}

/** Rows of a class, on average at least: of fewer a column that goes with the count has as many values. */
const LEAST_IN_CLASS = 10

/** Classes by which rows are sorted along an order, one within the other: the number of each row's run. Cost O(p²·rows). */
function classesAlong(others: readonly Column[], order: Uint32Array): Codes {
  let runs: Codes = { codes: new Int32Array(order.length), count: 1 }
  let open = others.flatMap((other) => {
    if (other.kind === 'identifier' || other.kind === 'number' || other.kind === 'datetime') return []
    const codes = codesIn(other, order)
    return codes.count > 1 && codes.count * LEAST_IN_CLASS <= order.length ? [codes] : []
  })
  for (;;) {
    const finer = open.map((own) => jointCodes(runs, own))
    const found = finer.findIndex((own) => own.count > runs.count && standTogether(own.codes, own.count))
    if (found < 0) return runs
    runs = finer[found]!
    open = open.filter((_, k) => k !== found)
  }
}

/** Places of each run, but for some. */
function runsOf({ codes }: Codes, isThere: (place: number) => boolean): number[][] {
  const runs: number[][] = []
  let last = -1
  for (let k = 0; k < codes.length; k++) {
    if (!isThere(k)) continue
    if (codes[k] === last) runs.at(-1)!.push(k)
    else runs.push([k])
    last = codes[k]!
  }
  return runs
}

/** Rank correlation with the places of rows above which values are sorted, but for a few mistakes. */
const SORTED = 0.95

/** Whether values of all runs rise, or those of all fall: what rises and falls by turns goes its way in time. */
function areSorted(runs: readonly Float64Array[]): boolean {
  const ways = runs.map(wayOf)
  return [1, -1].some((sign) => ways.every((way) => Number.isNaN(way) || sign * way >= SORTED))
}

/** Correlation of ranks with places; NaN of values that are all the same. */
function wayOf(values: Float64Array): number {
  const centre = (values.length - 1) / 2
  let [along, square, places] = [0, 0, 0]
  for (const [k, rank] of midranks(values).entries()) {
    along += (k - centre) * (rank - centre)
    square += (rank - centre) ** 2
    places += (k - centre) ** 2
  }
  return square > 0 ? along / Math.sqrt(square * places) : Number.NaN
}

/** Correlation of values with those that follow them in their run, about the means of runs; 0 for constants. */
function correlationOfNext(runs: readonly Float64Array[]): number {
  let square = 0
  let product = 0
  for (const values of runs) {
    const centre = mean(values)
    values.forEach((x, i) => {
      square += (x - centre) ** 2
      if (i > 0) product += (x - centre) * (values[i - 1]! - centre)
    })
  }
  return square > 0 ? product / square : 0
}
