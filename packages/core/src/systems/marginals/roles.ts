import { InputError } from '../../num/errors.js'
import { endText, rangeOf } from '../../table/column-facts.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { daysOf, instantOf } from './calendar.js'
import { notationsOf, numberIn } from './snapshot-table.js'

/** What a column of a long table of snapshots may be. */
export interface RoleFacts {
  readonly name: string
  /** Whether it may be a coordinate: numbers, and empty cells where it was not measured. */
  readonly numbers: boolean
  /** Whether it may be the time: numbers or dates in every row, at least two of them different. */
  readonly times: boolean
  /** Range, or why it is no coordinate. */
  readonly summary: string
  readonly empty: number
  /** Different values. */
  readonly distinct: number
  /** Rows of the value that has fewest. */
  readonly fewest: number
}

const TIME_NAMES = /^(time|times|t|day|days|hour|hours|week|weeks|date|datetime|timestamp|stage|age|year|minute|minutes|when)\b/i

/** What each column may be. Cost O(cells). */
export function snapshotRoles(table: RawTable): RoleFacts[] {
  const notationIn = notationsOf(table)
  return table.columns.map((column) => {
    const { name } = column
    const dates = daysOf(column)
    const values = dates ? dates.values.map((day) => instantOf(dates.calendar, day)) : numbersIn(column, notationIn)
    const { distinct, fewest } = countsOf(values)
    const seen = values.filter(Number.isFinite)
    const empty = values.reduce((count, value, row) => count + (Number.isFinite(value) || !isEmpty(column, row) ? 0 : 1), 0)
    const bad = values.findIndex(
      (value, row) => !Number.isFinite(value) && (dates !== undefined || seen.length === 0 || !isEmpty(column, row))
    )
    if (bad >= 0) return { name, numbers: false, times: false, summary: whyNot(column, bad), empty, distinct, fewest }
    const [low, high] = rangeOf(seen)
    const [from, to] = [low, high].map((end) => endText(end, { kind: dates ? 'datetime' : 'number' }))
    const summary = `${high > low ? `${from} to ${to}` : `always ${from}`}${empty > 0 ? `; ${empty} empty` : ''}`
    return { name, numbers: !dates, times: high > low && empty === 0, summary, empty, distinct, fewest }
  })
}

function countsOf(values: Float64Array): Pick<RoleFacts, 'distinct' | 'fewest'> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return { distinct: counts.size, fewest: [...counts.values()].reduce((a, b) => Math.min(a, b), values.length) }
}

/** Numbers of the cells, NaN where a cell is none. */
function numbersIn(column: RawColumn, notationIn: ReturnType<typeof notationsOf>): Float64Array {
  if (column.source === 'number' || column.source === 'datetime')
    return column.values.map((value, i) => (column.missing?.[i] ? Number.NaN : value))
  const notation = notationIn(column)
  const cells: readonly (string | boolean | null)[] = column.values
  return Float64Array.from(cells, (cell) => numberIn(cell, notation))
}

function isEmpty(column: RawColumn, row: number): boolean {
  const cell = column.values[row]
  return cell === null || cell === undefined || cell === '' || ('missing' in column && column.missing?.[row] === 1)
}

function whyNot(column: RawColumn, row: number): string {
  const cell = column.values[row]
  return isEmpty(column, row) ? `row ${row + 1} is empty` : `row ${row + 1} is “${String(cell).slice(0, 20)}”, no number`
}

/**
 * The column that seems to have the times: one whose name says so, else the one with the fewest different values among those
 * in which every value comes at least twice; undefined where there is none.
 */
export function likelyTime(facts: readonly RoleFacts[], rowCount: number): string | undefined {
  const named = facts.find(({ name, times, distinct }) => times && TIME_NAMES.test(name) && distinct < rowCount)
  const repeated = facts.filter(({ times, fewest }) => times && fewest > 1)
  return (named ?? repeated.sort((a, b) => a.distinct - b.distinct)[0])?.name
}

/** The same. Throws `InputError` where there is none, or only a single time, or no coordinate besides. */
export function timeAmong(facts: readonly RoleFacts[], rowCount: number): string {
  const time = likelyTime(facts, rowCount)
  const single = facts.find(({ name, times, distinct }) => !times && TIME_NAMES.test(name) && distinct === 1)
  if (single && !(time && TIME_NAMES.test(time))) {
    throw new InputError({
      code: 'single-time',
      got: `a single time: ${single.name} is ${single.summary}`,
      expected: 'particles at two times or more',
      try: 'a table with all snapshots below each other, or new rows of this one'
    })
  }
  if (time === undefined) {
    throw new InputError({
      code: 'time-missing',
      got: `no column of times among ${facts.map(({ name }) => name).join(', ')}`,
      expected: 'a column of numbers or dates in which every time comes in several rows',
      try: 'a long table: one particle a row, with the time at which it was seen'
    })
  }
  const others = facts.filter(({ name }) => name !== time)
  if (!others.some(({ numbers }) => numbers)) {
    throw new InputError({
      code: 'no-coordinates',
      got: `no column of numbers besides ${time} (${others.map(({ name, summary }) => `${name}: ${summary}`).join('; ')})`,
      expected: 'at least one column of numbers',
      try: 'a table with what was measured of each particle'
    })
  }
  return time
}
