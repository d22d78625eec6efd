import {
  contextOf,
  fitLocal,
  type LocalModel,
  type LocalOptions,
  type LocalPosteriorReport,
  loadLocal,
  posteriorLocal,
  prepareTable,
  type RawTable,
  sampleLocal,
  saveLocal
} from '@sbridge/core'
import type { Asked } from '../cli/conditions.js'
import { localisationOf } from '../cli/local.js'
import {
  combination,
  type DrawnRows,
  type ModelContext,
  TABLE_OPTIONS,
  type TableDraw,
  type TableFit,
  type TableSystem
} from './table-system.js'

/** One small bridge for each column, on its neighbourhood. */
export const localSystem: TableSystem<LocalModel> = {
  kind: 'local',
  name: 'a localised model',
  fits: [...TABLE_OPTIONS, 'local', 'sweep', 'neighbourBandwidth', 'blocks'],
  draws: ['rows', 'seed', 'noise', 'steps', 'asked'],
  fit,
  draw: drawLocal,
  save: saveLocal,
  load: loadLocal
}

async function fit(table: RawTable, options: TableFit, context: ModelContext): Promise<LocalModel> {
  return fitLocal(prepareTable(table, options).data, await localOptions(options), contextOf(options.seed ?? 1, context))
}

/** What of the options is about neighbourhoods; a graph is read from its file. */
export async function localOptions({ local, sweep, neighbourBandwidth, blocks, bandwidth, scaling }: TableFit): Promise<LocalOptions> {
  return {
    local: typeof local === 'string' ? await localisationOf(local) : local!,
    ...(sweep === undefined ? {} : { sweep }),
    ...(neighbourBandwidth === undefined ? {} : { neighbourBandwidth }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(scaling === undefined ? {} : { scaling })
  }
}

/** Rows of a localised model, and what was known about them. */
export interface LocalRows extends DrawnRows {
  readonly posterior?: LocalPosteriorReport
}

/** Draws rows from a localised model, under what is known where something is. */
export async function drawLocal(model: LocalModel, request: TableDraw, context: ModelContext): Promise<LocalRows> {
  const { rows: count = model.summary.rowCount, seed = 1, noise, steps, asked } = request
  const shared = { count, ...(noise === undefined ? {} : { noise }), ...(steps === undefined ? {} : { steps }) }
  const own = contextOf(seed, context)
  if (!asked) return { table: await sampleLocal(model, shared, own), formats: model.encoder.formats, warnings: [] }
  refuseOfGlobal(asked, 'a localised model')
  const { givens, observe, likelihood } = asked
  const { table, formats, report } = await posteriorLocal(
    model,
    { ...shared, given: givens, observe, ...(likelihood ? { likelihood } : {}) },
    own
  )
  return { table, formats, posterior: report, warnings: report.warnings }
}

/**
 * Schemes and bandwidths of conditions that only a model of all columns has. `spelled`: an option as whoever asks writes it.
 * Throws `InputError` (code `option-combination`).
 */
export function refuseOfGlobal(
  { conditioning, epsilon, ridge }: Asked,
  system: string,
  spelled: (option: 'conditioning' | 'conditionBandwidth' | 'ridge') => string = (option) => option
): void {
  const scheme = conditioning !== undefined && conditioning !== 'informed' ? `${spelled('conditioning')} ${conditioning}` : undefined
  const other = scheme ?? (epsilon !== undefined ? spelled('conditionBandwidth') : ridge !== undefined ? spelled('ridge') : undefined)
  if (other !== undefined) throw combination(`${other} with ${system}`, `leaving ${other} out`)
}
