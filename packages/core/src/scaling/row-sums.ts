import { exp } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import type { KernelBlocks } from './row-kernel.js'

/** Below this, a term is under 2e-16 of its row. */
const NEGLIGIBLE = -36

/** One row at a time of exp(log k + term + shift), in the kernel's order of places, without the blocks that are negligible. */
export class RowSums {
  /** [cols] */
  readonly columnSums: Float64Array
  private readonly row: Float64Array
  private readonly largestTerms: Float64Array
  private readonly active: Uint32Array
  private activeCount = 0

  constructor(
    private readonly blocks: KernelBlocks,
    private readonly term: Float64Array
  ) {
    this.columnSums = new Float64Array(term.length)
    this.row = new Float64Array(term.length)
    this.largestTerms = new Float64Array(Math.ceil(term.length / blocks.size)).fill(Number.NEGATIVE_INFINITY)
    this.active = new Uint32Array(this.largestTerms.length)
    term.forEach((x, place) => {
      const block = Math.floor(place / blocks.size)
      if (x > this.largestTerms[block]!) this.largestTerms[block] = x
    })
  }

  /** Keeps exp(log k + term + shift) of row i, terms negligible beside the row's sum as 0; returns the sum. */
  exponentials(i: number, shift: number): number {
    const { blocks, term, row } = this
    this.activeCount = 0
    let sum = 0
    for (let block = 0; block < this.active.length; block++) {
      if (blocks.bound(i, block) + this.largestTerms[block]! + shift < NEGLIGIBLE) continue
      this.active[this.activeCount++] = block
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) {
        const x = row[j]! + term[j]! + shift
        if (x < NEGLIGIBLE) row[j] = 0
        else {
          const e = exp(x)
          row[j] = e
          sum += e
        }
      }
    }
    return sum
  }

  /** The largest log k + term of row i. Throws `InputError` when there is none. */
  largest(i: number): number {
    const { blocks, term, row } = this
    let largest = Number.NEGATIVE_INFINITY
    for (let block = 0; block < this.active.length; block++) {
      if (blocks.bound(i, block) + this.largestTerms[block]! < largest) continue
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) if (row[j]! + term[j]! > largest) largest = row[j]! + term[j]!
    }
    if (Number.isFinite(largest)) return largest
    throw noPartner(`point ${i} of the earlier snapshot, whose largest log-density is ${largest}`)
  }

  /** Adds `scale` times the row that was kept last. */
  addToColumns(scale: number): void {
    if (!(scale > 0)) return
    const { blocks, row, columnSums } = this
    for (let k = 0; k < this.activeCount; k++) {
      const start = this.active[k]! * blocks.size
      const end = Math.min(start + blocks.size, row.length)
      for (let j = start; j < end; j++) columnSums[j] = columnSums[j]! + row[j]! * scale
    }
  }
}

/** A point that no other can reach. */
export function noPartner(got: string): InputError {
  return new InputError({
    code: 'no-partner',
    got,
    expected: 'every point to have a partner of positive weight in the next snapshot',
    try: 'a larger sigma, or removing far outliers'
  })
}
