import { log } from '../num/elementary.js'
import { type DateCell, dateCell } from './date-cell.js'
import { type DateOrder, type DateStyle, dateUnit, offsetOf } from './date-style.js'
import { greatestCommonDivisor } from './lattice.js'
import { inEnglish, monthNames } from './month-names.js'
import { periodOf } from './periods.js'
import { firstShortYear, inShortYears, isShortYear } from './short-years.js'

/** Dates of a column of text, in milliseconds since 1970, and how they are spelled. */
export interface ReadDates {
  /** NaN where a cell is missing. */
  readonly times: Float64Array
  readonly style: DateStyle
  /** In which day and month are read where they could have either. */
  readonly order: DateOrder
  /** Whether every cell could have day or month first, and nothing told which. */
  readonly open: boolean
  /** The order, where the rows tell it or were told. */
  readonly shown?: DateOrder
  /** Rows, from 0, that are read the only way they can against the order that was asked for. */
  readonly against: readonly number[]
  /** Offsets from UTC other than that of the style. */
  readonly otherZones: readonly string[]
  /** Of each row; undefined where its cell is missing. */
  readonly zones: readonly (string | undefined)[]
  /** Rows, from 0, that are spelled otherwise than most are. */
  readonly otherwise?: readonly number[]
}

/** Rows, from 0, of which one has the day first and the other the month. */
interface OrderConflict {
  readonly rows: readonly [dayFirst: number, monthFirst: number]
}

/** Which order is taken where every cell of a column could have either, and who says so. */
export type OrderChoice = { readonly order: DateOrder; readonly by: 'user' | 'table' | 'guess' } | undefined

/**
 * A column of dates, in the spelling that most of them have; undefined for other text. Day first or month first is what some row of
 * a spelling can only be; a conflict where rows disagree and the user names no order. Cost O(cells).
 */
export function readDates(
  cells: readonly (string | null)[],
  choice: () => OrderChoice = () => undefined
): ReadDates | OrderConflict | undefined {
  return readAlike(cells, choice) ?? readMixed(cells, choice) ?? readNamed(cells, choice)
}

/** Dates whose months are named in another language, or in other letters: `22. Juni 2020`, `14-MAR-24`. */
function readNamed(cells: readonly (string | null)[], choice: () => OrderChoice): ReadDates | OrderConflict | undefined {
  const months = monthNames(cells)
  if (!months) return undefined
  const english = cells.map((cell) => cell && inEnglish(cell, months))
  const read = readAlike(english, choice) ?? readMixed(english, choice)
  return read && 'style' in read ? { ...read, style: { ...read.style, months } } : read
}

/** Dates in several spellings, as where files were put together: each spelling is read by itself; undefined where one is none, or says more or less. */
function readMixed(cells: readonly (string | null)[], choice: () => OrderChoice): ReadDates | undefined {
  const rows = new Map<string, number[]>()
  for (const [i, cell] of cells.entries()) {
    if (cell === null) continue
    const form = dateCell(cell, true)?.form
    if (form === undefined) return undefined
    const own = rows.get(form)
    if (own) own.push(i)
    else rows.set(form, [i])
  }
  const most = [...rows.values()].sort((a, b) => b.length - a.length)
  const parts = most.map((own, k) =>
    readAlike(
      own.map((i) => cells[i]!),
      choice,
      k > 0
    )
  )
  const [main] = parts
  if (!main || 'rows' in main) return undefined
  const times = new Float64Array(cells.length).fill(Number.NaN)
  for (const [k, part] of parts.entries()) {
    const isLike =
      part &&
      !('rows' in part) &&
      part.style.zone === main.style.zone &&
      dateUnit(part.style) === dateUnit(main.style) &&
      periodOf(part.style.date) === periodOf(main.style.date)
    if (!isLike || part.otherZones.length > 0 || part.style.zones || part.against.length > 0) return undefined
    for (const [at, i] of most[k]!.entries()) times[i] = part.times[at]!
  }
  const open = parts.some((part) => part && 'open' in part && part.open)
  const zones = cells.map((cell) => (cell === null ? undefined : main.style.zone))
  return { ...main, times, open, zones, otherwise: most.slice(1).flat() }
}

const MAY = /(?<!\p{L})May(?!\p{L})/u

/** The same of dates that are all spelled alike. */
function readAlike(
  cells: readonly (string | null)[],
  choice: () => OrderChoice,
  amongDates = false
): ReadDates | OrderConflict | undefined {
  const read: (DateCell | undefined)[] = []
  const known = new Map<string, DateCell | undefined>()
  let form: string | undefined
  // Whether all so far are of May, whose name is as long as it is short.
  let isOpenName = true
  for (const cell of cells) {
    const one = cell === null ? undefined : knownOr(known, cell, amongDates)
    read.push(one)
    if (cell === null) continue
    if (!one) return undefined
    const isMay = MAY.test(cell)
    if (form === undefined || (isOpenName && form === one.form.replace('Month', 'Mon'))) form = one.form
    else if (one.form !== form && !(isMay && one.form === form.replace('Month', 'Mon'))) return undefined
    isOpenName &&= isMay
  }
  if (form === undefined) return undefined
  // Days recur, and one that was read is the same object.
  const seen = [...new Set(read)].filter((cell) => cell !== undefined)
  if (areOtherwise(seen)) return undefined
  const only = (impossible: 'dayFirst' | 'monthFirst'): number[] =>
    seen.some((cell) => Number.isNaN(cell[impossible]))
      ? read.flatMap((cell, i) => (cell && Number.isNaN(cell[impossible]) ? [i] : []))
      : []
  const dayFirst = only('monthFirst')
  const monthFirst = only('dayFirst')
  const isOrdered = /^#[^#]+#/.test(form)
  const chosen = isOrdered && dayFirst.length > 0 === monthFirst.length > 0 ? choice() : undefined
  if (dayFirst.length > 0 && monthFirst.length > 0 && chosen?.by !== 'user') return { rows: [dayFirst[0]!, monthFirst[0]!] }
  const told = chosen && chosen.by !== 'guess' ? chosen.order : undefined
  const shown = told ?? (dayFirst.length > 0 ? 'day-first' : monthFirst.length > 0 ? 'month-first' : undefined)
  // Points between numbers stand behind days, wherever they are written.
  const order = shown ?? (form.startsWith('#.') ? 'day-first' : (chosen?.order ?? 'month-first'))
  const against = order === 'day-first' ? monthFirst : dayFirst
  const at = (cell: DateCell): number => {
    const [own, other] = order === 'day-first' ? [cell.dayFirst, cell.monthFirst] : [cell.monthFirst, cell.dayFirst]
    return Number.isNaN(own) ? other : own
  }
  const alone = Float64Array.from(read, (cell) => (cell ? at(cell) : Number.NaN))
  const firstYear = isShortYear(form) ? firstShortYear(alone) : undefined
  const times = firstYear === undefined ? alone : alone.map((time) => inShortYears(time, firstYear))
  const common = commonStyle(read, { seen, form, order, firstYear })
  const zones = common.otherZones.length === 0 ? undefined : zonesByTime(times, read)
  const { style, otherZones } = zones ? { style: { ...common.style, ...zones }, otherZones: [] } : common
  return {
    times,
    style,
    order,
    open: isOrdered && shown === undefined && !form.startsWith('#.'),
    ...(isOrdered && shown !== undefined ? { shown } : {}),
    against,
    otherZones,
    zones: read.map((cell) => cell?.time.zone)
  }
}

/** Texts are all months by chance in fewer columns than one in a thousand. */
const LOG_CHANCE = log(1000)
const [LAST_DAY, LAST_MONTH] = [31, 12]

/**
 * Whether all months of a column could be something else as well, and would not hardly look like months if they were: seasons; days of
 * months, of which many have no few numbers (Oct-18); parts of wholes, which are in lowest terms or come to more than twelve (1/64).
 */
function areOtherwise(seen: readonly DateCell[]): boolean {
  const [first] = seen
  if (first?.orElse === undefined || seen.some(({ orElse }) => orElse !== first.orElse)) return false
  const dates = seen.map(({ dayFirst }) => new Date(dayFirst))
  const years = new Set(dates.map((date) => date.getUTCFullYear() % 100))
  if (first.orElse === 'season') return seen.length > 1
  if (first.orElse === 'day') return seen.length * log(LAST_DAY / years.size) - years.size * log(LAST_DAY) < LOG_CHANCE
  if (dates.every((date) => greatestCommonDivisor(date.getUTCMonth() + 1, date.getUTCFullYear() % 100) === 1)) return true
  const months = new Set(dates.map((date) => date.getUTCMonth()))
  const most = Math.max(LAST_MONTH, ...years)
  let chance = 0
  for (let k = 0; k < months.size; k++) chance += log((most - k) / (LAST_MONTH - k))
  return chance < LOG_CHANCE
}

/** Days recur in a column: each is read once, while there are not more of them than days in a century. */
const MOST_KNOWN = 36_525

function knownOr(known: Map<string, DateCell | undefined>, cell: string, amongDates: boolean): DateCell | undefined {
  if (known.has(cell)) return known.get(cell)
  const read = dateCell(cell, amongDates)
  if (known.size < MOST_KNOWN) known.set(cell, read)
  return read
}

/** Clocks are put forward and back once a year each. */
const MOST_CHANGES_A_YEAR = 2
/** Rows of one offset, at least, on the whole: fewer would show no law. */
const LEAST_ROWS = 10
/** A year in milliseconds. */
const YEAR = 365.25 * 86_400_000

/** Offsets that change with the time of a row, as with daylight saving; undefined where they go to and fro. Cost O(n log n). */
function zonesByTime(times: Float64Array, read: readonly (DateCell | undefined)[]): Pick<DateStyle, 'zone' | 'zones'> | undefined {
  const order = Array.from(times.keys())
    .filter((i) => !Number.isNaN(times[i]!))
    .sort((a, b) => times[a]! - times[b]!)
  const zoneOf = (i: number): string => read[i]!.time.zone
  const first = order.filter((i, k) => k === 0 || zoneOf(i) !== zoneOf(order[k - 1]!))
  const years = Math.ceil((times[order.at(-1)!]! - times[order[0]!]!) / YEAR)
  if (first.length - 1 > MOST_CHANGES_A_YEAR * years || order.length < LEAST_ROWS * first.length) return undefined
  const [start, ...later] = first.map((i) => ({ from: times[i]!, zone: zoneOf(i) }))
  return { zone: start!.zone, zones: later }
}

interface FormOfDates extends Pick<DateStyle, 'firstYear'> {
  readonly seen: readonly DateCell[]
  readonly form: string
  readonly order: DateOrder
}

/** The style of a column, of which `seen` are the different cells: as fine as its finest cell, in the offset that most have, padded unless a cell is not. */
function commonStyle(
  read: readonly (DateCell | undefined)[],
  { seen, form, order, firstYear }: FormOfDates
): { readonly style: DateStyle; readonly otherZones: readonly string[] } {
  const timed = seen.map(({ time }) => time).filter(({ separator }) => separator !== '')
  const padded = !seen.some((cell) => cell.padded === false)
  const date = patternOf(form, order, padded)
  const seconds = (['milliseconds', 'whole'] as const).find((one) => timed.some((time) => time.seconds === one)) ?? 'none'
  const clocks = timed.map(({ clock }) => clock)
  const clock = clocks.find((one) => one !== undefined && /^[hH](?![hH])/.test(one)) ?? clocks.find((one) => one !== undefined)
  const fraction = timed.reduce((most, time) => Math.max(most, time.seconds === 'milliseconds' ? (time.fraction ?? 3) : 0), 0)
  // How many cells have each.
  const isZoned = timed.some((time) => time.zone !== '')
  const zones = isZoned ? byFrequency(read.flatMap((cell) => (cell && cell.time.zone !== '' ? [cell.time.zone] : []))) : []
  const [zone = '', ...others] = zones
  return {
    style: {
      ...(date === 'YYYY-MM-DD' ? {} : { date }),
      ...(firstYear === undefined ? {} : { firstYear }),
      separator: timed[0]?.separator ?? '',
      ...(clock === undefined ? {} : { clock }),
      seconds,
      ...(seconds === 'milliseconds' && fraction !== 3 ? { fraction } : {}),
      zone
    },
    otherZones: others.filter((other) => offsetOf(other) !== offsetOf(zone))
  }
}

/** `#/#/YYYY` → `DD/MM/YYYY`, `M/D/YYYY`, … */
function patternOf(form: string, order: DateOrder, padded: boolean): string {
  const [month, day] = padded ? ['MM', 'DD'] : ['M', 'D']
  if (form.includes('Mon')) return form.replace('#', day)
  if (!/#.*#/.test(form)) return form.replace('#', month)
  const numbers = form.startsWith('Y') || order === 'month-first' ? [month, day] : [day, month]
  return form.replace(/#/g, () => numbers.shift()!)
}

function byFrequency(words: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word)
}
