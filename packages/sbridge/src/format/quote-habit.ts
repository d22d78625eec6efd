import type { DelimitedDialect } from '@sbridge/core/internal'
import { behindLineEnd, closingQuote, endsLine, GUESSED_RECORDS } from './records.js'

/** Of the cells of a column or of the names: how many stand in quotes, and whether one of these needs none. */
interface Quotes {
  cells: number
  quoted: number
  idle: boolean
}

type QuoteHabit = Pick<DelimitedDialect, 'quoted' | 'quotedNames' | 'quotedMissing' | 'lineEnd'>

/**
 * What the first records of well-formed delimited text say of how it was written: a column is always quoted where all its cells
 * are and one of them needs no quotes. Cost O(characters of these records).
 */
export function quoteHabit(text: string, separator: string, names: readonly string[]): QuoteHabit {
  const fresh = (): Quotes => ({ cells: 0, quoted: 0, idle: false })
  const heading = fresh()
  const columns = names.map(fresh)
  let lineEnd: DelimitedDialect['lineEnd'] | undefined
  let quotedMissing = false
  for (let at = 0, record = 0; at < text.length && record < GUESSED_RECORDS; record++) {
    for (let c = 0; ; c++) {
      while (separator === ' ' && text[at] === ' ') at++
      // Between blanks, a quote that does not close is a character.
      const close = text.charCodeAt(at) === 34 ? closingQuote(text, at) : -1
      const quoted = close >= 0
      const end = quoted ? close + 1 : plainEnd(text, separator, at)
      const cell = quoted ? text.slice(at + 1, end - 1) : text.slice(at, end)
      if (cell === '' && record > 0) quotedMissing ||= quoted
      else if (cell !== '')
        count(
          record === 0 ? heading : (columns[c] ?? fresh()),
          quoted,
          needsQuotes(cell, separator) || (record === 0 && mayNeedQuotes(cell))
        )
      at = end
      if (text[at] !== separator) break
      at++
    }
    if (at < text.length) lineEnd ??= text[at] === '\n' ? '\n' : text[at + 1] === '\n' ? '\r\n' : '\r'
    at = behindLineEnd(text, at)
  }
  const quoted = names.filter((_, c) => isHabit(columns[c]!))
  return {
    quoted,
    quotedNames: isHabit(heading),
    quotedMissing: quotedMissing && quoted.length > 0,
    lineEnd: lineEnd ?? '\n'
  }
}

function plainEnd(text: string, separator: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== separator && !endsLine(text, at)) at++
  return at
}

function count(quotes: Quotes, quoted: boolean, needed: boolean): void {
  quotes.cells++
  if (!quoted) return
  quotes.quoted++
  quotes.idle ||= !needed
}

const isHabit = ({ cells, quoted, idle }: Quotes): boolean => idle && cells === quoted

/** Whether a cell cannot stand without quotes between these separators. */
export function needsQuotes(cell: string, separator: string): boolean {
  return cell.includes(separator) || /["\r\n\ufeff]|^\s|\s$/.test(cell)
}

/** Separators, quotes, line ends, and what readers strip: a byte-order mark, blanks at the ends. */
const SPECIAL = /[,;\t|"\r\n\ufeff]|^\s|\s$/

/** Whether a name or cell holds what a reader who does not know the separator may take for one. */
export const mayNeedQuotes = (cell: string): boolean => SPECIAL.test(cell)
