import type { Matrix } from '../num/matrix.js'
import { kernelOf, PAGE_BYTES, type WasmMemory, webAssembly } from '../num/webassembly.js'
import { squaredDistance } from './squared-distances.js'

/** Exports of the compiled kernel: see `assembly/distances.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, others: number, columns: number): number
  addressOf(part: number): number
  arrange(): void
  addDistances(total: number, first: number, end: number, below: boolean): number
  countWithin(row: number, limit: number): number
}

/** Distances from the rows of one matrix to those of another. */
interface PairDistances {
  /** `total` and, one row after another from `first` up to `end`, the sums of its distances: to all others, or, `below`, to as many as its own number. */
  addDistances(total: number, first: number, end: number, below: boolean): number
  /** Others whose squared distance to a row is `limit` at most, which is finite. */
  countWithin(row: number, limit: number): number
}

/** Numbers that fit the memory of a small job: 128 MB with those that stand there twice. */
const MOST_NUMBERS = 2 ** 23

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/distances.js'))

/**
 * What measures all pairs of two matrices of equal width, in WebAssembly where there is some. What it gives must be used up before it is
 * called again, or anything is awaited: all pairs share one memory. The bits are those of plain loops.
 */
export async function pairMeter(): Promise<(from: Matrix, to: Matrix) => PairDistances> {
  if (!webAssembly()) return plainly
  const own = await kernel()
  return (from, to) => (from.cols === 0 || from.data.length + to.data.length > MOST_NUMBERS ? plainly(from, to) : placed(own, from, to))
}

function placed(kernel: Kernel, from: Matrix, to: Matrix): PairDistances {
  const needed = kernel.place(from.rows, to.rows, from.cols) >>> 0
  const { memory } = kernel
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES))
  for (const [part, { data }] of [from, to].entries()) new Float64Array(memory.buffer, kernel.addressOf(part) >>> 0, data.length).set(data)
  kernel.arrange()
  return kernel
}

/** @internal The same by plain loops. */
export function plainly(from: Matrix, to: Matrix): PairDistances {
  return {
    addDistances(total, first, end, below) {
      let all = total
      for (let i = first; i < end; i++) {
        const count = below ? i : to.rows
        let sum = 0
        for (let j = 0; j < count; j++) sum += Math.sqrt(squaredDistance(from, i, to, j))
        all += sum
      }
      return all
    },
    countWithin(row, limit) {
      let count = 0
      for (let j = 0; j < to.rows; j++) if (squaredDistance(from, row, to, j) <= limit) count++
      return count
    }
  }
}
