import { multiply } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
import { packedLength, precisionsOf } from './transition.js'

/** One interval's evidence on σ: how much wider the later snapshot is than the flow of the earlier one. */
export interface NoiseEvidence {
  /** Packed covariance of the later snapshot about the mean of the flow [d(d+1)/2] */
  readonly observed: Float64Array
  /** Packed covariance of Φ(x_i) over the earlier snapshot [d(d+1)/2] */
  readonly carried: Float64Array
  /** Packed mean of S_c over the earlier snapshot, one triangle for each coordinate c [d · d(d+1)/2] */
  readonly unit: Float64Array
  /** How many independent particles this rests on. */
  readonly count: number
}

/** Σ_i = Σ_c σ_c² S_c, packed. */
export function covariancesFrom(unitCovariances: Matrix, sigma: Float64Array): Matrix {
  const d = sigma.length
  const length = packedLength(d)
  const out = matrix(unitCovariances.rows, length)
  for (let i = 0; i < out.rows; i++) {
    for (let c = 0; c < d; c++) {
      const square = sigma[c]! * sigma[c]!
      for (let k = 0; k < length; k++) {
        out.data[i * length + k] = out.data[i * length + k]! + square * unitCovariances.data[i * unitCovariances.cols + c * length + k]!
      }
    }
  }
  return out
}

/** Weighted mean [d] and packed covariance of points about it. */
export function packedMoments(points: Matrix, weights: Float64Array): { mean: Float64Array; covariance: Float64Array } {
  const { mean, covariance } = weightedMoments(points, weights)
  const d = points.cols
  const packed = new Float64Array(packedLength(d))
  for (let a = 0; a < d; a++) packed.set(covariance.data.subarray(a * d, a * d + a + 1), packedLength(a))
  return { mean, covariance: packed }
}

/**
 * σ [d] from the second moments of the snapshots: maximises Σ_k n_k log-likelihood of the observed covariances under
 * carried_k + Σ_c σ_c² unit_kc (the marginal law of the linear-noise approximation, log-determinant included), by the
 * monotone multiplicative iteration for variance components. Needs no coupling, so it does not creep from round to round.
 * No σ falls below `least`. Cost O(turns · intervals · d⁴).
 * @source Zhou, Hu, Zhou, Lange, *MM algorithms for variance components models*, JCGS 2019.
 */
export function estimateSigma(evidence: readonly NoiseEvidence[], start: Float64Array, least: Float64Array): Float64Array {
  let sigma = start.slice()
  for (let turn = 0; turn < 500; turn++) {
    const top = new Float64Array(sigma.length)
    const bottom = new Float64Array(sigma.length)
    for (const part of evidence) addTraces(part, sigma, top, bottom)
    const next = sigma.map((s, c) => Math.max(least[c]!, s * Math.sqrt(Math.sqrt(top[c]! / bottom[c]!))))
    const change = next.reduce((largest, s, c) => Math.max(largest, Math.abs(s / sigma[c]! - 1)), 0)
    sigma = next
    if (change < 1e-6) break
  }
  return sigma
}

/** By how much −log-likelihood rises with log σ [d]: Σ_k n_k σ_c² tr(C⁻¹ S_c − C⁻¹ R C⁻¹ S_c); zeros where `estimateSigma` ends. */
export function noiseSlope(evidence: readonly NoiseEvidence[], sigma: Float64Array): Float64Array {
  const [top, bottom] = [new Float64Array(sigma.length), new Float64Array(sigma.length)]
  for (const part of evidence) addTraces(part, sigma, top, bottom)
  return sigma.map((s, c) => s * s * (bottom[c]! - top[c]!))
}

/** n σ_c² C⁻¹ S_c C⁻¹ [d, d], c by c: what `noiseSlope` makes of a covariance of the earlier particles that is off, and less it of one of the later. */
export function noiseInfluences(part: NoiseEvidence, sigma: Float64Array): Matrix[] {
  const d = sigma.length
  const precision = matrix(d, d, precisionFrom(precisionsOf(covarianceUnder(part, sigma), d).inverseFactors.data, d))
  return Array.from(sigma, (s, c) => {
    const own = matrix(d, d)
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) own.data[a * d + b] = part.count * s * s * part.unit[c * part.carried.length + packedAt(a, b)]!
    return multiply(multiply(precision, own), precision)
  })
}

/** The model's covariance of the later snapshot [1, d(d+1)/2]. */
function covarianceUnder({ carried, unit }: Pick<NoiseEvidence, 'carried' | 'unit'>, sigma: Float64Array): Matrix {
  const length = carried.length
  const model = carried.slice()
  sigma.forEach((s, c) => {
    for (let k = 0; k < length; k++) model[k] = model[k]! + s * s * unit[c * length + k]!
  })
  return matrix(1, length, model)
}

/** −½ Σ_k n_k (log det C_k + tr C_k⁻¹ R_k): log-likelihood of the observed second moments, up to what no parameter changes. */
export function momentLogLikelihood(evidence: readonly NoiseEvidence[], sigma: Float64Array): number {
  const d = sigma.length
  return evidence.reduce((sum, { observed, carried, unit, count }) => {
    const { inverseFactors, logDeterminants } = precisionsOf(covarianceUnder({ carried, unit }, sigma), d)
    const precision = precisionFrom(inverseFactors.data, d)
    const trace = precision.reduce((total, p, at) => total + p * observed[packedAt(Math.floor(at / d), at % d)]!, 0)
    return sum - 0.5 * count * (logDeterminants[0]! + trace)
  }, 0)
}

/** top_c += n tr(C⁻¹ R C⁻¹ S_c), bottom_c += n tr(C⁻¹ S_c), with C the model's covariance and R the observed one. */
function addTraces({ observed, carried, unit, count }: NoiseEvidence, sigma: Float64Array, top: Float64Array, bottom: Float64Array): void {
  const d = sigma.length
  const length = packedLength(d)
  const precision = precisionFrom(precisionsOf(covarianceUnder({ carried, unit }, sigma), d).inverseFactors.data, d)
  const sandwich = new Float64Array(d * d)
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let sum = 0
      for (let e = 0; e < d; e++) {
        for (let f = 0; f < d; f++) sum += precision[a * d + e]! * observed[packedAt(e, f)]! * precision[f * d + b]!
      }
      sandwich[a * d + b] = sum
    }
  }
  for (let c = 0; c < d; c++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        const s = count * unit[c * length + packedAt(a, b)]!
        top[c] = top[c]! + sandwich[a * d + b]! * s
        bottom[c] = bottom[c]! + precision[a * d + b]! * s
      }
    }
  }
}

/** Where entry (a, b) of a symmetric matrix lies in its packed triangle. */
function packedAt(a: number, b: number): number {
  return a >= b ? packedLength(a) + b : packedLength(b) + a
}

/** Σ⁻¹ = L⁻ᵀ L⁻¹ [d, d] from the packed L⁻¹. */
export function precisionFrom(inverseFactor: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d)
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let sum = 0
      for (let e = Math.max(a, b); e < d; e++) sum += inverseFactor[packedLength(e) + a]! * inverseFactor[packedLength(e) + b]!
      out[a * d + b] = sum
    }
  }
  return out
}
