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

/** 1 for each cell of a column that could be known and is missing; absent when there is none. Cost O(rows). */
export function gapsOf(column: Column): Uint8Array | undefined {
  if (isNumeric(column)) return column.missing
  if (!isCategorical(column) || column.codes.every((code) => code >= 0)) return undefined
  return Uint8Array.from(column.codes, (code) => (code < 0 ? 1 : 0))
}
