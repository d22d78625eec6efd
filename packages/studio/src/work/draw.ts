import {
  type ColumnFormat,
  type ConditionMemory,
  type Encoded,
  type Engine,
  type GlobalModel,
  keyFromSeed,
  type StopSignal,
  sampleConditional,
  samplePosterior,
  sampleTable,
  type Table,
  type Watch
} from '@sbridge/core'
import type { RunRequest, Support } from './messages.js'

/** Drawn rows, how they are spelled, and what the data say about what was asked for. */
export interface DrawnRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly support: Support | null
}

export interface DrawContext {
  readonly engine: Engine
  readonly progress: NonNullable<Watch['progress']>
  readonly stop: StopSignal
  readonly memory: ConditionMemory
  readonly onStep: (rows: Encoded, step: number) => void
}

/** Draws as `sbridge sample` would: plain rows, rows under conditions, or rows of a posterior. */
export async function drawRows(model: GlobalModel, { job, draws, rows, known }: RunRequest, context: DrawContext): Promise<DrawnRows> {
  const { engine, progress, stop, memory, onStep } = context
  const seed = job.seed ?? 1
  if (!known) {
    const table = await sampleTable(model, { ...draws, rows, seed, onStep }, { engine, progress, stop })
    return { table, formats: model.training.encoder.formats, support: null }
  }
  const { given, observe } = known
  const shared = { rows, steps: draws.steps, memory, onStep }
  const where = { engine, key: keyFromSeed(seed), watch: { progress, stop } }
  if (observe.length === 0) {
    const { table, formats, report } = await sampleConditional(model, { ...shared, given }, where)
    return { table, formats, support: { kind: 'condition', report: report.conditions[0]!, whole: report } }
  }
  const { table, formats, report } = await samplePosterior(model, { ...shared, given, observe }, where)
  return { table, formats, support: { kind: 'posterior', report } }
}
