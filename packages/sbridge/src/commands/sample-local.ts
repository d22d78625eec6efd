import {
  evaluateTables,
  type FitJob,
  InputError,
  isModel,
  keyFromSeed,
  type LocalModel,
  loadLocal,
  type ModelContents,
  packModel,
  pairsPerMillisecond,
  type RawTable,
  type SampleJob,
  saveLocal,
  type Table,
  trainingFieldTable,
  unpackModel
} from '@sbridge/core'
import { fitLocalTable, localOptionsOf, localWords, presentLocalRows, sampleLocalTable } from '../cli/local.js'
import { engineOf, type Run } from '../cli/options.js'
import { durationOf, JobProgress } from '../cli/progress.js'
import { writeAtomically } from '../format/atomic-file.js'
import { readBytes, readTable, writeTable } from '../format/table-file.js'
import { extensionOf } from '../format/table-format.js'

/** Shares of the work of a localised job, for its progress bar. */
const STAGES = [
  { stage: 'choosing the bandwidth', pairs: 2 },
  { stage: 'scaling', pairs: 4 },
  { stage: 'sampling', pairs: 6 }
]

/** The contents of a model file of kind `local`; undefined for any other input. */
export async function localModelIn(path: string): Promise<ModelContents | undefined> {
  if (path === '-' || extensionOf(path) !== '.sbridge') return undefined
  const bytes = await readBytes(path)
  if (!isModel(bytes)) return undefined
  const contents = unpackModel(bytes)
  return contents.kind === 'local' ? contents : undefined
}

export interface LocalSampleFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

export interface LocalSampleRun {
  readonly input: string
  readonly flags: LocalSampleFlags
  readonly run: Run
  readonly job: FitJob
  readonly draws: Pick<SampleJob, 'noise' | 'steps' | 'start'>
  readonly count: number | undefined
  readonly cells: 'text' | 'typed'
  /** The command as it was typed. */
  readonly command: string
  /** A fitted model; the input is a table when left out. */
  readonly contents?: ModelContents | undefined
}

/** `sample` with `--local`, or from a localised model. */
export async function runLocalSample(request: LocalSampleRun): Promise<void> {
  const { input, flags, run, job, draws, count, cells, contents } = request
  const options = contents ? undefined : await localOptionsOf(flags, job)
  const raw = contents ? undefined : await readTable(input)
  const engine = await engineOf(run)
  const progress = new JobProgress({ stages: STAGES, pairs: 12 })
  const context = { engine, progress: progress.update }
  try {
    if (flags.dryRun) return sayLocalPlan(await planLocal({ raw, contents, count, engine }), flags)
    const model = contents ? loadLocal(contents) : await fitLocalTable(raw!, job, options!, context)
    const rows = await sampleLocalTable(model, { ...draws, rows: count, seed: run.seed }, context)
    progress.finish()
    await writeTable(flags.output, presentLocalRows(model, rows, cells))
    if (flags.report !== undefined) await writeReport(request, { model, rows, engine, path: flags.report })
    say(model, { rows, flags, run })
  } finally {
    progress.finish()
    await engine.close()
  }
}

async function writeReport(
  { input, command, run }: LocalSampleRun,
  { model, rows, engine, path }: { model: LocalModel; rows: Table; engine: Awaited<ReturnType<typeof engineOf>>; path: string }
): Promise<void> {
  const real = trainingFieldTable(model)
  const evaluation = await evaluateTables({ real, synthetic: rows, engine, key: keyFromSeed(run.seed) })
  const [{ renderReport }, { localSections }] = await Promise.all([import('../report/index.js'), import('../report/local.js')])
  const columns = real.columns.map((column) => column.name)
  const sections = localSections({ summary: model.summary, columns })
  await writeAtomically(path, renderReport({ title: input.replace(/^.*[\\/]/, ''), evaluation, real, synthetic: rows, command, sections }))
}

function say(model: LocalModel, { rows, flags, run }: { rows: Table; flags: LocalSampleFlags; run: Run }): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ rows: rows.rowCount, output: flags.output, seed: run.seed, ...model.summary })}\n`)
    return
  }
  const stream = flags.output === '-' ? process.stderr : process.stdout
  const lines = [
    `${rows.rowCount} rows${flags.output === '-' ? '' : ` in ${flags.output}`}${flags.report ? `, report in ${flags.report}` : ''}`,
    `seed ${run.seed}`,
    ...localWords(model),
    ...model.summary.notes.map((note) => `note: ${note}`)
  ]
  stream.write(`${lines.join('\n')}\n`)
}

interface LocalPlan {
  readonly rowCount: number
  readonly columnCount: number
  readonly drawnRows: number
  readonly seconds: number
  readonly bytes: number
}

/** Passes over M² pairs for each column of a fit, and over count·M for each column drawn; a pair with its covariance costs about three. */
const FIT_PASSES = 14
const DRAW_PASSES = 3

async function planLocal(at: {
  raw: RawTable | undefined
  contents: ModelContents | undefined
  count: number | undefined
  engine: Awaited<ReturnType<typeof engineOf>>
}): Promise<LocalPlan> {
  const summary = at.contents && loadLocal(at.contents).summary
  const rowCount = summary?.rowCount ?? at.raw!.rowCount
  const columnCount = summary?.coordinateCount ?? at.raw!.columns.length
  const drawnRows = at.count ?? rowCount
  const speed = await pairsPerMillisecond(at.engine, 3, () => performance.now())
  const pairs = columnCount * rowCount * ((summary ? 0 : FIT_PASSES * rowCount) + DRAW_PASSES * drawnRows)
  return { rowCount, columnCount, drawnRows, seconds: pairs / speed / 1000, bytes: 8 * columnCount * (3 * rowCount + 2 * drawnRows) }
}

function sayLocalPlan(plan: LocalPlan, flags: LocalSampleFlags): void {
  const words = `${plan.rowCount} rows, ${plan.columnCount} columns one by one, ${plan.drawnRows} rows to draw: about ${durationOf(plan.seconds)} and ${Math.max(1, Math.round(plan.bytes / 1e6))} MB of working memory`
  process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : `${words}\n`)
}

/** `fit` with `--local`: writes the model and says what was decided. */
export async function runLocalFit(request: Pick<LocalSampleRun, 'input' | 'flags' | 'run' | 'job'>): Promise<void> {
  const { input, flags, run, job } = request
  const options = await localOptionsOf(flags, job)
  const raw = await readTable(input)
  const engine = await engineOf(run)
  const progress = new JobProgress({ stages: STAGES.slice(0, 2), pairs: 6 })
  try {
    if (flags.dryRun) return sayLocalPlan(await planLocal({ raw, contents: undefined, count: 1, engine }), flags)
    const model = await fitLocalTable(raw, job, options, { engine, progress: progress.update })
    progress.finish()
    await writeAtomically(flags.output, packModel(saveLocal(model)))
    const lines = [
      `model of ${model.summary.rowCount} rows in ${flags.output}`,
      `seed ${run.seed}`,
      ...localWords(model),
      ...model.summary.notes.map((note) => `note: ${note}`)
    ]
    process.stdout.write(
      flags.json ? `${JSON.stringify({ output: flags.output, seed: run.seed, ...model.summary })}\n` : `${lines.join('\n')}\n`
    )
  } finally {
    progress.finish()
    await engine.close()
  }
}

/** Options of localisation make no sense without `--local`. */
export function refuseWithoutLocal(flags: Readonly<Record<string, unknown>>): void {
  const given = ['sweep', 'neighbourBandwidth'].find((name) => flags[name] !== undefined)
  if (given === undefined) return
  throw new InputError({
    code: 'option-combination',
    got: `--${given === 'sweep' ? given : 'neighbour-bandwidth'} without --local`,
    expected: 'a localised model',
    try: '--local window:1'
  })
}
