import type { Pair } from '../../kernel/engine.js'
import { exp } from '../../num/elementary.js'
import type { Matrix } from '../../num/matrix.js'
import type { Arena } from './arena.js'
import { BLOCKS_A_UNIT, type Desk } from './arrange.js'
import * as job from './job.js'
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
interface SymmetricPlan {
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

/**
 * Has the partial sums added up, those of a row in the order of the stripes, and log-sums or weighted means written where rows were
 * asked for. A number of a partial sum takes an operation or two, a logarithm some sixty.
 */
export async function finishSymmetric({ arena, pool }: Desk, plan: SymmetricPlan, order: Uint32Array): Promise<void> {
  arena.uint32(job.JOB_ADDRESS, job.JOB_WORDS)[job.FIELDS.mode] = job.FINISH_SUMS
  arena.float64(job.REAL_ADDRESS, 3)[2] = plan.largest
  const work = order.length * (2 * plan.columnCount * (plan.stripeCount + 1) + 60)
  await pool.run({ first: 0, end: Math.ceil(order.length / (plan.rows * BLOCKS_A_UNIT)) }, { work })
}
