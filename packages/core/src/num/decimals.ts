/** Powers of ten that doubles hold exactly, as far as products with them are of use. */
const TENS = Array.from({ length: 16 }, (_, k) => Number(`1e${k}`))
/** Below so many units a product with a power of ten is off by less than 2^-9 of a unit. */
const MOST_UNITS = 2 ** 44
/** Nearer than this to a half of a unit, such a product does not tell which way to round. */
const HALF = 2 ** -8

/** 10^k of whole k ≥ 0. */
export const tenTo = (k: number): number => TENS[k] ?? 10 ** k

/**
 * The double nearest to x written with so many decimals: `Number(x.toFixed(decimals))`, which spells every number out, bit for bit.
 * Units are whole and the power of ten is exact, so that their quotient is the nearest double.
 */
export function toDecimals(x: number, decimals: number): number {
  const tens = TENS[decimals]
  if (tens !== undefined && x !== 0) {
    const units = x * tens
    const whole = Math.round(units)
    if (Math.abs(units) < MOST_UNITS && Math.abs(units - whole) < 0.5 - HALF) return whole / tens
  }
  return Number(x.toFixed(decimals))
}

/** The double nearest to x written with so many digits. */
export const toDigits = (value: number, digits: number): number => Number(value.toPrecision(digits))

/** What a program writes of a number of single precision, as a double of all its digits or of so many. */
export const asSingle = (value: number, digits?: number): number =>
  digits === undefined ? Math.fround(value) : toDigits(Math.fround(value), digits)
