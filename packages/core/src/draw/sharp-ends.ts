import { reflectedInto } from '../law/strata.js'
import { log } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { endEvidence } from '../num/sharp-end.js'

/** Rows that are looked at, at most: of more, every so many. */
const MOST_ROWS = 10_000

/** log of how much likelier an end is than a tail for a column to count as ending: 100 times. */
const EVIDENCE = log(100)

/** Where columns end [d]: infinite on the sides where they taper off. */
export interface Ends {
  readonly low: Float64Array
  readonly high: Float64Array
}

/**
 * Where coordinates end sharply, as a year of a survey, a share or a measurement cut off does: what noise carries beyond would be
 * rows that cannot be. The last tenth of a column is an end if it is at least 100 times likelier to be evenly spread up to the
 * last value than to taper off exponentially, both fitted by likelihood: a normal column has none. Undefined where none ends so. Cost O(M·d).
 */
export function sharpEnds({ rows, cols, data }: Matrix): Ends | undefined {
  const count = Math.min(rows, MOST_ROWS)
  const low = new Float64Array(cols).fill(Number.NEGATIVE_INFINITY)
  const high = new Float64Array(cols).fill(Number.POSITIVE_INFINITY)
  let hasSome = false
  for (let c = 0; c < cols; c++) {
    const ascending = Float64Array.from({ length: count }, (_, k) => data[Math.floor((k * rows) / count) * cols + c]!).sort()
    if (endEvidence(ascending.map((x) => -x).reverse()) >= EVIDENCE) low[c] = extreme(c, Math.min)
    if (endEvidence(ascending) >= EVIDENCE) high[c] = extreme(c, Math.max)
    hasSome ||= Number.isFinite(low[c]!) || Number.isFinite(high[c]!)
  }
  return hasSome ? { low, high } : undefined

  function extreme(c: number, further: (a: number, b: number) => number): number {
    let end = data[c]!
    for (let at = c; at < rows * cols; at += cols) end = further(end, data[at]!)
    return end
  }
}

/** Coordinates with what lies beyond an end reflected at it. Cost O(cells). */
export function withinEnds({ rows, cols, data }: Matrix, { low, high }: Ends): Matrix {
  return matrix(
    rows,
    cols,
    data.map((x, at) => reflectedInto(low[at % cols]!, high[at % cols]!, x))
  )
}
