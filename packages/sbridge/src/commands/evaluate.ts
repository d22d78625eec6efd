import type { Command } from '@commander-js/extra-typings'
import { type Evaluation, evaluateTables, InputError, linesOf } from '@sbridge/core'
import {
  type ColumnKind,
  comparePanels,
  evaluateUtility,
  type Graded,
  groupRows,
  hasColumn,
  type InferOptions,
  leaveKeysOut,
  parseRequirements,
  prepareTable,
  readingsOf,
  refuseCombinations,
  rowWeightsOf,
  systemFor,
  tableFields,
  tellPanels,
  tellUtility,
  together,
  unmetRequirements,
  verdict,
  withoutForms
} from '@sbridge/core/internal'
import { keyFromSeed, ReferenceEngine } from '@sbridge/core/kernels'
import { inferTable, isCategorical, isNumeric, type RawTable, type Table } from '@sbridge/core/tables'
import { addFields, flagNamed, readFields } from '../cli/add-fields.js'
import { commandLine } from '../cli/command-line.js'
import { evaluateFields, readingFields, reportFields, runFields } from '../cli/fields.js'
import { host, runOf, showValuesOf, withEngine } from '../cli/options.js'
import { verdictLine } from '../cli/say.js'
import { modelContentsIn, refuseBesideModel } from '../cli/source.js'
import { refuseUnmet } from '../cli/unmet.js'
import { withoutPassword } from '../database/address.js'
import { isTableSet, refuseTableOptions } from '../database/tables-or-table.js'
import { writeAtomically } from '../format/atomic-file.js'
import { checkOutputs } from '../format/outputs.js'
import { readTable } from '../format/table-file.js'
import { provenanceOf } from '../host/provenance.js'
import { evaluateTablesFields, runEvaluateTables } from './evaluate-tables.js'
import { tellTargets } from './target.js'

export function evaluateVerb(verb: Command): void {
  const command = verb
    .argument(
      '<real>',
      'real rows that the model has not seen, or the data it was fitted on, or a model file for these; or several tables, as a folder'
    )
    .argument('[synthetic]', 'synthetic rows')
    .usage('[options] <real> <synthetic>')
    .option('--train <file>', 'the rows that the model was fitted on, when REAL was held out')
    .option(
      '--target <column>',
      'also trains forests on SYNTHETIC that predict this column of REAL, and scores SYNTHETIC as draws of it where it has equally many for every row of REAL, in its order'
    )
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints the measures as JSON')
  addFields(command, [...evaluateFields, ...evaluateTablesFields, ...READ, ...readingFields, ...reportFields, ...runFields])
  command.action(async (real, synthetic, options) => {
    const flags = options as EvaluateFlags
    if (await isTableSet(real, flags)) return await runEvaluateTables(real, synthetic, flags)
    refuseTableOptions(real, flags)
    await runEvaluate(real, await rowsToCompare(real, synthetic), options as EvaluateFlags)
  })
}

interface EvaluateOptions {
  readonly quasi?: readonly string[]
  readonly utility?: readonly string[]
  readonly weights?: string
  readonly require?: string
}

interface EvaluateFlags extends Readonly<Record<string, unknown>> {
  readonly train?: string
  readonly target?: string
  readonly report?: string
  readonly json?: boolean
}

/** The second argument, a table. Throws `InputError` that says what is missing, for whom a model is all that they have. */
async function rowsToCompare(real: string, synthetic: string | undefined): Promise<string> {
  if (synthetic !== undefined && !(await modelContentsIn(synthetic))) return synthetic
  const model = synthetic ?? ((await modelContentsIn(real)) ? real : undefined)
  const draws = model !== undefined && (await modelContentsIn(model))?.kind === 'trajectories' ? 'trajectories' : 'sample'
  const got = synthetic !== undefined ? `the model ${synthetic} in the place of synthetic rows` : `no synthetic rows beside ${real}`
  throw new InputError({
    code: 'rows-absent',
    got,
    expected: 'REAL SYNTHETIC: real rows, or a model for those that it learned from, and rows to compare with them',
    try:
      model === undefined
        ? `sbridge evaluate ${real} SYNTHETIC`
        : `sbridge ${draws} ${model} -o rows.csv, then sbridge evaluate ${real} rows.csv`
  })
}

async function runEvaluate(realPath: string, syntheticPath: string, flags: EvaluateFlags): Promise<void> {
  const run = runOf({ seed: '1', ...flags })
  const { weights: weightsColumn } = readFields(evaluateFields, flags) as EvaluateOptions
  const read: InferOptions = readFields(READ, flags)
  const group = groupIn(flags)
  // Keys are new in synthetic rows: but for which rows share one, there is nothing to compare.
  const options = group ? { ...read, types: { ...read.types, [group.column]: 'identifier' as const } } : read
  const showValues = showValuesOf(flags)
  const { quasi, utility, require: required } = readFields(evaluateFields, flags) as EvaluateOptions
  const requirements = required === undefined ? [] : requirementsOf(required, { train: flags.train, quasi })
  await checkOutputs([flags.report], [realPath, syntheticPath, flags.train])
  const { table: real, weights } = await realOf(realPath, { options, flags, weightsColumn })
  const like = async (path: string): Promise<Table> => {
    const raw = await readTable(path, readFields(readingFields, flags))
    refuseWithout(raw, real, path)
    return inferTable(raw, besideWeights(raw, { ...options, types: kindsOf(real) }, weightsColumn)).table
  }
  const synthetic = await like(syntheticPath)
  const train = flags.train === undefined ? undefined : await like(flags.train)
  const trainWeights =
    flags.train === undefined || weightsColumn === undefined
      ? undefined
      : weightsIn(await readTable(flags.train, readFields(readingFields, flags)), weightsColumn)
  const key = keyFromSeed(run.seed)
  const targets = flags.target === undefined ? [] : [await tellTargets({ real, synthetic, train, target: flags.target, key })]
  const groups = group && (await groupedTables({ real: realPath, synthetic: syntheticPath }, { real, synthetic, group, flags }))
  const panel = groups && tellPanels(comparePanels(groups, keyFromSeed(1)))
  const utilities = (utility ?? []).map((formula) => evaluateUtility({ real, synthetic, formula }))
  const tellings = [...(panel ? [panel] : []), ...targets, ...(utilities.length > 0 ? [tellUtility(utilities)] : [])]
  const telling = tellings.length > 0 ? together(...tellings) : undefined
  await withEngine(run, async (engine) => {
    const evaluation = await evaluateTables({ real, weights, synthetic, train, trainWeights, quasi, groups, engine, key })
    if (flags.report !== undefined) {
      const { renderReport } = await import('../report/index.js')
      const provenance = await provenanceOf([realPath, syntheticPath, flags.train])
      const title = `${withoutPassword(syntheticPath)} against ${withoutPassword(realPath)}`
      await writeAtomically(
        flags.report,
        renderReport({ title, evaluation, real, weights, synthetic, train, showValues, command: commandLine(), provenance, telling })
      )
    }
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ ...evaluation, verdict: verdict(evaluation), ...telling?.json })}\n`
        : [...evaluationLines(evaluation), ...(telling ? linesOf(telling) : []), ''].join('\n')
    )
    refuseUnmet(unmetRequirements(evaluation, requirements), requirements)
  })
}

interface Grouping {
  readonly column: string
  readonly time?: string
}

/** How rows are grouped, where they are. Throws `InputError`. */
function groupIn(flags: EvaluateFlags): Grouping | undefined {
  refuseCombinations(evaluateFields, flags, flagNamed)
  const { group, time } = flags as { readonly group?: string; readonly time?: string }
  return group === undefined ? undefined : { column: group, ...(time === undefined ? {} : { time }) }
}

interface Grouped {
  readonly real: Table
  readonly synthetic: Table
  readonly group: Grouping
  readonly flags: EvaluateFlags
}

/** Both tables by their groups. Throws `InputError` for a table without the group, or a model, which keeps none of its keys. */
async function groupedTables(paths: Record<'real' | 'synthetic', string>, { group, flags, ...tables }: Grouped) {
  if (await modelContentsIn(paths.real))
    throw new InputError({
      code: 'group-model',
      got: `--group with the model ${paths.real}, which keeps no keys`,
      expected: 'the table that it was fitted on',
      try: 'that table in its place'
    })
  const grouped = async (side: 'real' | 'synthetic') =>
    groupRows(tables[side], await keysIn(paths[side], group, readFields(readingFields, flags)), group.time)
  if (group.time !== undefined && !tables.real.columns.some((column) => column.name === group.time && isNumeric(column)))
    throw new InputError({
      code: 'time-column',
      got: `--time ${group.time}, which is no column of numbers or dates`,
      expected: 'a column that orders rows',
      try: 'another column, or leaving --time out'
    })
  return { real: await grouped('real'), synthetic: await grouped('synthetic'), time: group.time }
}

/** Which group every row belongs to. */
async function keysIn(path: string, { column }: Grouping, reading: object): Promise<Int32Array> {
  const { table } = inferTable(await readTable(path, reading), { columns: [column], types: { [column]: 'category' } })
  const [key] = table.columns
  if (key && isCategorical(key) && !key.codes.includes(-1) && key.levels.length > 1) return key.codes
  throw new InputError({
    code: 'group-missing',
    got: `${path}, with rows that have no ${column} or all have the same`,
    expected: 'a group for every row, and two groups at least',
    try: 'another column'
  })
}

/** Clauses of `--require`. Throws `InputError` for one that these tables could never answer: it would be no gate. */
function requirementsOf(
  text: string,
  { train, quasi }: { readonly train: string | undefined; readonly quasi: readonly string[] | undefined }
) {
  const requirements = parseRequirements(text)
  const without = (measure: string, option: string): InputError =>
    new InputError({
      code: 'require-unmeasured',
      got: `--require of ${measure} without ${option}`,
      expected: `${option}, without which it is not measured`,
      try: `adding ${option}, or leaving the clause out`
    })
  if (requirements.some(({ measure }) => measure === 'membership') && train === undefined) throw without('membership', '--train')
  if (requirements.some(({ measure }) => measure === 'quasi') && quasi === undefined) throw without('quasi', '--quasi')
  return requirements
}

/** Options of reading: weights are of real rows alone. */
const READ = tableFields.filter(({ name }) => name !== 'weights')

interface Real {
  readonly table: Table
  readonly weights?: Float64Array | undefined
}

interface Reading {
  readonly options: InferOptions
  readonly flags: EvaluateFlags
  readonly weightsColumn: string | undefined
}

/** The real rows and what they weigh: a table, or what a model of any system learned from. */
async function realOf(path: string, { options, flags, weightsColumn }: Reading): Promise<Real> {
  const contents = await modelContentsIn(path)
  if (contents) {
    refuseBesideModel([...READ, { name: 'weights' }], flags)
    const system = systemFor(contents)
    const model = await system.load(contents, { engine: new ReferenceEngine(), host })
    return { table: withoutForms(system.training(model)), weights: rowWeightsOf(model) }
  }
  // The target may count the rows; what it is scored on must stay.
  const kept = flags.target === undefined ? {} : { [flags.target]: 'integer' as const }
  const raw = await readTable(path, readFields(readingFields, flags))
  const read = besideWeights(raw, options, weightsColumn)
  const { table } = leaveKeysOut(raw, inferTable(raw, read), { ...read, types: { ...kept, ...options.types } })
  return { table: withoutForms(table), weights: weightsColumn === undefined ? undefined : weightsIn(raw, weightsColumn) }
}

/** What each row weighs. Throws `InputError` for a column that is none of numbers, or has gaps. */
const weightsIn = (raw: RawTable, weights: string): Float64Array => prepareTable(raw, { columns: [weights], weights }).weights!

/** Weights are not compared, and drawn rows may have none. */
function besideWeights(raw: RawTable, options: InferOptions, weights: string | undefined): InferOptions {
  return weights === undefined || !hasColumn(raw, weights) ? options : { ...options, exclude: [...(options.exclude ?? []), weights] }
}

/** Every column that is compared must be in the other table too. */
function refuseWithout(raw: RawTable, real: Table, path: string): void {
  const absent = real.columns.filter(({ name }) => !hasColumn(raw, name)).map(({ name }) => name)
  if (absent.length === 0) return
  throw new InputError({
    code: 'column-absent',
    got: `${path} without the column${absent.length === 1 ? '' : 's'} ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ` and ${absent.length - 5} more` : ''}`,
    expected: 'the same columns in all tables',
    try: `--exclude with ${absent.length === 1 ? 'this column' : 'these columns'}, or another file`
  })
}

/** Columns of another table take the kinds of the real one, whatever their cells would suggest; numbers need not be whole there. */
function kindsOf(real: Table): Record<string, ColumnKind> {
  return Object.fromEntries(real.columns.map(({ name, kind }) => [name, kind === 'integer' ? 'number' : kind]))
}

const number = (x: number | null): string => (x === null ? '–' : x.toFixed(4))

function gradedLines(evaluation: Evaluation): string[] {
  return Object.entries(readingsOf(evaluation)).map(([name, { reading }]) => {
    const { value, floor } = evaluation[name as Graded]
    return `${name.padEnd(24)}${number(value).padStart(10)}${number(floor).padStart(10)}  ${reading}`
  })
}

function evaluationLines(evaluation: Evaluation): string[] {
  const { groups } = evaluation
  const head = (what: string) => `${what.padEnd(24)}${'value'.padStart(10)}${'floor'.padStart(10)}`
  const lines = [
    verdictLine(verdict(evaluation)),
    ...(groups ? [head('groups as wholes'), ...gradedLines(groups)] : []),
    head(groups ? 'rows one by one' : 'measure'),
    ...gradedLines(evaluation)
  ]
  if (evaluation.membership) {
    const { value, floor, interval, closest } = evaluation.membership
    lines.push(
      `${'membership'.padEnd(24)}${number(value).padStart(10)}${number(floor).padStart(10)}  ${interval.map(number).join(' to ')}; of the ${closest.rows} closest rows ${closest.training} are training rows, chance allows ${closest.most}`
    )
  }
  if (evaluation.quasi) {
    const { value, floor, most, combinations } = evaluation.quasi
    lines.push(
      `${'quasi'.padEnd(24)}${number(value).padStart(10)}${number(floor).padStart(10)}  rows with one of ${combinations} rare combinations, chance allows ${most}`
    )
  }
  for (const [name, column] of Object.entries(evaluation.columns)) {
    const measure = column.kolmogorovSmirnov ?? column.totalVariation
    if (measure) lines.push(`${name.slice(0, 23).padEnd(24)}${number(measure.value).padStart(10)}${number(measure.floor).padStart(10)}`)
  }
  return [...lines, ...linesOf({ topics: [], warnings: evaluation.warnings, notes: evaluation.notes })]
}
