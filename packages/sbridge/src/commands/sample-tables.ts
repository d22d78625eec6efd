import { InputError, SYSTEMS } from '@sbridge/core'
import {
  type CellStyle,
  type DrawnTable,
  drawSchema,
  EACH_TABLE,
  type Field,
  fitSchema,
  notTogether,
  presentDrawn,
  type SchemaFit,
  type SchemaModel,
  type SchemaRequest,
  schemaFields,
  tellSchema
} from '@sbridge/core/internal'
import { flagNamed, readFields, readingFields, runFields, writingFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { say } from '../cli/say.js'
import type { TableSet } from '../database/contract.js'
import { checkNewTables, fileOf, isPostgres, readTables, sqliteFileOf, writeTables } from '../database/table-set.js'
import { isOneTable } from '../database/tables-or-table.js'
import { cellsFor } from '../format/table-format.js'

type Flags = Readonly<Record<string, unknown>> & { readonly output: string; readonly json?: boolean }

/** Flags that are no fields. */
const OWN = ['output', 'json']

const fit: readonly Field[] = SYSTEMS.tables.fields.fit.filter(({ name }) => (EACH_TABLE as readonly string[]).includes(name))
const reading = readingFields.filter(({ name }) => name === 'encoding')
const writing = writingFields.filter(({ name }) => name === 'dialect')

/** `sample` of several tables: reads, fits, draws and writes all of them. */
export async function runSampleTables(input: string, flags: Flags): Promise<void> {
  refuseOthers(flags)
  const run = runOf(flags)
  const { keys, orphans, scale } = readFields(schemaFields, flags) as Pick<SchemaFit, 'keys' | 'orphans'> & SchemaRequest
  const options: SchemaFit = { ...readFields(fit, flags), keys, orphans, seed: run.seed }
  await checkOutput(flags.output)
  const set = await readTables(input, readFields(reading, flags))
  const { dialect } = readFields(writing, flags)
  await withEngine(run, async (engine) => {
    const { model, drawn } = await watched({ stages: [], pairs: 0 }, engine, async (context) => {
      const model = await fitSchema(set, options, context)
      return { model, drawn: await drawSchema(model, { scale, seed: run.seed }, context) }
    })
    await writeTables(flags.output, presented(set, { model, drawn, plain: dialect === 'plain', output: flags.output }))
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

function refuseOthers(flags: Flags): void {
  const known = new Set([...EACH_TABLE, ...OWN, ...[...schemaFields, ...reading, ...writing, ...runFields].map(({ name }) => name)])
  const given = Object.keys(flags).find((name) => flags[name] !== undefined && !known.has(name))
  if (given === undefined) return
  const flag = given === 'rows' ? '-n' : flagNamed(given)
  const instead = given === 'rows' ? '--scale 2 for twice the rows of the data' : `leaving ${flag} out, or drawing one table by itself`
  throw notTogether(`${flag} with several tables`, instead, 'options that hold for all of them')
}

async function checkOutput(output: string): Promise<void> {
  if (isOneTable(output))
    throw new InputError({
      code: 'output-tables',
      got: `the output ${output} for several tables`,
      expected: 'the name of a new folder, of a new file of SQLite, or postgres://…?schema=NEW',
      try: '-o new-tables, or -o new.sqlite'
    })
  await checkNewTables(output)
}

interface Presented {
  readonly model: SchemaModel
  readonly drawn: ReadonlyMap<string, DrawnTable>
  readonly plain: boolean
  readonly output: string
}

/** Drawn tables as their files take them: in the spelling of the data, or plainly. */
function presented(set: TableSet, { model, drawn, plain, output }: Presented): TableSet {
  const into = isPostgres(output) ? 'postgres' : sqliteFileOf(output) === undefined ? undefined : 'sqlite'
  const cellsOf = (name: string): CellStyle => {
    if (into !== undefined) return set.made?.by === into ? 'source' : 'typed'
    const cells = cellsFor(fileOf(set, name))
    return plain ? (cells === 'text' ? 'plain' : 'typed') : cells
  }
  const tables = [...drawn].map(([name, table]) => [name, presentDrawn(model.tables[name]!, table, cellsOf(name))] as const)
  return { ...set, tables: Object.fromEntries(tables), keys: model.keys }
}
