import { reflectedInto } from '../law/strata.js'
import type { TrainingRows } from '../law/training-rows.js'
import { log } from '../num/elementary.js'
import { columnOf, type Matrix, matrix } from '../num/matrix.js'
import { endEvidence } from '../num/sharp-end.js'
import type { Encoder } from '../table/encoder.js'

/** Rows that are looked at, at most: of more, every so many. */
const MOST_ROWS = 10_000

/** log of how much likelier an end is than a tail for a column to count as ending: 100 times. */
const EVIDENCE = log(100)

/** Where columns end [d]: infinite on the sides where they taper off. */
export interface Ends {
  readonly low: Float64Array
  readonly high: Float64Array
}

/**
 * Where coordinates end sharply, as a year of a survey, a share or a measurement cut off does: what noise carries beyond would be
 * rows that cannot be. The last tenth of a column is an end if it is at least 100 times likelier to be evenly spread up to the
 * last value than to taper off exponentially, both fitted by likelihood: a normal column has none. Undefined where none ends so. Cost O(M·d).
 */
export function sharpEnds({ rows, cols, data }: Matrix): Ends | undefined {
  const count = Math.min(rows, MOST_ROWS)
  const low = new Float64Array(cols).fill(Number.NEGATIVE_INFINITY)
  const high = new Float64Array(cols).fill(Number.POSITIVE_INFINITY)
  let hasSome = false
  for (let c = 0; c < cols; c++) {
    const ascending = new Float64Array(count)
    for (let k = 0; k < count; k++) ascending[k] = data[Math.floor((k * rows) / count) * cols + c]!
    ascending.sort()
    if (endEvidence(ascending.map((x) => -x).reverse()) >= EVIDENCE) low[c] = extreme(c, Math.min)
    if (endEvidence(ascending) >= EVIDENCE) high[c] = extreme(c, Math.max)
    hasSome ||= Number.isFinite(low[c]!) || Number.isFinite(high[c]!)
  }
  return hasSome ? { low, high } : undefined

  function extreme(c: number, further: (a: number, b: number) => number): number {
    let end = data[c]!
    for (let at = c; at < rows * cols; at += cols) end = further(end, data[at]!)
    return end
  }
}

/** Columns of numbers by the sides on which a law that has no ends there would have carried rows of the data beyond them. */
export interface EndNames {
  readonly low: readonly string[]
  readonly high: readonly string[]
}

/**
 * Where drawn rows lie beyond all training rows as often as fresh rows do once in twenty tables: of P fresh rows e lie beyond M others with
 * probability (P/(P+M))^e at most, however a column is spread. An end too many costs no more than the one row in M that fresh rows have
 * beyond it. Numbers that are scaled by their ranks end where these do. Undefined where there are none. Cost O((M + P)·d).
 */
export function endsPassed(
  drawn: Matrix,
  { encoder, rows: { coordinates } }: Pick<TrainingRows, 'encoder' | 'rows'>
): EndNames | undefined {
  const codes = standardCodes(encoder)
  const least = log(0.05) / log(drawn.rows / (drawn.rows + coordinates.rows))
  const beyond = (c: number, sign: 1 | -1): number => {
    const end = extremeOf(coordinates, c, sign)
    return columnOf(drawn, c).reduce((count, x) => count + (sign * x > sign * end ? 1 : 0), 0)
  }
  const passed = (sign: 1 | -1) => codes.flatMap(({ name, coordinate }) => (beyond(coordinate, sign) > least ? [name] : []))
  const [low, high] = [passed(-1), passed(1)]
  return low.length + high.length > 0 ? { low, high } : undefined
}

/** Ends of a table with those that are named, which are its smallest and largest values. Undefined where there are none. */
export function withNamed(
  ends: Ends | undefined,
  { encoder, rows: { coordinates } }: Pick<TrainingRows, 'encoder' | 'rows'>,
  { low, high }: EndNames
): Ends | undefined {
  const own = standardCodes(encoder).filter(({ name }) => low.includes(name) || high.includes(name))
  if (own.length === 0) return ends
  const all = {
    low: ends?.low.slice() ?? new Float64Array(coordinates.cols).fill(Number.NEGATIVE_INFINITY),
    high: ends?.high.slice() ?? new Float64Array(coordinates.cols).fill(Number.POSITIVE_INFINITY)
  }
  for (const { name, coordinate } of own) {
    if (low.includes(name)) all.low[coordinate] = extremeOf(coordinates, coordinate, -1)
    if (high.includes(name)) all.high[coordinate] = extremeOf(coordinates, coordinate, 1)
  }
  return all
}

const standardCodes = ({ columns }: Encoder) =>
  columns.flatMap((code) => (code.carries === 'coordinate' && code.scaler.method === 'standard' ? [code] : []))

const extremeOf = (points: Matrix, c: number, sign: 1 | -1): number =>
  columnOf(points, c).reduce((end, x) => (sign * x > sign * end ? x : end), -sign * Number.POSITIVE_INFINITY)

/** Coordinates with what lies beyond an end reflected at it. Cost O(cells). */
export function withinEnds({ rows, cols, data }: Matrix, { low, high }: Ends): Matrix {
  return matrix(
    rows,
    cols,
    data.map((x, at) => reflectedInto(low[at % cols]!, high[at % cols]!, x))
  )
}
