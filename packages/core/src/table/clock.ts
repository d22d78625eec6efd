import { log } from '../num/elementary.js'
import { sorted } from '../num/statistics.js'
import { runsOf } from './recurring.js'

/**
 * A clock that runs only when things happen: not at night, or not on the days of the week on which there is never anything. Times
 * on it are counted in open days.
 */
export interface Clock {
  /** Time on the clock of a moment in milliseconds; where it stands still, the one at which it does. */
  at(moment: number): number
  /** The moment, in whole milliseconds, of a time on the clock. */
  momentOf(time: number): number
}

/** Milliseconds of a day. */
const DAY = 86_400_000
/** Of days. */
const WEEK = 7
/** Fewer different days show no hours that recur. */
const LEAST_DAYS = 10
/** Evenly spread times have a χ² of 24 hours beyond this for one column in a thousand. */
const UNEVEN = 49.7
/** Normal deviate that one table in a thousand lies above. */
const BEYOND = 3.09
/** A weekday is left out by chance in fewer tables than one in a thousand. */
const LOG_CHANCE = log(1000)
/** Of a day, what is told from the next one where days since 1970 are counted in double precision. */
const LAST_SHARE = 1 - 1e-10
/** Times of day that say which there are; of more, so many evenly spread ones. */
const MOST_TIMES = 1000
/** Times of day on either side that say how far one of few rows reaches. */
const AROUND = 6

/** What is found out about each column once. */
const clocks = new WeakMap<Float64Array, Map<number, { readonly clock: Clock | undefined }>>()

/**
 * The clock of ascending moments; undefined where they keep to no hours and leave out no weekday. Times of day that fewer moments have
 * than `few` stand for those around them. Cost O(n log n), once.
 */
export function clockOf(moments: Float64Array, few = 0): Clock | undefined {
  const known = clocks.get(moments) ?? new Map<number, { readonly clock: Clock | undefined }>()
  clocks.set(moments, known)
  let found = known.get(few)
  if (!found) {
    found = { clock: findClock(moments, few) }
    known.set(few, found)
  }
  return found.clock
}

/** Times on their clock of ascending moments, which ascend too: what is found out about these is kept as well. */
const times = new WeakMap<Clock, Float64Array>()

export function clockedTimes(moments: Float64Array, clock: Clock): Float64Array {
  const found = times.get(clock) ?? moments.map((moment) => clock.at(moment))
  times.set(clock, found)
  return found
}

function findClock(moments: Float64Array, few: number): Clock | undefined {
  const days = [...new Set(Array.from(moments, dayOf))]
  if (days.length < LEAST_DAYS) return undefined
  const open = openWeekdays(days)
  const times = sorted(moments.map(timeInDay))
  const uneven = isUneven(times)
  if (open.length === WEEK && !uneven) return undefined
  // Dates without a time of day stand where their day begins.
  const all = uneven || times[times.length - 1] === 0 ? new TimesOfDay(times, few) : undefined
  const own = uneven ? open.map((weekday) => sorted(moments.filter((moment) => weekdayOf(dayOf(moment)) === weekday).map(timeInDay))) : []
  return new OpenHours(open, all, differ(own, times) ? own.map((some) => new TimesOfDay(some, few)) : undefined)
}

/** Hours of one weekday are told of so many moments, at least, for each of those at which there are any. */
const ROWS_PER_HOUR = 2

/**
 * Whether times of day go by the weekday, as where a shop opens late on Thursdays, and there are enough of each to say how: by χ² of hours and
 * weekdays beyond that of one table in a thousand (Wilson and Hilferty).
 */
function differ(own: readonly Float64Array[], all: Float64Array): boolean {
  const countsOf = (times: Float64Array): Float64Array => {
    const hours = new Float64Array(24)
    for (const time of times) hours[hourOf(time)]!++
    return hours
  }
  const whole = countsOf(all)
  const hours = whole.filter((count) => count > 0).length
  const degrees = (hours - 1) * (own.length - 1)
  if (degrees < 1 || own.some(({ length }) => length < ROWS_PER_HOUR * hours)) return false
  let squares = 0
  for (const times of own)
    countsOf(times).forEach((count, hour) => {
      const expected = (whole[hour]! * times.length) / all.length
      if (expected > 0) squares += (count - expected) ** 2 / expected
    })
  const ninth = 2 / (9 * degrees)
  return squares > degrees * (1 - ninth + BEYOND * Math.sqrt(ninth)) ** 3
}

const dayOf = (moment: number): number => Math.floor(moment / DAY)
const timeInDay = (moment: number): number => moment - DAY * dayOf(moment)
const hourOf = (time: number): number => Math.floor((24 * time) / DAY)
const weekdayOf = (day: number): number => ((day % WEEK) + WEEK) % WEEK

/** Weekdays, counted from that of 1 January 1970, that some days are, or that may lack by chance. */
function openWeekdays(days: readonly number[]): number[] {
  const there = new Array<number>(WEEK).fill(0)
  for (const day of days) there[weekdayOf(day)]!++
  const weeks = Math.floor((days[days.length - 1]! - days[0]! + 1) / WEEK)
  const seen = there.filter((count) => count > 0).length
  // Of weekdays that are there, so large a share of days is: one that is as frequent would lack in all weeks so seldom.
  const share = Math.min(1 - 1e-9, days.length / Math.max(1, seen * weeks))
  const isMeant = -weeks * log(1 - share) > LOG_CHANCE
  return Array.from({ length: WEEK }, (_, weekday) => weekday).filter((weekday) => there[weekday]! > 0 || !isMeant)
}

/** Whether times of day are not spread evenly over it; those that are all the same have nothing to be kept. */
function isUneven(times: Float64Array): boolean {
  if (times[0] === times[times.length - 1]) return false
  const hours = new Float64Array(24)
  for (const time of times) hours[hourOf(time)]!++
  const expected = times.length / 24
  return hours.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) > UNEVEN
}

/** Days that are open, and of each the part of its hours that has gone by. */
class OpenHours implements Clock {
  constructor(
    private readonly open: readonly number[],
    private readonly times: TimesOfDay | undefined,
    /** Those of each open day, where they differ. */
    private readonly own?: readonly TimesOfDay[]
  ) {}

  private timesOn(place: number): TimesOfDay | undefined {
    return this.own ? this.own[place] : this.times
  }

  at(moment: number): number {
    if (!Number.isFinite(moment)) return moment
    const day = dayOf(moment)
    const weekday = weekdayOf(day)
    const place = this.open.filter((one) => one < weekday).length
    const before = ((day - weekday) / WEEK) * this.open.length + place
    if (!this.open.includes(weekday)) return before
    const time = moment - DAY * day
    const times = this.timesOn(place)
    return before + (times ? times.shareBefore(time) : time / DAY)
  }

  momentOf(time: number): number {
    const day = Math.floor(time)
    const week = Math.floor(day / this.open.length)
    const share = time - day
    const place = day - week * this.open.length
    const times = this.timesOn(place)
    const own = times ? times.timeAt(share) : share * DAY
    return DAY * (week * WEEK + this.open[place]!) + Math.round(own)
  }
}

/**
 * The law of times of day. One that occurs once, or less often than `few`, stands for those around it, half as far as its nearer
 * neighbour on both sides, so that nothing stands in the gaps between hours; one that recurs for itself.
 */
class TimesOfDay {
  private readonly starts: readonly number[]
  private readonly ends: readonly number[]
  /** Share of the rows before each, and all. */
  private readonly before: readonly number[]

  constructor(times: Float64Array, few: number) {
    const count = Math.min(MOST_TIMES, times.length)
    const some = Float64Array.from({ length: count }, (_, k) => times[Math.floor(((k + 0.5) * times.length) / count)]!)
    const runs = [...runsOf(some)]
    const timeOf = (k: number) => (runs[k] ? some[runs[k]![0]]! : Number.POSITIVE_INFINITY)
    const least = Math.max(2, (few * count) / times.length)
    // Where times are dense, halves of the nearest would all be what they are written in: of few rows they reach as far as those around stand.
    const reachOf = (k: number): number => {
      if (few === 0) return Math.min(k === 0 ? Number.POSITIVE_INFINITY : timeOf(k) - timeOf(k - 1), timeOf(k + 1) - timeOf(k)) / 2
      const [low, high] = [Math.max(0, k - AROUND), Math.min(runs.length - 1, k + AROUND)]
      return (timeOf(high) - timeOf(low)) / Math.max(1, high - low)
    }
    const halves = runs.map(([start, end], k) => {
      const reach = reachOf(k)
      if (end - start >= least || !Number.isFinite(reach)) return [0, 0] as const
      return [Math.min(reach, k === 0 ? reach : (timeOf(k) - timeOf(k - 1)) / 2), Math.min(reach, (timeOf(k + 1) - timeOf(k)) / 2)] as const
    })
    // Nothing is before the first time of day or behind the last.
    this.starts = runs.map((_, k) => Math.max(times[0]!, timeOf(k) - halves[k]![0]))
    this.ends = runs.map((_, k) => Math.min(times[times.length - 1]!, timeOf(k) + halves[k]![1]))
    this.before = [...runs.map(([start]) => start / count), 1]
  }

  shareBefore(time: number): number {
    const k = lastAtMost(this.starts, time)
    if (k < 0) return 0
    const [start, end] = [this.starts[k]!, this.ends[k]!]
    const mass = this.before[k + 1]! - this.before[k]!
    if (time > end) return this.before[k + 1]!
    // The last time of a day is not yet the next day.
    return Math.min(LAST_SHARE, this.before[k]! + mass * (end > start ? (time - start) / (end - start) : 0.5))
  }

  timeAt(share: number): number {
    const k = Math.min(this.starts.length - 1, lastAtMost(this.before, share))
    const along = (share - this.before[k]!) / (this.before[k + 1]! - this.before[k]!)
    return this.starts[k]! + along * (this.ends[k]! - this.starts[k]!)
  }
}

/** Place of the last of ascending numbers that is at most x; −1 where none is. */
function lastAtMost(ascending: readonly number[], x: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! <= x) low = middle + 1
    else high = middle
  }
  return low - 1
}
