import { type CellColumn, MOST_DIGITS, MOST_EXACT, PAGE } from './cell-column.js'
import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './records.js'

/** Codes of the characters of numbers. */
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57

/** What comes in place of the end of a cell. */
const UNFINISHED = -1
const IRREGULAR = -2

/**
 * Records of delimited text as they come, byte by byte, into columns. It knows what RFC 4180 says, lines that end in LF, CRLF or CR,
 * and blank lines, which are skipped (missing cells of a table of one column, but for the last). @source RFC 4180
 */
export class ByteRecords {
  /** Rows so far, and those of the page. */
  rows = 0
  #k = 0
  /** Blank lines in a table of one column that are rows if another follows. */
  #blanks = 0
  #unescaped = new Uint8Array(0)

  constructor(
    private readonly columns: readonly CellColumn[],
    private readonly separator: number,
    /** Rows of a page. */
    private readonly page = PAGE
  ) {}

  /**
   * Takes whole records from `bytes[from, to)`; where the first unfinished one begins, or −1 when a record is irregular: ragged, or with
   * a quote where none belongs. The byte behind `to` must be there, and none of a cell.
   */
  take(bytes: Uint8Array, from: number, to: number): number {
    const { columns, separator } = this
    const last = columns.length - 1
    for (let record = from; ; ) {
      if (record >= to) return record
      const isBlank = bytes[record] === LINE_FEED || bytes[record] === CARRIAGE_RETURN
      let at = record
      if (!isBlank && last === 0) this.#fillBlanks()
      for (let c = 0; c <= last && !isBlank; c++) {
        at = this.#cell(columns[c]!, bytes, at, to)
        if (at === UNFINISHED) return record
        if (at === IRREGULAR || (bytes[at] === separator) === (c === last)) return -1
        if (c < last) at++
      }
      if (bytes[at] === CARRIAGE_RETURN && at + 1 >= to) return record
      if (isBlank) this.#blanks++
      else this.#endRow()
      record = at + (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? 2 : 1)
    }
  }

  /** Closes the last page. */
  finish(): void {
    if (this.#k > 0) for (const column of this.columns) column.turn(this.#k, true)
  }

  #fillBlanks(): void {
    for (; this.#blanks > 0; this.#blanks--) {
      this.columns[0]!.text(this.#k, this.#unescaped, 0, 0)
      this.#endRow()
    }
  }

  #endRow(): void {
    this.rows++
    if (++this.#k < this.page) return
    for (const column of this.columns) column.turn(this.page)
    this.#k = 0
  }

  /** Where the cell at `at` ends, which is put into its column. */
  #cell(column: CellColumn, bytes: Uint8Array, at: number, to: number): number {
    let p = at
    let byte = bytes[p]!
    const isNegative = byte === MINUS
    if (isNegative) byte = bytes[++p]!
    const start = p
    const first = byte
    let digits = 0
    while (byte >= ZERO && byte <= NINE) {
      digits = 10 * digits + byte - ZERO
      byte = bytes[++p]!
    }
    const whole = p - start
    let decimals = 0
    if (byte === POINT) {
      const point = p
      byte = bytes[++p]!
      while (byte >= ZERO && byte <= NINE) {
        digits = 10 * digits + byte - ZERO
        byte = bytes[++p]!
      }
      decimals = p - point - 1
      // A point alone is no part of a number that a program would write.
      if (decimals === 0) return this.#otherCell(column, bytes, at, to)
    }
    const ends = p < to && (byte === this.separator || byte === LINE_FEED || byte === CARRIAGE_RETURN)
    const isBare = whole === 1 || (whole > 1 && first !== ZERO)
    const isExact = whole + decimals <= MOST_DIGITS && digits < MOST_EXACT && !(isNegative && digits === 0)
    if (!(ends && isBare && isExact)) return this.#otherCell(column, bytes, at, to)
    column.number(this.#k, isNegative ? -digits : digits, decimals)
    return p
  }

  #otherCell(column: CellColumn, bytes: Uint8Array, at: number, to: number): number {
    if (bytes[at] === QUOTE) return this.#quotedCell(column, bytes, at, to)
    let end = at
    for (; end < to && !this.#isEnd(bytes[end]!); end++) if (bytes[end] === QUOTE) return IRREGULAR
    if (end >= to) return UNFINISHED
    column.text(this.#k, bytes, at, end)
    return end
  }

  #quotedCell(column: CellColumn, bytes: Uint8Array, at: number, to: number): number {
    let doubled = 0
    let close = at + 1
    for (; ; close++) {
      // The last quote may be the first of two.
      if (close + 1 >= to) return UNFINISHED
      if (bytes[close] !== QUOTE) continue
      if (bytes[close + 1] !== QUOTE) break
      doubled++
      close++
    }
    if (!this.#isEnd(bytes[close + 1]!)) return IRREGULAR
    if (doubled === 0) column.text(this.#k, bytes, at + 1, close)
    else column.text(this.#k, this.#unescape(bytes, at + 1, close), 0, close - at - 1 - doubled)
    return close + 1
  }

  #isEnd(byte: number): boolean {
    return byte === this.separator || byte === LINE_FEED || byte === CARRIAGE_RETURN
  }

  #unescape(bytes: Uint8Array, from: number, to: number): Uint8Array {
    if (this.#unescaped.length < to - from) this.#unescaped = new Uint8Array(2 * (to - from))
    let length = 0
    for (let i = from; i < to; i++) {
      this.#unescaped[length++] = bytes[i]!
      if (bytes[i] === QUOTE) i++
    }
    return this.#unescaped
  }
}
