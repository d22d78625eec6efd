import { type Coupling, conditionalWeights } from '../../bridge/coupling.js'
import {
  propagated,
  type StateTransition,
  stateTransition,
  sum,
  symmetric,
  type VelocityKernel,
  type VelocityProcess,
  velocityProcess
} from '../../bridge/velocity.js'
import { exp } from '../../num/elementary.js'
import { type Outcome, throwIfStopped, type Watch } from '../../num/iterate.js'
import { cholesky, identity, inverse, multiply, symmetricEigen, transpose } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Potentials, type RectangularProblem, scaleRectangular } from '../../scaling/rectangular.js'
import type { RowKernel } from '../../scaling/row-kernel.js'
import type { Cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './rounds.js'

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

/** Temperatures of the sweeps: hot couplings first, so that velocities are found before partners are. */
const TEMPERATURES = [16, 16, 4, 4, 2, 2, 1, 1]
/** Relative error of a marginal inside the sweeps. */
const SWEEP_TOLERANCE = 1e-2
/** Most turns of a coupling inside the sweeps: the next sweep goes on from there. */
const SWEEP_TURNS = 60

export interface VelocityCouplingRequest {
  /** Working coordinates. */
  readonly snapshots: readonly FitSnapshot[]
  /** With the variance of the velocity in the unit of the coordinates. */
  readonly process: VelocityProcess
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: Float64Array
  /** Which end the first sweep starts from. */
  readonly start?: 'first' | 'last'
  readonly watch?: Watch | undefined
}

/** Couplings that know where particles were going, and the beliefs that they were found with. */
export interface VelocityCouplings {
  readonly couplings: readonly Coupling[]
  readonly outcomes: readonly Outcome<Potentials>[]
  readonly pairs: readonly VelocityPair[]
}

/**
 * Couplings of consecutive snapshots under a smooth velocity, by belief propagation with one Gaussian message a particle:
 * sweeps forwards and backwards in time, each coupling weighed by what the particles on both sides are known to be doing.
 * Cost: 17 couplings an interval.
 * @source mathematics.md section 19, step 3.
 */
export async function coupleByVelocity(request: VelocityCouplingRequest): Promise<VelocityCouplings> {
  const { snapshots, process, watch } = request
  const forwards = snapshots.map(({ cloud }) => cloud)
  const transitions = snapshots.slice(1).map(({ time }, k) => stateTransition(process, time - snapshots[k]!.time))
  const run = {
    forwards: { clouds: forwards, transitions, widths: [...request.widths], starts: [] as Potentials[] },
    backwards: {
      clouds: forwards.slice().reverse(),
      transitions: transitions.slice().reverse(),
      widths: [...request.widths].reverse(),
      starts: [] as Potentials[]
    }
  }
  let hints: readonly Hints[] = forwards.map(({ points }) => noHints(process, points))
  const pass = async (of: typeof run.forwards, temperature: number, tolerance: number) =>
    await passOver(process, of, { hints, temperature, tolerance, watch })
  let turn = 0
  const total = 2 * TEMPERATURES.length + 1
  for (const temperature of TEMPERATURES)
    for (const direction of request.start === 'last' ? (['backwards', 'forwards'] as const) : (['forwards', 'backwards'] as const)) {
      const { beliefs } = await pass(run[direction], temperature, SWEEP_TOLERANCE)
      hints = beliefs.map((b) => hintsFrom(process, b)).reverse()
      watch?.progress?.({ stage: 'velocities', done: ++turn, total })
    }
  if (request.start === 'last') {
    // The last pass went forwards: one more backwards gives its hints.
    const { beliefs } = await pass(run.backwards, 1, SWEEP_TOLERANCE)
    hints = beliefs.map((b) => hintsFrom(process, b)).reverse()
  }
  const { pairs, outcomes } = await pass(run.forwards, 1, 1e-4)
  const couplings = outcomes.map(({ state }, k) => ({
    problem: velocityProblem(pairs[k]!, ends(run.forwards, k), request.widths[k]!),
    potentials: state
  }))
  return { couplings, outcomes, pairs }
}

interface Direction {
  readonly clouds: readonly Cloud[]
  readonly transitions: readonly StateTransition[]
  readonly widths: readonly number[]
  /** Potentials of the pass before. */
  readonly starts: Potentials[]
}

/** What a coupling of a pair solves, as sharp in the later place as a Gaussian of variance `width`. */
export function velocityProblem(pair: VelocityPair, [from, to]: readonly [Cloud, Cloud], width: number): RectangularProblem {
  return { kernel: velocityKernel(pair, width), fromLogWeights: from.logWeights, toLogWeights: to.logWeights }
}

const ends = ({ clouds }: Direction, k: number): readonly [Cloud, Cloud] => [clouds[k]!, clouds[k + 1]!]

async function passOver(
  process: VelocityProcess,
  direction: Direction,
  given: { hints: readonly Hints[]; temperature: number; tolerance: number; watch: Watch | undefined }
): Promise<{ beliefs: Beliefs[]; pairs: VelocityPair[]; outcomes: Outcome<Potentials>[] }> {
  const { clouds, transitions, starts } = direction
  const { hints, temperature, tolerance, watch } = given
  const beliefs = [priorBeliefs(process, clouds[0]!.points)]
  const pairs: VelocityPair[] = []
  const outcomes: Outcome<Potentials>[] = []
  for (const [k, transition] of transitions.entries()) {
    const [from, to] = [clouds[k]!.points, clouds[k + 1]!.points]
    const pair = { from, to, beliefs: beliefs[k]!, hints: hints[k + 1]!, transition }
    const problem = velocityProblem(pair, ends(direction, k), direction.widths[k]! * temperature)
    const start = starts[k]
    const outcome = await scaleRectangular(problem, {
      stop: watch?.stop,
      tolerance,
      turns: tolerance < SWEEP_TOLERANCE ? 2000 : SWEEP_TURNS,
      ...(start && { start })
    })
    starts[k] = outcome.state
    pairs.push(pair)
    outcomes.push(outcome)
    beliefs.push(beliefsAfter(pair, { problem, potentials: outcome.state }, watch))
  }
  return { beliefs, pairs, outcomes }
}
