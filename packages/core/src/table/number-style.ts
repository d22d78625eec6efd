import { asSingle, toDigits } from '../num/decimals.js'
import { defined } from '../num/defined.js'
import { beyondLimit, type Censoring, limitAt } from './censoring.js'
import { formatMagnitude, type Magnitudes, readMagnitude } from './magnitudes.js'
import { formatParts, type PartsStyle, readParts } from './mixed-units.js'
import { dress, fractionOf, isPlain, type Notation, PLAIN, readNumber } from './notation.js'
import { formatScientific, type Scientific, scientificStyle } from './scientific.js'
import type { NumericColumn } from './table.js'
import { type ClockStyle, formatClock, readClock } from './time-of-day.js'

/** How the numbers of a text column are written. */
export interface NumberStyle {
  /** Most digits after the point; undefined when exponents are used: then the shortest text that reads back. */
  readonly decimals?: number
  /** Whether trailing zeros are kept. */
  readonly padded: boolean
  /** Fewest digits after the point, where whole numbers are written as 2.0 beside 1.67. */
  readonly least?: number
  /** Marks and signs; plain when left out. */
  readonly notation?: Notation
  /** Whether numbers have single precision: they are kept as short decimal numbers. */
  readonly single?: boolean
  /** Whether text says these with the digits of doubles: 3.1 as 3.0999999046325684. */
  readonly long?: boolean
  /** To how many digits numbers are written that have more, as doubles or of single precision: 3.09999990463257. */
  readonly digits?: number
  /** Limits beyond which it is not measured. */
  readonly censoring?: Censoring
  /** Times of day. */
  readonly clock?: ClockStyle
  /** Numbers in several units. */
  readonly parts?: PartsStyle
  /** Numbers with letters for powers of ten. */
  readonly magnitudes?: Magnitudes
  /** Numbers that all have a power of ten. */
  readonly scientific?: Scientific
}

/** Decimals and padding of a column of numbers in text. */
export function numberStyle(cells: readonly (string | null)[], notation: Notation = PLAIN): NumberStyle {
  const plain = isPlain(notation)
  const worn = plain ? {} : { notation }
  let decimals = 0
  let padded = false
  let least = Number.POSITIVE_INFINITY
  for (const cell of cells) {
    if (cell === null) continue
    const text = cell.trim()
    if (plain && /[eE]/.test(text)) return { padded: false, ...defined({ scientific: scientificStyle(cells) }) }
    const point = plain ? text.indexOf('.') : -1
    const digits = !plain ? fractionOf(text, notation).length : point < 0 ? 0 : text.length - point - 1
    decimals = Math.max(decimals, digits)
    least = Math.min(least, digits)
    if (digits > 0 && lastDigitOf(text, plain) === '0') padded = true
  }
  return { ...paddedTo({ decimals, least, padded }), ...worn }
}

/** Of numbers with so many digits after the point, of which some end in a zero: whether all are padded, or to how many digits at least. */
export function paddedTo({
  decimals,
  least,
  padded
}: Required<Pick<NumberStyle, 'least' | 'padded'>> & { readonly decimals: number }): NumberStyle {
  return { decimals, padded: padded && least === decimals, ...(padded && least > 0 && least < decimals ? { least } : {}) }
}

/**
 * A number that some cells write with trailing zeros and others without, as labels are: 1.1 and 1.10 of a list of versions, where a
 * program writes 1.0 beside 1.5. Both spellings, or undefined. Cost O(cells).
 */
export function spelledTwice(cells: readonly (string | null)[]): readonly [short: string, long: string] | undefined {
  const longs = new Map<string, string>()
  for (const cell of cells) {
    const long = cell?.trim() ?? ''
    if (/^[-+]?\d*\.\d+0$/.test(long)) longs.set(long.replace(/\.?0+$/, ''), long)
  }
  if (longs.size === 0) return undefined
  for (const cell of cells) {
    const short = cell?.trim() ?? ''
    const long = longs.get(short)
    if (long !== undefined) return [short, long]
  }
  return undefined
}

/** Signs may stand behind it. */
const lastDigitOf = (text: string, plain: boolean): string | undefined => (plain ? text.at(-1) : text.match(/\d/g)?.at(-1))

/** A number in a style. */
export function formatNumber(
  value: number,
  { decimals, padded, least, notation, long, digits, censoring, clock, parts, magnitudes, scientific }: NumberStyle
): string {
  if (clock) return formatClock(value, clock)
  if (parts) return formatParts(value, parts)
  if (magnitudes) return formatMagnitude(value, magnitudes)
  const limit = limitAt(value, censoring)
  if (limit) return limit.sign + formatNumber(limit.limit, { decimals: limit.decimals, padded: true, ...(notation ? { notation } : {}) })
  if (scientific) return formatScientific(value, scientific)
  const shown = digits === undefined ? value : toDigits(value, digits)
  const plain = long
    ? String(asSingle(value, digits))
    : decimals === undefined
      ? String(shown)
      : rounded(shown, { decimals, padded, least })
  return notation === undefined || plain.includes('e') ? plain : dress(plain, notation)
}

/** The style of numbers that are written to so many digits with as many as one of them has that is given: none of these is lost. */
export function withDigitsOf(style: NumberStyle, given: number): NumberStyle {
  const { digits, single, scientific } = style
  const own = given.toExponential().split('e')[0]!.replace(/\D/g, '').length
  // Of powers of ten the first digit stands before the point.
  if (scientific) return own - 1 > scientific.digits ? { ...style, scientific: { ...scientific, digits: own - 1 } } : style
  return digits !== undefined && !single && own > digits ? { ...style, digits: own } : style
}

/** The number that a text in such a style says, or a plain number; undefined for other text. */
export function readStyled(
  text: string,
  { notation = PLAIN, censoring, clock, parts, magnitudes }: Partial<NumberStyle> = {}
): number | undefined {
  const whole = clock ? readClock(text, clock) : parts ? readParts(text, parts) : magnitudes ? readMagnitude(text, magnitudes) : undefined
  if (clock || parts || magnitudes) return whole ?? readNumber(text, PLAIN)
  const read = (cell: string) => readNumber(cell, notation)
  return read(text) ?? beyondLimit(text, censoring, read)
}

/** What the numbers of a column that is so written mean: limits of measurement, as its cells show them, or times of day. */
export function limitsOf(number: NumberStyle | undefined): Pick<NumericColumn, 'limits' | 'clock'> {
  if (number?.clock) return { clock: number.clock }
  if (!number?.censoring) return {}
  return { limits: number.censoring.limits.map(({ at }) => ({ at, text: formatNumber(at, number) })) }
}

/** How cells show a number that stands beyond a limit; undefined for others. */
export const limitText = (value: number, { limits }: Pick<NumericColumn, 'limits'>): string | undefined =>
  limits?.find(({ at }) => at === value)?.text

/** Characters of a number that a double always tells: fifteen digits and the point. */
const SURE = 16

interface Rounding {
  readonly decimals: number
  readonly padded: boolean
  readonly least: number | undefined
}

function rounded(value: number, { decimals, padded, least = 0 }: Rounding): string {
  const fixed = value.toFixed(Math.min(100, decimals))
  const shortest = fixed.length > SURE ? String(value) : fixed
  // Digits beyond the shortest that give this double back are its own, not those of any number that was written.
  const isLonger = Number(fixed) === value && shortest.includes('.') && !shortest.includes('e') && shortest.length < fixed.length
  const text = isLonger ? shortest.padEnd(fixed.length, '0') : fixed
  const trimmed = padded || !text.includes('.') ? text : text.replace(/\.?0+$/, '')
  const own = trimmed === '-0' ? '0' : trimmed
  if (least === 0 || own.includes('e')) return own
  const [whole, digits = ''] = own.split('.')
  return `${whole}.${digits.padEnd(least, '0')}`
}

/** The same digits without marks and signs. */
export const plainNumbers = ({
  notation: _,
  parts: _parts,
  magnitudes: _letters,
  scientific: _powers,
  long: _digits,
  ...style
}: NumberStyle): NumberStyle => style
