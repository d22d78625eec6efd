import type { Matrix } from '../num/matrix.js'
import { type Drift, driftOver } from './drift.js'
import { linearStep } from './linear-step.js'

/** A reference in working coordinates: dZ = b_θ(Z, t) dt + diag(σ) dW. */
export interface WorkingReference {
  readonly drift: Drift
  readonly theta: Float64Array
  /** [d] */
  readonly sigma: Float64Array
}

/** The Gaussian model of one short cell about the state z̄: z' = φ + F (z − z̄) + N(0, Q). Row-major d × d. */
export interface Cell {
  readonly mean: Float64Array
  readonly propagator: Float64Array
  readonly covariance: Float64Array
}

/** An interval cut into cells, each of which can be linearised anywhere. */
export interface Cells {
  /** Cell borders, from the start of the interval to its end [count + 1]. */
  readonly borders: Float64Array
  /** Whether cells are exact and the same for every state, so that one pass suffices. */
  readonly exact: boolean
  /** Writes the model of cell m about `state` [d] to `out`. */
  linearise(m: number, state: Float64Array, out: Cell): void
}

export function emptyCell(d: number): Cell {
  return { mean: new Float64Array(d), propagator: new Float64Array(d * d), covariance: new Float64Array(d * d) }
}

/** Closed-form cells where the drift is linear, else cells by a Runge–Kutta step of mean, propagator and covariance. */
export function cellsOf(given: WorkingReference, borders: Float64Array): Cells {
  const reference = { ...given, drift: driftOver(given.drift, borders[0]!) }
  return reference.drift.linear ? linearCells(reference, borders) : rungeKuttaCells(reference, borders)
}

function linearCells({ drift, theta, sigma }: WorkingReference, borders: Float64Array): Cells {
  const d = drift.dimension
  const linear = drift.linear!(theta)
  const steps = Array.from({ length: borders.length - 1 }, (_, m) => {
    const { propagator, offset, unitCovariances } = linearStep(linear, borders[m + 1]! - borders[m]!)
    return { propagator, offset, covariance: combine(unitCovariances, sigma) }
  })
  return {
    borders,
    exact: true,
    linearise(m, state, out) {
      const step = steps[m]!
      for (let a = 0; a < d; a++) {
        let sum = step.offset[a]!
        for (let b = 0; b < d; b++) sum += step.propagator.data[a * d + b]! * state[b]!
        out.mean[a] = sum
      }
      out.propagator.set(step.propagator.data)
      out.covariance.set(step.covariance)
    }
  }
}

function combine(unitCovariances: readonly Matrix[], sigma: Float64Array): Float64Array {
  const out = new Float64Array(unitCovariances[0]!.data.length)
  unitCovariances.forEach((unit, c) => {
    for (let k = 0; k < out.length; k++) out[k] = out[k]! + sigma[c]! * sigma[c]! * unit.data[k]!
  })
  return out
}

/** dz/dt = b and dF/dt = J F of a state [d] and its propagator [d, d], one behind the other; leaves J in `jacobian` [d, d]. */
export function propagatorSlope(
  { drift, theta }: Pick<WorkingReference, 'drift' | 'theta'>,
  jacobian: Float64Array
): (time: number, y: Float64Array, out: Float64Array) => void {
  const d = drift.dimension
  return (time, y, out) => {
    const z = y.subarray(0, d)
    drift.value(z, time, theta, out.subarray(0, d))
    drift.jacobian(z, time, theta, jacobian)
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        let sum = 0
        for (let e = 0; e < d; e++) sum += jacobian[a * d + e]! * y[d + e * d + b]!
        out[d + a * d + b] = sum
      }
    }
  }
}

/** One classical Runge–Kutta step a cell for dz/dt = b, dF/dt = J F, dQ/dt = J Q + Q Jᵀ + diag(σ²). */
function rungeKuttaCells({ drift, theta, sigma }: WorkingReference, borders: Float64Array): Cells {
  const d = drift.dimension
  const size = d + 2 * d * d
  const slopes = [0, 1, 2, 3].map(() => new Float64Array(size))
  const start = new Float64Array(size)
  const trial = new Float64Array(size)
  const jacobian = new Float64Array(d * d)
  const slope = propagatorSlope({ drift, theta }, jacobian)
  const derivative = (time: number, y: Float64Array, out: Float64Array): void => {
    slope(time, y, out)
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        let q = a === b ? sigma[a]! * sigma[a]! : 0
        for (let e = 0; e < d; e++) q += jacobian[a * d + e]! * y[d + d * d + e * d + b]! + jacobian[b * d + e]! * y[d + d * d + a * d + e]!
        out[d + d * d + a * d + b] = q
      }
    }
  }
  return {
    borders,
    exact: false,
    linearise(m, state, out) {
      const time = borders[m]!
      const h = borders[m + 1]! - time
      start.fill(0)
      start.set(state.subarray(0, d))
      for (let a = 0; a < d; a++) start[d + a * d + a] = 1
      rungeKuttaStep(derivative, { start, slopes, trial }, time, h)
      out.mean.set(start.subarray(0, d))
      out.propagator.set(start.subarray(d, d + d * d))
      out.covariance.set(start.subarray(d + d * d))
    }
  }
}

/** One classical step of `start`, in place. */
export function rungeKuttaStep(
  derivative: (time: number, y: Float64Array, out: Float64Array) => void,
  { start, slopes, trial }: { start: Float64Array; slopes: Float64Array[]; trial: Float64Array },
  time: number,
  h: number
): void {
  derivative(time, start, slopes[0]!)
  for (let stage = 1; stage < 4; stage++) {
    const share = stage === 3 ? h : h / 2
    for (let k = 0; k < start.length; k++) trial[k] = start[k]! + share * slopes[stage - 1]![k]!
    derivative(time + share, trial, slopes[stage]!)
  }
  for (let k = 0; k < start.length; k++) {
    start[k] = start[k]! + (h / 6) * (slopes[0]![k]! + 2 * slopes[1]![k]! + 2 * slopes[2]![k]! + slopes[3]![k]!)
  }
}
