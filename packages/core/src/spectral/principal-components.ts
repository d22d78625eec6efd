import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { symmetricEigen, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { largestEigenpairs } from './eigenpairs.js'

export interface PrincipalComponents {
  /** Column means [D]. */
  readonly mean: Float64Array
  /** Orthonormal directions as rows, entry of largest magnitude positive [K, D]. */
  readonly directions: Matrix
  /** Variance along each direction, largest first [K]. */
  readonly variances: Float64Array
  /** Variance of all columns together. */
  readonly totalVariance: number
}

/** Up to this many columns the whole covariance matrix is solved. */
const DENSE_COLUMNS = 48

/**
 * The leading principal components of rows [M, D].
 * Cost O(M·D²) for D ≤ 48, otherwise 5 to 15 products with the rows, O(M·D·K) each; memory O(M·(D + K)).
 * Throws `InputError` when count is above min(D, M − 1), or all rows are equal.
 */
export async function principalComponents(rows: Matrix, count: number, watch?: Watch): Promise<PrincipalComponents> {
  const most = Math.min(rows.cols, rows.rows - 1)
  if (!(Number.isInteger(count) && count >= 1 && count <= most)) {
    throw new InputError({
      code: 'dimension-above-rank',
      got: `${count} principal components of ${rows.rows} rows with ${rows.cols} columns`,
      expected: `a whole number from 1 to ${most}`,
      try: `pca:${Math.max(1, most)}, or fewer`
    })
  }
  const { mean, centred, totalVariance } = centre(rows)
  if (!(totalVariance > 0)) {
    throw new InputError({
      code: 'constant-data',
      got: 'rows that are all equal',
      expected: 'at least two different rows',
      try: 'other data'
    })
  }
  const { values, vectors } = rows.cols <= DENSE_COLUMNS ? denseComponents(centred) : await leadingComponents(centred, count, watch)
  const directions = matrix(count, rows.cols)
  for (let k = 0; k < count; k++)
    for (let c = 0; c < rows.cols; c++) directions.data[k * rows.cols + c] = vectors.data[c * vectors.cols + k]!
  return { mean, directions, variances: values.slice(0, count).map((x) => Math.max(0, x)), totalVariance }
}

function centre(rows: Matrix): { mean: Float64Array; centred: Matrix; totalVariance: number } {
  const mean = new Float64Array(rows.cols)
  for (let i = 0; i < rows.rows; i++) for (let c = 0; c < rows.cols; c++) mean[c] = mean[c]! + rows.data[i * rows.cols + c]! / rows.rows
  const centred = matrix(rows.rows, rows.cols)
  let squares = 0
  for (let i = 0; i < rows.rows; i++) {
    for (let c = 0; c < rows.cols; c++) {
      const value = rows.data[i * rows.cols + c]! - mean[c]!
      centred.data[i * rows.cols + c] = value
      squares += value * value
    }
  }
  return { mean, centred, totalVariance: squares / rows.rows }
}

function denseComponents(centred: Matrix): { values: Float64Array; vectors: Matrix } {
  const d = centred.cols
  const covariance = matrix(d, d)
  for (let i = 0; i < centred.rows; i++) {
    for (let a = 0; a < d; a++) {
      const value = centred.data[i * d + a]! / centred.rows
      for (let b = 0; b <= a; b++) covariance.data[a * d + b] = covariance.data[a * d + b]! + value * centred.data[i * d + b]!
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) covariance.data[b * d + a] = covariance.data[a * d + b]!
  return symmetricEigen(covariance)
}

async function leadingComponents(
  centred: Matrix,
  count: number,
  watch: Watch | undefined
): Promise<{ values: Float64Array; vectors: Matrix }> {
  const operator = { size: centred.cols, apply: async (block: Matrix) => covarianceTimes(centred, block) }
  const scale = covarianceTimes(centred, matrix(centred.cols, 1, new Float64Array(centred.cols).fill(1))).data.reduce(
    (a, x) => Math.max(a, Math.abs(x)),
    1e-300
  )
  return largestEigenpairs({ operator, count, tolerance: 1e-9 * scale, watch })
}

/** (1/M) Xᵀ X V, a row of X at a time. */
function covarianceTimes(rows: Matrix, block: Matrix): Matrix {
  const d = rows.cols
  const b = block.cols
  const out = transpose(matrix(b, d))
  const image = new Float64Array(b)
  for (let i = 0; i < rows.rows; i++) {
    image.fill(0)
    for (let c = 0; c < d; c++) {
      const value = rows.data[i * d + c]!
      if (value === 0) continue
      for (let k = 0; k < b; k++) image[k] = image[k]! + value * block.data[c * b + k]!
    }
    for (let c = 0; c < d; c++) {
      const value = rows.data[i * d + c]! / rows.rows
      if (value === 0) continue
      for (let k = 0; k < b; k++) out.data[c * b + k] = out.data[c * b + k]! + value * image[k]!
    }
  }
  return out
}
