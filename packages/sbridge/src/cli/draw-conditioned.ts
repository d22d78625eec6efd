import {
  type ColumnFormat,
  type ConditionalReport,
  type Engine,
  type GlobalModel,
  InputError,
  keyFromSeed,
  type NamedWarning,
  type PosteriorReport,
  sampleConditional,
  samplePosterior,
  type Table,
  type Watch
} from '@sbridge/core'
import { oneGaussian } from '../report/conditions.js'
import type { Asked } from './conditions.js'

/** Rows under conditions, ready to be written, and what the report and `--json` say about them. */
export interface ConditionedRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly conditional?: ConditionalReport
  readonly posterior?: PosteriorReport
}

export interface ConditionedDraw {
  readonly model: GlobalModel
  readonly asked: Asked
  /** Rows, for each condition. */
  readonly count: number | undefined
  readonly steps?: number | undefined
  readonly seed: number
  readonly engine: Engine
  readonly watch: Watch
}

/** Draws rows under what is given or observed. Throws `InputError` for what is impossible, before anything is drawn. */
export async function drawConditioned({ model, asked, count, steps, seed, engine, watch }: ConditionedDraw): Promise<ConditionedRows> {
  const { givens, observe, likelihood, conditioning, epsilon, ridge } = asked
  const context = { engine, key: keyFromSeed(seed), watch }
  const shared = {
    rows: count ?? model.summary.rowCount,
    ...(steps === undefined ? {} : { steps }),
    ...(epsilon === undefined ? {} : { epsilon })
  }
  if (observe.length === 0 && !likelihood) {
    if (conditioning === 'langevin')
      throw new InputError({ code: 'option-combination', got: 'langevin', expected: 'informed or clamp', try: 'informed' })
    const { table, formats, report } = await sampleConditional(
      model,
      { given: givens, ...shared, ...(ridge === undefined ? {} : { ridge }), ...(conditioning ? { conditioning } : {}) },
      context
    )
    return { table, formats, conditional: report }
  }
  if (conditioning === 'clamp')
    throw new InputError({ code: 'option-combination', got: 'clamp', expected: 'informed or langevin', try: 'informed' })
  const request = {
    ...shared,
    observe,
    given: givens[0]!,
    ...(likelihood ? { likelihood } : {}),
    ...(conditioning ? { conditioning } : {})
  }
  const { table, formats, report } = await samplePosterior(model, request, context)
  return { table, formats, posterior: report }
}

/** All warnings of a draw, in the order of the conditions. */
export function warningsOf({ conditional, posterior }: Pick<ConditionedRows, 'conditional' | 'posterior'>): NamedWarning[] {
  return [...(conditional?.conditions.flatMap(({ warnings }) => warnings) ?? []), ...(posterior?.warnings ?? [])]
}

const MOST_WARNINGS = 10

/** What to say of a conditioned draw, a line each. */
export function conditionedWords(rows: Pick<ConditionedRows, 'conditional' | 'posterior'>): string[] {
  const lines: string[] = []
  for (const { columns, epsilon, ridge, freeRatio, trials } of rows.conditional?.groups ?? []) {
    const best = trials.find((trial) => trial.epsilon === epsilon && trial.ridge === ridge && trial.freeRatio === freeRatio)
    const score = best
      ? `; held-out CRPS ${best.crps.toFixed(3)} standard deviations, ${(100 * best.coverage).toFixed(0)} % inside 60 % intervals`
      : ''
    lines.push(
      `given ${columns.length > 0 ? columns.join(', ') : 'nothing'}: ε = ${epsilon.toPrecision(3)}${freeRatio === 1 ? '' : ` (${freeRatio}-fold for drawn columns)`}, ridge λ = ${ridge}${score}`
    )
  }
  if (rows.conditional) {
    const { conditions } = rows.conditional
    const least = (of: (c: (typeof conditions)[number]) => number) => Math.min(...conditions.map(of))
    const matching = conditions.flatMap(({ matchingRows }) => (matchingRows === undefined ? [] : [matchingRows]))
    const match = matching.length === 0 ? '' : `matching rows ${Math.min(...matching)}, `
    lines.push(
      `least over ${conditions.length} condition${conditions.length === 1 ? '' : 's'}: ${match}effective rows ${least((c) => c.effectiveRows).toFixed(1)}, acceptance ${least((c) => c.acceptance).toFixed(2)}, effective sample size ${least((c) => c.effectiveSampleSize).toFixed(0)}`
    )
  }
  if (rows.posterior) {
    const { posterior } = rows
    lines.push(
      `posterior: ${posterior.importanceRows.toFixed(1)} ${posterior.fittingRows === undefined ? '' : `of ${posterior.fittingRows.toFixed(1)} `}training rows ${posterior.fittingRows === undefined ? '' : 'that fit what is given '}agree with what was observed, ε = ${posterior.epsilon.toPrecision(3)}${oneGaussian(posterior)}, ${posterior.powers.length} power${posterior.powers.length === 1 ? '' : 's'} of the likelihood, acceptance ${posterior.acceptance.toFixed(2)}, effective sample size ${posterior.effectiveSampleSize.toFixed(0)}`,
      `without observations the chain's distance to the data is ${posterior.unconditioned.distance.toPrecision(2)} (halves of the data: up to ${posterior.unconditioned.floor.toPrecision(2)})`
    )
  }
  return [...lines, ...warningLines(warningsOf(rows))]
}

/** The first warnings, a line each. */
export function warningLines(warnings: readonly NamedWarning[]): string[] {
  const lines = warnings.slice(0, MOST_WARNINGS).map(({ name, message }) => `warning ${name}: ${message}`)
  return warnings.length > MOST_WARNINGS ? [...lines, `and ${warnings.length - MOST_WARNINGS} more warnings; --json names them all`] : lines
}
