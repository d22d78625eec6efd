import { InputError, SYSTEMS } from '@sbridge/core'
import {
  type CellStyle,
  type DrawnTable,
  drawSchema,
  EACH_TABLE,
  type Field,
  fitSchema,
  type ModelContents,
  notTogether,
  planSchema,
  presentDrawn,
  SCHEMA_DRAWS,
  type SchemaFit,
  type SchemaModel,
  type SchemaRequest,
  schemaFields,
  sliceTable,
  tellSchema
} from '@sbridge/core/internal'
import { flagNamed, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { countOf, type Run, runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { say } from '../cli/say.js'
import { refuseBesideModel } from '../cli/source.js'
import type { TableSet, WrittenTables } from '../database/contract.js'
import { isDocumentName } from '../database/document-file.js'
import { checkNewTables, databaseOf, fileOf, readTables, writeTables } from '../database/table-set.js'
import { packTables, unpackTables } from '../database/tables-model.js'
import { isOneTable } from '../database/tables-or-table.js'
import { writeAtomically } from '../format/atomic-file.js'
import type { Pieces } from '../format/columns.js'
import type { Documents } from '../format/json-documents.js'
import { checkOutputs } from '../format/outputs.js'
import { cellsFor, extensionOf } from '../format/table-format.js'

type Flags = Readonly<Record<string, unknown>> & { readonly output: string; readonly json?: boolean; readonly dryRun?: boolean }

/** Flags that are no fields. */
const OWN = ['output', 'json', 'dryRun', 'rows']

const fit: readonly Field[] = SYSTEMS.tables.fields.fit.filter(({ name }) => (EACH_TABLE as readonly string[]).includes(name))
const reading = readingFields.filter(({ name }) => name === 'encoding')
const writing = writingFields.filter(({ name }) => name === 'dialect')

/** `sample` of several tables, or of a model of such: reads, fits, draws and writes all of them. */
export async function runSampleTables(input: string, flags: Flags, contents?: ModelContents): Promise<void> {
  const known = contents && (await unpackTables(contents))
  const isDocument = known ? known.set.documents !== undefined : isDocumentName(input)
  refuseOthers(flags, isDocument ? [] : ['rows'])
  if (contents) refuseBesideModel([...fit, ...schemaFields.filter(({ name }) => !SCHEMA_DRAWS.includes(name)), ...reading], flags)
  const run = runOf(flags)
  const asked = readFields(schemaFields, flags) as SchemaRequest
  await checkOutput(input, { flags, isDocument })
  let read: TableSet | undefined = contents ? undefined : await readTables(input, readFields(reading, flags))
  const scale = scaleOf(flags, asked, known?.model.tables ?? read!.tables, known ? known.set.documents : read!.documents)
  const { pseudonyms } = asked
  const plan = planSchema(known ?? { schema: read!, options: fitOptions(flags, run) }, { scale })
  const { files, made, documents } = known?.set ?? read!
  const { dialect } = readFields(writing, flags)
  await withEngine(run, async (engine) => {
    if (await onlyPlanned(plan, engine, flags)) return
    const { model, drawn } = await watched(plan, engine, async (context) => {
      const model = known?.model ?? (await fitSchema(read!, fitOptions(flags, run), context))
      // What is drawn takes the place of what was read.
      read = undefined
      return { model, drawn: await drawSchema(model, { scale, pseudonyms, seed: run.seed }, context) }
    })
    await writeTables(
      flags.output,
      presented({ files, made, documents }, { model, drawn, plain: dialect === 'plain', output: flags.output })
    )
    const rows = [...drawn.values()].reduce((sum, { table }) => sum + table.rowCount, 0)
    const telling = tellSchema(model, drawn)
    say({
      output: flags.output,
      made: `${rows} rows in ${drawn.size} tables`,
      telling,
      keys: { rows, seed: run.seed, engine: run.engineName },
      flags
    })
  })
}

/** `fit` of several tables: a model file that `sample` draws from. */
export async function runFitTables(input: string, flags: Flags): Promise<void> {
  refuseOthers(flags, [...SCHEMA_DRAWS, 'rows'])
  const run = runOf(flags)
  if (extensionOf(flags.output) !== '.sbridge' && !(flags.dryRun && flags.output === '-'))
    throw new InputError({
      code: 'output-model',
      got: `the output ${flags.output} for a model of several tables`,
      expected: 'a name that ends in .sbridge',
      try: '-o shop.sbridge'
    })
  if (!flags.dryRun) await checkOutputs([flags.output], [])
  const set = await readTables(input, readFields(reading, flags))
  await withEngine(run, async (engine) => {
    const plan = planSchema({ schema: set, options: fitOptions(flags, run) })
    if (await onlyPlanned(plan, engine, flags)) return
    const model = await watched(plan, engine, (context) => fitSchema(set, fitOptions(flags, run), context))
    await writeAtomically(flags.output, packTables({ model, set }))
    const made = `model of ${model.order.length} tables`
    say({ output: flags.output, made, telling: tellSchema(model), keys: { seed: run.seed }, flags })
  })
}

function fitOptions(flags: Flags, { seed }: Run): SchemaFit {
  const { keys, orphans, keep } = readFields(schemaFields, flags) as Pick<SchemaFit, 'keys' | 'orphans' | 'keep'>
  return { ...readFields(fit, flags), keys, orphans, keep, seed }
}

/** How many times as many rows: for documents also by `-n`, which counts them. */
function scaleOf(
  flags: Flags,
  { scale }: SchemaRequest,
  tables: Readonly<Record<string, { readonly rowCount: number }>>,
  documents?: Documents
): number | undefined {
  const rows = countOf(flags.rows as string | undefined)
  if (rows === undefined || !documents) return scale
  if (scale !== undefined) throw notTogether('-n with --scale', 'one of them', 'the number of objects, or how many times as many')
  return rows / tables[documents.root]!.rowCount
}

function refuseOthers(flags: Flags, also: readonly string[]): void {
  const known = new Set([...EACH_TABLE, ...OWN, ...[...schemaFields, ...reading, ...writing, ...runFields].map(({ name }) => name)])
  const given = Object.keys(flags).find((name) => flags[name] !== undefined && (!known.has(name) || also.includes(name)))
  if (given === undefined) return
  const flag = given === 'rows' ? '-n' : flagNamed(given)
  const instead =
    given === 'rows'
      ? '--scale 2 for twice the rows of the data, or --table for one table of a database'
      : `leaving ${flag} out, or drawing one table by itself`
  throw notTogether(
    `${flag} with ${given === 'rows' ? 'all tables together' : 'several tables'}`,
    instead,
    'options that hold for all of them'
  )
}

async function checkOutput(
  input: string,
  { flags: { output, dryRun }, isDocument }: { readonly flags: Flags; readonly isDocument: boolean }
): Promise<void> {
  if (dryRun && output === '-') return
  if (isDocument && isDocumentName(output)) return dryRun ? undefined : checkOutputs([output], [input])
  if (isOneTable(output))
    throw new InputError({
      code: 'output-tables',
      got: `the output ${output} for several tables`,
      expected: `${isDocument ? 'a name that ends in .json or .jsonl, ' : ''}the name of a new folder, of a new file of SQLite or DuckDB, or postgres://…?schema=NEW`,
      try: isDocument ? '-o new.json, or --exclude with the names of the lists for one table' : '-o new-tables, or -o new.sqlite'
    })
  if (!dryRun) await checkNewTables(output)
}

interface Presented {
  readonly model: SchemaModel
  readonly drawn: ReadonlyMap<string, DrawnTable>
  readonly plain: boolean
  readonly output: string
}

/** Drawn tables as their files take them, some rows at a time: in the spelling of the data, or plainly. */
function presented(set: Pick<TableSet, 'files' | 'made' | 'documents'>, { model, drawn, plain, output }: Presented): WrittenTables {
  const into = databaseOf(output)?.kind
  const cellsOf = (name: string): CellStyle => {
    if (into !== undefined) return set.made?.by === into ? 'source' : 'typed'
    const cells = cellsFor(isDocumentName(output) ? output : fileOf(set, name))
    return plain ? (cells === 'text' ? 'plain' : 'typed') : cells
  }
  const tables = [...drawn].map(([name, rows]): readonly [string, Pieces] => {
    const [of, cells] = [model.tables[name]!, cellsOf(name)]
    const { rowCount } = rows.table
    return [name, { rowCount, rows: (from, to) => presentDrawn(of, { ...rows, table: sliceTable(rows.table, from, to) }, cells) }]
  })
  return { ...set, tables: Object.fromEntries(tables), keys: model.keys }
}
