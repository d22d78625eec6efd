import {
  type Engine,
  evaluateTables,
  type FitJob,
  fitLatentLocal,
  keyFromSeed,
  type LatentLocalJob,
  type LatentLocalModel,
  type LatentLocalRows,
  loadLatentLocal,
  packModel,
  parseLatent,
  prepareTable,
  presentTable,
  type RawTable,
  refuseBehindLocal,
  sampleLatentLocal,
  saveLatentLocal,
  type Telling,
  tellSeed,
  tellTable,
  together,
  trainingLatentLocalTable,
  type Watch
} from '@sbridge/core'
import { localOptionsOf } from '../cli/local.js'
import { engineOf, showValuesOf } from '../cli/options.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { fileNetworks } from '../latent-onnx.js'
import { checkImageTable } from '../report/images.js'
import { combination, imageOf, imagesOf, type LatentFlags, type LatentRun, planOf } from './sample-latent.js'
import { LOCAL_STAGES } from './sample-local.js'

type Context = Watch & { readonly engine: Engine }

/** `sample` with `--latent` and `--local`, or from a model that was fitted with both. */
export async function runLatentLocalSample(request: LatentRun): Promise<void> {
  const { input, flags, run, job, contents, count } = request
  const { steps, noise, start } = request.draws
  refuseBehindLocal({ conditions: request.asked !== undefined, dynamics: flags.dynamics as 'langevin' | 'bridge' | undefined })
  if (start === 'noise') throw combination('--start noise with --latent and --local', 'leaving --start out')
  const fits = contents ? undefined : await jobOf(flags, job)
  const raw = contents ? undefined : await readTable(input)
  const image = imageOf(flags)
  const engine = await engineOf(run)
  const progress = new JobProgress(LOCAL_STAGES)
  const context = { engine, progress: progress.update }
  try {
    const fitted = contents && (await loadLatentLocal(contents, { engine, networks: fileNetworks }))
    if (flags.dryRun) return await sayPlan({ request, raw, summary: fitted?.summary, engine })
    const model = fitted ?? (await fitFrom(raw!, { job: fits!, flags }, context))
    if (image) checkImageTable(trainingLatentLocalTable(model), image)
    const draws = { ...(steps === undefined ? {} : { steps }), ...(noise === undefined ? {} : { noise }) }
    const drawn = await sampleLatentLocal(model, { ...draws, ...(count === undefined ? {} : { rows: count }), seed: run.seed }, context)
    progress.finish()
    await writeTable(flags.output, presentTable(drawn.table, model.encoder.formats, request.cells))
    if (flags.report !== undefined)
      await writeReport(request, {
        model,
        drawn,
        engine,
        path: flags.report,
        telling: tellTable(model, { ...drawn, draws: { seed: run.seed, ...draws } })
      })
    const { rowCount } = drawn.table
    say({
      output: flags.output,
      made: `${rowCount} rows`,
      telling: tellTable(model, { ...drawn, draws: { seed: run.seed, ...draws } }),
      keys: { rows: rowCount },
      flags
    })
  } finally {
    progress.finish()
    await engine.close()
  }
}

/** `fit` with `--latent` and `--local`: writes the model and says what was decided. */
export async function runLatentLocalFit(request: Pick<LatentRun, 'input' | 'flags' | 'run' | 'job'>): Promise<void> {
  const { input, flags, run } = request
  const job = await jobOf(flags, request.job)
  const raw = await readTable(input)
  const engine = await engineOf(run)
  const progress = new JobProgress(LOCAL_STAGES)
  try {
    if (flags.dryRun) return await sayPlan({ request: { flags, count: 1, draws: {}, asked: undefined }, raw, engine })
    const model = await fitFrom(raw, { job, flags }, { engine, progress: progress.update })
    progress.finish()
    await writeAtomically(flags.output, packModel(saveLatentLocal(model)))
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

async function jobOf(flags: LatentFlags, job: FitJob): Promise<LatentLocalJob> {
  parseLatent(String(flags.latent))
  const { scaling: _, ...local } = await localOptionsOf(flags, job)
  const { weights: _none, kernel: _fixed, ...rest } = job
  return { ...rest, ...local, latent: String(flags.latent), commonScale: flags.image === undefined ? 'auto' : true }
}

function fitFrom(raw: RawTable, { job, flags }: { job: LatentLocalJob; flags: LatentFlags }, context: Context): Promise<LatentLocalModel> {
  const image = imageOf(flags)
  if (image) checkImageTable(prepareTable(raw, job).data.table, image)
  return fitLatentLocal(raw, job, { ...context, networks: fileNetworks })
}

async function sayPlan(at: Parameters<typeof planOf>[0]): Promise<void> {
  const { sayLatentPlan } = await import('../cli/latent.js')
  const plan = await planOf(at)
  process.stdout.write(at.request.flags.json ? `${JSON.stringify(plan)}\n` : sayLatentPlan(plan))
}

async function writeReport(
  { input, command, run, flags }: LatentRun,
  {
    model,
    drawn,
    engine,
    path,
    telling
  }: { model: LatentLocalModel; drawn: LatentLocalRows; engine: Engine; path: string; telling: Telling }
): Promise<void> {
  const real = trainingLatentLocalTable(model)
  const image = imageOf(flags)
  const showValues = showValuesOf(flags)
  const evaluation = await evaluateTables({ real, synthetic: drawn.table, engine, key: keyFromSeed(run.seed) })
  const { renderReport } = await import('../report/index.js')
  const sections = image ? [await imagesOf({ real, drawn: drawn.table, image, engine, showValues })] : []
  const title = input.replace(/^.*[\\/]/, '')
  await writeAtomically(path, renderReport({ title, evaluation, real, synthetic: drawn.table, command, telling, sections, showValues }))
}
