import { type Shape, simplestFactorIn } from './shapes.js'

/** Factors k with which c = k · f to its tolerance, in all rows so far. */
export class FactorInterval {
  private low: number
  private high: number

  constructor(factor: Shape['factor']) {
    this.low = factor === 'one' ? 1 : Number.NEGATIVE_INFINITY
    this.high = factor === 'one' ? 1 : Number.POSITIVE_INFINITY
  }

  narrow(f: number, c: number, half: number): boolean {
    if (this.low === this.high) return Math.abs(c - this.low * f) <= half
    if (f === 0) return Math.abs(c) <= half
    const [first, second] = [(c - half) / f, (c + half) / f]
    this.low = Math.max(this.low, Math.min(first, second))
    this.high = Math.min(this.high, Math.max(first, second))
    return this.low <= this.high
  }

  factor(): number | undefined {
    if (!Number.isFinite(this.low) || !Number.isFinite(this.high)) return undefined
    return simplestFactorIn(this.low, this.high)
  }
}
