import type { Bounds, CoordinateSplit } from '../know/places.js'
import type { Law } from '../law/law.js'
import { exp } from '../num/elementary.js'
import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import { indexFromUniform, type Key, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import type { Combinations } from '../table/categories.js'

/** Effective number of rows that starts are spread over, where the data have so many. */
const LEAST_ROWS = 10

/** A condition as the sampler sees it. */
interface PlacedCondition {
  /** Centre of the clamped coordinates [given]. */
  readonly given: Float64Array
  readonly bounds: Bounds
  /** 1 for training rows whose categories may be taken as they are; absent: all. */
  readonly allowedRows?: Uint8Array
  /** −log likelihood of every training row under what else is known [M]. */
  readonly misfit?: Float64Array | undefined
}

/**
 * Training rows at which the chains of a condition start: resampled by the kernel between each row and what is given,
 * its bandwidth doubled until about 10 rows count; `independent` of each other, or else spread evenly. Cost O(M·given).
 */
export function conditionStarts(
  law: Law,
  split: CoordinateSplit,
  condition: PlacedCondition,
  { count, key, independent = false }: { count: number; key: Key; independent?: boolean | undefined }
): Uint32Array {
  const squared = squaredDistancesTo(law, split, condition)
  // As far as the kernel would have it stand: likelihoods are flattened as the kernel is widened.
  condition.misfit?.forEach((misfit, j) => {
    squared[j] = squared[j]! + 4 * law.kernel.epsilon * misfit
  })
  return (independent ? independentRows : stratifiedRows)(kernelWeights(law, squared, condition.allowedRows), count, key)
}

/** Rows of the classes that are allowed, of all where none is, each as likely. Cost O(classes). */
export function anyStarts(
  { rows, ofRow }: Combinations,
  allowed: Uint8Array | undefined,
  { count, key }: { readonly count: number; readonly key: Key }
): Uint32Array {
  const total = rows.reduce((sum, { length }, g) => sum + (allowed?.[g] === 0 ? 0 : length), 0)
  return Uint32Array.from(uniforms(key, count), (u) => {
    if (total === 0) return indexFromUniform(u, ofRow.length)
    let place = indexFromUniform(u, total)
    for (const [g, members] of rows.entries()) {
      if (allowed?.[g] === 0) continue
      if (place < members.length) return members[place]!
      place -= members.length
    }
    return 0
  })
}

/** Squared distance from every training row to what is given: to the values, and to the nearest end of each interval [M]. */
function squaredDistancesTo(law: Law, split: CoordinateSplit, { given, bounds }: PlacedCondition): Float64Array {
  const { coordinates } = law.rows
  const out = new Float64Array(coordinates.rows)
  for (let j = 0; j < out.length; j++) {
    const row = rowOf(coordinates, j)
    let sum = 0
    for (let k = 0; k < split.given.length; k++) {
      const c = split.given[k]!
      const gap = (row[c]! - given[k]!) / law.scales[c]!
      sum += gap * gap
    }
    for (let k = 0; k < split.ranged.length; k++) {
      const c = split.ranged[k]!
      const gap = Math.max(0, bounds.low[k]! - row[c]!, row[c]! - bounds.high[k]!) / law.scales[c]!
      sum += gap * gap
    }
    out[j] = sum
  }
  return out
}

function kernelWeights({ logWeights, kernel }: Law, squared: Float64Array, allowed: Uint8Array | undefined): Float64Array {
  let nearest = Number.POSITIVE_INFINITY
  let open = 0
  for (let j = 0; j < squared.length; j++) {
    if ((allowed && !allowed[j]) || logWeights[j] === Number.NEGATIVE_INFINITY) continue
    open++
    nearest = Math.min(nearest, squared[j]!)
  }
  const weights = new Float64Array(squared.length)
  const wanted = Math.min(LEAST_ROWS, open / 2)
  for (let epsilon = kernel.epsilon; ; epsilon *= 2) {
    let sum = 0
    let squares = 0
    for (let j = 0; j < squared.length; j++) {
      const counts = !(allowed && !allowed[j])
      weights[j] = counts ? exp(logWeights[j]! - logWeights[0]! - (squared[j]! - nearest) / (4 * epsilon)) : 0
      sum += weights[j]!
      squares += weights[j]! * weights[j]!
    }
    if ((sum * sum) / squares >= wanted || epsilon > 1e6) return weights
  }
}

/** `count` rows in proportion to weights: one at random in each of `count` equal parts of their sum, so that no order of the rows can fall in step with it. */
export function stratifiedRows(weights: Float64Array, count: number, key: Key): Uint32Array {
  return rowsAt(
    weights,
    uniforms(key, count).map((offset, k) => (k + offset) / count)
  )
}

/** `count` rows in proportion to weights, independent but for their order. */
function independentRows(weights: Float64Array, count: number, key: Key): Uint32Array {
  return rowsAt(weights, sorted(uniforms(key, count)))
}

/** The rows at ascending shares of the sum of all weights. */
function rowsAt(weights: Float64Array, shares: Float64Array): Uint32Array {
  const total = weights.reduce((a, b) => a + b, 0)
  const rows = new Uint32Array(shares.length)
  let at = 0
  let cumulated = weights[0]!
  shares.forEach((share, k) => {
    const target = share * total
    while (cumulated < target && at < weights.length - 1) cumulated += weights[++at]!
    rows[k] = at
  })
  return rows
}

/** Rows of a matrix with some columns replaced: `values` [n, columns]. */
export function replaceColumns(m: Matrix, columns: readonly number[], values: Matrix): Matrix {
  const out = matrix(m.rows, m.cols, m.data.slice())
  for (let i = 0; i < m.rows; i++)
    for (let k = 0; k < columns.length; k++) out.data[i * m.cols + columns[k]!] = values.data[i * values.cols + k]!
  return out
}
