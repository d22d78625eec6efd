import type { ColumnFormat } from './column-format.js'
import { writtenUnit } from './present.js'

/** A value that stands where it may: what would fall beyond a bound is reflected at it, and set on it where it falls beyond the other. */
export function withinBounds(value: number, { bounds }: ColumnFormat): number {
  if (!bounds) return value
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds
  const inside = value < least ? 2 * least - value : value > most ? 2 * most - value : value
  return Math.min(most, Math.max(least, inside))
}

/** A value as it is written, on the nearest that may be written inside of the bounds. */
export function roundedWithin(rounded: number, format: ColumnFormat): number {
  if (!format.bounds) return rounded
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = format.bounds
  if (rounded >= least && rounded <= most) return rounded
  const unit = writtenUnit(format)
  const end = rounded < least ? least : most
  if (unit === undefined) return end
  const written = (rounded < least ? Math.ceil : Math.floor)(Number((end / unit).toPrecision(15))) * unit
  return unit < 1 ? Number(written.toPrecision(15)) : written
}
