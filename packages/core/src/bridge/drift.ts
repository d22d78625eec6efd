import { exp } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'

/**
 * A drift b_θ(x, t) of dX = b_θ(X, t) dt + noise, with its derivatives. Every function writes all of `out`.
 * Unit of the value: unit of x over unit of time.
 */
export interface Drift {
  /** d */
  readonly dimension: number
  /** p */
  readonly parameterCount: number
  /** b [d] */
  value(x: Float64Array, time: number, theta: Float64Array, out: Float64Array): void
  /** ∂b_a/∂x_b at a·d + b [d, d] */
  jacobian(x: Float64Array, time: number, theta: Float64Array, out: Float64Array): void
  /** ∂b_a/∂θ_k at a·p + k [d, p] */
  gradient(x: Float64Array, time: number, theta: Float64Array, out: Float64Array): void
  /** Present when b = A x + c for every θ: closed forms are then used. */
  linear?(theta: Float64Array): LinearDrift
  /** Present when the drift may jump at snapshots: that of the interval which begins at a time, with the same parameters. */
  from?(time: number): Drift
}

/** The drift over an interval that no snapshot divides. */
export const driftOver = (drift: Drift, start: number): Drift => drift.from?.(start) ?? drift

/** b(x) = A x + c. */
export interface LinearDrift {
  /** A [d, d] */
  readonly matrix: Matrix
  /** c [d] */
  readonly offset: Float64Array
}

/** How the noise acts: a constant size, or a size proportional to the state (then every coordinate must be positive). */
export type Diffusion = 'additive' | 'proportional'

/** A reference process at given parameters: dX_c = b_c dt + σ_c dW_c, or dX_c = b_c dt + σ_c X_c dW_c. */
export interface Reference {
  readonly drift: Drift
  readonly diffusion: Diffusion
  /** θ [p] */
  readonly theta: Float64Array
  /** σ [d]; unit of x (or one) over the root of the unit of time. */
  readonly sigma: Float64Array
}

/**
 * The reference in working coordinates Z, where its noise is additive with the same σ: Z = X for additive noise, and
 * Z = log X for proportional noise, with drift b(e^z)/e^z − σ²/2 by Itô's formula. Paths stay positive by construction.
 */
export function workingDrift({ drift, diffusion, sigma }: Pick<Reference, 'drift' | 'diffusion' | 'sigma'>): Drift {
  if (diffusion === 'additive') return drift
  const d = drift.dimension
  const p = drift.parameterCount
  const x = new Float64Array(d)
  const b = new Float64Array(d)
  const set = (z: Float64Array): void => {
    for (let a = 0; a < d; a++) x[a] = exp(z[a]!)
  }
  return {
    dimension: d,
    parameterCount: p,
    ...(drift.from && { from: (time: number) => workingDrift({ drift: drift.from!(time), diffusion, sigma }) }),
    // Without a drift (and only then) the logarithm is again a linear process.
    ...(p === 0 && drift.linear && { linear: () => ({ matrix: matrix(d, d), offset: sigma.map((s) => -0.5 * s * s) }) }),
    value(z, time, theta, out) {
      set(z)
      drift.value(x, time, theta, out)
      for (let a = 0; a < d; a++) out[a] = out[a]! / x[a]! - 0.5 * sigma[a]! * sigma[a]!
    },
    jacobian(z, time, theta, out) {
      set(z)
      drift.value(x, time, theta, b)
      drift.jacobian(x, time, theta, out)
      for (let a = 0; a < d; a++) {
        for (let c = 0; c < d; c++) out[a * d + c] = (out[a * d + c]! * x[c]!) / x[a]!
        out[a * d + a] = out[a * d + a]! - b[a]! / x[a]!
      }
    },
    gradient(z, time, theta, out) {
      set(z)
      drift.gradient(x, time, theta, out)
      for (let a = 0; a < d; a++) for (let k = 0; k < p; k++) out[a * p + k] = out[a * p + k]! / x[a]!
    }
  }
}

/** What a user gives: the drift, and its derivatives where known. */
export type PartialDrift = Pick<Drift, 'dimension' | 'parameterCount' | 'value'> & Partial<Pick<Drift, 'jacobian' | 'gradient' | 'linear'>>

/** Fills in missing derivatives by central differences (relative error about 1e-9 for smooth drifts; 2d or 2p drift values each). */
export function completeDrift(partial: PartialDrift): Drift {
  const { dimension: d, parameterCount: p, value } = partial
  const high = new Float64Array(d)
  const low = new Float64Array(d)
  const shifted = new Float64Array(Math.max(d, p))
  const differences = (at: Float64Array, out: Float64Array, evaluate: (moved: Float64Array, into: Float64Array) => void): void => {
    const count = at.length
    const moved = shifted.subarray(0, count)
    moved.set(at)
    for (let k = 0; k < count; k++) {
      const h = 6e-6 * Math.max(1e-3, Math.abs(at[k]!))
      moved[k] = at[k]! + h
      evaluate(moved, high)
      moved[k] = at[k]! - h
      evaluate(moved, low)
      moved[k] = at[k]!
      for (let a = 0; a < d; a++) out[a * count + k] = (high[a]! - low[a]!) / (2 * h)
    }
  }
  return {
    ...partial,
    jacobian: partial.jacobian ?? ((x, time, theta, out) => differences(x, out, (moved, into) => value(moved, time, theta, into))),
    gradient: partial.gradient ?? ((x, time, theta, out) => differences(theta, out, (moved, into) => value(x, time, moved, into)))
  }
}
