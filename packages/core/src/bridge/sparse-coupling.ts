import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { rowOf } from '../num/matrix.js'
import { type SchrodingerBridge, towards } from './schrodinger.js'

/** The heaviest entries of a coupling, row by row, heavier ones first. */
export interface SparseCoupling {
  /** i, j and P_ij [entries] */
  readonly sources: Uint32Array
  readonly targets: Uint32Array
  readonly masses: Float64Array
  /** Share of all mass that is kept. */
  readonly kept: number
}

interface SparseOptions {
  /** Of each row's mass. Default 0.95. */
  readonly share?: number | undefined
  /** Partners of a row at most. */
  readonly most?: number | undefined
  readonly watch?: Watch | undefined
}

/** Share of a row's mass that its partners make up. */
export const PARTNER_SHARE = 0.95

/**
 * The heaviest partners of every source until `share` of its mass is reached. Cost O(n·m·d), memory O(m + entries).
 */
export function sparseCoupling(bridge: SchrodingerBridge, options: SparseOptions = {}): SparseCoupling {
  const { share = PARTNER_SHARE, most = Number.POSITIVE_INFINITY, watch } = options
  const { points, logWeights } = bridge.from
  const entries = { sources: [] as number[], targets: [] as number[], masses: [] as number[] }
  const weights = new Float64Array(bridge.to.points.rows)
  const terms = towards(bridge)
  let kept = 0
  for (let i = 0; i < points.rows; i++) {
    if ((i & 63) === 0) {
      throwIfStopped(watch, 'partners')
      watch?.progress?.({ stage: 'partners', done: i, total: points.rows })
    }
    fillPartners(bridge, { i, terms, out: weights })
    const mass = exp(logWeights[i]!)
    let reached = 0
    for (const j of heaviest(weights, share, most)) {
      entries.sources.push(i)
      entries.targets.push(j)
      entries.masses.push(mass * weights[j]!)
      reached += weights[j]!
    }
    kept += mass * reached
  }
  const { sources, targets, masses } = entries
  return { sources: Uint32Array.from(sources), targets: Uint32Array.from(targets), masses: Float64Array.from(masses), kept }
}

/** p_j(x_i) [m]. */
function fillPartners(
  { from, to, epsilon }: SchrodingerBridge,
  { i, terms, out }: { readonly i: number; readonly terms: Float64Array; readonly out: Float64Array }
): void {
  const x = rowOf(from.points, i)
  const { data, cols } = to.points
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0, at = 0; j < out.length; j++) {
    let squares = 0
    for (let c = 0; c < cols; c++, at++) squares += (x[c]! - data[at]!) * (x[c]! - data[at]!)
    const log = terms[j]! - squares / (4 * epsilon)
    out[j] = log
    if (log > largest) largest = log
  }
  let sum = 0
  for (let j = 0; j < out.length; j++) {
    const weight = exp(out[j]! - largest)
    out[j] = weight
    sum += weight
  }
  for (let j = 0; j < out.length; j++) out[j] = out[j]! / sum
}

/** The fewest indices whose weights, of sum one, reach a share, heavier ones first: none of them is below (1 − share)/m. */
function heaviest(weights: Float64Array, share: number, most: number): number[] {
  const least = (1 - share) / weights.length
  const candidates: number[] = []
  for (let j = 0; j < weights.length; j++) if (weights[j]! >= least) candidates.push(j)
  candidates.sort((a, b) => weights[b]! - weights[a]! || a - b)
  let reached = 0
  const enough = candidates.findIndex((j) => {
    reached += weights[j]!
    return reached >= share
  })
  return candidates.slice(0, Math.min(most, enough < 0 ? candidates.length : enough + 1))
}
