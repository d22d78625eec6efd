import {
  checkKnown,
  evaluateTables,
  type FitJob,
  InputError,
  keyFromSeed,
  type LocalModel,
  loadLocal,
  type ModelContents,
  packModel,
  pairsPerMillisecond,
  presentTable,
  type RawTable,
  type SampleJob,
  saveLocal,
  tellSeed,
  tellTable,
  together,
  trainingFieldTable
} from '@sbridge/core'
import type { Asked } from '../cli/conditions.js'
import { flagNamed } from '../cli/fields.js'
import { localOptionsOf } from '../cli/local.js'
import { engineOf, type Run, showValuesOf } from '../cli/options.js'
import { durationOf, JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { drawLocal, type LocalRows, localSystem, refuseOfGlobal } from '../models/local.js'

/** Shares of the work of a localised job, for its progress bar. */
const STAGES = [
  { stage: 'choosing the bandwidth', pairs: 2 },
  { stage: 'scaling', pairs: 4 },
  { stage: 'sampling', pairs: 6 }
]

/** Those of a fit and a draw. */
export const LOCAL_STAGES = { stages: STAGES, pairs: 12 }

/** The same where rows are drawn under conditions or observations. */
const ASKED_STAGES = [...STAGES, { stage: 'sweeps', pairs: 20 }]

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
  /** What is known about the rows. */
  readonly asked?: Asked | undefined
  /** A fitted model; the input is a table when left out. */
  readonly contents?: ModelContents | undefined
}

/** `sample` with `--local`, or from a localised model. */
export async function runLocalSample(request: LocalSampleRun): Promise<void> {
  const { input, flags, run, job, draws, count, cells, contents, asked } = request
  if (asked) refuseOfGlobal(asked, 'a localised model', flagNamed)
  const options = contents ? undefined : await localOptionsOf(flags, job)
  const raw = contents ? undefined : await readTable(input)
  if (asked && raw) checkKnown(raw, job, asked)
  const engine = await engineOf(run)
  const progress = new JobProgress(asked ? { stages: ASKED_STAGES, pairs: 32 } : LOCAL_STAGES)
  const context = { engine, progress: progress.update }
  try {
    if (flags.dryRun) return sayLocalPlan(await planLocal({ raw, contents, count, asked, engine }), flags)
    const model = contents ? loadLocal(contents) : await localSystem.fit(raw!, { ...job, ...options! }, context)
    const rows = await drawLocal(model, { ...draws, asked, ...(count === undefined ? {} : { rows: count }), seed: run.seed }, context)
    progress.finish()
    await writeTable(flags.output, presentTable(rows.table, rows.formats, cells))
    if (flags.report !== undefined) await writeReport(request, { model, rows, engine, path: flags.report })
    const { rowCount } = rows.table
    say({
      output: flags.output,
      made: `${rowCount} rows`,
      telling: tellTable(model, { ...rows, draws: { seed: run.seed, ...draws } }),
      keys: { rows: rowCount },
      flags
    })
  } finally {
    progress.finish()
    await engine.close()
  }
}

async function writeReport(
  { input, command, run, flags, draws }: LocalSampleRun,
  { model, rows, engine, path }: { model: LocalModel; rows: LocalRows; engine: Awaited<ReturnType<typeof engineOf>>; path: string }
): Promise<void> {
  const real = trainingFieldTable(model)
  const evaluation = await evaluateTables({ real, synthetic: rows.table, engine, key: keyFromSeed(run.seed) })
  const { renderReport } = await import('../report/index.js')
  const title = input.replace(/^.*[\\/]/, '')
  const telling = tellTable(model, { ...rows, draws: { seed: run.seed, ...draws } })
  const page = renderReport({ title, evaluation, real, synthetic: rows.table, command, telling, showValues: showValuesOf(flags) })
  await writeAtomically(path, page)
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
/** Twenty sweeps, a pass with covariances each. */
const SWEEP_PASSES = 60

async function planLocal(at: {
  raw: RawTable | undefined
  contents: ModelContents | undefined
  count: number | undefined
  asked?: Asked | undefined
  engine: Awaited<ReturnType<typeof engineOf>>
}): Promise<LocalPlan> {
  const summary = at.contents && loadLocal(at.contents).summary
  const rowCount = summary?.rowCount ?? at.raw!.rowCount
  const columnCount = summary?.coordinateCount ?? at.raw!.columns.length
  const drawnRows = (at.count ?? rowCount) * (at.asked?.givens.length ?? 1)
  const speed = await pairsPerMillisecond(at.engine, 3, () => performance.now())
  const fits = (summary ? 0 : 1) + (at.asked ? 1 : 0)
  const draws = at.asked ? DRAW_PASSES + SWEEP_PASSES : DRAW_PASSES
  const pairs = columnCount * rowCount * (fits * FIT_PASSES * rowCount + draws * drawnRows)
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
    const model = await localSystem.fit(raw, { ...job, ...options }, { engine, progress: progress.update })
    progress.finish()
    await writeAtomically(flags.output, packModel(saveLocal(model)))
    say({
      output: flags.output,
      made: `model of ${model.summary.rowCount} rows`,
      telling: together(tellSeed(run.seed), tellTable(model)),
      keys: {},
      flags
    })
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
