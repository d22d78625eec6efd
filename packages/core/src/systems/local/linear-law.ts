import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { normalisedWeights } from '../../num/log-space.js'
import { type Matrix, takeColumns } from '../../num/matrix.js'
import { type Key, normals } from '../../num/random.js'
import { weightedMoments } from '../../num/statistics.js'
import type { FieldRows, Unit } from '../../sampling/units.js'

/** A unit's targets as a linear function of its givens, and what is left of them. */
interface LinearUnit extends Unit {
  /** B [t, k] */
  readonly coefficients: Float64Array
  /** Covariance of the residuals V [t, t], and its inverse. */
  readonly residual: Float64Array
  readonly precision: Float64Array
}

/** An observed combination of coordinates, value by row: Σ factor · coordinate = value + N(0, variance). */
export interface LinearEvidence {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  /** [n] */
  readonly values: Float64Array
  /** 0 where it is known exactly. */
  readonly variance: number
}

/**
 * The Gaussian whose conditionals are the linear regressions along an ordered pass: Σ = A V Aᵀ, A = (I − B)⁻¹. It knows how
 * an observation moves all columns at once, which sweeps over single ones do slowly where columns nearly repeat each other.
 * Cost of a product with Σ: O(d·k).
 */
export class LinearLaw {
  private readonly units: readonly LinearUnit[]
  readonly size: number

  /** Cost O(M·d·k²). */
  constructor(rows: FieldRows, units: readonly Unit[]) {
    this.units = units.map((unit) => regression(rows, unit))
    this.size = rows.coordinates.cols
  }

  /** Σ h [d]. */
  times(h: Float64Array): Float64Array {
    const back = h.slice()
    for (let u = this.units.length - 1; u >= 0; u--) {
      const { targets, givens, coefficients } = this.units[u]!
      targets.forEach((a, t) => {
        givens.forEach((b, k) => {
          back[b] = back[b]! + coefficients[t * givens.length + k]! * back[a]!
        })
      })
    }
    const out = new Float64Array(this.size)
    for (const { targets, givens, coefficients, residual } of this.units) {
      targets.forEach((a, t) => {
        let sum = 0
        targets.forEach((other, s) => {
          sum += residual[t * targets.length + s]! * back[other]!
        })
        givens.forEach((b, k) => {
          sum += coefficients[t * givens.length + k]! * out[b]!
        })
        out[a] = sum
      })
    }
    return out
  }

  /** Diagonal of Σ⁻¹ = (I − B)ᵀ V⁻¹ (I − B) [d]. */
  precisions(): Float64Array {
    const out = new Float64Array(this.size)
    for (const { targets, givens, coefficients, precision } of this.units) {
      const [t, k] = [targets.length, givens.length]
      for (let i = 0; i < t; i++) {
        out[targets[i]!] = out[targets[i]!]! + precision[i * t + i]!
        for (let j = 0; j < t; j++)
          for (let c = 0; c < k; c++)
            out[givens[c]!] = out[givens[c]!]! + coefficients[i * k + c]! * precision[i * t + j]! * coefficients[j * k + c]!
      }
    }
    return out
  }
}

/** Coordinates that are looked at for how far sweeps get. */
const MOST_COORDINATES = 1000
/** Relative to the variance: regressions on columns that repeat each other stay solvable. */
const JITTER = 1e-10

/** Cholesky factor of a covariance that rounding may have left indefinite. */
function rootOf(covariance: Float64Array, n: number): Float64Array {
  for (let jitter = JITTER; ; jitter *= 100) {
    const root = covariance.slice()
    for (let c = 0; c < n; c++) root[c * n + c] = root[c * n + c]! * (1 + jitter) + 1e-14
    if (choleskyInPlace(root, n)) return root
  }
}

function regression({ coordinates, logWeights }: FieldRows, { targets, givens }: Unit): LinearUnit {
  const [t, k] = [targets.length, givens.length]
  const columns = [...givens, ...targets]
  const { covariance } = weightedMoments(takeColumns(coordinates, columns), normalisedWeights(logWeights))
  const width = t + k
  // Cholesky of (givens, targets): its lower left block is B L_g, its lower right one the root of V.
  const lower = rootOf(covariance.data, width)
  const given = new Float64Array(k * k)
  for (let i = 0; i < k; i++) given.set(lower.subarray(i * width, i * width + k), i * k)
  const coefficients = new Float64Array(t * k)
  for (let i = 0; i < t; i++) {
    const row = lower.slice((k + i) * width, (k + i) * width + k)
    solveLowerTransposedInPlace(given, k, row)
    coefficients.set(row, i * k)
  }
  const root = new Float64Array(t * t)
  for (let i = 0; i < t; i++) for (let j = 0; j <= i; j++) root[i * t + j] = lower[(k + i) * width + k + j]!
  const residual = new Float64Array(t * t)
  for (let i = 0; i < t; i++)
    for (let j = 0; j < t; j++)
      for (let c = 0; c <= Math.min(i, j); c++) residual[i * t + j] = residual[i * t + j]! + root[i * t + c]! * root[j * t + c]!
  const precision = new Float64Array(t * t)
  for (let j = 0; j < t; j++) {
    const unitVector = new Float64Array(t)
    unitVector[j] = 1
    solveLowerInPlace(root, t, unitVector)
    solveLowerTransposedInPlace(root, t, unitVector)
    for (let i = 0; i < t; i++) precision[i * t + j] = unitVector[i]!
  }
  return { targets, givens, coefficients, residual, precision }
}

/** Evidence of many rows alike on a linear law: how it moves them, and how far sweeps over single coordinates would get. */
export class LinearUpdate {
  /** Σ Hᵀ, by observation [r] of [d]. */
  private readonly gains: readonly Float64Array[]
  /** Cholesky factor of H Σ Hᵀ + R. */
  private readonly root: Float64Array

  /** Cost O(r·d·k + r²·d + r³). */
  constructor(
    private readonly law: LinearLaw,
    private readonly evidence: readonly LinearEvidence[]
  ) {
    this.gains = evidence.map(({ terms }) => {
      const h = new Float64Array(law.size)
      for (const { coordinate, factor } of terms) h[coordinate] = h[coordinate]! + factor
      return law.times(h)
    })
    const r = evidence.length
    const covariance = new Float64Array(r * r)
    for (let i = 0; i < r; i++) {
      for (let j = 0; j < r; j++) covariance[i * r + j] = along(evidence[i]!, this.gains[j]!)
      covariance[i * r + i] = covariance[i * r + i]! + evidence[i]!.variance
    }
    this.root = rootOf(covariance, r)
  }

  /**
   * Moves draws of the law [n, d] to draws of the law under the evidence, in place: x + ΣHᵀ(HΣHᵀ + R)⁻¹(y − Hx − ξ),
   * ξ ~ N(0, R) (Matheron's rule). Other draws are moved by the same shift. Evidence that the draws have `met` already is
   * only kept: y − Hx − ξ counts as 0. Cost O(n·r·d).
   */
  apply(state: Matrix, { key, met }: { key: Key; met: (one: LinearEvidence) => boolean }): void {
    const r = this.evidence.length
    for (let i = 0; i < state.rows; i++) {
      const row = state.data.subarray(i * state.cols, (i + 1) * state.cols)
      const noise = normals(key, r, i)
      const shift = Float64Array.from(this.evidence, (one, o) =>
        met(one) ? 0 : one.values[i]! - along(one, row) - Math.sqrt(one.variance) * noise[o]!
      )
      solveLowerInPlace(this.root, r, shift)
      solveLowerTransposedInPlace(this.root, r, shift)
      this.gains.forEach((gain, o) => {
        for (let c = 0; c < row.length; c++) row[c] = row[c]! + shift[o]! * gain[c]!
      })
    }
  }

  /**
   * Least share of a coordinate's variance under the evidence that one draw of it, all others held, can renew. Looked at
   * are at most 1,000 coordinates, evenly spaced. Cost O(1,000·(d·k + r²)).
   */
  leastRenewal(): number {
    const r = this.evidence.length
    const precisions = this.law.precisions()
    const exact = new Set<number>()
    for (const { terms, variance } of this.evidence) {
      for (const { coordinate, factor } of terms) {
        if (variance > 0) precisions[coordinate] = precisions[coordinate]! + (factor * factor) / variance
        else exact.add(coordinate)
      }
    }
    let least = 1
    const { size } = this.law
    const basis = new Float64Array(size)
    const stride = Math.ceil(size / MOST_COORDINATES)
    for (let a = 0; a < size; a += stride) {
      if (exact.has(a)) continue
      basis.fill(0)
      basis[a] = 1
      let variance = this.law.times(basis)[a]!
      const known = Float64Array.from(this.gains, (gain) => gain[a]!)
      solveLowerInPlace(this.root, r, known)
      for (const x of known) variance -= x * x
      if (variance > 0) least = Math.min(least, 1 / (precisions[a]! * variance))
    }
    return least
  }
}

function along({ terms }: LinearEvidence, row: Float64Array): number {
  let sum = 0
  for (const { coordinate, factor } of terms) sum += factor * row[coordinate]!
  return sum
}
