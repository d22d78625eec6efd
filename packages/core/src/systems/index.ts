import type { ModelContents } from '../model-file/contents.js'
import { FormatError, InputError, isPromise, whatIs } from '../num/errors.js'
import type { BridgeModel } from './bridge/model.js'
import { bridge } from './bridge/system.js'
import type { DensityModel } from './density/model.js'
import { density } from './density/system.js'
import { embedding, type FittedEmbedding } from './embedding/system.js'
import { type AnyForecast, series } from './forecast/system.js'
import type { SystemContext } from './host.js'
import type { ImputationModel } from './imputation/model.js'
import { imputation } from './imputation/system.js'
import { type PathsModel, snapshots } from './marginals/system.js'
import type { AnySystem } from './system.js'
import type { TableModel } from './table/options.js'
import { tables, weightsOf } from './table/system.js'

/** Every system: the only place that names them all. */
export const SYSTEMS = {
  tables,
  series,
  snapshots,
  embedding,
  imputation,
  bridge,
  density
} as const

export type SystemName = keyof typeof SYSTEMS

/** A fitted model of any system. */
export type Model = TableModel | AnyForecast | PathsModel | FittedEmbedding | ImputationModel | BridgeModel | DensityModel

const ALL: readonly AnySystem[] = Object.values(SYSTEMS)

/** The system that fitted a model. Throws `InputError` (code `model-none`) for what is none. */
export function systemOf(model: Model): AnySystem {
  const isObject = typeof model === 'object' && model !== null && !Array.isArray(model)
  const system = isObject ? ALL.find((one) => one.holds(model)) : undefined
  if (system) return system
  throw new InputError({
    code: 'model-none',
    got: `${whatIs(model)} for a model`,
    expected: 'a model, as fit and loadModel give it',
    try: isPromise(model) ? '`await` before it' : '`await fit(rows)`, or `await loadModel(path)`'
  })
}

/** What the rows weigh that a model of any system learned from; undefined where all weigh the same, or nothing is known. */
export const rowWeightsOf = (model: Model): Float64Array | undefined => (tables.holds(model) ? weightsOf(model as TableModel) : undefined)

/** The system whose model a file holds; of `wanted` alone where only these will do. Throws `FormatError` (code `model-kind`). */
export function systemFor({ kind }: Pick<ModelContents, 'kind'>, wanted: readonly AnySystem[] = ALL): AnySystem {
  const system = wanted.find(({ kinds }) => kinds.includes(kind))
  if (system) return system
  const kinds = wanted.flatMap((one) => one.kinds)
  throw new FormatError({
    code: 'model-kind',
    got: `a model of kind ${kind}`,
    expected: kinds.length === 1 ? `a model of kind ${kinds[0]}` : `one of kind ${kinds.join(', ')}`,
    try: 'the verb that wrote it'
  })
}

/** The contents of a model file for any model. Throws `InputError` for one that no file can hold. */
export const saved = (model: Model): ModelContents => systemOf(model).save(model)

/** The model in the contents of a file. Throws `FormatError` (codes `model-kind`, `model-damaged`). */
export const loaded = async (contents: ModelContents, context: Pick<SystemContext, 'engine' | 'host'>): Promise<Model> =>
  systemFor(contents).load(contents, context)
