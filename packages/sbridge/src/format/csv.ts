import { InputError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { decodeText, isMissing, isoTexts, namesOf, type ReadContext, refuseEmptyFile, refuseNotFinite, tableOf } from './columns.js'
import { guessSeparator, recordsIn } from './records.js'

export interface DelimitedOptions extends ReadContext {
  /** Between cells; found from the first records when absent. */
  readonly delimiter?: string
}

/** Text whose cells a separator parts; that of a comma's may be found to be another when it is read. */
export const delimited = (delimiter: ',' | '\t') => ({
  read: (bytes: Uint8Array, context: ReadContext): RawTable =>
    readDelimited(bytes, delimiter === ',' ? context : { ...context, delimiter }),
  write: (table: RawTable): Uint8Array => writeDelimited(table, delimiter)
})

/**
 * A table from delimited text: first record the names, cells as they stand, the empty cell missing.
 *
 * Quotes, line breaks in quotes, CRLF (also mixed with LF), byte-order mark and trailing blank lines are understood;
 * blank lines between records are skipped (in a table of one column they are missing cells). Where semicolons separate,
 * a column of numbers with decimal commas is given decimal points.
 * Fails with `InputError` on ragged records and repeated names, with `FormatError` on quotes that do not close.
 */
export function readDelimited(bytes: Uint8Array, options: DelimitedOptions): RawTable {
  refuseEmptyFile(bytes, options)
  const text = withoutLastLineEnds(decodeText(bytes, options))
  if (text.trim() === '') refuseEmptyFile(new Uint8Array(0), options)
  const delimiter = options.delimiter ?? guessSeparator(text)
  let columns: { readonly name: string; readonly source: 'text'; readonly values: (string | null)[] }[] | undefined
  for (const { cells, line } of recordsIn(text, delimiter, options)) {
    if (columns === undefined) {
      if (cells.length > 0) columns = namesOf(cells).map((name) => ({ name, source: 'text', values: [] }))
    } else if (cells.length === columns.length) {
      for (const [c, cell] of cells.entries()) columns[c]!.values.push(cell === '' ? null : cell)
    } else if (cells.length > 0) throw raggedRecord(line, { got: cells.length, expected: columns.length }, options)
    else if (columns.length === 1) columns[0]!.values.push(null)
  }
  return tableOf(delimiter === ';' ? columns!.map(withDecimalPoints) : columns!, options)
}

/**
 * Delimited text of a table: line feed after every record, numbers in their shortest exact form, missing cells empty.
 *
 * Names and cells that hold any character that a reader may take for a separator are quoted, whatever the delimiter.
 */
export function writeDelimited(table: RawTable, delimiter: string): Uint8Array {
  refuseNotFinite(table)
  const { columns, rowCount } = table
  // An empty cell alone on its line would read as a blank line, so it is quoted.
  const lone = columns.length === 1 ? '""' : ''
  const written = (text: string): string => (text === '' ? lone : toQuote.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const cells = columns.map((column) => cellTexts(column).map(written))
  const lines = [columns.map((column) => written(column.name)).join(delimiter)]
  for (let i = 0; i < rowCount; i++) lines.push(cells.map((column) => column[i]!).join(delimiter))
  lines.push('')
  return new TextEncoder().encode(lines.join('\n'))
}

/** Separators, quotes, line ends, and what readers strip: a byte-order mark, blanks at the ends. */
const toQuote = /[,;\t|"\r\n\ufeff]|^\s|\s$/

function withoutLastLineEnds(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  return text.slice(0, end)
}

function cellTexts(column: RawColumn): string[] {
  const texts = column.source === 'datetime' ? isoTexts(column) : column.values
  return Array.from(texts as ArrayLike<unknown>, (value, i) => (isMissing(column, i) ? '' : String(value)))
}

type TextColumn = RawColumn & { source: 'text' }

function withDecimalPoints(column: TextColumn): TextColumn {
  let commas = false
  for (const value of column.values) {
    if (value === null) continue
    if (!/^\s*[+-]?\d*,?\d+(?:[eE][+-]?\d+)?\s*$/.test(value)) return column
    commas ||= value.includes(',')
  }
  return commas ? { ...column, values: column.values.map((value) => value?.replace(',', '.') ?? null) } : column
}

function raggedRecord(line: number, { got, expected }: { got: number; expected: number }, context: ReadContext): InputError {
  return new InputError({
    code: 'row-ragged',
    got: `${got} cell${got === 1 ? '' : 's'} on line ${line} of ${context.source}`,
    expected: `${expected} cell${expected === 1 ? '' : 's'}, as in the line of names`,
    try: 'quoting cells that hold the separator, or completing the line'
  })
}
