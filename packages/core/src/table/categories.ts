import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { type Codes, jointCodes } from './codes.js'

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

/** Groups rows by their codes [M, K], row-major; combinations are numbered as they come. Cost O(M·K). */
export function combinationsOf(codes: Int32Array, rowCount: number): Combinations {
  const width = rowCount === 0 ? 0 : codes.length / rowCount
  let joint: Codes = { codes: new Int32Array(rowCount), count: Math.min(1, rowCount) }
  for (let k = 0; k < width; k++) {
    // A code below nought, of no level, is one too.
    const own = Int32Array.from({ length: rowCount }, (_, i) => codes[i * width + k]! + 1)
    joint = jointCodes(joint, { codes: own, count: own.reduce((most, code) => Math.max(most, code), 0) + 1 })
  }
  const rows: number[][] = Array.from({ length: joint.count }, () => [])
  for (let i = 0; i < rowCount; i++) rows[joint.codes[i]!]!.push(i)
  return { ofRow: Uint32Array.from(joint.codes), rows: rows.map((members) => Uint32Array.from(members)) }
}
