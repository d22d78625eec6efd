import { InputError } from '../../num/errors.js'
import { keyFor } from '../../num/random.js'
import { lastError } from './couplings.js'
import { type Fates, fatesOf } from './fates.js'
import { type FitTools, fitMarginals, workingSnapshot } from './fit.js'
import { learnGrowing } from './growing.js'
import { fateNames } from './marks.js'
import type { GrowthModel, MarginalsModel } from './model.js'
import { driftless, type MarginalsOptions } from './options.js'
import { scoreHeldOut } from './score.js'
import type { SnapshotInput } from './snapshots.js'

/** What is wanted of a fit besides paths. */
export interface Wanted {
  readonly growth: 'off' | 'estimate' | 'column'
  readonly fates: boolean
  /** Whether uncertainty and what comes without growth are left out: of fits that are only scored. */
  readonly bare?: boolean
  /** A time as the user spells it. */
  readonly spell: (time: number) => string
}

/**
 * A fit in which particles may multiply and die, and have fates. Growth is learned from the snapshots alone; a reference with a
 * drift is then fitted to particles that leave as often as they have offspring, one without moves as the growing coupling does.
 * Cost: `fitMarginals`, twice where there is a drift, and `learnGrowing`. Throws as `fitMarginals` does.
 */
export async function fitGrowing(
  input: SnapshotInput,
  options: MarginalsOptions,
  wanted: Wanted,
  tools: FitTools
): Promise<MarginalsModel> {
  const balanced = await fitMarginals(input, options, tools)
  const labels = wanted.fates ? labelsOf(balanced, wanted.spell) : undefined
  const fatesIn = (model: MarginalsModel): Fates | undefined =>
    labels && fatesOf({ couplings: model.couplings, logOffspring: model.growth?.logOffspring }, labels, tools.watch)
  if (wanted.growth === 'off') return labels ? { ...balanced, fates: fatesIn(balanced)! } : balanced
  if (balanced.spreads) throw partlySeen()
  const { snapshots, diffusion, columnNames } = balanced
  const learnsNoise = balanced.sigmaFrom === 'resolution'
  const grown = await learnGrowing({
    snapshots: snapshots.map((snapshot) => workingSnapshot(snapshot, diffusion, columnNames)),
    sigmas: balanced.intervalSigmas,
    learnsNoise,
    known: snapshots.map(({ marks }) => marks?.offspring),
    resamples: !wanted.bare,
    ...tools
  })
  const growth: GrowthModel = {
    known: wanted.growth === 'column',
    logOffspring: grown.map(({ logOffspring }) => logOffspring),
    errors: grown.map(({ error }) => error),
    kernels: undefined,
    balanced: wanted.bare
      ? { fates: undefined, heldOut: [] }
      : {
          fates: fatesIn(balanced),
          heldOut: (await scoreHeldOut(balanced, keyFor(tools.key, 'without growth'), tools.watch)).map(({ time, w1 }) => ({ time, w1 }))
        }
  }
  const leaving = grown.map(({ coupling }) => coupling.problem.fromLogWeights)
  const model: MarginalsModel = driftless(options.reference)
    ? {
        ...balanced,
        couplings: grown.map(({ coupling }) => coupling),
        couplingEndings: grown.map(({ outcome }) => ({ ending: outcome.ending, error: lastError(outcome) })),
        growth: { ...growth, kernels: grown.map(({ centres, variances }) => ({ centres, variances: learnsNoise ? variances : undefined })) }
      }
    : { ...(await fitMarginals(input, options, { ...tools, leaving })), growth }
  return { ...model, fates: fatesIn(model) }
}

function partlySeen(): InputError {
  return new InputError({
    code: 'growth-gaps',
    got: '--growth of particles with empty cells',
    expected: 'particles that were measured in every coordinate',
    try: 'removing rows with gaps, or --growth off'
  })
}

/** Labels of the last snapshot of a fit, and their names. */
function labelsOf({ snapshots }: MarginalsModel, spell: Wanted['spell']) {
  const labelled = snapshots.map(({ time, marks }) => ({ labels: marks!.labels!, time: spell(time) }))
  return { names: fateNames(labelled), labels: labelled.at(-1)!.labels }
}
