import { bytesFromBase64 } from './base64.js'
import { base64 } from './wasm/generated/rows.js'
import { PAGE_BYTES, type WasmMemory, webAssembly } from './webassembly.js'

/** Loops over the rows of a matrix, compiled: see `wasm/assembly/rows.ts`. Arguments are addresses and counts. */
interface RowKernel {
  readonly memory: WasmMemory
  order(points: number, rows: number, cols: number, keys: number, out: number): void
  equal(cells: number, rows: number, cols: number, down: number, across: number, codes: number, slots: number, size: number): number
  moments(points: number, rows: number, cols: number, weights: number, mean: number, sums: number, work: number): void
  uniforms(chain: number, ...key: readonly [...RowKey, first: number, count: number, out: number, work: number]): void
  permutation(...key: readonly [...RowKey, n: number, out: number, work: number]): void
  distances(rows: number, tiles: number, cols: number, before: number, columns: number, values: number, known: number, out: number): void
  tilt(...look: FeatureLook): void
  addFeatures(...look: FeatureLook): void
  addSquares(...look: FeatureLook): void
  nearest(distances: number, numbers: number, n: number, start: number, own: number, out: number, squared: number, count: number): void
}

/** Points, how many and of how many columns, how many of which also as squares; what the features are less and over; room for one row's; a number of every row, and those of every feature. */
type FeatureLook = readonly [
  ...points: readonly [at: number, rows: number, cols: number, squares: number],
  ...by: readonly [centre: number, scale: number],
  work: number,
  ofRows: number,
  first: number,
  second: number
]

/** Step, stream, seed. */
type RowKey = readonly [step: number, stream: number, seedLow: number, seedHigh: number]

/** Where the first array stands; below is the compiler's own. */
const START = 1024
/** More bytes are not held beside the data themselves: 64 MB. */
const MOST_BYTES = 2 ** 26

let kernel: RowKernel | undefined | false

/** The kernel, undefined where there is no WebAssembly with vectors, or where it is asked to be compiled elsewhere first. Compiled when it is first asked for. */
function rowKernel(): RowKernel | undefined {
  if (kernel === undefined) {
    try {
      const { Module, Instance } = webAssembly()!
      kernel = new Instance(new Module(bytesFromBase64(base64)), {}).exports as RowKernel
    } catch {
      kernel = false
    }
  }
  return kernel || undefined
}

/**
 * The kernel with room for arrays of so many bytes, 16 apart at least, and their addresses; undefined where it cannot hold them, and
 * plain loops do the same. Arrays stand there until anybody asks for room again.
 */
export function rowsIn(bytes: readonly number[]): { readonly kernel: RowKernel; readonly at: readonly number[] } | undefined {
  let end = START
  const at = bytes.map((length) => {
    const start = end
    end += 16 * Math.ceil(length / 16) + 16
    return start
  })
  if (end > MOST_BYTES) return undefined
  const own = rowKernel()
  if (!own) return undefined
  const missing = end - own.memory.buffer.byteLength
  if (missing > 0) own.memory.grow(Math.ceil(missing / PAGE_BYTES))
  return { kernel: own, at }
}
