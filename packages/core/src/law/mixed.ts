import type { KernelChoice } from '../kernel/bandwidth.js'
import { type Matrix, matrix, rowOf, takeRows } from '../num/matrix.js'
import { type Cloud, cloud } from '../space/cloud.js'
import type { Combinations } from '../table/categories.js'
import { embedEncoded, takeEncoded } from '../table/encoder.js'
import type { TrainingRows } from './training-rows.js'

/** Training rows with the log terms and widths that belong to them. */
export interface Part {
  readonly training: Cloud
  readonly logTerms: Float64Array
  readonly widths?: Float64Array
}

/** A bridge over rows that are split by combination of categories. */
export interface MixedBridge {
  readonly kernel: KernelChoice
  /** All rows, compared by coordinates and categories. */
  readonly whole: Part
  /** All rows, compared by coordinates alone. */
  readonly numeric: Part
  /** The rows of each combination, compared by coordinates. */
  readonly parts: readonly Part[]
  readonly combinations: Combinations
  /** Category places of each combination [G, q]. */
  readonly places: Matrix
  readonly bounds?: CoordinateBounds
}

/** Where the coordinates of each combination lie [G, d]; infinite where it does not say. */
export interface CoordinateBounds {
  readonly low: Matrix
  readonly high: Matrix
}

export interface MixedBridgeInput {
  readonly coordinates: Matrix
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  readonly widths?: Float64Array
  readonly combinations: Combinations
  readonly places: Matrix
  readonly bounds?: CoordinateBounds
}

/** Splits a bridge by combination. Cost and memory O(M·(d + q)). */
export function mixedBridge({ coordinates, logTerms, kernel, widths, combinations, places, bounds }: MixedBridgeInput): MixedBridge {
  const take = (values: Float64Array, rows: Uint32Array) => Float64Array.from(rows, (row) => values[row]!)
  const shared = { logTerms, ...(widths ? { widths } : {}) }
  const parts = combinations.rows.map((rows) => ({
    training: cloud(takeRows(coordinates, rows)),
    logTerms: take(logTerms, rows),
    ...(widths ? { widths: take(widths, rows) } : {})
  }))
  return {
    kernel,
    whole: { training: cloud(withPlaces(coordinates, combinations.ofRow, places)), ...shared },
    numeric: { training: cloud(coordinates), ...shared },
    parts,
    combinations,
    places,
    ...(bounds ? { bounds } : {})
  }
}

/** Coordinates with the places of each row's combination behind them. */
export function withPlaces(coordinates: Matrix, combination: Uint32Array, places: Matrix): Matrix {
  const out = matrix(coordinates.rows, coordinates.cols + places.cols)
  for (let i = 0; i < out.rows; i++) {
    out.data.set(rowOf(coordinates, i), i * out.cols)
    out.data.set(rowOf(places, combination[i]!), i * out.cols + coordinates.cols)
  }
  return out
}

/** Category places of each combination [G, q], read off its first row. */
export function placesOf({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>, combinations: Combinations): Matrix {
  const firsts = takeEncoded(
    rows,
    combinations.rows.map((members) => members[0]!)
  )
  return embedEncoded(encoder, { coordinates: matrix(firsts.coordinates.rows, 0), codes: firsts.codes })
}
