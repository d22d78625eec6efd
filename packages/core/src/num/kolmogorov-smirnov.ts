import { sorted } from './statistics.js'

/** Kolmogorov–Smirnov distance sup |F − G| of two samples; 1 where only one is empty, 0 where both are. Cost O(n log n). */
export function kolmogorovSmirnov(first: ArrayLike<number>, second: ArrayLike<number>): number {
  if (first.length === 0 || second.length === 0) return first.length === second.length ? 0 : 1
  const a = sorted(first)
  const b = sorted(second)
  let i = 0
  let j = 0
  let largest = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}
