import { type Matrix, matrix } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'

/** Rows of each side that are compared at most, drawn at random: 2,000 in all and a hundred relabellings are seconds. */
const MOST_ROWS = 1000
/** The least p-value is 1/300. */
export const PERMUTATIONS = 299

/** Rows of two samples, one below the other, and which of them are of the first: as they are, and by relabellings at random. */
export interface Labellings {
  /** Rows that are compared, of each sample. */
  readonly rows: readonly [Uint32Array, Uint32Array]
  /** Of each labelling, the own one first: places of the first sample's rows among all that are compared, ascending. */
  readonly firsts: readonly Uint32Array[]
}

/** Labellings of some rows of two samples of so many rows. Cost O(N·300). */
export function labellingsOf([n, m]: readonly [number, number], key: Key): Labellings {
  const rows = [someOf(n, keyFor(key, 'first')), someOf(m, keyFor(key, 'second'))] as const
  const [a, b] = rows.map(({ length }) => length) as [number, number]
  const labels = keyFor(key, 'labels')
  const firsts = Array.from({ length: PERMUTATIONS + 1 }, (_, p) =>
    p === 0
      ? Uint32Array.from({ length: a }, (_none, i) => i)
      : permutation(keyFor(labels, p), a + b)
          .slice(0, a)
          .sort()
  )
  return { rows, firsts }
}

function someOf(count: number, key: Key): Uint32Array {
  return count <= MOST_ROWS ? Uint32Array.from({ length: count }, (_, i) => i) : permutation(key, count).slice(0, MOST_ROWS).sort()
}

/** 1/n for rows of the first sample, −1/m for others [n + m, labellings]. */
export function signed({ rows, firsts }: Labellings): Matrix {
  const [n, m] = rows.map(({ length }) => length) as [number, number]
  const out = matrix(n + m, firsts.length)
  out.data.fill(-1 / m)
  for (const [p, own] of firsts.entries()) for (const row of own) out.data[row * out.cols + p] = 1 / n
  return out
}

/** How often a statistic of relabelled rows is as large as that of each labelling; of the own one first. Cost O(300²). */
export function sharesAsLarge(statistic: Float64Array): Float64Array {
  return statistic.map((own) => statistic.reduce((count, other) => count + (other >= own ? 1 : 0), 0) / statistic.length)
}
