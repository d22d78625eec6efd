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
import type { AsColumns } from './library.js'
import { parted, type RunOptions, running } from './running.js'

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
