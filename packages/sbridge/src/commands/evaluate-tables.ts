import { InputError } from '@sbridge/core'
import {
  evaluateSchema,
  notTogether,
  parseRequirements,
  type Requirement,
  type SchemaFit,
  schemaFields,
  tableFields,
  tellSchemaEvaluation,
  unmetRules
} from '@sbridge/core/internal'
import { flagNamed, readFields } from '../cli/add-fields.js'
import { evaluateFields, readingFields, runFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { nameOf, writeReport } from '../cli/report.js'
import { say } from '../cli/say.js'
import { refuseUnmet } from '../cli/unmet.js'
import { readTables } from '../database/table-set.js'
import { isTableSet } from '../database/tables-or-table.js'
import { checkOutputs } from '../format/outputs.js'

type Flags = Readonly<Record<string, unknown>> & { readonly report?: string; readonly json?: boolean }

const missingField = tableFields.filter(({ name }) => name === 'missing')
const reading = readingFields.filter(({ name }) => name === 'encoding')
const requireField = evaluateFields.filter(({ name }) => name === 'require')
/** What an evaluation of one table has no use for, and that of several has. */
export const evaluateTablesFields = schemaFields.filter(({ name }) => name === 'keys')
const KNOWN = new Set([
  'report',
  'json',
  ...[...evaluateTablesFields, ...missingField, ...reading, ...requireField, ...runFields].map(({ name }) => name)
])

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
  const requirements = requirementsOf(readFields(requireField, flags).require as string | undefined)
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
    refuseUnmet(
      unmetRules([...evaluation.rules, ...Object.values(evaluation.tables).flatMap((one) => one?.rules ?? [])], requirements),
      requirements
    )
  })
}

/** Clauses of `--require`, of which measures of one table say nothing of several. */
function requirementsOf(text: string | undefined): readonly Requirement[] {
  const requirements = text === undefined ? [] : parseRequirements(text)
  const other = requirements.find(({ measure }) => measure !== 'rules')
  if (!other) return requirements
  throw new InputError({
    code: 'require-unmeasured',
    got: `--require of ${other.measure} with several tables`,
    expected: 'rules, the number of those that are broken in and between them',
    try: `--require 'rules<=0', or comparing one table`
  })
}
