import { reflectedInto } from '../../law/strata.js'
import { copyMatrix, type Matrix } from '../../num/matrix.js'
import type { Encoder } from '../../table/encoder.js'
import type { Carrier } from './sides.js'

interface WithinEnds {
  readonly coordinates: Matrix
  /** Rows that were held at an end, a coordinate. */
  readonly held: Uint32Array
}

interface Range {
  readonly low: number
  readonly high: number
}

/**
 * Carried rows that end where the second table does: a row that lies within the first lands within the second, and one that lies beyond
 * it no farther beyond. What a debiased map adds to the mean of partners is how far a row stands from those around it, which at the end
 * of a table, or where the second has less room, takes it to where nobody is. Cost O(cells).
 */
export function withinEnds({ encoder, rows, summary }: Carrier, start: Matrix, moved: Matrix): WithinEnds {
  const coordinates = copyMatrix(moved)
  const held = new Uint32Array(encoder.coordinateCount)
  const [first, second] = [
    { from: 0, to: summary.fromRows },
    { from: summary.fromRows, to: rows.coordinates.rows }
  ]
  for (const c of numbersOf(encoder)) {
    const [own, theirs] = [rangeIn(rows.coordinates, c, first), rangeIn(rows.coordinates, c, second)]
    for (let i = 0; i < moved.rows; i++) {
      const [x, y] = [start.data[i * start.cols + c]!, moved.data[i * moved.cols + c]!]
      const low = theirs.low - Math.max(0, own.low - x)
      const high = theirs.high + Math.max(0, x - own.high)
      if (y >= low && y <= high) continue
      coordinates.data[i * moved.cols + c] = y < low ? low : high
      held[c] = held[c]! + 1
    }
  }
  return { coordinates, held }
}

/** Rows on their way whose noise takes them beyond what either table has, reflected there, as draws are: nobody stands farther out. Cost O(cells). */
export function betweenEnds({ encoder, rows }: Pick<Carrier, 'encoder' | 'rows'>, paths: Matrix): Matrix {
  const out = copyMatrix(paths)
  for (const c of numbersOf(encoder)) {
    const { low, high } = rangeIn(rows.coordinates, c, { from: 0, to: rows.coordinates.rows })
    for (let at = c; at < out.data.length; at += out.cols) out.data[at] = reflectedInto(low, high, out.data[at]!)
  }
  return out
}

const numbersOf = ({ columns }: Encoder): number[] => columns.flatMap((code) => (code.carries === 'coordinate' ? [code.coordinate] : []))

function rangeIn({ data, cols }: Matrix, c: number, rows: { readonly from: number; readonly to: number }): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = rows.from; i < rows.to; i++) {
    const x = data[i * cols + c]!
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  return { low, high }
}
