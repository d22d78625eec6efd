import type { NamedWarning } from '../../know/support.js'
import { defined } from '../../num/defined.js'
import type { ColumnFormat } from '../../table/infer.js'
import { isCategorical, type Table } from '../../table/table.js'
import type { Asked } from '../asked.js'
import { type Context, contextOf } from '../context.js'
import type { ConditionalReport } from '../global/condition-report.js'
import { sampleConditional } from '../global/condition-sample.js'
import { fitGlobal, type GlobalModel, trainingTable } from '../global/model.js'
import { samplePosterior } from '../global/posterior.js'
import { sampleGlobal } from '../global/sample.js'
import { loadGlobal, saveGlobal } from '../global/save.js'
import type { SystemContext } from '../host.js'
import { posteriorClasses, sampleClasses, trainingClassesTable } from '../local/class-draw.js'
import { loadClasses, saveClasses } from '../local/class-save.js'
import type { ClassedField } from '../local/classes.js'
import { fitLocal } from '../local/fit.js'
import { fitClasses } from '../local/fit-classes.js'
import { largeScaleWarnings } from '../local/large-scale.js'
import type { LocalModel } from '../local/model.js'
import type { LocalOptions } from '../local/options.js'
import { type LocalPosterior, type LocalPosteriorRequest, posteriorLocal } from '../local/posterior.js'
import { type LocalSampleRequest, sampleLocal, trainingFieldTable } from '../local/sample.js'
import { loadLocal, saveLocal } from '../local/save.js'
import { notTogether } from '../options/combinations.js'
import { beyondWarnings, drawPanel } from '../panel/draw.js'
import { fitPanel } from '../panel/fit.js'
import type { PanelModel } from '../panel/model.js'
import { readPanel } from '../panel/read.js'
import { drawnPanelRows, panelRows, trainingRows } from '../panel/rows.js'
import { loadPanel, savePanel } from '../panel/save.js'
import { inFormats } from '../panel/sums.js'
import { type PreparedTable, prepareRows } from '../prepare.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { drawStretch } from '../stretch/draw.js'
import { fitStretch } from '../stretch/fit.js'
import type { StretchModel } from '../stretch/model.js'
import { loadStretch, saveStretch } from '../stretch/save.js'
import { behindRules, type Localisation } from '../windows/localisation.js'
import { checkImageTable, parseImageShape } from './image.js'
import { keepingLimits } from './keeping-limits.js'
import type { RowsKind, TableKind } from './kind.js'
import { drawLatents, fitLatentTable, type LatentTableModel } from './latent.js'
import { decodeLatents, type LatentJob, trainingLatentTable } from './latent-codec.js'
import { sampleLatentConditioned } from './latent-conditions.js'
import { loadLatentLocal, loadLatentTable, saveLatentLocal, saveLatentTable } from './latent-file.js'
import { drawLatentLocal, fitLatentLocal, type LatentLocalModel, posteriorLatentLocal } from './latent-local.js'
import type { DrawnRows, TableFit, TableRequest } from './options.js'
import { ruled } from './ruled.js'

/** One bridge on all columns. */
export const whole = ruled<GlobalModel>({
  kind: 'global',
  inStretches: true,
  fit({ data, weights }, { bandwidth, scaling, kernel, landmarks, settled, seed = 1 }, context) {
    return fitGlobal(data, defined({ bandwidth, scaling, kernel, landmarks, settled, weights }), contextOf(seed, context))
  },
  async draw(model, request, context) {
    if (request.asked) return drawKnown(model, { ...request, asked: request.asked }, context)
    const { rows: count, first, noise, steps, start, onStep } = request
    const table = await sampleGlobal(model, { count, ...defined({ first, noise, steps, start, onStep }) }, context)
    return { table, formats: model.training.encoder.formats, warnings: [] }
  },
  training: trainingTable,
  formats: ({ training }) => training.encoder.formats,
  save: saveGlobal,
  load: loadGlobal
})

/** Rows of one bridge under conditions or observations. */
async function drawKnown(
  model: GlobalModel,
  { asked, rows, steps, onStep, memory }: TableRequest & { readonly asked: Asked; readonly rows: number },
  context: Context
): Promise<DrawnRows> {
  const { givens, observe, likelihood, conditioning, epsilon, ridge } = asked
  const shared = { rows, ...defined({ steps, epsilon, onStep, memory }) }
  if (observe.length === 0 && !likelihood) {
    if (conditioning === 'langevin') throw notTogether('conditioning langevin without observations', 'informed or clamp')
    const request = { given: givens, ...shared, ...defined({ ridge, conditioning }) }
    const { table, formats, report } = await sampleConditional(model, request, context)
    return { table, formats, steps: report.steps, conditional: report, warnings: warningsOf(report) }
  }
  if (conditioning === 'clamp') throw notTogether('conditioning clamp with observations', 'informed or langevin')
  const posterior = { ...shared, observe, given: givens[0]!, ...defined({ likelihood, conditioning }) }
  const { table, formats, report } = await samplePosterior(model, posterior, context)
  return { table, formats, steps: report.steps, posterior: report, warnings: report.warnings }
}

/** What the two kinds of localised models have of their own. */
interface FieldParts<Model> extends Omit<RowsKind<Model>, 'fit' | 'draw' | 'formats'> {
  sample(model: Model, request: LocalSampleRequest, context: Context): Promise<Table>
  posterior(model: Model, request: LocalPosteriorRequest, context: Context): Promise<Omit<LocalPosterior, 'coordinates'>>
}

function fieldKind<Model extends LocalModel | ClassedField>(parts: FieldParts<Model>) {
  const { sample, posterior, ...files } = parts
  const kind: RowsKind<Model, LocalModel | ClassedField> = {
    ...files,
    fit: fitField,
    formats: formatsOf,
    warnings: largeScaleWarnings,
    async draw(model, { rows: count, noise, steps, asked, onStep }, context) {
      refuseOnStep(onStep)
      const shared = { count, ...defined({ noise, steps }) }
      if (!asked) {
        const table = await sample(model, shared, context)
        return { table, formats: model.encoder.formats, warnings: [] }
      }
      const { givens, observe, likelihood } = asked
      const { table, formats, report } = await posterior(model, { ...shared, given: givens, observe, ...defined({ likelihood }) }, context)
      return { table, formats, posterior: report, warnings: report.warnings }
    }
  }
  return ruled(keepingLimits(kind))
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
function fitField({ data, rules }: PreparedTable & Ruled, options: TableFit, context: SystemContext): Promise<LocalModel | ClassedField> {
  const fit = data.table.columns.some(isCategorical) ? fitClasses : fitLocal
  const places = localOptions(options)
  return fit(
    data,
    { ...places, local: behindRules(places.local, rules), ...defined({ scaling: options.scaling }) },
    contextOf(options.seed ?? 1, context)
  )
}

/** What of the options is about neighbourhoods. */
function localOptions({ local: place, sweep, neighbourBandwidth, blocks, bandwidth }: TableFit): Omit<LocalOptions, 'scaling'> {
  return { local: place as Localisation, ...defined({ sweep, neighbourBandwidth, blocks, bandwidth }) }
}

function refuseOnStep(onStep: unknown): void {
  if (onStep === undefined) return
  throw notTogether('onStep', 'a model of all columns, whose chains move together')
}

function formatsOf({ encoder }: Pick<LocalModel, 'encoder'>): readonly ColumnFormat[] {
  return encoder.formats
}

const warningsOf = ({ conditions, groups }: ConditionalReport): NamedWarning[] =>
  [...groups, ...conditions].flatMap(({ warnings }) => warnings)

/** One bridge on the coordinates of a codec and the categories. */
const latentRows: RowsKind<LatentTableModel> = {
  kind: 'latent',
  fit: (rows, options, context) => fitLatentTable(rows, latentJob(rows, options), { ...context, ...context.host }),
  async draw(model, request, context) {
    const { rows, noise, steps, start, dynamics, asked } = request
    refuseOnStep(request.onStep)
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
  formats: formatsOf,
  save: saveLatentTable,
  load: (contents, { engine, host }) => loadLatentTable(contents, { engine, ...networksOf(host) })
}
/** Numbers of one scale are pixels, or a field, and networks from files are the user's: such rows are what the decoder makes of them. */
export const latent = ruled(keepingLimits(latentRows, ({ summary: { codec } }) => !codec.commonScale && codec.kind !== 'onnx'))

/** One small bridge for each coordinate of a codec. */
export const latentLocal = ruled<LatentLocalModel>({
  kind: 'latent-local',
  fit(rows, options, context) {
    const { weights: _none, kernel: _fixed, landmarks: _all, ...job } = latentJob(rows, options)
    const { blocks: _of, ...places } = localOptions(options)
    return fitLatentLocal(rows, { ...job, ...places }, { ...context, ...context.host })
  },
  async draw(model, { rows, noise, steps, onStep, asked }, context) {
    refuseOnStep(onStep)
    if (asked) {
      const { givens, observe, likelihood } = asked
      const request = { rows, given: givens, observe, ...defined({ likelihood, steps }) }
      const { report, ...known } = await posteriorLatentLocal(model, request, context)
      return { ...known, posterior: report, warnings: report.warnings }
    }
    const drawn = await drawLatentLocal(model, { count: rows, ...defined({ noise, steps }) }, context)
    return { ...drawn, formats: model.encoder.formats, warnings: [] }
  },
  training: trainingLatentTable,
  formats: formatsOf,
  save: saveLatentLocal,
  load: (contents, { engine, host }) => loadLatentLocal(contents, { engine, ...networksOf(host) })
})

function networksOf(host: SystemContext['host']): Pick<NonNullable<SystemContext['host']>, 'networks'> {
  return host?.networks ? { networks: host.networks } : {}
}

/** The fit behind a codec; the pixels of images share one scale. Throws `InputError` for a table that is no images. */
function latentJob({ data }: PreparedTable, options: TableFit): LatentJob {
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
  checkImageTable(data.table, parseImageShape(image))
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
    const own = contextOf(seed, context)
    const drawn = await drawPanel(model, defined({ rows, groups }), own)
    return { ...(await drawnPanelRows(model, drawn, own)), warnings: beyondWarnings(drawn) }
  },
  written: (model) => panelRows(model, trainingRows(model)),
  save: savePanel,
  load: loadPanel
}

/** Throws `InputError` (code `option-combination`) for what a draw is told of rows that stand each alone. */
export function refuseAlone({ asked, noise, steps, start, dynamics, groups, onStep }: TableRequest): void {
  refuseOnStep(onStep)
  if (asked)
    throw notTogether('conditions or observations of a series drawn anew', 'sbridge forecast, which takes what is known of steps to come')
  const [name] = Object.entries({ noise, steps, start, dynamics, groups }).flatMap(([one, value]) => (value === undefined ? [] : [one]))
  if (name !== undefined) throw notTogether(`${name} of a series drawn anew`, `leaving ${name} out`, 'rows that each stand alone')
}

/** Rows that follow each other in one series: a stretch of it from where it begins. */
export const stretch: TableKind<StretchModel> = {
  kind: 'stretch',
  fit(table, options, context) {
    const { time, rules, rule, seed = 1 } = options
    return fitStretch(prepareRows(table, options).data, { time: time!, ...defined({ rules, rule }) }, contextOf(seed, context))
  },
  async draw(model, { rows = model.summary.rowCount, seed = 1, ...request }, context) {
    refuseAlone(request)
    return { ...(await drawStretch(model, rows, contextOf(seed, context))), warnings: [] }
  },
  written: ({ rows, formats }) => ({ table: inFormats(rows, formats), formats }),
  save: saveStretch,
  load: loadStretch
}
