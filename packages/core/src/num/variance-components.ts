/** Mean of all values, and how much groups differ and values within them. */
interface VarianceComponents {
  readonly mean: number
  readonly between: number
  readonly within: number
}

/**
 * Variance between groups and within them by one-way analysis of variance, of values by group, none of them empty; nought
 * between where groups differ less than chance would have them. Cost O(n).
 *
 * @source Searle, Casella, McCulloch, *Variance Components*, 1992, section 3.6.
 */
export function componentsOf(groups: readonly (readonly number[])[]): VarianceComponents {
  const n = groups.reduce((sum, { length }) => sum + length, 0)
  const mean = groups.reduce((sum, values) => sum + values.reduce((a, b) => a + b, 0), 0) / Math.max(1, n)
  let [inside, outside, squares] = [0, 0, 0]
  for (const values of groups) {
    const own = values.reduce((a, b) => a + b, 0) / values.length
    for (const value of values) inside += (value - own) ** 2
    outside += values.length * (own - mean) ** 2
    squares += values.length ** 2
  }
  const count = groups.length
  if (n <= count || count < 2) return { mean, between: 0, within: n > count ? inside / (n - count) : 0 }
  const within = inside / (n - count)
  const typical = (n - squares / n) / (count - 1)
  return { mean, between: Math.max(0, (outside / (count - 1) - within) / typical), within }
}
