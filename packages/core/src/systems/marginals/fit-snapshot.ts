// Snapshots as fits see them: in working coordinates.
import { packedMoments } from '../../bridge/noise-size.js'
import { packedLength } from '../../bridge/transition.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { weightsOf } from './snapshots.js'

/** A snapshot in working coordinates, thinned for the refit. */
export interface FitSnapshot {
  readonly time: number
  readonly cloud: Cloud
  /**
   * Where cells are empty: packed covariances of what is known of every particle [n, d(d+1)/2], 0 where a coordinate was
   * measured; NaN on the diagonal until its gap is filled.
   */
  readonly spreads?: Matrix
  /** Whether particles of another group stood before: nothing goes from the snapshot before to this one. */
  readonly begins?: boolean
  /** Log-weights of the particles as they leave, where some have more offspring than others; those of the cloud when left out. */
  readonly leaving?: Float64Array | undefined
}

/** A σ at which one interval of noise is as wide as half the spread inside a snapshot. */
export function roughSigma(snapshots: readonly FitSnapshot[]): Float64Array {
  const d = snapshots[0]!.cloud.points.cols
  const spread = withinSpread(snapshots)
  const interval = meanInterval(snapshots)
  return Float64Array.from({ length: d }, (_, a) => (0.5 * spread[a]!) / Math.sqrt(interval))
}

/** Mean length of the intervals, of all groups. */
function meanInterval(snapshots: readonly FitSnapshot[]): number {
  let [length, count] = [0, 0]
  for (let first = 0; first < snapshots.length; ) {
    const next = snapshots.findIndex(({ begins }, k) => k > first && begins)
    const last = next < 0 ? snapshots.length - 1 : next - 1
    length += snapshots[last]!.time - snapshots[first]!.time
    count += last - first
    first = last + 1
  }
  return length / count
}

/** Root mean variance inside the snapshots, a coordinate. Throws `InputError` when a coordinate never varies. */
export function withinSpread(snapshots: readonly FitSnapshot[], names?: readonly string[]): Float64Array {
  const d = snapshots[0]!.cloud.points.cols
  const squares = new Float64Array(d)
  for (const { cloud } of snapshots) {
    const { covariance } = packedMoments(cloud.points, weightsOf(cloud))
    for (let a = 0; a < d; a++) squares[a] = squares[a]! + covariance[packedLength(a) + a]! / snapshots.length
  }
  squares.forEach((s, a) => {
    // Rounding leaves a constant a variance: what counts is whether two particles differ.
    if (s > 0 && snapshots.some(({ cloud: { points: p } }) => p.data.some((x, k) => k % d === a && x !== p.data[a]))) return
    throw new InputError({
      code: 'column-constant',
      got: `${names ? `the column ${names[a]}` : `coordinate ${a}`}, which is the same for all particles of every snapshot`,
      expected: 'coordinates that vary inside the snapshots',
      try: 'leaving that column out with --exclude'
    })
  })
  return squares.map(Math.sqrt)
}

/** Neighbouring snapshots of one group. */
export function intervalsOf(snapshots: readonly FitSnapshot[]): [FitSnapshot, FitSnapshot][] {
  return snapshots.slice(1).flatMap((to, k): [FitSnapshot, FitSnapshot][] => (to.begins ? [] : [[asLeaving(snapshots[k]!), to]]))
}

/** A snapshot with the weights that its particles leave with. */
export function asLeaving({ leaving, ...snapshot }: FitSnapshot): FitSnapshot {
  return leaving ? { ...snapshot, cloud: cloud(snapshot.cloud.points, leaving) } : snapshot
}

/** The least σ that is tried [d]. */
export const leastSigma = (snapshots: readonly FitSnapshot[]): Float64Array => roughSigma(snapshots).map((s) => s * 0.1)
