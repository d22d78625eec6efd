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
