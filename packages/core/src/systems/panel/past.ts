import { type Matrix, matrix, rowOf } from '../../num/matrix.js'
import { componentsOf } from '../../num/variance-components.js'
import { type Encoded, type Encoder, encodeTable } from '../../table/encoder.js'
import { takeTableColumns } from '../../table/rows.js'
import { embedEncoded } from '../../table/standing.js'
import type { Table } from '../../table/table.js'
import { fitUrns, UrnCounts, type Urns } from './urns.js'

/**
 * What a group's rows so far say of the next one, as numbers: the last row in the coordinates of the code, categories by their
 * places, and the group's level so far. The level is what a random-effects model expects of the group given its rows so
 * far, μ + τ²/(τ² + σ²/k)·(mean of k rows − μ): its law given the next row is the same whatever k is. Plain data.
 *
 * @source Henderson, *Best linear unbiased estimation and prediction under a selection model*, Biometrics 1975.
 */
export interface PastCode {
  /** Of the columns that vary within groups. */
  readonly encoder: Encoder
  /** Whether the last row counts: rows are in the order of time. */
  readonly ordered: boolean
  /** μ, τ² between groups and σ² within them, of every coordinate and place [d]. */
  readonly mean: Float64Array
  readonly between: Float64Array
  readonly within: Float64Array
  /** Of the factors of the code. */
  readonly urns: Urns
}

/** Rows of groups as numbers; coordinates that are missing are known to be [n, d]. */
export interface PlacedRows {
  readonly places: Matrix
  /** Levels of the factors [n, F]. */
  readonly codes: Int32Array
  readonly missing: (row: number, coordinate: number) => boolean
}

/** Coordinates and places of encoded rows. */
export function placedRows(encoder: Encoder, rows: Encoded): PlacedRows {
  const factorOf = new Map<number, number>()
  for (const code of encoder.columns)
    if (code.carries === 'coordinate' && code.missingFactor !== undefined) factorOf.set(code.coordinate, code.missingFactor)
  const width = encoder.factors.length
  return {
    places: embedEncoded(encoder, rows),
    codes: rows.codes,
    missing: (row, coordinate) => {
      const factor = factorOf.get(coordinate)
      return factor !== undefined && rows.codes[row * width + factor] === 1
    }
  }
}

/** The code of what varies within groups, fitted to their rows. Cost O(n·d). */
export function fitPast(
  encoder: Encoder,
  rows: PlacedRows,
  { first, ordered }: { readonly first: Uint32Array; readonly ordered: boolean }
): PastCode {
  const d = rows.places.cols
  const urns = fitUrns(encoder, rows.codes, { first, ordered })
  const code = { encoder, ordered, mean: new Float64Array(d), between: new Float64Array(d), within: new Float64Array(d), urns }
  for (let c = 0; c < d; c++) {
    const { mean, between, within } = componentsOf(groupedValues(rows, first, c))
    code.mean[c] = mean
    code.between[c] = between
    code.within[c] = within
  }
  return code
}

function groupedValues({ places, missing }: PlacedRows, first: Uint32Array, c: number): number[][] {
  return Array.from({ length: first.length - 1 }, (_, g) => {
    const values: number[] = []
    for (let i = first[g]!; i < first[g + 1]!; i++) if (!missing(i, c)) values.push(places.data[i * places.cols + c]!)
    return values
  }).filter((values) => values.length > 0)
}

/** Rows of a table as numbers [n, k]. */
export const contextOfRows = (encoder: Encoder, table: Table): Matrix =>
  encoder.columns.length === 0 ? matrix(table.rowCount, 0) : placedRows(encoder, encodeTable(encoder, pick(table, encoder))).places

/** The columns of a table that an encoder is of. */
export const pick = (table: Table, { kinds }: Encoder): Table =>
  takeTableColumns(
    table,
    kinds.map(({ name }) => name)
  )

/** The rows of groups so far. A missing number stands where it was last known; at the mean where it never was. */
export class Histories {
  private readonly last: Matrix
  private readonly sums: Matrix
  private readonly counts: Matrix
  private readonly urns: UrnCounts

  constructor(
    private readonly code: PastCode,
    groups: number
  ) {
    const d = code.mean.length
    this.last = matrix(groups, d)
    for (let g = 0; g < groups; g++) rowOf(this.last, g).set(code.mean)
    this.sums = matrix(groups, d)
    this.counts = matrix(groups, d)
    this.urns = new UrnCounts(code.urns, code.encoder, groups)
  }

  /** Takes in row `row` as the next one of a group. */
  add(group: number, { places, codes, missing }: PlacedRows, row: number): void {
    const d = places.cols
    this.urns.add(group, codes, row)
    for (let c = 0; c < d; c++) {
      if (missing(row, c)) continue
      const value = places.data[row * d + c]!
      this.last.data[group * d + c] = value
      this.sums.data[group * d + c]! += value
      this.counts.data[group * d + c]! += 1
    }
  }

  /** What the group's urns say of the levels of its next row, which may be its last, into `out` [L]. */
  writeLifts(group: number, out: Float64Array, isLast: boolean): void {
    this.urns.write(group, out, isLast)
  }

  /** Last row, where rows are ordered, and level of a group, into `out` from `at` on. */
  write(group: number, out: Float64Array, at: number): void {
    const { mean, between, within, ordered } = this.code
    const d = mean.length
    let place = at
    if (ordered) for (let c = 0; c < d; c++) out[place++] = this.last.data[group * d + c]!
    for (let c = 0; c < d; c++) {
      const k = this.counts.data[group * d + c]!
      const known = k > 0 && between[c]! > 0
      const shrink = known ? between[c]! / (between[c]! + within[c]! / k) : 0
      out[place++] = mean[c]! + (known ? shrink * (this.sums.data[group * d + c]! / k - mean[c]!) : 0)
    }
  }
}

/** Which of the numbers about the past are those of coordinates: where they were last, and the group's level in them. */
export function ownPast({ encoder, mean, ordered }: PastCode): number[] {
  const coordinates = Array.from({ length: encoder.coordinateCount }, (_, c) => c)
  return ordered ? [...coordinates, ...coordinates.map((c) => mean.length + c)] : coordinates
}

/** Numbers that are known before a row of a group, of which `known` say what its constants and sums are. */
export const knownWidth = ({ mean, ordered }: PastCode, known: number): number => (ordered ? 2 : 1) * mean.length + known + 1

interface KnownOfGroup {
  readonly group: number
  /** Its constants. */
  readonly known: Float64Array
  /** What its sums that run on are. */
  readonly sums: Float64Array
  /** Ticks from its first row to its last, or rows so far. */
  readonly elapsed: number
}

/** All that is known before the next row of a group: its past, its constants, and how far it has come. */
export function writeKnown(histories: Histories, { group, known, sums, elapsed }: KnownOfGroup, out: Float64Array): void {
  histories.write(group, out, 0)
  out.set(known, out.length - known.length - sums.length - 1)
  out.set(sums, out.length - sums.length - 1)
  out[out.length - 1] = elapsed
}
