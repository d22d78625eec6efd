import { exp, log } from '../num/elementary.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { keyFor, keyFromSeed, permutation } from '../num/random.js'
import { quantileOfSorted, sorted } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import type { Engine } from './engine.js'
import { gaussianKernel, type Kernel, variableKernel } from './kernel.js'

/**
 * The field ρ of the variable-bandwidth kernel, defined at any x: log ρ(x) is a kernel mean of the log squared
 * k-nearest-neighbour distances of the training points, clipped, with geometric mean 1 over them. Plain data.
 */
interface WidthField {
  /** Training points [M, d]. */
  readonly points: Matrix
  /** log ρ before smoothing [M]. */
  readonly logWidths: Float64Array
  /** ε of the smoothing kernel. */
  readonly smoothing: number
}

/** A kernel before it is laid on a pair: what a model keeps. */
export type KernelChoice =
  | { readonly kind: 'fixed'; readonly epsilon: number }
  | { readonly kind: 'variable'; readonly epsilon: number; readonly field: WidthField }

/** Neighbours whose distance is a row's own width: the tenth tells density to a third, and is still near. */
const NEIGHBOUR_COUNT = 10
/** ρ is kept within this factor of its geometric mean. */
const WIDTH_RANGE = 30

/** Squared distance from every row to its nearest other row [M]. Cost of one `nearest`. */
export async function nearestSquaredDistances(points: Matrix, engine: Engine): Promise<Float64Array> {
  const side = cloud(points)
  const { squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, Math.min(2, points.rows))
  return Float64Array.from({ length: points.rows }, (_, i) => squaredDistances[2 * i + 1] ?? 0)
}

/** Rows that tell a typical spacing: the median of as many is known to 2 %, whatever all are. */
const SPACING_ROWS = 2000

/** Squared distances to the nearest other row [min(M, 2000)] from some rows, spread evenly by chance. Cost 2,000·M pairs at most. */
export async function sampledSquaredDistances(points: Matrix, engine: Engine): Promise<Float64Array> {
  if (points.rows <= SPACING_ROWS) return nearestSquaredDistances(points, engine)
  const rows = permutation(keyFor(keyFromSeed(1), 'spacing'), points.rows).subarray(0, SPACING_ROWS)
  const pair = { from: cloud(takeRows(points, rows)), to: cloud(points), kernel: gaussianKernel(1) }
  const { squaredDistances } = await engine.nearest(pair, 2)
  return Float64Array.from(rows, (_, i) => squaredDistances[2 * i + 1]!)
}

/** A typical squared nearest-neighbour distance: the median, or where ties make it zero the quantile just above their share. */
export function typicalAboveTies(values: Float64Array): number {
  const ascending = sorted(values)
  const middle = quantileOfSorted(ascending, 0.5)
  if (middle > 0) return middle
  const positive = ascending.filter((x) => x > 0)
  return positive.length === 0 ? 0 : quantileOfSorted(positive, 0.5)
}

/** Fits ρ to training points. Cost of one `nearest` with 10 neighbours. */
export async function fitWidthField(points: Matrix, engine: Engine): Promise<WidthField> {
  const side = cloud(points)
  const count = Math.min(NEIGHBOUR_COUNT + 1, points.rows)
  const { squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, count)
  const farthest = Float64Array.from({ length: points.rows }, (_, i) => squaredDistances[(i + 1) * count - 1]!)
  const floor = typicalAboveTies(farthest) / WIDTH_RANGE
  const logs = farthest.map((x) => log(Math.max(x, floor > 0 ? floor : 1)))
  const centre = logs.reduce((sum, x) => sum + x / logs.length, 0)
  const limit = log(WIDTH_RANGE)
  const clipped = logs.map((x) => Math.min(limit, Math.max(-limit, x - centre)))
  const field = { points, logWidths: clipped, smoothing: Math.max(typicalAboveTies(farthest), 1e-12) / 4 }
  // Smoothing moves the geometric mean over the training points; a constant takes it back to 1.
  const smooth = await widthsAt(field, points, engine)
  const shift = smooth.reduce((sum, x) => sum + log(x) / smooth.length, 0)
  return { ...field, logWidths: clipped.map((x) => x - shift) }
}

/** ρ at any points [n]. Cost of one `mean`. */
export async function widthsAt(field: WidthField, points: Matrix, engine: Engine): Promise<Float64Array> {
  const pair = { from: cloud(points), to: cloud(field.points), kernel: gaussianKernel(field.smoothing) }
  const means = await engine.mean(pair, new Float64Array(field.points.rows), matrix(field.points.rows, 1, field.logWidths))
  return means.data.map(exp)
}

/** ρ at points, where the choice is a variable kernel. */
export async function widthsFor(choice: KernelChoice, points: Matrix, engine: Engine): Promise<Float64Array | undefined> {
  return choice.kind === 'variable' ? widthsAt(choice.field, points, engine) : undefined
}

/** The kernel of a pair whose ends have widths as `widthsFor` gives them. */
export function kernelOf(choice: KernelChoice, fromWidths: Float64Array | undefined, toWidths: Float64Array | undefined): Kernel {
  return choice.kind === 'variable' && fromWidths && toWidths
    ? variableKernel(choice.epsilon, fromWidths, toWidths)
    : gaussianKernel(choice.epsilon)
}

/** The same choice at another ε. */
export function atEpsilon(choice: KernelChoice, epsilon: number): KernelChoice {
  return { ...choice, epsilon }
}
