import { unpackModel } from '@sbridge/core'
import {
  evaluateSchema as compareSchemas,
  drawSchema,
  fitSchema as fitTables,
  presentDrawn,
  refuseUnknown,
  SCHEMA_DRAWS,
  SCHEMA_OPTIONS,
  type Schema,
  type SchemaEvaluation,
  type SchemaFit,
  type SchemaModel,
  type SchemaRequest
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { TableSet } from './database/contract.js'
import { packTables, SEVERAL_TABLES, unpackTables, wrongKind } from './database/tables-model.js'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import type { AsColumns } from './library.js'
import { parted, type RunOptions, running } from './running.js'

export type { SchemaModel }

/** Options of `fitSchema`: those of every table, `keys` between them and what becomes of `orphans`. */
export type SchemaOptions = SchemaFit & RunOptions

/**
 * Fits laws of several tables that refer to each other, as `readTables` gives them: parents by themselves, children given their
 * parent's row and how many they are. Throws `InputError` for keys that are none, dangle or lead in circles, else as `fit`.
 */
export function fitSchema(schema: Schema, all: SchemaOptions = {}): Promise<SchemaModel> {
  const [run, options] = parted(all)
  refuseUnknown(options, SCHEMA_OPTIONS)
  return running(run, (context) => fitTables(schema, options, context))
}

/** Draws new rows of all tables, by name: every key leads to a row that was drawn. Throws `InputError` as `draw`. */
export async function sampleSchema(
  model: SchemaModel,
  all: SchemaRequest & RunOptions & AsColumns = {}
): Promise<Readonly<Record<string, RawTable>>> {
  const [run, { cells = 'text', ...request }] = parted(all)
  refuseUnknown(request, [...SCHEMA_DRAWS, 'seed'])
  const drawn = await running(run, (context) => drawSchema(model, request, context))
  return Object.fromEntries([...drawn].map(([name, table]) => [name, presentDrawn(model.tables[name]!, table, cells)]))
}

/** How tables were kept, as `readTables` says: what `writeTables` takes besides the tables. */
export type KeptTables = Omit<TableSet, 'tables'>

/** Writes a model of several tables, whole or not at all, for `loadSchema` and `sbridge sample`. With how they were kept new ones are written alike. */
export function saveSchema(path: string, model: SchemaModel, kept: Partial<KeptTables> = {}): Promise<void> {
  return writeAtomically(path, packTables({ model, set: { ...kept, files: kept.files ?? {} } }))
}

/**
 * Reads a model of several tables, as `saveSchema` and `sbridge fit` write it, and how these were kept. Throws `FormatError` when
 * it is none (code `model-kind`), damaged or from a newer version.
 */
export async function loadSchema(path: string): Promise<{ readonly model: SchemaModel; readonly kept: KeptTables }> {
  const contents = unpackModel(await readBytes(path))
  if (contents.kind !== SEVERAL_TABLES) throw wrongKind(contents.kind, 'one of several tables', 'loadModel')
  const { model, set } = await unpackTables(contents)
  return { model, kept: { ...set, keys: model.keys } }
}

/** Options of `evaluateSchema`. */
export interface SchemaEvaluationOptions extends RunOptions {
  /** Foreign keys, where the schema does not say them. */
  readonly keys?: SchemaFit['keys']
  /** Default 1. */
  readonly seed?: number
}

/** Tables that refer to each other beside real ones: where keys lead, how many rows refer to a row, how rows go with those that they refer to, and each table by itself. */
export function evaluateSchema(real: Schema, synthetic: Schema, all: SchemaEvaluationOptions = {}): Promise<SchemaEvaluation> {
  const [run, { keys, seed }] = parted(all)
  return running(run, (context) => compareSchemas({ real, synthetic, keys, seed }, context))
}
