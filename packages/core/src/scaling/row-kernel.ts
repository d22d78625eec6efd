import type { Matrix } from '../num/matrix.js'

/** An implied n×m matrix of log-kernel values, made one row at a time and never stored. */
export interface RowKernel {
  readonly rows: number
  readonly cols: number
  /** Writes log k(i, ·) to `out` [cols]; −∞ forbids a pair. */
  fillRow(i: number, out: Float64Array): void
  /** The same values block by block, where the kernel knows what a block can be worth at most. */
  readonly blocks?: KernelBlocks
  /** Where it is a function of points: these, and the same kernel between some of them. */
  readonly among?: Among
}

export interface Among {
  /** [rows, d] and [cols, d], in units in which the kernel has a standard deviation of one. */
  scaled(): { readonly from: Matrix; readonly to: Matrix }
  part(rows: Uint32Array, cols: Uint32Array | undefined): RowKernel
}

/** Columns in an order in which neighbours stand together, so that a block that is worth nothing to a row is left out whole. */
export interface KernelBlocks {
  /** The column at each place [cols]. */
  readonly order: Uint32Array
  /** Places a block; the last one may be shorter. */
  readonly size: number
  /** Writes log k(i, order[p]) to out[p] for places start ≤ p < end. */
  fill(i: number, start: number, end: number, out: Float64Array): void
  /** Given a term [cols] by place: what is at least as large as every log k(i, ·) + term of a run of so many places. */
  bounds(term: Float64Array, size: number): (i: number, run: number) => number
}

/** The kernel to the power 1/temperature. */
export function heated(kernel: RowKernel, temperature: number): RowKernel {
  const cool = (out: Float64Array, start: number, end: number): void => {
    for (let j = start; j < end; j++) out[j] = out[j]! / temperature
  }
  const { blocks } = kernel
  return {
    rows: kernel.rows,
    cols: kernel.cols,
    fillRow(i, out) {
      kernel.fillRow(i, out)
      cool(out, 0, out.length)
    },
    ...(blocks && {
      blocks: {
        order: blocks.order,
        size: blocks.size,
        fill(i, start, end, out) {
          blocks.fill(i, start, end, out)
          cool(out, start, end)
        },
        bounds(term, size) {
          const bound = blocks.bounds(
            term.map((x) => x * temperature),
            size
          )
          return (i, run) => bound(i, run) / temperature
        }
      }
    })
  }
}

/** Values held at most: 32 MB. */
const MOST_HELD = 4e6

/** The same kernel with its values held, where they are few: for one that is gone over many times and dear. */
export function held(kernel: RowKernel): RowKernel {
  const { rows, cols } = kernel
  if (rows * cols > MOST_HELD) return kernel
  const values = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) kernel.fillRow(i, values.subarray(i * cols, (i + 1) * cols))
  return { rows, cols, fillRow: (i, out) => out.set(values.subarray(i * cols, (i + 1) * cols)) }
}

/** A kernel that knows no blocks is one block. */
export function oneBlock(kernel: RowKernel): KernelBlocks {
  return {
    order: Uint32Array.from({ length: kernel.cols }, (_, j) => j),
    size: kernel.cols,
    fill: (i, _start, _end, out) => kernel.fillRow(i, out),
    bounds: () => () => Number.POSITIVE_INFINITY
  }
}
