import { symmetricEigen } from '../num/eigen.js'
import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { largestEigenpairs } from './eigenpairs.js'

interface PrincipalComponents {
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
  const { mean, totalVariance } = columnMoments(rows)
  if (!(totalVariance > 0)) {
    throw new InputError({
      code: 'constant-data',
      got: 'rows that are all equal',
      expected: 'at least two different rows',
      try: 'other data'
    })
  }
  const { values, vectors } =
    rows.cols <= DENSE_COLUMNS ? denseComponents(rows, mean) : await leadingComponents(rows, { mean, count, totalVariance, watch })
  const directions = matrix(count, rows.cols)
  for (let k = 0; k < count; k++)
    for (let c = 0; c < rows.cols; c++) directions.data[k * rows.cols + c] = vectors.data[c * vectors.cols + k]!
  return { mean, directions, variances: values.slice(0, count).map((x) => Math.max(0, x)), totalVariance }
}

function columnMoments(rows: Matrix): { mean: Float64Array; totalVariance: number } {
  const mean = new Float64Array(rows.cols)
  for (let i = 0; i < rows.rows; i++) for (let c = 0; c < rows.cols; c++) mean[c] = mean[c]! + rows.data[i * rows.cols + c]! / rows.rows
  let squares = 0
  for (let i = 0; i < rows.rows; i++) for (let c = 0; c < rows.cols; c++) squares += (rows.data[i * rows.cols + c]! - mean[c]!) ** 2
  return { mean, totalVariance: squares / rows.rows }
}

function denseComponents(rows: Matrix, mean: Float64Array): { values: Float64Array; vectors: Matrix } {
  const d = rows.cols
  const covariance = matrix(d, d)
  for (let i = 0; i < rows.rows; i++) {
    for (let a = 0; a < d; a++) {
      const value = (rows.data[i * d + a]! - mean[a]!) / rows.rows
      for (let b = 0; b <= a; b++) covariance.data[a * d + b] = covariance.data[a * d + b]! + value * (rows.data[i * d + b]! - mean[b]!)
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) covariance.data[b * d + a] = covariance.data[a * d + b]!
  return symmetricEigen(covariance)
}

interface Leading {
  readonly mean: Float64Array
  readonly count: number
  readonly totalVariance: number
  readonly watch: Watch | undefined
}

async function leadingComponents(
  rows: Matrix,
  { mean, count, totalVariance, watch }: Leading
): Promise<{ values: Float64Array; vectors: Matrix }> {
  const operator = { size: rows.cols, apply: async (block: Matrix) => covarianceTimes(rows, mean, block) }
  return largestEigenpairs({ operator, count, tolerance: 1e-9 * totalVariance, watch })
}

/** (1/M) Σ_i (x_i − μ)(x_i − μ)ᵀ V, a row at a time. The mean is taken off the products, so that zeros, many in images, cost nothing. */
function covarianceTimes(rows: Matrix, mean: Float64Array, block: Matrix): Matrix {
  const d = rows.cols
  const b = block.cols
  const out = matrix(d, b)
  const shift = new Float64Array(b)
  for (let c = 0; c < d; c++) for (let k = 0; k < b; k++) shift[k] = shift[k]! + mean[c]! * block.data[c * b + k]!
  const total = new Float64Array(b)
  const image = new Float64Array(b)
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.data.subarray(i * d, (i + 1) * d)
    for (let k = 0; k < b; k++) image[k] = -shift[k]!
    for (let c = 0; c < d; c++) if (row[c] !== 0) for (let k = 0; k < b; k++) image[k] = image[k]! + row[c]! * block.data[c * b + k]!
    for (let k = 0; k < b; k++) total[k] = total[k]! + image[k]!
    for (let c = 0; c < d; c++)
      if (row[c] !== 0) for (let k = 0; k < b; k++) out.data[c * b + k] = out.data[c * b + k]! + row[c]! * image[k]!
  }
  for (let c = 0; c < d; c++) {
    for (let k = 0; k < b; k++) out.data[c * b + k] = (out.data[c * b + k]! - mean[c]! * total[k]!) / rows.rows
  }
  return out
}
