import type { Pair } from '../../kernel/engine.js'
import { exp, log as naturalLog } from '../../num/elementary.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Arena } from './arena.js'
import type { Precision } from './module.js'
import { blockRows, laneBytes, lanes } from './upload.js'
import type { UploadedCloud } from './uploaded.js'

/** Blocks are taken in at most this many stripes: of a sum, and of a product, whose partial sums are c times as long. */
const MOST_STRIPES = 16
const MOST_PRODUCT_STRIPES = 6
/** Bytes of partial sums beyond which a product is better taken row by row. */
const MOST_PARTIAL_BYTES = 256 * 1048576
/** Points beyond which a pair of stripes takes too long for one unit of work. */
const MOST_POINTS = 200_000
/** Largest spread of the log terms (nats) for which every row stays well above underflow. */
const MOST_SPREAD = { float64: 300, float32: 40 }

/** Whether a sum can use k(x, y) = k(y, x): one cloud on both sides, and log terms that are finite and not too far apart. */
export function isSymmetric({ from, to, kernel }: Pair, log: Float64Array, precision: Precision): boolean {
  const m = to.points.rows
  if (from.points.data !== to.points.data || from.points.rows !== m || m <= blockRows(precision) || m > MOST_POINTS) return false
  if (kernel.kind === 'variable' && kernel.fromWidth !== kernel.toWidth) return false
  let least = Number.POSITIVE_INFINITY
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < m; j++) {
    if (log[j]! < least) least = log[j]!
    if (log[j]! > largest) largest = log[j]!
  }
  return largest - least < MOST_SPREAD[precision]
}

/** The same of a mean of c columns: worth it where the values are not few. Float32 values are centred a block, which this is not. */
export function isSymmetricProduct(pair: Pair, log: Float64Array, values: Matrix, precision: Precision): boolean {
  const partialBytes = (MOST_PRODUCT_STRIPES + 1) * pair.to.points.rows * (values.cols + 1) * 8
  return precision === 'float64' && values.cols > 0 && partialBytes <= MOST_PARTIAL_BYTES && isSymmetric(pair, log, precision)
}

/** Addresses of what a symmetric sum has besides the cloud. */
export interface SymmetricPlan {
  readonly largest: number
  /** Rows a block. */
  readonly rows: number
  /** Number of columns summed: g, and in a product g·value of each value. */
  readonly columnCount: number
  /** The columns in blocks [blocks, columns, rows]. */
  readonly factors: number
  readonly maxima: number
  readonly minima: number
  readonly stripe: number
  readonly stripeCount: number
  readonly units: number
  readonly sums: number
}

interface SymmetricInput {
  readonly precision: Precision
  readonly log: Float64Array
  readonly values?: Matrix
  readonly cloud: UploadedCloud
}

/** Uploads g_j = exp(log_j − largest) and g_j·values_j, and reserves the partial sums: 17·m numbers, with values 9·m·(c + 1). */
export function planSymmetric(arena: Arena, { precision, log, values, cloud }: SymmetricInput): SymmetricPlan {
  const { blockCount, order } = cloud
  const rows = blockRows(precision)
  const columnCount = 1 + (values?.cols ?? 0)
  const stripe = Math.ceil(blockCount / (values ? MOST_PRODUCT_STRIPES : MOST_STRIPES))
  const stripeCount = Math.ceil(blockCount / stripe)
  const units = (stripeCount * (stripeCount + 1)) / 2
  const factors = arena.take(blockCount * columnCount * rows * laneBytes(precision))
  const maxima = arena.take(blockCount * 8)
  const minima = arena.take(blockCount * 8)
  const sums = arena.take(units * 2 * stripe * columnCount * rows * 8)
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < log.length; j++) largest = Math.max(largest, log[j]!)
  const out = lanes(arena, precision, factors, blockCount * columnCount * rows).fill(0)
  const high = arena.float64(maxima, blockCount).fill(Number.NEGATIVE_INFINITY)
  const low = arena.float64(minima, blockCount).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!
    const x = log[row]!
    const b = Math.floor(i / rows)
    const g = exp(x - largest)
    const at = b * columnCount * rows + (i - b * rows)
    out[at] = g
    for (let c = 1; c < columnCount; c++) out[at + c * rows] = g * values!.data[row * values!.cols + c - 1]!
    if (x > high[b]!) high[b] = x
    if (x < low[b]!) low[b] = x
  }
  return { largest, rows, columnCount, factors, maxima, minima, stripe, stripeCount, units, sums }
}

/** Log-sums in the caller's row order. */
export function symmetricLogSums(arena: Arena, plan: SymmetricPlan, order: Uint32Array): Float64Array {
  const out = new Float64Array(order.length)
  readSums(arena, plan, order, (row, sums, at) => {
    out[row] = plan.largest + naturalLog(sums[at]!)
  })
  return out
}

/** Weighted means in the caller's row order. */
export function symmetricMeans(arena: Arena, plan: SymmetricPlan, order: Uint32Array): Matrix {
  const cols = plan.columnCount - 1
  const out = matrix(order.length, cols)
  readSums(arena, plan, order, (row, sums, at) => {
    for (let c = 0; c < cols; c++) out.data[row * cols + c] = sums[at + (c + 1) * plan.rows]! / sums[at]!
  })
  return out
}

/** Hands out each row's sums: that of column c at `at` + rows·c of `sums`. */
function readSums(
  arena: Arena,
  { stripe, stripeCount, rows: blockLength, columnCount, sums, units }: SymmetricPlan,
  order: Uint32Array,
  read: (row: number, sums: Float64Array, at: number) => void
): void {
  const rows = stripe * blockLength
  const length = rows * columnCount
  const partial = arena.float64(sums, units * 2 * length)
  for (let p = 0; p < stripeCount; p++) {
    const total = mergedStripe(partial, p, stripeCount, length)
    const end = Math.min(order.length, (p + 1) * rows)
    for (let i = p * rows; i < end; i++) {
      const inside = i - p * rows
      read(order[i]!, total, (inside - (inside % blockLength)) * columnCount + (inside % blockLength))
    }
  }
}

/** The sums [blocks, columns, rows] of stripe p: its partial sums added up in the order of the other stripe, in place of the first. */
function mergedStripe(partial: Float64Array, p: number, stripeCount: number, length: number): Float64Array {
  const half = (index: number): Float64Array => partial.subarray(index * length, (index + 1) * length)
  const unitOf = (a: number, b: number): number => a * stripeCount - (a * (a - 1)) / 2 + b - a
  const parts: Float64Array[] = []
  for (let q = 0; q < p; q++) parts.push(half(2 * unitOf(q, p) + 1))
  for (let q = p; q < stripeCount; q++) parts.push(half(2 * unitOf(p, q)))
  parts.splice(p + 1, 0, half(2 * unitOf(p, p) + 1))
  const total = parts[0]!
  for (const part of parts.slice(1)) for (let i = 0; i < length; i++) total[i] = total[i]! + part[i]!
  return total
}
