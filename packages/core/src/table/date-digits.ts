import { log } from '../num/elementary.js'
import { type DateStyle, DIGIT_PATTERNS, type DigitPattern } from './date-style.js'
import { greatestCommonDivisor } from './lattice.js'

/** Whole numbers are all such by chance in fewer columns than one in a thousand. */
const LOG_CHANCE = log(1000)

/** A way to write times as whole numbers, whose last digits go round. */
interface Digits {
  /** How many endings the last digits have. */
  readonly cycle: number
  readonly isValid: (value: number) => boolean
}

const DAYS: Digits = { cycle: 10_000, isValid: (value) => isYear(value / 10_000) && dayOf(value) !== undefined }
const MONTHS: Digits = { cycle: 100, isValid: (value) => isYear(value / 100) && isMonth(value % 100) }
/** Behind hours from 1 on: below them any few minutes are numbers as well. */
const CLOCK: Digits = { cycle: 100, isValid: (value) => value % 100 < 60 }

const isYear = (year: number): boolean => year >= 1000 && year < 10_000
const isMonth = (month: number): boolean => month >= 1 && month <= 12

function dayOf(value: number): number | undefined {
  const [year, month, day] = [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100]
  const time = Date.UTC(year, month - 1, day)
  return isMonth(month) && day >= 1 && new Date(time).getUTCDate() === day ? time : undefined
}

const READERS: Readonly<Record<DigitPattern, { readonly digits: Digits; readonly timeOf: (value: number) => number }>> = {
  YYYYMMDD: { digits: DAYS, timeOf: (value) => dayOf(value)! },
  YYYYMM: { digits: MONTHS, timeOf: (value) => Date.UTC(Math.floor(value / 100), (value % 100) - 1, 1) }
}

/** Milliseconds since 1970 of a date or month that a text spells by digits alone; undefined for other text. */
export function parseDigits(text: string): number | undefined {
  const cell = text.trim()
  const reader = READERS[DIGIT_PATTERNS.find(({ length }) => length === cell.length) ?? 'YYYYMM']
  const value = Number(cell)
  return /^\d{6}$|^\d{8}$/.test(cell) && reader.digits.isValid(value) ? reader.timeOf(value) : undefined
}

/**
 * Times and style of whole numbers that are all days of the calendar (20240131) or all months (202401), NaN where one is missing;
 * undefined of others. Numbers that are so by chance stay numbers, unless `anyway`. Cost O(n).
 */
export function digitDates(
  values: Float64Array,
  missing: Uint8Array | undefined,
  anyway: boolean
): { readonly times: Float64Array; readonly style: DateStyle } | undefined {
  const present = missing ? values.filter((_, i) => !missing[i]) : values
  if (present.length === 0) return undefined
  const pattern = DIGIT_PATTERNS.find((one) => READERS[one].digits.isValid(present[0]!))
  if (!pattern) return undefined
  const { digits, timeOf } = READERS[pattern]
  if (!present.every(digits.isValid) || !(anyway || isMeant(present, digits))) return undefined
  return {
    times: values.map((value, i) => (missing?.[i] ? Number.NaN : timeOf(value))),
    style: { date: pattern, separator: '', seconds: 'none', zone: '' }
  }
}

/** Whether whole numbers are times of day without a mark, 517 for 5:17, beyond chance. Cost O(n). */
export function areClockDigits(values: Float64Array, missing: Uint8Array | undefined): boolean {
  const present = missing ? values.filter((_, i) => !missing[i]) : values
  const within = (value: number): boolean => value >= 0 && value < 2400
  return (
    present.every((value) => within(value) && CLOCK.isValid(value)) &&
    isMeant(
      present.filter((value) => value >= 100),
      CLOCK
    ) &&
    reachTheHour(present)
  )
}

/** How seldom times would be passed over. */
const SELDOM = 0.01

/**
 * Whether minutes go as far as an hour does: so many different ones of its lattice would seldom all stay below the largest, as those
 * of rooms do, 101 to 118 on each floor. Cost O(n).
 */
function reachTheHour(values: Float64Array): boolean {
  const minutes = new Set(Array.from(values, (value) => value % 100))
  let step = 60
  let most = 0
  for (const minute of minutes) {
    step = greatestCommonDivisor(step, minute)
    most = Math.max(most, minute)
  }
  let chance = 1
  for (let k = 0; k < minutes.size; k++) chance *= (most / step + 1 - k) / (60 / step - k)
  return chance > SELDOM
}

/**
 * Whether so many different endings would hardly all be valid if they were any of those on the lattice of the numbers, between
 * the smallest and the largest: numbers heaped at round ones have few, and days of one month are any numbers.
 */
function isMeant(values: Float64Array, { cycle, isValid }: Digits): boolean {
  if (values.length === 0) return false
  let [low, high, step] = [values[0]!, values[0]!, 0]
  const endings = new Set<number>()
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
    step = greatestCommonDivisor(step, Math.abs(value - values[0]!))
    endings.add(value % cycle)
  }
  if (step === 0) return false
  const isRound = high - low >= cycle
  const own = isRound ? greatestCommonDivisor(step, cycle) : step
  // All endings there are, of a year in which each is there if it ever is: a leap year.
  const first = isRound ? LEAP * cycle + (low % own) : low
  const last = isRound ? first + cycle - 1 : high
  let [count, valid] = [0, 0]
  for (let value = first; value <= last; value += own) {
    count++
    if (isValid(value)) valid++
  }
  let chance = 0
  for (let k = 0; k < endings.size && k < valid; k++) chance += log((valid - k) / (count - k))
  return -chance > LOG_CHANCE
}

/** A year in which every day is there that ever is. */
const LEAP = 2000
