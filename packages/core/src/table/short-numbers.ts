/** Numbers with more digits than were measured: what single precision or arithmetic made of short decimal numbers. */
import { toDecimals, toDigits } from '../num/decimals.js'
import { defined } from '../num/defined.js'
import type { NumberStyle } from './number-style.js'
import { decimalsOf } from './parse.js'
import type { NumericColumn } from './table.js'

interface ShortNumbers {
  readonly values: Float64Array
  /** Digits after the point that write them all; undefined where more than 12 are needed. */
  readonly decimals?: number
  /** Whether each was the number of single precision that is nearest. */
  readonly single?: boolean
  /** To how many digits such numbers were written, where these are too few for all that they have. */
  readonly digits?: number
}

/**
 * The short decimal numbers that those of a column stand for, so that the lattice on which they were measured is seen and met: 41.44
 * for 41.439998626708984, which is what single precision makes of it, also where a program wrote fifteen of its digits, 41.439998626709, and 0.3
 * for the 0.30000000000000004 that a sum gave. Undefined where they have at most 12 decimals as they stand, unless some have more digits than
 * single precision and all are of that; or where they stand for none. Cost O(n), and O(1) for most columns of measurements.
 */
export function shortNumbers(values: Float64Array, missing?: Uint8Array): ShortNumbers | undefined {
  const written = decimalsOf(values, missing)
  const singles = written === undefined || written >= LEAST_DECIMALS ? singlesIn(values, written === undefined) : undefined
  if (singles) {
    const short = singles.values.map(shortestSingle)
    const decimals = decimalsOf(short, missing)
    return { values: short, single: true, ...defined({ digits: singles.digits, decimals }) }
  }
  return written === undefined ? withoutNoise(values, missing) : undefined
}

/** Numbers of single precision with `LONG_DIGITS` have so many decimals, at least: 24 binary digits hold no more before the point. */
const LEAST_DECIMALS = 4

/** Numbers of a column of text and their style, with the short numbers that they stand for. Cost as `shortNumbers`. */
export function inShort<T extends Pick<NumericColumn, 'values' | 'missing'>>(
  read: T,
  style: NumberStyle
): { readonly read: T; readonly style: NumberStyle } {
  if (style.scientific || (style.decimals !== undefined && style.decimals < LEAST_DECIMALS)) return { read, style }
  const short = isPlain(read.values, style) ? undefined : shortNumbers(read.values, read.missing)
  if (!short) return { read, style: asDoubles(read, style) }
  const { values, ...form } = short
  const { decimals: _, ...worn } = style
  return { read: { ...read, values }, style: { ...worn, ...form, padded: false, ...(form.single ? { long: true } : {}) } }
}

/** Cells with more decimals are what programs write; others are written as they stand. */
const MOST_DECIMALS = 12

/** Whether doubles hold all digits that numbers are written with, and one is of no single precision: then they stand for none but themselves. */
function isPlain(values: Float64Array, { decimals = Number.POSITIVE_INFINITY }: NumberStyle): boolean {
  if (decimals > MOST_DECIMALS || values.every(isNearSingle)) return false
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (size > largest) largest = size
  }
  return largest * 10 ** decimals < 2 ** 53
}

/**
 * The style of numbers of which some are written with more digits than doubles have, 0.012103300000000001 for 0.0121033; and of such as have all
 * digits of a double but the last ones, which a program left out in most of them.
 */
function asDoubles({ values, missing }: Pick<NumericColumn, 'values' | 'missing'>, style: NumberStyle): NumberStyle {
  if (style.padded || style.decimals === undefined || style.decimals <= MOST_DECIMALS) return style
  const decimals = decimalsOf(values, missing)
  if (decimals !== undefined) return { ...style, decimals }
  const digits = values.map(digitsOf).filter((count) => count <= WRITTEN_DIGITS)
  return 2 * digits.length > values.length ? { ...style, digits: digits.reduce((most, count) => Math.max(most, count), 1) } : style
}

/** Digits that tell every single-precision number from its neighbours. */
const SINGLE_DIGITS = 9
/** Digits that one of some numbers has, at least, if they are of single precision and not as people write them. */
const LONG_DIGITS = 12
/** Digits that a program writes of a double, where these are not all that it has; it writes all of a few that it takes to need them. */
const WRITTEN_DIGITS = 15

interface Singles {
  /** As their program had them. */
  readonly values: Float64Array
  readonly digits?: number | undefined
}

/** Numbers of single precision, with all their digits or written to fewer; undefined where one has more precision, or all are written as people do. */
function singlesIn(values: Float64Array, areLong: boolean): Singles | undefined {
  if (!values.every(isNearSingle)) return undefined
  const whole = values.map(Math.fround)
  const others = values.filter((value, i) => value !== whole[i])
  if (others.length > 0) {
    const digits = Math.min(
      WRITTEN_DIGITS,
      others.reduce((most, value) => Math.max(most, digitsOf(value)), 0)
    )
    return values.every((value, i) => isWritten(value, whole[i]!, digits)) ? { values: whole, digits } : undefined
  }
  return areLong || values.some((value) => digitsOf(value) >= LONG_DIGITS) ? { values: whole } : undefined
}

const isNearSingle = (value: number): boolean => Math.abs(value - Math.fround(value)) <= 10 ** (1 - LONG_DIGITS) * Math.abs(value)

/** Whether a number is another one to so many digits; where that lies half-way between two, either. */
function isWritten(value: number, whole: number, digits: number): boolean {
  const power = Number(value.toExponential().split('e')[1])
  return Math.abs(value - whole) <= 0.5 * 10 ** (power + 1 - digits) + 2 ** -51 * Math.abs(value)
}

const digitsOf = (value: number): number => value.toExponential().split('e')[0]!.replace(/\D/g, '').length

/** A number of single precision as the shortest decimal number that it is the nearest of. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits < SINGLE_DIGITS; digits++) {
    const short = toDigits(value, digits)
    if (Math.fround(short) === value) return short
  }
  return toDigits(value, SINGLE_DIGITS)
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
