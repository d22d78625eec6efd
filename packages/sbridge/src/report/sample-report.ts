import { type Evaluation, type GlobalModel, type LatentDraw, type Table, USUAL_STEPS } from '@sbridge/core'
import { VERSION } from '../version.js'
import type { Section } from './blocks.js'
import { contestWords, keptBackOf } from './contest.js'
import { renderReport } from './index.js'

export interface SampleReport {
  readonly input: string
  readonly command: string
  readonly model: Pick<GlobalModel, 'summary'>
  readonly real: Table
  readonly rows: Table
  readonly evaluation: Evaluation
  readonly seed: number
  /** What was done: conditions take a number of steps of their own. */
  readonly draws: Pick<LatentDraw, 'noise' | 'start' | 'dynamics'> & { readonly steps?: number | undefined }
  readonly prologue?: string | undefined
  readonly showValues?: boolean | undefined
  /** What was asked for besides, e.g. conditions. */
  readonly sections?: readonly Section[] | undefined
}

/** The report of a `sample` run: the measures, and what the fit decided. */
export function reportOf({
  input,
  command,
  model,
  real,
  rows,
  evaluation,
  seed,
  draws,
  prologue,
  sections,
  showValues
}: SampleReport): string {
  const { summary } = model
  const { bandwidth } = summary
  return renderReport({
    title: input.replace(/^.*[\\/]/, ''),
    evaluation,
    real,
    synthetic: rows,
    command,
    prologue,
    showValues,
    ...(sections ? { sections } : {}),
    model: {
      epsilon: summary.epsilon,
      ...(bandwidth ? { curve: bandwidth.curve, target: bandwidth.target } : {}),
      scaling: summary.scaling.methods,
      keptBack: keptBackOf(summary),
      options: optionsOf(model, draws, seed),
      notes: summary.notes
    }
  })
}

/** What was used, in the words of the flags. */
function optionsOf({ summary }: SampleReport['model'], draws: SampleReport['draws'], seed: number): Record<string, string> {
  const { scores } = summary.scaling
  return {
    seed: String(seed),
    bandwidth: summary.bandwidth ? `auto (${summary.bandwidth.criterion})` : 'given',
    kernel: summary.kernel,
    ...(draws.dynamics === 'bridge' ? { dynamics: draws.dynamics } : { noise: draws.noise ?? 'covariance' }),
    steps: String(draws.steps ?? USUAL_STEPS.rows),
    start: draws.start ?? 'data',
    categories: summary.categories,
    scaling: scores ? `auto: ${contestWords(scores, summary.rowCount)}` : 'standard: no column suggests otherwise, or given',
    'symmetric scaling': `${summary.scalingEnding} after ${summary.scalingTurns} turns, error ${summary.scalingError.toExponential(1)}`,
    'sbridge version': VERSION
  }
}
