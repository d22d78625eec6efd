import {
  contextOf,
  decodeLatents,
  drawLatents,
  type Engine,
  fitLatentTable,
  type LatentJob,
  type LatentTableModel,
  loadLatentTable,
  type Matrix,
  type ModelContents,
  type RawTable,
  sampleLatentConditioned,
  saveLatentTable
} from '@sbridge/core'
import { warningsOf } from '../cli/draw-conditioned.js'
import { fileNetworks } from '../latent-onnx.js'
import { refuseOfGlobal } from './local.js'
import {
  combination,
  type DrawnRows,
  type ModelContext,
  TABLE_OPTIONS,
  type TableDraw,
  type TableFit,
  type TableSystem
} from './table-system.js'

/** One bridge on the coordinates of a codec and the categories. */
export const latentSystem: TableSystem<LatentTableModel> = {
  kind: 'latent',
  name: 'a latent model',
  fits: [...TABLE_OPTIONS, 'weights', 'kernel', 'latent', 'commonScale'],
  draws: ['rows', 'seed', 'noise', 'steps', 'start', 'dynamics', 'asked'],
  fit: (table: RawTable, options: TableFit, context: ModelContext) =>
    fitLatentTable(table, options as LatentJob, { ...context, networks: fileNetworks }),
  draw: drawLatent,
  save: saveLatentTable,
  load: (contents: ModelContents, engine: Engine) => loadLatentTable(contents, { engine, networks: fileNetworks })
}

/** Rows of a latent model, and the coordinates [n, K] that they were decoded from. */
export interface LatentRows extends DrawnRows {
  readonly latents: Matrix
}

/** Draws rows from a latent model, under what is known where something is. */
export async function drawLatent(model: LatentTableModel, request: TableDraw, context: ModelContext): Promise<LatentRows> {
  const { rows = model.summary.rowCount, seed = 1, asked, onStep: _, ...draws } = request
  refuseDraws(request)
  const own = contextOf(seed, context)
  if (!asked) {
    const latents = await drawLatents(model, { ...draws, count: rows }, own)
    return { table: await decodeLatents(model, latents), formats: model.encoder.formats, latents: latents.coordinates, warnings: [] }
  }
  const { givens, observe, likelihood } = asked
  const { steps, start, dynamics } = draws
  const drawn = await sampleLatentConditioned(
    model,
    {
      given: givens,
      observe,
      rows,
      ...(steps === undefined ? {} : { steps }),
      ...(start === undefined ? {} : { start }),
      ...(dynamics === undefined ? {} : { dynamics }),
      ...(likelihood ? { likelihood } : {})
    },
    own
  )
  const warnings = [
    ...warningsOf({ ...(drawn.conditional ? { conditional: drawn.conditional } : {}) }),
    ...(drawn.conditions?.flatMap((one) => one.warnings) ?? [])
  ]
  return { ...drawn, warnings }
}

function refuseDraws({ noise, start, dynamics, asked }: TableDraw): void {
  if (dynamics === 'bridge' && noise !== undefined) throw combination(`noise ${noise} with dynamics bridge`, 'leaving noise out')
  if (!asked) return
  if (start === 'noise' && dynamics !== 'bridge') throw combination('conditions or observations with start noise', 'leaving start out')
  if (noise !== undefined && noise !== 'covariance')
    throw combination(`conditions or observations with noise ${noise}`, 'leaving noise out')
  refuseOfGlobal(asked, 'a latent model')
}
