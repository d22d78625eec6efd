/** Whole numbers in equal steps, and where they go on. */
export interface Numbering {
  /** The first number behind those of the data. */
  readonly next: number
  readonly step: number
}

/** Where numbers go on that are whole, all different and evenly spaced in some order; undefined for others. Cost O(n). */
export function numberingOf(values: ArrayLike<number>): Numbering | undefined {
  const n = values.length
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    if (!Number.isSafeInteger(values[i])) return undefined
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  const step = (high - low) / (n - 1)
  if (!(Number.isInteger(step) && step > 0 && Number.isSafeInteger(high + step * (n + 1)))) return undefined
  const taken = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const place = (values[i]! - low) / step
    if (!Number.isInteger(place) || taken[place] === 1) return undefined
    taken[place] = 1
  }
  return { next: high + step, step }
}
