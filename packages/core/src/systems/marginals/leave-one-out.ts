import { InputError, placed } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { keyFor } from '../../num/random.js'
import { StageShare } from '../../num/share.js'
import type { FitTools, fitMarginals } from './fit.js'
import type { MarginalsModel } from './model.js'
import type { MarginalsOptions } from './options.js'
import { type Distances, type HeldOutScore, scoreHeldOut } from './score.js'
import type { SnapshotInput } from './snapshots.js'
import { leavingStage, planOfFold } from './stages.js'

/** A score between snapshots, where every baseline exists. */
export interface LeftOutScore extends HeldOutScore {
  readonly straightLine: number
  readonly spline: number
  readonly sanity: { readonly straightLines: Distances; readonly persistence: Distances }
}

/** What came of leaving interior snapshots out in turn. */
export interface LeftOut {
  readonly scores: readonly LeftOutScore[]
  /** What the fits said that the fit to all snapshots did not, in sentences. */
  readonly notes: readonly string[]
}

interface LeavingOut {
  readonly options: MarginalsOptions
  /** Fitted to all snapshots. */
  readonly model: MarginalsModel
  /** Fits to the others. */
  readonly fit: typeof fitMarginals
  /** A time as the user spells it. */
  readonly spell: (time: number) => string
}

/** Throws `InputError` (code `leave-one-out-few`) unless some snapshot lies between the first and the last. */
export function checkInterior(times: readonly number[]): void {
  const count = new Set(times).size
  if (count >= 3) return
  throw new InputError({
    code: 'leave-one-out-few',
    got: `${count} ${count === 1 ? 'snapshot' : 'snapshots'} to leave one out of`,
    expected: 'three or more: those between the first and the last are left out in turn',
    try: 'a table with more times, or no --leave-one-out'
  })
}

/**
 * Leaves every interior snapshot out in turn, fits anew to the others, noise and smoothness included, and scores the paths at
 * its time. Cost: a fit without intervals of parameters, and `scoreHeldOut` of one time, for every interior snapshot. Throws
 * as `fitMarginals` does, naming the time.
 */
export async function leaveOneOut(input: SnapshotInput, { options, model, fit, spell }: LeavingOut, tools: FitTools): Promise<LeftOut> {
  const sizes = { counts: model.snapshots.map(({ cloud }) => cloud.points.rows), options }
  const scores: LeftOutScore[] = []
  const notes: string[] = []
  for (const [k, { time }] of model.snapshots.slice(1, -1).entries()) {
    const key = keyFor(tools.key, `left out ${k}`)
    const watch = asOneStage(tools.watch, leavingStage(k, sizes.counts.length), planOfFold(sizes, k))
    const own = { ...tools, key, watch }
    const fold = await naming(spell(time), () => fit(input, { ...options, holdOut: [time], intervals: 'none' }, own))
    scores.push(...((await scoreHeldOut(fold, keyFor(key, 'scores'), watch)) as LeftOutScore[]))
    notes.push(...fold.notes.filter((note) => !model.notes.includes(note)).map((note) => `Without the snapshot at ${spell(time)}: ${note}`))
  }
  return { scores, notes }
}

const naming = <T>(time: string, fit: () => Promise<T>): Promise<T> =>
  placed(fit, { at: `without the snapshot at ${time}`, or: 'no --leave-one-out' })

/** The stages of a whole job, told of as parts of one. */
function asOneStage(watch: Watch | undefined, stage: string, plan: ReturnType<typeof planOfFold>): Watch | undefined {
  const progress = watch?.progress
  if (!progress) return watch
  const share = new StageShare(plan)
  return { ...watch, progress: (event) => progress({ stage, done: share.update(event), total: 1 }) }
}
