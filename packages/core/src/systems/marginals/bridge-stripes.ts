import { GuidedBridge, planBridge } from '../../bridge/guided-bridge.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import { familyTask } from './family-task.js'
import type { MarginalsModel } from './model.js'
import { workingReference } from './rounds-problem.js'

/** Some paths over one interval: bridges of the reference between the particles of a chain. */
export interface Stripe extends Pick<MarginalsModel, 'family' | 'diffusion' | 'theta' | 'sigma'> {
  readonly interval: readonly [number, number]
  /** The times to draw, and their places among all. */
  readonly inner: readonly number[]
  readonly places: readonly number[]
  /** Of all paths: what cells are chosen by [d]. */
  readonly planned: Float64Array
  readonly first: number
  readonly key: Key
  /** [n, d] */
  readonly starts: Matrix
  readonly ends: Matrix
}

export interface DrawnStripe extends Pick<Stripe, 'places' | 'first'> {
  /** [n, inner · d] */
  readonly drawn: Matrix
  readonly unsettled: number
}

/** Paths a stripe. */
const STRIPE = 64
/** Operations of a cell and pass, in d³; cells and passes of a bridge, roughly. */
const CELL_WORK = 200
const USUAL_CELLS = 24
const USUAL_PASSES = 5

export const workOf = ({ family: { drift }, inner }: Stripe): number =>
  (drift.linear ? inner.length + 1 : USUAL_CELLS * USUAL_PASSES) * CELL_WORK * drift.dimension ** 3

/**
 * Of σ² that couplings resolve, the share that bridges draw with. The middle of two particles whose true partners stand δ away has δ²/4
 * less scatter than they have; a bridge adds σ²Δ/4 a coordinate, which gives that back at σ²Δ = δ²/d, half of what couplings have.
 */
const DRAWN_SHARE = 0.5

/** σ of bridges in an interval [d]. */
function drawnSigma({ intervalSigmas, sigmaFrom }: Pick<MarginalsModel, 'intervalSigmas' | 'sigmaFrom'>, k: number): Float64Array {
  const sigma = intervalSigmas[k]!
  return sigmaFrom === 'resolution' ? sigma.map((s) => s * Math.sqrt(DRAWN_SHARE)) : sigma
}

export function stripesOf(parts: {
  model: MarginalsModel
  request: { readonly count: number; readonly key: Key }
  times: Float64Array
  k: number
  points: readonly Matrix[]
  chain: readonly Uint32Array[]
}): Stripe[] {
  const { model, request, times, k, points, chain } = parts
  const interval: [number, number] = [model.snapshots[k]!.time, model.snapshots[k + 1]!.time]
  const places = [...times.keys()].filter((p) => times[p]! > interval[0] && times[p]! < interval[1])
  if (places.length === 0) return []
  const { family, diffusion, theta } = model
  const shared = { family, diffusion, theta, sigma: drawnSigma(model, k), interval, places, key: keyFor(request.key, `bridge ${k}`) }
  const inner = places.map((p) => times[p]!)
  const planned = rowOf(points[k]!, chain[k]![0]!).slice()
  return Array.from({ length: Math.ceil(request.count / STRIPE) }, (_, s) => {
    const [first, end] = [s * STRIPE, Math.min(request.count, (s + 1) * STRIPE)]
    const [starts, ends] = [k, k + 1].map((at) => takeRows(points[at]!, chain[at]!.subarray(first, end))) as [Matrix, Matrix]
    return { ...shared, inner, planned, first, starts, ends }
  })
}

export function drawStripe({ interval, inner, places, planned, first, key, starts, ends, ...of }: Stripe, watch?: Watch): DrawnStripe {
  const d = starts.cols
  const plan = planBridge(workingReference(of, of.theta, of.sigma), interval, inner, planned)
  const bridge = new GuidedBridge(plan)
  const normals = new Float64Array(plan.normalCount)
  const drawn = matrix(starts.rows, inner.length * d)
  let unsettled = 0
  throwIfStopped(watch, 'bridges')
  for (let row = 0; row < starts.rows; row++) {
    fillNormal(key, first + row, normals)
    const out = drawn.data.subarray(row * drawn.cols, (row + 1) * drawn.cols)
    if (!bridge.draw(rowOf(starts, row), rowOf(ends, row), normals, out)) unsettled++
  }
  return { places, first, drawn, unsettled }
}

export const stripeTask = familyTask('bridges', drawStripe)

/** Puts what was drawn in its places; how many bridges had not settled. */
export function placeStripe(
  out: { readonly times: Float64Array; readonly values: Matrix },
  { places, first, drawn, unsettled }: DrawnStripe
): number {
  const d = out.values.cols
  for (let row = 0; row < drawn.rows; row++)
    places.forEach((p, q) => {
      const from = row * drawn.cols + q * d
      out.values.data.set(drawn.data.subarray(from, from + d), ((first + row) * out.times.length + p) * d)
    })
  return unsettled
}
