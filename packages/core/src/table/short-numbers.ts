/** Numbers with more digits than were measured: what single precision or arithmetic made of short decimal numbers. */
import { toDecimals } from '../num/decimals.js'
import type { NumberStyle } from './number-style.js'
import { decimalsOf } from './parse.js'
import type { NumericColumn } from './table.js'

interface ShortNumbers {
  readonly values: Float64Array
  /** Digits after the point that write them all; undefined where more than 12 are needed. */
  readonly decimals?: number
  /** Whether each was the number of single precision that is nearest. */
  readonly single?: boolean
}

/**
 * The short decimal numbers that those of a column stand for, so that the lattice on which they were measured is seen and met: 41.44
 * for 41.439998626708984, which is what single precision makes of it, and 0.3 for the 0.30000000000000004 that a sum gave. Undefined
 * where they have at most 12 decimals as they stand, or stand for none. Cost O(n), and O(1) for most columns of measurements.
 */
export function shortNumbers(values: Float64Array, missing?: Uint8Array): ShortNumbers | undefined {
  if (decimalsOf(values, missing) !== undefined) return undefined
  const singles = shortestSingles(values)
  if (singles) {
    const decimals = decimalsOf(singles, missing)
    return { values: singles, single: true, ...(decimals === undefined ? {} : { decimals }) }
  }
  return withoutNoise(values, missing)
}

/** Cells with more decimals are what programs write; others are written as they stand. */
const MOST_DECIMALS = 12

/** Numbers of a column of text and their style, with the short numbers that they stand for. Cost as `shortNumbers`. */
export function inShort<T extends Pick<NumericColumn, 'values' | 'missing'>>(
  read: T,
  style: NumberStyle
): { readonly read: T; readonly style: NumberStyle } {
  if (style.scientific || (style.decimals !== undefined && style.decimals <= MOST_DECIMALS)) return { read, style }
  const { decimals: _, ...worn } = style
  // Cells with more digits than a number has, as 2.2467800000000002, which is 2.24678 to the last bit: nothing but their spelling is long.
  const own = decimalsOf(read.values, read.missing)
  if (own !== undefined) return { read, style: { ...worn, decimals: own, padded: false } }
  const short = shortNumbers(read.values, read.missing)
  if (!short) return { read, style }
  const { values, ...form } = short
  return { read: { ...read, values }, style: { ...worn, ...form, padded: false, ...(form.single ? { long: true } : {}) } }
}

/** Digits that tell every single-precision number from its neighbours. */
const SINGLE_DIGITS = 9

/** Numbers of single precision as the shortest decimal numbers that they are the nearest of; undefined where one has more precision. */
function shortestSingles(values: Float64Array): Float64Array | undefined {
  if (!values.every((value) => Math.fround(value) === value)) return undefined
  return values.map((value) => {
    for (let digits = 6; digits < SINGLE_DIGITS; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return Number(value.toPrecision(SINGLE_DIGITS))
  })
}

/** What sums and products of numbers as large as the largest lose, and so may stand in a column's last digits. */
const NOISE = 2 ** -44
/** What is left of two equal numbers, in the same measure. */
const NOTHING = 2 ** -50
/** A lattice so much coarser than the noise is met by chance by none of a million numbers with all their digits. */
const CLEAR = 2 ** 20

/** Numbers that stand within noise of multiples of a power of ten as these multiples; undefined where one does not. */
function withoutNoise(values: Float64Array, missing: Uint8Array | undefined): ShortNumbers | undefined {
  const isThere = (i: number): boolean => !missing?.[i]
  const largest = values.reduce((most, x, i) => (isThere(i) ? Math.max(most, Math.abs(x)) : most), 0)
  const meets = (x: number, short: number): boolean =>
    Math.abs(x - short) <= NOISE * largest && (short !== 0 || Math.abs(x) <= NOTHING * largest)
  let decimals = 0
  for (let i = 0; i < values.length; i++) {
    if (!isThere(i)) continue
    while (!meets(values[i]!, toDecimals(values[i]!, decimals))) {
      decimals++
      if (10 ** -decimals < CLEAR * NOISE * largest) return undefined
    }
  }
  return { values: values.map((x) => toDecimals(x, decimals)), decimals }
}
