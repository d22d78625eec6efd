import type { Matrix } from '../num/matrix.js'
import { rowsIn } from '../num/row-kernel.js'
import { type ColumnScale, covarianceAbout, lookAt, type RowSource } from '../num/statistics.js'

/** Rows that compiled loops are handed together. */
const ROWS_AT_ONCE = 4096

/** What is done with the features of all rows, and what with those of some that stand in a kernel's memory. */
interface Look {
  /** A number of every row [n], which `kernel` may change. */
  readonly ofRows: Float64Array
  /** Numbers of every feature [p], two at most, the first of which may be changed. */
  readonly ofFeatures: readonly Float64Array[]
  readonly plain: (data: Float64Array, start: number, end: number) => void
  readonly kernel: 'tilt' | 'addFeatures' | 'addSquares'
}

/**
 * Columns of points [M, d] and the squares of the first of them, less their centre and over their scale [M, p]. They are worked out as they are
 * looked at: of many rows they would be the largest array of a draw.
 */
export class Features implements RowSource {
  readonly rows: number
  readonly cols: number
  private held = new Float64Array(0)

  /** `by`: default as they are. */
  constructor(
    private readonly points: Matrix,
    private readonly squares: number,
    private readonly by: ColumnScale = plainScale(points.cols + squares)
  ) {
    this.rows = points.rows
    this.cols = points.cols + squares
  }

  /** Those of other rows, on the same scale. */
  of(points: Matrix): Features {
    return new Features(points, this.squares, this.by)
  }

  /** The same on a scale on which each has mean 0 and variance 1 under weights of sum 1 [M], unless it is constant: then it comes to nothing. */
  standardised(weights: Float64Array): Features {
    const centre = new Float64Array(this.cols)
    this.addTo(centre, weights)
    const variances = this.squaresAbout(centre, weights)
    const scale = variances.map((x) => (x > 0 ? Math.sqrt(x) : Number.POSITIVE_INFINITY))
    return new Features(this.points, this.squares, { centre, scale })
  }

  some = (start: number, end: number): Float64Array => {
    const { points, squares, cols } = this
    const { centre, scale } = this.by
    const d = points.cols
    if (this.held.length !== (end - start) * cols) this.held = new Float64Array((end - start) * cols)
    const out = this.held
    for (let at = 0, from = start * d; at < out.length; from += d, at += cols) {
      for (let c = 0; c < d; c++) out[at + c] = (points.data[from + c]! - centre[c]!) / scale[c]!
      for (let c = 0; c < squares; c++) {
        const x = points.data[from + c]!
        out[at + d + c] = (x * x - centre[d + c]!) / scale[d + c]!
      }
    }
    return out
  }

  /** Under weights of sum 1 [M]: [p, p], its lower triangle. */
  covariance(weights: Float64Array): Matrix {
    const mean = new Float64Array(this.cols)
    this.addTo(mean, weights)
    return covarianceAbout(this, weights, mean)
  }

  /** Terms [M] with Σ_a θ_a φ_a added. */
  tilted(terms: Float64Array, theta: Float64Array): Float64Array {
    const out = terms.slice()
    const plain = (data: Float64Array, start: number, end: number): void => {
      for (let j = start, at = 0; j < end; j++) {
        let sum = out[j]!
        for (let a = 0; a < theta.length; a++, at++) sum += theta[a]! * data[at]!
        out[j] = sum
      }
    }
    this.look({ ofRows: out, ofFeatures: [theta], plain, kernel: 'tilt' })
    return out
  }

  /** Adds Σ_j w_j φ_j to sums [p]. */
  addTo(sums: Float64Array, weights: Float64Array): void {
    const plain = (data: Float64Array, start: number, end: number): void => {
      for (let j = start, at = 0; j < end; j++) for (let a = 0; a < sums.length; a++, at++) sums[a] = sums[a]! + weights[j]! * data[at]!
    }
    this.look({ ofRows: weights, ofFeatures: [sums], plain, kernel: 'addFeatures' })
  }

  /** Σ_j w_j (φ_j − centre)² [p]. */
  private squaresAbout(centre: Float64Array, weights: Float64Array): Float64Array {
    const out = new Float64Array(this.cols)
    const plain = (data: Float64Array, start: number, end: number): void => {
      for (let j = start, at = 0; j < end; j++) {
        for (let a = 0; a < out.length; a++, at++) {
          const difference = data[at]! - centre[a]!
          out[a]! += weights[j]! * difference * difference
        }
      }
    }
    this.look({ ofRows: weights, ofFeatures: [out, centre], plain, kernel: 'addSquares' })
    return out
  }

  private look(look: Look): void {
    if (!this.compiled(look)) lookAt(this, look.plain)
  }

  /** By compiled loops; false where there are none. */
  private compiled({ ofRows, ofFeatures, kernel: name }: Look): boolean {
    const { points, squares, rows, cols, by } = this
    const d = points.cols
    const room = rowsIn([8 * ROWS_AT_ONCE * d, 8 * ROWS_AT_ONCE, ...new Array<number>(5).fill(8 * cols)])
    if (!room) return false
    const { kernel, at } = room
    const [pointsAt, rowsAt, centreAt, scaleAt, work, firstAt, secondAt] = at as [number, number, number, number, number, number, number]
    const numbers = (address: number, length: number) => new Float64Array(kernel.memory.buffer, address, length)
    numbers(centreAt, cols).set(by.centre)
    numbers(scaleAt, cols).set(by.scale)
    for (const [k, own] of ofFeatures.entries()) numbers([firstAt, secondAt][k]!, cols).set(own)
    for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
      const end = Math.min(rows, start + ROWS_AT_ONCE)
      numbers(pointsAt, (end - start) * d).set(points.data.subarray(start * d, end * d))
      const own = numbers(rowsAt, end - start)
      own.set(ofRows.subarray(start, end))
      kernel[name](pointsAt, end - start, d, squares, centreAt, scaleAt, work, rowsAt, firstAt, secondAt)
      if (name === 'tilt') ofRows.set(own, start)
    }
    ofFeatures[0]!.set(numbers(firstAt, cols))
    return true
  }
}

const plainScale = (cols: number): ColumnScale => ({ centre: new Float64Array(cols), scale: new Float64Array(cols).fill(1) })
