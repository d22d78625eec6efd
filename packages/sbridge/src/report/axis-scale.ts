import type { NumericColumn } from '@sbridge/core/internal'
import { formatClock, plainText, tickText } from '@sbridge/core/internal'

/** An axis of Observable Plot, and the coordinate along which it is even. */
export interface AxisScale {
  readonly axis: object
  readonly forth: (value: number) => number
  readonly back: (place: number) => number
}

/** All values of some samples, in order. */
export function ascendingOf(samples: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(samples.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const values of samples) {
    all.set(values, at)
    at += values.length
  }
  return all.sort()
}

/** Minutes between ticks of times of day, and how many ticks fit. */
const CLOCK_STEPS = [5, 15, 30, 60, 120, 180, 360]
const MOST_TIMES = 5

/** Times of day at full hours, or as full as the range allows. */
function clockAxis(ascending: Float64Array, clock: NonNullable<NumericColumn['clock']>): object {
  const minute = clock.seconds === 'none' ? 1 : 60
  const [low, high] = [ascending[0] ?? 0, ascending.at(-1) ?? 0]
  const step = minute * (CLOCK_STEPS.find((minutes) => (high - low) / (minutes * minute) <= MOST_TIMES) ?? CLOCK_STEPS.at(-1)!)
  const first = Math.ceil(low / step)
  const ticks = Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, k) => (first + k) * step)
  return { ticks, tickFormat: (time: number) => formatClock(time, clock), nice: false }
}

/** Times on a calendar, or on a clock; positive numbers whose tail is long on a logarithmic axis; all others as they are. */
export function axisScale({ kind, clock }: Pick<NumericColumn, 'kind' | 'clock'>, ascending: Float64Array): AxisScale {
  const same = (value: number) => value
  if (kind === 'datetime') return { axis: { type: 'utc', ticks: 3, nice: false }, forth: same, back: same }
  if (clock) return { axis: clockAxis(ascending, clock), forth: same, back: same }
  const n = ascending.length
  const long = n > 0 && ascending[0]! > 0 && ascending[Math.floor(0.99 * (n - 1))]! > 15 * ascending[Math.floor(0.5 * (n - 1))]!
  if (long) return { axis: { type: 'log', ticks: 4, tickFormat: decadeText, nice: false }, forth: Math.log10, back: (place) => 10 ** place }
  const largest = n === 0 ? 1 : Math.max(Math.abs(ascending[0]!), Math.abs(ascending[n - 1]!))
  const ticks = largest >= 1e6 || (largest < 0.01 && largest > 0) ? 3 : 5
  return { axis: { ticks, tickFormat: tickText(largest > 0 ? largest : 1), nice: false }, forth: same, back: same }
}

/** Powers of ten only: other ticks of a logarithmic axis stay bare. */
export function decadeText(value: number): string {
  return Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6) ? plainText(value) : ''
}
