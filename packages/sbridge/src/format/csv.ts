import { FormatError, InputError, type RawColumn, type RawTable } from '@sbridge/core'
import Papa from 'papaparse'
import { decodeText, isMissing, isoTexts, namesOf, type ReadContext, refuseEmptyFile, refuseNotFinite, tableOf } from './columns.js'

export interface DelimitedOptions extends ReadContext {
  /** Between cells; found from the first records when absent. */
  readonly delimiter?: string
}

const candidates = [',', ';', '\t', '|']
const sniffedRecords = 50

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
  const text = withOneLineEnd(decodeText(bytes, options).replace(/[\r\n]+$/, ''))
  if (text.trim() === '') refuseEmptyFile(new Uint8Array(0), options)
  const delimiter = options.delimiter ?? sniffDelimiter(text)
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, header: false })
  const quotes = errors.find((error) => error.type === 'Quotes')
  if (quotes) throw badQuotes(lineOfRecord(text, delimiter, quotes.row ?? 0), quotes.message, options)
  const first = data.findIndex((record) => record.length > 1 || record[0] !== '')
  const names = namesOf(data[first]!)
  const columns = names.map((name) => ({ name, source: 'text' as const, values: [] as (string | null)[] }))
  for (let r = first + 1; r < data.length; r++) {
    const record = data[r]!
    if (record.length !== names.length) {
      if (record.length === 1 && record[0] === '') continue
      throw raggedRecord(lineOfRecord(text, delimiter, r), record.length, names.length, options)
    }
    for (let c = 0; c < names.length; c++) {
      const cell = record[c]!
      columns[c]!.values.push(cell === '' ? null : cell)
    }
  }
  return tableOf(delimiter === ';' ? columns.map(withDecimalPoints) : columns, options)
}

/** Delimited text of a table: line feed after every record, numbers in their shortest exact form, missing cells empty. */
export function writeDelimited(table: RawTable, delimiter: string): Uint8Array {
  refuseNotFinite(table)
  const cells = table.columns.map(cellTexts)
  const rows: string[][] = []
  for (let i = 0; i < table.rowCount; i++) rows.push(cells.map((column) => column[i]!))
  // An empty cell alone on its line would read as a blank line, so it is quoted.
  const quotes = table.columns.length === 1 ? (value: unknown) => value === '' : false
  const fields = table.columns.map((column) => column.name)
  const text = Papa.unparse({ fields, data: rows }, { delimiter, newline: '\n', quotes })
  return new TextEncoder().encode(`${text}\n`)
}

/** Files joined from several systems mix line ends, the parser knows one kind: outside quotes CRLF becomes LF where both occur. */
function withOneLineEnd(text: string): string {
  if (!text.includes('\r\n') || !/[^\r]\n/.test(text)) return text
  const quotedOrEnd = /"[^"]*"|\r?\n/g
  const ends = new Set<string>()
  for (const [found] of text.matchAll(quotedOrEnd)) if (found[0] !== '"') ends.add(found)
  return ends.size === 1 ? text : text.replace(quotedOrEnd, (found) => (found[0] === '"' ? found : '\n'))
}

function cellTexts(column: RawColumn): string[] {
  const texts = column.source === 'datetime' ? isoTexts(column) : column.values
  return Array.from(texts as ArrayLike<unknown>, (value, i) => (isMissing(column, i) ? '' : String(value)))
}

/** The separator with which the first records agree on the most cells; a comma when none does. */
function sniffDelimiter(text: string): string {
  let best = { delimiter: ',', cells: 1 }
  for (const delimiter of candidates) {
    const { data } = Papa.parse<string[]>(text, { delimiter, header: false, preview: sniffedRecords, skipEmptyLines: true })
    const cells = data[0]?.length ?? 0
    if (cells > best.cells && data.every((record) => record.length === cells)) best = { delimiter, cells }
  }
  return best.cells > 1 ? best.delimiter : sniffFromHeader(text)
}

/** For a file with a ragged record among the first: the separator that cuts the header into the most cells. */
function sniffFromHeader(text: string): string {
  let best = { delimiter: ',', cells: 1 }
  for (const delimiter of candidates) {
    const { data } = Papa.parse<string[]>(text, { delimiter, header: false, preview: 1, skipEmptyLines: true })
    const cells = data[0]?.length ?? 0
    if (cells > best.cells) best = { delimiter, cells }
  }
  return best.delimiter
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

/** Line, from 1, on which a record begins; records and lines differ where quoted cells hold line breaks. */
function lineOfRecord(text: string, delimiter: string, record: number): number {
  let begin = 0
  if (record > 0) {
    const { meta } = Papa.parse(text, { delimiter, header: false, preview: record })
    begin = meta.cursor
  }
  return (text.slice(0, begin).match(/\r\n|\r|\n/g)?.length ?? 0) + 1
}

function raggedRecord(line: number, got: number, expected: number, context: ReadContext): InputError {
  return new InputError({
    code: 'row-ragged',
    got: `${got} cell${got === 1 ? '' : 's'} on line ${line} of ${context.source}`,
    expected: `${expected} cell${expected === 1 ? '' : 's'}, as in the line of names`,
    try: 'quoting cells that hold the separator, or completing the line'
  })
}

function badQuotes(line: number, reason: string, context: ReadContext): FormatError {
  return new FormatError({
    code: 'csv-quotes',
    got: `quotes that do not match in the record that begins on line ${line} of ${context.source} (${reason})`,
    expected: 'every quoted cell closed, quotes inside doubled',
    try: 'closing the quote, or doubling it where it belongs to the text'
  })
}
