import { exp } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import type { Rows } from './kept-pairs.js'
import type { KernelBlocks } from './row-kernel.js'

/** Blocks that are left out together where they can. */
const RUN = 16

/** What is added to the kernel, in its order of places [cols]. */
interface Terms {
  /** g + b */
  readonly term: Float64Array
  /** The same with b no less than that of an even column: a pair may be little to its row and much to its column. */
  readonly needed: Float64Array
}

/** One row at a time of exp(log k + term + shift), in the kernel's order of places, without the blocks that are negligible. */
export class RowSums implements Rows {
  /** [cols] */
  readonly columnSums: Float64Array
  readonly row: Float64Array
  private readonly term: Float64Array
  private readonly needed: Float64Array
  /** Of a block, and of a run of blocks. */
  private readonly bound: (i: number, block: number) => number
  private readonly runBound: (i: number, run: number) => number
  private readonly active: Uint32Array
  private activeCount = 0

  constructor(
    private readonly blocks: KernelBlocks,
    { term, needed }: Terms,
    /** Nats below its row's sum from which on a term is left out. */
    private readonly cut: number
  ) {
    this.term = term
    this.needed = needed
    this.columnSums = new Float64Array(term.length)
    this.row = new Float64Array(term.length)
    this.active = new Uint32Array(Math.ceil(term.length / blocks.size))
    this.bound = blocks.bounds(needed, blocks.size)
    this.runBound = blocks.bounds(needed, RUN * blocks.size)
  }

  /** Keeps exp(log k + term + shift) of row i, negligible terms as 0; `weighty`: by how many nats a column may have more of it. */
  exponentials(i: number, shift: number, weighty = 0): number {
    const { blocks, term, needed, row } = this
    const least = -this.cut - weighty - shift
    this.activeCount = 0
    let sum = 0
    for (let block = 0; block < this.active.length; block++) {
      if (block % RUN === 0 && this.runBound(i, block / RUN) < least) {
        block += RUN - 1
        continue
      }
      if (this.bound(i, block) < least) continue
      this.active[this.activeCount++] = block
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) {
        if (row[j]! + needed[j]! < least) row[j] = 0
        else {
          const e = exp(row[j]! + term[j]! + shift)
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
      if (this.bound(i, block) < largest) continue
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) if (row[j]! + term[j]! > largest) largest = row[j]! + term[j]!
    }
    if (Number.isFinite(largest)) return largest
    throw noPartner(`point ${i} of the earlier snapshot, whose largest log-density is ${largest}`)
  }

  /** Where the row that was summed last is not 0 throughout: start and end of runs of places. */
  *runs(): Generator<readonly [number, number]> {
    for (let k = 0; k < this.activeCount; k++) {
      const start = this.active[k]! * this.blocks.size
      yield [start, Math.min(start + this.blocks.size, this.row.length)]
    }
  }

  /** Adds `scale` times the row that was summed last. */
  addToColumns(scale: number): void {
    if (!(scale > 0)) return
    const { blocks, row, columnSums } = this
    for (let k = 0; k < this.activeCount; k++) {
      const start = this.active[k]! * blocks.size
      const end = Math.min(start + blocks.size, row.length)
      for (let j = start; j < end; j++) columnSums[j] = columnSums[j]! + row[j]! * scale
    }
  }

  /** Adds `scale` times what the row that was summed last has in each group of places. */
  addToGroups(scale: number, groupOf: Uint32Array, sums: Float64Array): void {
    for (const [start, end] of this.runs())
      for (let j = start; j < end; j++) {
        const group = groupOf[j]!
        sums[group] = sums[group]! + this.row[j]! * scale
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
