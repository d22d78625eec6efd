import { InputError } from '../num/errors.js'
import { choleskyInPlace, multiplyInto, solveLowerInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'
import { DormandPrince } from '../num/ode.js'
import { type Cell, type Cells, cellsOf, emptyCell, type WorkingReference } from './cells.js'

/** Cells of a nonlinear bridge at least, spread evenly over the interval. */
const LEAST_CELLS = 16
/** Most relinearisations about the bridge's own mean path. */
const MOST_PASSES = 12

/** Normals that one draw consumes: `2 · d · cells`. */
interface BridgePlan {
  readonly cells: Cells
  /** Border number of each requested time. */
  readonly places: Int32Array
  readonly normalCount: number
}

/**
 * Cuts an interval for bridging: at the requested inner times only when the reference is linear (closed form), else also
 * evenly, as finely as an adaptive solver needs from `state`. Times must lie inside the interval, ascending.
 */
export function planBridge(
  reference: WorkingReference,
  interval: readonly [number, number],
  times: readonly number[],
  state: Float64Array
): BridgePlan {
  const [from, to] = interval
  const borders = new Set([from, ...times, to])
  if (!reference.drift.linear) {
    const count = Math.max(LEAST_CELLS, 2 * solverSteps(reference, interval, state))
    for (let m = 1; m < count; m++) {
      const at = from + ((to - from) * m) / count
      if (times.every((t) => Math.abs(t - at) > 1e-9 * (to - from))) borders.add(at)
    }
  }
  const sorted = Float64Array.from(borders).sort()
  const cells = cellsOf(reference, sorted)
  return {
    cells,
    places: Int32Array.from(times, (t) => sorted.indexOf(t)),
    normalCount: 2 * reference.drift.dimension * (sorted.length - 1)
  }
}

function solverSteps({ drift, theta }: WorkingReference, interval: readonly [number, number], state: Float64Array): number {
  const solver = new DormandPrince(drift.dimension)
  return solver.integrate((time, y, out) => drift.value(y, time, theta, out), state.slice(), interval)
}

/**
 * Bridges of the reference from one point to another, drawn at the planned times.
 *
 * The reference is replaced by the Gaussian chain that is linearised along the bridge's own mean path (found by repeated
 * smoothing: multiple shooting), and this chain is conditioned on its end exactly: backward pass for the law of the end
 * given each border, forward pass for the draw. Exact for linear drifts. Cost O(passes · cells · d³) a draw.
 * @source mathematics.md section 11, step 3; Bell and Cathey, *The iterated Kalman filter update as a Gauss–Newton
 * method*, IEEE TAC 1993.
 */
export class GuidedBridge {
  private readonly d: number
  private readonly count: number
  private readonly models: Cell[]
  private readonly path: Float64Array
  private readonly next: Float64Array
  /** ∂(end)/∂(border m), covariance of the end given border m, and mean of the end at the path. */
  private readonly reach: Float64Array
  private readonly spread: Float64Array
  private readonly endMean: Float64Array
  private readonly scratch: Float64Array[]

  constructor(private readonly plan: BridgePlan) {
    this.count = plan.cells.borders.length - 1
    const d = plan.normalCount / (2 * this.count)
    this.d = d
    this.models = Array.from({ length: this.count }, () => emptyCell(d))
    this.path = new Float64Array((this.count + 1) * d)
    this.next = new Float64Array((this.count + 1) * d)
    this.reach = new Float64Array((this.count + 1) * d * d)
    this.spread = new Float64Array((this.count + 1) * d * d)
    this.endMean = new Float64Array((this.count + 1) * d)
    this.scratch = Array.from({ length: 8 }, () => new Float64Array(d * d))
  }

  /**
   * One bridge from `start` to `end` [d] with the given standard normals [normalCount], written to `out` [times, d].
   * Returns whether relinearisation settled. Throws `InputError` `bridge-failed` when the path stops being finite.
   */
  draw(start: Float64Array, end: Float64Array, normals: Float64Array, out: Float64Array): boolean {
    const settled = this.settle(start, end)
    this.forward(end, normals)
    this.plan.places.forEach((place, k) => {
      for (let a = 0; a < this.d; a++) {
        const value = this.next[place * this.d + a]!
        if (!Number.isFinite(value)) throw bridgeFailed(start, end)
        out[k * this.d + a] = value
      }
    })
    return settled
  }

  /** Finds the bridge's mean path and leaves the linearisation about it in place. */
  private settle(start: Float64Array, end: Float64Array): boolean {
    const { d, count, path } = this
    path.set(start)
    for (let m = 0; m < count; m++) {
      this.plan.cells.linearise(m, path.subarray(m * d), this.models[m]!)
      path.set(this.models[m]!.mean, (m + 1) * d)
    }
    if (!path.every(Number.isFinite)) this.startStraight(start, end)
    this.backward()
    if (this.plan.cells.exact) return true
    let previous = Number.POSITIVE_INFINITY
    let damping = 1
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      this.forward(end, undefined)
      const change = this.moveTowardsNext(damping)
      if (!Number.isFinite(change)) throw bridgeFailed(start, end)
      for (let m = 0; m < count; m++) this.plan.cells.linearise(m, path.subarray(m * d), this.models[m]!)
      this.backward()
      if (change < 0.02) return true
      // A Gauss–Newton step that does not shrink is halved.
      damping = change > 0.8 * previous ? Math.max(0.125, damping / 2) : Math.min(1, damping * 2)
      previous = change
    }
    return false
  }

  private startStraight(start: Float64Array, end: Float64Array): void {
    const { d, count, path } = this
    const { borders } = this.plan.cells
    for (let m = 0; m <= count; m++) {
      const share = (borders[m]! - borders[0]!) / (borders[count]! - borders[0]!)
      for (let a = 0; a < d; a++) path[m * d + a] = start[a]! + share * (end[a]! - start[a]!)
    }
    for (let m = 0; m < count; m++) this.plan.cells.linearise(m, path.subarray(m * d), this.models[m]!)
  }

  /** path ← path + damping (next − path); the largest move in units of the noise of the whole interval. */
  private moveTowardsNext(damping: number): number {
    const { d, count, path, next } = this
    let largest = 0
    for (let m = 1; m <= count; m++) {
      for (let a = 0; a < d; a++) {
        const move = next[m * d + a]! - path[m * d + a]!
        if (!Number.isFinite(move)) return Number.POSITIVE_INFINITY
        largest = Math.max(largest, Math.abs(move) / Math.sqrt(this.models[m - 1]!.covariance[a * d + a]! * count))
        path[m * d + a] = path[m * d + a]! + damping * move
      }
    }
    return largest
  }

  /** reach_m = reach_{m+1} F_m, spread_m = spread_{m+1} + reach_{m+1} Q_m reachᵀ, and the mean of the end at the path. */
  private backward(): void {
    const { d, count, reach, spread, endMean, path } = this
    const [work] = this.scratch as [Float64Array]
    reach.fill(0, count * d * d)
    spread.fill(0, count * d * d)
    for (let a = 0; a < d; a++) {
      reach[count * d * d + a * d + a] = 1
      endMean[count * d + a] = path[count * d + a]!
    }
    for (let m = count - 1; m >= 0; m--) {
      const model = this.models[m]!
      const later = reach.subarray((m + 1) * d * d, (m + 2) * d * d)
      multiplyInto(later, model.propagator, reach.subarray(m * d * d, (m + 1) * d * d), d)
      multiplyInto(later, model.covariance, work, d)
      for (let a = 0; a < d; a++) {
        let shift = 0
        for (let b = 0; b < d; b++) {
          shift += later[a * d + b]! * (model.mean[b]! - path[(m + 1) * d + b]!)
          let sum = spread[(m + 1) * d * d + a * d + b]!
          for (let e = 0; e < d; e++) sum += work[a * d + e]! * later[b * d + e]!
          spread[m * d * d + a * d + b] = sum
        }
        endMean[m * d + a] = endMean[(m + 1) * d + a]! + shift
      }
    }
  }

  /**
   * Writes to `next` a draw of the chain given its end, or its mean without normals. Each step draws the free chain and
   * the end, and moves by the gain times what the end is off by (Matheron's rule): no difference of covariances.
   */
  private forward(end: Float64Array, normals: Float64Array | undefined): void {
    const { d, count, path, next, reach, spread, endMean } = this
    const [factor, noiseFactor, endFactor, free, off, gainRow] = this.scratch as Float64Array[]
    next.set(path.subarray(0, d))
    for (let m = 0; m < count; m++) {
      const model = this.models[m]!
      const later = reach.subarray((m + 1) * d * d, (m + 2) * d * d)
      factor!.set(spread.subarray(m * d * d, (m + 1) * d * d))
      if (!choleskyInPlace(factor!, d)) {
        next.fill(Number.NaN)
        return
      }
      for (let a = 0; a < d; a++) {
        let sum = model.mean[a]!
        for (let b = 0; b < d; b++) sum += model.propagator[a * d + b]! * (next[m * d + b]! - path[m * d + b]!)
        free![a] = sum
      }
      if (normals) addNoise(free!, model.covariance, noiseFactor!, normals.subarray(2 * d * m, 2 * d * m + d), d)
      for (let a = 0; a < d; a++) {
        let sum = end[a]! - endMean[(m + 1) * d + a]!
        for (let b = 0; b < d; b++) sum -= later[a * d + b]! * (free![b]! - path[(m + 1) * d + b]!)
        off![a] = -sum
      }
      if (normals && m < count - 1) {
        addNoise(off!, spread.subarray((m + 1) * d * d, (m + 2) * d * d), endFactor!, normals.subarray(2 * d * m + d, 2 * d * m + 2 * d), d)
      }
      solveLowerInPlace(factor!, d, off!)
      solveLowerTransposedInPlace(factor!, d, off!)
      for (let a = 0; a < d; a++) {
        let pulled = 0
        for (let b = 0; b < d; b++) pulled += later[b * d + a]! * off![b]!
        gainRow![a] = pulled
      }
      for (let a = 0; a < d; a++) {
        let sum = free![a]!
        for (let b = 0; b < d; b++) sum -= model.covariance[a * d + b]! * gainRow![b]!
        next[(m + 1) * d + a] = sum
      }
    }
  }
}

/** x ← x + L ξ with L Lᵀ = covariance. */
function addNoise(x: Float64Array, covariance: Float64Array, factor: Float64Array, xi: Float64Array, d: number): void {
  factor.set(covariance)
  if (!choleskyInPlace(factor, d)) {
    x.fill(Number.NaN)
    return
  }
  for (let a = 0; a < d; a++) {
    let sum = 0
    for (let b = 0; b <= a; b++) sum += factor[a * d + b]! * xi[b]!
    x[a] = x[a]! + sum
  }
}

function bridgeFailed(start: Float64Array, end: Float64Array): InputError {
  const show = (x: Float64Array): string => `(${Array.from(x, (v) => Number(v.toPrecision(4))).join(', ')})`
  return new InputError({
    code: 'bridge-failed',
    got: `a bridge from ${show(start)} to ${show(end)} (working coordinates) that stops being finite`,
    expected: 'a drift that can be followed between the two points',
    try: 'another reference, or a larger sigma'
  })
}
