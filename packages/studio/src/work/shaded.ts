import { endText, rangeOf } from '@sbridge/core/internal'
import { type Column, isCategorical, isNumeric } from '@sbridge/core/tables'
import { pairsOf, placingOf } from './axis.js'
import type { Dots, Shades } from './shaded-messages.js'

/** Dots that are drawn, at most. */
const MOST_DOTS = 12_000

/** Rows that are drawn: all of so many, or evenly some. */
export function drawnRows(count: number): Uint32Array {
  const kept = Math.min(count, MOST_DOTS)
  return Uint32Array.from({ length: kept }, (_, k) => Math.floor((k * count) / kept))
}

/** Rows as dots on two columns. */
export function dotsOn(x: Column, y: Column, rows: Uint32Array): Dots {
  const axes = [placingOf(x), placingOf(y)] as const
  const places = pairsOf(picked(axes[0].place(x, 0), rows), picked(axes[1].place(y, 1), rows))
  return { x: axes[0].axis, y: axes[1].axis, places }
}

/** Rows coloured by a column. */
export function shadesBy(column: Column, rows: Uint32Array): Shades {
  if (isCategorical(column)) {
    const codes = Float32Array.from(rows, (row) => (column.codes[row]! < 0 ? Number.NaN : column.codes[row]!))
    return { name: column.name, values: codes, levels: column.levels, low: '', high: '' }
  }
  if (!isNumeric(column)) throw new Error(`the column ${column.name} has no colour`)
  const values = Float64Array.from(rows, (row) => (column.missing?.[row] ? Number.NaN : column.values[row]!))
  const [low, high] = rangeOf(values.filter(Number.isFinite))
  return {
    name: column.name,
    values: Float32Array.from(values, (value) => (value - low) / (high - low || 1)),
    levels: null,
    low: endText(low, column),
    high: endText(high, column)
  }
}

export function picked(values: Float32Array, rows: Uint32Array): Float32Array {
  return Float32Array.from(rows, (row) => values[row]!)
}
