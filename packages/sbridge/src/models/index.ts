import {
  type Engine,
  FormatError,
  type GlobalModel,
  type LatentLocalModel,
  type LatentTableModel,
  type LocalModel,
  type ModelContents
} from '@sbridge/core'
import { globalSystem } from './global.js'
import { latentSystem } from './latent.js'
import { latentLocalSystem } from './latent-local.js'
import { localSystem } from './local.js'
import type { TableFit, TableSystem } from './table-system.js'

/** A fitted model of a table, of any kind. */
export type TableModel = GlobalModel | LocalModel | LatentTableModel | LatentLocalModel

type AnySystem = TableSystem<TableModel>

/** The only place that names them all. */
const SYSTEMS = [globalSystem, localSystem, latentSystem, latentLocalSystem] as unknown as readonly AnySystem[]

const systemOfKind = (kind: string): AnySystem => SYSTEMS.find((system) => system.kind === kind)!

/** The system that options ask for. */
export function systemFor({ local, latent }: Pick<TableFit, 'local' | 'latent'>): AnySystem {
  if (latent !== undefined) return systemOfKind(local === undefined ? 'latent' : 'latent-local')
  return systemOfKind(local === undefined ? 'global' : 'local')
}

/** The system that fitted a model. */
export function systemOf(model: TableModel): AnySystem {
  if ('codec' in model) return systemOfKind('graph' in model.inner ? 'latent-local' : 'latent')
  return systemOfKind('graph' in model ? 'local' : 'global')
}

/** The model in the contents of a file. Throws `FormatError` (code `model-kind`) for one that is not of a table. */
export async function modelIn(contents: ModelContents, engine: Engine): Promise<TableModel> {
  const system = SYSTEMS.find(({ kind }) => kind === contents.kind)
  if (system) return system.load(contents, engine)
  throw new FormatError({
    code: 'model-kind',
    got: `a model of kind ${contents.kind}`,
    expected: `one of ${SYSTEMS.map(({ kind }) => kind).join(', ')}`,
    try: 'the verb that wrote it'
  })
}
