/** The increasing sequence nearest to `values` in squares (pool adjacent violators). */
export function increasing(values: readonly number[]): number[] {
  const pools: { mean: number; count: number }[] = []
  for (const value of values) {
    pools.push({ mean: value, count: 1 })
    while (pools.length > 1 && pools[pools.length - 2]!.mean >= pools[pools.length - 1]!.mean) {
      const last = pools.pop()!
      const before = pools.pop()!
      const count = before.count + last.count
      pools.push({ mean: (before.mean * before.count + last.mean * last.count) / count, count })
    }
  }
  return pools.flatMap(({ mean, count }) => Array<number>(count).fill(mean))
}
