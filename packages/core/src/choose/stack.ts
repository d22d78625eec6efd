import { exp } from '../num/elementary.js'
import { logSumExp } from '../num/log-space.js'

/** Turns of the algorithm: weights that still move then differ by less than rows tell. */
const TURNS = 500
/** A weight that no turn moves by more than this has come to rest. */
const AT_REST = 1e-6

/**
 * Weights of densities whose mixture is likeliest for rows that none of them has seen, by expectation and maximisation: log
 * densities [S][n], row weights [n]. Cost O(S·n) a turn.
 * @source Smyth and Wolpert, *Linearly combining density estimators via stacking*, Machine Learning 1999.
 */
export function stackWeights(logDensities: readonly Float64Array[], rowWeights: Float64Array): Float64Array {
  const count = logDensities.length
  const total = rowWeights.reduce((sum, w) => sum + w, 0)
  let weights = new Float64Array(count).fill(1 / count)
  // Densities relative to the largest of each row: exponents are taken once.
  const largest = rowWeights.map((_, i) => logDensities.reduce((most, logs) => Math.max(most, logs[i]!), Number.NEGATIVE_INFINITY))
  const relative = logDensities.map((logs) => logs.map((x, i) => (largest[i] === Number.NEGATIVE_INFINITY ? 1 : exp(x - largest[i]!))))
  for (let turn = 0; turn < TURNS; turn++) {
    const next = new Float64Array(count)
    for (let i = 0; i < rowWeights.length; i++) {
      let sum = 0
      for (let s = 0; s < count; s++) sum += weights[s]! * relative[s]![i]!
      if (!(sum > 0)) continue
      for (let s = 0; s < count; s++) next[s] = next[s]! + (rowWeights[i]! * weights[s]! * relative[s]![i]!) / (sum * total)
    }
    const moved = next.reduce((most, w, s) => Math.max(most, Math.abs(w - weights[s]!)), 0)
    weights = next
    if (moved < AT_REST) break
  }
  return weights
}

/** log Σ_s weight_s density_s of one row. */
export const stackedLog = (logWeights: ArrayLike<number>, logs: ArrayLike<number>): number =>
  logSumExp(Float64Array.from(logs, (x, s) => x + logWeights[s]!))
