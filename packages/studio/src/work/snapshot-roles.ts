import { InputError } from '@sbridge/core'
import { daysOf, instantOf } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { rangeOf, spellEnd } from './axis.js'
import type { RoleFacts } from './trajectories-messages.js'

const TIME_NAMES = /^(time|times|t|day|days|hour|hours|week|weeks|date|datetime|timestamp|stage|age|year|minute|minutes|when)\b/i
const DAY = 86_400_000

interface Cells {
  /** NaN where a cell is no number. */
  readonly values: Float64Array
  readonly dates: boolean
}

/** What each column of a long table of snapshots may be. */
export function roleFacts({ columns }: RawTable): RoleFacts[] {
  return columns.map((column) => {
    const { values, dates } = cellsOf(column)
    const bad = values.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) return { name: column.name, numbers: false, times: false, summary: whyNot(column, bad) }
    const [low, high] = rangeOf(values)
    const [from, to] = [low, high].map((end) => spellEnd(dates ? end * DAY : end, dates, 5))
    return {
      name: column.name,
      numbers: !dates,
      times: high > low,
      summary: high > low ? `${from} to ${to}` : `always ${from}`
    }
  })
}

function cellsOf(column: RawColumn): Cells {
  if (column.source === 'number')
    return { values: column.values.map((value, i) => (column.missing?.[i] ? Number.NaN : value)), dates: false }
  if (column.source === 'datetime')
    return { values: column.values.map((value, i) => (column.missing?.[i] ? Number.NaN : value / DAY)), dates: true }
  const days = daysOf(column)
  if (days) return { values: days.values.map((day) => instantOf(days.calendar, day) / DAY), dates: true }
  const cells: readonly (string | boolean | null)[] = column.values
  return {
    values: Float64Array.from(cells, (cell) => (typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : Number.NaN)),
    dates: false
  }
}

function whyNot(column: RawColumn, row: number): string {
  const cell = column.values[row]
  const empty = cell === null || cell === undefined || cell === '' || ('missing' in column && column.missing?.[row] === 1)
  return empty ? `row ${row + 1} is empty` : `row ${row + 1} is “${String(cell).slice(0, 20)}”, no number`
}

/**
 * The column of times: one whose name says so, else the one with the fewest different values among those in which every
 * value comes at least twice on average. Throws `InputError` where there is none, or only a single time, or no coordinate.
 */
export function guessTime(raw: RawTable, facts: readonly RoleFacts[]): string {
  const distinct = new Map<string, number>()
  for (const column of raw.columns) distinct.set(column.name, new Set(cellsOf(column).values).size)
  const repeated = facts.filter(({ name, times }) => times && distinct.get(name)! <= raw.rowCount / 2)
  const named = facts.find(({ name, times }) => times && TIME_NAMES.test(name) && distinct.get(name)! < raw.rowCount)
  const fewest = [...repeated].sort((a, b) => distinct.get(a.name)! - distinct.get(b.name)!)[0]
  const found = named ?? fewest
  const single = facts.find(({ name, times }) => !times && TIME_NAMES.test(name) && distinct.get(name) === 1)
  if (single && !named) {
    throw new InputError({
      code: 'single-time',
      got: `a single time: ${single.name} is ${single.summary}`,
      expected: 'particles at two times or more',
      try: 'a table with all snapshots below each other, or New rows for a single one'
    })
  }
  if (!found) {
    throw new InputError({
      code: 'time-missing',
      got: `no column of times among ${facts.map(({ name }) => name).join(', ')}`,
      expected: 'a column of numbers or dates in which every time comes in several rows',
      try: 'a long table: one particle a row, with the time at which it was seen'
    })
  }
  if (!facts.some(({ name, numbers }) => numbers && name !== found.name)) {
    throw new InputError({
      code: 'no-coordinates',
      got: `no column of numbers besides ${found.name} (${facts
        .filter(({ name }) => name !== found.name)
        .map(({ name, summary }) => `${name}: ${summary}`)
        .join('; ')})`,
      expected: 'at least one column of numbers without gaps',
      try: 'removing rows with gaps'
    })
  }
  return found.name
}
