import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, stackRows } from '../num/matrix.js'
import { type Key, normals } from '../num/random.js'
import { kernelOf, PAGE_BYTES, type WasmMemory, webAssembly } from '../num/webassembly.js'
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
export async function slicedWasserstein({ second, ...samples }: SlicedSamples): Promise<number> {
  return slicedDistances({ ...samples, others: [second] }, await slicer())[0]!
}

/** The same at once. */
export function slicedDistance({ second, ...samples }: SlicedSamples): number {
  return slicedDistances({ ...samples, others: [second] })[0]!
}

/** From one sample to several others, along the same directions. */
export function slicedDistances(
  samples: Omit<SlicedSamples, 'second'> & { readonly others: readonly Matrix[] },
  slice: Slicer = plainly
): number[] {
  const { first, others, key, directions = 200, watch } = samples
  for (const other of others) checkSamples(first, other, 1)
  const along = slice(first, others)
  const sums = others.map(() => 0)
  for (let k = 0; k < directions; k++) {
    throwIfStopped(watch, 'comparing samples')
    const direction = normals(key, first.cols, k)
    const length = Math.sqrt(direction.reduce((total, c) => total + c * c, 0))
    for (const [i, squared] of along(direction, length).entries()) sums[i]! += squared
  }
  return sums.map((sum) => Math.sqrt(sum / directions))
}

/** Squared distances of samples along a direction of some length, from the first to each other one. */
type Slicer = (first: Matrix, others: readonly Matrix[]) => (direction: Float64Array, length: number) => readonly number[]

/** @internal By plain loops. */
export const plainly: Slicer = (first, others) => (direction, length) => {
  const own = project(first, direction, length)
  return others.map((other) => squaredQuantileDistance(own, project(other, direction, length)))
}

/** Exports of the compiled kernel: see `assembly/slices.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, columns: number): number
  addressOf(part: number): number
  arrange(): void
  project(length: number): void
  ascend(start: number, count: number): void
  squaredDistance(count: number, start: number, others: number): number
}

/** Numbers that fit the memory of a small job: 128 MB with those that stand there twice. */
const MOST_NUMBERS = 2 ** 23

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/slices.js'))

/**
 * What slices samples in WebAssembly, where there is some, with the bits of plain loops. What it gives must be used up before it is called
 * again, or anything is awaited: all samples share one memory.
 */
export async function slicer(): Promise<Slicer> {
  if (!webAssembly()) return plainly
  const own = await kernel()
  return (first, others) => {
    const numbers = others.reduce((sum, { data }) => sum + data.length, first.data.length)
    return first.cols === 0 || numbers > MOST_NUMBERS ? plainly(first, others) : placed(own, [first, ...others])
  }
}

function placed(kernel: Kernel, samples: readonly Matrix[]): ReturnType<Slicer> {
  const { rows, cols, data } = stackRows(samples)
  const needed = kernel.place(rows, cols) >>> 0
  const { memory } = kernel
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES))
  const at = (part: number, count: number) => new Float64Array(memory.buffer, kernel.addressOf(part) >>> 0, count)
  at(0, data.length).set(data)
  kernel.arrange()
  const starts = samples.map((_, k) => samples.slice(0, k).reduce((sum, sample) => sum + sample.rows, 0))
  const n = samples[0]!.rows
  return (direction, length) => {
    at(1, cols).set(direction)
    kernel.project(length)
    for (const [k, sample] of samples.entries()) kernel.ascend(starts[k]!, sample.rows)
    return samples.slice(1).map((sample, k) => kernel.squaredDistance(n, starts[k + 1]!, sample.rows) / (n * sample.rows))
  }
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
