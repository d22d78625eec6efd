import {
  type Engine,
  fitLatentLocal,
  type LatentLocalModel,
  loadLatentLocal,
  type ModelContents,
  type RawTable,
  refuseBehindLocal,
  sampleLatentLocal,
  saveLatentLocal
} from '@sbridge/core'
import { fileNetworks } from '../latent-onnx.js'
import { localOptions } from './local.js'
import { type DrawnRows, type ModelContext, TABLE_OPTIONS, type TableDraw, type TableFit, type TableSystem } from './table-system.js'

/** One small bridge for each coordinate of a codec. */
export const latentLocalSystem: TableSystem<LatentLocalModel> = {
  kind: 'latent-local',
  name: 'a localised latent model',
  fits: [...TABLE_OPTIONS, 'local', 'sweep', 'neighbourBandwidth', 'latent', 'commonScale'],
  draws: ['rows', 'seed', 'noise', 'steps', 'dynamics', 'asked'],
  fit,
  draw,
  save: saveLatentLocal,
  load: (contents: ModelContents, engine: Engine) => loadLatentLocal(contents, { engine, networks: fileNetworks })
}

async function fit(table: RawTable, options: TableFit, context: ModelContext): Promise<LatentLocalModel> {
  const { latent, kernel: _fixed, weights: _none, ...job } = options
  const { scaling: _own, ...local } = await localOptions(options)
  return fitLatentLocal(table, { ...job, ...local, latent: latent! }, { ...context, networks: fileNetworks })
}

async function draw(model: LatentLocalModel, request: TableDraw, context: ModelContext): Promise<DrawnRows> {
  const { asked, dynamics, rows, seed, noise, steps } = request
  refuseBehindLocal({ conditions: asked !== undefined, dynamics })
  const job = {
    ...(rows === undefined ? {} : { rows }),
    ...(seed === undefined ? {} : { seed }),
    ...(noise === undefined ? {} : { noise }),
    ...(steps === undefined ? {} : { steps })
  }
  const { table } = await sampleLatentLocal(model, job, context)
  return { table, formats: model.encoder.formats, warnings: [] }
}
