import { CLEARLY } from '../../choose/search.js'
import type { Watch } from '../../num/iterate.js'
import { numberText } from '../../tell/numbers.js'
import type { Family, Smoothness } from './family.js'
import type { FitSnapshot } from './fit-snapshot.js'
import type { MendedName } from './options.js'
import { remainderOf, remainderShare } from './remainder-family.js'
import { refineReference } from './rounds.js'
import type { RoundsProblem } from './rounds-problem.js'
import { candidatesOf, chooseBy } from './select-smoothness.js'
import type { Snapshot } from './snapshots.js'

interface RemainderTools {
  /** The family with a remainder of this smoothness. */
  readonly build: (smoothness: Smoothness) => Family
  readonly sigmaAt: (snapshots: readonly FitSnapshot[]) => Float64Array | undefined
  readonly watch?: Watch | undefined
}

/** Rounds of an equation by itself. */
interface AloneFit {
  readonly problem: RoundsProblem
  readonly state: Awaited<ReturnType<typeof refineReference>>['state']
}

export interface Mended {
  readonly problem: RoundsProblem
  readonly smoothness: Smoothness | undefined
  /** The equation's own fit, beside which the remainder is. */
  readonly alone?: AloneFit | undefined
}

/**
 * An equation as its own rounds find it, and beside it the smooth remainder that predicts particles best which trial fits did not see,
 * none unless one gains clearly. The equation's parameters stay as they are: what they can say, they say, with the intervals that they
 * have alone; the remainder is what the equation misses. Each half of the particles of every snapshot is predicted from the other, by
 * fits to the other: over the very intervals of the fit, as an equation that is nearly right has gone so far astray over a doubled gap
 * that chance decides. Cost: rounds of the equation, and trial fits as of `chooseSmoothness`.
 */
export async function mendedProblem(
  problem: Omit<RoundsProblem, 'family'>,
  fixed: Parameters<typeof candidatesOf>[0],
  { build, sigmaAt, watch = {} }: RemainderTools
): Promise<Mended> {
  const none: Smoothness = { lengthScale: 1, amplitude: 0, frequencyCount: 1 }
  const family = build(none)
  const silent: Watch = { stop: watch.stop, ...(watch.crew && { crew: watch.crew }) }
  const fits = new Map<readonly FitSnapshot[], Promise<AloneFit>>()
  const aloneFit = (snapshots: readonly FitSnapshot[]): Promise<AloneFit> => {
    const of: RoundsProblem = { ...problem, family, snapshots, sigma: snapshots === problem.snapshots ? problem.sigma : sigmaAt(snapshots) }
    const found = fits.get(snapshots) ?? refineReference(of, silent).then(({ state }) => ({ problem: of, state }))
    fits.set(snapshots, found)
    return found
  }
  const mended = (smoothness: Smoothness, { problem: of, state }: AloneFit): RoundsProblem => {
    if (smoothness.amplitude === 0) return { ...of, theta: state.theta, sigma: state.sigma, rounds: 0 }
    const remainder = remainderOf(build(smoothness), state.theta)
    // Weights trade off against each other: they settle less sharply than named parameters.
    return { ...of, family: remainder, theta: new Float64Array(remainder.parameters.length), tolerance: 10 * of.tolerance }
  }
  const smooth = candidatesOf(fixed)
  const candidates = fixed.amplitude === 'auto' ? [none, ...smooth] : smooth
  const found =
    candidates.length === 1
      ? candidates[0]
      : await chooseBy(candidates, {
          ...{ snapshots: problem.snapshots, key: problem.key, stage: 'smoothness', halves: true, watch },
          // That the equation is wrong has to be clear; how wrong, the simplest that predicts as well as any says.
          allowance: ({ amplitude }) => (amplitude === 0 ? CLEARLY : 1),
          problemOf: async (smoothness, snapshots) => mended(smoothness, await aloneFit(snapshots))
        })
  if (!found || found.amplitude === 0) return { problem: { ...problem, family }, smoothness: undefined }
  const alone = await aloneFit(problem.snapshots)
  return { problem: mended(found, alone), smoothness: found, alone }
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
    ? `${name}: no smooth remainder predicts particles that were left out clearly better than the equation alone, by three standard errors, and there is none.`
    : `${name}: the equation's numbers and their intervals are those that it has alone, and beside it is a smooth remainder of ${numberText(100 * share)} % of the mean square of the drift at the particles: what the equation misses. Its weights mean nothing one by one.`
}
