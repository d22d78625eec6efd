import type { Matrix } from '../num/matrix.js'
import type { Drift } from './drift.js'

/** Velocities that were measured of particles at a time. */
export interface VelocitySample {
  readonly time: number
  /** [n, d], original coordinates */
  readonly points: Matrix
  /** [n, d], their unit over that of the time */
  readonly values: Matrix
  /** How many observations particle i stands for [n]. */
  readonly counts: Float64Array
}

export interface VelocityEvidence {
  /** In original coordinates. */
  readonly drift: Drift
  readonly samples: readonly VelocitySample[]
  /** Of a velocity about the drift [d]. */
  readonly precision: Float64Array
}

/** Visits what the drift misses of every velocity [d], with its particle. */
function visit(
  { drift, samples }: Pick<VelocityEvidence, 'drift' | 'samples'>,
  theta: Float64Array,
  each: (residual: Float64Array, at: { readonly state: Float64Array; readonly time: number; readonly count: number }) => void
): void {
  const d = drift.dimension
  const residual = new Float64Array(d)
  for (const { time, points, values, counts } of samples) {
    for (let i = 0; i < points.rows; i++) {
      const state = points.data.subarray(i * d, (i + 1) * d)
      drift.value(state, time, theta, residual)
      for (let a = 0; a < d; a++) residual[a] = residual[a]! - values.data[i * d + a]!
      each(residual, { state, time, count: counts[i]! })
    }
  }
}

/**
 * Adds ½ Σ counts · precision · (b_θ(x) − v)² to a least-squares problem in moving coordinates: JᵀJ (lower triangle) and Jᵀr.
 * Returns the sum. Cost O(n·d·p²).
 */
export function addVelocities(
  evidence: VelocityEvidence,
  theta: Float64Array,
  { normal, slope, scale }: { readonly normal: Float64Array; readonly slope: Float64Array; readonly scale: Float64Array }
): number {
  const { drift, precision } = evidence
  const d = drift.dimension
  const p = drift.parameterCount
  const gradient = new Float64Array(d * p)
  let objective = 0
  visit(evidence, theta, (residual, { state, time, count }) => {
    drift.gradient(state, time, theta, gradient)
    for (let a = 0; a < d; a++) {
      const weight = count * precision[a]!
      objective += 0.5 * weight * residual[a]! * residual[a]!
      for (let k = 0; k < p; k++) {
        const scaled = weight * gradient[a * p + k]! * scale[k]!
        if (scaled === 0) continue
        slope[k] = slope[k]! + scaled * residual[a]!
        for (let l = 0; l <= k; l++) normal[k * p + l] = normal[k * p + l]! + scaled * gradient[a * p + l]! * scale[l]!
      }
    }
  })
  return objective
}

/** Mean square of what the drift misses of the velocities, a coordinate [d]. */
export function missedSquares(of: Pick<VelocityEvidence, 'drift' | 'samples'>, theta: Float64Array): Float64Array {
  const squares = new Float64Array(of.drift.dimension)
  let total = 0
  visit(of, theta, (residual, { count }) => {
    total += count
    residual.forEach((r, a) => {
      squares[a] = squares[a]! + count * r * r
    })
  })
  return squares.map((s) => s / total)
}
