import type { Matrix } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import { kernelOf, PAGE_BYTES, type WasmMemory, webAssembly } from '../num/webassembly.js'
import type { Bins } from './bins.js'

/** Exports of the compiled kernel: see `assembly/forest.ts`. */
interface Kernel {
  readonly memory: WasmMemory
  place(rows: number, columns: number, zeros: number, tried: number): number
  addressOf(part: number): number
  begin(seedLow: number, seedHigh: number, stream: number): void
  addTree(tree: number): void
}

/** Rows whose counts fit half a word, and numbers of them that fit the memory of a small job: 64 MB. */
const MOST_ROWS = 0xffff
const MOST_NUMBERS = 2 ** 23

const kernel = kernelOf<Kernel>(() => import('./wasm/generated/forest.js'))

export interface VoteProblem {
  /** [n, d] */
  readonly points: Matrix
  readonly bins: Bins
  /** Rows of class 0, and of class 1. */
  readonly members: readonly [Int32Array, Int32Array]
  /** Columns that are tried at a node. */
  readonly featureCount: number
  readonly key: Key
}

/** Trees of two classes grown one after another in WebAssembly, and what those that have not seen a row say of it. */
export interface VotingTrees {
  addTree(tree: number): void
  /** Shares of class 1 added up over the trees that have not seen a row [n], and how many these are [n]. */
  votes(): { readonly sums: Float64Array; readonly counts: Int32Array }
}

/**
 * What places a problem on such points: its trees must be grown and counted before anything else is awaited, for all problems share
 * one memory. Undefined where there is no WebAssembly, or too much of them for it.
 */
export async function votingKernel({ rows, data }: Matrix): Promise<((problem: VoteProblem) => VotingTrees) | undefined> {
  if (!webAssembly() || rows > MOST_ROWS || data.length > MOST_NUMBERS) return undefined
  const own = await kernel()
  return (problem) => placed(own, problem)
}

function placed(kernel: Kernel, { points, bins, members, featureCount, key }: VoteProblem): VotingTrees {
  const { rows, cols, data } = points
  const needed = kernel.place(rows, cols, members[0].length, featureCount) >>> 0
  const { memory } = kernel
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES))
  const at = (part: number) => kernel.addressOf(part) >>> 0
  const { buffer } = memory
  new Uint8Array(buffer, at(0), bins.codes.length).set(bins.codes)
  for (const [part, numbers] of [bins.low, bins.high, data].entries()) new Float64Array(buffer, at(part + 1), numbers.length).set(numbers)
  const order = new Int32Array(buffer, at(4), rows)
  order.set(members[0])
  order.set(members[1], members[0].length)
  kernel.begin(key.seedLow, key.seedHigh, key.stream)
  return {
    addTree: (tree) => kernel.addTree(tree),
    votes: () => ({ sums: new Float64Array(buffer, at(5), rows).slice(), counts: new Int32Array(buffer, at(6), rows).slice() })
  }
}
