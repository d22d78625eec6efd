import { throwIfStopped } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { pooledCovariance, type ScaledWindow, type WindowContext, type WindowRows, windowBridge } from './window.js'
import { lawAt } from './window-chain.js'

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
export async function twicedTargets(rows: WindowRows, window: ScaledWindow, context: WindowContext): Promise<Matrix> {
  const { targets } = rows
  const fitted = await fittedMeans(rows, window, context)
  const left = matrix(
    targets.rows,
    targets.cols,
    targets.data.map((y, i) => y - fitted.data[i]!)
  )
  const taken = await fittedMeans({ ...rows, targets: left }, window, context)
  return matrix(
    targets.rows,
    targets.cols,
    targets.data.map((y, i) => y + taken.data[i]!)
  )
}

/** Mean of the window's law at each of its training rows [M, t]. */
async function fittedMeans(rows: WindowRows, window: ScaledWindow, { engine, watch }: WindowContext): Promise<Matrix> {
  const { targets, givens } = rows
  const { bandwidth, potentials } = window
  const bridge = windowBridge(rows, bandwidth, { potentials, pooled: await pooledCovariance(rows, window, engine) })
  const out = matrix(targets.rows, targets.cols)
  for (let first = 0; first < out.rows; first += TILE) {
    throwIfStopped(watch, 'twicing')
    const count = Math.min(TILE, out.rows - first)
    const part = matrix(count, givens.cols, givens.data.subarray(first * givens.cols, (first + count) * givens.cols))
    const { law } = await lawAt(bridge, matrix(count, targets.cols), part, { engine })
    out.data.set(law.mean.data, first * out.cols)
  }
  return out
}
