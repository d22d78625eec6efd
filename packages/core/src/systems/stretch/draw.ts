import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack, takeRulesOut } from '../../code/rules/stacked.js'
import { InputError } from '../../num/errors.js'
import { keyFor } from '../../num/random.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf, takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { drawAnew } from '../forecast/anew.js'
import { checkReach } from '../forecast/clock.js'
import { addedSteps, stepsOf } from '../forecast/counters.js'
import { datesIn } from '../forecast/restarts.js'
import { cycleColumn, cycleOfMask, placedValues } from './cycles.js'
import { formatsByName } from './fit.js'
import type { StretchModel } from './model.js'
import { drawStates, filledColumn, statesOf } from './states.js'
import { rowsBefore, windowColumns } from './windows.js'

/** A stretch of the series of so many rows, from the time on where it begins. Cost: of a forecast of one member, and of `drawStates`. Throws `StopError`, and `InputError` where dates have no more. */
export async function drawStretch(model: StretchModel, rows: number, context: Context): Promise<WrittenTable> {
  const { series, formats, start, windows, cycles, descending } = model
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= 1e7))
    throw new InputError({ code: 'count', got: `${rows} rows`, expected: 'a whole number from 1 to 10000000', try: '-n 100' })
  const formatOf = formatsByName(formats)
  if (series.clock) checkReach(series.clock, formatOf(model.time), Math.max(1, start + rows))
  const first = rowsBefore(windows)
  const { table } = await drawAnew(series, { rows: rows + first, start: start - first }, context)
  const numbers = { ...table, columns: table.columns.map((column, c) => written(column, series.formats[c]!)) }
  const known = withStates(model, model.isEven ? numbers : atTimes(model, numbers, first), first, context)
  const calendar = cycles.map((cycle) => {
    const column = model.rows.columns.find(({ name }) => name === cycle.column)!
    return cycleColumn(cycle, column, { count: rows + first, first })
  })
  const count = rows + first
  const ruled = (computed: readonly Column[]) =>
    byName(rulesBack(model, { ...known, columns: [...known.columns, ...calendar, ...computed] }, context))
  // Windows go by what rules derive, and formulas by windows.
  const before = ruled(windows.map(({ column }) => unknown(column, count)))
  const computed = windowColumns(windows, { columns: [...before.values()], rowCount: count }, { formatOf, first, time: model.time })
  const all = new Map([...(windows.length > 0 ? ruled(computed) : before), ...byName({ columns: computed })])
  const columns = formats.map(({ name }): Column => all.get(name) ?? alike(model, name, count))
  const own = Array.from({ length: rows }, (_, i) => first + (descending ? rows - 1 - i : i))
  return { table: takeTableRows({ columns, rowCount: count }, own), formats }
}

/** Numbers to the digits that are written: what is computed of them is computed of these. */
function written(column: Column, format: Parameters<typeof roundToFormat>[1]): Column {
  if (!isNumeric(column)) return column
  return { ...column, values: column.values.map((value) => roundToFormat(value, format)) }
}

/** Rows at the times of the data, and behind these as far apart again. */
function atTimes({ rows, time }: StretchModel, table: Table, first: number): Table {
  const { values } = numbersOf(rows, time)
  const laps = values.length - 1
  const at = (i: number) => {
    const lap = Math.floor(i / laps)
    return values[i - lap * laps]! + lap * (values[laps]! - values[0]!)
  }
  const columns = table.columns.map(
    (column): Column =>
      column.name === time
        ? { ...(column as NumericColumn), values: Float64Array.from({ length: table.rowCount }, (_, i) => at(i - first)) }
        : column
  )
  return { ...table, columns }
}

/**
 * Categories and empty cells, as they follow the numbers and the states before. Cells that a calendar empties, or gives a value that
 * stands out, are so where it says; `first`: rows in front that stand before the series.
 */
function withStates(model: StretchModel, given: Table, first: number, context: Context): Table {
  const { kept, formats, summary, time } = model
  const left = kept ? takeRulesOut(kept, { table: model.rows, formats: formatsOf(model.rows, formats) }).table : model.rows
  const followed = left.columns.filter(({ name }) => summary.followed.includes(name))
  const numbers = left.columns.filter((column): column is NumericColumn => isNumeric(column) && column.name !== time)
  const emptied = new Map(numbers.flatMap(({ name, missing }) => (missing ? [[name, cycleOfMask(missing)] as const] : [])))
  const table = counted(model, given, { numbers, first })
  const states = statesOf(
    followed.filter(({ name }) => !emptied.get(name)),
    left.rowCount
  )
  const real = { ...left, columns: left.columns.map((column) => (isNumeric(column) ? filledColumn(column) : column)) }
  const names = table.columns.filter((column) => isNumeric(column) && column.name !== time).map(({ name }) => name)
  const chosen = states && drawStates(states, { real, drawn: table, names }, keyFor(context.key, 'states'))
  const categories = chosen
    ? followed.filter(isCategorical).map((column) => ({ ...column, codes: chosen.map((row) => column.codes[row]!) }))
    : []
  const gaps = new Map(followed.filter(isNumeric).map(({ name, missing }) => [name, missing]))
  const withGaps = (column: Column): Column => {
    const empty = gaps.get(column.name)
    if (!empty || !isNumeric(column)) return column
    const isEmptied = emptied.get(column.name)
    const missing = Uint8Array.from(column.values, (_, i) => (isEmptied ? Number(isEmptied(i - first)) : empty[chosen![i]!]!))
    return { ...column, missing }
  }
  return { ...table, columns: [...table.columns.map(withGaps), ...categories] }
}

interface Counted {
  /** Of the data, but for what rules derive. */
  readonly numbers: readonly NumericColumn[]
  /** Rows in front that stand before the series. */
  readonly first: number
}

/** Drawn numbers with the values that a calendar places where it says, and steps of what only goes one way added up. */
function counted({ counters, rows, time }: StretchModel, drawn: Table, { numbers, first }: Counted): Table {
  const columns = drawn.columns.map((column) => {
    const real = numbers.find(({ name }) => name === column.name)
    if (!real || !isNumeric(column)) return column
    const counter = counters.find((one) => one.column === column.name)
    if (!counter) return onCalendar(column, real, first)
    const { column: steps } = stepsOf(filledColumn(real), counter, datesIn(rows, time))
    return addedSteps(onCalendar(column, steps, first), counter, datesIn(drawn, time))
  })
  return { ...drawn, columns }
}

function onCalendar(column: NumericColumn, real: NumericColumn, first: number): NumericColumn {
  const placed = placedValues(real)
  if (placed.length === 0) return column
  return { ...column, values: column.values.map((x, i) => placed.find(({ isPlace }) => isPlace(i - first))?.value ?? x) }
}

/** What rules derive besides. */
function rulesBack({ kept, formats, series, counters, time }: StretchModel, table: Table, context: Context): Table {
  if (!kept) return table
  const own = new Map([...formats, ...series.formats, ...counters.map(({ format }) => format)].map((format) => [format.name, format]))
  const isRead = (column: Column) => column.name !== time || kept.columns.some(({ name }) => name === time)
  const columns = table.columns.filter(isRead)
  const written = columns.map(({ name }) => own.get(name) ?? { name, source: 'text' as const, kind: 'category' as const })
  const back = putRulesBack(kept, { table: { ...table, columns }, formats: written }, { key: keyFor(context.key, 'rules') })
  return { ...table, columns: [...table.columns.filter((column) => !isRead(column)), ...back.table.columns] }
}

const byName = ({ columns }: { readonly columns: readonly Column[] }): Map<string, Column> =>
  new Map(columns.map((column) => [column.name, column]))

const formatsOf = ({ columns }: Table, formats: readonly ColumnFormat[]) => {
  const formatOf = formatsByName(formats)
  return columns.map(({ name }) => formatOf(name))
}

/** A column that is not computed yet. */
const unknown = (name: string, count: number): Column => ({
  name,
  kind: 'number',
  values: new Float64Array(count),
  missing: new Uint8Array(count).fill(1)
})

/** A column that is the same in all rows; what is none of the rows is a key. */
function alike({ rows }: StretchModel, name: string, count: number): Column {
  const column = rows.columns.find((one) => one.name === name)
  if (!column || column.kind === 'identifier') return { name, kind: 'identifier' }
  const same = takeTableRows({ columns: [column], rowCount: rows.rowCount }, new Int32Array(count))
  return same.columns[0]!
}
