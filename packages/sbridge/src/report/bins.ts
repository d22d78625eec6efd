/** Bins of equal width: where the first begins, and how many. */
interface DrawnBins {
  readonly low: number
  readonly width: number
  readonly count: number
}

/**
 * Bins of two ascending samples on one axis, as many as the first asks for. Those of whole numbers hold equally many of them each:
 * others would show combs that are none of the data's.
 */
export function drawnBins(first: Float64Array, both: Float64Array, areWhole: boolean): DrawnBins {
  const [low, high] = drawnRange(both)
  const count = binCount(
    first.filter((value) => value >= low && value <= high),
    high - low
  )
  if (!areWhole) return { low, width: (high - low) / count, count }
  const width = Math.max(1, Math.round((high - low) / count))
  const start = Math.ceil(low) - 0.5
  return { low: start, width, count: Math.max(1, Math.ceil((Math.floor(high) + 0.5 - start) / width)) }
}

/** The whole range, unless a few far values would squeeze all others into a corner. */
function drawnRange(ascending: Float64Array): [number, number] {
  const n = ascending.length
  const low = ascending[0]!
  const high = ascending[n - 1]!
  const inner = [ascending[Math.floor(0.01 * (n - 1))]!, ascending[Math.ceil(0.99 * (n - 1))]!] as const
  const margin = 0.5 * (inner[1] - inner[0])
  if (!(margin > 0)) return high > low ? [low, high] : [low - 0.5, low + 0.5]
  return [Math.max(low, inner[0] - margin), Math.min(high, inner[1] + margin)]
}

/** Freedman and Diaconis' rule, between 10 and 40 bins. */
function binCount(ascending: Float64Array, range: number): number {
  const n = ascending.length
  if (n < 4) return 10
  const spread = ascending[Math.floor(0.75 * (n - 1))]! - ascending[Math.floor(0.25 * (n - 1))]!
  return spread > 0 ? Math.max(10, Math.min(40, Math.ceil((range * Math.cbrt(n)) / (2 * spread)))) : 25
}
