import { throwIfStopped, type Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { type Key, normals } from '../num/random.js'
import { checkSamples } from './samples.js'

interface SlicedSamples {
  /** [n, d] and [m, d] */
  readonly first: Matrix
  readonly second: Matrix
  readonly key: Key
  /** Default 200. */
  readonly directions?: number
  readonly watch?: Watch | undefined
}

/**
 * Sliced Wasserstein-2 distance: root of the mean, over random directions, of the squared difference of the samples'
 * quantile functions. Sizes may differ. Positive also between samples of one distribution: compare with its floor.
 * @source Bonneel, Rabin, Peyré, Pfister, *Sliced and Radon Wasserstein barycenters*, JMIV 2015.
 * Cost O(directions·(n + m)(d + log(n + m))). Throws `InputError` for empty samples, unequal widths, coordinates that are
 * not finite.
 */
export async function slicedWasserstein(samples: SlicedSamples): Promise<number> {
  return slicedDistance(samples)
}

/** The same at once. */
export function slicedDistance({ second, ...samples }: SlicedSamples): number {
  return slicedDistances({ ...samples, others: [second] })[0]!
}

/** From one sample to several others, along the same directions. */
export function slicedDistances(samples: Omit<SlicedSamples, 'second'> & { readonly others: readonly Matrix[] }): number[] {
  const { first, others, key, directions = 200, watch } = samples
  for (const other of others) checkSamples(first, other, 1)
  const sums = others.map(() => 0)
  for (let k = 0; k < directions; k++) {
    throwIfStopped(watch, 'comparing samples')
    const direction = normals(key, first.cols, k)
    const length = Math.sqrt(direction.reduce((total, c) => total + c * c, 0))
    const own = project(first, direction, length)
    for (const [i, other] of others.entries()) sums[i]! += squaredQuantileDistance(own, project(other, direction, length))
  }
  return sums.map((sum) => Math.sqrt(sum / directions))
}

/** Coordinates along a direction, ascending. */
function project({ data, rows, cols }: Matrix, direction: Float64Array, length: number): Float64Array {
  const out = new Float64Array(rows)
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0
    for (let c = 0; c < cols; c++) sum += data[at++]! * direction[c]!
    out[i] = sum / length
  }
  return out.sort()
}

/** ∫₀¹ (F⁻¹ − G⁻¹)² for the empirical quantile functions of two ascending samples: exact for any sizes. Cost O(n + m). */
export function squaredQuantileDistance(a: Float64Array, b: Float64Array): number {
  const n = a.length
  const m = b.length
  let i = 0
  let j = 0
  // Places on [0, 1] in units of 1/(n·m), so that the steps are whole numbers.
  let place = 0
  let sum = 0
  while (i < n && j < m) {
    const next = Math.min((i + 1) * m, (j + 1) * n)
    const difference = a[i]! - b[j]!
    sum += (next - place) * difference * difference
    place = next
    if (next === (i + 1) * m) i++
    if (next === (j + 1) * n) j++
  }
  return sum / (n * m)
}
