import type { StandIn } from '../know/evidence.js'
import type { Bounds, CoordinateSplit } from '../know/places.js'
import type { CoordinateBounds } from '../law/strata.js'
import { logSumExp } from '../num/log-space.js'
import { rowOf } from '../num/matrix.js'
import { NEGLIGIBLE } from './informed-evidence.js'

/** Ends of a coordinate that draws are reflected on, and what they lie between before they are. */
interface Fold {
  readonly coordinate: number
  readonly ends: readonly number[]
  readonly least: number
  readonly most: number
}

interface Folding {
  readonly split: CoordinateSplit
  /** Of ranged coordinates, which are drawn between them. */
  readonly ranges: Bounds
  readonly classes: CoordinateBounds
  readonly part: number
}

/** Bounds of a part that draws are reflected on, of coordinates in which the stand-in tells a draw from its image. */
export function foldsOf({ rows, tilt }: StandIn, { split, ranges, classes: { low, high }, part }: Folding): Fold[] {
  const first = part * low.cols
  const foldAt = (c: number, least: number, most: number): Fold[] => {
    const tells = (tilt?.[c] ?? 0) !== 0 || Array.from({ length: rows.rows }, (_, r) => rowOf(rows, r)[c]!).some((x) => x !== 0)
    const ends = tells ? [low.data[first + c]!, high.data[first + c]!].filter(Number.isFinite) : []
    return ends.length > 0 ? [{ coordinate: c, ends, least, most }] : []
  }
  return [
    ...split.ranged.flatMap((c, k) => foldAt(c, ranges.low[k]!, ranges.high[k]!)),
    ...split.free.flatMap((c) => foldAt(c, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY))
  ]
}

interface ReflectedLaw {
  readonly folds: readonly Fold[]
  /** log of the bridge's own density, up to a constant. */
  readonly own: (point: Float64Array) => number
  /** log of what the proposal density has beyond it, before anything is reflected. */
  readonly beyond: (point: Float64Array) => number
}

/** Images that are kept, the likeliest, where a point lies near the bounds of more than three coordinates at once. */
const MOST_IMAGES = 64

/**
 * log of what a reflected proposal density has beyond the bridge's own, reflected alike: Σ p(y) e^{b(y)} / Σ p(y) over all y that are
 * reflected to the point. A likelihood that is extrapolated beyond a bound is high where a draw came from, and says nothing of where
 * it comes to lie.
 */
export function reflectedBeyond(point: Float64Array, { folds, own, beyond }: ReflectedLaw): number {
  if (folds.length === 0) return beyond(point)
  const imageAt = (at: Float64Array) => {
    const prior = own(at)
    return { at, prior, proposed: prior + beyond(at) }
  }
  let images = [imageAt(point)]
  for (const { coordinate, ends, least, most } of folds) {
    const mirrored = images.flatMap(({ at }) =>
      ends
        .map((end) => 2 * end - at[coordinate]!)
        .filter((x) => x >= least && x <= most)
        .map((x) => imageAt(at.with(coordinate, x)))
    )
    images = likeliest([...images, ...mirrored])
  }
  return logSumExp(images.map(({ proposed }) => proposed)) - logSumExp(images.map(({ prior }) => prior))
}

/** Those that count in either sum. */
function likeliest<T extends { readonly prior: number; readonly proposed: number }>(images: readonly T[]): T[] {
  const best = { prior: largest(images.map(({ prior }) => prior)), proposed: largest(images.map(({ proposed }) => proposed)) }
  const below = ({ prior, proposed }: T) => Math.min(best.prior - prior, best.proposed - proposed)
  const left = images.filter((one) => below(one) < NEGLIGIBLE)
  return left.length <= MOST_IMAGES ? left : left.sort((a, b) => below(a) - below(b)).slice(0, MOST_IMAGES)
}

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
