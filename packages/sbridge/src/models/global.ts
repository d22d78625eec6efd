import { type FitJob, fitTable, type GlobalModel, loadGlobal, type SampleJob, sampleTable, saveGlobal } from '@sbridge/core'
import { drawConditioned, warningsOf } from '../cli/draw-conditioned.js'
import { combination, type DrawnRows, type ModelContext, TABLE_OPTIONS, type TableDraw, type TableSystem } from './table-system.js'

/** One bridge on all columns. */
export const globalSystem: TableSystem<GlobalModel> = {
  kind: 'global',
  name: 'a model of all columns',
  fits: [...TABLE_OPTIONS, 'weights', 'kernel'],
  draws: ['rows', 'seed', 'noise', 'steps', 'start', 'onStep', 'asked'],
  fit: (table, options, context) => fitTable(table, options as FitJob, context),
  draw: (model, { asked, ...job }, context) => (asked ? conditioned(model, { ...job, asked }, context) : plain(model, job, context)),
  save: saveGlobal,
  load: loadGlobal
}

async function plain(model: GlobalModel, job: SampleJob, context: ModelContext): Promise<DrawnRows> {
  return { table: await sampleTable(model, job, context), formats: model.training.encoder.formats, warnings: [] }
}

async function conditioned(
  model: GlobalModel,
  { asked, rows: count, steps, seed = 1, noise, start, onStep }: TableDraw & { readonly asked: NonNullable<TableDraw['asked']> },
  { engine, stop, progress }: ModelContext
): Promise<DrawnRows> {
  if (noise !== undefined && noise !== 'covariance')
    throw combination(`conditions or observations with noise ${noise}`, 'leaving noise out')
  if (start === 'noise') throw combination('conditions or observations with start noise', 'leaving start out')
  if (onStep) throw combination('conditions or observations with onStep', 'sampleConditional or samplePosterior, which take it')
  const drawn = await drawConditioned({ model, asked, count, steps, seed, engine, watch: { stop, progress } })
  return { ...drawn, warnings: warningsOf(drawn) }
}
