import type { Matrix } from './matrix.js'
import { covarianceAbout, weightedMean } from './statistics.js'

/** Part of some rows, and the others. */
export interface PartOfRows {
  readonly having: Uint32Array
  readonly lacking: Uint32Array
}

/**
 * Sums of products of the columns of `points` [n, d] over all rows, from which covariances in parts of them are made. Cost O(n·d²).
 */
export class Moments {
  /** About the means in all rows. */
  readonly centred: Matrix
  /** [d, d], lower triangle. */
  readonly products: Matrix

  constructor(
    points: Matrix,
    readonly weights: Float64Array
  ) {
    const { rows, cols, data } = points
    const centre = weightedMean(points, weights)
    this.centred = { rows, cols, data: data.map((x, at) => x - centre[at % cols]!) }
    this.products = covarianceAbout(points, weights, centre)
  }

  in(part: PartOfRows): PartMoments {
    return new PartMoments(this, part)
  }
}

/** Those of a part: sums over all rows less those over the rows that it lacks, or over its own where these are fewer, m. Cost O(m·d). */
export class PartMoments {
  /** Whether few rows are those that it lacks. */
  private readonly less: boolean
  private readonly few: Uint32Array
  private readonly weight: number
  private readonly mean: Float64Array
  private row = new Float64Array(0)

  constructor(
    private readonly all: Moments,
    { having, lacking }: PartOfRows
  ) {
    const { centred, weights } = all
    this.less = lacking.length < having.length
    this.few = this.less ? lacking : having
    let weight = this.less ? weights.reduce((a, b) => a + b, 0) : 0
    const first = new Float64Array(centred.cols)
    for (const i of this.few) {
      const own = this.signed(i)
      weight += own
      for (let c = 0, at = i * centred.cols; c < first.length; c++, at++) first[c]! += own * centred.data[at]!
    }
    this.weight = weight
    this.mean = first.map((sum) => sum / weight)
  }

  /** Writes the covariances of k columns to the lower triangle of `out` [k, k]. Cost O(m·k²). */
  covariances(columns: ArrayLike<number>, out: Float64Array): void {
    const k = columns.length
    for (let a = 0; a < k; a++) for (let b = 0; b <= a; b++) out[a * k + b] = this.before(columns[a]!, columns[b]!)
    if (this.row.length < k) this.row = new Float64Array(2 * k)
    const { row, few, mean, weight } = this
    const { cols, data } = this.all.centred
    for (let f = 0; f < few.length; f++) {
      const i = few[f]!
      for (let a = 0; a < k; a++) row[a] = data[i * cols + columns[a]!]!
      const own = this.signed(i)
      for (let a = 0; a < k; a++) {
        const scaled = own * row[a]!
        for (let b = 0, at = a * k; b <= a; b++, at++) out[at]! += scaled * row[b]!
      }
    }
    for (let a = 0; a < k; a++)
      for (let b = 0, at = a * k; b <= a; b++, at++) out[at] = out[at]! / weight - mean[columns[a]!]! * mean[columns[b]!]!
  }

  /** Writes those of another column with k columns to `out`. Cost O(m·k). */
  across(other: number, columns: ArrayLike<number>, out: Float64Array): void {
    const { few, mean, weight } = this
    const { cols, data } = this.all.centred
    const k = columns.length
    for (let a = 0; a < k; a++) out[a] = this.before(other, columns[a]!)
    for (let f = 0; f < few.length; f++) {
      const from = few[f]! * cols
      const scaled = this.signed(few[f]!) * data[from + other]!
      for (let a = 0; a < k; a++) out[a]! += scaled * data[from + columns[a]!]!
    }
    for (let a = 0; a < k; a++) out[a] = out[a]! / weight - mean[other]! * mean[columns[a]!]!
  }

  private signed(row: number): number {
    return this.less ? -this.all.weights[row]! : this.all.weights[row]!
  }

  /** What the sum of products of two columns is before few rows are counted. */
  private before(a: number, b: number): number {
    const { cols, data } = this.all.products
    return this.less ? data[a < b ? b * cols + a : a * cols + b]! : 0
  }
}
