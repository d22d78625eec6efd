import { existsSync } from 'node:fs'
import type { Command } from '@commander-js/extra-typings'
import {
  type DrawnTrajectories,
  drawTrajectories,
  FormatError,
  InputError,
  type MarginalsOptions,
  marginalsFields,
  parseDateTime,
  presentTrajectories,
  type RawTable,
  REFERENCES,
  type ReferenceName,
  type SnapshotTable,
  snapshotsOf,
  spellDates,
  type TrajectoriesJob,
  tellSeed,
  tellTrajectories,
  together,
  trajectoriesStages,
  type UserReference,
  userFamily
} from '@sbridge/core'
import { commandLine } from '../cli/command-line.js'
import { addFields, readFields, runFields } from '../cli/fields.js'
import { countOf, engineOf, type Run, runOf, splitList } from '../cli/options.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { importUserModule } from '../cli/user-module.js'
import { checkOutputs, writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { extensionOf, tableFormatOf } from '../format/table-format.js'

/** Mounts the verb `trajectories`. */
export function registerTrajectories(program: Command): void {
  const command = program
    .command('trajectories')
    .description('Whole trajectories through snapshots of unpaired particles, under reference dynamics that are learned.')
    .argument(
      '<snapshots>',
      'a long table (.csv .tsv .json .jsonl .parquet .arrow .feather .npz, .h5ad; - for CSV on standard input), one particle a row'
    )
    .requiredOption('--time <column>', 'the column of times (of obs for .h5ad)')
    .option('--weights <column>', 'a column of positive particle weights')
    .option('--columns <A,B,…>', 'coordinates (default: all other columns)')
    .option('--exclude <A,B,…>', 'columns that are no coordinates')
    .option('--representation <name>', 'of .h5ad: X, layers/NAME or an entry of obsm such as X_pca (default X)')
    .option('-n, --rows <count>', 'trajectories to draw', '100')
    .option('--at <T1,T2,…>', 'times to write besides those of the snapshots')
    .option('--between <count>', 'evenly spread times to write between any two snapshots of the fit (a whole number to 1000; default 0)')
    .option('--hold-out <T1,T2,…>', 'fits without these snapshots and scores there')
    .requiredOption('-o, --output <file>', 'where the trajectories go; the extension decides the format, - is CSV on standard output')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints parameters, history and scores as JSON on standard output')
  addFields(command, marginalsFields)
  addFields(command, runFields)
  command.action(async (input, options) => {
    await runTrajectories(input, options as TrajectoriesFlags)
  })
}

export interface TrajectoriesFlags extends Readonly<Record<string, unknown>> {
  readonly time: string
  readonly weights?: string
  readonly columns?: string
  readonly exclude?: string
  readonly representation?: string
  readonly rows?: string
  readonly at?: string
  readonly between?: string
  readonly holdOut?: string
  readonly output: string
  readonly report?: string
  readonly json?: boolean
}

async function runTrajectories(input: string, flags: TrajectoriesFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const job = {
    ...(await optionsOf(flags)),
    rows: countOf(flags.rows) ?? 100,
    at: timesOf('--at', flags.at),
    between: betweenOf(flags.between)
  }
  const format = tableFormatOf(flags.output)
  await checkOutputs([flags.output, flags.report], [input])
  const table = snapshotsOf(await readSnapshots(input, flags), {
    time: flags.time,
    weights: flags.weights,
    columns: flags.columns === undefined ? undefined : splitList(flags.columns),
    exclude: flags.exclude === undefined ? undefined : splitList(flags.exclude)
  })
  const drawn = await fitAndDraw(table, job, run)
  const cells = format === 'csv' || format === 'tsv' ? 'text' : 'typed'
  await writeTable(flags.output, presentTrajectories(drawn.trajectories, table, cells))
  const { count, times } = drawn.trajectories
  const made = `${count} trajectories at ${times.length} times`
  if (flags.report !== undefined) {
    const { tellingPage } = await import('../report/index.js')
    const telling = tellTrajectories(drawn, timeNameOf(flags.time, table))
    const title = input.replace(/^.*[\\/]/, '')
    const entries = [
      ['Trajectories', made],
      ['Seed', String(run.seed)]
    ] as const
    await writeAtomically(
      flags.report,
      tellingPage({ title, kicker: 'Trajectories through snapshots', telling, entries, command: commandLine() })
    )
  }
  say({ output: flags.output, made, telling: together(tellSeed(run.seed), tellTrajectories(drawn)), keys: {}, flags })
}

function timeNameOf(name: string, { calendar }: SnapshotTable): string {
  return calendar ? `${name} (days since ${spellDates(calendar, [0])[0]})` : name
}

async function fitAndDraw(table: SnapshotTable, job: TrajectoriesJob, run: Run): Promise<DrawnTrajectories> {
  const progress = new JobProgress(trajectoriesStages(table.times.length - 1 - (job.holdOut?.length ?? 0)))
  const engine = await engineOf(run)
  try {
    return await drawTrajectories(table, { ...job, seed: run.seed }, { engine, progress: progress.update })
  } finally {
    progress.finish()
    await engine.close()
  }
}

async function readSnapshots(input: string, flags: TrajectoriesFlags): Promise<RawTable> {
  const annData = extensionOf(input) === '.h5ad'
  if (!annData && flags.representation !== undefined) {
    throw new InputError({
      code: 'option-value',
      got: `--representation ${flags.representation} for ${input}`,
      expected: 'an .h5ad file',
      try: '--columns to choose columns of a table'
    })
  }
  if (!annData) return readTable(input)
  const columns = [flags.time, ...(flags.weights === undefined ? [] : [flags.weights])]
  return readTable(input, { annData: { columns, ...(flags.representation !== undefined && { representation: flags.representation }) } })
}

function betweenOf(text: string | undefined): number {
  const count = text === undefined ? 0 : text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 0 && count <= 1000) return count
  throw new InputError({ code: 'option-value', got: `--between ${text}`, expected: 'a whole number from 0 to 1000', try: '--between 9' })
}

/** Numbers, or dates, which count from the first snapshot once that is read. */
function timesOf(flag: string, text: string | undefined): (number | string)[] {
  if (text === undefined) return []
  return splitList(text).map((part) => {
    const time = Number(part)
    if (part !== '' && Number.isFinite(time)) return time
    if (parseDateTime(part)) return part
    throw new InputError({
      code: 'option-value',
      got: `${flag} ${text}`,
      expected: 'numbers or dates separated by commas',
      try: `${flag} 0.5,1.5, or ${flag} 2020-02-15,2020-03-01`
    })
  })
}

function numbersOf(flag: string, text: string): number[] {
  return splitList(text).map((part) => {
    const number = Number(part)
    if (part !== '' && Number.isFinite(number)) return number
    throw new InputError({
      code: 'option-value',
      got: `${flag} ${text}`,
      expected: 'auto, estimate, or numbers separated by commas',
      try: `${flag} 0.5,1.5`
    })
  })
}

async function optionsOf(flags: TrajectoriesFlags): Promise<TrajectoriesJob> {
  const { reference, sigma, ...others } = readFields(marginalsFields, flags)
  return {
    ...(others as MarginalsOptions),
    ...(reference !== undefined && { reference: await referenceOf(String(reference)) }),
    ...(sigma !== undefined && { sigma: sigma === 'auto' || sigma === 'estimate' ? sigma : numbersOf('--sigma', String(sigma)) }),
    holdOut: timesOf('--hold-out', flags.holdOut)
  }
}

async function referenceOf(text: string): Promise<NonNullable<MarginalsOptions['reference']>> {
  if ((REFERENCES as readonly string[]).includes(text)) return text as ReferenceName
  if (!/\.(?:js|mjs|cjs)$/.test(text)) {
    throw new InputError({
      code: 'option-value',
      got: `--reference ${text}`,
      expected: `${REFERENCES.join(', ')}, or the path of a JavaScript module`,
      try: '--reference linear'
    })
  }
  if (!existsSync(text))
    throw new FormatError({
      code: 'file-missing',
      got: `${text}, which does not exist`,
      expected: 'a JavaScript module',
      try: 'checking the path'
    })
  let loaded: Record<string, unknown>
  try {
    loaded = await importUserModule(text)
  } catch (error) {
    throw new InputError({
      code: 'module-unusable',
      got: `${text}, which cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      expected: 'an ES module',
      try: 'running it with node first'
    })
  }
  return userFamily((loaded.default ?? loaded) as UserReference)
}
