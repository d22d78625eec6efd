import type { JsonDialect } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { inPieces, isMissing, isoTexts, type Pieces, refuseNotFinite } from './columns.js'
import { encodeText } from './encoding.js'
import { nestedWriter } from './json-nesting.js'
import { escaped, spaced } from './json-spacing.js'
import { isPlainList } from './json-values.js'

/**
 * A JSON array with one object a line, or the object of columns that the table was read from; numbers as numbers, missing cells
 * null, date-times as ISO 8601 text; values that stood in objects and lists stand there again.
 */
export function writeJson(table: RawTable): Uint8Array {
  const { layout } = dialectOf(table)
  return layout ? encodedText(columnsText(table, layout), table) : encodedRows(rowTexts(table), table)
}

/** A JSON array of rows in the spelling of a table. */
export function encodedRows(rows: readonly string[], table: RawTable): Uint8Array {
  const list = `[${rows.join(',')}]`
  const { under } = dialectOf(table)
  return encodedText(under === undefined ? list : `{${JSON.stringify(under)}:${list}}`, table)
}

function encodedText(text: string, table: RawTable): Uint8Array {
  const dialect = dialectOf(table)
  return encodeText(`${spaced(dialect.escaped ? escaped(text) : text, dialect.spacing ?? { rows: true })}\n`, dialect)
}

/** One JSON object a line. */
export const writeJsonLines = (table: RawTable): Uint8Array => writtenLines(table, true)

/** The bytes of `writeJsonLines`, a piece of rows at a time. */
export function* jsonLinePieces(table: Pieces): Iterable<Uint8Array> {
  // Times are days where all of them are midnights.
  const isWhole = table.rows(0, Math.min(1, table.rowCount)).columns.some(({ source }) => source === 'datetime')
  let isFirst = true
  for (const piece of inPieces(table, isWhole ? [Math.max(1, table.rowCount)] : undefined)) {
    yield writtenLines(piece, isFirst)
    isFirst = false
  }
}

const writtenLines = (table: RawTable, isFirst: boolean): Uint8Array => encodedLines(rowTexts(table), table, isFirst)

/** Rows a line each in the spelling of a table. */
export function encodedLines(rows: readonly string[], table: RawTable, isFirst = true): Uint8Array {
  const dialect = dialectOf(table)
  const { blanks = false } = dialect.spacing ?? {}
  const shown = dialect.escaped ? escaped : (text: string) => text
  const lines = rows.map((row) => `${shown(blanks ? spaced(row, { blanks }) : row)}\n`)
  return encodeText(lines.join(''), isFirst ? dialect : { ...dialect, byteOrderMark: false })
}

function dialectOf({ dialect }: RawTable): JsonDialect {
  return dialect?.kind === 'json' ? dialect : { kind: 'json', encoding: 'utf-8', byteOrderMark: false }
}

/** The text of the cell of a column in a row; numbers beside text, in a column of both, are numbers again. */
function cellWriter(column: RawColumn, { mixed = [], lists = [] }: JsonDialect): (row: number) => string {
  const cells: ArrayLike<unknown> = column.source === 'datetime' ? isoTexts(column) : column.values
  const isNumber = (cell: unknown): boolean => typeof cell === 'string' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell)
  if (lists.includes(column.name)) return (row) => (isMissing(column, row) ? 'null' : listText(String(cells[row])))
  if (mixed.includes(column.name))
    return (row) => (isMissing(column, row) ? 'null' : isNumber(cells[row]) ? String(cells[row]) : JSON.stringify(cells[row]))
  return (row) => (isMissing(column, row) ? 'null' : JSON.stringify(cells[row]))
}

/** A list as it was read; text that is none, as of merged rare levels, is text. */
function listText(text: string): string {
  try {
    return isPlainList(JSON.parse(text)) ? text : JSON.stringify(text)
  } catch {
    return JSON.stringify(text)
  }
}

/** What stands in a row besides the cells of its columns: the text of each row, and the place among the columns. */
interface RowPart {
  readonly name: string
  readonly at: number
  readonly write: (row: number) => string
}

/** Rows as JSON objects, with `parts` at their places. */
export function rowTexts(table: RawTable, parts: readonly RowPart[] = []): string[] {
  refuseNotFinite(table)
  const leaves: Omit<RowPart, 'at'>[] = table.columns.map((column) => ({ name: column.name, write: cellWriter(column, dialectOf(table)) }))
  for (const part of parts) leaves.splice(part.at, 0, part)
  const write = nestedWriter(leaves, dialectOf(table).nested ?? {})
  return Array.from({ length: table.rowCount }, (_, i) => write(i))
}

/** Objects would move whole-number names to the front, so columns are written as text. */
function columnsText(table: RawTable, layout: NonNullable<JsonDialect['layout']>): string {
  refuseNotFinite(table)
  const columns = table.columns.map((column) => {
    const write = cellWriter(column, dialectOf(table))
    const cells = Array.from({ length: table.rowCount }, (_, i) => (layout === 'lists' ? write(i) : `"${i}":${write(i)}`))
    return `${JSON.stringify(column.name)}:${layout === 'lists' ? `[${cells.join(',')}]` : `{${cells.join(',')}}`}`
  })
  return `{${columns.join(',')}}`
}
