import { standingOut } from '../../table/standing-out.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** A column that comes again after so many rows, as months do, or comes again so much larger, as years and running numbers do. Plain JSON. */
export interface Cycle {
  readonly column: string
  readonly rows: number
  readonly step: number
}

/** Cycles are shorter than this part of a series, so that most rows speak for them. */
const MOST_PART = 1 / 3
/** Rows that have to agree. */
const LEAST_ROWS = 20

export function cycleText({ column, rows, step }: Cycle): string {
  if (rows === 1) return `${column} goes on by ${step} in every row`
  return step === 0 ? `${column} comes again after ${rows} rows` : `${column} goes on by ${step} after ${rows} rows`
}

/** Columns that stand as a calendar says, in every row: rows are consecutive, the oldest first. Cost O(n) a column where nothing comes again. */
export function findCycles({ columns, rowCount }: Table, but: string): Cycle[] {
  const most = Math.min(Math.floor(rowCount * MOST_PART), rowCount - LEAST_ROWS)
  return columns.flatMap((column) => {
    if (column.name === but || column.kind === 'identifier' || column.kind === 'datetime') return []
    const at = cellsOf(column)
    if (!at) return []
    for (let rows = 1; rows <= most; rows++) {
      const step = at(rows) - at(0)
      if (step !== 0 && !(isNumeric(column) && Number.isInteger(step))) continue
      let i = rows
      while (i < rowCount && at(i) - at(i - rows) === step) i++
      if (i === rowCount) return [{ column: column.name, rows, step }]
    }
    return []
  })
}

/** When something comes that comes at fixed places of a cycle in every row and nowhere else, as no sales on Sundays; undefined of anything else. */
export function cycleOfMask(mask: Uint8Array): ((row: number) => boolean) | undefined {
  if (!mask.includes(1)) return undefined
  const column = { name: '', kind: 'integer', values: Float64Array.from(mask) } as const
  const [found] = findCycles({ columns: [column], rowCount: mask.length }, ' ')
  if (!found || found.rows === 1 || found.step !== 0) return undefined
  return (row) => mask[row - Math.floor(row / found.rows) * found.rows] === 1
}

/** A value that stands out, and the rows that have it. */
interface Placed {
  readonly value: number
  readonly isPlace: (row: number) => boolean
}

/** Values that stand out and come where a calendar says, in every row and in no other; but of columns that have nothing else. */
export function placedValues({ values, missing }: NumericColumn): readonly Placed[] {
  if (missing?.includes(1)) return []
  const placed = standingOut([values]).flatMap((value) => {
    const isPlace = cycleOfMask(Uint8Array.from(values, (x) => Number(x === value)))
    return isPlace ? [{ value, isPlace }] : []
  })
  return values.every((_, row) => placed.some(({ isPlace }) => isPlace(row))) ? [] : placed
}

/** A column in which such values are left open: the others are learned from as if these lay between their neighbours. */
export function withoutPlaced(column: NumericColumn): NumericColumn {
  const placed = placedValues(column)
  if (placed.length === 0) return column
  return { ...column, missing: Uint8Array.from(column.values, (_, row) => Number(placed.some(({ isPlace }) => isPlace(row)))) }
}

/** Codes of categories and numbers; undefined where cells are empty. */
function cellsOf(column: Column): ((row: number) => number) | undefined {
  if (isCategorical(column)) return column.codes.includes(-1) ? undefined : (row) => column.codes[row]!
  return isNumeric(column) && !column.missing?.includes(1) ? (row) => column.values[row]! : undefined
}

/** A column of so many rows as its cycle goes on; `first`: rows in front that stand before the series. */
export function cycleColumn(
  { rows, step }: Cycle,
  column: Column,
  { count, first }: { readonly count: number; readonly first: number }
): Column {
  const laps = (i: number) => Math.floor((i - first) / rows)
  const place = (i: number) => i - first - laps(i) * rows
  if (isCategorical(column)) return { ...column, codes: Int32Array.from({ length: count }, (_, i) => column.codes[place(i)]!) }
  if (!isNumeric(column)) return column
  return { ...column, values: Float64Array.from({ length: count }, (_, i) => column.values[place(i)]! + laps(i) * step) }
}
