import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { type Matrix, stackRows, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { cloud } from '../space/cloud.js'

/** Neighbours of a row that are looked at. */
const NEIGHBOURS = 10
/** Rows of each side at most, drawn at random. */
const MOST_ROWS = 5000

/**
 * How far two samples share their place: the share of a row's ten nearest neighbours that are of the other sample, over what it
 * would be if both were one, averaged over the rows of either side. About 1 for one law, 0 where they lie apart.
 * Cost one `nearest` of at most 10,000 rows. At least two rows in all.
 * @source Schilling 1986; Henze 1988.
 */
export async function sampleOverlap(
  first: Matrix,
  second: Matrix,
  { engine, key }: { readonly engine: Engine; readonly key: Key }
): Promise<number> {
  const [a, b] = [some(first, keyFor(key, 'first')), some(second, keyFor(key, 'second'))]
  const pooled = cloud(stackRows([a, b]))
  const n = pooled.points.rows
  const count = Math.min(NEIGHBOURS + 1, n)
  const { indices } = await engine.nearest({ from: pooled, to: pooled, kernel: gaussianKernel(1) }, count)
  const shares = [0, 0]
  for (let i = 0; i < n; i++) {
    const side = i < a.rows ? 0 : 1
    const near = indices.subarray(i * count, (i + 1) * count).filter((j) => j !== i)
    const others = near.reduce((sum, j) => sum + (j < a.rows === (side === 0) ? 0 : 1), 0)
    const expected = (side === 0 ? b.rows : a.rows) / (n - 1)
    shares[side] = shares[side]! + others / near.length / expected / (side === 0 ? a.rows : b.rows)
  }
  return (shares[0]! + shares[1]!) / 2
}

function some(points: Matrix, key: Key): Matrix {
  return points.rows <= MOST_ROWS ? points : takeRows(points, permutation(key, points.rows).subarray(0, MOST_ROWS).sort())
}
