import type { Drift } from '../../bridge/drift.js'
import { cosTurns, sinTurns } from '../../num/elementary.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import type { Family, FamilyContext, Parameter, Smoothness } from './family.js'

/** 2π. */
const TWO_PI = 6.283185307179586

/**
 * Random Fourier features of a Gaussian kernel in scaled coordinates u = (x − mean)/spread, after 1 and u. They remember
 * where they were evaluated last: a drift, its Jacobian and its gradient are wanted at one place, one after the other.
 */
class Features {
  readonly count: number
  /** In u [d]. */
  readonly u: Float64Array
  /** ω [frequencies, d], radians. */
  readonly frequencies: Float64Array
  /** cos ωᵀu and sin ωᵀu over √frequencies. */
  readonly cos: Float64Array
  readonly sin: Float64Array
  private readonly last: Float64Array
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
      for (let a = 0; a < d; a++) this.frequencies[l * d + a] = xi[a]! / lengthScale
    }
    this.u = new Float64Array(d)
    this.cos = new Float64Array(frequencyCount)
    this.sin = new Float64Array(frequencyCount)
    this.last = new Float64Array(d).fill(Number.NaN)
    this.scale = 1 / Math.sqrt(frequencyCount)
  }

  /** Cost O(frequencies · d) and two turns of a circle each, or O(d) at the place of the last call. */
  at(x: Float64Array): void {
    const { u, context, last, cos, sin, frequencies, scale } = this
    const d = u.length
    let same = true
    for (let a = 0; a < d; a++) same &&= x[a] === last[a]
    if (same) return
    for (let a = 0; a < d; a++) {
      last[a] = x[a]!
      u[a] = (x[a]! - context.mean[a]!) / context.spread[a]!
    }
    for (let l = 0, at = 0; l < cos.length; l++) {
      let angle = 0
      for (let a = 0; a < d; a++, at++) angle += frequencies[at]! * u[a]!
      const turns = angle / TWO_PI
      cos[l] = scale * cosTurns(turns)
      sin[l] = scale * sinTurns(turns)
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
  const { u, cos, sin, frequencies } = features
  const rate = context.spread.map((s) => s / context.interval)
  const drift: Drift = {
    dimension: d,
    parameterCount: p,
    value(x, _time, theta, out) {
      features.at(x)
      for (let a = 0, k = 0; a < d; a++) {
        let sum = theta[k++]!
        for (let b = 0; b < d; b++) sum += theta[k++]! * u[b]!
        for (let l = 0; l < cos.length; l++, k += 2) sum += theta[k]! * cos[l]! + theta[k + 1]! * sin[l]!
        out[a] = rate[a]! * sum
      }
    },
    jacobian(x, _time, theta, out) {
      features.at(x)
      for (let a = 0, k = 0; a < d; a++) {
        const row = a * d
        k++
        for (let b = 0; b < d; b++) out[row + b] = theta[k++]!
        for (let l = 0, at = 0; l < cos.length; l++, k += 2) {
          const slope = theta[k + 1]! * cos[l]! - theta[k]! * sin[l]!
          for (let b = 0; b < d; b++, at++) out[row + b] = out[row + b]! + slope * frequencies[at]!
        }
        for (let b = 0; b < d; b++) out[row + b] = (rate[a]! * out[row + b]!) / context.spread[b]!
      }
    },
    gradient(x, _time, _theta, out) {
      features.at(x)
      out.fill(0)
      for (let a = 0; a < d; a++) {
        let k = a * p + a * count
        out[k++] = rate[a]!
        for (let b = 0; b < d; b++) out[k++] = rate[a]! * u[b]!
        for (let l = 0; l < cos.length; l++) {
          out[k++] = rate[a]! * cos[l]!
          out[k++] = rate[a]! * sin[l]!
        }
      }
    }
  }
  const names = context.columnNames.flatMap((column) => Array.from({ length: count }, (_, l) => `w[${column},${l}]`))
  return {
    name: 'free',
    drift,
    parameters: names.map((name, k) => weight(name, k % count <= d, smoothness.amplitude)),
    starts: 1,
    weights: true
  }
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
  const { u, cos, sin, frequencies } = features
  const bend = new Float64Array(d * d)
  const rate = context.spread.map((s) => s / context.interval)
  // The potential is scaled by the length so that its slope has the prior's amplitude.
  const height = smoothness.lengthScale
  const drift: Drift = {
    dimension: d,
    parameterCount: p,
    value(x, _time, theta, out) {
      features.at(x)
      out.fill(0, 0, d)
      for (let l = 0, at = 0; l < cos.length; l++) {
        const slope = theta[d + 2 * l + 1]! * cos[l]! - theta[d + 2 * l]! * sin[l]!
        for (let a = 0; a < d; a++, at++) out[a] = out[a]! + slope * frequencies[at]!
      }
      for (let a = 0; a < d; a++) {
        let sum = height * (theta[a]! + out[a]!)
        for (let b = 0; b < d; b++) sum += theta[waves + packedPlace(a, b)]! * u[b]!
        out[a] = -rate[a]! * sum
      }
    },
    jacobian(x, _time, theta, out) {
      features.at(x)
      bend.fill(0)
      for (let l = 0, at = 0; l < cos.length; l++, at += d) {
        const curvature = -(theta[d + 2 * l]! * cos[l]! + theta[d + 2 * l + 1]! * sin[l]!)
        for (let a = 0; a < d; a++) {
          const scaled = curvature * frequencies[at + a]!
          for (let b = 0; b <= a; b++) bend[a * d + b] = bend[a * d + b]! + scaled * frequencies[at + b]!
        }
      }
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          out[a * d + b] =
            (-rate[a]! * (height * bend[a >= b ? a * d + b : b * d + a]! + theta[waves + packedPlace(a, b)]!)) / context.spread[b]!
        }
      }
    },
    gradient(x, _time, _theta, out) {
      features.at(x)
      out.fill(0)
      for (let a = 0; a < d; a++) {
        const scaled = -rate[a]! * height
        out[a * p + a] = scaled
        for (let l = 0; l < cos.length; l++) {
          const omega = frequencies[l * d + a]!
          out[a * p + d + 2 * l] = -scaled * omega * sin[l]!
          out[a * p + d + 2 * l + 1] = scaled * omega * cos[l]!
        }
        for (let b = 0; b < d; b++) out[a * p + waves + packedPlace(a, b)] = -rate[a]! * u[b]!
      }
    }
  }
  const parameters = Array.from({ length: p }, (_, k) => weight(`v[${k}]`, k < d || k >= waves, smoothness.amplitude))
  return { name: 'gradient', drift, parameters, starts: 1, weights: true }
}

function packedPlace(a: number, b: number): number {
  return a >= b ? (a * (a + 1)) / 2 + b : (b * (b + 1)) / 2 + a
}

function weight(name: string, affine: boolean, amplitude: number): Parameter {
  const deviation = affine ? AFFINE_FREEDOM * amplitude : amplitude
  return { name, start: 0, lower: -1e6, upper: 1e6, positive: false, penalty: 1 / (deviation * deviation) }
}
