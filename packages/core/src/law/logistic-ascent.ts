import { exp } from '../num/elementary.js'
import { solveLowerInPlace, solveLowerTransposedInPlace, transpose } from '../num/linear-algebra.js'
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

/** What a law is fitted by. */
interface Ascent {
  /** Of the squares of all weights but the last input's, a half. */
  readonly ridge: number
  /** Cholesky factor of a bound of the curvature, in its lower half [q, q]. */
  readonly bound: Matrix
  /** No gradient beyond it: done. */
  readonly tolerance: number
  /** At most. */
  readonly turns: number
}

/** The weights [q, C] to which an ascent of the mean log likelihood less the ridge leads from others. */
type Climb = (observed: Observed, ascent: Ascent, from: Matrix) => Matrix

/** Exports of the compiled kernel: see `wasm/assembly/logistic.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, inputs: number, outcomes: number): number
  addressOf(part: number): number
  climb(ridge: number, tolerance: number, turns: number): number
}

/** Numbers that fit the memory of a small job: 64 MB with those that stand there twice. */
const MOST_NUMBERS = 2 ** 22

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/logistic.js'))

/**
 * What climbs, in WebAssembly where there is some. Every turn solves with the bound of the curvature, so that the likelihood never
 * falls; momentum that leads downhill is dropped. The bits are those of plain loops.
 *
 * @source Böhning, *Multinomial logistic regression algorithm*, Ann. Inst. Statist. Math. 1992; Nesterov 1983 for the momentum,
 * O'Donoghue and Candès 2015 for dropping it. Cost O(turns·(n·C·q + C·q²)).
 */
export async function logisticClimb(): Promise<Climb> {
  if (!webAssembly()) return plainClimb
  const own = await kernel()
  return (observed, ascent, from) => {
    const { rows, cols } = observed.x
    const isLarge = rows * (cols + observed.count) + cols * cols > MOST_NUMBERS
    return isLarge ? plainClimb(observed, ascent, from) : climbIn(own, observed, ascent, from)
  }
}

function climbIn(kernel: Kernel, { x, parts, outcomes, offsets, count }: Observed, ascent: Ascent, from: Matrix): Matrix {
  const { rows, cols } = x
  const needed = kernel.place(rows, cols, count) >>> 0
  const { memory } = kernel
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES))
  const at = (address: number, length: number) => new Float64Array(memory.buffer, address >>> 0, length)
  const place = (part: number, length: number) => at(kernel.addressOf(part), length)
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
  place(4, cols * cols).set(transpose(ascent.bound).data)
  const weights = place(5, cols * width).fill(0)
  for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) weights[a * width + c] = from.data[a * count + c]!
  const found = at(kernel.climb(ascent.ridge, ascent.tolerance, ascent.turns), cols * width)
  const out = matrix(cols, count)
  for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) out.data[a * count + c] = found[a * width + c]!
  return out
}

/** @internal The same by plain loops. */
export function plainClimb(observed: Observed, { ridge, bound, tolerance, turns }: Ascent, from: Matrix): Matrix {
  const { rows: q, cols: count } = from
  const ahead = matrix(q, count)
  const steps = matrix(count, q)
  let weights = matrix(q, count, from.data.slice())
  let before = matrix(q, count, from.data.slice())
  for (let turn = 1, pace = 1; turn <= turns; turn++) {
    const next = (1 + Math.sqrt(1 + 4 * pace * pace)) / 2
    for (let i = 0; i < ahead.data.length; i++)
      ahead.data[i] = weights.data[i]! + ((pace - 1) / next) * (weights.data[i]! - before.data[i]!)
    const gradient = sumsAt(observed, ahead).data
    for (let i = 0; i < (q - 1) * count; i++) gradient[i]! -= ridge * ahead.data[i]!
    for (let a = 0; a < q; a++) for (let c = 0; c < count; c++) steps.data[c * q + a] = gradient[a * count + c]!
    for (let c = 0; c < count; c++) {
      solveLowerInPlace(bound.data, q, steps.data, 0, c * q)
      solveLowerTransposedInPlace(bound.data, q, steps.data, 0, c * q)
    }
    ;[before, weights] = [weights, before]
    let [uphill, largest] = [0, 0]
    for (let a = 0, i = 0; a < q; a++)
      for (let c = 0; c < count; c++, i++) {
        weights.data[i] = ahead.data[i]! + steps.data[c * q + a]!
        uphill += gradient[i]! * (weights.data[i]! - before.data[i]!)
        largest = Math.max(largest, Math.abs(gradient[i]!))
      }
    if (largest < tolerance) break
    pace = uphill < 0 ? 1 : next
  }
  return weights
}

/** Σ x_i (1_c − p_ic)/n over the rows i, in their order, for weights [q, C]: the gradient of their mean log likelihood. */
function sumsAt({ x, parts, outcomes, offsets, count }: Observed, weights: Matrix): Matrix {
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
