import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { type DiffusionMap, type DiffusionMapOptions, diffusionCoordinates, diffusionMap, placePoints } from './diffusion-map.js'
import { type Lifting, liftPoints, neighbourCandidates } from './lifting.js'

/** How well rows come back from their coordinates, measured on rows that the map has not seen. */
export interface RoundTrip {
  /** Neighbours of the lifting with the smallest error. */
  readonly neighbourCount: number
  /** Root of (squared error of held-out rows ÷ their squared distance from the training mean): 0 is perfect, 1 is the mean row. */
  readonly relativeError: number
  readonly candidates: readonly { readonly neighbourCount: number; readonly relativeError: number }[]
  readonly heldOutCount: number
}

/** More rows than these do not change the choice. */
const MOST_ROWS = 2500
const HELD_OUT_SHARE = 0.2

/**
 * The round trip data → coordinates → data on held-out rows: a map of the same ε and dimension is made from 80 % of (at
 * most 2,500) rows, the others are placed by Nyström and lifted with several neighbour counts. Cost: one more map.
 */
export async function measureRoundTrip(map: DiffusionMap, options: DiffusionMapOptions, key: Key): Promise<RoundTrip> {
  const { engine, watch } = options
  const count = Math.min(MOST_ROWS, map.rows.length)
  const order = permutation(keyFor(key, 'round trip'), map.rows.length).subarray(0, count)
  const cut = Math.max(2, Math.ceil(count * (1 - HELD_OUT_SHARE)))
  const training = takeRows(map.cloud.points, order.subarray(0, cut))
  const heldOut = takeRows(map.cloud.points, order.subarray(cut))
  const dimension = Math.min(map.eigenvalues.length, cut - 1)
  const part = await diffusionMap({ cloud: cloud(training), engine, watch, dimension, alpha: map.alpha, tolerance: 1e-4 })
  const coordinates = diffusionCoordinates(part)
  const placed = await placePoints(part, heldOut, engine)
  const candidates = []
  for (const neighbourCount of neighbourCandidates(dimension, cut)) {
    const lifted = await liftPoints({ coordinates, rows: training, neighbourCount }, placed, engine)
    candidates.push({ neighbourCount, relativeError: relativeError(heldOut, lifted, training) })
  }
  const best = candidates.reduce((least, candidate) => (candidate.relativeError < least.relativeError ? candidate : least))
  return { ...best, candidates, heldOutCount: heldOut.rows }
}

/** The lifting of a map with the neighbour count of its round trip; rows [M, D] are the data, in the cloud's order. */
export function liftingOf(map: DiffusionMap, rows: Matrix, neighbourCount: number): Lifting {
  return {
    coordinates: diffusionCoordinates(map),
    rows: takeRows(rows, map.rows),
    neighbourCount: Math.min(neighbourCount, map.rows.length)
  }
}

/** √(Σ‖x − x̂‖² / Σ‖x − mean of reference‖²). */
export function relativeError(rows: Matrix, estimates: Matrix, reference: Matrix): number {
  const mean = new Float64Array(reference.cols)
  for (let at = 0; at < reference.data.length; at++)
    mean[at % reference.cols] = mean[at % reference.cols]! + reference.data[at]! / reference.rows
  let error = 0
  let spread = 0
  for (let at = 0; at < rows.data.length; at++) {
    error += (rows.data[at]! - estimates.data[at]!) ** 2
    spread += (rows.data[at]! - mean[at % rows.cols]!) ** 2
  }
  return spread > 0 ? Math.sqrt(error / spread) : error > 0 ? Number.POSITIVE_INFINITY : 0
}
