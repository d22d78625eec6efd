export { countText as formatCount, numberText as formatNumber, plainText as formatPlain } from '@sbridge/core/internal'

/** Seconds in words: 8 s, 2 min 10 s, 1 h 5 min. */
export function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
