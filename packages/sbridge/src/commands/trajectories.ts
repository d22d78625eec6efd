import type { Command } from '@commander-js/extra-typings'
import { InputError, SYSTEMS } from '@sbridge/core'
import {
  beginningIn,
  coordinatesOf,
  notTogether,
  type PathsModel,
  type PathsRequest,
  refuseUnsavable,
  type SnapshotsOptions,
  sizeOf,
  systemFor,
  tellSeed,
  together
} from '@sbridge/core/internal'
import { ReferenceEngine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { addFields, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { countOf, host, runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { cellsOf, targetOf, type VerbFlags, writeRows } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelContentsIn, modelOf, readyOf, refuseNameOfTable, requestOf, type Source, sourceOf, writeModel } from '../cli/source.js'
import { writeAtomically } from '../format/atomic-file.js'
import { checkOutputs } from '../format/outputs.js'
import { type ReadOptions, readTable } from '../format/table-file.js'
import { extensionOf } from '../format/table-format.js'
import { withPackage } from '../host/optional-package.js'

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
    .requiredOption(
      '-o, --output <file>',
      'where the trajectories go; the extension decides the format (.h5ad: coordinates are X, all else obs), - is CSV on standard output'
    )
    .option('--model <file>', 'also writes a model that trajectories can be drawn from again')
    .option(
      '--continue <model>',
      'begins at the parameters of a model file, of a linear or named drift and the same columns; keeps its reference and noise'
    )
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
    .option('--json', 'prints parameters, history and scores as JSON on standard output')
  addFields(command, [...fields.fit, ...fields.draw, ...readingFields, ...writingFields, ...runFields])
  command.action(async (input, options) => {
    await runTrajectories(input, options as TrajectoriesFlags)
  })
}

interface TrajectoriesFlags extends VerbFlags {
  readonly representation?: string
  readonly continue?: string
  readonly by?: string
}

async function runTrajectories(input: string, flags: TrajectoriesFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const draws = { ...readFields(fields.draw, flags), rows: countOf(flags.rows)!, seed: run.seed }
  const annData = extensionOf(flags.output) === '.h5ad'
  if (annData) await annDataWriter()
  const cells = annData ? 'typed' : cellsOf(flags)
  const target = targetOf(flags)
  if (flags.model !== undefined) refuseNameOfTable(flags.model)
  if (!flags.dryRun) await checkOutputs([flags.output, flags.model, flags.report], [input])
  const source = await sourceOf(snapshots, input, { flags, run, also: ['model', 'continue', 'representation'] })
  const begun = await beginningOf(source, flags)
  if (flags.model !== undefined && 'options' in begun) refuseUnsavable(begun.options as SnapshotsOptions)
  const request: PathsRequest = await requestOf(snapshots, begun, draws)
  await withEngine(run, async (engine) => {
    const read = (path: string, reading: ReadOptions) => readSnapshots(path, flags, reading)
    const ready = await readyOf<PathsModel>(snapshots, begun, { context: { engine }, request, read })
    const plan = snapshots.plan(ready as never, request)
    if (await onlyPlanned(plan, engine, flags)) return
    const { model, drawn } = await watched(plan, engine, async (context) => {
      const model = await modelOf<PathsModel>(snapshots, ready, context)
      return { model, drawn: await snapshots.draw(model, request, context) }
    })
    const table = snapshots.present(model, drawn, cells)
    if (annData) await writeAtomically(flags.output, [await (await annDataWriter())(table, coordinatesOf(model))])
    else await writeRows(flags.output, table, target)
    await writeModel(flags.model, snapshots, model)
    const { count, times } = sizeOf(drawn)
    const made = `${count} trajectories at ${times} times`
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

/** The source, with the model that a fit goes on from. */
async function beginningOf(source: Source, { continue: path, by }: TrajectoriesFlags): Promise<Source> {
  if (path === undefined || !('path' in source)) return source
  if (by !== undefined) throw notTogether('--continue with --by', 'no --by, or no --continue')
  const contents = await modelContentsIn(path)
  if (!contents)
    throw new InputError({
      code: 'continue-model',
      got: `--continue ${path}, which is no model file`,
      expected: 'a model file that `trajectories --model` wrote',
      try: '--model to write one'
    })
  systemFor(contents, [snapshots as never])
  const continued = beginningIn(await snapshots.load(contents, { engine: new ReferenceEngine(), host }))
  const options = source.options as SnapshotsOptions
  return { ...source, options: { ...options, reference: options.reference ?? continued.reference, continued } }
}

/** Throws `EngineError` (code `package-missing`) where nothing writes HDF5. */
const annDataWriter = async () => (await withPackage('h5wasm', () => import('../format/anndata-write.js'))).writeAnnData

async function readSnapshots(input: string, flags: TrajectoriesFlags, reading: ReadOptions): Promise<RawTable> {
  const { time, weights, by, velocity, representation } = flags
  if (extensionOf(input) !== '.h5ad') {
    if (representation === undefined) return readTable(input, reading)
    throw new InputError({
      code: 'option-value',
      got: `--representation ${representation} for ${input}`,
      expected: 'an .h5ad file',
      try: '--columns to choose columns of a table'
    })
  }
  const { growth, fates } = flags
  const said = [
    time,
    weights,
    by,
    growth === 'off' || growth === 'estimate' ? undefined : growth,
    fates,
    ...(typeof velocity === 'string' ? velocity.split(',') : [])
  ]
  const columns = said.filter((name) => typeof name === 'string')
  return readTable(input, { annData: { columns, ...(representation !== undefined && { representation }) } })
}
