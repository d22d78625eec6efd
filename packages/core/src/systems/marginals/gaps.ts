import type { Diffusion } from '../../bridge/drift.js'
import { InputError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import { cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './fit-snapshot.js'
import type { MarginalsModel } from './model.js'
import type { ResolvedOptions } from './options.js'
import { completeParticles, hasGaps, isSeen } from './partly-seen.js'
import { fromWorking, type PreparedSnapshots, type Snapshot } from './snapshots.js'

/**
 * The particles whose every coordinate was measured: parameters are fitted to them; the others enter couplings and paths.
 * Throws `InputError` where fewer than two snapshots have any, or the reference cannot be asked about part of a particle.
 */
export function completeOnes(
  { snapshots }: Pick<PreparedSnapshots, 'snapshots'>,
  { reference }: Pick<ResolvedOptions, 'reference'>
): { readonly complete: readonly Snapshot[]; readonly gaps: boolean } {
  if (!snapshots.some(hasGaps)) return { complete: snapshots, gaps: false }
  if (reference === 'smooth')
    throw new InputError({
      code: 'gaps-smooth',
      got: 'empty cells with the reference smooth',
      expected: 'a reference whose transitions are asked about part of a particle: brownian, linear or a drift',
      try: '--reference brownian'
    })
  const complete = snapshots.map(completeParticles).filter((one) => one !== undefined)
  if (complete.length >= 2) return { complete, gaps: true }
  throw new InputError({
    code: 'gaps-everywhere',
    got: `${complete.length} ${complete.length === 1 ? 'snapshot' : 'snapshots'} with two or more particles all of whose coordinates were measured`,
    expected: 'at least two: sizes and parameters are fitted to them',
    try: 'leaving columns out with --exclude'
  })
}

/** Held-out particles that can be compared: those that were measured in full. Throws `InputError` where a time has fewer than two. */
export function comparable(heldOut: readonly Snapshot[]): readonly Snapshot[] {
  return heldOut.map((snapshot) => {
    const complete = completeParticles(snapshot)
    if (complete) return complete
    throw new InputError({
      code: 'hold-out-gaps',
      got: `the held-out time ${snapshot.time}, at which fewer than two particles have every coordinate`,
      expected: 'particles that were measured in full, to compare with',
      try: 'holding out another time'
    })
  })
}

/** σ of all intervals from those between complete snapshots: of the one that holds an interval's middle, or is nearest to it. */
export function sigmasAlong(
  all: readonly FitSnapshot[],
  complete: readonly FitSnapshot[],
  sigmas: readonly Float64Array[]
): readonly Float64Array[] {
  if (complete.length === all.length) return sigmas
  return all.slice(1).map(({ time }, k) => {
    const middle = (time + all[k]!.time) / 2
    const holds = complete.slice(1, -1).filter((one) => one.time <= middle).length
    return sigmas[holds]!
  })
}

/** Filled snapshots in original coordinates, with what their gaps leave open. */
export function filledSnapshots(
  working: readonly FitSnapshot[],
  { seen, diffusion }: { readonly seen: readonly Snapshot[]; readonly diffusion: Diffusion }
): Required<Pick<MarginalsModel, 'snapshots' | 'spreads'>> {
  const snapshots = working.map(({ cloud: { points, logWeights } }, k) => {
    const data = points.data.slice()
    fromWorking(data, diffusion)
    return { ...seen[k]!, cloud: cloud(matrix(points.rows, points.cols, data), logWeights) }
  })
  return { snapshots, spreads: working.map(({ spreads }) => spreads) }
}

/** The complete particles of filled snapshots. */
export function completeAgain(snapshots: readonly Snapshot[], spreads: MarginalsModel['spreads']): readonly Snapshot[] {
  if (!spreads) return snapshots
  const emptied = snapshots.map(({ time, cloud: { points, logWeights } }, k) => {
    const data = points.data.map((x, e) => (isSeen(spreads[k], Math.floor(e / points.cols), e % points.cols) ? x : Number.NaN))
    return { time, cloud: cloud(matrix(points.rows, points.cols, data), logWeights) }
  })
  return emptied.map(completeParticles).filter((one) => one !== undefined)
}

/** What is said of gaps: where they are. */
export function gapNotes({ snapshots, columnNames }: Pick<PreparedSnapshots, 'snapshots' | 'columnNames'>): string[] {
  const d = columnNames.length
  const found = columnNames.flatMap((name, a) => {
    const at = snapshots.filter(({ cloud: { points } }) => points.data.some((x, e) => e % d === a && Number.isNaN(x))).length
    return at > 0 ? [`${name} at ${at} of ${snapshots.length} times`] : []
  })
  if (found.length === 0) return []
  return [
    `Empty cells (${found.join(', ')}): such particles are coupled by what was measured of them, and paths are filled by the reference; its parameters are fitted to particles that were measured in full.`
  ]
}
