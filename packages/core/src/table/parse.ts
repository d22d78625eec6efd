/** Reading single cells of text: plain numbers, booleans. */
import { toDecimals } from '../num/decimals.js'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const LEADING_ZERO = /^[+-]?0\d/

/** The number that a cell spells, or undefined. Codes with leading zeros (`007`) are text, not numbers. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim()
  return NUMBER.test(trimmed) && !LEADING_ZERO.test(trimmed) ? Number(trimmed) : undefined
}

/** Whether a cell spells NaN or an infinity. */
export function spellsNonFinite(text: string): boolean {
  return /^[+-]?(nan|inf|infinity)$/i.test(text.trim())
}

/** Digits after the point that reproduce every number of a typed column, or undefined when more than 12 are needed. */
export function decimalsOf(values: Float64Array, missing: Uint8Array | undefined): number | undefined {
  let decimals = 0
  for (let i = 0; i < values.length; i++) {
    if (missing?.[i]) continue
    while (decimals <= 12 && toDecimals(values[i]!, decimals) !== values[i]) decimals++
    if (decimals > 12) return undefined
  }
  return decimals
}

/** true or false in any case, or undefined. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}
