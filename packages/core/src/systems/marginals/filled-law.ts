// Particles that are known in part: Gaussian laws, conditioned and carried on.
import { type Cells, cellsOf, emptyCell, type WorkingReference } from '../../bridge/cells.js'
import type { Matrix } from '../../num/matrix.js'

/** Runge–Kutta cells of an interval of a drift that is not linear: as many as the reference runs on with after the last snapshot. */
const INTERVAL_CELLS = 32

/** A Gaussian law that coordinates are learned of one after the other. */
export class FilledLaw {
  readonly mean: Float64Array
  /** [d, d] */
  readonly covariance: Float64Array

  constructor(private readonly d: number) {
    this.mean = new Float64Array(d)
    this.covariance = new Float64Array(d * d)
  }

  set(mean: ArrayLike<number>, covariance: ArrayLike<number>): void {
    this.mean.set(mean)
    this.covariance.set(covariance)
  }

  /** Conditions on all values that are numbers. Cost O(d³). */
  observe(values: ArrayLike<number>): void {
    const { mean, covariance, d } = this
    for (let o = 0; o < d; o++) {
      if (Number.isNaN(values[o]!)) continue
      const variance = covariance[o * d + o]!
      const off = values[o]! - mean[o]!
      if (variance > 0) {
        const row = covariance.slice(o * d, (o + 1) * d)
        for (let a = 0; a < d; a++) {
          const gain = row[a]! / variance
          mean[a] = mean[a]! + gain * off
          for (let b = 0; b < d; b++) covariance[a * d + b] = covariance[a * d + b]! - gain * row[b]!
        }
      }
      mean[o] = values[o]!
      for (let a = 0; a < d; a++) {
        covariance[a * d + o] = 0
        covariance[o * d + a] = 0
      }
    }
  }

  /** Row i of states, and of their packed covariances. */
  write(i: number, points: Matrix, spreads: Matrix): void {
    const { d } = this
    points.data.set(this.mean, i * d)
    for (let a = 0, k = i * spreads.cols; a < d; a++) for (let b = 0; b <= a; b++, k++) spreads.data[k] = this.covariance[a * d + b]!
  }
}

/** Mean, propagator and covariance of a whole interval from a state, linearised along its own path. To be read at once. */
export class WholeInterval {
  private readonly cells: Cells
  private readonly cell
  readonly mean: Float64Array
  readonly propagator: Float64Array
  readonly covariance: Float64Array
  private readonly work: Float64Array

  constructor(reference: WorkingReference, [from, to]: readonly [number, number]) {
    const d = reference.drift.dimension
    const count = reference.drift.linear ? 1 : INTERVAL_CELLS
    this.cells = cellsOf(
      reference,
      Float64Array.from({ length: count + 1 }, (_, m) => from + ((to - from) * m) / count)
    )
    this.cell = emptyCell(d)
    this.mean = new Float64Array(d)
    this.propagator = new Float64Array(d * d)
    this.covariance = new Float64Array(d * d)
    this.work = new Float64Array(d * d)
  }

  from(state: Float64Array): this {
    const { cell, mean, propagator, covariance, work } = this
    const d = mean.length
    mean.set(state)
    covariance.fill(0)
    propagator.fill(0)
    for (let a = 0; a < d; a++) propagator[a * d + a] = 1
    for (let m = 0; m + 1 < this.cells.borders.length; m++) {
      this.cells.linearise(m, mean, cell)
      mean.set(cell.mean)
      product(cell.propagator, propagator, work, d)
      propagator.set(work)
      carry(cell.propagator, covariance, work, d)
      for (let e = 0; e < d * d; e++) covariance[e] = work[e]! + cell.covariance[e]!
    }
    return this
  }
}

function product(a: Float64Array, b: Float64Array, out: Float64Array, d: number): void {
  for (let r = 0; r < d; r++)
    for (let c = 0; c < d; c++) {
      let sum = 0
      for (let e = 0; e < d; e++) sum += a[r * d + e]! * b[e * d + c]!
      out[r * d + c] = sum
    }
}

/** F P Fᵀ of a symmetric P. */
export function carry(f: Float64Array, p: Float64Array, out: Float64Array, d: number): void {
  for (let r = 0; r < d; r++)
    for (let c = 0; c < d; c++) {
      let sum = 0
      for (let e = 0; e < d; e++) for (let g = 0; g < d; g++) sum += f[r * d + e]! * p[e * d + g]! * f[c * d + g]!
      out[r * d + c] = sum
    }
}

/** Row i of packed covariances as a whole matrix [d, d]. */
export function unpacked(packed: Matrix, i: number, out: Float64Array, d: number): void {
  for (let a = 0, k = i * packed.cols; a < d; a++)
    for (let b = 0; b <= a; b++, k++) {
      out[a * d + b] = packed.data[k]!
      out[b * d + a] = packed.data[k]!
    }
}
