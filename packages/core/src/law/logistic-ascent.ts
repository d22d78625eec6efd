import { exp, log } from '../num/elementary.js'
import { solveLowerInPlace, solveLowerTransposedInPlace, transpose } from '../num/linear-algebra.js'
import { type Maker, type Matrix, matrix, rowOf } from '../num/matrix.js'
import type { ColumnScale } from '../num/statistics.js'
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

/** Rows of which a law is asked, and its weights. */
export interface Asked {
  /** As they are [n, k]: they are standardised on the way. */
  readonly inputs: Matrix
  readonly scale: ColumnScale
  /** [C, k + 1] */
  readonly weights: Matrix
}

/** What is known of the outcomes of every row beforehand [n, C]: the offsets, or shares whose logarithms these are; default noughts. */
export type Prior = { readonly offsets: Matrix } | { readonly shares: Matrix }

/** The loops of logistic laws, to the same bits wherever they run. */
export interface LogisticLoops {
  /** The weights [q, C] to which an ascent of the mean log likelihood less the ridge leads from others. Cost O(turns·(n·C·q + C·q²)). */
  climb(observed: Observed, ascent: Ascent, from: Matrix): Matrix
  /** ½ XᵀX/n of inputs [n, q], in its lower half [q, q]. Cost O(n·q²). */
  curvatureOf(x: Matrix, room?: Maker): Matrix
  /** Probabilities of the outcomes [n, C]. Cost O(n·C·k). */
  sharesOf(asked: Asked, prior?: Prior): Matrix
}

/** Exports of the compiled kernel: see `wasm/assembly/logistic.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, inputs: number, outcomes: number): number
  addressOf(part: number): number
  climb(ridge: number, tolerance: number, turns: number): number
  takeLogs(): void
  standardise(): void
  shares(): number
  placeRows(rows: number, inputs: number): number
  curvature(): number
}

/** Numbers that fit the memory of a small job: 64 MB with those that stand there twice. */
const MOST_NUMBERS = 2 ** 22

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/logistic.js'))

/**
 * What climbs, in WebAssembly where there is some. Every turn solves with the bound of the curvature, so that the likelihood never
 * falls; momentum that leads downhill is dropped.
 *
 * @source Böhning, *Multinomial logistic regression algorithm*, Ann. Inst. Statist. Math. 1992; Nesterov 1983 for the momentum,
 * O'Donoghue and Candès 2015 for dropping it.
 */
export async function logisticLoops(): Promise<LogisticLoops> {
  if (!webAssembly()) return plainLoops
  const own = await kernel()
  const isLarge = ({ rows, cols }: Matrix, beside: number) => rows * (cols + beside) + cols * cols > MOST_NUMBERS
  return {
    climb: (observed, ascent, from) =>
      isLarge(observed.x, observed.count) ? plainLoops.climb(observed, ascent, from) : climbIn(own, observed, ascent, from),
    curvatureOf: (x, room) => (isLarge(x, 0) ? plainLoops.curvatureOf(x) : curvatureIn(own, x, room)),
    sharesOf: (asked, prior) =>
      isLarge(asked.inputs, asked.weights.rows) ? plainLoops.sharesOf(asked, prior) : sharesIn(own, asked, prior)
  }
}

/** The numbers of the kernel's memory, which is made to hold so many bytes, from an address on. */
function memoryOf({ memory }: Kernel, bytes: number): (address: number, length: number) => Float64Array {
  const missing = (bytes >>> 0) - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return (address, length) => new Float64Array(memory.buffer, address >>> 0, length)
}

/** Numbers of an outcome each, whose vectors hold two. */
const widthOf = (count: number): number => 2 * Math.ceil(count / 2)
/** Inputs in vectors of four. */
const wideOf = (cols: number): number => 4 * Math.ceil(cols / 4)

/** Outcomes that there are not have no share. */
function placeOffsets(known: Float64Array, rows: number, count: number, offsets: Matrix | undefined): void {
  const width = widthOf(count)
  if (offsets && width === count) {
    known.set(offsets.data)
    return
  }
  known.fill(0)
  for (let i = 0, from = 0; i < rows; i++) {
    let to = i * width
    if (offsets) for (let c = 0; c < count; c++) known[to + c] = offsets.data[from++]!
    for (to += count; to < (i + 1) * width; to++) known[to] = Number.NEGATIVE_INFINITY
  }
}

function climbIn(kernel: Kernel, { x, parts, outcomes, offsets, count }: Observed, ascent: Ascent, from: Matrix): Matrix {
  const { rows, cols } = x
  const at = memoryOf(kernel, kernel.place(rows, cols, count))
  const place = (part: number, length: number) => at(kernel.addressOf(part), length)
  const [wide, width] = [wideOf(cols), widthOf(count)]
  const fours = place(0, 4 * Math.ceil(rows / 4) * cols).fill(0)
  const divided = place(1, rows * wide).fill(0)
  for (let i = 0; i < rows; i++) {
    const four = (i - (i % 4)) * cols + (i % 4)
    for (let a = 0; a < cols; a++) {
      fours[four + 4 * a] = x.data[i * cols + a]!
      divided[i * wide + a] = parts[i * cols + a]!
    }
  }
  placeOffsets(place(2, rows * width), rows, count, offsets)
  place(3, rows).set(outcomes)
  const factor = place(4, cols * cols)
  for (let a = 0, from = 0; a < cols; a++) for (let b = 0; b < cols; b++) factor[b * cols + a] = ascent.bound.data[from++]!
  const weights = place(5, cols * width).fill(0)
  for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) weights[a * width + c] = from.data[a * count + c]!
  const found = at(kernel.climb(ascent.ridge, ascent.tolerance, ascent.turns), cols * width)
  const out = matrix(cols, count)
  for (let a = 0; a < cols; a++) for (let c = 0; c < count; c++) out.data[a * count + c] = found[a * width + c]!
  return out
}

function curvatureIn(kernel: Kernel, { data, rows, cols }: Matrix, room: Maker = { matrix }): Matrix {
  const at = memoryOf(kernel, kernel.placeRows(rows, cols))
  const wide = wideOf(cols)
  const placed = at(kernel.addressOf(0), rows * wide)
  if (wide === cols) placed.set(data)
  else {
    placed.fill(0)
    for (let i = 0; i < rows; i++) placed.set(data.subarray(i * cols, (i + 1) * cols), i * wide)
  }
  const found = at(kernel.curvature(), wide * wide)
  const out = room.matrix(cols, cols)
  for (let a = 0; a < cols; a++) for (let b = 0; b <= a; b++) out.data[a * cols + b] = found[a * wide + b]!
  return out
}

function sharesIn(kernel: Kernel, { inputs, scale, weights: { data: weights, rows: count, cols } }: Asked, prior?: Prior): Matrix {
  const { data, rows } = inputs
  const at = memoryOf(kernel, kernel.place(rows, cols, count))
  const place = (part: number, length: number) => at(kernel.addressOf(part), length)
  const width = widthOf(count)
  // Of the last four some may be none.
  const end = 4 * Math.ceil(rows / 4) * cols
  place(0, end).fill(0, Math.max(0, end - 4 * cols))
  place(1, data.length).set(data)
  const standards = place(4, 2 * (cols - 1))
  standards.set(scale.centre)
  standards.set(scale.scale, cols - 1)
  kernel.standardise()
  placeOffsets(place(2, rows * width), rows, count, prior && ('shares' in prior ? prior.shares : prior.offsets))
  if (prior && 'shares' in prior) kernel.takeLogs()
  const placed = place(5, cols * width).fill(0)
  for (let c = 0; c < count; c++) for (let a = 0; a < cols; a++) placed[a * width + c] = weights[c * cols + a]!
  const found = at(kernel.shares(), rows * width)
  const out = matrix(rows, count)
  if (width === count) {
    out.data.set(found)
    return out
  }
  for (let i = 0; i < rows; i++) for (let c = 0; c < count; c++) out.data[i * count + c] = found[i * width + c]!
  return out
}

/** @internal The same in JavaScript. */
export const plainLoops: LogisticLoops = {
  climb: plainClimb,
  curvatureOf({ data, rows, cols: q }) {
    const out = matrix(q, q)
    for (let i = 0; i < rows; i++)
      for (let a = 0; a < q; a++) for (let b = 0; b <= a; b++) out.data[a * q + b]! += (data[i * q + a]! * data[i * q + b]!) / (2 * rows)
    return out
  },
  sharesOf({ inputs, scale, weights }, prior) {
    const x = withOnes(inputs, scale)
    const out = matrix(inputs.rows, weights.rows)
    const offsets = prior && ('shares' in prior ? { ...prior.shares, data: prior.shares.data.map(offsetOf) } : prior.offsets)
    for (let i = 0; i < out.rows; i++) sharesInto(rowOf(out, i), weights, x, i, offsets)
    return out
  }
}

/** The offset that a share stands for: of none at all a number still. */
const offsetOf = (share: number): number => log(Math.max(0, share) + Number.EPSILON)

/** Standardised inputs, then ones [n, k + 1]. */
export function withOnes({ data, rows, cols }: Matrix, { centre, scale }: ColumnScale, room: Maker = { matrix }): Matrix {
  const out = room.matrix(rows, cols + 1)
  for (let i = 0, from = 0, to = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) out.data[to++] = (data[from++]! - centre[c]!) / scale[c]!
    out.data[to++] = 1
  }
  return out
}

function plainClimb(observed: Observed, { ridge, bound, tolerance, turns }: Ascent, from: Matrix): Matrix {
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
function sharesInto(p: Float64Array, { data, cols: q }: Matrix, { data: inputs }: Matrix, i: number, offsets?: Matrix): void {
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
