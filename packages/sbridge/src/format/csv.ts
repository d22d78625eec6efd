import { InputError } from '@sbridge/core'
import type { DelimitedDialect, Separator } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  inPieces,
  isMissing,
  isoTexts,
  namesOf,
  type Pieces,
  type ReadContext,
  refuseEmptyFile,
  refuseNotFinite,
  tableOf
} from './columns.js'
import { dialectOf, repeatedNotes } from './delimited-dialect.js'
import { decodeText, encodeText, writableEncoding } from './encoding.js'
import { areNamesAgain, chosenLines, findTable, isEveryLine, isRemark, type TableLines, takeTotals } from './lines-around.js'
import { mayNeedQuotes, needsQuotes } from './quote-habit.js'
import { blankRecordsIn, recordsIn, withoutLastLineEnds } from './records.js'
import { storedTypeOf } from './stored-type.js'
import { TypedDelimited } from './typed-delimited.js'
import { areRowNames, UnevenRecords } from './uneven-records.js'

/** What readers of delimited text are told. */
interface DelimitedOptions extends ReadContext {
  /** Between cells; found from the first records when absent. */
  readonly delimiter?: Separator
}

/** Text whose cells a separator parts: a tab, or, for a comma, the one that is found or that the table's dialect says. */
export const delimited = (delimiter: ',' | '\t') => ({
  read: (bytes: Uint8Array, context: ReadContext): RawTable => readDelimited(bytes, optionsOf(delimiter, context)),
  stream: (context: ReadContext): TypedDelimited => new TypedDelimited(optionsOf(delimiter, context)),
  write: (table: RawTable): Uint8Array => writeDelimited(table, delimiter),
  pieces: (tables: Pieces): Iterable<Uint8Array> => delimitedPieces(tables, delimiter)
})

const optionsOf = (delimiter: ',' | '\t', context: ReadContext): DelimitedOptions =>
  delimiter === ',' ? context : { ...context, delimiter }

interface TextColumn {
  readonly name: string
  readonly source: 'text'
  readonly values: (string | null)[]
}

/**
 * A table from delimited text: by `TypedDelimited` where that knows what stands in it, by `readDelimitedText` otherwise. Both make
 * the same table.
 */
export function readDelimited(bytes: Uint8Array, options: DelimitedOptions): RawTable {
  const typed = new TypedDelimited(options)
  typed.expect(bytes.length)
  typed.push(bytes)
  return typed.finish() ?? readDelimitedText(bytes, options)
}

/**
 * A table from delimited text: first record the names, cells as they stand, the empty cell missing; and the dialect that the
 * text is written in.
 *
 * Quotes, line breaks in quotes, CRLF (also mixed with LF), byte-order mark and trailing blank lines are understood;
 * blank lines between records are skipped (in a table of one column they are missing cells).
 * Lines that end before their last cells, or have empty ones behind them, are completed (`UnevenRecords`), names that come again are told apart.
 * Fails with `InputError` on other ragged records, with `FormatError` on quotes that do not close.
 */
export function readDelimitedText(bytes: Uint8Array, options: DelimitedOptions): RawTable {
  refuseEmptyFile(bytes, options)
  const decoded = decodeText(bytes, options)
  const whole = withoutLastLineEnds(decoded.text)
  if (whole.trim() === '') refuseEmptyFile(new Uint8Array(0), options)
  const lines = tableLines(whole, options)
  const { text, above, units, separator } = lines
  const records = separator === ' ' ? blankRecordsIn(text) : recordsIn(text, separator, options, above + 1)
  let columns: TextColumn[] | undefined
  let skips = units !== undefined
  const remarks: number[] = []
  let heading: readonly string[] = []
  let again = 0
  const uneven = new UnevenRecords()
  for (const { cells, line } of records) {
    if (columns?.[0]?.values.length === 0 && !skips && areRowNames(cells, heading, separator)) {
      heading = ['', ...heading]
      columns = columnsOf(heading)
    }
    if (columns === undefined) {
      heading = cells
      if (cells.length > 0) columns = columnsOf(heading)
    } else if (cells.length === columns.length && remarks.length === 0) {
      if (skips) skips = false
      else if (!isEveryLine(options.skip) && areNamesAgain(cells, heading)) again++
      else for (const [c, cell] of cells.entries()) columns[c]!.values.push(cell === '' ? null : cell)
    } else if (cells.length === 1 && isRemark(cells[0]!) && columns.length > 1 && !options.skip) remarks.push(line)
    else if (cells.length > 0 && remarks.length === 0 && separator !== ' ' && !skips && uneven.takes(cells, columns, line)) continue
    else if (cells.length > 0)
      throw raggedRecord(remarks[0] ?? line, { got: remarks.length > 0 ? 1 : cells.length, expected: columns.length }, options)
    else if (columns.length === 1) columns[0]!.values.push(null)
  }
  if (columns === undefined) throw noNames(above, options)
  const below = remarks.length + (options.skip ? 0 : takeTotals(columns))
  // Sums may end where they please: they are no rows.
  uneven.keepTo(columns[0]!.values.length)
  const wrong = uneven.wrong(columns, decoded.text)
  if (wrong) throw raggedRecord(wrong.line, { got: wrong.cells, expected: columns.length }, options)
  const table = tableOf(columns, options)
  const { notes, ...encoding } = writableEncoding(decoded)
  const names = table.columns.map(({ name }) => name)
  const written = dialectOf(text, encoding, { heading, names, units, separator: options.delimiter === undefined ? separator : undefined })
  const trimmed = uneven.areTrimmed(columns)
  const dialect = trimmed ? { ...written, trimmed } : written
  const said = [...notes, ...notesOn({ ...lines, below, again }, options), ...uneven.notes(trimmed), ...repeatedNotes(written)]
  return { ...table, dialect, ...(said.length > 0 ? { notes: said } : {}) }
}

const columnsOf = (heading: readonly string[]): TextColumn[] => namesOf(heading).map((name) => ({ name, source: 'text', values: [] }))

/** The lines of the table: those that the user leaves, or those that look like it. */
function tableLines(text: string, { skip, delimiter }: DelimitedOptions): TableLines {
  return skip === undefined ? findTable(text, delimiter) : chosenLines(text, skip, delimiter)
}

/** What was taken out by itself. */
function notesOn(
  { above, below, again, units }: TableLines & { readonly below: number; readonly again: number },
  { skip }: ReadContext
): string[] {
  const plural = (count: number): string => `${count} line${count === 1 ? '' : 's'}`
  const parts = [
    ...(above > 0 && !skip ? [`${plural(above)} of titles above the names`] : []),
    ...(units ? ['a line of units below them, which is written again'] : []),
    ...(again > 0 ? [`${plural(again)} with the names again`] : []),
    ...(below > 0 && !skip ? [`${plural(below)} of sums or remarks at the end`] : [])
  ]
  return parts.length === 0 ? [] : [`no rows: ${parts.join(', ')}; --skip 0 reads every line`]
}

function noNames(above: number, context: ReadContext): InputError {
  return new InputError({
    code: 'table-without-names',
    got: `${context.source} without names behind the ${above} lines that are skipped`,
    expected: 'a line of names and rows below it',
    try: '--skip with fewer lines'
  })
}

/** UTF-8, line feeds, quotes where a reader may need them. */
const PLAIN: DelimitedDialect = {
  kind: 'delimited',
  encoding: 'utf-8',
  byteOrderMark: false,
  lineEnd: '\n',
  quoted: [],
  quotedNames: false,
  quotedMissing: false
}

/**
 * Delimited text of a table in its dialect: where it has none, line feed after every record, numbers in their shortest exact
 * form, missing cells empty.
 *
 * Names that hold any character that a reader may take for a separator are quoted, whatever the separator, and so are cells
 * where no dialect says what parts them. Fails with `InputError` for characters that the dialect's encoding lacks.
 */
export function writeDelimited(table: RawTable, delimiter: string): Uint8Array {
  return writtenRows(table, delimiter, true)
}

/** The bytes of `writeDelimited`, a piece of rows at a time: the texts of all of them never stand in memory together. */
function* delimitedPieces(table: Pieces, delimiter: string): Iterable<Uint8Array> {
  const { dialect, columns } = table.rows(0, Math.min(1, table.rowCount))
  // Columns are as wide as their widest cell; times are days where all of them are midnights.
  const isWhole = (dialect?.kind === 'delimited' && dialect.aligned) || columns.some(({ source }) => source === 'datetime')
  let isFirst = true
  for (const piece of inPieces(table, isWhole ? [Math.max(1, table.rowCount)] : undefined)) {
    yield writtenRows(piece, delimiter, isFirst)
    isFirst = false
  }
}

/** Rows of a table, below its names where `isFirst`. */
function writtenRows(table: RawTable, delimiter: string, isFirst: boolean): Uint8Array {
  refuseNotFinite(table)
  const own = table.dialect?.kind === 'delimited' ? table.dialect : undefined
  const dialect = own ?? PLAIN
  const separator = delimiter === ',' ? (dialect.separator ?? ',') : delimiter
  const units = dialect.units?.length === table.columns.length ? dialect.units : undefined
  const cells = table.columns.map((column, c) =>
    writtenColumn(column, { unit: units?.[c], table, dialect, separator, strict: own?.separator === undefined })
  )
  if (dialect.aligned && separator === ' ') alignColumns(cells, table)
  const lines: string[] = []
  const headings = units ? 2 : 1
  for (let i = isFirst ? 0 : headings; i < cells[0]!.length; i++) {
    const line = cells.map((column) => column[i]!)
    lines.push((dialect.trimmed && i >= headings ? withoutLastEmpty(line) : line).join(separator))
  }
  lines.push('')
  return encodeText(lines.join(dialect.lineEnd), isFirst ? dialect : { ...dialect, byteOrderMark: false })
}

/** Cells without the empty ones at the end; a line of none but such would be a blank one. */
function withoutLastEmpty(cells: readonly string[]): readonly string[] {
  const last = cells.findLastIndex((cell) => cell !== '')
  return last < 0 ? cells : cells.slice(0, last + 1)
}

interface Writing {
  /** Below the name, where there is a line of units. */
  readonly unit: string | undefined
  readonly table: RawTable
  readonly dialect: DelimitedDialect
  readonly separator: string
  /** Whether any separator in a cell asks for quotes. */
  readonly strict: boolean
}

/** The name of a column and its cells as they stand in the file. */
function writtenColumn(column: RawColumn, { unit, table, dialect, separator, strict }: Writing): string[] {
  // An empty cell alone on its line would read as a blank line, so it is quoted; blanks part none that is empty.
  const lone = table.columns.length === 1 || separator === ' ' ? '""' : ''
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const always = dialect.quoted.includes(column.name)
  const empty = always && dialect.quotedMissing ? '""' : lone
  const asks = (text: string): boolean => needsQuotes(text, separator) || (strict && mayNeedQuotes(text))
  const absent = (column.source === 'text' && column.absent) || ''
  const missing = (row: number): string => {
    const word = typeof absent === 'string' ? absent : absent[row]!
    return word === '' ? empty : asks(word) ? quoted(word) : word
  }
  const written = (text: string | null, row: number): string =>
    text === null ? missing(row) : text === '' ? empty : always || asks(text) ? quoted(text) : text
  const name = dialect.unnamed?.includes(column.name) ? '' : (dialect.repeated?.[column.name] ?? column.name)
  const heading =
    name === '' ? (dialect.quotedNames ? '""' : lone) : dialect.quotedNames || mayNeedQuotes(name) || asks(name) ? quoted(name) : name
  const below = unit === undefined ? [] : [asks(unit) ? quoted(unit) : unit]
  return [heading, ...below, ...cellTexts(column, table).map(written)]
}

/** Pads cells, numbers on the left, so that columns stand below their names. */
function alignColumns(cells: string[][], table: RawTable): void {
  for (const [c, column] of cells.entries()) {
    const width = column.reduce((widest, cell) => Math.max(widest, cell.length), 0)
    const right = cellTexts(table.columns[c]!, table).every((cell) => cell === null || /\d\W*$/.test(cell))
    for (const [i, cell] of column.entries()) column[i] = right ? cell.padStart(width) : c === cells.length - 1 ? cell : cell.padEnd(width)
  }
}

function cellTexts(column: RawColumn, table: RawTable): (string | null)[] {
  const values = column.source === 'datetime' ? isoTexts(column) : column.values
  const texts = Array.from(values as ArrayLike<unknown>, (value, i) => (isMissing(column, i) ? null : String(value)))
  const type = storedTypeOf(table, column.name)
  return type?.kind === 'decimal' && type.scale > 0 ? texts.map((text) => text && withDecimals(text, type.scale)) : texts
}

/** A number with as many digits behind the point as its type has, as databases write it: 69.40. Other texts stay as they are. */
function withDecimals(text: string, scale: number): string {
  const [, whole, digits = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? []
  return whole === undefined ? text : `${whole}.${digits.padEnd(scale, '0')}`
}

function raggedRecord(line: number, { got, expected }: { got: number; expected: number }, context: ReadContext): InputError {
  return new InputError({
    code: 'row-ragged',
    got: `${got} cell${got === 1 ? '' : 's'} on line ${line} of ${context.source}`,
    expected: `${expected} cell${expected === 1 ? '' : 's'}, as in the line of names`,
    try: 'quoting cells that hold the separator, completing the line with separators where cells are empty, or --skip 2 where two lines stand above the names'
  })
}
