import { densityRatio } from '../../choose/density-ratio.js'
import { type Boosting, logOdds } from '../../diagnose/boosting.js'
import { foldAucs } from '../../diagnose/classifier.js'
import { membershipAttack } from '../../diagnose/membership.js'
import { resampled } from '../../draw/resample.js'
import { quiet } from '../../num/iterate.js'
import { takeRows } from '../../num/matrix.js'
import { type Key, keyFor, keyFromSeed, permutation, seedFor } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { SystemContext } from '../host.js'
import type { Refinement, RefinementTrial } from '../refinement/refinement.js'
import { CANDIDATES } from './candidates.js'
import type { TableModel } from './options.js'
import { heldOutOf, LEAST_HALF, type ModelParts, placingFor, type TriedFit, trialFit, weighted } from './trial.js'

/** As it is told of while it runs. */
export const TRIAL_STAGE = 'trying refinement'
/** Rows of the data, and twice as many drawn ones, from which the ratio is learned at most. */
const MOST_LEARNED = 5000

/**
 * Whether rows of a model gain from being taken from more candidates, and by which ratio. A second model of half of the rows is
 * refined by what tells its rows from those that it learned from; only where its refined rows are harder to tell from the other half,
 * by more than a standard error, and do not give training rows away more than plain ones, by more than a standard error, is the
 * ratio learned for the model itself. Cost: a fit and 6 draws of half the rows, and 2 draws of all of them.
 */
export async function fitRefinement(problem: TriedFit, parts: ModelParts, context: SystemContext): Promise<Refinement> {
  const { model, options } = problem
  context.progress?.({ stage: TRIAL_STAGE, done: 0, total: 1 })
  const trial = await tryRefinement(problem, parts, { ...context, progress: undefined })
  if (trial.verdict !== 'gains') return { trial }
  const key = keyFor(keyFromSeed(options.seed ?? 1), 'refinement')
  const ratio = await learnRatio({ model, real: weighted(model, parts.training(model), key), key }, parts, {
    ...context,
    progress: undefined
  })
  return ratio ? { trial, ratio } : { trial: { ...trial, verdict: 'nothing to learn' } }
}

async function tryRefinement(problem: TriedFit, parts: ModelParts, context: SystemContext): Promise<RefinementTrial> {
  const heldOut = heldOutOf(problem.input)
  if (heldOut < LEAST_HALF) return { verdict: 'too few rows', heldOut }
  const key = keyFor(keyFromSeed(problem.options.seed ?? 1), 'refinement trial')
  const { fitted, held } = await trialFit(problem, parts, { ...context, key })
  const seen = weighted(fitted, parts.training(fitted), key)
  const ratio = await learnRatio({ model: fitted, real: seen, key }, parts, context)
  if (!ratio) return { verdict: 'nothing to learn', heldOut }
  const { table: candidates } = await parts.draw(fitted, { rows: CANDIDATES * heldOut, seed: seedFor(key, 'candidates') }, context)
  const place = placingFor(parts.training(fitted))
  const { chosen } = resampled(logOdds(ratio, place(candidates)), CANDIDATES, keyFor(key, 'chosen'))
  const plain = Uint32Array.from({ length: heldOut }, (_, i) => CANDIDATES * i)
  const drawn = place(candidates)
  const sides = { train: place(parts.training(fitted)), heldOut: place(held), engine: context.engine, key, most: MOST_LEARNED }
  const judged = async (rows: Uint32Array) => {
    const synthetic = takeRows(drawn, rows)
    return {
      folds: await foldAucs({ first: sides.heldOut, second: synthetic, key, watch: quiet(context) }),
      membership: await membershipAttack({ ...sides, synthetic })
    }
  }
  return verdictOf(heldOut, await judged(plain), await judged(chosen))
}

interface Judged {
  readonly folds: readonly number[]
  readonly membership: { readonly value: number; readonly interval: readonly [number, number] }
}

/** The normal quantile of 97.5 %: intervals reach so many standard errors to both sides. */
const NORMAL_95 = 1.96

function verdictOf(heldOut: number, plain: Judged, refined: Judged): RefinementTrial {
  const gains = plain.folds.map((area, fold) => area - refined.folds[fold]!)
  const gain = mean(gains)
  const auc = { plain: mean(plain.folds), refined: mean(refined.folds), error: Math.sqrt(variance(gains) / Math.max(1, gains.length - 1)) }
  const [low, high] = refined.membership.interval
  const error = (high - low) / (2 * NORMAL_95)
  const membership = { plain: plain.membership.value, refined: refined.membership.value, error }
  // An area below one half is dependence on training rows, no gain.
  const verdict =
    gain <= auc.error || auc.plain <= 0.5 ? 'no gain' : membership.refined > membership.plain + error ? 'nearer to training rows' : 'gains'
  return { verdict, heldOut, auc, membership }
}

/** What tells rows of a model from those of the data. */
async function learnRatio(
  { model, real, key }: { readonly model: TableModel; readonly real: Table; readonly key: Key },
  { draw, training }: ModelParts,
  context: SystemContext
): Promise<Boosting | undefined> {
  const rows = Math.min(real.rowCount, MOST_LEARNED)
  const some = takeTableRows(real, permutation(keyFor(key, 'learned'), real.rowCount).subarray(0, rows))
  const drawn = await draw(model, { rows: 2 * rows, seed: seedFor(key, 'learned') }, context)
  const place = placingFor(training(model))
  return densityRatio({ real: place(some), drawn: place(drawn.table), key: keyFor(key, 'ratio'), watch: context })
}
