import { log } from '../num/elementary.js'

/** Levels of rows that a density is learned from. */
export interface LevelRows {
  /** Level of every factor [L, F], row-major. */
  readonly levels: Int32Array
  /** Levels of each factor [F]. */
  readonly levelCounts: readonly number[]
  /** Of sum 1 [L]. */
  readonly weights: Float64Array
}

/** log K(c | c_j) = `same[c]` where c = c_j, else `from[c_j] + to[c]`. */
interface FactorKernel {
  readonly same: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
}

/**
 * Kernels between the levels of each factor, K(c | c_j) = (1 − λ_cj) [c = c_j] + λ_cj q_c with λ_c = τ/(n_c + τ) and q ∝ share·λ:
 * a level that few rows have also counts rows of others. Averaged over the rows, each factor has exactly the shares of its
 * levels, for every τ; τ = ∞ is those shares themselves.
 * @source Aitchison and Aitken, *Multivariate binary discrimination by the kernel method*, Biometrika 1976.
 */
export class LevelKernels {
  private readonly factors: readonly FactorKernel[]

  constructor(
    private readonly rows: LevelRows,
    smoothing: number
  ) {
    const { levelCounts, weights } = rows
    this.factors = levelCounts.map((count, f) => {
      const shares = sharesOf(rows, f)
      const blur = shares.map((share) => (smoothing === Number.POSITIVE_INFINITY ? 1 : smoothing / (share * weights.length + smoothing)))
      const total = shares.reduce((sum, share, c) => sum + share * blur[c]!, 0)
      const other = shares.map((share, c) => (share * blur[c]!) / total)
      return {
        same: Float64Array.from({ length: count }, (_, c) => log(1 - blur[c]! + blur[c]! * other[c]!)),
        from: blur.map((x) => log(x)),
        to: other.map((x) => log(x))
      }
    })
  }

  /** log Π_f K(levels_f | levels of row j), over those factors whose level is known (not below 0). */
  logAt(levels: ArrayLike<number>, j: number): number {
    const { factors, rows } = this
    let sum = 0
    for (let f = 0; f < factors.length; f++) {
      const level = levels[f]!
      if (level < 0) continue
      const own = rows.levels[j * factors.length + f]!
      const { same, from, to } = factors[f]!
      sum += level === own ? same[level]! : from[own]! + to[level]!
    }
    return sum
  }
}

function sharesOf({ levels, levelCounts, weights }: LevelRows, f: number): Float64Array {
  const shares = new Float64Array(levelCounts[f]!)
  for (let j = 0; j < weights.length; j++) {
    const level = levels[j * levelCounts.length + f]!
    shares[level] = shares[level]! + weights[j]!
  }
  return shares
}
