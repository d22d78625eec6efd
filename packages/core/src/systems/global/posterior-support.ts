import { type GroupRun, startGroup } from '../../draw/condition-draw.js'
import { effectiveCount, weightsOf } from '../../draw/temper.js'
import type { Evidence } from '../../know/evidence.js'
import { hasLevels, levelsOfRow } from '../../know/levels.js'
import { logLikelihoodsOf } from '../../know/row-likelihoods.js'
import { takeEncoded } from '../../table/encoder.js'
import type { GlobalModel } from './model.js'
import type { PosteriorChains } from './posterior-report.js'

/** What the data say before anything is observed, and how many of their rows agree with what was. */
type Support = Required<Pick<PosteriorChains, 'importanceRows' | 'fittingRows' | 'agreeing'>>

/** Training rows that fit what is given, with the given numbers in place: only they can agree with what was observed. */
export async function supportUnder(run: GroupRun, evidence: Evidence): Promise<Support> {
  const { state, starts, problem } = startGroup(run)
  const { encoder, law } = run
  const { rows: training, logWeights } = law
  const levelIn = levelsOfRow(training.codes, encoder.factors.length)
  const all = Array.from(starts.keys())
  // Where categories are swept, chains start at rows of others too; those of the given ones count, where there are any.
  const { bounds } = problem.conditions[0]!
  const isWithin = (i: number) =>
    problem.split.ranged.every((c, k) => {
      const x = training.coordinates.data[starts[i]! * training.coordinates.cols + c]!
      return x >= bounds.low[k]! && x <= bounds.high[k]!
    })
  const own = all.filter((i) => hasLevels(run.conditions[0]!, levelIn(starts[i]!)))
  // Chains start at rows outside of intervals too, moved to their ends.
  const within = (own.length > 0 ? own : all).filter(isWithin)
  const kept = within.length > 0 ? within : own.length > 0 ? own : all
  const rows = takeEncoded(state, kept)
  const logs = await logLikelihoodsOf(evidence, rows)
  const effective = (weights: Float64Array): number => {
    const sums = new Float64Array(logWeights.length)
    kept.forEach((i, k) => {
      sums[starts[i]!] = sums[starts[i]!]! + weights[k]!
    })
    return effectiveCount(sums)
  }
  return {
    importanceRows: effective(weightsOf(logs, 1)),
    fittingRows: effective(new Float64Array(kept.length).fill(1)),
    agreeing: rows
  }
}

/** Weights of the training rows times the likelihood, largest 1 [M]; undefined where all of them are impossible. */
export async function rowWeights({ training }: GlobalModel, evidence: Evidence): Promise<Float64Array | undefined> {
  const logs = await logLikelihoodsOf(evidence, training.rows)
  const values = training.logWeights.map((a, j) => a + logs[j]!)
  return values.every((value) => value === Number.NEGATIVE_INFINITY) ? undefined : weightsOf(values, 1)
}
