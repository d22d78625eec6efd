/** Draws of one law and what came: a row of the data that was held out. */
export interface Forecast {
  /** [m, t], one chain's draws after the other's. */
  readonly draws: Float64Array
  /** Draws of each chain: they stand near each other, so pairs are of different chains; 1 where all draws are independent. */
  readonly perChain: number
  /** [t] */
  readonly truth: Float64Array
}

/**
 * Energy score E‖X − y‖ − ½ E‖X − X′‖ of draws for one truth, the CRPS where t = 1; unbiased for the law that the chains come
 * from. Two chains at least. Cost O(m²·t).
 * @source Gneiting and Raftery 2007, section 4.3; unbiased: Ferro 2014.
 */
export function energyScore({ draws, perChain, truth }: Forecast): number {
  const t = truth.length
  const m = draws.length / t
  let error = 0
  let between = 0
  for (let i = 0; i < m; i++) {
    error += distance(draws, i * t, truth, 0, t)
    const own = i - (i % perChain)
    for (let j = 0; j < own; j++) between += distance(draws, i * t, draws, j * t, t)
  }
  return error / m - between / (m * (m - perChain))
}

function distance(a: Float64Array, atA: number, b: Float64Array, atB: number, t: number): number {
  if (t === 1) return Math.abs(a[atA]! - b[atB]!)
  let sum = 0
  for (let c = 0; c < t; c++) sum += (a[atA + c]! - b[atB + c]!) ** 2
  return Math.sqrt(sum)
}

/** Draws of several laws for one truth: losses of all mixtures of them by weights, which sum to one; unbiased as above. Cost O(laws²·m²·t). */
export function mixtureScores(laws: readonly Forecast[], mixtures: readonly (readonly number[])[]): Float64Array {
  const own = laws.map(energyScore)
  const errors = laws.map(({ draws, truth }) => meanDistance(draws, truth, truth.length))
  const apart = laws.map((a, k) =>
    laws.map((b, l) => (k === l ? 2 * (errors[k]! - own[k]!) : l < k ? meanDistance(a.draws, b.draws, a.truth.length) : 0))
  )
  return Float64Array.from(mixtures, (weights) => {
    let score = 0
    weights.forEach((w, k) => {
      score += w * errors[k]! - 0.5 * w * w * apart[k]![k]!
      for (let l = 0; l < k; l++) score -= w * weights[l]! * apart[k]![l]!
    })
    return score
  })
}

function meanDistance(a: Float64Array, b: Float64Array, t: number): number {
  let sum = 0
  for (let i = 0; i < a.length; i += t) for (let j = 0; j < b.length; j += t) sum += distance(a, i, b, j, t)
  return sum / ((a.length / t) * (b.length / t))
}
