import type { Bounds, LinearInterval } from '../../know/places.js'
import type { Matrix } from '../../num/matrix.js'
import { type Key, keyFor, uniforms } from '../../num/random.js'
import { truncatedNormal } from '../../num/truncated-normal.js'

/** Intervals of combinations of coordinates, and the noise that each row stands off them by, drawn anew for every sweep. */
interface SweptIntervals {
  readonly intervals: readonly LinearInterval[]
  /** [intervals][n] */
  readonly noise: readonly Float64Array[]
}

/**
 * The noise of every interval given the rows: N(0, deviation²) where the combination with it lies inside. Rows that lie outside
 * come in by it, and are let in as it is drawn anew. Cost O(n·terms).
 */
export function noiseGiven(intervals: readonly LinearInterval[], state: Matrix, key: Key): SweptIntervals {
  const noise = intervals.map((interval, k) => {
    const { low, high, deviation } = interval
    const draws = uniforms(keyFor(key, `interval ${k}`), state.rows)
    return Float64Array.from(draws, (uniform, i) => {
      const value = combinationAt(interval, state, i)
      return deviation * truncatedNormal((low - value) / deviation, (high - value) / deviation, uniform)
    })
  })
  return { intervals, noise }
}

function combinationAt({ terms }: LinearInterval, { data, cols }: Matrix, i: number): number {
  let sum = 0
  for (const { coordinate, factor } of terms) sum += factor * data[i * cols + coordinate]!
  return sum
}

/** Where coordinate `a` of every row may be while all others stay, within bounds of its own; undefined where it may be anywhere. */
export function boundsGiven({ intervals, noise }: SweptIntervals, a: number, { own, state }: { own: Bounds | undefined; state: Matrix }) {
  let bounds = own
  for (const [k, interval] of intervals.entries()) {
    const factor = interval.terms.find(({ coordinate }) => coordinate === a)?.factor ?? 0
    if (factor === 0) continue
    const ends = { low: new Float64Array(state.rows), high: new Float64Array(state.rows) }
    for (let i = 0; i < state.rows; i++) {
      const at = state.data[i * state.cols + a]!
      const value = combinationAt(interval, state, i) + noise[k]![i]!
      const [one, other] = [at + (interval.low - value) / factor, at + (interval.high - value) / factor]
      // Where it stands is inside, whatever rounding says.
      ends.low[i] = Math.min(at, Math.max(Math.min(one, other), bounds?.low[i] ?? Number.NEGATIVE_INFINITY))
      ends.high[i] = Math.max(at, Math.min(Math.max(one, other), bounds?.high[i] ?? Number.POSITIVE_INFINITY))
    }
    bounds = ends
  }
  return bounds
}
