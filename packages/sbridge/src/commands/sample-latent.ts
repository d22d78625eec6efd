import {
  type CodecSummary,
  checkKnown,
  cloud,
  type Engine,
  evaluateTables,
  type FitJob,
  fitLatentTable,
  gaussianKernel,
  InputError,
  keptBackIn,
  keyFromSeed,
  type LatentDraw,
  type LatentTableModel,
  latentDrawFields,
  latentFields,
  loadLatentTable,
  type ModelContents,
  packModel,
  parseLatent,
  prepareTable,
  presentTable,
  type RawTable,
  type SampleJob,
  saveLatentTable,
  type Table,
  type Telling,
  takeRows,
  tellSeed,
  tellTable,
  together,
  trainingLatentTable,
  USUAL_STEPS,
  type Watch
} from '@sbridge/core'
import type { Asked } from '../cli/conditions.js'
import { flagNamed, readFields } from '../cli/fields.js'
import { type LatentPlan, planLatent, sayLatentPlan } from '../cli/latent.js'
import { engineOf, type Run, showValuesOf } from '../cli/options.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { fileNetworks } from '../latent-onnx.js'
import { drawLatent, type LatentRows } from '../models/latent.js'
import { refuseOfGlobal } from '../models/local.js'
import type { Section } from '../report/blocks.js'
import { type ImageShape, parseImageShape } from '../report/image-sheet.js'
import { checkImageTable, pixelsOf } from '../report/images.js'

export interface LatentFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

export interface LatentRun {
  readonly input: string
  readonly flags: LatentFlags
  readonly run: Run
  readonly job: FitJob
  readonly draws: Pick<SampleJob, 'noise' | 'steps' | 'start'>
  readonly count: number | undefined
  readonly cells: 'text' | 'typed'
  readonly asked: Asked | undefined
  /** The command as it was typed. */
  readonly command: string
  /** A fitted model; the input is a table when left out. */
  readonly contents?: ModelContents | undefined
}

type Context = Watch & { readonly engine: Engine }

/** `sample` with `--latent`, or from a model that was fitted with it. */
export async function runLatentSample(request: LatentRun): Promise<void> {
  const { input, flags, run, job, contents } = request
  const draws = readFields(latentDrawFields, flags) as Pick<LatentDraw, 'dynamics'>
  const image = imageOf(flags)
  refuse(request, draws)
  const raw = contents ? undefined : await readTable(input)
  if (raw && request.asked) checkKnown(raw, job, request.asked)
  const engine = await engineOf(run)
  try {
    const fitted = contents && (await loadLatentTable(contents, { engine, networks: fileNetworks }))
    const plan = await planOf({ request, raw, summary: fitted?.summary, engine })
    if (flags.dryRun) return void process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : sayLatentPlan(plan))
    if (plan.seconds > 60) process.stderr.write(sayLatentPlan(plan))
    const progress = new JobProgress(plan)
    const context = { engine, progress: progress.update }
    let model: LatentTableModel
    let drawn: LatentRows
    try {
      model = fitted ?? (await fitFrom(raw!, { job, flags, image }, context))
      if (image) checkImageTable(trainingLatentTable(model), image)
      const { asked, count } = request
      drawn = await drawLatent(
        model,
        { ...request.draws, ...draws, asked, ...(count === undefined ? {} : { rows: count }), seed: run.seed },
        context
      )
    } finally {
      progress.finish()
    }
    await writeTable(flags.output, presentTable(drawn.table, drawn.formats, request.cells))
    if (flags.report !== undefined) await writeReport(request, { model, drawn, draws, image, engine, path: flags.report })
    const { rowCount } = drawn.table
    say({
      output: flags.output,
      made: `${rowCount} rows`,
      telling: tellingOf(model, { drawn, draws, request }),
      keys: { rows: rowCount },
      flags
    })
  } finally {
    await engine.close()
  }
}

/** `fit` with `--latent`: writes the model and says what was decided. */
export async function runLatentFit({ input, flags, run, job }: Pick<LatentRun, 'input' | 'flags' | 'run' | 'job'>): Promise<void> {
  const image = imageOf(flags)
  parseLatent(String(flags.latent))
  const raw = await readTable(input)
  const engine = await engineOf(run)
  try {
    const plan = await planOf({ request: { flags, count: 1, draws: {}, asked: undefined }, raw, engine })
    if (flags.dryRun) return void process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : sayLatentPlan(plan))
    if (plan.seconds > 60) process.stderr.write(sayLatentPlan(plan))
    const progress = new JobProgress(plan)
    const model = await fitFrom(raw, { job, flags, image }, { engine, progress: progress.update }).finally(() => progress.finish())
    await writeAtomically(flags.output, packModel(saveLatentTable(model)))
    say({
      output: flags.output,
      made: `model of ${model.summary.rowCount} rows`,
      telling: together(tellSeed(run.seed), tellTable(model)),
      keys: {},
      flags
    })
  } finally {
    await engine.close()
  }
}

export function imageOf(flags: LatentFlags): ImageShape | undefined {
  return typeof flags.image === 'string' ? parseImageShape(flags.image) : undefined
}

function fitFrom(
  raw: RawTable,
  { job, flags, image }: { job: FitJob; flags: LatentFlags; image: ImageShape | undefined },
  context: Context
): Promise<LatentTableModel> {
  if (image) checkImageTable(prepareTable(raw, job).data.table, image)
  const latentJob = { ...job, latent: String(flags.latent), commonScale: image ? true : ('auto' as const) }
  return fitLatentTable(raw, latentJob, { ...context, networks: fileNetworks })
}

export async function planOf({
  request,
  raw,
  summary,
  engine
}: {
  request: Pick<LatentRun, 'flags' | 'count' | 'draws' | 'asked'>
  raw: RawTable | undefined
  /** What is known of a fitted model. */
  summary?: { readonly rowCount: number; readonly codec: CodecSummary } | undefined
  engine: Engine
}): Promise<LatentPlan> {
  const { flags, count, draws, asked } = request
  const rowCount = summary?.rowCount ?? raw!.rowCount
  return planLatent({
    rowCount,
    columnCount: summary?.codec.dataDimension ?? raw!.columns.length,
    specification: summary ? { kind: 'fitted', dimension: summary.codec.dimension } : parseLatent(String(flags.latent)),
    drawnRows: (count ?? rowCount) * (asked?.givens.length ?? 1),
    steps: draws.steps ?? USUAL_STEPS[asked ? 'observed' : 'rows'],
    searches: summary === undefined && typeof flags.bandwidth !== 'number',
    engine
  })
}

interface Reported {
  readonly model: LatentTableModel
  readonly drawn: LatentRows
  readonly draws: Pick<LatentDraw, 'dynamics'>
  readonly image: ImageShape | undefined
  readonly engine: Engine
  readonly path: string
}

async function writeReport(request: LatentRun, { model, drawn, draws, image, engine, path }: Reported): Promise<void> {
  const { input, command, run } = request
  const showValues = showValuesOf(request.flags)
  const real = trainingLatentTable(model)
  const key = keyFromSeed(run.seed)
  const evaluation = await evaluateTables({ real, synthetic: drawn.table, engine, key })
  const { renderReport } = await import('../report/index.js')
  const title = input.replace(/^.*[\\/]/, '')
  const telling = tellingOf(model, { drawn, draws, request })
  const sections = image ? [await imagesOf({ real, drawn: drawn.table, image, engine, showValues })] : []
  const parts = { title, command, real, synthetic: drawn.table, evaluation, telling, keptBack: keptBackIn(model), sections, showValues }
  await writeAtomically(path, renderReport(parts))
}

export async function imagesOf(at: {
  real: Table
  drawn: Table
  image: ImageShape
  engine: Engine
  showValues: boolean
}): Promise<Section> {
  const { imageSection } = await import('../report/images.js')
  const [real, drawn] = [pixelsOf(at.real, at.image), pixelsOf(at.drawn, at.image)]
  const { indices } = await at.engine.nearest({ from: cloud(drawn), to: cloud(real), kernel: gaussianKernel(1) }, 1)
  return imageSection({ shape: at.image, drawn, nearest: takeRows(real, indices), showValues: at.showValues })
}

interface Drawn {
  readonly drawn: LatentRows
  readonly draws: Pick<LatentDraw, 'dynamics'>
  readonly request: LatentRun
}

function tellingOf(model: LatentTableModel, { drawn, draws: { dynamics = 'langevin' }, request }: Drawn): Telling {
  return tellTable(model, { ...drawn, draws: { seed: request.run.seed, dynamics, ...request.draws } })
}

/** What does not go together is refused before anything is read. */
function refuse({ flags, asked, draws, contents }: LatentRun, { dynamics }: Pick<LatentDraw, 'dynamics'>): void {
  if (!contents) parseLatent(String(flags.latent))
  if (dynamics === 'bridge' && draws.noise !== undefined)
    throw combination(`--noise ${draws.noise} with --dynamics bridge`, 'leaving --noise out')
  if (!asked) return
  if (draws.start === 'noise' && dynamics !== 'bridge')
    throw combination('conditions or observations together with --start noise', '--start data')
  if (draws.noise !== undefined && draws.noise !== 'covariance')
    throw combination(`conditions or observations together with --noise ${draws.noise}`, 'leaving --noise out')
  refuseOfGlobal(asked, '--latent', flagNamed)
}

export function combination(got: string, remedy: string): InputError {
  return new InputError({ code: 'option-combination', got, expected: 'options that go together', try: remedy })
}

/** Options of latent models make no sense without `--latent`. */
export function refuseWithoutLatent(flags: Readonly<Record<string, unknown>>): void {
  const given = [...latentFields, ...latentDrawFields].find(({ name }) => name !== 'latent' && flags[name] !== undefined)
  if (given) throw combination(`--${given.name} without --latent`, '--latent pca:auto')
}
