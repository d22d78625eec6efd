import type { Matrix } from '../num/matrix.js'

/**
 * A Gaussian stand-in for a likelihood near a point a:
 * log L̂(x) = constant + tilt·(x − a) − ½ ‖F (x − a) − z‖².
 */
export interface LocalLikelihood {
  readonly constant: number
  /** Linear part that F does not carry [d]. */
  readonly tilt?: Float64Array
  /** F [r, d], already divided by the noise: rows of R^{-1/2} H. */
  readonly rows: Matrix
  /** z [r]. */
  readonly targets: Float64Array
}

/** What is known about a chain's row besides clamped columns and ranges. Points are scaled coordinates, codes the row's categories. */
export interface ChainLikelihood {
  /** log L; −∞ where the row is impossible. */
  value(point: Float64Array, codes: Int32Array): number
  /** The stand-in about `at`, undefined where there is none; without it the step proposes from the plain bridge and Metropolis does all. */
  local?(at: Float64Array, codes: Int32Array): LocalLikelihood | undefined
  /** Whether the stand-in is exact and the same wherever it is taken. */
  readonly linear: boolean
}

/** log L̂ at a point. */
export function localValue({ constant, tilt, rows, targets }: LocalLikelihood, at: Float64Array, point: Float64Array): number {
  let total = constant
  if (tilt) for (let c = 0; c < point.length; c++) total += tilt[c]! * (point[c]! - at[c]!)
  for (let r = 0; r < rows.rows; r++) {
    let residual = -targets[r]!
    for (let c = 0; c < rows.cols; c++) residual += rows.data[r * rows.cols + c]! * (point[c]! - at[c]!)
    total -= 0.5 * residual * residual
  }
  return total
}

/** L^β: the likelihood while it is still being brought in. */
export function tempered(likelihood: ChainLikelihood, power: number): ChainLikelihood {
  if (power === 1) return likelihood
  const root = Math.sqrt(power)
  const { local, linear } = likelihood
  const value = (point: Float64Array, codes: Int32Array): number => {
    const full = likelihood.value(point, codes)
    return full === Number.NEGATIVE_INFINITY ? full : power * full
  }
  if (!local) return { value, linear }
  return {
    value,
    linear,
    local: (at, codes) => {
      const full = local(at, codes)
      if (!full) return undefined
      const { constant, tilt, rows, targets } = full
      return {
        constant: power * constant,
        ...(tilt ? { tilt: tilt.map((x) => power * x) } : {}),
        rows: { ...rows, data: rows.data.map((x) => root * x) },
        targets: targets.map((x) => root * x)
      }
    }
  }
}
