import { commonDivisor } from '../../num/common-divisor.js'
import { sorted } from '../../num/statistics.js'
import { roundedWithin } from '../../table/bounds.js'
import { type Clock, clockOf } from '../../table/clock.js'
import type { ColumnFormat } from '../../table/infer.js'
import { monthOf, monthStart, sinceStart, untilEnd } from '../../table/months.js'
import { roundToFormat, timeBounds, writtenUnit } from '../../table/present.js'

/**
 * The steps in which times are counted: whole ticks of the largest unit, of calendar months where all times stand at the same
 * place of a month, of which every difference is a multiple. Numbers with all their digits have none: their ticks are the
 * differences themselves. Plain data.
 */
export interface Ticks {
  readonly kind: 'months' | 'months-from-end' | 'steps' | 'real'
  /** The first of all times: tick 0. */
  readonly origin: number
  /** Months, or units of the column, that one tick counts. */
  readonly unit: number
  /** The smallest step between two rows of a group, in ticks. */
  readonly least: number
  /** Ticks from a group's first row to each of its rows, where all groups have the same as far as they go. */
  readonly schedule?: readonly number[] | undefined
  /** Ascending moments on whose clock ticks count open days, where times keep to hours of the day or days of the week. */
  readonly clock?: readonly number[] | undefined
  /** The last of all times, where there is a schedule: new groups keep to it within these. Absent in older models. */
  readonly last?: number | undefined
}

/** Milliseconds. */
const DAY = 86_400_000

/** Greatest common divisor of whole numbers; 1 of none but noughts. */
function unitOf(numbers: ArrayLike<number>): number {
  let divisor = 0
  for (let i = 0; i < numbers.length; i++) divisor = commonDivisor(divisor, Math.abs(numbers[i]!))
  return divisor || 1
}

/** Times in ticks, counted from the first of all. Cost O(n). */
export function ticksOf(
  times: Float64Array,
  format: ColumnFormat
): { readonly ticks: Omit<Ticks, 'least' | 'schedule'>; readonly at: Float64Array } {
  const origin = times.reduce((a, b) => Math.min(a, b))
  if (format.kind === 'datetime') {
    const months = times.map(monthOf)
    const distinct = new Set(months).size > 1
    for (const [kind, rest] of [
      ['months', sinceStart],
      ['months-from-end', untilEnd]
    ] as const)
      if (distinct && times.every((time) => rest(time) === rest(origin))) return inUnits(kind, months, origin, monthOf(origin))
  }
  const unit = writtenUnit(format)
  if (unit === undefined) return { ticks: { kind: 'real', origin, unit: 1 }, at: times.map((time) => time - origin) }
  const { ticks, at } = inUnits(
    'steps',
    times.map((time) => Math.round((time - origin) / unit)),
    origin,
    0
  )
  return { ticks: { ...ticks, unit: ticks.unit * unit }, at }
}

function inUnits(kind: Ticks['kind'], counts: Float64Array, origin: number, first: number) {
  const steps = counts.map((count) => count - first)
  const unit = unitOf(steps)
  return { ticks: { kind, origin, unit }, at: steps.map((step) => step / unit) }
}

/** Moments that say what hours and days are kept to: of more, so many in even places. */
const MOST_MOMENTS = 1024

/** Times that are counted in open days, where they keep to hours of the day or days of the week: what stands between others does so too. Undefined where they do not, or are weeks apart and more. */
export function clockTicks(times: Float64Array, { kind, unit }: Pick<Ticks, 'kind' | 'unit'>): ReturnType<typeof ticksOf> | undefined {
  if (kind !== 'steps' || unit > DAY) return undefined
  const all = sorted(times)
  const many = all.length > MOST_MOMENTS
  const clock = many ? Array.from({ length: MOST_MOMENTS }, (_, k) => all[Math.floor(((k + 0.5) * all.length) / MOST_MOMENTS)]!) : [...all]
  if (!runningOn(clock)) return undefined
  const ticks = { kind: 'real', origin: all[0]!, unit: 1, clock } as const
  const at = times.map((time) => tickOf(ticks, time))
  return { ticks: { ...ticks, kind: at.every(Number.isInteger) ? 'steps' : 'real' }, at }
}

const clocks = new WeakMap<readonly number[], Clock | undefined>()

/** The clock of moments, found once. */
function runningOn(moments: readonly number[] | undefined): Clock | undefined {
  if (!moments) return undefined
  if (!clocks.has(moments)) clocks.set(moments, clockOf(Float64Array.from(moments)))
  return clocks.get(moments)
}

/** The tick of a time, also of one between ticks; those of months have none. */
export function tickOf({ origin, unit, clock }: Pick<Ticks, 'origin' | 'unit' | 'clock'>, time: number): number {
  const own = runningOn(clock)
  return own ? own.at(time) - own.at(origin) : (time - origin) / unit
}

/** The time at a tick, as the column can write it. */
export function timeAt({ kind, origin, unit, clock }: Ticks, tick: number, format: ColumnFormat): number {
  const [first, last] = format.kind === 'datetime' ? timeBounds(format) : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const within = (time: number) => roundedWithin(Math.min(last, Math.max(first, time)), format)
  const month = monthOf(origin) + tick * unit
  const own = runningOn(clock)
  if (own) return within(roundToFormat(own.momentOf(own.at(origin) + tick), format))
  if (kind === 'months') return within(monthStart(month) + sinceStart(origin))
  if (kind === 'months-from-end') return within(monthStart(month + 1) - untilEnd(origin))
  return within(kind === 'steps' ? roundToFormat(origin + tick * unit, format) : origin + tick * unit)
}

/** Ticks between the rows of groups that all keep to one schedule; undefined where they do not. Cost O(n). */
export function scheduleOf(at: Float64Array, first: Uint32Array): number[] | undefined {
  const schedule: number[] = []
  for (let g = 0; g + 1 < first.length; g++) {
    for (let i = first[g]!; i < first[g + 1]!; i++) {
      const elapsed = at[i]! - at[first[g]!]!
      const step = i - first[g]!
      if (step === schedule.length) schedule.push(elapsed)
      if (schedule[step] !== elapsed) return undefined
    }
  }
  return schedule
}

/** The tick of a group's row `step`, after one at `before` of a group that began at `start`; `gap` is drawn where there is no schedule. */
export function nextTick(
  ticks: Ticks,
  { start, before, step, gap }: Readonly<Record<'start' | 'before' | 'step' | 'gap', number>>
): number {
  const elapsed = ticks.schedule?.[step]
  return elapsed === undefined ? before + stepOf(ticks, gap) : start + elapsed
}

/** Where a group begins that keeps to a schedule, and its rows, so that they stand within the times of the data. */
export function startWithin({ schedule, last }: Ticks, start: number, rows: number): { readonly start: number; readonly rows: number } {
  if (!schedule || last === undefined) return { start, rows }
  const most = Math.min(rows, schedule.length)
  return { start: Math.max(0, Math.min(start, last - schedule[most - 1]!)), rows: most }
}

/** A step as it can be taken: whole where ticks are, and not smaller than any of the data. */
function stepOf({ kind, least }: Ticks, drawn: number): number {
  return Math.max(least, kind === 'real' ? drawn : Math.round(drawn))
}
