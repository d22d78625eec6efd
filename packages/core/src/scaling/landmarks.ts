import type { Engine } from '../kernel/engine.js'
import type { Kernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import { logSumExp } from '../num/log-space.js'
import { takeRows } from '../num/matrix.js'
import { blockOrder } from '../space/blocks.js'
import { type Cloud, cloud as cloudOf } from '../space/cloud.js'

/** A cloud with its kernel, and who adds over it. */
interface CloudKernel {
  readonly cloud: Cloud
  readonly kernel: Kernel
  readonly engine: Engine
}

/** Rows that stand for the runs of the block order in whose middle they are, with the weight of these. */
interface Landmarks {
  readonly rows: Uint32Array
  readonly cloud: Cloud
  readonly kernel: Kernel
}

/** Every (M/L)-th of the rows with weight, in block order; empty where none has weight. Cost O(M·d·log M). */
export function landmarksOf({ cloud, kernel }: CloudKernel, count: number): Landmarks {
  const weighed = weighedRows(cloud)
  const most = Math.min(count, weighed.length)
  const placeOf = (k: number): number => Math.floor((k * weighed.length) / most)
  const rows = Uint32Array.from({ length: most }, (_, k) => weighed[Math.floor((placeOf(k) + placeOf(k + 1)) / 2)]!)
  const total = logSumExp(cloud.logWeights)
  const logWeights = new Float64Array(weighed.length)
  for (let k = 0; k < weighed.length; k++) logWeights[k] = cloud.logWeights[weighed[k]!]!
  const weights = new Float64Array(most).map((_, k) => logSumExp(logWeights.subarray(placeOf(k), placeOf(k + 1))) - total)
  return { rows, cloud: cloudOf(takeRows(cloud.points, rows), weights), kernel: kernelBetween(kernel, rows, rows) }
}

/** Rows with weight, in block order. */
function weighedRows({ points, logWeights }: Cloud): Uint32Array {
  const order = blockOrder(points)
  return logWeights.includes(Number.NEGATIVE_INFINITY) ? order.filter((row) => logWeights[row]! > Number.NEGATIVE_INFINITY) : order
}

/**
 * Potentials of all rows [M] from those of landmarks [L], in closed form. S_i being the sum over the landmarks, a row meets
 * v_i (S_i + w_i v_i) = 1 at v_i = 2/(S_i + √(S_i² + 4w_i)): never above w_i^(−1/2), which is where a row without neighbours stands.
 * Cost one pass over M·L pairs.
 */
export async function extendPotentials(
  { cloud, kernel, engine }: CloudKernel,
  { rows, cloud: part }: Landmarks,
  potentials: Float64Array
): Promise<Float64Array> {
  const terms = potentials.map((f, k) => f + part.logWeights[k]!)
  const sums = await engine.logSum({ from: cloud, to: part, kernel: kernelBetween(kernel, undefined, rows) }, terms)
  for (let i = 0; i < sums.length; i++) {
    const half = 0.5 * Math.max(cloud.logWeights[i]!, LEAST_LOG)
    sums[i] = -half - arsinhHalf(sums[i]! - half)
  }
  return sums
}

/** The sum of two arrays, number by number. */
export function addInto(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = a[i]! + b[i]!
  return out
}

/** A row of weight zero counts as one of e^−700: what a float64 number can hold. */
const LEAST_LOG = -700

/** arsinh(e^x / 2) = log((e^x + √(e^2x + 4)) / 2). */
function arsinhHalf(x: number): number {
  if (x > 0) return x + log(0.5 + 0.5 * Math.sqrt(1 + 4 * exp(-2 * x)))
  return log(0.5 * (exp(x) + Math.sqrt(exp(2 * x) + 4)))
}

/** Rows at which a residual is looked at: its root mean square is then known to a few per cent. */
const PROBES = 1000
/** Multiples of the golden ratio, less whole numbers, lie evenly and in step with no regular choice of rows. */
const GOLDEN = 0.6180339887498949

/**
 * How far potentials are from scaling the kernel: the root mean square of f_i + LSE_j(log k_ij + f_j + a_j) over rows spread
 * along the block order, weighed as these. Zero at the solution, and to first order not less than the error of f.
 * Cost one pass over 1,000·M pairs for each set of potentials.
 */
export function residualProbe({ cloud, kernel, engine }: CloudKernel): (potentials: Float64Array) => Promise<number> {
  const weighed = weighedRows(cloud)
  const count = Math.min(PROBES, weighed.length)
  const rows = Uint32Array.from({ length: count }, (_, k) => weighed[Math.floor(((k * GOLDEN) % 1) * weighed.length)]!)
  const pair = { from: cloudOf(takeRows(cloud.points, rows)), to: cloud, kernel: kernelBetween(kernel, rows, undefined) }
  const shares = Float64Array.from(rows, (row) => cloud.logWeights[row]!)
  const total = logSumExp(shares)
  return async (potentials) => {
    const sums = await engine.logSum(pair, addInto(potentials, cloud.logWeights))
    return Math.sqrt(rows.reduce((mean, row, k) => mean + exp(shares[k]! - total) * (potentials[row]! + sums[k]!) ** 2, 0))
  }
}

/** The kernel restricted to rows of its `from` and `to` sides (undefined: all). */
export function kernelBetween(kernel: Kernel, from: Uint32Array | undefined, to: Uint32Array | undefined): Kernel {
  if (kernel.kind === 'gaussian') return kernel
  const part = (width: Float64Array, rows: Uint32Array | undefined) => (rows ? Float64Array.from(rows, (row) => width[row]!) : width)
  return { ...kernel, fromWidth: part(kernel.fromWidth, from), toWidth: part(kernel.toWidth, to) }
}
