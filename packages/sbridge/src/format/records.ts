import { FormatError } from '@sbridge/core'
import type { Separator } from '@sbridge/core/internal'
import type { ReadContext } from './columns.js'

/** Characters that a separator may be guessed to be. */
export const SEPARATORS = [',', ';', '\t', '|'] as const

/** Records that guesses look at, the heading among them. */
export const GUESSED_RECORDS = 50

interface TextRecord {
  /** None for a blank line. */
  readonly cells: readonly string[]
  /** On which it begins, from 1: records and lines differ where quoted cells hold line breaks. */
  readonly line: number
}

/** Codes of the bytes that RFC 4180 gives a meaning. */
export const QUOTE = 34
export const LINE_FEED = 10
export const CARRIAGE_RETURN = 13

/**
 * The records of delimited text one after the other. A cell that begins with a quote ends with one, and quotes inside
 * are doubled; LF, CRLF and CR end a line, also mixed. Fails with `FormatError` on a quote that does not close.
 * @source RFC 4180
 */
export function* recordsIn(text: string, separator: string, context: ReadContext, firstLine = 1): Generator<TextRecord> {
  const between = separator.charCodeAt(0)
  let line = firstLine
  for (let at = 0; at < text.length; ) {
    const start = at
    const cells: string[] = []
    let breaks = 0
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        const end = closingQuote(text, at)
        if (end < 0) throw badQuotes(line, 'the last quote does not close', context)
        const cell = text.slice(at + 1, end)
        breaks += lineBreaks(cell)
        cells.push(cell.replaceAll('""', '"'))
        at = end + 1
      } else {
        const begin = at
        while (at < text.length && text.charCodeAt(at) !== between && !endsLine(text, at)) at++
        cells.push(text.slice(begin, at))
      }
      if (text.charCodeAt(at) !== between) break
      at++
    }
    if (at < text.length && !endsLine(text, at)) throw badQuotes(line, 'text follows a closing quote', context)
    yield { cells: at === start ? [] : cells, line }
    at = behindLineEnd(text, at)
    line += 1 + breaks
  }
}

/**
 * The separator of delimited text: one that stands in the heading and below it, outside quotes. Among those with which
 * the first records agree on the number of cells, or else among all, the one with the most. Where there is none, blanks that
 * part every line into as many cells, if columns are aligned by them or all cells below the heading are numbers; a comma
 * otherwise.
 */
export function guessSeparator(text: string): Separator {
  const records = separatorCounts(text)
  const [heading, ...below] = records
  const standing = SEPARATORS.map((_, s) => s).filter((s) => heading?.[s] && below.some((counts) => counts[s]))
  if (standing.length === 0) return areBlanksBetween(text) ? ' ' : ','
  const agreed = standing.filter((s) => below.every((counts) => counts[s] === heading![s]))
  const likely = agreed.length > 0 ? agreed : standing
  return SEPARATORS[likely.reduce((best, s) => (heading![s]! > heading![best]! ? s : best), likely[0]!)]!
}

function areBlanksBetween(text: string): boolean {
  const lines = text.split(/\r\n|\r|\n/, GUESSED_RECORDS).filter((line) => line.trim() !== '')
  const [heading, ...below] = lines.map(blankCells)
  if (!heading || heading.length < 2 || below.length === 0) return false
  // Names of rows, as R writes them, have no name above.
  const width = below[0]!.length
  if ((width !== heading.length && width !== heading.length + 1) || !below.every((cells) => cells.length === width)) return false
  const aligned = lines.some((line) => /\S {2,}\S/.test(line))
  return aligned || below.every((cells) => cells.every((cell) => /^(?:[+-]?[\d.,]+(?:[eE][+-]?\d+)?|NA|".*")$/.test(cell)))
}

/** The cells of a line that blanks separate, in quotes where they hold some. */
function blankCells(line: string): string[] {
  return line.match(/"(?:[^"]|"")*"(?=\s|$)|\S+/g) ?? []
}

/** As `recordsIn`, where any number of blanks separates cells; a cell in quotes holds no line end. */
export function* blankRecordsIn(text: string): Generator<TextRecord> {
  let line = 1
  for (const content of text.split(/\r\n|\r|\n/)) {
    const cells = blankCells(content)
    yield { cells: cells.map((cell) => (/^".*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell)), line: line++ }
  }
}

/** How often each of `SEPARATORS` stands outside quotes in each of the first records, blank lines skipped. */
function separatorCounts(text: string): number[][] {
  const records: number[][] = []
  for (let at = 0; at < text.length && records.length < GUESSED_RECORDS; at = behindLineEnd(text, at)) {
    const counts = SEPARATORS.map(() => 0)
    const start = at
    for (let opens = true; at < text.length && !endsLine(text, at); ) {
      const quoted = opens && text.charCodeAt(at) === QUOTE ? closingQuote(text, at) + 1 : 0
      const closes = quoted > 0 && (quoted === text.length || endsLine(text, quoted) || separatorAt(text, quoted) >= 0)
      if (closes) at = quoted
      else {
        const separator = separatorAt(text, at++)
        if (separator >= 0) counts[separator]!++
        opens = separator >= 0
      }
    }
    if (at > start) records.push(counts)
  }
  return records
}

function separatorAt(text: string, at: number): number {
  return (SEPARATORS as readonly string[]).indexOf(text[at]!)
}

/** Index of the quote that closes the one at `start`, negative when none does. */
export function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

export function endsLine(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === LINE_FEED || code === CARRIAGE_RETURN
}

export function behindLineEnd(text: string, at: number): number {
  return at + (text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED ? 2 : 1)
}

function lineBreaks(cell: string): number {
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0
}

function badQuotes(line: number, reason: string, context: ReadContext): FormatError {
  return new FormatError({
    code: 'csv-quotes',
    got: `quotes that do not match in the record that begins on line ${line} of ${context.source} (${reason})`,
    expected: 'every quoted cell closed, quotes inside doubled',
    try: 'closing the quote, or doubling it where it belongs to the text'
  })
}

/** Text without the line ends behind its last record. */
export function withoutLastLineEnds(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  return text.slice(0, end)
}
