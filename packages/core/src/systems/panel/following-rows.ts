/** Of rows that follow others, what their urns know of the level that they have [m]. */
export interface Following {
  /** π of it. */
  readonly share: Float64Array
  /** How often it came before, of so many rows. */
  readonly count: Float64Array
  readonly rows: Float64Array
  /** 1 where the row before has it. */
  readonly stayed: Float64Array
}

export interface FactorOf {
  readonly first: Uint32Array
  readonly f: number
  readonly width: number
}

/** The rows behind the first of each group, one group after the other. Cost O(n). */
export function followingOf(shares: readonly number[], codes: Int32Array, { first, f, width }: FactorOf): Following {
  const groups = first.length - 1
  const numbers = () => new Float64Array(first[groups]! - groups)
  const following = { share: numbers(), count: numbers(), rows: numbers(), stayed: numbers() }
  const counts = new Float64Array(shares.length)
  for (let g = 0, at = 0; g < groups; g++) {
    counts.fill(0)
    for (let i = first[g]!; i < first[g + 1]!; i++) {
      const level = codes[i * width + f]!
      if (i > first[g]!) {
        following.share[at] = shares[level]!
        following.count[at] = counts[level]!
        following.rows[at] = i - first[g]!
        following.stayed[at++] = Number(level === codes[(i - 1) * width + f])
      }
      counts[level]! += 1
    }
  }
  return following
}
