import type { ModelContents } from '../model-file/contents.js'
import { BANDWIDTH, float64Array, logWeightsIn, number, record, SCALED } from '../model-file/reading.js'
import { matrix } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'
import type { DiffusionPlacing } from './diffusion-map.js'

/** Eigenvalues of a stochastic operator: up to 1, and above the rounding by which Nyström would divide. */
const EIGENVALUE = { least: 1e-9, most: 1 + 1e-6 }

/**
 * The placing of a diffusion map in `columnCount` columns that a model file keeps as `epsilon`, `alpha` and arrays; the points
 * that they are of are numbered from 0. Throws `FormatError` (code `model-damaged`).
 */
export function placingIn(
  { meta, arrays }: Pick<ModelContents, 'meta' | 'arrays'>,
  { dimension, columnCount }: { readonly dimension: number; readonly columnCount: number }
): DiffusionPlacing {
  const { epsilon, alpha } = record<Pick<DiffusionPlacing, 'epsilon' | 'alpha'>>({
    epsilon: number(BANDWIDTH),
    alpha: number({ least: -1, most: 2 })
  })(meta, 'meta')
  const logWeights = logWeightsIn(arrays, undefined)
  const n = logWeights.length
  return {
    cloud: cloud(matrix(n, columnCount, float64Array(arrays, 'points', n * columnCount, SCALED)), logWeights),
    rows: Uint32Array.from(logWeights.keys()),
    epsilon,
    alpha,
    potentials: float64Array(arrays, 'potentials', n, SCALED),
    eigenvalues: float64Array(arrays, 'eigenvalues', dimension, EIGENVALUE),
    eigenvectors: matrix(n, dimension, float64Array(arrays, 'eigenvectors', n * dimension, SCALED))
  }
}
