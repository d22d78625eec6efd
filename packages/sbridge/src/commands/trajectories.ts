import type { Command } from '@commander-js/extra-typings'
import { InputError, SYSTEMS } from '@sbridge/core'
import {
  type PathsRequest,
  refuseUnsavable,
  type SnapshotsOptions,
  type TrajectoriesModel,
  tellSeed,
  together
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { addFields, readFields, readingFields, runFields, writingFields } from '../cli/fields.js'
import { countOf, runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned, timePlan } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { cellsOf, targetOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, refuseNameOfTable, requestOf, sourceOf, writeModel } from '../cli/source.js'
import { checkOutputs } from '../format/outputs.js'
import { type ReadOptions, readTable, writeTable } from '../format/table-file.js'
import { extensionOf } from '../format/table-format.js'

const { snapshots } = SYSTEMS
const { fields } = snapshots

export function trajectoriesVerb(verb: Command): void {
  const command = verb
    .argument(
      '<snapshots>',
      'a long table (.csv .tsv .json .jsonl .parquet .arrow .feather .xlsx .npz, .h5ad; - for CSV on standard input), one particle a row; or a model file that `trajectories --model` wrote'
    )
    .option('--representation <name>', 'of .h5ad: X, layers/NAME or an entry of obsm such as X_pca (default X)')
    .option('-n, --rows <count>', 'trajectories to draw', '100')
    .requiredOption('-o, --output <file>', 'where the trajectories go; the extension decides the format, - is CSV on standard output')
    .option('--model <file>', 'also writes a model that trajectories can be drawn from again')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--dry-run', 'prints sizes, memory and time only')
    .option('--json', 'prints parameters, history and scores as JSON on standard output')
  addFields(command, [...fields.fit, ...fields.draw, ...readingFields, ...writingFields, ...runFields])
  command.action(async (input, options) => {
    await runTrajectories(input, options as TrajectoriesFlags)
  })
}

interface TrajectoriesFlags extends Readonly<Record<string, unknown>> {
  readonly representation?: string
  readonly rows?: string
  readonly output: string
  readonly model?: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runTrajectories(input: string, flags: TrajectoriesFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const draws = { ...readFields(fields.draw, flags), rows: countOf(flags.rows)!, seed: run.seed }
  const cells = cellsOf(flags)
  const target = targetOf(flags)
  if (flags.model !== undefined) refuseNameOfTable(flags.model)
  if (!flags.dryRun) await checkOutputs([flags.output, flags.model, flags.report], [input])
  const source = await sourceOf(snapshots, input, { flags, run, also: ['model', 'representation'] })
  if (flags.model !== undefined && 'options' in source) refuseUnsavable(source.options as SnapshotsOptions)
  const request: PathsRequest = await requestOf(snapshots, source, draws)
  await withEngine(run, async (engine) => {
    const read = (path: string, reading: ReadOptions) => readSnapshots(path, flags, reading)
    const ready = await readyOf<TrajectoriesModel>(snapshots, source, { context: { engine }, request, read })
    const plan = await timePlan(snapshots.plan(ready as never, request), engine)
    if (onlyPlanned(plan, flags)) return
    const { model, drawn } = await watched(plan, engine, async (context) => {
      const model = await modelOf<TrajectoriesModel>(snapshots, ready, context)
      return { model, drawn: await snapshots.draw(model, request, context) }
    })
    await writeTable(flags.output, snapshots.present(model, drawn, cells), target)
    await writeModel(flags.model, snapshots, model)
    const { count, times } = drawn.trajectories
    const made = `${count} trajectories at ${times.length} times`
    if (flags.report !== undefined)
      await writeReport(flags.report, {
        kicker: 'Trajectories through snapshots',
        telling: snapshots.tell(model, { answer: drawn, request, pictures: true }),
        entries: [
          ['Trajectories', made],
          ['Seed', String(run.seed)]
        ],
        made: `${made} were drawn`,
        files: [input]
      })
    say({
      output: flags.output,
      made,
      telling: together(tellSeed(run.seed), snapshots.tell(model, { answer: drawn, request })),
      keys: {},
      flags
    })
  })
}

async function readSnapshots(
  input: string,
  { time, weights, velocity, representation }: TrajectoriesFlags,
  reading: ReadOptions
): Promise<RawTable> {
  if (extensionOf(input) !== '.h5ad') {
    if (representation === undefined) return readTable(input, reading)
    throw new InputError({
      code: 'option-value',
      got: `--representation ${representation} for ${input}`,
      expected: 'an .h5ad file',
      try: '--columns to choose columns of a table'
    })
  }
  const columns = [time, weights, ...(typeof velocity === 'string' ? velocity.split(',') : [])].filter((name) => typeof name === 'string')
  return readTable(input, { annData: { columns, ...(representation !== undefined && { representation }) } })
}
