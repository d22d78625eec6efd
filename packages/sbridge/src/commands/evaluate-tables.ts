import { InputError } from '@sbridge/core'
import { evaluateSchema, notTogether, type SchemaFit, schemaFields, tableFields, tellSchemaEvaluation } from '@sbridge/core/internal'
import { flagNamed, readFields } from '../cli/add-fields.js'
import { readingFields, runFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { nameOf, writeReport } from '../cli/report.js'
import { say } from '../cli/say.js'
import { readTables } from '../database/table-set.js'
import { isTableSet } from '../database/tables-or-table.js'
import { checkOutputs } from '../format/outputs.js'

type Flags = Readonly<Record<string, unknown>> & { readonly report?: string; readonly json?: boolean }

const missingField = tableFields.filter(({ name }) => name === 'missing')
const reading = readingFields.filter(({ name }) => name === 'encoding')
/** What an evaluation of one table has no use for, and that of several has. */
export const evaluateTablesFields = schemaFields.filter(({ name }) => name === 'keys')
const KNOWN = new Set(['report', 'json', ...[...evaluateTablesFields, ...missingField, ...reading, ...runFields].map(({ name }) => name)])

/** `evaluate` of several tables: a folder, a file of SQLite or a server's schema against another. */
export async function runEvaluateTables(real: string, synthetic: string | undefined, flags: Flags): Promise<void> {
  const given = Object.keys(flags).find((name) => flags[name] !== undefined && !KNOWN.has(name))
  if (given !== undefined)
    throw notTogether(
      `${flagNamed(given)} with several tables`,
      `leaving ${flagNamed(given)} out, or comparing one table`,
      'options that hold for all of them'
    )
  if (synthetic === undefined || !(await isTableSet(synthetic, flags)))
    throw new InputError({
      code: 'rows-absent',
      got:
        synthetic === undefined
          ? `no synthetic tables beside ${nameOf(real)}`
          : `the one table ${nameOf(synthetic)} beside several in ${nameOf(real)}`,
      expected: 'several tables on both sides',
      try: `sbridge evaluate ${nameOf(real)} new-tables`
    })
  const run = runOf({ seed: '1', ...flags })
  await checkOutputs([flags.report], [])
  const { keys, missing } = readFields([...evaluateTablesFields, ...missingField], flags) as Pick<SchemaFit, 'keys' | 'missing'>
  const options = readFields(reading, flags)
  const ones = await readTables(real, options)
  const sides = { real: ones, synthetic: await readTables(synthetic, { ...options, root: ones.documents?.root }) }
  await withEngine(run, async (engine) => {
    const evaluation = await watched({ stages: [], pairs: 0 }, engine, (context) =>
      evaluateSchema({ ...sides, keys, missing, seed: run.seed }, context)
    )
    const telling = tellSchemaEvaluation(evaluation)
    const [title, other] = [nameOf(synthetic), nameOf(real)]
    if (flags.report !== undefined)
      await writeReport(flags.report, {
        telling,
        kicker: 'Several tables',
        title: `${title} against ${other}`,
        made: `Several tables were compared with real ones`,
        files: []
      })
    const rows = Object.values(sides.synthetic.tables).reduce((sum, { rowCount }) => sum + rowCount, 0)
    say({
      made: `${rows} rows in ${Object.keys(sides.synthetic.tables).length} tables against ${other}`,
      telling,
      keys: { rows, seed: run.seed },
      flags
    })
  })
}
