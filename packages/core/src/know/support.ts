import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { placesByName } from '../num/group.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { mean, quantileOfSorted, sorted, variance } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { presentValues } from '../table/encoder.js'
import { takeTableRows } from '../table/rows.js'
import { isNumeric, type Table } from '../table/table.js'
import type { Condition } from './conditions.js'
import { hasLevels, levelsOfRow } from './levels.js'
import type { ConditionGroup } from './places.js'
import { FARTHEST } from './reach.js'

/** Something a person should know about the rows, with a stable name. */
export interface NamedWarning {
  readonly name: string
  readonly message: string
}

/** How far what was given stands from the data. */
export interface Distance {
  /** To the nearest training row, over given numbers and intervals, in standard deviations of the columns; absent where none is given. */
  readonly nearest?: number
  /** The same for a training row and its nearest other one: 99 % are nearer than this. */
  readonly usual?: number
  /** The given column that stands farthest outside the range of the data, and by how many standard deviations. */
  readonly outside?: { readonly column: string; readonly deviations: number }
  /** Training rows of the given categories, where these are not all: distances are to them alone. */
  readonly among?: number
}

/** Rows among which the usual distance is measured: a median of as many is good to 3 %. */
const MOST_ROWS = 2000
/** Farther is all the same, and squares of it are numbers, of single precision too. */
const MOST_DEVIATIONS = 1e9
/** Fewer rows of a category than this have no spread of their own. */
const LEAST_SPREAD_ROWS = 10

interface DistanceProblem {
  readonly table: Table
  /** Levels of the table's rows [rowCount, factors]. */
  readonly codes: Int32Array
  readonly engine: Engine
  readonly key: Key
}

/** Distances of conditions, of which each group shares its columns; `keyOf` its place. Cost of `conditionDistances` for each. */
export async function distancesOfGroups(
  groups: readonly ConditionGroup[],
  conditions: readonly Condition[],
  { keyOf, ...about }: Omit<DistanceProblem, 'key'> & { readonly keyOf: (group: number) => Key }
): Promise<Distance[]> {
  const out: Distance[] = new Array(conditions.length)
  for (const [g, { members }] of groups.entries()) {
    const own = await conditionDistances(
      members.map((member) => conditions[member]!),
      { ...about, key: keyOf(g) }
    )
    members.forEach((member, k) => {
      out[member] = own[k]!
    })
  }
  return out
}

/**
 * Distances of conditions that share their columns, among the rows of the categories that each gives: a weight that many
 * animals have may be far from all of one species. Cost of one `nearest` of the conditions and one of 2,000 rows for each
 * combination of given categories, and one of the conditions for each set of intervals.
 */
async function conditionDistances(conditions: readonly Condition[], problem: DistanceProblem): Promise<Distance[]> {
  const { table } = problem
  const byLevels = placesByName(conditions, ({ levels, among }) => JSON.stringify([...levels, ...among].sort(([a], [b]) => a - b)))
  const out: Distance[] = new Array(conditions.length)
  for (const [name, members] of byLevels) {
    const rows = rowsOfLevels(problem, conditions[members[0]!]!)
    // Swept categories may stand together in no row: then all rows have to do.
    const all = rows.length === 0 || rows.length === table.rowCount
    const among = all ? table : takeTableRows(table, rows)
    const whole = all || rows.length >= LEAST_SPREAD_ROWS ? undefined : table
    const found = await distancesIn(
      among,
      members.map((i) => conditions[i]!),
      { ...problem, key: keyFor(problem.key, name), spreads: whole }
    )
    members.forEach((i, k) => {
      out[i] = all ? found[k]! : { ...found[k]!, among: rows.length }
    })
  }
  return out
}

function rowsOfLevels({ table, codes }: DistanceProblem, condition: Condition): Uint32Array {
  const levelIn = levelsOfRow(codes, table.rowCount === 0 ? 0 : codes.length / table.rowCount)
  return Uint32Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => hasLevels(condition, levelIn(i)))
}

interface DistancesIn extends Pick<DistanceProblem, 'engine' | 'key'> {
  /** Rows whose spread counts; those of the table when left out. */
  readonly spreads: Table | undefined
}

async function distancesIn(table: Table, conditions: readonly Condition[], { engine, key, spreads }: DistancesIn): Promise<Distance[]> {
  const columns = columnsOf(table, conditions[0]!, spreads)
  if (columns.length === 0) return conditions.map(() => ({}))
  const points = standardisedColumns(columns)
  const usual = await usualDistance(points, { engine, key })
  const out: Distance[] = new Array(conditions.length)
  for (const members of placesByName(conditions, ({ ranges }) => JSON.stringify(ranges.map(({ low, high }) => [low, high]))).values()) {
    const own = members.map((i) => conditions[i]!)
    const wanted = matrix(own.length, columns.length)
    const outside = own.map((condition, i) => place(condition, columns, wanted, i))
    const to = beyondRanges(points, columns, own[0]!)
    const found = await engine.nearest({ from: cloud(wanted), to: cloud(to), kernel: gaussianKernel(1) }, 1)
    members.forEach((member, i) => {
      out[member] = { nearest: Math.sqrt(found.squaredDistances[i]!), usual, ...(outside[i] ? { outside: outside[i] } : {}) }
    })
  }
  return out
}

/** Rows with how far each lies beyond an interval in the place of its column: every row within is as near as another. */
function beyondRanges(points: Matrix, columns: readonly Standardised[], { ranges }: Condition): Matrix {
  if (ranges.length === 0) return points
  const out = { ...points, data: points.data.slice() }
  for (const range of ranges) {
    const c = columns.findIndex(({ column }) => column === range.column)
    const { values, spread } = columns[c]!
    for (let i = 0; i < out.rows; i++)
      out.data[i * out.cols + c] = (values[i]! - Math.min(range.high, Math.max(range.low, values[i]!))) / spread
  }
  return out
}

interface Standardised {
  readonly column: number
  readonly name: string
  readonly values: Float64Array
  readonly centre: number
  readonly spread: number
  readonly low: number
  readonly high: number
}

/** Present values stand for missing ones by their mean: no condition is near a row only because a cell is empty. */
function columnsOf(table: Table, { numbers, ranges }: Condition, spreads = table): Standardised[] {
  const places = [...numbers, ...ranges].map(({ column }) => column).sort((a, b) => a - b)
  return places.map((place) => {
    const column = table.columns[place]!
    if (!isNumeric(column)) throw new RangeError(`${column.name} is not numeric`)
    const present = presentValues(column)
    const centre = mean(present)
    const wide = spreads.columns[place]!
    const spread = Math.sqrt(variance(isNumeric(wide) ? presentValues(wide) : present)) || 1
    const ascending = sorted(present)
    const values = column.values.map((x, i) => (column.missing?.[i] ? centre : x))
    return { column: place, name: column.name, values, centre, spread, low: ascending[0]!, high: ascending[ascending.length - 1]! }
  })
}

function standardisedColumns(columns: readonly Standardised[]): Matrix {
  const out = matrix(columns[0]!.values.length, columns.length)
  columns.forEach(({ values, centre, spread }, c) => {
    for (let i = 0; i < out.rows; i++) out.data[i * out.cols + c] = (values[i]! - centre) / spread
  })
  return out
}

/** Writes a condition's place into row i: values, and of an interval what lies within; and which column is farthest outside of the data. */
function place(condition: Condition, columns: readonly Standardised[], out: Matrix, i: number): Distance['outside'] {
  let worst: Distance['outside']
  columns.forEach(({ column, name, centre, spread, low, high }, c) => {
    const number = condition.numbers.find((candidate) => candidate.column === column)
    const range = condition.ranges.find((candidate) => candidate.column === column)
    const value = number ? number.value : Math.min(range!.high, Math.max(range!.low, centre))
    out.data[i * out.cols + c] = number ? Math.min(MOST_DEVIATIONS, Math.max(-MOST_DEVIATIONS, (value - centre) / spread)) : 0
    const deviations = Math.max(low - value, value - high) / spread
    if (deviations > 0 && deviations > (worst?.deviations ?? 0)) worst = { column: name, deviations }
  })
  return worst
}

async function usualDistance(points: Matrix, { engine, key }: { engine: Engine; key: Key }): Promise<number> {
  if (points.rows < 2) return 0
  const chosen = permutation(key, points.rows).subarray(0, MOST_ROWS)
  const from = matrix(chosen.length, points.cols)
  chosen.forEach((row, k) => {
    from.data.set(points.data.subarray(row * points.cols, (row + 1) * points.cols), k * points.cols)
  })
  const { squaredDistances } = await engine.nearest({ from: cloud(from), to: cloud(points), kernel: gaussianKernel(1) }, 2)
  const second = Float64Array.from({ length: chosen.length }, (_, k) => Math.sqrt(squaredDistances[2 * k + 1]!))
  return quantileOfSorted(sorted(second), 0.99)
}

/** Part of the places among draws that central intervals should hold. */
export const CENTRAL = 0.8
/** Standard errors beyond which a share is not chance: for one column in a thousand. */
const CERTAIN = 3

/**
 * What is to be said of a drawn column whose held-out values lie in the middle of what is drawn for them more often than chance
 * allows: there all drawn columns together asked for a wider kernel than this one. Few chains make intervals too short, never too long.
 */
export function tooWide(
  share: number,
  { column, given, heldOut }: { readonly column: string; readonly given: readonly string[]; readonly heldOut: number }
): NamedWarning[] {
  if (share <= CENTRAL + CERTAIN * Math.sqrt((CENTRAL * (1 - CENTRAL)) / heldOut)) return []
  const message = `${column} given ${given.join(', ')} is drawn too widely: ${Math.round(100 * share)} % of ${heldOut} held-out rows lie in the central 80 % of their draws; a smaller --condition-bandwidth, or --exclude of columns that you do not need, makes it narrower`
  return [{ name: 'condition-too-wide', message }]
}

/** Fewer effective rows than this bear no distribution. */
export const FEW_ROWS = 3
/** From so many rows that have all that is given on, each drawn row may rest on few of them. */
export const MANY_MATCHING = 20

/** How many training rows stand behind the rows of a condition. */
interface RowSupport {
  readonly effectiveRows: number
  /** Those that have all that is given, where that can be said. */
  readonly matchingRows?: number | undefined
}

/** What is to be said of categories that the data do not have, and of how well the data support a condition's rows. */
export function conditionWarnings(condition: Condition, support: RowSupport, distance: Distance): NamedWarning[] {
  return [...unknownWarnings(condition), ...supportWarnings(condition, support, distance)]
}

export function unknownWarnings({ unknown }: Condition): NamedWarning[] {
  return unknown.map(({ name, text, condition, near }) => ({
    name: 'condition-unknown-category',
    message: `condition ${condition}: the data have no ${text} in ${name}${near.length > 0 ? `, but ${near.join(', ')}` : ''}; its rows are drawn without it, and it is written as it was given`
  }))
}

/** Far: beyond the data in one column, or much farther from every row than rows are from each other. */
function supportWarnings({ words, ranges }: Condition, { effectiveRows, matchingRows }: RowSupport, distance: Distance): NamedWarning[] {
  const { nearest, usual, outside, among } = distance
  const what = words === '' ? 'the empty condition' : words
  const support = `${effectiveRows < 9.95 ? effectiveRows.toFixed(1) : Math.round(effectiveRows)} effective rows`
  if (outside && outside.deviations > (effectiveRows < 10 ? 0.25 : 1)) {
    const message = `${what}: ${outside.column} lies ${outside.deviations.toFixed(1)} standard deviations outside ${among === undefined ? 'the data' : `the ${among} rows of these categories`}; the drawn rows rest on the ${support} at that edge${outside.deviations > FARTHEST ? ` and are those of a value ${FARTHEST} outside` : ''}`
    return [{ name: 'condition-outside-data', message }]
  }
  if (nearest !== undefined && usual !== undefined && nearest > 0.5 && nearest > 2 * usual) {
    const away = `the nearest row is ${nearest.toFixed(1)} standard deviations away, rows among themselves ${usual.toFixed(1)} at most`
    return [{ name: 'condition-outside-data', message: `${what}: ${away}; ${support} support it` }]
  }
  // Intervals, like numbers, may fall between rows that speak of them all the same.
  if (matchingRows !== undefined && matchingRows < FEW_ROWS && ranges.length === 0)
    return [{ name: 'condition-few-rows', message: `${what}: only ${matchingRows} ${matchingRows === 1 ? 'row has' : 'rows have'} it` }]
  const few = effectiveRows < FEW_ROWS && (matchingRows ?? 0) < MANY_MATCHING
  return few ? [{ name: 'condition-few-rows', message: `${what}: only ${support} support it` }] : []
}

/**
 * Effective sample size of n draws whose chains started at `ancestors`: chains from one training row may still agree, so
 * n / (1 + (m − 1) ρ) with ρ the share of the variance that lies between ancestors (analysis of variance, mean over the
 * columns that vary) or, where larger, the share of chains that are stuck: draws of one local law are not yet draws of the
 * whole; m is the mean number of chains an ancestor.
 */
export function effectiveSampleSize(values: Matrix, ancestors: ArrayLike<number>, stuck: number): number {
  const n = values.rows
  const groups = new Map<number, number[]>()
  for (let i = 0; i < n; i++) {
    const list = groups.get(ancestors[i]!)
    if (list) list.push(i)
    else groups.set(ancestors[i]!, [i])
  }
  const g = groups.size
  if (g === n || n < 2) return n
  if (g === 1) return n / (1 + (n - 1) * stuck)
  let squares = 0
  for (const list of groups.values()) squares += list.length * list.length
  const size = (n - squares / n) / (g - 1)
  let correlation = 0
  let columns = 0
  for (let c = 0; c < values.cols; c++) {
    const share = intraclass(values, c, { groups, size })
    if (share === undefined) continue
    correlation += share
    columns++
  }
  if (columns === 0) return g
  return n / (1 + (squares / n - 1) * Math.max(correlation / columns, stuck))
}

function intraclass(
  values: Matrix,
  c: number,
  { groups, size }: { groups: ReadonlyMap<number, readonly number[]>; size: number }
): number | undefined {
  const n = values.rows
  const at = (i: number) => values.data[i * values.cols + c]!
  let total = 0
  for (let i = 0; i < n; i++) total += at(i) / n
  let between = 0
  let within = 0
  for (const list of groups.values()) {
    const centre = list.reduce((sum, i) => sum + at(i), 0) / list.length
    between += list.length * (centre - total) * (centre - total)
    for (const i of list) within += (at(i) - centre) * (at(i) - centre)
  }
  if (!(between + within > 0)) return undefined
  const g = groups.size
  const meanBetween = between / (g - 1)
  const meanWithin = within / (n - g)
  return Math.min(1, Math.max(0, (meanBetween - meanWithin) / (meanBetween + (size - 1) * meanWithin)))
}
