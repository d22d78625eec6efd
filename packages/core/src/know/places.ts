import { normalQuantile } from '../num/elementary.js'
import { matrix } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import type { Encoder } from '../table/encoder.js'
import { HAIR, recurringValues } from '../table/recurring.js'
import { type NumericScaler, onClock, scaleValues } from '../table/scaling.js'
import type { Condition } from './conditions.js'

/** Which coordinates are clamped, which are bounded, and the rest. */
export interface CoordinateSplit {
  readonly given: readonly number[]
  readonly ranged: readonly number[]
  readonly free: readonly number[]
}

/** Bounds of the ranged coordinates, in their order. */
export interface Bounds {
  readonly low: Float64Array
  readonly high: Float64Array
}

/** A linear combination of coordinates that lies between two ends, but for N(0, deviation²): Σ factor · coordinate + noise. */
export interface LinearInterval {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  readonly low: number
  readonly high: number
  readonly deviation: number
}

/** Conditions on the same columns: they share a bandwidth, a ridge and a batch of chains. */
export interface ConditionGroup {
  readonly split: CoordinateSplit
  /** Factors that are known. */
  readonly factors: readonly number[]
  /** Free coordinates that are known all the same: all rows that are drawn from stand there. */
  readonly standing?: readonly number[] | undefined
  /** Places of the conditions in the list they came from. */
  readonly members: readonly number[]
}

/** Coordinates that are known, compared or not, ascending. */
export const knownCoordinates = ({ split, standing = [] }: Pick<ConditionGroup, 'split' | 'standing'>): number[] =>
  [...split.given, ...standing].sort((a, b) => a - b)

/** Coordinates of which a condition says something. */
export function heldBy({ columns }: Encoder, { numbers, standing = [], ranges }: Condition): ReadonlySet<number> {
  const codes = [...numbers, ...standing, ...ranges].map(({ column }) => columns[column]!)
  return new Set(codes.flatMap((code) => (code.carries === 'coordinate' ? [code.coordinate] : [])))
}

/** Coordinate and scaler of a numeric column. */
export function coordinateOf(encoder: Encoder, column: number): { coordinate: number; scaler: NumericScaler } {
  const code = encoder.columns[column]!
  if (code.carries !== 'coordinate') throw new RangeError(`column ${column} carries no coordinate`)
  return code
}

/** Groups conditions by the columns they speak of, in the order of their first member. */
export function groupConditions(encoder: Encoder, conditions: readonly Condition[]): ConditionGroup[] {
  const groups = new Map<string, { split: CoordinateSplit; factors: number[]; members: number[] }>()
  conditions.forEach((condition, member) => {
    const ascending = (list: readonly number[]) => [...list].sort((a, b) => a - b)
    const given = ascending(condition.numbers.map(({ column }) => coordinateOf(encoder, column).coordinate))
    const ranged = ascending(condition.ranges.map(({ column }) => coordinateOf(encoder, column).coordinate))
    const factors = ascending([...condition.levels.keys()])
    const some = ascending([...condition.among.keys()])
    const name = [given, ranged, factors, some].map((list) => list.join(',')).join(';')
    let group = groups.get(name)
    if (!group) {
      const known = new Set([...given, ...ranged])
      const free = Array.from({ length: encoder.coordinateCount }, (_, c) => c).filter((c) => !known.has(c))
      group = { split: { given, ranged, free }, factors, members: [] }
      groups.set(name, group)
    }
    group.members.push(member)
  })
  return [...groups.values()]
}

/**
 * Coordinates of a condition's given numbers, for `count` chains [count, given], in the order of the split. A value that
 * recurs in a `quantile` column stands for an interval of coordinates: each chain takes a place in it by `key`.
 */
export function givenCoordinates(
  encoder: Encoder,
  condition: Condition,
  { split, count, key }: { split: CoordinateSplit; count: number; key: Key }
) {
  const out = matrix(count, split.given.length)
  for (const { column, name, value } of condition.numbers) {
    const { coordinate, scaler } = coordinateOf(encoder, column)
    const at = split.given.indexOf(coordinate)
    const places = scaleValues(scaler, new Float64Array(count).fill(value), keyFor(key, `given ${name}`))
    for (let k = 0; k < count; k++) out.data[k * out.cols + at] = places[k]!
  }
  return out
}

/** Bounds of a condition's ranges as coordinates, in the order of the split. */
export function boundsOf(encoder: Encoder, condition: Condition, split: CoordinateSplit): Bounds {
  const low = new Float64Array(split.ranged.length)
  const high = new Float64Array(split.ranged.length)
  for (const range of condition.ranges) {
    const { coordinate, scaler } = coordinateOf(encoder, range.column)
    const at = split.ranged.indexOf(coordinate)
    const [from, to] = rangeOf(scaler, range.low, range.high)
    low[at] = from
    high[at] = to
  }
  return { low, high }
}

function rangeOf(scaler: NumericScaler, low: number, high: number): [number, number] {
  if (scaler.method === 'standard') return [(low - scaler.centre) / scaler.scale, (high - scaler.centre) / scaler.scale]
  const clocked = onClock(scaler)
  if (clocked) return rangeOf(clocked.scaler, clocked.at(low), clocked.at(high))
  const { knots } = scaler
  const n = knots.length
  const law = recurringValues(knots, scaler.few)
  if (law) return endsOf(law.below(low) + HAIR, law.upTo(high) - HAIR, n)
  const left = knots.findIndex((x) => x >= low)
  const below = left < 0 ? n : left
  const right = knots.findIndex((x) => x > high)
  const upTo = right < 0 ? n : right
  if (scaler.discrete) return endsOf(below, upTo, n)
  const [from, to] = scaleValues(scaler, Float64Array.of(Math.max(low, knots[0]!), Math.min(high, knots[n - 1]!)))
  const first = fromEdge(knots, below, from!)
  const last = -fromEdge(knots.map((x) => -x).reverse(), n - upTo, -to!)
  return [
    low <= knots[0]! ? Number.NEGATIVE_INFINITY : Math.min(first, last - 1e-6),
    high >= knots[n - 1]! ? Number.POSITIVE_INFINITY : last
  ]
}

/** Whole rank intervals of the values inside; where there are none, of the nearest cell. */
function endsOf(below: number, upTo: number, n: number): [number, number] {
  const first = Math.min(n - 1, upTo > below ? below : Math.max(0, below - 1))
  const last = upTo > below ? upTo : first + 1
  return [
    first <= HAIR ? Number.NEGATIVE_INFINITY : normalQuantile(first / n),
    last >= n - HAIR ? Number.POSITIVE_INFINITY : normalQuantile(last / n)
  ]
}

/**
 * The lower end of an interval whose first value is knot `first`. A value that recurs holds a whole interval of ranks: all of
 * it is inside where the interval begins there, and none of it where the interval begins beside it.
 */
function fromEdge(knots: Float64Array, first: number, from: number): number {
  const n = knots.length
  const place = (rank: number) => normalQuantile(Math.min(n - 0.25, rank) / n)
  const recurs = (at: number) => at >= 0 && at + 1 < n && knots[at] === knots[at + 1]
  const whole = recurs(first) ? Math.min(from, place(first)) : from
  return recurs(first - 2) ? Math.max(whole, place(first + (recurs(first) ? 0 : 0.25))) : whole
}
