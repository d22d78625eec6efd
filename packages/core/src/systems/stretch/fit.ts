import { countedRowNotes } from '../../code/keys/counted-rows.js'
import { inputsOf, type Rule } from '../../code/rules/rule.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { correlation, midranks } from '../../num/statistics.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { spelled } from '../../table/present.js'
import { repeatedKeyNotes } from '../../table/repeated-keys.js'
import { keepColumns, takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isEmpty, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { clockOf } from '../forecast/clock.js'
import { counterOf, counterText, stepsOf } from '../forecast/counters.js'
import { fitForecast } from '../forecast/forecast.js'
import type { ForecastOptions } from '../forecast/options.js'
import { datesIn } from '../forecast/restarts.js'
import { ruledSeries } from '../forecast/ruled-series.js'
import { MOST_COLUMNS } from '../forecast/transition.js'
import { type Cycle, cycleText, findCycles, withoutPlaced } from './cycles.js'
import type { StretchModel } from './model.js'
import { filledColumn } from './states.js'
import { findWindows, type WindowOf, windowText } from './windows.js'

type Options = Pick<ForecastOptions, 'rules' | 'rule'> & { readonly time: string }

/**
 * Fits the law of a table that is one series in the order of a time: of its numbers as of a forecast, of columns that their last rows
 * say these windows, and of categories and empty cells how they follow. Throws `InputError`: no such time, two rows at one time, too few
 * rows. Cost: as of `fitForecast`.
 */
export async function fitStretch(given: InferredTable, { time, ...options }: Options, context: Context): Promise<StretchModel> {
  const { data, descending } = inTime(given, time)
  const { table, formats } = data
  const isModelled = ({ kind, name }: Column) => kind !== 'identifier' && name !== time
  const constant = table.columns.filter((column) => isModelled(column) && isConstant(column)).map(({ name }) => name)
  const isOff = options.rules === 'off'
  const besideConstant = { ...table, columns: table.columns.filter(({ name }) => !constant.includes(name)) }
  const cycles = isOff ? [] : findCycles(besideConstant, time)
  const isCycle = (name: string) => cycles.some(({ column }) => column === name)
  const windows = isOff ? [] : findWindows(...besideCycles(data, isCycle), time)
  const aside = new Set([...constant, ...[...cycles, ...windows].map(({ column }) => column)])
  const seen = { ...data, ...keepColumns(data, ({ name, kind }) => kind !== 'identifier' && !constant.includes(name)) }
  const { clock, isEven, places, notes: clockNotes } = clockOf(seen, time)
  const canKeep = beforeWindows(windows)
  const { data: left, rules: kept } = ruledSeries(seen, { ...options, clock, isEven, anew: true, known: [...aside], canKeep })
  const free = left.table.columns.filter(({ name }) => !aside.has(name))
  const states = free.filter(isCategorical).map(({ name }) => name)
  const isNumber = (column: Column): column is NumericColumn => isNumeric(column) && !isConstant(column)
  const asSeen = free.filter(isNumber)
  const dates = datesIn(table, time)
  const formatOf = formatsByName(left.formats)
  const counting = { times: dates, places }
  const found = isOff ? [] : asSeen.map((column) => counterOf(filledColumn(column), { ...counting, format: formatOf(column.name) }))
  const counters = found.filter((one) => one !== undefined)
  const own = asSeen.map((column, c) => {
    const counter = found[c]
    const drawn = counter ? stepsOf(filledColumn(column), counter, dates) : { column, format: formatOf(column.name) }
    return { ...drawn, column: filledColumn(withoutPlaced(drawn.column)) }
  })
  const numbers = own.map(({ column }) => column)
  if (numbers.length === 0)
    throw new InputError({
      code: 'series-numbers',
      got: `no column of numbers beside ${time} that rows before do not say`,
      expected: 'a series of numbers',
      try: '--group COLUMN, by which rows belong together, or leaving --time out'
    })
  const answered = new Set([...repeatedKeyNotes(given.table), ...countedRowNotes(given.table)])
  const season = periodsOf(cycles, table, time)
  // What is too wide for one problem is drawn from what tells each column the most.
  const local = numbers.length > MOST_COLUMNS / 2 ? ({ kind: 'auto' } as const) : undefined
  const growing = numbers.filter(goesOneWay).map(({ name }) => name)
  const changes = growing.length > 0 ? growing : 'off'
  const times = keepColumns(data, ({ name }) => name === time)
  const series = await fitForecast(
    {
      table: { rowCount: table.rowCount, columns: [...times.table.columns, ...numbers] },
      formats: [...times.formats, ...own.map(({ format }) => format)],
      notes: []
    },
    { rules: 'off', time, changes, ...defined({ season, local }), anew: true },
    context
  )
  const gaps = free.filter((column) => isNumber(column) && column.missing?.includes(1))
  const followed = [...states, ...gaps.map(({ name }) => name)]
  return {
    series,
    rows: { ...table, columns: table.columns.filter(({ kind }) => kind !== 'identifier') },
    formats,
    time,
    isEven,
    descending,
    start: places[0]!,
    ...defined({ kept }),
    windows,
    cycles,
    counters,
    summary: {
      rowCount: table.rowCount,
      time,
      drawn: series.summary.columns,
      followed,
      constant,
      notes: [
        // What is said of the time as a column that could be a key, and of rows that could belong together, is answered.
        ...data.notes.filter((note) => !note.startsWith(`${time}: `) && !answered.has(note)),
        ...(isEven ? clockNotes : [`the steps of ${time} differ: new rows stand at the times of the data, and behind these as far apart`]),
        ...cycles.map((one) => `${cycleText(one)}: in every row, and new ones go on so; --rules off draws it as any other column`),
        ...counters.map(
          (one) =>
            `${counterText(one)}: its steps are drawn and added up, so new rows do so too and end where these lead; --rules off draws it as any other column`
        ),
        ...windows.map((one) => `${windowText(one)}: in every row, and kept so in new ones; --rules off draws it as any other column`),
        ...gapNotes(gaps)
      ]
    }
  }
}

/** Periods that columns of a calendar count, where times are no dates, which say those of days and years themselves. */
function periodsOf(cycles: readonly Cycle[], { columns, rowCount }: Table, time: string): readonly number[] | undefined {
  const own = [...new Set(cycles.map(({ rows }) => rows))].filter((rows) => rows > 1 && 2 * rows <= rowCount)
  const isDate = columns.some(({ name, kind }) => name === time && kind === 'datetime')
  return isDate || own.length === 0 ? undefined : own
}

/** A table without columns that stand as a calendar says: of these every other is a lag. */
function besideCycles({ table, formats }: InferredTable, isCycle: (name: string) => boolean): [Table, readonly ColumnFormat[]] {
  const { table: own, formats: written } = keepColumns({ table, formats }, ({ name }) => !isCycle(name))
  return [own, written]
}

/** Rank correlation with time of what grows, or shrinks, all along: as of dates along which rows nearly stand. */
const NEAR = 0.9

/**
 * Whether a column goes from where it begins to where it ends, as sales that grow. Its changes are drawn; of all others values, which
 * stay where those of the series are: a walk that nothing holds leaves for where it never was.
 */
function goesOneWay({ values }: NumericColumn): boolean {
  const along = Float64Array.from(values.keys())
  return Math.abs(correlation(midranks(values), along)) > NEAR
}

/** Which rules can be kept beside windows: these are computed of what rules derive, and after them formulas of windows alone. */
function beforeWindows(windows: readonly WindowOf[]): (rule: Rule) => boolean {
  const computed = new Set(windows.map(({ column }) => column))
  const sources = new Set(windows.map(({ of }) => of))
  return (rule) => !inputsOf(rule).some((name) => computed.has(name)) || (rule.kind === 'formula' && !sources.has(rule.column))
}

function gapNotes(gaps: readonly Column[]): string[] {
  if (gaps.length === 0) return []
  const names = listed(gaps.map(({ name }) => name))
  return [
    `empty cells of ${names} are learned from as if they lay on a line between their neighbours, and new rows have such where the data do`
  ]
}

function isConstant(column: Column): boolean {
  if (isEmpty(column)) return true
  if (isCategorical(column)) return column.codes.every((code) => code === column.codes[0])
  return isNumeric(column) && !column.missing?.includes(1) && column.values.every((value) => value === column.values[0])
}

/** The rows from the oldest on. Throws `InputError` (codes `time-column`, `time-repeated`). */
function inTime(data: InferredTable, time: string): { readonly data: InferredTable; readonly descending: boolean } {
  const place = data.table.columns.findIndex(({ name }) => name === time)
  const column = data.table.columns[place]
  if (!column || !isNumeric(column) || column.missing?.includes(1)) {
    const others = data.table.columns.filter((one): one is NumericColumn => isNumeric(one) && !one.missing?.includes(1))
    throw new InputError({
      code: 'time-column',
      got: column ? `the column ${time}, which is not of times without gaps` : `no column ${time}`,
      expected: 'a column of numbers or date-times without missing cells',
      try: others.length > 0 ? `one of ${listed(others.map(({ name }) => name))}` : 'leaving --time out'
    })
  }
  const { values } = column
  const rows = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b)
  const again = rows.find((row, i) => i > 0 && values[row] === values[rows[i - 1]!])
  if (again !== undefined) throw repeated(data.table, { time, value: spelled(values[again]!, data.formats[place]!) })
  const descending = values.length > 1 && values.every((value, i) => i === 0 || value < values[i - 1]!)
  return { data: { ...data, table: takeTableRows(data.table, rows) }, descending }
}

function repeated({ columns, rowCount }: Table, { time, value }: { readonly time: string; readonly value: string }): InputError {
  const groups = columns.filter((one) => isCategorical(one) && one.levels.length > 1 && 2 * one.levels.length <= rowCount)
  return new InputError({
    code: 'time-repeated',
    got: `two rows of ${time} = ${value}`,
    expected: 'one series, with a row at each time',
    try: `--group ${groups[0]?.name ?? 'COLUMN'} beside --time, where rows of several things stand in one table`
  })
}

/** Formats by name. */
export const formatsByName = (formats: readonly ColumnFormat[]): ((name: string) => ColumnFormat) => {
  const named = new Map(formats.map((format) => [format.name, format]))
  return (name) => named.get(name)!
}
