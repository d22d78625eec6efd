import { summaryOf } from '../num/summary.js'
import type { Inferred } from './column-format.js'
import { noteRounding, refuseSpread } from './infer-numbers.js'
import type { Inferring } from './inferring.js'
import { numberStyle, paddedTo } from './number-style.js'
import { parseNumber } from './parse.js'
import { MISSING_WORDS, type RawColumn, type SpelledNumbers } from './raw.js'
import { inShort } from './short-numbers.js'
import type { ColumnKind, NumericColumn } from './table.js'
import { textCells, wordsByCount } from './text-cells.js'

/**
 * A column of text whose cells a reader has found to be plain numbers, or missing: what `inferText` makes of the cells, without
 * them. Undefined where it would make something else, or where that takes more than the numbers. Cost O(n), no text is made.
 * Throws `InputError` (code `spread`).
 */
export function inferSpelled(
  raw: Extract<RawColumn, { source: 'text' }>,
  wanted: ColumnKind | undefined,
  { options, marks, notes }: Inferring
): Inferred | undefined {
  const { numbers, name } = raw
  if (!numbers || !areAll(numbers, options.missing ?? [])) return undefined
  if (wanted !== undefined && wanted !== 'number' && wanted !== 'integer') return undefined
  const { values, missing, others, spelling } = numbers
  const { decimals, least, padded, trailing, exponents, whole, pointed, decided } = spelling
  const mayPartThousands = pointed && !decided && marks('.')?.decimal === ','
  if (mayPartThousands || !keep(values, wanted ?? (whole ? 'integer' : 'number'))) return undefined
  // Which numbers are written in two ways its cells tell.
  if (!wanted && trailing && least !== decimals) return undefined
  if (numbers.plus) return undefined
  refuseSpread(name, values, missing)
  const kind = wanted ?? (whole ? 'integer' : 'number')
  const written = exponents ? numberStyle(textCells(raw, options.missing)) : paddedTo({ decimals, least, padded })
  const { read, style } = inShort({ values, ...(missing ? { missing } : {}) }, written)
  const column: NumericColumn = { name, kind, ...read }
  noteRounding(column, notes)
  return { column, format: { name, source: 'text', kind, number: style, ...wordsByCount(others) } }
}

/** Whether all cells are numbers but those that count as missing: a number that counts as missing has to be looked for among the cells. */
export function areAll({ others }: SpelledNumbers, words: readonly string[]): boolean {
  const known = new Set([...MISSING_WORDS, ...words])
  if (words.some((word) => parseNumber(word) !== undefined)) return false
  for (const cell of others.keys()) if (!known.has(cell.trim())) return false
  return true
}

/** Whether numbers are of a kind as they are: long ones may be names, others are refused by their cells. */
function keep(values: Float64Array, kind: ColumnKind): boolean {
  const whole = kind === 'integer'
  const most = whole ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const { hasGaps, low, high } = summaryOf(values)
  return !hasGaps && low >= -most && high <= most && (!whole || values.every(Number.isInteger))
}
