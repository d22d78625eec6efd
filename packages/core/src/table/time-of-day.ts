import { typesFlag } from '../num/listed.js'
import { timeOf } from './date-cell.js'
import { type DateStyle, timeOfDay } from './date-style.js'

/** How times of day are written, which count minutes since midnight, or seconds where they are written. */
export interface ClockStyle {
  /** As in dates: H or HH, or h or hh with how noon is called behind the time; HH when left out. */
  readonly clock?: string
  readonly seconds: 'none' | 'whole'
}

/** Milliseconds. */
const DAY = 86_400_000
const unitOf = ({ seconds }: ClockStyle): number => (seconds === 'none' ? 60_000 : 1000)

/** The last time of a day, in units of the style. */
export const lastOfDay = (style: ClockStyle): number => DAY / unitOf(style) - 1

/** What a cell says of the time of a day, and how; undefined for other text. */
function clockCell(cell: string): { readonly milliseconds: number; readonly style: Omit<DateStyle, 'date'> } | undefined {
  const time = timeOf(` ${cell.trim()}`)
  return time && time.style.zone === '' && time.style.seconds !== 'milliseconds' && time.milliseconds < DAY ? time : undefined
}

/**
 * Times of day in a column of text, all with seconds or all without, and how they are written; undefined for other text. A list of times, as
 * of shifts, is a column of numbers that recur. Cost O(cells).
 */
export function readClocks(
  cells: readonly (string | null)[]
): { readonly values: Float64Array; readonly missing?: Uint8Array; readonly style: ClockStyle } | undefined {
  const times = new Map<string, ReturnType<typeof clockCell>>()
  for (const cell of cells) {
    if (cell === null) continue
    if (!times.has(cell)) times.set(cell, clockCell(cell))
    if (!times.get(cell)) return undefined
  }
  const styles = [...times.values()].map((time) => time!.style)
  const [first] = styles
  const half = (clock: string | undefined): boolean => clock?.startsWith('h') === true
  if (!first || styles.some(({ seconds, clock }) => seconds !== first.seconds || half(clock) !== half(first.clock))) return undefined
  // One digit where some time has one: 9:05 beside 12:30.
  const clock = styles.find((one) => /^[hH](?![hH])/.test(one.clock ?? ''))?.clock ?? first.clock
  const style: ClockStyle = { ...(clock === undefined ? {} : { clock }), seconds: first.seconds as ClockStyle['seconds'] }
  const missing = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  const values = Float64Array.from(cells, (cell) => (cell === null ? 0 : times.get(cell)!.milliseconds / unitOf(style)))
  return { values, ...(missing.includes(1) ? { missing } : {}), style }
}

/** The time that a text says, in units of the style; undefined for other text. */
export function readClock(text: string, style: ClockStyle): number | undefined {
  const time = clockCell(text)
  return time && time.milliseconds / unitOf(style)
}

/** A time as the style writes it: midnight before it, the last one behind it. */
export function formatClock(value: number, style: ClockStyle): string {
  const within = Math.min(lastOfDay(style), Math.max(0, Math.round(value)))
  return timeOfDay(new Date(within * unitOf(style)).toISOString(), style)
}

/** What a person should know of a column of such times. */
export const clockNote = (name: string, { seconds }: ClockStyle): string =>
  `${name}: times of day, which count ${seconds === 'none' ? 'minutes' : 'seconds'} since midnight; ${typesFlag(name, 'category')} repeats them as they stand`
