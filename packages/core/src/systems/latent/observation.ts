import { InputError } from '../../num/errors.js'
import { symmetricEigen } from '../../num/linear-algebra.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import type { Codec, LinearDecoder } from '../../spectral/codec.js'

/** What is known about a row x: y = H x + N(0, diag(variances)). */
export interface RowObservation {
  /** H [p, D] */
  readonly operator: Matrix
  /** y [p] */
  readonly values: Float64Array
  /** [p], not negative; what the codec cannot reproduce is added. */
  readonly variances: Float64Array
}

/** Known values of some columns, e.g. the lower half of an image, each with noise of the given variance. */
export function observeColumns(
  columns: ArrayLike<number>,
  values: ArrayLike<number>,
  { variance, width }: { variance: number; width: number }
): RowObservation {
  const operator = matrix(columns.length, width)
  for (let p = 0; p < columns.length; p++) operator.data[p * width + columns[p]!] = 1
  return { operator, values: Float64Array.from(values), variances: new Float64Array(columns.length).fill(variance) }
}

/** At most K numbers that say about z all that the observation says: y' = H' z + N(0, 1). */
export interface ReducedObservation {
  /** H' [q, K] */
  readonly operator: Matrix
  /** y' [q] */
  readonly values: Float64Array
}

/**
 * The likelihood of z under y = H(offset + z B) + noise as a Gaussian in at most K independent numbers, from the information
 * matrix A = Bᵀ Hᵀ R^{−1} H B = Q Λ Qᵀ: H' = Λ^{1/2} Qᵀ. Cost O(p·D·K + K³).
 */
export function reduceObservation(decoder: LinearDecoder, observation: RowObservation): ReducedObservation {
  const { operator, values, variances } = observation
  const { basis, offset } = decoder
  const k = basis.rows
  const information = matrix(k, k)
  const vector = new Float64Array(k)
  const row = new Float64Array(k)
  for (let p = 0; p < operator.rows; p++) {
    const h = operator.data.subarray(p * operator.cols, (p + 1) * operator.cols)
    let miss = values[p]!
    row.fill(0)
    for (let c = 0; c < h.length; c++) {
      if (h[c] === 0) continue
      miss -= h[c]! * offset[c]!
      for (let a = 0; a < k; a++) row[a] = row[a]! + h[c]! * basis.data[a * basis.cols + c]!
    }
    for (let a = 0; a < k; a++) {
      vector[a] = vector[a]! + (row[a]! * miss) / variances[p]!
      for (let b = 0; b < k; b++) information.data[a * k + b] = information.data[a * k + b]! + (row[a]! * row[b]!) / variances[p]!
    }
  }
  const { values: lambda, vectors } = symmetricEigen(information)
  const rank = lambda.filter((x) => x > 1e-12 * lambda[0]! && x > 0).length
  const reduced = { operator: matrix(rank, k), values: new Float64Array(rank) }
  for (let q = 0; q < rank; q++) {
    const root = Math.sqrt(lambda[q]!)
    for (let a = 0; a < k; a++) {
      const entry = vectors.data[a * k + q]!
      reduced.operator.data[q * k + a] = root * entry
      reduced.values[q] = reduced.values[q]! + (entry * vector[a]!) / root
    }
  }
  return reduced
}

/** Rows that measure what a codec cannot reproduce, at most. */
const RESIDUAL_ROWS = 2000

/** Mean squared error of each column after encoding and decoding, on at most 2,000 of the rows [D]. */
export async function codecResidual(codec: Codec, rows: Matrix): Promise<Float64Array> {
  const count = Math.min(RESIDUAL_ROWS, rows.rows)
  const some = takeRows(
    rows,
    Uint32Array.from({ length: count }, (_, k) => Math.floor((k * rows.rows) / count))
  )
  const back = await codec.decode(await codec.encode(some))
  const residual = new Float64Array(rows.cols)
  for (let at = 0; at < some.data.length; at++)
    residual[at % rows.cols] = residual[at % rows.cols]! + (some.data[at]! - back.data[at]!) ** 2 / count
  return residual
}

/** The observation with the variance of what the codec cannot reproduce [D] added to its noise. Throws `InputError` (code `observation-shape`). */
export function withResidual(observation: RowObservation, residual: Float64Array): RowObservation {
  checkObservation(observation, residual.length)
  const { operator } = observation
  const variances = observation.variances.map((variance, p) => {
    let sum = variance
    for (let c = 0; c < operator.cols; c++) sum += operator.data[p * operator.cols + c]! ** 2 * residual[c]!
    return sum
  })
  const largest = variances.reduce((a, b) => Math.max(a, b), 0)
  // Columns that are known without any noise still need a likelihood that can be computed.
  return { ...observation, variances: variances.map((v) => Math.max(v, 1e-8 * largest, 1e-12)) }
}

function checkObservation({ operator, values, variances }: RowObservation, width: number): void {
  const finite = [operator.data, values, variances].every((array) => array.every(Number.isFinite))
  if (
    finite &&
    operator.cols === width &&
    operator.rows === values.length &&
    values.length === variances.length &&
    variances.every((v) => v >= 0)
  )
    return
  throw new InputError({
    code: 'observation-shape',
    got: finite
      ? `an observation of ${operator.rows} × ${operator.cols} with ${values.length} values`
      : 'an observation with numbers that are not finite',
    expected: `finite numbers, ${width} columns, as many values as rows, variances of at least 0`,
    try: 'observing columns of the training rows'
  })
}
