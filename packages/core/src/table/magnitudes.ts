import { typesFlag } from '../num/listed.js'
import { CURRENCY } from './notation.js'

/** Letters that stand for thousands, millions, …: 4.7k beside 1.2M and 830, $30.8M, 12,5 Mio. €. */
export interface Magnitudes {
  readonly before: string
  /** Between whole and fraction, where it is no point. */
  readonly decimal?: ','
  /** From the smallest on: what stands behind the number, a sign of currency included, the power of ten that it means, and decimals. */
  readonly sizes: readonly { readonly after: string; readonly exponent: number; readonly decimals: number }[]
  /** Whether zeros at the end are kept. */
  readonly padded: boolean
}

const EXPONENTS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries({
    0: [''],
    3: ['k', 'tsd', 'thousand'],
    6: ['m', 'mn', 'mm', 'mio', 'mln', 'million', 'millionen'],
    9: ['b', 'bn', 'g', 'bln', 'mrd', 'billion', 'milliarden'],
    12: ['t', 'tn', 'trn', 'trillion']
  }).flatMap(([exponent, words]) => words.map((word) => [word, Number(exponent)]))
)
/** Without one behind any number, as in most columns, nothing else need be looked at. */
const LETTER = new RegExp(`\\p{L}\\.?\\s?(?:${CURRENCY})?$`, 'u')
const CELL = new RegExp(`^(-?)((?:(?:${CURRENCY})\\s?)?)(\\d+(?:[.,]\\d+)?)((\\s?[a-zA-Z]{0,10}\\.?)(\\s?(?:${CURRENCY}))?)$`, 'u')

interface Cell {
  readonly minus: string
  readonly sign: string
  readonly digits: string
  /** Behind the digits: a word, and a sign of currency if any. */
  readonly after: string
  readonly exponent: number
  readonly isMoney: boolean
}

function cellOf(text: string): Cell | undefined {
  const [, minus, sign, digits, after, word = '', currency] = CELL.exec(text.trim()) ?? []
  const exponent = EXPONENTS[word.trim().replace(/\.$/, '').toLowerCase()]
  if (minus === undefined || sign === undefined || digits === undefined || after === undefined || exponent === undefined) return undefined
  return { minus, sign, digits, after, exponent, isMoney: sign !== '' || currency !== undefined }
}

/**
 * How the cells of a column show their size by a letter; undefined of other cells, where all have one letter and no sign of currency, and of such as this
 * style would write otherwise. Cost O(cells).
 */
export function magnitudesOf(cells: readonly (string | null)[]): { readonly style: Magnitudes; readonly values: Float64Array } | undefined {
  if (!cells.some((cell) => cell !== null && LETTER.test(cell.trim()))) return undefined
  const sizes = new Map<string, { after: string; exponent: number; decimals: number }>()
  let [before, mark] = [undefined as string | undefined, undefined as string | undefined]
  let padded = false
  let isMoney = true
  for (const cell of cells) {
    if (cell === null) continue
    const found = cellOf(cell)
    if (!found || (before ?? found.sign) !== found.sign) return undefined
    const [, point, own = ''] = /\d+([.,])?(\d+)?/.exec(found.digits)!
    if (point !== undefined && (mark ?? point) !== point) return undefined
    mark ??= point
    before = found.sign
    isMoney &&= found.isMoney
    if (own.endsWith('0')) padded = true
    const { after, exponent } = found
    sizes.set(after, { after, exponent, decimals: Math.max(sizes.get(after)?.decimals ?? 0, own.length) })
  }
  const all = [...sizes.values()].sort((a, b) => a.exponent - b.exponent)
  // Whole numbers with letters are as often names: flat 3B. Nothing but an amount has a sign of currency.
  const isAmount = isMoney || (all.length > 1 && all.some(({ exponent, decimals }) => exponent > 0 && decimals > 0))
  if (!isAmount || all.every(({ exponent }) => exponent === 0)) return undefined
  const style: Magnitudes = { before: before!, ...(mark === ',' ? { decimal: mark } : {}), sizes: all, padded }
  const values = new Map([...new Set(cells)].map((cell) => [cell, cell === null ? 0 : readMagnitude(cell, style)]))
  for (const [cell, value] of values)
    if (value === undefined || (cell !== null && formatMagnitude(value, style) !== cell.trim())) return undefined
  return { style, values: Float64Array.from(cells, (cell) => values.get(cell)!) }
}

/** The number that a text in such a style says; undefined for other text. */
export function readMagnitude(text: string, { before, decimal, sizes }: Magnitudes): number | undefined {
  const cell = cellOf(text)
  const found = cell && sizes.find((one) => one.after.trim() === cell.after.trim())
  if (!found || (cell.sign !== before && cell.sign !== '') || cell.digits.includes(decimal ? '.' : ',')) return undefined
  // Of a decimal number the nearest double: 4.7 · 1000 is 4700.
  return Number(`${cell.minus}${cell.digits.replace(',', '.')}e${found.exponent}`)
}

/** A number as the style writes it: the largest unit that it has one of. */
export function formatMagnitude(value: number, { before, decimal, sizes, padded }: Magnitudes): string {
  const at = (k: number) => toFixed(Math.abs(value) / sizeOf(sizes[k]!), sizes[k]!.decimals)
  let k = sizes.length - 1
  while (k > 0 && Math.abs(value) < sizeOf(sizes[k]!)) k--
  // What rounds to a thousand of one unit is one of the next.
  if (k + 1 < sizes.length && Number(at(k)) * sizeOf(sizes[k]!) >= sizeOf(sizes[k + 1]!)) k++
  const digits = padded || !at(k).includes('.') ? at(k) : at(k).replace(/\.?0+$/, '')
  return `${value < 0 && Number(digits) > 0 ? '-' : ''}${before}${decimal ? digits.replace('.', decimal) : digits}${sizes[k]!.after}`
}

const sizeOf = ({ exponent }: Magnitudes['sizes'][number]): number => Number(`1e${exponent}`)
const toFixed = (value: number, decimals: number): string => value.toFixed(Math.min(20, decimals))

/** A number as a cell in the style can show it. */
export const toMagnitude = (value: number, style: Magnitudes): number => readMagnitude(formatMagnitude(value, style), style)!

/** What a person should know of a column of such numbers. */
export const magnitudesNote = (name: string, { sizes }: Magnitudes): string =>
  `${name}: numbers whose letters (${sizes.flatMap(({ after }) => after.trim() || []).join(', ')}) are powers of ten; ${typesFlag(name, 'category')} repeats the cells as they stand`
