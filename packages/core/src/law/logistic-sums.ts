import { exp } from '../num/elementary.js'
import { transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { kernelOf, PAGE_BYTES, type WasmMemory, webAssembly } from '../num/webassembly.js'

/** Rows of a logistic law of C outcomes. */
export interface Observed {
  /** [n, q] */
  readonly x: Matrix
  /** x/n */
  readonly parts: Float64Array
  /** [n], below C. */
  readonly outcomes: Int32Array
  readonly count: number
  /** Of every row [n, C]; default noughts. */
  readonly offsets?: Matrix | undefined
}

/** Σ x_i (1_c − p_ic)/n over the rows i, in their order, for weights [q, C]: the gradient of their mean log likelihood. */
type Sums = (weights: Matrix) => Matrix

/** Exports of the compiled kernel: see `wasm/assembly/logistic.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, inputs: number, outcomes: number): number
  addressOf(part: number): number
  addUp(): void
}

/** Numbers that fit the memory of a small job: 64 MB with those that stand there twice. */
const MOST_NUMBERS = 2 ** 22

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/logistic.js'))

/**
 * What adds up the rows of a logistic law, in WebAssembly where there is some. Its sums must be used up before it is called again, or
 * anything is awaited: all laws share one memory. The bits are those of plain loops.
 */
export async function logisticSums(): Promise<(observed: Observed) => Sums> {
  if (!webAssembly()) return plainSums
  const own = await kernel()
  return (observed) => (observed.x.rows * (observed.x.cols + observed.count) > MOST_NUMBERS ? plainSums(observed) : placed(own, observed))
}

function placed(kernel: Kernel, { x, parts, outcomes, offsets, count }: Observed): Sums {
  const { rows, cols } = x
  const needed = kernel.place(rows, cols, count) >>> 0
  const { memory } = kernel
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES))
  const place = (part: number, length: number) => new Float64Array(memory.buffer, kernel.addressOf(part) >>> 0, length)
  const [wide, width] = [4 * Math.ceil(cols / 4), 2 * Math.ceil(count / 2)]
  const fours = place(0, 4 * Math.ceil(rows / 4) * cols).fill(0)
  const divided = place(1, rows * wide).fill(0)
  const known = place(2, rows * width)
  for (let i = 0; i < rows; i++) {
    const four = (i - (i % 4)) * cols + (i % 4)
    for (let a = 0; a < cols; a++) {
      fours[four + 4 * a] = x.data[i * cols + a]!
      divided[i * wide + a] = parts[i * cols + a]!
    }
    for (let c = 0; c < width; c++) known[i * width + c] = c >= count ? Number.NEGATIVE_INFINITY : (offsets?.data[i * count + c] ?? 0)
  }
  place(3, rows).set(outcomes)
  const weighed = place(4, cols * width).fill(0)
  const sums = place(5, cols * width)
  return ({ data }) => {
    const out = matrix(cols, count)
    for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) weighed[a * width + c] = data[a * count + c]!
    kernel.addUp()
    for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) out.data[a * count + c] = sums[a * width + c]!
    return out
  }
}

/** @internal The same by plain loops. */
export function plainSums({ x, parts, outcomes, offsets, count }: Observed): Sums {
  return (weights) => {
    const out = matrix(x.cols, count)
    const sums = out.data
    const columns = transpose(weights)
    const p = new Float64Array(count)
    for (let i = 0, at = 0; i < x.rows; i++) {
      sharesInto(p, columns, x, i, offsets)
      for (let c = 0; c < count; c++) p[c] = (outcomes[i] === c ? 1 : 0) - p[c]!
      for (let a = 0, to = 0; a < x.cols; a++, at++) {
        const part = parts[at]!
        for (let c = 0; c < count; c++, to++) sums[to] = sums[to]! + part * p[c]!
      }
    }
    return out
  }
}

/** p_c ∝ exp(o_c + w_c · x) for weights [C, q], row i of x and of offsets. */
export function sharesInto(p: Float64Array, { data, cols: q }: Matrix, { data: inputs }: Matrix, i: number, offsets?: Matrix): void {
  const count = p.length
  let largest = Number.NEGATIVE_INFINITY
  for (let c = 0, at = 0; c < count; c++) {
    let sum = offsets ? offsets.data[i * count + c]! : 0
    for (let own = i * q, end = own + q; own < end; own++, at++) sum += inputs[own]! * data[at]!
    p[c] = sum
    largest = Math.max(largest, sum)
  }
  let total = 0
  for (let c = 0; c < count; c++) {
    const share = exp(p[c]! - largest)
    p[c] = share
    total += share
  }
  for (let c = 0; c < count; c++) p[c]! /= total
}
