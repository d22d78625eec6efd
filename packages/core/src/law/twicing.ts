import { throwIfStopped } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Law } from './law.js'
import { lawAt } from './target-law.js'
import { fitWindow, type WindowBandwidth, type WindowContext, type WindowFit, type WindowRows, windowLaw } from './window.js'

/** Rows whose local covariances are held at a time. */
const TILE = 512

/**
 * Targets T + S(T − S T) [M, t], where S T are the means of the law that a window draws from, at its own training rows:
 * what smoothing takes from the mean given the givens is smoothed itself and given back, so that the mean of a window on
 * these targets bends as that of the data does. The noise about it is as it was, to the share of a row among its likes.
 *
 * For free targets only: with a kernel on the targets the mean is no regression.
 * @source Tukey 1977 (twicing); as boosting of a smoother, Bühlmann and Yu 2003.
 * Cost two kernel passes over M² pairs with their covariances, memory O(M·(t + k)).
 */
export async function twicedTargets(
  rows: WindowRows,
  { bandwidth, fit }: { readonly bandwidth: WindowBandwidth; readonly fit: WindowFit },
  context: WindowContext
): Promise<Matrix> {
  const { targets, givens } = rows
  const fitted = await fittedMeans(windowLaw(rows, bandwidth, fit), givens, context)
  const left = { ...rows, targets: combined(targets, fitted, -1) }
  const refit = await fitWindow(left, bandwidth, { potentials: fit.potentials, engine: context.engine })
  return combined(targets, await fittedMeans(windowLaw(left, bandwidth, refit), givens, context), 1)
}

/** a + factor·b */
function combined(a: Matrix, b: Matrix, factor: number): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.data.map((x, i) => x + factor * b.data[i]!)
  )
}

/** Mean of a law at the givens of its training rows [M, t]. */
async function fittedMeans(law: Law, givens: Matrix, { engine, watch }: WindowContext): Promise<Matrix> {
  const out = matrix(givens.rows, law.columns.drawn)
  for (let first = 0; first < out.rows; first += TILE) {
    throwIfStopped(watch, 'twicing')
    const count = Math.min(TILE, out.rows - first)
    const part = matrix(count, givens.cols, givens.data.subarray(first * givens.cols, (first + count) * givens.cols))
    const { mean } = await lawAt(law, matrix(count, out.cols), part, { engine })
    out.data.set(mean.data, first * out.cols)
  }
  return out
}
