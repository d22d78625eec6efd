import { type Column, isCategorical, isNumeric } from './table.js'

/** What a cell stands for: a category's text, a number, or null where it is missing. */
export type CellValue = string | number | null

/** The cells of a column; of keys none is known. */
export function cellAt(column: Column): (row: number) => CellValue {
  if (isNumeric(column)) return (i) => (column.missing?.[i] ? null : column.values[i]!)
  if (!isCategorical(column)) return () => null
  return (i) => (column.codes[i]! < 0 ? null : column.levels[column.codes[i]!]!)
}

/** Whether a cell that could be known is missing: no cell of a key is. */
export function isMissing(column: Column, row: number): boolean {
  if (isNumeric(column)) return column.missing?.[row] === 1
  return isCategorical(column) && column.codes[row]! < 0
}
