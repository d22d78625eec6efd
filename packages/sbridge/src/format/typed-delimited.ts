import type { Separator } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { ByteRecords } from './byte-records.js'
import { CellColumn, PAGE } from './cell-column.js'
import { namesOf, type ReadContext } from './columns.js'
import { dialectOf, repeatedNotes } from './delimited-dialect.js'
import { isUnicode } from './encoding.js'
import { chosenLines, findTable, isEveryLine, mayBeNoRow } from './lines-around.js'
import { isOther } from './other-content.js'
import { CARRIAGE_RETURN, GUESSED_RECORDS, LINE_FEED, QUOTE, recordsIn, withoutLastLineEnds } from './records.js'

/** The byte-order mark in UTF-8. */
const MARK = [0xef, 0xbb, 0xbf]

/** Bytes that are taken at once. */
const PIECE = 1 << 20

/** Bytes among which the first records have to end. */
const MOST_BEGINNING = 1 << 26

/** Bytes of a record: it is looked at again with every piece until it ends. */
const MOST_RECORD = 1 << 24

/** Records that guesses look at, and one so that the last of these ends. */
const FIRST_RECORDS = GUESSED_RECORDS + 2

/** Room for rows that are somewhat shorter than the first: what is not used takes no memory. */
const MORE_ROWS = 1.05

/** What the first records say of the rest. */
interface Beginning {
  readonly text: string
  readonly separator: Separator
  /** The names as they stand in the file, and as they are told apart. */
  readonly heading: readonly string[]
  readonly names: readonly string[]
  /** Where rows begin. */
  readonly rows: number
  readonly byteOrderMark: boolean
}

type DelimitedContext = ReadContext & { readonly delimiter?: Separator }

/**
 * Reads delimited text as it comes, in pieces of bytes, to columns of which numbers need no text: what `readDelimitedText` reads, in
 * UTF-8, without titles, units, sums or remarks around the table, and with quotes around whole cells alone. It gives up on all else,
 * and says why: then the text has to be read as a whole. Cost O(bytes), memory O(cells), 9 bytes for a number.
 */
export class TypedDelimited {
  /** Why it has given up. */
  reason: string | undefined
  #buffer = new Uint8Array(0)
  #length = 0
  /** Bytes of the buffer that are read. */
  #from = 0
  /** Bytes with which it looks for the first records. */
  #enough = 0
  #beginning: Beginning | undefined
  #columns: readonly CellColumn[] = []
  #records: ByteRecords | undefined
  #expected = 0

  constructor(private readonly context: DelimitedContext) {
    const { skip } = context
    if (skip && skip.top + skip.bottom > 0) this.reason = '--skip'
  }

  /** Is told how many bytes come, before they do: memory is then taken once. */
  expect(bytes: number): void {
    this.#expected = bytes
  }

  /** Takes the next bytes; whether it goes on. */
  push(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && !this.reason; at += PIECE) this.#take(bytes.subarray(at, at + PIECE))
    return !this.reason
  }

  /** The table of all that was pushed; undefined where it has given up. */
  finish(): RawTable | undefined {
    if (this.reason) return undefined
    // As if the last line ended: blank lines behind it are none.
    this.#take(Uint8Array.of(LINE_FEED), true)
    if (!this.reason && this.#from < this.#length) this.reason = 'a quote that does not close'
    return this.reason ? undefined : this.#table()
  }

  #take(bytes: Uint8Array, isLast = false): void {
    this.#append(bytes)
    if (!this.#beginning) {
      this.#begin(isLast)
      if (!this.#records) return
    }
    const end = this.#records!.take(this.#buffer, this.#from, this.#length)
    if (end < 0) this.reason = `the record of row ${this.#records!.rows + 1}, with other cells than names or a quote inside one`
    else if (this.#length - end > MOST_RECORD) this.reason = `the record of row ${this.#records!.rows + 1}, which does not end`
    else this.#from = end
  }

  /** Moves what is unread to the front, with room behind it. */
  #append(bytes: Uint8Array): void {
    const rest = this.#buffer.subarray(this.#from, this.#length)
    const length = rest.length + bytes.length
    const buffer = length < this.#buffer.length ? this.#buffer : new Uint8Array(2 * length)
    if (this.#from > 0 || buffer !== this.#buffer) buffer.set(rest)
    buffer.set(bytes, rest.length)
    // No byte of a cell stands behind the last.
    buffer[length] = 0
    this.#buffer = buffer
    this.#length = length
    this.#from = 0
  }

  /** Reads the first records once they are there; the more there are before, the more seldom it looks. */
  #begin(isLast: boolean): void {
    if (!isLast && this.#length < this.#enough) return
    this.#enough = 2 * this.#length
    const end = isLast ? this.#length : recordsEnd(this.#buffer.subarray(0, this.#length), 0, FIRST_RECORDS)
    if (end < 0) {
      if (this.#length > MOST_BEGINNING) this.reason = 'records that take too many bytes'
      return
    }
    const found = beginningOf(this.#buffer.subarray(0, end), this.context)
    if (typeof found === 'string') {
      this.reason = found
      return
    }
    this.#beginning = found
    // As many rows as there would be if all were as long as the first ones; a cell has a byte, and one that ends it.
    const bytesOfRow = Math.max(2 * found.names.length, (end - found.rows) / FIRST_RECORDS)
    const likely = Math.max(PAGE, Math.ceil((MORE_ROWS * this.#expected) / bytesOfRow))
    // No more than there can be: a cell has at least what ends it.
    const most = isLast ? this.#length : this.#expected || Number.POSITIVE_INFINITY
    const page = Math.min(likely, Math.ceil(most / found.names.length))
    this.#columns = found.names.map(() => new CellColumn(page))
    this.#records = new ByteRecords(this.#columns, found.separator.charCodeAt(0), page)
    this.#from = found.rows
  }

  #table(): RawTable | undefined {
    const { heading, names, text, separator, byteOrderMark } = this.#beginning!
    const records = this.#records!
    records.finish()
    if (records.rows === 0) this.reason = 'no rows'
    try {
      if (!this.reason && !this.context.skip && mayBeNoRow(this.#columns.map((column) => column.last())))
        this.reason = 'a line of sums, a remark or nothing at its end'
      const mayStandAgain = !isEveryLine(this.context.skip) && names.length > 1
      if (!this.reason && mayStandAgain && this.#columns.every((column, c) => heading[c] === '' || column.mayHold(heading[c]!)))
        this.reason = 'what may be its names again among its rows'
      if (this.reason) return undefined
      const columns = this.#columns.map((column, c) => column.finished(names[c]!))
      const said = { heading, names, units: undefined, separator: this.context.delimiter === undefined ? separator : undefined }
      const dialect = dialectOf(text, { encoding: 'utf-8', byteOrderMark }, said)
      const notes = repeatedNotes(dialect)
      return { columns, rowCount: records.rows, dialect, ...(notes.length > 0 ? { notes } : {}) }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      this.reason = 'bytes that are not UTF-8'
      return undefined
    }
  }
}

/** What the first records say; a reason to give up where they are not as `TypedDelimited` takes them. */
function beginningOf(bytes: Uint8Array, context: DelimitedContext): Beginning | string {
  if (isOther(bytes)) return 'no table at all'
  const byteOrderMark = MARK.every((byte, i) => bytes[i] === byte)
  const start = byteOrderMark ? MARK.length : 0
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const rows = recordsEnd(bytes, start, 1)
  try {
    if (!isUnicode(bytes, context)) return 'an encoding that is not UTF-8'
    const text = withoutLastLineEnds(decoder.decode(bytes.subarray(start)))
    if (rows < 0 || text.trim() === '') return 'no names'
    const lines = context.skip ? chosenLines(text, context.skip, context.delimiter) : findTable(text, context.delimiter)
    const { separator } = lines
    if (lines.above > 0 || lines.units) return 'titles or units around the names'
    if (separator === ' ') return 'blanks between cells'
    const heading = [...recordsIn(decoder.decode(bytes.subarray(start, rows)), separator, context)].filter(({ cells }) => cells.length > 0)
    const cells = heading[0]?.cells ?? []
    if (heading.length !== 1 || cells.some((cell) => cell.includes('"'))) return 'names with quotes in them'
    return { text, separator, heading: cells, names: namesOf(cells), rows, byteOrderMark }
  } catch {
    // Whoever reads all of it says what is wrong.
    return 'a beginning that cannot be read alone'
  }
}

/** Where so many records end, blank lines aside; −1 where the bytes end before. A quote begins or ends what may hold line ends. */
function recordsEnd(bytes: Uint8Array, from: number, count: number): number {
  let isQuoted = false
  let line = from
  let records = 0
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) isQuoted = !isQuoted
    if (isQuoted || (byte !== LINE_FEED && byte !== CARRIAGE_RETURN)) continue
    if (byte === CARRIAGE_RETURN && i + 1 >= bytes.length) return -1
    const isBlank = i === line
    if (byte === CARRIAGE_RETURN && bytes[i + 1] === LINE_FEED) i++
    line = i + 1
    if (!isBlank && ++records === count) return line
  }
  return -1
}
