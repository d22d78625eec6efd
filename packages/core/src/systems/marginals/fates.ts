import { type Coupling, conditionalWeights } from '../../bridge/coupling.js'
import { exp, log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'

/** What becomes of particles. */
export interface Fates {
  /** Labels of the last snapshot. */
  readonly names: readonly string[]
  /** Share of each label among the expected descendants of every particle, a snapshot [n, labels]; rows sum to one. */
  readonly shares: readonly Matrix[]
}

/**
 * Shares of labels among descendants, backwards through the couplings: D_k(i) = G_i Σ_j π(j|i) D_{k+1}(j) descendants, and
 * u_k(i) = Σ_j π(j|i) D_{k+1}(j) u_{k+1}(j) / Σ_j π(j|i) D_{k+1}(j). Cost O(n·m·labels) an interval.
 * @source mathematics.md section 20.
 */
export function fatesOf(
  { couplings, logOffspring }: { readonly couplings: readonly Coupling[]; readonly logOffspring?: readonly Float64Array[] | undefined },
  { names, labels }: { readonly names: readonly string[]; readonly labels: readonly (string | null)[] },
  watch?: Watch
): Fates {
  const last = matrix(labels.length, names.length)
  labels.forEach((label, i) => {
    last.data[i * names.length + names.indexOf(label!)] = 1
  })
  const shares = [last]
  let descendants = new Float64Array(labels.length).fill(1)
  for (let k = couplings.length - 1; k >= 0; k--) {
    const before = shareBefore(couplings[k]!, { shares: shares[0]!, descendants }, watch)
    shares.unshift(before.shares)
    const grown = logOffspring?.[k]
    descendants = grown ? before.descendants.map((count, i) => count * exp(grown[i]!)) : before.descendants
  }
  return { names, shares }
}

function shareBefore(
  coupling: Coupling,
  { shares, descendants }: { readonly shares: Matrix; readonly descendants: Float64Array },
  watch: Watch | undefined
): { readonly shares: Matrix; readonly descendants: Float64Array<ArrayBuffer> } {
  const { rows } = coupling.problem.kernel
  const count = shares.cols
  const out = matrix(rows, count)
  const expected = new Float64Array(rows)
  const weights = new Float64Array(descendants.length)
  for (let i = 0; i < rows; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'fates')
    conditionalWeights(coupling, i, weights)
    let total = 0
    for (let j = 0; j < weights.length; j++) {
      const weight = weights[j]! * descendants[j]!
      if (weight === 0) continue
      total += weight
      for (let c = 0; c < count; c++) out.data[i * count + c] = out.data[i * count + c]! + weight * shares.data[j * count + c]!
    }
    expected[i] = total
    // Rows of the labels themselves sum to one: so do means of them, but for rounding.
    let sum = 0
    for (let c = 0; c < count; c++) sum += out.data[i * count + c]!
    for (let c = 0; c < count; c++) out.data[i * count + c] = out.data[i * count + c]! / sum
  }
  return { shares: out, descendants: expected }
}

/**
 * How much of what is open about labels the place of a particle tells, a snapshot: 1 − Σ_i a_i H(u_i)/H(ū), H the entropy of shares.
 * 0 where all particles have the same shares, as of a label that has nothing to do with the coordinates; 1 where each has one fate.
 */
export function toldByPlace({ names, shares }: Fates, weights: readonly Float64Array[]): number[] {
  const entropy = (of: ArrayLike<number>): number => Array.from(of).reduce((sum, p) => (p > 0 ? sum - p * log(p) : sum), 0)
  return meanShares({ names, shares }, weights).map((mean, k) => {
    const within = weights[k]!.reduce(
      (sum, w, i) => sum + w * entropy(shares[k]!.data.subarray(i * names.length, (i + 1) * names.length)),
      0
    )
    return names.length > 1 ? Math.max(0, 1 - within / entropy(mean)) : 1
  })
}

/** Mean share of every label over the particles of each snapshot [snapshots][labels]. */
export function meanShares({ names, shares }: Fates, weights: readonly Float64Array[]): number[][] {
  return shares.map(({ data }, k) => names.map((_, c) => weights[k]!.reduce((sum, w, i) => sum + w * data[i * names.length + c]!, 0)))
}
