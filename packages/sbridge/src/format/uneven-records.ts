/** Cells of a column as they are read, row by row. */
interface Cells {
  readonly name: string
  readonly values: (string | null)[]
}

/** A record that has fewer cells than names, or more. */
interface Uneven {
  readonly line: number
  readonly row: number
  readonly cells: number
}

/** A number, a date or a time, as all cells of many columns are. */
const isFigure = (cell: string): boolean => /^[^\p{L}\d]*\d[\d.,:'’/\-\s]*[^\p{L}\d]*$/u.test(cell)

/**
 * Whether a record begins with the name of its row, which has none above it, as R writes tables: it has one cell more than there are
 * names, between separators that do not stand in texts and numbers.
 */
export const areRowNames = (cells: readonly string[], heading: readonly string[], separator: string): boolean =>
  (separator === ' ' || separator === '\t') && cells.length === heading.length + 1 && cells.at(-1) !== ''

/**
 * Records whose last cells are left out because they are empty, as some spreadsheets write lines, and records with empty cells
 * behind their last. Both are read as rows; once all are there, `wrong` says whether a line was torn instead.
 */
export class UnevenRecords {
  #short: Uneven[] = []
  #long = 0

  /** Takes a record into the columns; false where it has cells that no name stands for. */
  takes(cells: readonly string[], columns: readonly Cells[], line: number): boolean {
    if (cells.slice(columns.length).some((cell) => cell !== '')) return false
    const row = columns[0]!.values.length
    for (const [c, { values }] of columns.entries()) values.push(cells[c] || null)
    if (cells.length > columns.length) this.#long++
    else this.#short.push({ line, row, cells: cells.length })
    return true
  }

  /** Forgets records that turned out to stand below the rows, of which there are so many. */
  keepTo(rows: number): void {
    this.#short = this.#short.filter(({ row }) => row < rows)
  }

  /**
   * The first record that was torn rather than left off: that has a word where all complete lines have figures; that lacks a cell
   * which no complete line leaves empty, by itself or among lines that end in empty cells, and so are written to their ends; or that
   * is the last of a text without a line end, as of a copy that was broken off. Cost O(cells).
   */
  wrong(columns: readonly Cells[], text: string): Uneven | undefined {
    if (this.#short.length === 0) return undefined
    const width = Math.min(...this.#short.map(({ cells }) => cells))
    const rows = columns[0]!.values.length
    const short = new Set(this.#short.map(({ row }) => row))
    const full = (c: number, holds: (cell: string | null) => boolean): boolean =>
      columns[c]!.values.some((cell, row) => !short.has(row) && holds(cell))
    const isFigures = columns.map((_, c) => full(c, (cell) => cell !== null) && !full(c, (cell) => cell !== null && !isFigure(cell)))
    const isComplete = full(columns.length - 1, (cell) => cell === null)
    const isOne = short.size === 1 && rows > 1
    const isSure = columns.map((_, c) => c >= width && (isOne || isComplete) && !full(c, (cell) => cell === null))
    const isBrokenOff = isOne && short.has(rows - 1) && !/[\r\n]$/.test(text)
    return this.#short.find(({ row, cells }) => {
      const isTorn = isFigures.some((are, c) => are && c < cells && columns[c]!.values[row] !== null && !isFigure(columns[c]!.values[row]!))
      return isTorn || isSure.some((sure, c) => sure && c >= cells) || (isBrokenOff && row === rows - 1)
    })
  }

  /** Whether all lines leave out the empty cells at their ends. */
  areTrimmed(columns: readonly Cells[]): boolean {
    if (this.#short.length === 0) return false
    const ends = new Map(this.#short.map(({ row, cells }) => [row, cells - 1]))
    const last = columns.length - 1
    const rows = columns[0]!.values.length
    for (let row = 0; row < rows; row++) if (columns[ends.get(row) ?? last]!.values[row] === null) return false
    return true
  }

  /** What a person should know of them. */
  notes(trimmed: boolean): string[] {
    const short = this.#short.length
    return [
      ...(short > 0
        ? [
            `${short} ${short === 1 ? 'line ends' : 'lines end'} before the last column: what is missing there is read as empty${trimmed ? ', and new lines end so too' : ''}`
          ]
        : []),
      ...(this.#long > 0
        ? [`${this.#long} ${this.#long === 1 ? 'line has' : 'lines have'} empty cells behind the last column, which are left out`]
        : [])
    ]
  }
}
