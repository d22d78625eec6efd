import { typesFlag } from '../num/listed.js'
/** Letters that stand for thousands, millions, …: 4.7k beside 1.2M and 830. */
export interface Magnitudes {
  readonly before: string
  /** From the smallest on: what stands behind the number, the power of ten that it means, and decimals. */
  readonly sizes: readonly { readonly after: string; readonly exponent: number; readonly decimals: number }[]
  /** Whether zeros at the end are kept. */
  readonly padded: boolean
}

const EXPONENTS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, mn: 6, mio: 6, b: 9, bn: 9, g: 9, t: 12 }
/** Without one behind any number, as in most columns, nothing else need be looked at. */
const LETTER = /[a-zA-Z]$/
const CELL = /^(-?)(\p{Sc}?)(\d+(?:\.\d+)?)(\s?[a-zA-Z]{0,3})$/u

/** How the cells of a column show their size by a letter; undefined of other cells, where all have one letter, and of such as this style would write otherwise. Cost O(cells). */
export function magnitudesOf(cells: readonly (string | null)[]): { readonly style: Magnitudes; readonly values: Float64Array } | undefined {
  if (!cells.some((cell) => cell !== null && LETTER.test(cell.trim()))) return undefined
  const decimals = new Map<string, number>()
  let before: string | undefined
  let padded = false
  for (const cell of cells) {
    if (cell === null) continue
    const [, , sign, digits = '', after = ''] = CELL.exec(cell.trim()) ?? []
    if (sign === undefined || EXPONENTS[after.trim().toLowerCase()] === undefined || (before ?? sign) !== sign) return undefined
    before = sign
    const own = digits.split('.')[1] ?? ''
    if (own.endsWith('0')) padded = true
    decimals.set(after, Math.max(decimals.get(after) ?? 0, own.length))
  }
  // Whole numbers with letters are as often names: flat 3B.
  if (decimals.size < 2 || ![...decimals].some(([after, own]) => after !== '' && own > 0)) return undefined
  const sizes = [...decimals]
    .map(([after, own]) => ({ after, exponent: EXPONENTS[after.trim().toLowerCase()]!, decimals: own }))
    .sort((a, b) => a.exponent - b.exponent)
  const style = { before: before!, sizes, padded }
  const values = new Map([...new Set(cells)].map((cell) => [cell, cell === null ? 0 : readMagnitude(cell, style)]))
  for (const [cell, value] of values)
    if (value === undefined || (cell !== null && formatMagnitude(value, style) !== cell.trim())) return undefined
  return { style, values: Float64Array.from(cells, (cell) => values.get(cell)!) }
}

/** The number that a text in such a style says; undefined for other text. */
export function readMagnitude(text: string, { before, sizes }: Magnitudes): number | undefined {
  const [, minus, sign, digits, after = ''] = CELL.exec(text.trim()) ?? []
  const found = sizes.find((one) => one.after.trim() === after.trim())
  if (digits === undefined || !found || (sign !== before && sign !== '')) return undefined
  // Of a decimal number the nearest double: 4.7 · 1000 is 4700.
  return Number(`${minus}${digits}e${found.exponent}`)
}

/** A number as the style writes it: the largest unit that it has one of. */
export function formatMagnitude(value: number, { before, sizes, padded }: Magnitudes): string {
  const at = (k: number) => toFixed(Math.abs(value) / sizeOf(sizes[k]!), sizes[k]!.decimals)
  let k = sizes.length - 1
  while (k > 0 && Math.abs(value) < sizeOf(sizes[k]!)) k--
  // What rounds to a thousand of one unit is one of the next.
  if (k + 1 < sizes.length && Number(at(k)) * sizeOf(sizes[k]!) >= sizeOf(sizes[k + 1]!)) k++
  const digits = padded || !at(k).includes('.') ? at(k) : at(k).replace(/\.?0+$/, '')
  return `${value < 0 && Number(digits) > 0 ? '-' : ''}${before}${digits}${sizes[k]!.after}`
}

const sizeOf = ({ exponent }: Magnitudes['sizes'][number]): number => Number(`1e${exponent}`)
const toFixed = (value: number, decimals: number): string => value.toFixed(Math.min(20, decimals))

/** A number as a cell in the style can show it. */
export const toMagnitude = (value: number, style: Magnitudes): number => readMagnitude(formatMagnitude(value, style), style)!

/** What a person should know of a column of such numbers. */
export const magnitudesNote = (name: string, { sizes }: Magnitudes): string =>
  `${name}: numbers whose letters (${sizes.flatMap(({ after }) => after.trim() || []).join(', ')}) are powers of ten; ${typesFlag(name, 'category')} repeats the cells as they stand`
