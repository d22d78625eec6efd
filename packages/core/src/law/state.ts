import { type Matrix, matrix, takeValues } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../num/random.js'
import { takeEncoded } from '../table/encoder.js'

/** Chains of the informed step: scaled coordinates, and categories as codes and (where drawn whole) as combination. */
export interface InformedState {
  /** [n, d] */
  readonly coordinates: Matrix
  /** [n, factors] */
  readonly codes: Int32Array
  /** [n] */
  readonly part: Uint32Array
}

/** An independent copy. */
export function copyState({ coordinates, codes, part }: InformedState): InformedState {
  return { coordinates: matrix(coordinates.rows, coordinates.cols, coordinates.data.slice()), codes: codes.slice(), part: part.slice() }
}

/** Categories of chain i, a view. */
export function codesOf({ codes, part }: InformedState, i: number): Int32Array {
  const width = part.length === 0 ? 0 : codes.length / part.length
  return codes.subarray(i * width, (i + 1) * width)
}

/** The chains `indices`, copied. */
export function takeState({ coordinates, codes, part }: InformedState, indices: ArrayLike<number>): InformedState {
  return { ...takeEncoded({ coordinates, codes }, indices), part: takeValues(part, indices) }
}

/** The step's key for one purpose. */
export function stepKey(key: Key, purpose: string): Key {
  return keyAtStep(keyFor({ ...key, step: 0 }, purpose), key.step)
}
