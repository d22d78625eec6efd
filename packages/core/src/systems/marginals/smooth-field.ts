import type { Drift } from '../../bridge/drift.js'
import { cosTurns, sinTurns } from '../../num/elementary.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import type { Family, FamilyContext, Parameter } from './family.js'

/** How smooth a non-parametric drift is. */
export interface Smoothness {
  /** In units of the particles' spread. */
  readonly lengthScale: number
  /** Prior standard deviation of the drift, in spreads an interval. */
  readonly amplitude: number
  /** Random frequencies; each gives a cosine and a sine. */
  readonly frequencyCount: number
}

/** 2π. */
const TWO_PI = 6.283185307179586

/** Random Fourier features of a Gaussian kernel in scaled coordinates u = (x − mean)/spread, after 1 and u. */
class Features {
  readonly count: number
  private readonly frequencies: Float64Array
  private readonly u: Float64Array
  private readonly scale: number

  constructor(
    private readonly context: FamilyContext,
    { lengthScale, frequencyCount }: Smoothness,
    key: Key
  ) {
    const d = context.dimension
    this.count = 1 + d + 2 * frequencyCount
    this.frequencies = new Float64Array(frequencyCount * d)
    const xi = new Float64Array(d)
    for (let l = 0; l < frequencyCount; l++) {
      fillNormal(keyFor(key, 'frequencies'), l, xi)
      for (let a = 0; a < d; a++) this.frequencies[l * d + a] = xi[a]! / (lengthScale * TWO_PI)
    }
    this.u = new Float64Array(d)
    this.scale = 1 / Math.sqrt(frequencyCount)
  }

  /** Values [count], and if wanted ∂/∂u [count, d] and the Hessian of Σ w_l ψ_l over u [d, d]. */
  evaluate(x: Float64Array, value: Float64Array, slopes?: Float64Array, hessian?: { weights: Float64Array; out: Float64Array }): void {
    const { u, context } = this
    const d = context.dimension
    for (let a = 0; a < d; a++) u[a] = (x[a]! - context.mean[a]!) / context.spread[a]!
    value[0] = 1
    slopes?.fill(0, 0, (1 + d) * d)
    hessian?.out.fill(0)
    for (let a = 0; a < d; a++) {
      value[1 + a] = u[a]!
      if (slopes) slopes[(1 + a) * d + a] = 1
    }
    for (let l = 0, at = 1 + d; at < this.count; l++, at += 2) {
      let turns = 0
      for (let a = 0; a < d; a++) turns += this.frequencies[l * d + a]! * u[a]!
      const cos = this.scale * cosTurns(turns)
      const sin = this.scale * sinTurns(turns)
      value[at] = cos
      value[at + 1] = sin
      if (slopes) {
        for (let a = 0; a < d; a++) {
          const omega = TWO_PI * this.frequencies[l * d + a]!
          slopes[at * d + a] = -omega * sin
          slopes[(at + 1) * d + a] = omega * cos
        }
      }
      if (hessian) this.addCurvature(hessian, { l, at, cos, sin })
    }
  }

  private addCurvature(
    { weights, out }: { weights: Float64Array; out: Float64Array },
    at: { l: number; at: number; cos: number; sin: number }
  ): void {
    const d = this.context.dimension
    const bend = -(weights[at.at - 1]! * at.cos + weights[at.at]! * at.sin) * TWO_PI * TWO_PI
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        out[a * d + b] = out[a * d + b]! + bend * this.frequencies[at.l * d + a]! * this.frequencies[at.l * d + b]!
      }
    }
  }
}

/** Weak prior on constant and linear terms: ten times the amplitude. */
const AFFINE_FREEDOM = 10

/**
 * A free field: every coordinate of the drift its own smooth function, b_a = (spread_a/interval) Σ_l θ_al ψ_l(u), with a
 * Gaussian-process prior of the given length scale and amplitude.
 * @source Rahimi, Recht, *Random features for large-scale kernel machines*, NIPS 2007.
 */
export function freeFamily(context: FamilyContext, smoothness: Smoothness, key: Key): Family {
  const d = context.dimension
  const features = new Features(context, smoothness, key)
  const { count } = features
  const p = d * count
  const value = new Float64Array(count)
  const slopes = new Float64Array(count * d)
  const rate = context.spread.map((s) => s / context.interval)
  const drift: Drift = {
    dimension: d,
    parameterCount: p,
    value(x, _time, theta, out) {
      features.evaluate(x, value)
      for (let a = 0; a < d; a++) {
        let sum = 0
        for (let l = 0; l < count; l++) sum += theta[a * count + l]! * value[l]!
        out[a] = rate[a]! * sum
      }
    },
    jacobian(x, _time, theta, out) {
      features.evaluate(x, value, slopes)
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          let sum = 0
          for (let l = 0; l < count; l++) sum += theta[a * count + l]! * slopes[l * d + b]!
          out[a * d + b] = (rate[a]! * sum) / context.spread[b]!
        }
      }
    },
    gradient(x, _time, _theta, out) {
      features.evaluate(x, value)
      out.fill(0)
      for (let a = 0; a < d; a++) for (let l = 0; l < count; l++) out[a * p + a * count + l] = rate[a]! * value[l]!
    }
  }
  const names = context.columnNames.flatMap((column) => Array.from({ length: count }, (_, l) => `w[${column},${l}]`))
  return { name: 'free', drift, parameters: names.map((name, k) => weight(name, k % count <= d, smoothness.amplitude)), starts: 1 }
}

/**
 * A gradient field: drift −∇V in coordinates divided by their spread, V = Σ_l θ_l ψ_l plus a quadratic of full rank.
 * θ = (weights of u and the waves, packed quadratic).
 */
export function gradientFamily(context: FamilyContext, smoothness: Smoothness, key: Key): Family {
  const d = context.dimension
  const features = new Features(context, smoothness, key)
  const waves = features.count - 1
  const p = waves + (d * (d + 1)) / 2
  const value = new Float64Array(features.count)
  const slopes = new Float64Array(features.count * d)
  const bend = new Float64Array(d * d)
  const rate = context.spread.map((s) => s / context.interval)
  const scaled = (x: Float64Array, a: number): number => (x[a]! - context.mean[a]!) / context.spread[a]!
  // The potential is scaled by the length so that its slope has the prior's amplitude.
  const height = smoothness.lengthScale
  const drift: Drift = {
    dimension: d,
    parameterCount: p,
    value(x, _time, theta, out) {
      features.evaluate(x, value, slopes)
      for (let a = 0; a < d; a++) {
        let sum = 0
        for (let l = 0; l < waves; l++) sum += theta[l]! * slopes[(l + 1) * d + a]!
        sum *= height
        for (let b = 0; b < d; b++) sum += theta[waves + packedPlace(a, b)]! * scaled(x, b)
        out[a] = -rate[a]! * sum
      }
    },
    jacobian(x, _time, theta, out) {
      features.evaluate(x, value, undefined, { weights: theta, out: bend })
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          out[a * d + b] = (-rate[a]! * (height * bend[a * d + b]! + theta[waves + packedPlace(a, b)]!)) / context.spread[b]!
        }
      }
    },
    gradient(x, _time, _theta, out) {
      features.evaluate(x, value, slopes)
      out.fill(0)
      for (let a = 0; a < d; a++) {
        for (let l = 0; l < waves; l++) out[a * p + l] = -rate[a]! * height * slopes[(l + 1) * d + a]!
        for (let b = 0; b < d; b++) out[a * p + waves + packedPlace(a, b)] = -rate[a]! * scaled(x, b)
      }
    }
  }
  const parameters = Array.from({ length: p }, (_, k) => weight(`v[${k}]`, k < d || k >= waves, smoothness.amplitude))
  return { name: 'gradient', drift, parameters, starts: 1 }
}

function packedPlace(a: number, b: number): number {
  return a >= b ? (a * (a + 1)) / 2 + b : (b * (b + 1)) / 2 + a
}

function weight(name: string, affine: boolean, amplitude: number): Parameter {
  const deviation = affine ? AFFINE_FREEDOM * amplitude : amplitude
  return { name, start: 0, lower: -1e6, upper: 1e6, positive: false, penalty: 1 / (deviation * deviation) }
}
