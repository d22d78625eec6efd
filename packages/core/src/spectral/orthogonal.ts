import { addScaled, type Columns, dot, removeComponents, scaleBy } from './columns.js'

/**
 * Removes the components along `basis`, twice for orthogonality to rounding, and returns them, one array a vector. The
 * vectors have next to nothing of the columns before `from`: once is enough there.
 */
export function orthogonalise(vectors: Columns, basis: Columns, from = 0): Float64Array[] {
  const totals = vectors.map(() => new Float64Array(basis.length))
  const most = totals.map((total) => total.subarray(from))
  removeComponents(vectors, basis.slice(from), most)
  removeComponents(vectors, basis, totals)
  return totals
}

/** Beside the vectors' first length: a direction shorter than this has lost part of its orthogonality to the basis to cancellation. */
const CANCELLED = 1e-3

/**
 * Q and the columns of R with W = Q R for W orthogonal to the basis, leaving out directions that are lost in rounding.
 * `scale`: the vectors' length before they were made orthogonal. `vectors` is overwritten.
 */
export function orthonormalBlock(vectors: Columns, basis: Columns, scale: number): { block: Columns; factors: Float64Array[] } {
  const block: Columns = []
  const factors: Float64Array[] = []
  let shortest = Number.POSITIVE_INFINITY
  for (const vector of vectors) {
    const before = length(vector)
    const along = removeEach(vector, block)
    const norm = length(vector)
    const column = new Float64Array(block.length + 1)
    column.set(along)
    if (norm > 1e-11 * Math.max(before, 1e-3)) {
      column[block.length] = norm
      scaleBy(vector, 1 / norm)
      block.push(vector)
      shortest = Math.min(shortest, norm)
    }
    factors.push(column)
  }
  return { block: shortest < CANCELLED * scale ? outside(block, basis) : block, factors }
}

/** Removes the components along a few columns, one after the other, twice, and returns them. */
function removeEach(vector: Float64Array, columns: Columns): Float64Array {
  const total = new Float64Array(columns.length)
  for (let at = 0; at < 2 * columns.length; at++) {
    const column = columns[at % columns.length]!
    const along = dot(vector, column)
    addScaled(vector, -along, column)
    total[at % columns.length] = total[at % columns.length]! + along
  }
  return total
}

/** The vectors once more without their components along the basis; those that consist of little else are left out. */
function outside(vectors: Columns, basis: Columns): Columns {
  removeComponents(vectors, basis, [])
  return vectors.filter((vector) => {
    const left = length(vector)
    scaleBy(vector, 1 / left)
    return left > 0.1
  })
}

export function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector))
}
