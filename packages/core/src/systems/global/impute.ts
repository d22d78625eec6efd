import { copyMatrix, type Matrix, takeRows } from '../../num/matrix.js'
import { indexFromUniform, type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { rowsIn } from '../../num/row-kernel.js'
import { variance } from '../../num/statistics.js'
import type { Turns } from '../../num/together.js'
import { regressionSlopes } from '../../space/partial-correlations.js'
import type { Encoded, Encoder } from '../../table/encoder.js'
import { embedEncoded } from '../../table/standing.js'

/** A row takes its missing cells from one of so many others. */
const NEAREST_DONORS = 10
/** Rows that lend cells; more only where a column is known in few. */
const MOST_DONORS = 2000
/** Rounds of regression and draws. */
const ROUNDS = 5
/** Turns in which the corrections of one row's cells agree with each other. */
const TURNS = 10
/** More coordinates than this are not regressed on each other. */
const MOST_REGRESSED = 300
/** Donors whose distances are added up together. */
const TILE = 8

/**
 * Gives every missing numeric cell a draw from its law given what is known of its row. Such a cell is emitted missing
 * again, but rows are compared, averaged and spread with it: a mean in its place would draw the others together and narrow
 * what they are drawn from, whereas a draw leaves means and covariances as the known cells have them.
 *
 * A row takes its missing cells from a donor, one of the ten rows nearest in what it knows, plus the linear regression's
 * answer to the difference between both: x_M = z_M + Bᵀ(x_O − z_O). What a donor lacks itself it lends as drawn before, so
 * that regressions and draws are repeated. Without missing cells the rows come back as they are.
 *
 * @source mathematics, section 15; hot deck with bias-corrected matching, Abadie and Imbens 2011.
 * Cost O(M·L·d + L·d²), L ≤ 2,000 donors; memory O(M·d).
 */
export async function imputeMissing(encoder: Encoder, rows: Encoded, key: Key, turns?: Turns): Promise<Encoded> {
  const gaps = gapsOf(encoder, rows)
  if (gaps.length === 0) return rows
  const indicators = new Set(encoder.columns.map((code) => (code.carries === 'coordinate' ? code.missingFactor : undefined)))
  const categories = encoder.factors.map((_, f) => f).filter((f) => !indicators.has(f))
  const points = embedEncoded(encoder, rows, categories)
  await fillGaps(points, gaps, key, turns)
  const coordinates = copyMatrix(rows.coordinates)
  for (const { row, cells } of gaps)
    for (const c of cells) coordinates.data[row * coordinates.cols + c] = points.data[row * points.cols + c]!
  return { coordinates, codes: rows.codes }
}

/** A row, and its coordinates that are missing. */
export interface Gap {
  readonly row: number
  readonly cells: readonly number[]
}

function gapsOf(encoder: Encoder, { coordinates, codes }: Encoded): Gap[] {
  const columns = encoder.columns.flatMap((code) =>
    code.carries === 'coordinate' && code.missingFactor !== undefined ? [{ coordinate: code.coordinate, factor: code.missingFactor }] : []
  )
  const gaps: Gap[] = []
  for (let row = 0; row < coordinates.rows && columns.length > 0; row++) {
    const missing = columns.filter(({ factor }) => codes[row * encoder.factors.length + factor] === 1)
    if (missing.length > 0) gaps.push({ row, cells: missing.map(({ coordinate }) => coordinate) })
  }
  return gaps
}

/** The same for points [n, d], in place. */
export async function fillGaps(points: Matrix, gaps: readonly Gap[], key: Key, turns?: Turns): Promise<void> {
  const deck = new Deck(points, gaps, key)
  const candidates = await deck.nearestDonors(gaps, turns)
  deck.start(gaps, keyFor(key, 'start'))
  for (let round = 0; round <= ROUNDS; round++) {
    const slopes = round > 0 && points.cols <= MOST_REGRESSED ? deck.slopes() : undefined
    const chosen = uniforms(keyFor(key, `round ${round}`), gaps.length)
    for (let i = 0; i < gaps.length; i++) {
      if (turns?.over) await turns.next()
      const near = candidates[i]!
      deck.lend(gaps[i]!, near[indexFromUniform(chosen[i]!, near.length)]!, slopes)
    }
  }
}

/** What is known of a row. */
interface Known {
  readonly columns: Uint32Array
  readonly values: Float64Array
}

/** Where a donor's coordinate stands. */
const placeIn = (at: number, c: number, cols: number): number => ((at - (at % TILE)) / TILE) * cols * TILE + c * TILE + (at % TILE)

/** @internal Rows that lend cells to others. */
export class Deck {
  /** 1 where the cell is missing [n, d]. */
  private readonly missing: Uint8Array
  /** In a random order. */
  private readonly donors: Uint32Array
  /** What the donors know, in tiles of eight of them, NaN where they do not [⌈L/8⌉, d, 8]. */
  private readonly lent: Float64Array
  /** What the cells count that a donor lacks: the mean squared difference of any two that are known. [8⌈L/8⌉] */
  private readonly expected: Float64Array
  /** Between which known values a coordinate lies [d]. */
  private readonly low: Float64Array
  private readonly high: Float64Array
  /** Where a row begins to go through the donors: ties fall to chance. [n] */
  private readonly starts: Float64Array

  constructor(
    private readonly points: Matrix,
    gaps: readonly Gap[],
    key: Key
  ) {
    const { rows, cols } = points
    this.missing = new Uint8Array(rows * cols)
    for (const { row, cells } of gaps) for (const c of cells) this.missing[row * cols + c] = 1
    this.donors = this.chooseDonors(keyFor(key, 'donors'))
    this.starts = uniforms(keyFor(key, 'starts'), rows)
    const padded = TILE * Math.ceil(this.donors.length / TILE)
    this.lent = new Float64Array(padded * cols)
    this.expected = new Float64Array(padded)
    this.low = new Float64Array(cols)
    this.high = new Float64Array(cols)
    for (let c = 0; c < cols; c++) this.describe(c)
  }

  private chooseDonors(key: Key): Uint32Array {
    const { cols, rows } = this.points
    const knowing = new Uint32Array(cols)
    const order = permutation(key, rows)
    let count = 0
    for (let at = 0; at < rows && (at < MOST_DONORS || knowing.some((known) => known < NEAREST_DONORS)); at++) {
      const cells = this.missing.subarray(order[at]! * cols, (order[at]! + 1) * cols)
      if (at >= MOST_DONORS && !cells.some((gone, c) => !gone && knowing[c]! < NEAREST_DONORS)) continue
      for (let c = 0; c < cols; c++) knowing[c] = knowing[c]! + 1 - cells[c]!
      order[count++] = order[at]!
    }
    return order.slice(0, count)
  }

  private describe(c: number): void {
    const { cols, data } = this.points
    const known = this.knownOf(c)
    let [low, high] = [known[0]!, known[0]!]
    for (let i = 0; i < known.length; i++) {
      if (known[i]! < low) low = known[i]!
      if (known[i]! > high) high = known[i]!
    }
    this.low[c] = low
    this.high[c] = high
    const expected = 2 * variance(known)
    for (let at = 0; at < this.donors.length; at++) {
      const own = this.donors[at]! * cols + c
      const isMissing = this.missing[own] === 1
      if (isMissing) this.expected[at] = this.expected[at]! + expected
      this.lent[placeIn(at, c, cols)] = isMissing ? Number.NaN : data[own]!
    }
  }

  /** The cells of a column that are not missing. */
  private knownOf(c: number): Float64Array {
    const { rows, cols, data } = this.points
    const known = new Float64Array(rows)
    let count = 0
    for (let at = c; at < data.length; at += cols) if (!this.missing[at]) known[count++] = data[at]!
    return known.subarray(0, count)
  }

  /** The donors nearest to each of the rows in what both know. Cost O(rows·L·d). */
  async nearestDonors(gaps: readonly Gap[], turns?: Turns): Promise<Uint32Array[]> {
    const found: Uint32Array[] = []
    while (found.length < gaps.length) {
      if (turns?.over) await turns.next()
      // All compiled loops share one memory.
      const nearest = this.compiledNearest() ?? this.plainNearest()
      do found.push(nearest(gaps[found.length]!.row))
      while (found.length < gaps.length && !turns?.over)
    }
    return found
  }

  /** The donors nearest to a row, ascending, until something else is asked of compiled loops. */
  private compiledNearest(): ((row: number) => Uint32Array) | undefined {
    const { cols, data } = this.points
    const { lent, expected, donors } = this
    const count = Math.min(NEAREST_DONORS, donors.length - 1)
    const [cells, each] = [8 * cols, 8 * expected.length]
    const room = rowsIn([8 * lent.length, each, each, each, cells, cells, 8 * NEAREST_DONORS, 8 * NEAREST_DONORS])
    if (!room) return undefined
    const { kernel, at } = room
    const [rows, before, numbers, distances, columnsAt, valuesAt, out, squared] = at as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number
    ]
    const { buffer } = kernel.memory
    new Float64Array(buffer, rows, lent.length).set(lent)
    new Float64Array(buffer, before, expected.length).set(expected)
    new Uint32Array(buffer, numbers, donors.length).set(donors)
    const [columns, values] = [new Uint32Array(buffer, columnsAt, cols), new Float64Array(buffer, valuesAt, cols)]
    const nearest = new Uint32Array(buffer, out, count)
    return (row) => {
      let known = 0
      for (let c = 0, at = row * cols; c < cols; c++, at++) {
        if (this.missing[at]) continue
        columns[known] = c
        values[known++] = data[at]!
      }
      kernel.distances(rows, expected.length / TILE, cols, before, columnsAt, valuesAt, known, distances)
      kernel.nearest(distances, numbers, donors.length, this.startOf(row), row, out, squared, count)
      return nearest.slice()
    }
  }

  private startOf(row: number): number {
    return indexFromUniform(this.starts[row]!, this.donors.length)
  }

  /** The same by plain loops. */
  private plainNearest(): (row: number) => Uint32Array {
    const { donors } = this
    const distances = this.distances()
    const count = Math.min(NEAREST_DONORS, donors.length - 1)
    return (row) => {
      const squared = distances(this.known(row))
      const kept = { rows: new Uint32Array(count), squared: new Float64Array(count).fill(Number.POSITIVE_INFINITY) }
      const start = this.startOf(row)
      for (let k = 0; k < donors.length; k++) {
        const at = (start + k) % donors.length
        if (squared[at]! < kept.squared[count - 1]! && donors[at] !== row) keepNearest(kept, donors[at]!, squared[at]!)
      }
      return kept.rows
    }
  }

  /** Squared distances from what is known of a row to all donors [L]. */
  private distances(): (known: Known) => Float64Array {
    const { cols } = this.points
    return ({ columns, values }) =>
      this.expected.map((before, at) => {
        let squared = before
        for (let k = 0; k < columns.length; k++) {
          const difference = values[k]! - this.lent[placeIn(at, columns[k]!, cols)]!
          const square = difference * difference
          if (square >= 0) squared += square
        }
        return squared
      })
  }

  /** The coordinates that a row knows, and its values there. */
  private known(row: number): Known {
    const { cols, data } = this.points
    const [columns, values] = [new Uint32Array(cols), new Float64Array(cols)]
    let count = 0
    for (let c = 0, at = row * cols; c < cols; c++, at++) {
      if (this.missing[at]) continue
      columns[count] = c
      values[count++] = data[at]!
    }
    return { columns: columns.subarray(0, count), values: values.subarray(0, count) }
  }

  /** Gives every missing cell some known value of its column: what donors lend that have not borrowed yet. */
  start(gaps: readonly Gap[], key: Key): void {
    const { cols, data } = this.points
    const known = Array.from({ length: cols }, (_, c) => this.donors.filter((row) => !this.missing[row * cols + c]))
    gaps.forEach(({ row, cells }, i) => {
      const u = uniforms(key, cells.length, i)
      cells.forEach((c, k) => {
        const donors = known[c]!
        data[row * cols + c] = data[donors[indexFromUniform(u[k]!, donors.length)]! * cols + c]!
      })
    })
  }

  /** Of the regression of every coordinate on all others [d, d], over the donors as they are now. */
  slopes(): Matrix {
    return regressionSlopes(takeRows(this.points, this.donors))
  }

  /** Gives a row the donor's cells, each corrected by what the regression makes of the difference between both rows. */
  lend({ row, cells }: Gap, donor: number, slopes: Matrix | undefined): void {
    const { cols, data } = this.points
    const [own, lent] = [row * cols, donor * cols]
    const known = new Float64Array(cols)
    for (let c = 0; c < cols; c++) if (!this.missing[own + c]) known[c] = data[own + c]! - data[lent + c]!
    const differences = slopes ? predicted(slopes, known, cells) : known
    for (const c of cells) data[own + c] = Math.min(this.high[c]!, Math.max(this.low[c]!, data[lent + c]! + differences[c]!))
  }
}

/**
 * Differences between two rows in all coordinates [d], those in `cells` as the regression of each on all others has them:
 * turn by turn, until they agree (Gauss–Seidel), which is the regression on the known ones alone.
 */
function predicted({ data, cols }: Matrix, known: Float64Array, cells: readonly number[]): Float64Array {
  const differences = known.slice()
  const fromKnown = new Float64Array(cells.length)
  for (let k = 0; k < cells.length; k++) {
    let sum = 0
    for (let b = 0, at = cells[k]! * cols; b < cols; b++, at++) sum += data[at]! * known[b]!
    fromKnown[k] = sum
  }
  for (let turn = 0; turn < (cells.length > 1 ? TURNS : 1); turn++) {
    for (let k = 0; k < cells.length; k++) {
      let sum = fromKnown[k]!
      for (let j = 0; j < cells.length; j++) sum += data[cells[k]! * cols + cells[j]!]! * differences[cells[j]!]!
      differences[cells[k]!] = sum
    }
  }
  return differences
}

/** Keeps the nearest of those seen, ascending; of equals the first. */
function keepNearest({ rows, squared }: { rows: Uint32Array; squared: Float64Array }, row: number, distance: number): void {
  let place = rows.length - 1
  for (; place > 0 && distance < squared[place - 1]!; place--) {
    rows[place] = rows[place - 1]!
    squared[place] = squared[place - 1]!
  }
  rows[place] = row
  squared[place] = distance
}
