import { quiet } from '../num/iterate.js'
import { beside, type Matrix } from '../num/matrix.js'
import { fitLaw, type Law, type LawProblem, lawOf, type ScalingContext, scaleRows } from './law.js'

/**
 * Bandwidths of a window: one ε for the coordinates to draw, one for those that are given. Two bandwidths are one
 * Gaussian kernel on coordinates divided by √ε. With `free` targets the kernel compares the givens only: one draw
 * forgets where it started.
 */
export interface WindowBandwidth {
  readonly target: number | 'free'
  readonly given: number
}

/** Training rows of a small problem: some coordinates to draw given others. */
export interface WindowRows {
  /** [M, t] */
  readonly targets: Matrix
  /** [M, k], k ≥ 0 */
  readonly givens: Matrix
  readonly logWeights: Float64Array
}

/** What is found about a window once and kept: potentials f [M] and the average local covariance, packed. */
export interface WindowFit {
  readonly potentials: Float64Array
  readonly pooled: Float64Array
}

export type WindowContext = Pick<ScalingContext, 'engine' | 'watch'>

/** Turns past which a small problem gains nothing from a finer scaling. */
const SCALING = { tolerance: 1e-4, turns: 100 }

/** Fits a window; potentials are found unless they are known. Cost about 10 kernel passes over M² pairs, memory O(M·(t + k)²). */
export async function fitWindow(
  rows: WindowRows,
  bandwidth: WindowBandwidth,
  context: WindowContext & { readonly potentials?: Float64Array }
): Promise<WindowFit> {
  const { engine, watch } = context
  const problem = windowProblem(rows, bandwidth)
  const potentials = context.potentials ?? (await scaleRows(problem, { engine, ...SCALING, watch: quiet(watch) })).potentials
  const { pooled } = await fitLaw(problem, { engine, potentials })
  return { potentials, pooled: pooled! }
}

/** The law of a fitted window. Cost O(M·(t + k)). */
export function windowLaw(rows: WindowRows, bandwidth: WindowBandwidth, fit: WindowFit): Law {
  return lawOf(windowProblem(rows, bandwidth), fit)
}

function windowProblem({ targets, givens, logWeights }: WindowRows, { target, given }: WindowBandwidth): LawProblem {
  const columns = { drawn: targets.cols, given: givens.cols }
  const scales = new Float64Array(targets.cols + givens.cols).fill(Math.sqrt(given))
  scales.fill(target === 'free' ? Number.POSITIVE_INFINITY : Math.sqrt(target), 0, targets.cols)
  const rows = { coordinates: beside(targets, givens), codes: new Int32Array(0) }
  return { columns, rows, logWeights, kernel: { kind: 'fixed', epsilon: 1 }, scales }
}
