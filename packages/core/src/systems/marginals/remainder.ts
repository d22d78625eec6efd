import type { Watch } from '../../num/iterate.js'
import { numberText } from '../../tell/numbers.js'
import type { Family, Smoothness } from './family.js'
import type { FitSnapshot } from './fit-snapshot.js'
import type { MendedName } from './options.js'
import { remainderShare } from './remainder-family.js'
import { refineReference } from './rounds.js'
import type { RoundsProblem } from './rounds-problem.js'
import { candidatesOf, chooseBy, TRIAL_ROUNDS } from './select-smoothness.js'
import type { Snapshot } from './snapshots.js'

interface RemainderTools {
  /** The family with a remainder of this smoothness. */
  readonly build: (smoothness: Smoothness) => Family
  readonly sigmaAt: (snapshots: readonly FitSnapshot[]) => Float64Array | undefined
  readonly watch?: Watch | undefined
}

/**
 * An equation with the smooth remainder that gives about the highest likelihood to half of the particles of every snapshot, which
 * trial fits did not see, and none unless one gains more than a standard error. Over a doubled gap an equation that is nearly right
 * has gone so far astray that chance decides; over the gaps of the fit it shows what it misses. Rounds with a remainder begin where those of the equation alone end. Cost: rounds of the
 * equation, and trial fits as of `chooseSmoothness`.
 */
export async function mendedProblem(
  problem: Omit<RoundsProblem, 'family'>,
  fixed: Parameters<typeof candidatesOf>[0],
  { build, sigmaAt, watch = {} }: RemainderTools
): Promise<{ problem: RoundsProblem; smoothness: Smoothness | undefined }> {
  const none: Smoothness = { lengthScale: 1, amplitude: 0, frequencyCount: 1 }
  const alone: RoundsProblem = { ...problem, family: build(none) }
  const silent: Watch = { stop: watch.stop, ...(watch.crew && { crew: watch.crew }) }
  const thetas = new Map<readonly FitSnapshot[], Promise<Float64Array>>()
  const thetaOf = (of: RoundsProblem): Promise<Float64Array> => {
    const known = thetas.get(of.snapshots) ?? refineReference(of, silent).then(({ state }) => state.theta)
    thetas.set(of.snapshots, known)
    return known
  }
  const mended = async (smoothness: Smoothness, of: RoundsProblem): Promise<RoundsProblem> => {
    const family = build(smoothness)
    const theta = new Float64Array(family.parameters.length)
    theta.set(await thetaOf(of))
    return { ...of, family, theta }
  }
  const smooth = candidatesOf(fixed)
  const candidates = fixed.amplitude === 'auto' ? [none, ...smooth] : smooth
  const found =
    candidates.length === 1
      ? candidates[0]
      : await chooseBy(candidates, {
          ...{ snapshots: problem.snapshots, key: problem.key, stage: 'smoothness', halves: true, watch },
          problemOf: async (smoothness, snapshots) => {
            const of = { ...alone, snapshots, sigma: sigmaAt(snapshots) }
            return { ...(await mended(smoothness, of)), rounds: TRIAL_ROUNDS }
          }
        })
  if (!found || found.amplitude === 0) return { problem: alone, smoothness: undefined }
  // Weights trade off against each other: they settle less sharply than named parameters.
  return { problem: { ...(await mended(found, alone)), tolerance: 10 * problem.tolerance }, smoothness: found }
}

/** What became of the remainder that was asked for. */
export function remainderNote(
  name: MendedName,
  { family, theta }: { readonly family: Family; readonly theta: Float64Array },
  snapshots: readonly Snapshot[]
): string {
  const places = snapshots.flatMap(({ cloud: { points } }) =>
    Array.from({ length: points.rows }, (_, i) => points.data.subarray(i * points.cols, (i + 1) * points.cols))
  )
  const share = remainderShare(family, theta, places)
  return share === undefined
    ? `${name}: no smooth remainder predicts particles that were left out better than the equation alone by more than a standard error, and there is none.`
    : `${name}: the smooth remainder has ${numberText(100 * share)} % of the mean square of the drift at the particles. Its weights mean nothing one by one, the equation's numbers are those beside it, which may be far from those of the equation alone (--reference ${name.replace('+smooth', '')} gives these, with intervals).`
}
