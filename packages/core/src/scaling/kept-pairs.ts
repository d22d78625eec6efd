/** What a turn asks of each row of a kernel, one after the other. */
export interface Rows {
  /** The sum of row i: of exp(log k + g + b + shift). */
  exponentials(i: number, shift: number): number
  /** Adds `scale` times the row that was summed last to the columns. */
  addToColumns(scale: number): void
}

/** The pairs of a kernel that count, with exp(log k + g + b + shift) at the potentials that they were kept at. */
export class KeptPairs {
  private columns = new Uint32Array(1024)
  private values = new Float64Array(1024)
  private count = 0
  /** Where each row's pairs begin [rows + 1]. */
  private readonly starts: Uint32Array
  private rowCount = 0

  constructor(
    rows: number,
    private readonly most: number
  ) {
    this.starts = new Uint32Array(rows + 1)
  }

  /** Whether there were more than may be kept. */
  get tooMany(): boolean {
    return this.count > this.most
  }

  /** Keeps the values of the next row that are not 0, of `runs` of its places. */
  keep(row: Float64Array, runs: Iterable<readonly [number, number]>): void {
    for (const [start, end] of runs) {
      if (this.tooMany) break
      this.reserve(end - start)
      for (let j = start; j < end; j++) {
        if (row[j] === 0) continue
        this.columns[this.count] = j
        this.values[this.count++] = row[j]!
      }
    }
    this.starts[++this.rowCount] = this.count
  }

  private reserve(more: number): void {
    if (this.count + more <= this.values.length) return
    const [columns, values] = [this.columns, this.values]
    const size = Math.min(2 * values.length, this.most) + more
    this.columns = new Uint32Array(size)
    this.values = new Float64Array(size)
    this.columns.set(columns)
    this.values.set(values)
  }

  /** The rows with g moved by log `scales` [cols]; their columns are added to `columnSums` [cols]. */
  rows(scales: Float64Array, columnSums: Float64Array): Rows {
    const { starts, columns, values } = this
    let [start, end] = [0, 0]
    return {
      exponentials(i) {
        start = starts[i]!
        end = starts[i + 1]!
        let sum = 0
        for (let p = start; p < end; p++) sum += values[p]! * scales[columns[p]!]!
        return sum
      },
      addToColumns(scale) {
        for (let p = start; p < end; p++) {
          const j = columns[p]!
          columnSums[j] = columnSums[j]! + values[p]! * scale
        }
      }
    }
  }
}
