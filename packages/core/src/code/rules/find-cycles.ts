import { log } from '../../num/elementary.js'
import { type Cells, type Codes, spreadRows } from '../../table/codes.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { CYCLES, type Cycle, cycleStart } from './cycles.js'
import { DAY } from './quantity.js'
import { logChanceBeside, partsOf } from './told-beside.js'

/** Fewer days, or weeks, show nothing that comes back in each. */
const LEAST_CYCLES = 6
/** What nothing tells is taken apart in one table of a thousand: it costs little. */
const MOST_CHANCE = log(1e-3)
/** Rows, spread over the table, that say whether something does. */
const MOST_ROWS = 2000

/**
 * Dates of which the time of day or the weekday tells another column, power by the hour, sales by the weekday: how near two dates are says nothing of
 * that. Of those with times of day it is the day that is drawn by itself, of whose weekday the same is asked. Rows of some hours, or weekdays, that follow each other are held against the others. Cost O(columns) for
 * each date and stretch of hours on 2,000 rows at most.
 */
export function cyclesOf(table: Table): ReadonlyMap<string, Cycle> {
  const { columns } = takeTableRows(table, spreadRows(table.rowCount, MOST_ROWS))
  const dates = columns.filter((column): column is NumericColumn => column.kind === 'datetime' && isNumeric(column) && !column.missing)
  const others = columns.filter(({ kind }) => kind !== 'identifier' && kind !== 'datetime') as Cells[]
  const told = others.map((column) => partsOf(column)(column)).filter(({ count }) => count > 1)
  return new Map(
    dates.flatMap((date): [string, Cycle][] => {
      const hasTimes = date.values.some((x) => x % DAY !== 0)
      const chances = (hasTimes ? CYCLES : (['week'] as const)).map((cycle) => logChanceOf(date, cycle, told))
      return Math.min(...chances) + log(chances.length * dates.length) < MOST_CHANCE ? [[date.name, hasTimes ? 'day' : 'week']] : []
    })
  )
}

/** Logarithm of a bound on how likely it is by chance that some column goes so much with where in its days, or weeks, a date is. */
function logChanceOf({ name, values }: NumericColumn, cycle: Cycle, told: readonly Codes[]): number {
  const starts = values.map((x) => cycleStart(cycle, x))
  if (new Set(starts).size < LEAST_CYCLES) return 0
  const within = values.map((x, i) => (cycle === 'day' ? x - starts[i]! : Math.floor((x - starts[i]!) / DAY)))
  const places: NumericColumn = { name, kind: 'number', values: within }
  const { codes, count } = partsOf(places)(places)
  const stretches = Array.from({ length: count }, (_, from) =>
    Array.from({ length: count - from }, (_, k) => [from, from + k] as const)
  ).flat()
  const chances = stretches.flatMap(([from, to]) => {
    const isSet = (i: number) => codes[i]! >= from && codes[i]! <= to
    return told.map((other) => logChanceBeside([[0, codes.length]], isSet, (i) => other.codes[i]!, other.count))
  })
  return chances.reduce((a, b) => Math.min(a, b), 0) + log(Math.max(1, chances.length))
}
