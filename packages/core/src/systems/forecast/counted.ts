import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { InferredTable } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type Clock, timeAt } from './clock.js'
import { addedSteps, type Counter, counterOf, stepsOf } from './counters.js'
import { datesIn } from './restarts.js'

/** Columns of a series that only go one way: their steps are drawn in their place. */
export interface Counted {
  /** From where the series ends. */
  readonly counters: readonly Counter[]
  /** Values of these in the rows that the first law is learned from [M, counters]. */
  readonly levels: Matrix
}

interface CountedIn {
  /** The series with its times. */
  readonly timed: Table
  readonly clock: Clock | undefined
  readonly places: Float64Array
  /** Columns that are drawn by their values. */
  readonly besides: readonly string[]
}

interface CountedSeries {
  readonly series: InferredTable
  readonly places: Float64Array
  readonly counters: readonly Counter[]
  /** Values of the counters in the rows of `series`. */
  readonly levels: readonly NumericColumn[]
}

/**
 * A series with steps in place of what only goes one way; rows without one before them, from which they are a step, fall away. What goes on in
 * equal steps has nothing to draw and stays as it is. Cost O(cells).
 */
export function countedSeries(series: InferredTable, { timed, clock, places, besides }: CountedIn): CountedSeries {
  const { table, formats } = series
  const times = clock && datesIn(timed, clock.name)
  const found = new Map<string, { readonly counter: Counter; readonly steps: ReturnType<typeof stepsOf>; readonly level: NumericColumn }>()
  for (const [c, level] of table.columns.entries()) {
    if (!isNumeric(level) || besides.includes(level.name)) continue
    const counter = counterOf(level, { times, places, format: formats[c]! })
    if (!counter) continue
    const steps = stepsOf(level, counter, times)
    if (steps.column.values.every((step) => step === steps.column.values[0])) continue
    found.set(level.name, { counter: { ...counter, from: level.values.at(-1)! }, steps, level })
  }
  if (found.size === 0) return { series, places, counters: [], levels: [] }
  const kept = Array.from(places.keys()).filter((i) => i > 0 && places[i] === places[i - 1]! + 1)
  const stepped = takeTableRows({ ...table, columns: table.columns.map((column) => found.get(column.name)?.steps.column ?? column) }, kept)
  const own = [...found.values()]
  const levels = takeTableRows({ rowCount: table.rowCount, columns: own.map(({ level }) => level) }, kept)
  return {
    series: { ...series, table: stepped, formats: formats.map((format) => found.get(format.name)?.steps.format ?? format) },
    places: Float64Array.from(kept, (i) => places[i]!),
    counters: own.map(({ counter }) => counter),
    levels: levels.columns as NumericColumn[]
  }
}

/** Levels of the counters at places of a series [places, counters]. */
export function levelsAt({ levels, places }: Pick<CountedSeries, 'levels' | 'places'>, asked: readonly number[]): Matrix {
  const rowOf = new Map(Array.from(places, (place, row) => [place, row]))
  const out = matrix(asked.length, levels.length)
  for (const [i, place] of asked.entries())
    for (const [k, { values }] of levels.entries()) out.data[i * levels.length + k] = values[rowOf.get(place)!]!
  return out
}

/** Drawn rows by member, then step, with steps added up from where the series ends. */
export function countedOn(
  { counted, clock }: { readonly counted?: Counted; readonly clock?: Clock },
  drawn: WrittenTable,
  steps: number
): WrittenTable {
  if (!counted) return drawn
  const { counters } = counted
  // The last row of the series stands before the first step: what begins anew does so after it, too.
  const times = clock?.column === 'datetime' ? Float64Array.from({ length: steps + 1 }, (_, s) => timeAt(clock, s)) : undefined
  return withLevels(drawn, counters, ({ name, kind, values }, counter) => {
    const out = new Float64Array(values.length)
    for (let from = 0; from < values.length; from += steps) {
      const own = new Float64Array(steps + 1)
      own.set(values.subarray(from, from + steps), 1)
      out.set(addedSteps({ name, kind, values: own }, counter, times).values.subarray(1), from)
    }
    return out
  })
}

/** Rows that a law was learned from, with what their counters stood at. */
export function withCounted(counted: Counted | undefined, learned: WrittenTable): WrittenTable {
  if (!counted) return learned
  const { counters, levels } = counted
  return withLevels(learned, counters, ({ values }, counter) => {
    const k = counters.indexOf(counter)
    return values.map((_, i) => levels.data[i * counters.length + k]!)
  })
}

function withLevels(
  { table, formats }: WrittenTable,
  counters: readonly Counter[],
  valuesOf: (steps: NumericColumn, counter: Counter) => Float64Array
): WrittenTable {
  const own = new Map(counters.map((counter) => [counter.column, counter]))
  return {
    table: {
      ...table,
      columns: table.columns.map((column) => {
        const counter = own.get(column.name)
        if (!counter || !isNumeric(column)) return column
        return { name: column.name, kind: counter.format.kind as NumericColumn['kind'], values: valuesOf(column, counter) }
      })
    },
    formats: formats.map((format) => own.get(format.name)?.format ?? format)
  }
}
