import type { Pair } from '../../kernel/engine.js'
import { exp, log as naturalLog } from '../../num/elementary.js'
import { BLOCK_SIZE } from '../../space/blocks.js'
import type { Arena } from './arena.js'
import type { Precision } from './module.js'
import { laneBytes, lanes, type UploadedCloud } from './upload.js'

/** Blocks are taken in at most this many stripes. */
const MOST_STRIPES = 16
/** Points beyond which a pair of stripes takes too long for one unit of work. */
const MOST_POINTS = 200_000
/** Largest spread of the log terms (nats) for which every row stays well above underflow. */
const MOST_SPREAD = { float64: 300, float32: 40 }

/** Whether a log-sum can use k(x, y) = k(y, x): one cloud on both sides, and log terms that are finite and not too far apart. */
export function isSymmetric({ from, to, kernel }: Pair, log: Float64Array, precision: Precision): boolean {
  const m = to.points.rows
  if (from.points.data !== to.points.data || from.points.rows !== m || m <= BLOCK_SIZE || m > MOST_POINTS) return false
  if (kernel.kind === 'variable' && kernel.fromWidth !== kernel.toWidth) return false
  let least = Number.POSITIVE_INFINITY
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < m; j++) {
    if (log[j]! < least) least = log[j]!
    if (log[j]! > largest) largest = log[j]!
  }
  return largest - least < MOST_SPREAD[precision]
}

/** Addresses of what a symmetric sum has besides the cloud. */
export interface SymmetricPlan {
  readonly largest: number
  readonly factors: number
  readonly maxima: number
  readonly minima: number
  readonly stripe: number
  readonly stripeCount: number
  readonly units: number
  readonly sums: number
}

/** Uploads g_j = exp(log_j − largest) and reserves the partial sums: 17·m numbers. */
export function planSymmetric(arena: Arena, precision: Precision, log: Float64Array, cloud: UploadedCloud): SymmetricPlan {
  const { blockCount, order } = cloud
  const stripe = Math.ceil(blockCount / MOST_STRIPES)
  const stripeCount = Math.ceil(blockCount / stripe)
  const units = (stripeCount * (stripeCount + 1)) / 2
  const factors = arena.take(blockCount * BLOCK_SIZE * laneBytes(precision))
  const maxima = arena.take(blockCount * 8)
  const minima = arena.take(blockCount * 8)
  const sums = arena.take(units * 2 * stripe * BLOCK_SIZE * 8)
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < log.length; j++) largest = Math.max(largest, log[j]!)
  const g = lanes(arena, precision, factors, blockCount * BLOCK_SIZE).fill(0)
  const high = arena.float64(maxima, blockCount).fill(Number.NEGATIVE_INFINITY)
  const low = arena.float64(minima, blockCount).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < order.length; i++) {
    const x = log[order[i]!]!
    const b = Math.floor(i / BLOCK_SIZE)
    g[i] = exp(x - largest)
    if (x > high[b]!) high[b] = x
    if (x < low[b]!) low[b] = x
  }
  return { largest, factors, maxima, minima, stripe, stripeCount, units, sums }
}

/** Log-sums in the caller's row order: for each stripe its partial sums are added in the order of the other stripe. */
export function mergeSymmetric(arena: Arena, plan: SymmetricPlan, order: Uint32Array): Float64Array {
  const { stripe, stripeCount, sums, largest } = plan
  const rows = stripe * BLOCK_SIZE
  const partial = arena.float64(sums, plan.units * 2 * rows)
  const total = new Float64Array(stripeCount * rows)
  const unitOf = (p: number, q: number): number => p * stripeCount - (p * (p - 1)) / 2 + q - p
  for (let p = 0; p < stripeCount; p++) {
    for (let q = 0; q < stripeCount; q++) {
      if (q >= p) addTo(total, p * rows, partial, unitOf(p, q) * 2 * rows, rows)
      if (q <= p) addTo(total, p * rows, partial, (unitOf(q, p) * 2 + 1) * rows, rows)
    }
  }
  const out = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) out[order[i]!] = largest + naturalLog(total[i]!)
  return out
}

function addTo(total: Float64Array, at: number, partial: Float64Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) total[at + i] = total[at + i]! + partial[from + i]!
}
