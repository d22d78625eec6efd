import { log } from '../../num/elementary.js'
import { mean, midranks, variance } from '../../num/statistics.js'
import { spreadRows } from '../../table/codes.js'
import { areFree } from '../../table/pairs.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { CYCLES, type Cycle, cycleStart } from './cycles.js'
import { DAY } from './quantity.js'
import { logChanceOfExcess, partsOf } from './told-beside.js'

/** Fewer days, or weeks, show nothing that comes back in each. */
const LEAST_CYCLES = 6
/** What nothing tells is taken apart in one table of a thousand: it costs little. */
const MOST_CHANCE = log(1e-3)
/** Rows, spread over the table, that say whether something does. */
const MOST_ROWS = 2000

/** Levels of a category that are looked at, at most: of more each has few rows. */
const MOST_LEVELS = 30

/**
 * Dates of which the time of day or the weekday tells another column, power by the hour, sales by the weekday: how near two dates are says nothing of
 * that. Of those with times of day it is the day that is drawn by itself, of whose weekday the same is asked; none where the week says which day
 * it is. Cost O(rows log rows) for each date and column, on 2,000 rows at most.
 */
export function cyclesOf(table: Table): ReadonlyMap<string, Cycle> {
  const { columns } = takeTableRows(table, spreadRows(table.rowCount, MOST_ROWS))
  const dates = columns.filter((column): column is NumericColumn => column.kind === 'datetime' && isNumeric(column) && !column.missing)
  const told = dates.length === 0 ? [] : columns.flatMap(scoresOf)
  return new Map(
    dates.flatMap((date): [string, Cycle][] => {
      const hasTimes = date.values.some((x) => x % DAY !== 0)
      const chances = (hasTimes ? CYCLES : (['week'] as const)).map((cycle) => logChanceOf(date, cycle, told))
      const candidates = chances.length * dates.length * told.length
      if (Math.min(...chances) + log(Math.max(1, candidates)) >= MOST_CHANCE) return []
      if (hasTimes) return [[date.name, 'day']]
      return goesThroughWeeks(date) ? [[date.name, 'week']] : []
    })
  )
}

/** Whether any weekday may be in any week, as far as the number of different days says: of pay days, one a month, the week says which it is. */
function goesThroughWeeks({ values }: NumericColumn): boolean {
  const weeks = values.map((x) => cycleStart('week', x))
  const weekdays = values.map((x, i) => Math.floor((x - weeks[i]!) / DAY))
  return areFree(Array.from(weeks, String), Array.from(weekdays, String), new Set(values).size)
}

/** What may be told of a column, with a mean of nought and a deviation of one: the rank of a number, whether it is missing, and whether a level is that of a row. */
function scoresOf(column: Column): Float64Array[] {
  if (column.kind === 'identifier' || column.kind === 'datetime') return []
  const own = isNumeric(column)
    ? [midranks(column.values), ...(column.missing ? [Float64Array.from(column.missing)] : [])]
    : column.levels.length > MOST_LEVELS
      ? []
      : column.levels.map((_, level) => Float64Array.from(column.codes, (code) => Number(code === level)))
  return own.flatMap((scores) => {
    const [centre, spread] = [mean(scores), Math.sqrt(variance(scores))]
    return spread > 0 ? [scores.map((x) => (x - centre) / spread)] : []
  })
}

/**
 * Logarithm of a bound on how likely it is by chance that a score differs so much by where in its days, or weeks, a date is, that of the score that does most.
 * @source Kruskal & Wallis 1952.
 */
function logChanceOf({ name, values }: NumericColumn, cycle: Cycle, told: readonly Float64Array[]): number {
  const starts = values.map((x) => cycleStart(cycle, x))
  if (new Set(starts).size < LEAST_CYCLES) return 0
  const within = values.map((x, i) => (cycle === 'day' ? x - starts[i]! : Math.floor((x - starts[i]!) / DAY)))
  const places: NumericColumn = { name, kind: 'number', values: within }
  const { codes, count } = partsOf(places)(places)
  const sizes = new Float64Array(count)
  for (const part of codes) sizes[part]!++
  return told.reduce((least, scores) => {
    const more = new Float64Array(count)
    for (const [i, part] of codes.entries()) more[part] = more[part]! + scores[i]!
    return Math.min(least, logChanceOfExcess(more, sizes))
  }, 0)
}
