import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { placesByName } from '../num/group.js'
import { type Matrix, stackRows, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { cloud } from '../space/cloud.js'

/** Neighbours of a row that are looked at. */
const NEIGHBOURS = 10
/** Rows of each side at most, drawn at random. */
const MOST_ROWS = 5000

/**
 * How far two samples share their place: the share of a row's ten nearest neighbours that are of the other sample, over what it
 * would be if both were one, averaged over the rows of either side. About 1 for one law, 0 where they lie apart. Of rows in one
 * place, as near as each other, each counts in part: which comes first says nothing.
 * Cost one `nearest` of at most 10,000 places. At least two rows in all.
 * @source Schilling 1986; Henze 1988.
 */
export async function sampleOverlap(
  first: Matrix,
  second: Matrix,
  { engine, key }: { readonly engine: Engine; readonly key: Key }
): Promise<number> {
  const [a, b] = [some(first, keyFor(key, 'first')), some(second, keyFor(key, 'second'))]
  const { points, counts } = placesOf(a, b)
  const places = cloud(points)
  const most = Math.min(NEIGHBOURS + 1, points.rows)
  const { indices } = await engine.nearest({ from: places, to: places, kernel: gaussianKernel(1) }, most)
  const n = a.rows + b.rows
  const neighbours = Math.min(NEIGHBOURS, n - 1)
  let sum = 0
  for (let i = 0; i < points.rows; i++)
    for (const [side, rows] of counts[i]!.entries()) {
      if (rows === 0) continue
      let [left, others] = [neighbours, 0]
      // The row's own place comes first, without the row itself.
      for (const j of [i, ...indices.subarray(i * most, (i + 1) * most).filter((j) => j !== i)]) {
        const there = counts[j]![0] + counts[j]![1] - (j === i ? 1 : 0)
        if (there === 0) continue
        const taken = Math.min(left, there)
        others += (taken / there) * counts[j]![1 - side]!
        left -= taken
        if (left === 0) break
      }
      const expected = (side === 0 ? b.rows : a.rows) / (n - 1)
      sum += (rows / (side === 0 ? a.rows : b.rows)) * (others / neighbours / expected)
    }
  return sum / 2
}

/** Places where rows are, each once, and how many of either sample are there. */
function placesOf(a: Matrix, b: Matrix): { readonly points: Matrix; readonly counts: readonly [number, number][] } {
  const pooled = stackRows([a, b])
  const places = placesByName(
    Array.from({ length: pooled.rows }, (_, i) => i),
    (i) => pooled.data.subarray(i * pooled.cols, (i + 1) * pooled.cols).join()
  )
  const members = [...places.values()]
  return {
    points: takeRows(
      pooled,
      members.map(([i]) => i!)
    ),
    counts: members.map((rows) => {
      const ofFirst = rows.filter((i) => i < a.rows).length
      return [ofFirst, rows.length - ofFirst]
    })
  }
}

function some(points: Matrix, key: Key): Matrix {
  return points.rows <= MOST_ROWS ? points : takeRows(points, permutation(key, points.rows).subarray(0, MOST_ROWS).sort())
}
