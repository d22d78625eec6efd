import { FormatError, SYSTEMS, type TableModel } from '@sbridge/core'
import type { ModelContents, SchemaModel } from '@sbridge/core/internal'
import { ReferenceEngine } from '@sbridge/core/kernels'
import { packPlain, plainIn } from '../format/plain-data.js'
import { fileHost as host } from '../host/files.js'
import type { TableSet } from './contract.js'

/** Kind of model files of several tables. */
export const SEVERAL_TABLES = 'several-tables'

/** A model file of another kind than its reader reads, and what reads it. */
export const wrongKind = (kind: string, expected: string, reader: string): FormatError =>
  new FormatError({ code: 'model-kind', got: `a model of kind ${kind}`, expected, try: reader })

/** What a draw of several tables begins with: their laws, and how the tables were kept. */
interface TablesModel {
  readonly model: SchemaModel
  readonly set: Pick<TableSet, 'files' | 'made' | 'documents'>
}

const { tables: system } = SYSTEMS

/** A model file of several tables. Like other models it holds rows of the data. Cost O(size). */
export function packTables({ model, set: { files, made, documents } }: TablesModel): Uint8Array {
  const tables = Object.fromEntries(
    Object.entries(model.tables).map(([name, { root, ...table }]) => [name, { ...table, ...(root ? { root: system.save(root) } : {}) }])
  )
  return packPlain({ model: { ...model, tables }, files, made, ...(documents ? { documents } : {}) }, SEVERAL_TABLES)
}

type Packed = TablesModel['set'] & {
  readonly model: Omit<SchemaModel, 'tables'> & { readonly tables: Readonly<Record<string, PackedTable>> }
}
type PackedTable = Omit<SchemaModel['tables'][string], 'root'> & { readonly root?: ModelContents }

/** The laws in the contents of a model file. Throws `FormatError` (code `model-damaged`) for a file without them, and what models of a table throw. */
export async function unpackTables(contents: ModelContents): Promise<TablesModel> {
  const { model, files, made, documents } = plainIn(contents) as Packed
  if (!model?.tables || !Array.isArray(model.order) || !model.order.every((name) => Object.hasOwn(model.tables, name)))
    throw new FormatError({
      code: 'model-damaged',
      got: 'a model of several tables without the tables',
      expected: 'a file as `sbridge fit` wrote it',
      try: 'fitting again'
    })
  const tables: Record<string, SchemaModel['tables'][string]> = {}
  for (const [name, { root, ...table }] of Object.entries(model.tables))
    tables[name] = root ? { ...table, root: (await system.load(root, { engine: new ReferenceEngine(), host })) as TableModel } : table
  return { model: { ...model, tables }, set: { files: files ?? {}, made, documents } }
}
