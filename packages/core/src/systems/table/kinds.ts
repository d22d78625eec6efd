import type { NamedWarning } from '../../know/support.js'
import type { ModelContents } from '../../model-file/contents.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { keyFromSeed } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, type Table } from '../../table/table.js'
import { type Context, contextOf } from '../context.js'
import type { ConditionalReport } from '../global/condition-sample.js'
import { fitGlobal, type GlobalModel, trainingTable } from '../global/model.js'
import { loadGlobal, saveGlobal } from '../global/save.js'
import type { SystemContext } from '../host.js'
import { posteriorClasses, sampleClasses, trainingClassesTable } from '../local/class-draw.js'
import { loadClasses, saveClasses } from '../local/class-save.js'
import type { ClassedField } from '../local/classes.js'
import { fitLocal } from '../local/fit.js'
import { fitClasses } from '../local/fit-classes.js'
import type { LocalModel } from '../local/model.js'
import type { LocalOptions } from '../local/options.js'
import { type LocalPosterior, type LocalPosteriorRequest, posteriorLocal } from '../local/posterior.js'
import { type LocalSampleRequest, sampleLocal, trainingFieldTable } from '../local/sample.js'
import { loadLocal, saveLocal } from '../local/save.js'
import type { Localisation } from '../localisation.js'
import { drawPanel } from '../panel/draw.js'
import { fitPanel } from '../panel/fit.js'
import type { PanelModel } from '../panel/model.js'
import { readPanel } from '../panel/read.js'
import { panelRows, trainingRows } from '../panel/rows.js'
import { loadPanel, savePanel } from '../panel/save.js'
import { prepareTable } from '../prepare.js'
import { ruledRows } from '../ruled-rows.js'
import { checkImageTable, parseImageShape } from './image.js'
import { drawLatents, fitLatentTable, type LatentTableModel } from './latent.js'
import { decodeLatents, type LatentJob, trainingLatentTable } from './latent-codec.js'
import { sampleLatentConditioned } from './latent-conditions.js'
import { loadLatentLocal, loadLatentTable, saveLatentLocal, saveLatentTable } from './latent-file.js'
import { fitLatentLocal, type LatentLocalModel, posteriorLatentLocal, sampleLatentLocal } from './latent-local.js'
import type { DrawnRows, TableFit, TableRequest } from './options.js'
import { sampleTable, wholeFormats, wholeTable } from './whole.js'
import { drawKnown } from './whole-known.js'

/** What a kind of model of tables does. */
export interface TableKind<Model, Fitted = Model> {
  /** As model files name it. */
  readonly kind: string
  fit(table: RawTable, options: TableFit, context: SystemContext): Promise<Fitted>
  draw(model: Model, request: TableRequest, context: SystemContext): Promise<DrawnRows>
  training(model: Model): Table
  save(model: Model): ModelContents
  load(contents: ModelContents, context: Pick<SystemContext, 'engine' | 'host'>): Model | Promise<Model>
}

/** One bridge on all columns. */
export const whole: TableKind<GlobalModel> = {
  kind: 'global',
  async fit(table, options, context) {
    const { bandwidth, scaling, kernel, landmarks, seed = 1 } = options
    const { data, weights, rules } = ruledRows(table, options)
    const model = await fitGlobal(data, defined({ bandwidth, scaling, kernel, landmarks, weights }), contextOf(seed, context))
    return rules ? { ...model, rules } : model
  },
  async draw(model, request, context) {
    if (request.asked) return drawKnown(model, { ...request, asked: request.asked }, context)
    const { rows, seed, noise, steps, start, onStep } = request
    const table = await sampleTable(model, defined({ rows, seed, noise, steps, start, onStep }), context)
    return { table, formats: wholeFormats(model), warnings: [] }
  },
  training: (model) => wholeTable(model, trainingTable(model)).table,
  save: saveGlobal,
  load: loadGlobal
}

/** What the two kinds of localised models have of their own. */
interface FieldParts<Model> extends Omit<TableKind<Model>, 'fit' | 'draw'> {
  sample(model: Model, request: LocalSampleRequest, context: Context): Promise<Table>
  posterior(model: Model, request: LocalPosteriorRequest, context: Context): Promise<Omit<LocalPosterior, 'coordinates'>>
}

function fieldKind<Model extends LocalModel | ClassedField>(parts: FieldParts<Model>): TableKind<Model, LocalModel | ClassedField> {
  const { sample, posterior, ...files } = parts
  return {
    ...files,
    fit: fitField,
    async draw(model, { rows: count = model.summary.rowCount, seed = 1, noise, steps, asked, onStep }, jobContext) {
      refuseOnStep(onStep)
      const shared = { count, ...defined({ noise, steps }) }
      const context = contextOf(seed, jobContext)
      if (!asked) return { table: await sample(model, shared, context), formats: model.encoder.formats, warnings: [] }
      const { givens, observe, likelihood } = asked
      const { table, formats, report } = await posterior(model, { ...shared, given: givens, observe, ...defined({ likelihood }) }, context)
      return { table, formats, posterior: report, warnings: report.warnings }
    }
  }
}

/** One small bridge for each column, on its neighbourhood. */
export const local = fieldKind<LocalModel>({
  kind: 'local',
  sample: sampleLocal,
  posterior: posteriorLocal,
  training: trainingFieldTable,
  save: saveLocal,
  load: loadLocal
})

/** The same for each class of rows with the same categories. */
export const localClasses = fieldKind<ClassedField>({
  kind: 'local-classes',
  sample: sampleClasses,
  posterior: posteriorClasses,
  training: trainingClassesTable,
  save: saveClasses,
  load: loadClasses
})

/** A localised model of numbers; where there are categories, one for each class of rows. */
function fitField(table: RawTable, options: TableFit, context: SystemContext): Promise<LocalModel | ClassedField> {
  const { data } = prepareTable(table, options)
  const fit = data.table.columns.some(isCategorical) ? fitClasses : fitLocal
  return fit(data, { ...localOptions(options), ...defined({ scaling: options.scaling }) }, contextOf(options.seed ?? 1, context))
}

/** What of the options is about neighbourhoods. */
function localOptions({ local: place, sweep, neighbourBandwidth, blocks, bandwidth }: TableFit): Omit<LocalOptions, 'scaling'> {
  return { local: place as Localisation, ...defined({ sweep, neighbourBandwidth, blocks, bandwidth }) }
}

function refuseOnStep(onStep: unknown): void {
  if (onStep === undefined) return
  throw new InputError({
    code: 'option-combination',
    got: 'onStep',
    expected: 'options that go together',
    try: 'a model of all columns, whose chains move together'
  })
}

const warningsOf = ({ conditions }: ConditionalReport): NamedWarning[] => conditions.flatMap(({ warnings }) => warnings)

/** One bridge on the coordinates of a codec and the categories. */
export const latent: TableKind<LatentTableModel> = {
  kind: 'latent',
  fit: (table, options, context) => fitLatentTable(table, latentJob(table, options), { ...context, ...context.host }),
  async draw(model, request, jobContext) {
    const { rows = model.summary.rowCount, seed = 1, noise, steps, start, dynamics, asked } = request
    refuseOnStep(request.onStep)
    const context = contextOf(seed, jobContext)
    const draws = defined({ steps, start, dynamics })
    if (!asked) {
      const latents = await drawLatents(model, { ...draws, ...defined({ noise }), count: rows }, context)
      return { table: await decodeLatents(model, latents), formats: model.encoder.formats, latents: latents.coordinates, warnings: [] }
    }
    const { givens, observe, likelihood } = asked
    const drawn = await sampleLatentConditioned(model, { given: givens, observe, rows, ...draws, ...defined({ likelihood }) }, context)
    const { conditional, conditions } = drawn
    const warnings = [...(conditional ? warningsOf(conditional) : []), ...(conditions?.flatMap((one) => one.warnings) ?? [])]
    return { ...drawn, steps: conditional?.steps ?? conditions?.[0]?.steps, warnings }
  },
  training: trainingLatentTable,
  save: saveLatentTable,
  load: (contents, { engine, host }) => loadLatentTable(contents, { engine, ...networksOf(host) })
}

/** One small bridge for each coordinate of a codec. */
export const latentLocal: TableKind<LatentLocalModel> = {
  kind: 'latent-local',
  async fit(table, options, context) {
    const { weights: _none, kernel: _fixed, landmarks: _all, ...job } = latentJob(table, options)
    const { blocks: _of, ...places } = localOptions(options)
    return fitLatentLocal(table, { ...job, ...places }, { ...context, ...context.host })
  },
  async draw(model, { rows, seed, noise, steps, onStep, asked }, context) {
    refuseOnStep(onStep)
    if (asked) {
      const { givens, observe, likelihood } = asked
      const request = { rows: rows ?? model.summary.rowCount, given: givens, observe, ...defined({ likelihood, steps }) }
      const { report, ...known } = await posteriorLatentLocal(model, request, contextOf(seed ?? 1, context))
      return { ...known, posterior: report, warnings: report.warnings }
    }
    const drawn = await sampleLatentLocal(model, defined({ rows, seed, noise, steps }), context)
    return { ...drawn, formats: model.encoder.formats, warnings: [] }
  },
  training: trainingLatentTable,
  save: saveLatentLocal,
  load: (contents, { engine, host }) => loadLatentLocal(contents, { engine, ...networksOf(host) })
}

function networksOf(host: SystemContext['host']): Pick<NonNullable<SystemContext['host']>, 'networks'> {
  return host?.networks ? { networks: host.networks } : {}
}

/** The fit behind a codec; the pixels of images share one scale. Throws `InputError` for a table that is no images. */
function latentJob(table: RawTable, options: TableFit): LatentJob {
  const {
    types,
    columns,
    exclude,
    missing,
    weights,
    bandwidth,
    scaling,
    kernel,
    landmarks,
    seed,
    latent: codec,
    image,
    commonScale
  } = options
  const places = defined({ types, columns, exclude, missing, weights })
  const job = { latent: codec!, ...places, ...defined({ bandwidth, scaling, kernel, landmarks, seed, commonScale }) }
  if (image === undefined) return job
  checkImageTable(prepareTable(table, job).data.table, parseImageShape(image))
  return { ...job, commonScale: true }
}

/** Rows that belong to groups: a law of groups, and a law of each further row given those before. */
export const panel: TableKind<PanelModel> = {
  kind: 'panel',
  fit(table, options, context) {
    const { bandwidth, scaling, seed = 1 } = options
    return fitPanel(readPanel(table, options), { ...defined({ bandwidth, scaling }), seed }, contextOf(seed, context))
  },
  async draw(model, { rows, groups, seed = 1, onStep }, context) {
    refuseOnStep(onStep)
    const drawn = await drawPanel(model, defined({ rows, groups }), contextOf(seed, context))
    return { ...panelRows(model, drawn, keyFromSeed(seed)), warnings: [] }
  },
  training: (model) => panelRows(model, trainingRows(model)).table,
  save: savePanel,
  load: loadPanel
}
