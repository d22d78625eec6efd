import { mean, variance } from '../num/statistics.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import type { GroupedTable } from './panels.js'

/** Levels of a category whose shares are looked at, the most frequent first; fewer cells than the second would be named by them. */
const MOST_LEVELS = 8
const LEAST_CELLS = 3

/**
 * Groups as rows of a table of their own, for a judge to whom a group is one thing: its rows, for every column the mean and the
 * standard deviation of its cells and with a time the correlation of cells that follow each other, its first and its last time, for categories the shares of
 * levels and how often they change. Columns that the real groups keep constant stand as they are, and how many groups break that.
 * Both tables are seen by the real one's columns and levels. Cost O(cells).
 */
export function groupTables(
  real: GroupedTable,
  synthetic: GroupedTable,
  time?: string
): { readonly real: Table; readonly synthetic: Table } {
  const features = real.table.columns
    .filter(({ kind, name }) => kind !== 'identifier' && name !== time)
    .map((column) => featuresOf(column, real.first, time))
  const tableOf = (grouped: GroupedTable): Table => {
    const columns = [...timesOf(grouped, time), ...features.flatMap((of) => of(grouped))]
    const sizes = numbers(
      'rows',
      groupsOf(grouped).map(([from, to]) => to - from)
    )
    return { columns: [sizes, ...columns], rowCount: grouped.first.length - 1 }
  }
  return { real: tableOf(real), synthetic: tableOf(synthetic) }
}

type Features = (grouped: GroupedTable) => Column[]
type Group = readonly [from: number, to: number]

const groupsOf = ({ first }: GroupedTable): Group[] =>
  Array.from({ length: first.length - 1 }, (_, g) => [first[g]!, first[g + 1]!] as const)

/** A column of numbers, missing where they are not defined. */
function numbers(name: string, values: readonly number[]): NumericColumn {
  const missing = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 1 : 0))
  const present = Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : value))
  return { name, kind: 'number', values: present, ...(missing.includes(1) ? { missing } : {}) }
}

function timesOf(grouped: GroupedTable, time: string | undefined): Column[] {
  const column = grouped.table.columns.find(({ name }) => name === time)
  if (!column || !isNumeric(column)) return []
  return [
    numbers(
      `first ${time}`,
      groupsOf(grouped).map(([from]) => column.values[from]!)
    ),
    numbers(
      `last ${time}`,
      groupsOf(grouped).map(([, to]) => column.values[to - 1]!)
    )
  ]
}

function featuresOf(column: Column, first: Uint32Array, time: string | undefined): Features {
  const { name } = column
  const named = ({ table }: GroupedTable) => table.columns.find((other) => other.name === name)!
  if (isConstant(column, first)) return (grouped) => [firstCells(named(grouped), grouped), changes(named(grouped), grouped)]
  if (isNumeric(column)) return (grouped) => ofNumbers(named(grouped) as NumericColumn, grouped, time !== undefined)
  if (!isCategorical(column)) return () => []
  const times = new Float64Array(column.levels.length)
  for (const code of column.codes) if (code >= 0) times[code]!++
  const levels = [...times.keys()]
    .filter((level) => times[level]! >= LEAST_CELLS)
    .sort((a, b) => times[b]! - times[a]! || a - b)
    .slice(0, MOST_LEVELS)
    .map((level) => column.levels[level]!)
  return (grouped) => [...shares(named(grouped), levels, grouped), changes(named(grouped), grouped)]
}

/** A cell as something that can be compared: a level, a number, or undefined where it is missing. */
function cellIn(column: Column): (row: number) => string | number | undefined {
  if (isCategorical(column)) return (i) => column.levels[column.codes[i]!]
  if (isNumeric(column)) return (i) => (column.missing?.[i] ? undefined : column.values[i])
  return () => undefined
}

function isConstant(column: Column, first: Uint32Array): boolean {
  const cell = cellIn(column)
  for (let g = 0; g + 1 < first.length; g++)
    for (let i = first[g]! + 1; i < first[g + 1]!; i++) if (cell(i) !== cell(first[g]!)) return false
  return true
}

/** The cells of the first rows of groups. */
function firstCells(column: Column, { first }: GroupedTable): Column {
  const rows = first.subarray(0, first.length - 1)
  if (isCategorical(column)) return { ...column, codes: Int32Array.from(rows, (i) => column.codes[i]!) }
  if (!isNumeric(column)) return column
  const missing = column.missing
  return {
    ...column,
    values: Float64Array.from(rows, (i) => column.values[i]!),
    ...(missing ? { missing: Uint8Array.from(rows, (i) => missing[i]!) } : {})
  }
}

/** Steps from row to row at which a cell changes, of all steps; nought in groups of one row. */
function changes(column: Column, grouped: GroupedTable): NumericColumn {
  const cell = cellIn(column)
  const values = groupsOf(grouped).map(([from, to]) => {
    let changed = 0
    for (let i = from + 1; i < to; i++) if (cell(i) !== cell(i - 1)) changed++
    return to - from > 1 ? changed / (to - from - 1) : 0
  })
  return numbers(`changes of ${column.name}`, values)
}

/** Shares of levels among a group's rows. */
function shares(column: Column, levels: readonly string[], grouped: GroupedTable): NumericColumn[] {
  const cell = cellIn(column)
  // The share of the last of two or more levels is what the others leave.
  return levels.slice(0, Math.max(1, levels.length - 1)).map((level) =>
    numbers(
      `share of ${column.name} = ${level}`,
      groupsOf(grouped).map(([from, to]) => {
        let count = 0
        for (let i = from; i < to; i++) if (cell(i) === level) count++
        return count / (to - from)
      })
    )
  )
}

function ofNumbers(column: NumericColumn, grouped: GroupedTable, ordered: boolean): NumericColumn[] {
  const { name, missing, values } = column
  const cells = groupsOf(grouped).map(([from, to]) =>
    Array.from({ length: to - from }, (_, k) => (missing?.[from + k] ? Number.NaN : values[from + k]!))
  )
  const present = cells.map((own) => own.filter((value) => !Number.isNaN(value)))
  const spread = present.map((own) => (own.length > 1 ? Math.sqrt(variance(Float64Array.from(own))) : Number.NaN))
  return [
    numbers(
      `mean of ${name}`,
      present.map((own) => (own.length > 0 ? mean(own) : Number.NaN))
    ),
    numbers(`spread of ${name}`, spread),
    ...(ordered ? [numbers(`row to row of ${name}`, cells.map(rowToRow))] : []),
    ...(missing
      ? [
          numbers(
            `missing ${name}`,
            cells.map((own, g) => 1 - present[g]!.length / own.length)
          )
        ]
      : [])
  ]
}

/** Mean product of deviations that follow each other, in variances of the group; not defined of fewer than three rows or still ones. */
function rowToRow(cells: readonly number[]): number {
  const present = cells.filter((value) => !Number.isNaN(value))
  if (present.length < 3) return Number.NaN
  const centre = mean(present)
  let [products, pairs] = [0, 0]
  for (let i = 1; i < cells.length; i++) {
    const product = (cells[i]! - centre) * (cells[i - 1]! - centre)
    if (Number.isNaN(product)) continue
    products += product
    pairs++
  }
  const square = mean(present.map((value) => (value - centre) ** 2))
  return square > 0 && pairs > 0 ? products / pairs / square : Number.NaN
}
