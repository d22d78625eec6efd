import { type Matrix, matrix } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import type { Encoder } from '../table/encoder.js'
import type { Condition } from './conditions.js'
import { type Bounds, boundsOf, type CoordinateSplit, givenCoordinates } from './places.js'
import { boundsWithin, reachOf, setBack } from './reach.js'

/** Rows whose reach limits where conditions are followed to. */
export interface Ground {
  readonly encoder: Encoder
  /** [M, d] */
  readonly coordinates: Matrix
}

/** Where conditions on the same columns hold their coordinates. */
export interface Clamp {
  /** Values of the given ones for `count` chains [count, given], in the order of the split. */
  values(condition: Condition, chains: { readonly count: number; readonly key: Key }): Matrix
  /** Ends of the ranged ones, in the order of the split. */
  bounds(condition: Condition): Bounds
}

/** Spread of a scaled coordinate over all rows; a few of them, which are alike in it, are taken to have it too. */
const USUAL_SPREAD = 1

/** What conditions clamp and bound, within reach of the rows. Cost O(M) a coordinate, once. */
export function clampOf({ encoder, coordinates }: Ground, split: CoordinateSplit): Clamp {
  const reachAt = (coordinate: number) => reachOf(coordinates, [{ coordinate, factor: 1 }], USUAL_SPREAD)
  const given = split.given.map(reachAt)
  const ranged = split.ranged.map(reachAt)
  return {
    values(condition, { count, key }) {
      const { cols, data } = givenCoordinates(encoder, condition, { split, count, key })
      const within = data.map((x, at) => setBack(given[at % cols]!, x))
      return matrix(count, cols, within)
    },
    bounds: (condition) => boundsWithin(ranged, boundsOf(encoder, condition, split))
  }
}
