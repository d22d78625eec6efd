import { isEmpty, presentValues, rangeOf, tickText } from '@sbridge/core/internal'
import { type Column, isCategorical, isNumeric } from '@sbridge/core/tables'
import type { Axis, Tick, Unplaced } from './messages.js'

/** How cells of one column become places between 0 and 1. */
export interface Placing {
  readonly axis: Axis
  /** Places of a column's cells, NaN where missing. `salt` parts the jitter of the two axes. */
  place(column: Column, salt: number): Float32Array
}

/** Share of a category's band that its rows are spread over. */
const SPREAD = 0.62

/** The axis of a training column; synthetic values may reach a little beyond it. What moves stands where it is: nothing is spread unless `isSpread`. */
export function placingOf(column: Column, isSpread = true): Placing {
  if (isNumeric(column)) {
    // A column without a value has an axis all the same.
    const values = isEmpty(column) ? Float64Array.of(0) : presentValues(column)
    const [low, high] = rangeOf(values)
    // Rows that share a value are spread over half of the way to the next one: of numbers that differ all the while nobody sees it.
    const jitter = isSpread ? leastGap(values) / 2 : 0
    // What is spread stays in the picture.
    const room = Math.max((high - low || Math.abs(high) || 1) * 0.07, jitter)
    const [from, to] = [low - room, high + room]
    const unit = 1 / (to - from)
    return {
      axis: {
        name: column.name,
        range: { from, to },
        ticks: column.kind === 'datetime' ? timeTicks(from, to) : numberTicks({ from, to, whole: column.kind === 'integer' }),
        minor: false
      },
      place: (other, salt) => {
        if (!isNumeric(other)) return new Float32Array(0)
        return Float32Array.from(other.values, (value, i) =>
          other.missing?.[i] ? Number.NaN : (value - from + jitter * (noise(i, salt) - 0.5)) * unit
        )
      }
    }
  }
  const levels = isCategorical(column) ? column.levels : []
  const band = 1 / Math.max(1, levels.length)
  const every = Math.ceil(levels.length / 12)
  return {
    axis: {
      name: column.name,
      range: null,
      ticks: levels.map((label, i) => ({ at: (i + 0.5) * band, label })).filter((_, i) => i % every === 0),
      minor: levels.length > 6
    },
    place: (other, salt) => {
      if (!isCategorical(other)) return new Float32Array(0)
      // Levels that only drawn rows have, such as merged ones, lie beyond the last.
      const at = other.levels
        .map((level, code) => (levels[code] === level ? code : levels.indexOf(level)))
        .map((k) => (k < 0 ? levels.length : k))
      return Float32Array.from(other.codes, (code, i) =>
        code < 0 ? Number.NaN : (at[code]! + 0.5 + SPREAD * (noise(i, salt) - 0.5)) * band
      )
    }
  }
}

/** The least distance between two values; of one value alone that of whole numbers, which leaves it a band. */
function leastGap(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort()
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < sorted.length; i++) if (sorted[i]! > sorted[i - 1]!) least = Math.min(least, sorted[i]! - sorted[i - 1]!)
  return Number.isFinite(least) ? least : 1
}

/** A fixed number between 0 and 1 for a row: jitter that stays with its row from step to step. */
function noise(row: number, salt: number): number {
  let x = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}

function numberTicks({ from, to, whole }: { from: number; to: number; whole: boolean }): Tick[] {
  const step = Math.max(niceStep((to - from) / 5), whole ? 1 : 0)
  const text = tickText(Math.max(Math.abs(from), Math.abs(to)))
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, k) => (first + k) * step).map((value) => ({
    at: (value - from) / (to - from),
    label: text(value)
  }))
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  // The nearest of these by its ratio.
  return (lead > Math.sqrt(50) ? 10 : lead > Math.sqrt(10) ? 5 : lead > Math.SQRT2 ? 2 : 1) * power
}

const DAY = 86_400_000

function timeTicks(from: number, to: number): Tick[] {
  const tick = (time: number, label: string): Tick => ({ at: (time - from) / (to - from), label })
  const years = (to - from) / (365.25 * DAY)
  if (years > 2.5) {
    const step = Math.max(1, Math.round(niceStep(years / 5)))
    const first = new Date(from).getUTCFullYear() + 1
    const ticks: Tick[] = []
    for (let year = Math.ceil(first / step) * step; Date.UTC(year, 0) <= to; year += step) ticks.push(tick(Date.UTC(year, 0), String(year)))
    return ticks
  }
  return Array.from({ length: 4 }, (_, k) => {
    const time = from + ((k + 0.5) / 4) * (to - from)
    const text = new Date(time).toISOString()
    return tick(time, to - from > 3 * DAY ? text.slice(0, 10) : text.slice(5, 16).replace('T', ' '))
  })
}

/** Pairs (x, y) in one array; a row that lacks either is nowhere. */
export function pairsOf(x: Float32Array, y: Float32Array): Float32Array {
  const pairs = new Float32Array(2 * x.length)
  for (let i = 0; i < x.length; i++) {
    pairs[2 * i] = x[i]!
    pairs[2 * i + 1] = y[i]!
  }
  return pairs
}

/** Rows of which the picture shows nothing: those that lack a value of the two, and those beyond its edges. */
export function unplaced(pairs: Float32Array): Unplaced {
  let missing = 0
  let outside = 0
  for (let i = 0; i < pairs.length; i += 2) {
    const [x, y] = [pairs[i]!, pairs[i + 1]!]
    if (Number.isNaN(x + y)) missing++
    else if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) outside++
  }
  return { missing, outside }
}
