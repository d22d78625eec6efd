import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { type Codes, jointCodes, renumbered, sizesOf } from './codes.js'

/** Levels above this many are placed at random directions of the same dimension instead of a simplex. */
export const SIMPLEX_LEVELS = 12

/**
 * Places L levels in R^q so that two different ones are at squared distance 2, the expected squared difference of two
 * draws of a standardised number: a regular simplex (q = L − 1) for up to 12 levels; beyond, fixed random unit vectors
 * in R¹² whose squared distances are 2 on average. Equivalent to a one-hot code, in fewer coordinates. [L, q]
 */
export function placeLevels(levelCount: number): Matrix {
  return levelCount <= SIMPLEX_LEVELS ? simplex(levelCount) : randomDirections(levelCount)
}

/** Vertex i has coordinate c < i at the centroid height of the earlier vertices, then its own height. */
function simplex(levelCount: number): Matrix {
  const q = Math.max(0, levelCount - 1)
  const out = matrix(levelCount, q)
  for (let i = 1; i < levelCount; i++) {
    // Centroid of the first i vertices, then up by the height of a regular i-simplex of side √2.
    for (let c = 0; c < i - 1; c++) {
      let sum = 0
      for (let k = 0; k < i; k++) sum += out.data[k * q + c]!
      out.data[i * q + c] = sum / i
    }
    out.data[i * q + i - 1] = Math.sqrt((i + 1) / i)
  }
  return out
}

function randomDirections(levelCount: number): Matrix {
  const out = matrix(levelCount, SIMPLEX_LEVELS)
  for (let i = 0; i < levelCount; i++) {
    const z = normals(keyFor(keyFromSeed(1), 'levels'), SIMPLEX_LEVELS, i)
    const length = Math.sqrt(z.reduce((sum, x) => sum + x * x, 0))
    for (let c = 0; c < SIMPLEX_LEVELS; c++) out.data[i * SIMPLEX_LEVELS + c] = z[c]! / length
  }
  return out
}

/** Which rows share which combination of codes. */
export interface Combinations {
  /** Combination of each row [M]. */
  readonly ofRow: Uint32Array
  /** Rows of each combination, ascending; combinations in the order of their first row. */
  readonly rows: readonly Uint32Array[]
}

/** Those of one factor among the codes [M, K], row-major, of all; a code below nought, of no level, is one too. Cost O(M). */
export function factorCodes(codes: Int32Array, width: number, factor: number): Codes {
  const own = new Int32Array(codes.length / width)
  let most = -1
  for (let i = 0, at = factor; i < own.length; i++, at += width) {
    own[i] = codes[at]!
    if (own[i]! > most) most = own[i]!
  }
  return renumbered(own, most + 1)
}

/** All factors of codes [M, K], row-major, as one; combinations are numbered as they come. */
function allCodes(codes: Int32Array, rowCount: number): Codes {
  const width = rowCount === 0 ? 0 : codes.length / rowCount
  if (width === 0) return { codes: new Int32Array(rowCount), count: Math.min(1, rowCount) }
  let joint = factorCodes(codes, width, 0)
  for (let k = 1; k < width; k++) joint = jointCodes(joint, factorCodes(codes, width, k))
  return joint
}

/** How many of the rows have each combination of codes [M, K]. Cost O(M·K). */
export const combinationSizes = (codes: Int32Array, rowCount: number): Uint32Array => sizesOf(allCodes(codes, rowCount))

/** Groups rows by their codes [M, K], row-major; combinations are numbered as they come. Cost O(M·K). */
export function combinationsOf(codes: Int32Array, rowCount: number): Combinations {
  const joint = allCodes(codes, rowCount)
  const sizes = sizesOf(joint)
  const ofRow = new Uint32Array(joint.codes)
  const rows = Array.from(sizes, (size) => new Uint32Array(size))
  const filled = new Uint32Array(joint.count)
  for (let i = 0; i < rowCount; i++) rows[ofRow[i]!]![filled[ofRow[i]!]!++] = i
  return { ofRow, rows }
}
