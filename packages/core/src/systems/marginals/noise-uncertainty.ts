// That σ is estimated from the same particles, as intervals of θ have it.
import { noiseInfluences, noiseSlope, packedMoments } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import { exp } from '../../num/elementary.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Family } from './family.js'
import { intervalsOf, leastSigma } from './fit-snapshot.js'
import { momentsAt, type RoundsProblem, workingReference } from './rounds-problem.js'
import { weightsOf } from './snapshots.js'

/**
 * Half of the step over which slopes are taken, of log σ and of a parameter by which particles arrive so many standard deviations of
 * the noise elsewhere: far above what couplings are off by, far below where they bend.
 */
export const STEP = 0.05

/** σ with one of its logarithms moved. */
export const movedSigma = (sigma: Float64Array, c: number, by: number): Float64Array => sigma.map((s, at) => (at === c ? s * exp(by) : s))

/** θ with one of its entries moved; of what is positive, the logarithm. */
export const movedTheta = (
  { parameters }: Family,
  theta: Float64Array,
  { k, by }: { readonly k: number; readonly by: number }
): Float64Array => theta.map((value, at) => (at !== k ? value : parameters[k]!.positive ? value * exp(by) : value + by))

/** The entries of σ that were estimated, and did not end where none may be smaller. */
export function estimatedNoise(problem: RoundsProblem, sigma: Float64Array): number[] {
  if (problem.sigma) return []
  const least = leastSigma(problem.snapshots)
  return Array.from(sigma.keys()).filter((c) => sigma[c]! > least[c]!)
}

interface NoiseSlopes {
  /** Of every interval: what its particles do to the slope of the moments' −log-likelihood in log σ [n, |free|] [m, |free|]. */
  readonly influences: readonly { readonly from: Matrix; readonly to: Matrix }[]
  /** How that slope goes with θ, logarithms of what is positive, and log σ [|free|, p + |free|]. */
  readonly slopes: Matrix
}

/** Cost 2(p + |free|) transitions of all particles. */
export function noiseSlopes(
  problem: RoundsProblem,
  { theta, sigma }: { readonly theta: Float64Array; readonly sigma: Float64Array },
  { free, reach }: { readonly free: readonly number[]; readonly reach: Float64Array }
): NoiseSlopes {
  const p = theta.length
  const intervals = intervalsOf(problem.snapshots)
  const reference = workingReference(problem, theta, sigma)
  const flows = intervals.map(([from, to]) => fitTransitions(reference, from.cloud.points, [from.time, to.time]))
  const influences = momentsAt(problem, { theta, start: sigma, flows }).map((part, k) => {
    const [from, to] = intervals[k]!
    const own = noiseInfluences(part, sigma)
    const about = packedMoments(flows[k]!.means, weightsOf(from.cloud)).mean
    // Scores are counted by the particles that leave.
    const forms = (points: Matrix, sign: number): Matrix => {
      const out = matrix(points.rows, free.length)
      for (let i = 0; i < points.rows; i++)
        for (const [f, c] of free.entries())
          out.data[i * free.length + f] = (sign * squareForm(own[c]!, points, i, about)) / from.cloud.points.rows
      return out
    }
    return { from: forms(flows[k]!.means, 1), to: forms(to.cloud.points, -1) }
  })
  const slopes = matrix(free.length, p + free.length)
  const put = (column: number, at: (sign: number) => Float64Array, step: number) => {
    const [above, below] = [at(1), at(-1)]
    for (const [f, c] of free.entries()) slopes.data[f * slopes.cols + column] = (above[c]! - below[c]!) / (2 * step)
  }
  for (let k = 0; k < p; k++) {
    if (!(reach[k]! > 0)) continue
    const step = STEP / reach[k]!
    const at = (sign: number): Float64Array =>
      noiseSlope(momentsAt(problem, { theta: movedTheta(problem.family, theta, { k, by: sign * step }), start: sigma }), sigma)
    put(k, at, step)
  }
  for (const [f, c] of free.entries()) {
    const at = (sign: number): Float64Array => {
      const own = movedSigma(sigma, c, sign * STEP)
      return noiseSlope(momentsAt(problem, { theta, start: own }), own)
    }
    put(p + f, at, STEP)
  }
  return { influences, slopes }
}

/** (x_i − about)ᵀ A (x_i − about) */
function squareForm({ data, cols: d }: Matrix, points: Matrix, i: number, about: Float64Array): number {
  let sum = 0
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++) sum += data[a * d + b]! * (points.data[i * d + a]! - about[a]!) * (points.data[i * d + b]! - about[b]!)
  return sum
}
