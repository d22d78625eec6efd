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

/** Letters of ticks, with the gaps between them, that fit below a drawing. */
const MOST_LETTERS = 38
const GAP = 2
/** Numbers below an axis, where they have room. */
const MOST_NUMBERS = 5

const lettersOf = (values: readonly number[], text: (value: number) => string): number =>
  values.reduce((sum, value) => sum + text(value).length + GAP, 0)

/** How many ticks to ask for so that their numbers stay apart: an axis has about as many as are asked for. */
function tickCount([low, high]: readonly [number, number], text: (value: number) => string): number {
  let count = MOST_NUMBERS
  while (count > 2 && lettersOf(ticksOf(low, high, count), text) > MOST_LETTERS) count--
  return count
}

/** The ticks that an axis makes of so many: multiples of 1, 2 or 5 times a power of ten, the nearest to as many in their ratio. */
function ticksOf(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const least = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(least))
  const ratio = least / power
  const step = power * (ratio >= Math.sqrt(50) ? 10 : ratio >= Math.sqrt(10) ? 5 : ratio >= Math.sqrt(2) ? 2 : 1)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, k) => (first + k) * step)
}

/** Values that are ticks one by one, or every second or third of them, so that their numbers stay apart. */
export function ticksApart(ascending: readonly number[], text: (value: number) => string): number[] {
  let every = 1
  const some = (): number[] => ascending.filter((_, k) => k % every === 0)
  while (every < ascending.length && lettersOf(some(), text) > MOST_LETTERS) every++
  return some()
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
  const tickFormat = tickText(largest > 0 ? largest : 1)
  const isPower = largest >= 1e6 || (largest < 0.01 && largest > 0)
  const ticks = isPower || n === 0 ? 3 : tickCount([ascending[0]!, ascending[n - 1]!], tickFormat)
  return { axis: { ticks, tickFormat, nice: false }, forth: same, back: same }
}

/** Powers of ten only: other ticks of a logarithmic axis stay bare. */
export function decadeText(value: number): string {
  return Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6) ? plainText(value) : ''
}
