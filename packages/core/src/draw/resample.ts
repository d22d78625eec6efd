import { exp } from '../num/elementary.js'
import { type Key, uniforms } from '../num/random.js'

/** Candidates that were taken, and how even their weights were. */
interface Resampled {
  /** Place of every row's candidate [n]. */
  readonly chosen: Uint32Array
  /** Mean over the rows of (Σw)²/Σw² of their candidates: from 1, where one decides, to `each`, where all weigh the same. */
  readonly effective: number
}

interface Places {
  readonly chains?: Uint32Array | undefined
  readonly first?: number | undefined
}

/**
 * Takes one of every `each` candidates, which lie side by side, with a chance in proportion to exp(logRatios): importance
 * resampling, row by row, so that a row depends on its own candidates and its place alone (of the first: `first`), or on its
 * counter among `chains` [n].
 * @source Rubin, *Using the SIR algorithm to simulate posterior distributions*, 1988; the bias of the law is O(1/each).
 */
export function resampled(logRatios: Float64Array, each: number, key: Key, { chains, first = 0 }: Places = {}): Resampled {
  const rowCount = logRatios.length / each
  const chosen = new Uint32Array(rowCount)
  const draws = chains ? Float64Array.from(chains, (chain) => uniforms(key, 1, chain)[0]!) : uniforms(key, rowCount, 0, first)
  let effective = 0
  for (let i = 0; i < rowCount; i++) {
    const own = logRatios.subarray(i * each, (i + 1) * each)
    const most = own.reduce((a, b) => Math.max(a, b))
    const weights = own.map((ratio) => exp(ratio - most))
    const total = weights.reduce((a, b) => a + b, 0)
    effective += (total * total) / weights.reduce((sum, weight) => sum + weight * weight, 0)
    let left = draws[i]! * total
    let k = 0
    while (k < each - 1 && left >= weights[k]!) left -= weights[k++]!
    chosen[i] = i * each + k
  }
  return { chosen, effective: effective / rowCount }
}
