import type { Command } from '@commander-js/extra-typings'
import {
  checkKnown,
  conditionFields,
  drawFields,
  evaluateTables,
  fitFields,
  fitTable,
  type GlobalModel,
  InputError,
  keptBackIn,
  keyFromSeed,
  latentDrawFields,
  latentFields,
  loadGlobal,
  localFields,
  modelKnown,
  presentRows,
  presentTable,
  type RawTable,
  type SampleJob,
  sampleTable,
  type Table,
  tellTable,
  trainingTable
} from '@sbridge/core'
import { commandLine } from '../cli/command-line.js'
import { type Asked, askedOf } from '../cli/conditions.js'
import { type ConditionedRows, drawConditioned } from '../cli/draw-conditioned.js'
import { addFields, readFields, reportFields, runFields, tableFields } from '../cli/fields.js'
import { modelContentsIn } from '../cli/model-input.js'
import { countOf, engineOf, fitJobOf, type Run, runOf, showValuesOf } from '../cli/options.js'
import { type JobPlan, planJob, sayPlan } from '../cli/plan.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { checkOutputs, writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { cellsFor } from '../format/table-format.js'
import { refuseWithoutLatent, runLatentSample } from './sample-latent.js'
import { runLatentLocalSample } from './sample-latent-local.js'
import { refuseWithoutLocal, runLocalSample } from './sample-local.js'

/** Input of `sample`: a model, or a table to fit first. */
type Source = { readonly model: GlobalModel } | { readonly raw: RawTable }

export function registerSample(program: Command): void {
  const command = program
    .command('sample')
    .description('Draws new rows: fits the model first when given a table.')
    .argument('<input>', 'a table (.csv .tsv .json .jsonl .parquet .arrow .feather .npy .npz, - for CSV on standard input) or a model file')
    .option('-n, --rows <count>', 'rows to draw (default: as many as the data)')
    .requiredOption('-o, --output <file>', 'where the rows go; the extension decides the format, - is CSV on standard output')
    .option('--report <file.html>', 'also writes a self-contained report of how good the rows are')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only')
  for (const fields of [
    fitFields,
    localFields,
    latentFields,
    drawFields,
    latentDrawFields,
    conditionFields,
    tableFields,
    reportFields,
    runFields
  ])
    addFields(command, fields)
  command.action(async (input, options) => {
    await runSample(input, options as SampleFlags)
  })
}

interface SampleFlags extends Readonly<Record<string, unknown>> {
  readonly rows?: string
  readonly output: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runSample(input: string, flags: SampleFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const count = countOf(flags.rows)
  const draws = readFields(drawFields, flags) as Pick<SampleJob, 'noise' | 'steps' | 'start'>
  const cells = cellsFor(flags.output)
  showValuesOf(flags)
  if (flags.report !== undefined && count === 1) {
    throw new InputError({
      code: 'report-rows',
      got: '--report with one row to draw',
      expected: 'at least 2 rows to compare',
      try: '-n 100, or leaving --report out'
    })
  }
  if (!flags.dryRun) await checkOutputs([flags.output, flags.report], [input, flags.givenFile as string | undefined])
  const told = fitJobOf(flags, run.seed)
  const asked = await askedOf(flags)
  const contents = await modelContentsIn(input)
  if (contents?.kind.startsWith('latent')) refuseModelOptions(flags)
  if (contents?.kind.startsWith('latent') || (contents === undefined && flags.latent !== undefined)) {
    const local = contents?.kind === 'latent-local' || flags.local !== undefined
    if (!local) refuseWithoutLocal(flags)
    const runLatent = local ? runLatentLocalSample : runLatentSample
    return runLatent({ input, flags, run, job: told, draws, count, cells, asked, contents, command: commandLine() })
  }
  refuseWithoutLatent(flags)
  const local = contents?.kind === 'local' || (contents === undefined && flags.local !== undefined)
  refuseCombinations(asked, { draws, local })
  if (contents) refuseModelOptions(flags)
  if (local) {
    return runLocalSample({ input, flags, run, job: told, draws, count, cells, contents, asked, command: commandLine() })
  }
  refuseWithoutLocal(flags)
  const source: Source = contents ? { model: loadGlobal(contents) } : { raw: await readTable(input) }
  const job = asked && 'raw' in source ? modelKnown(source.raw, told, asked) : told
  if (asked && 'raw' in source) checkKnown(source.raw, job, asked)
  const engine = await engineOf(run)
  try {
    const plan = await planJob({ source, job, draws, count, asked, evaluates: flags.report !== undefined, engine })
    if (flags.dryRun) {
      process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : sayPlan(plan))
      return
    }
    await draw({ source, job, draws, count, cells, input, flags, run, plan, engine, asked })
  } finally {
    await engine.close()
  }
}

interface Draw {
  readonly source: Source
  readonly job: ReturnType<typeof fitJobOf>
  readonly draws: Pick<SampleJob, 'noise' | 'steps' | 'start'>
  readonly count: number | undefined
  readonly cells: 'text' | 'typed'
  readonly input: string
  readonly flags: SampleFlags
  readonly run: Run
  readonly plan: JobPlan
  readonly engine: Awaited<ReturnType<typeof engineOf>>
  readonly asked: Asked | undefined
}

async function draw({ source, job, draws, count, cells, input, flags, run, plan, engine, asked }: Draw): Promise<void> {
  if (plan.seconds > 60) process.stderr.write(sayPlan(plan))
  const progress = new JobProgress(plan)
  const context = { engine, progress: progress.update }
  let model: GlobalModel
  let rows: Table
  let known: ConditionedRows | undefined
  try {
    model = 'model' in source ? source.model : await fitTable(source.raw, job, context)
    known =
      asked &&
      (await drawConditioned({ model, asked, count, steps: draws.steps, seed: run.seed, engine, watch: { progress: progress.update } }))
    rows =
      known?.table ?? (await sampleTable(model, { ...draws, ...(count === undefined ? {} : { rows: count }), seed: run.seed }, context))
  } finally {
    progress.finish()
  }
  await writeTable(flags.output, known ? presentTable(known.table, known.formats, cells) : presentRows(model, rows, cells))
  const { seed } = run
  const telling = tellTable(model, { ...known, draws: { seed, ...draws } })
  if (flags.report !== undefined) {
    const real = trainingTable(model)
    const evaluation = await evaluateTables({ real, synthetic: rows, engine, key: keyFromSeed(seed) })
    const { renderReport } = await import('../report/index.js')
    const title = input.replace(/^.*[\\/]/, '')
    const parts = { title, command: commandLine(), real, synthetic: rows, evaluation, telling, keptBack: keptBackIn(model) }
    await writeAtomically(flags.report, renderReport({ ...parts, showValues: showValuesOf(flags) }))
  }
  const keys = { rows: rows.rowCount, engine: run.engineName, threads: run.threads }
  say({ output: flags.output, made: `${rows.rowCount} rows`, telling, keys, flags })
}

function refuseCombinations(asked: Asked | undefined, { draws, local }: { draws: Draw['draws']; local: boolean }): void {
  if (local && draws.start === 'noise') throw notTogether('--start noise together with a localised model', '--start noise')
  if (!asked || local) return
  const noise = draws.noise !== undefined && draws.noise !== 'covariance' ? `--noise ${draws.noise}` : undefined
  const other = noise ?? (draws.start === 'noise' ? '--start noise' : undefined)
  if (other === undefined) return
  throw notTogether(`conditions or observations together with ${other}`, other)
}

function notTogether(got: string, left: string): InputError {
  return new InputError({ code: 'option-combination', got, expected: 'one of them', try: `leaving ${left} out` })
}

/** Model options make no sense for a model that is fitted already. */
function refuseModelOptions(flags: SampleFlags): void {
  const fields = [...fitFields, ...localFields, ...latentFields.filter(({ name }) => name === 'latent'), ...tableFields]
  const given = fields.find((field) => flags[field.name] !== undefined)
  if (given)
    throw new InputError({
      code: 'option-of-fit',
      got: `--${given.name} with a model file`,
      expected: 'options of drawing only',
      try: 'giving it to `sbridge fit`'
    })
}
