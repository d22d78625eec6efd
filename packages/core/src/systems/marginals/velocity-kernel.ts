import { type Coupling, conditionalWeights } from '../../bridge/coupling.js'
import {
  propagated,
  type StateTransition,
  sum,
  symmetric,
  type VelocityKernel,
  type VelocityProcess,
  velocityProcess
} from '../../bridge/velocity.js'
import { symmetricEigen } from '../../num/eigen.js'
import { exp } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { cholesky, identity, inverse, multiply, transpose } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { RowKernel } from '../../scaling/row-kernel.js'

/** Gaussian beliefs about the velocity state of every particle of a snapshot, given the snapshots on one side of it. */
export interface Beliefs {
  /** [n, q·d]: entry c of the state in coordinate a at c·d + a. */
  readonly means: Matrix
  /** Shared by particles and coordinates [q, q]. */
  readonly covariance: Matrix
}

/** The same as a factor exp(ηᵀh − ½ hᵀΛh), with the prior divided out: what the snapshots on the far side add. */
export interface Hints {
  /** η [n, q·d] */
  readonly vectors: Matrix
  /** Λ [q, q] */
  readonly precision: Matrix
}

/** The variance that a coupling of this σ resolves over an interval, averaged over coordinates. */
export function widthOf(sigma: Float64Array, interval: number): number {
  return (sigma.reduce((total, s) => total + s * s, 0) / sigma.length) * interval
}

/** The process of a reference in the coordinates of its particles: one variance for all coordinates, as distances have it. */
export function processOf({ kernel, variance }: Pick<VelocityReference, 'kernel' | 'variance'>): VelocityProcess {
  return withVariance(velocityProcess(kernel), variance.reduce((total, v) => total + v, 0) / variance.length)
}

/** A process whose velocity has this variance. */
function withVariance(process: VelocityProcess, variance: number): VelocityProcess {
  const times = (m: Matrix): Matrix =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((x) => x * variance)
    )
  return { ...process, stationary: times(process.stationary), noise: times(process.noise) }
}

/** What nothing is known of: the stationary law. */
export function priorBeliefs({ size, stationary }: VelocityProcess, { rows, cols }: Matrix): Beliefs {
  return { means: matrix(rows, size * cols), covariance: stationary }
}

export function noHints({ size }: VelocityProcess, { rows, cols }: Matrix): Hints {
  return { vectors: matrix(rows, size * cols), precision: matrix(size, size) }
}

/** Beliefs of the process read backwards → what they say to the process read forwards. A belief never says less than nothing. */
export function hintsFrom({ size, stationary, parity }: VelocityProcess, { means, covariance }: Beliefs): Hints {
  // In coordinates in which the prior has covariance one, precisions beyond one are what was learned.
  const root = cholesky(stationary)
  const precision = multiply(multiply(transpose(root), inverse(covariance)), root)
  const { values, vectors } = symmetricEigen(symmetric(precision))
  const back = transpose(inverse(root))
  const part = (of: (value: number) => number): Matrix => {
    const diagonal = matrix(size, size)
    values.forEach((value, k) => {
      diagonal.data[k * size + k] = of(value)
    })
    return symmetric(propagated(multiply(back, vectors), diagonal))
  }
  const signed = (m: Matrix): Matrix =>
    matrix(
      size,
      size,
      m.data.map((x, k) => x * parity[Math.floor(k / size)]! * parity[k % size]!)
    )
  const weigh = part((value) => Math.max(value, 1))
  const out = matrix(means.rows, means.cols)
  const d = means.cols / size
  for (let i = 0; i < means.rows; i++)
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++)
        for (let c = 0; c < d; c++)
          out.data[i * means.cols + a * d + c] =
            out.data[i * means.cols + a * d + c]! + parity[a]! * weigh.data[a * size + b]! * means.data[i * means.cols + b * d + c]!
  return { vectors: out, precision: signed(part((value) => Math.max(value - 1, 0))) }
}

/** How beliefs move over one interval, once a later place is seen. */
interface Step {
  readonly size: number
  /** b of x + b h [q] */
  readonly reach: Float64Array
  /** A [q, q] */
  readonly map: Matrix
  /** G: what a unit of surprise in the place says about the state [q] */
  readonly gain: Float64Array
  /** Variance S of the later place. */
  readonly variance: number
  /** Covariance of the later state [q, q]. */
  readonly covariance: Matrix
}

function stepOf({ map, noise }: StateTransition, covariance: Matrix): Step {
  const n = map.rows
  const size = n - 1
  const whole = matrix(n, n)
  for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) whole.data[(a + 1) * n + b + 1] = covariance.data[a * size + b]!
  const predicted = symmetric(sum(propagated(map, whole), noise))
  const variance = predicted.data[0]!
  const gain = Float64Array.from({ length: size }, (_, a) => predicted.data[(a + 1) * n]! / variance)
  const inner = (of: (a: number, b: number) => number): Matrix =>
    matrix(
      size,
      size,
      Float64Array.from({ length: size * size }, (_, k) => of(Math.floor(k / size), k % size))
    )
  return {
    size,
    reach: map.data.slice(1, n),
    map: inner((a, b) => map.data[(a + 1) * n + b + 1]!),
    gain,
    variance,
    covariance: inner((a, b) => predicted.data[(a + 1) * n + b + 1]! - gain[a]! * variance * gain[b]!)
  }
}

/** Between two snapshots: places, beliefs before, hints from after. */
export interface VelocityPair {
  readonly from: Matrix
  readonly to: Matrix
  readonly beliefs: Beliefs
  readonly hints: Hints
  readonly transition: StateTransition
}

/**
 * log ∫ p(y_j, h | x_i, beliefs_i) hints_j(h) dh up to terms of i alone, at the temperature at which it is as sharp in y
 * as a Gaussian of variance `width`. Cost O(q·d) a value.
 * @source mathematics.md section 19, step 3.
 */
export function velocityKernel({ from, to, beliefs, hints, transition }: VelocityPair, width: number): RowKernel {
  const { size, reach, map, gain, variance, covariance } = stepOf(transition, beliefs.covariance)
  const d = from.cols
  // W = (I + P Λ)⁻¹ and the symmetric Λ W.
  const w = inverse(sum(identity(size), multiply(covariance, hints.precision)))
  const lw = multiply(hints.precision, w)
  const column = matrix(size, 1, gain)
  const lwGain = multiply(lw, column)
  const curvature = 1 / variance + multiply(transpose(column), lwGain).data[0]!
  const scale = 1 / (curvature * width)
  const wGain = multiply(w, column).data
  const hintPull = combined(hints.vectors, wGain, d)
  const carried = mapped(beliefs.means, map, d)
  const beliefPull = combined(carried, lwGain.data, d)
  const weighed = mapped(carried, w, d)
  const places = combined(beliefs.means, reach, d)
  // Multiplied out, a value is a product of what i and j know, [place, state] each, and a term of each alone.
  const length = d + size * d
  const left = matrix(from.rows, length)
  const right = matrix(to.rows, length)
  const ofLeft = new Float64Array(from.rows)
  const ofRight = new Float64Array(to.rows)
  const middle = to.data.slice(0, d)
  for (let i = 0; i < from.rows; i++)
    for (let a = 0; a < d; a++) {
      const place = from.data[i * d + a]! + places.data[i * d + a]! - middle[a]!
      const pull = beliefPull.data[i * d + a]!
      left.data[i * length + a] = scale * (curvature * place - pull)
      ofLeft[i] = ofLeft[i]! + scale * place * (pull - 0.5 * curvature * place)
      for (let c = 0; c < size; c++)
        left.data[i * length + d + c * d + a] = scale * (weighed.data[i * weighed.cols + c * d + a]! - wGain[c]! * place)
    }
  for (let j = 0; j < to.rows; j++) {
    for (let a = 0; a < d; a++) {
      const place = to.data[j * d + a]! - middle[a]!
      right.data[j * length + a] = place
      ofRight[j] = ofRight[j]! + scale * place * (hintPull.data[j * d + a]! - 0.5 * curvature * place)
    }
    right.data.set(hints.vectors.data.subarray(j * size * d, (j + 1) * size * d), j * length + d)
  }
  return {
    rows: from.rows,
    cols: to.rows,
    fillRow(i, out) {
      const own = left.data.subarray(i * length, (i + 1) * length)
      const { data } = right
      for (let j = 0, at = 0; j < out.length; j++) {
        let value = ofLeft[i]! + ofRight[j]!
        for (let c = 0; c < length; c++, at++) value += own[c]! * data[at]!
        out[j] = value
      }
    }
  }
}

/** Σ_c weights_c state_c, a coordinate [n, d]. */
function combined(states: Matrix, weights: Float64Array, d: number): Matrix {
  const out = matrix(states.rows, d)
  for (let i = 0; i < states.rows; i++)
    for (let c = 0; c < weights.length; c++)
      for (let a = 0; a < d; a++) out.data[i * d + a] = out.data[i * d + a]! + weights[c]! * states.data[i * states.cols + c * d + a]!
  return out
}

/** Every state times a matrix, a coordinate [n, q·d]. */
function mapped(states: Matrix, by: Matrix, d: number): Matrix {
  const out = matrix(states.rows, states.cols)
  for (let i = 0; i < states.rows; i++)
    for (let r = 0; r < by.rows; r++)
      for (let c = 0; c < by.cols; c++)
        for (let a = 0; a < d; a++)
          out.data[i * out.cols + r * d + a] =
            out.data[i * out.cols + r * d + a]! + by.data[r * by.cols + c]! * states.data[i * out.cols + c * d + a]!
  return out
}

/**
 * Beliefs about the later snapshot's particles: Gaussian, with the mean over partners, and the spread between partners added to
 * the covariance, averaged over particles and coordinates. Cost O(n·m·q·d).
 */
export function beliefsAfter(pair: VelocityPair, coupling: Coupling, watch?: Watch): Beliefs {
  const { from, to, beliefs, transition } = pair
  const { size, reach, map, gain, covariance } = stepOf(transition, beliefs.covariance)
  const d = from.cols
  const q = size * d
  // m_ij = own_i + G y_j with own_i = (A − G b) m_i − G x_i.
  const own = mapped(beliefs.means, map, d)
  const places = combined(beliefs.means, reach, d)
  for (let i = 0; i < from.rows; i++)
    for (let c = 0; c < size; c++)
      for (let a = 0; a < d; a++)
        own.data[i * q + c * d + a] = own.data[i * q + c * d + a]! - gain[c]! * (places.data[i * d + a]! + from.data[i * d + a]!)
  const means = matrix(to.rows, q)
  const masses = new Float64Array(to.rows)
  const row = new Float64Array(to.rows)
  const spread = matrix(size, size)
  const tally = (m: Float64Array, at: number, weight: number): void => {
    for (let c = 0; c < size; c++)
      for (let e = 0; e < size; e++)
        for (let a = 0; a < d; a++)
          spread.data[c * size + e] = spread.data[c * size + e]! + (weight / d) * m[at + c * d + a]! * m[at + e * d + a]!
  }
  for (let i = 0; i < from.rows; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'coupling')
    conditionalWeights(coupling, i, row)
    const weight = exp(coupling.problem.fromLogWeights[i]!)
    tally(own.data, i * q, weight)
    for (let j = 0; j < row.length; j++) {
      const mass = row[j]! * weight
      if (mass === 0) continue
      masses[j] = masses[j]! + mass
      for (let c = 0; c < q; c++) means.data[j * q + c] = means.data[j * q + c]! + mass * own.data[i * q + c]!
    }
  }
  for (let j = 0; j < to.rows; j++) {
    for (let c = 0; c < q; c++) means.data[j * q + c] = means.data[j * q + c]! / masses[j]!
    tally(means.data, j * q, -masses[j]!)
    for (let c = 0; c < size; c++)
      for (let a = 0; a < d; a++) means.data[j * q + c * d + a] = means.data[j * q + c * d + a]! + gain[c]! * to.data[j * d + a]!
  }
  return { means, covariance: symmetric(sum(covariance, spread)) }
}

/** Velocities that change smoothly: the law of paths given the particles they pass. */
export interface VelocityReference {
  readonly kernel: VelocityKernel
  /** Variance of the velocity [d]. */
  readonly variance: Float64Array
  /** What the couplings knew of velocities, an interval; absent where couplings by distance alone were as good. */
  readonly pairs: readonly VelocityPair[] | undefined
}
