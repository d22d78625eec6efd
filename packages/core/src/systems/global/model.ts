import type { KeptRules } from '../../code/rules/kept-rules.js'
import { atEpsilon, type KernelChoice } from '../../kernel/bandwidth.js'
import { type Engine, roughEngine } from '../../kernel/engine.js'
import { scaleRows, tableProblem } from '../../law/law.js'
import { type CategoryMode, plainCategoryMode } from '../../law/strata.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { type RowBudget, rowsWithin } from '../../law/work.js'
import { defined } from '../../num/defined.js'
import { later } from '../../num/later.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { Turns, together } from '../../num/together.js'
import type { Scaling } from '../../scaling/symmetric.js'
import { orderBeside } from '../../space/blocks.js'
import { decodeTable, encodeCodes, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import { duplicatesBeside, takeTableRows } from '../../table/rows.js'
import { comparedPoints } from '../../table/standing.js'
import { isNumeric, type Table } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import type { Context } from '../context.js'
import { rowLogWeights } from '../options/row-weights.js'
import { type FoundCurve, type RowDistances, refuseDiagonal, rowDistances, searchBandwidth, squaredSpacing } from './bandwidth.js'
import { type ContestOutcome, chooseScaling, type ScalingChoice, type ScalingContest } from './choose-scaling.js'
import type { ScalingMethods } from './entrant.js'
import { constantNotes, scalingNotes } from './fit-notes.js'
import type { FitSummary } from './fit-summary.js'
import { imputeMissing } from './impute.js'
import { landmarkCount } from './landmark-count.js'
import type { FitOptions, Settled } from './options.js'
import { encodeTrainingRows, kernelFor, refuseNothingVaries } from './training.js'

/** A fitted Schrödinger-bridge sampler of a table: training rows, their potentials and what was decided on the way. */
export interface GlobalModel {
  readonly training: TrainingRows
  /** f = log v [M]. */
  readonly potentials: Float64Array
  readonly kernel: KernelChoice
  readonly summary: FitSummary
  /** Rules stacked before the encoder: `training` is without the columns that they derive. */
  readonly rules?: KeptRules
}

/**
 * Rows that the bandwidth search looks at. In units of the spacing of rows ε is the same of more: of 5,000 × 10, found on 2,500 and
 * carried, r was 0.956 and 0.960 where it was 0.940 and 0.945 found on all, with a standard error of 0.014.
 */
export const SEARCH_BUDGET: RowBudget = { most: 2500, least: 1500, work: 1.5e6 }

/**
 * Fits the Schrödinger-bridge sampler to a table: chooses scaling and bandwidth unless given, then finds the symmetric
 * scaling of the kernel on all rows.
 *
 * @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372.
 * Cost: about 15 kernel passes over M² pairs, and as many over at most 2,500² for every bandwidth that is tried; memory O(M·d).
 * Throws `InputError` for bad weights, or a bandwidth so small that most rows see only themselves.
 */
export async function fitGlobal(data: InferredTable, options: FitOptions, context: Context): Promise<GlobalModel> {
  const { table } = data
  const { engine, watch } = context
  const key = keyFor(context.key, 'fit')
  // Refused before anything is searched for.
  const landmarks = landmarkCount(options.landmarks, table.rowCount)
  const duplicates = duplicatesBeside(table, watch)
  const trials = await enoughFor(landmarks, engine)
  const { scaling, relative, found, training } = await scaledRows(data, options, { engine: trials, key, watch })
  // What does not depend on how numbers are scaled.
  const encoder = fitEncoder(table, data.formats, () => 'standard')
  refuseNothingVaries(table, encoder)
  const searched = {
    rowLimit: rowsWithin(SEARCH_BUDGET, encoder, encodeCodes(encoder, table)),
    relative,
    found,
    part: async (chosen: Uint32Array | undefined, own: Key): Promise<SearchedRows> => {
      const part = chosen ? await partOf(data, scaling.methods, chosen, own) : { table, training: await training() }
      return { training: part.training, distances: await rowDistances(part.table, part.training, engine) }
    }
  }
  const notes = [...data.notes, ...constantNotes(encoder)]
  const { rowCount } = table
  return fitTraining({ rowCount, training, searched, scaling, duplicateCount: duplicates, notes }, options, { engine, key, watch })
}

/** Where all rows are not worth float64, trials of a few are not. */
const enoughFor = async (landmarks: number | undefined, engine: Engine): Promise<Engine> =>
  landmarks === undefined ? engine : roughEngine(engine)

interface ScaledRows {
  readonly training: () => Promise<TrainingRows>
  readonly scaling: ScalingChoice
  /** Where a search of the bandwidth begins, and what one found already. */
  readonly relative: number | undefined
  readonly found: FoundCurve | undefined
}

/** Rows of a table in the scaling that is asked for, or that a contest chooses: what is found in it of the winner is not looked for again. */
async function scaledRows(data: InferredTable, options: FitOptions, { engine, key, watch }: Context): Promise<ScaledRows> {
  const { table, formats } = data
  const logWeights = rowLogWeights(table, options.weights)
  const trainingBy = async (methods: ScalingMethods, turns?: Turns): Promise<TrainingRows> => {
    const encoder = fitEncoder(table, formats, (name) => methods[name]!)
    return { encoder, rows: await encodeTrainingRows(table, encoder, keyFor(key, 'encode'), turns), logWeights }
  }
  const contest = await resolveScaling(data, options, { model: { logWeights, key }, engine, watch })
  const { choice, relative, searched } = contest
  return {
    training: later(async () => searched?.training ?? trainingBy(choice.methods, new Turns())),
    scaling: choice,
    relative,
    found: searched?.curve
  }
}

/** Rows that a bandwidth search uses, and the distances it goes by. */
export interface SearchedRows {
  readonly training: TrainingRows
  readonly distances: RowDistances | undefined
}

/** Rows that are ready to be compared, and what was decided on the way to them. */
interface PreparedTraining {
  readonly rowCount: number
  /** Asked for more than once: they are made while a bandwidth is searched for on a part of them. */
  readonly training: () => Promise<TrainingRows>
  /** Those rows that a search of the bandwidth looks at: all when `chosen` is undefined. */
  readonly searched: {
    readonly rowLimit: number
    /** Where the search begins, as in `BandwidthSearch`. */
    readonly relative?: number | undefined
    /** What it found already. */
    readonly found?: FoundCurve | undefined
    readonly part: (chosen: Uint32Array | undefined, key: Key) => Promise<SearchedRows>
  }
  readonly scaling: ScalingChoice
  /** Asked for last: it may be counted meanwhile. */
  readonly duplicateCount: () => Promise<number>
  readonly notes: readonly string[]
}

/** The part of `fitGlobal` that comes after rows have become coordinates, whatever these stand for: bandwidth and potentials. */
export async function fitTraining(
  prepared: PreparedTraining,
  options: Pick<FitOptions, 'bandwidth' | 'kernel' | 'landmarks' | 'settled'>,
  { engine, key, watch }: Context
): Promise<GlobalModel> {
  const { scaling, duplicateCount, rowCount } = prepared
  const landmarks = landmarkCount(options.landmarks, rowCount)
  const kind = options.kernel ?? 'fixed'
  const base = later(() => kernelFor(kind, async () => (await prepared.training()).rows, engine))
  const given = await epsilonOf(options, prepared.training, engine)
  const searched =
    given === undefined ? await autoBandwidth(prepared, base, { engine: await enoughFor(landmarks, engine), key, watch }) : undefined
  const { ends, ...bandwidth } = searched ?? { ends: options.settled?.ends }
  const training = await prepared.training()
  const kernel = atEpsilon(await base(), searched?.epsilon ?? given!)
  const found = await scaleRows(tableProblem(training, kernel), { engine, landmarks, watch })
  if (typeof options.bandwidth === 'number') await refuseIfDiagonal(training, kernel.epsilon, found.isolated.length, engine)
  const solved = solvedBy(found, await duplicateCount())
  const summary: FitSummary = {
    rowCount,
    epsilon: kernel.epsilon,
    ...('curve' in bandwidth ? { bandwidth } : {}),
    ...defined({ ends }),
    scaling,
    kernel: kind,
    categories: categoriesOf(training, options.settled),
    ...solved,
    notes: [...prepared.notes, ...scalingNotes({ rowCount, ...solved })]
  }
  return { training, potentials: found.potentials, kernel, summary }
}

function categoriesOf({ encoder, rows }: TrainingRows, settled: FitOptions['settled']): CategoryMode {
  const own = plainCategoryMode(encoder, rows.codes)
  return own === 'none' || !settled || settled.categories === 'none' ? own : settled.categories
}

/** ε that need not be searched for. */
async function epsilonOf(
  { bandwidth, settled }: Pick<FitOptions, 'bandwidth' | 'settled'>,
  training: () => Promise<TrainingRows>,
  engine: Engine
): Promise<number | undefined> {
  if (typeof bandwidth === 'number') return bandwidth
  const unit = settled ? await squaredSpacing(await training(), engine) : 0
  return unit > 0 ? settled!.relative * unit : undefined
}

/** What of a model holds for part of its rows as well; undefined where these have no spacing. Cost: the neighbours of 2,000 rows. */
export async function settledBy({ training, summary }: GlobalModel, engine: Engine): Promise<Settled | undefined> {
  const unit = await squaredSpacing(training, engine)
  if (!(unit > 0)) return undefined
  const { scaling, epsilon, categories, ends } = summary
  return { methods: scaling.methods, relative: epsilon / unit, categories, ...defined({ ends }) }
}

/**
 * A model of the same rows, scaled and compared alike, at another bandwidth; its summary has no search of one. Cost: the passes of a
 * scaling.
 */
export async function atBandwidth<Model extends GlobalModel>(
  model: Model,
  { epsilon, landmarks: asked }: { readonly epsilon: number; readonly landmarks?: FitOptions['landmarks'] | undefined },
  { engine, watch }: Pick<Context, 'engine' | 'watch'>
): Promise<Model> {
  const { training, summary } = model
  const kernel = atEpsilon(model.kernel, epsilon)
  const landmarks = landmarkCount(asked, summary.rowCount)
  const found = await scaleRows(tableProblem(training, kernel), { engine, landmarks, watch })
  const { bandwidth: _searched, landmarks: _before, ...kept } = summary
  const solved = { ...kept, ...solvedBy(found, summary.duplicateCount) }
  const others = summary.notes.slice(0, summary.notes.length - scalingNotes(summary).length)
  return { ...model, potentials: found.potentials, kernel, summary: { ...solved, epsilon, notes: [...others, ...scalingNotes(solved)] } }
}

type Solution = Pick<FitSummary, 'scalingEnding' | 'scalingTurns' | 'scalingError' | 'landmarks' | 'duplicateCount' | 'isolatedCount'>

function solvedBy({ ending, turns, errors, landmarks, isolated }: Scaling, duplicateCount: number): Solution {
  return {
    scalingEnding: ending,
    scalingTurns: turns,
    scalingError: errors[errors.length - 1]?.[1] ?? 0,
    ...(landmarks === undefined ? {} : { landmarks }),
    duplicateCount,
    isolatedCount: isolated.length
  }
}

async function resolveScaling(
  { table, formats }: InferredTable,
  options: FitOptions,
  { model, ...context }: Pick<ScalingContest, 'engine' | 'watch'> & { readonly model: NonNullable<ScalingContest['model']> }
): Promise<ContestOutcome> {
  const { scaling = 'auto', settled } = options
  const numeric = table.columns.filter(isNumeric)
  if (scaling === 'standard' || scaling === 'quantile')
    return { choice: { methods: Object.fromEntries(numeric.map(({ name }) => [name, scaling])) } }
  const fixed: ScalingMethods = scaling === 'auto' ? {} : scaling
  const unknown = Object.keys(fixed).find((name) => !numeric.some((column) => column.name === name))
  if (unknown !== undefined) throw unknownColumn(unknown, numeric, { got: `a scaling for ${unknown}`, which: 'a numeric column:' })
  return chooseScaling({
    table,
    formats,
    fixed: { ...settled?.methods, ...fixed },
    kernel: options.kernel ?? 'fixed',
    key: keyFor(model.key, 'scaling'),
    model,
    ...context
  })
}

/** The search on as many rows as it may use, carried to all rows in proportion to their typical squared nearest-neighbour distance. */
async function autoBandwidth(
  { training, rowCount, searched }: PreparedTraining,
  kernel: () => Promise<KernelChoice>,
  { engine, key, watch }: Context
): Promise<FoundCurve> {
  if (searched.found) return searched.found
  const searchKey = keyFor(key, 'search')
  const all = rowCount <= searched.rowLimit
  const chosen = all ? undefined : permutation(keyFor(searchKey, 'rows'), rowCount).subarray(0, searched.rowLimit).sort()
  const part = await searched.part(chosen, searchKey)
  const search = async (): Promise<FoundCurve> => {
    const asked = { ...part, kernel: await kernel(), engine, key: searchKey, watch, relative: searched.relative }
    // At the ε that was found they are chosen anew.
    const { ridges: _, meanTerms: __, ...curve } = await searchBandwidth(asked)
    return curve
  }
  if (all) return search()
  const spaced = async () => {
    const whole = await training()
    await orderBeside(comparedPoints(whole.encoder, whole.rows), watch)?.()
    return squaredSpacing(whole, engine)
  }
  const [found, spacing] = await together([search, spaced])
  const scale = spacing / (await squaredSpacing(part.training, engine))
  return {
    ...found,
    epsilon: found.epsilon * (scale > 0 ? scale : 1),
    curve: found.curve.map((point) => ({ ...point, epsilon: point.epsilon * (scale > 0 ? scale : 1) }))
  }
}

/** Some rows of a table with an encoder of their own, of equal weight. */
async function partOf(
  { table, formats }: InferredTable,
  methods: ScalingMethods,
  chosen: Uint32Array,
  key: Key
): Promise<{ table: Table; training: TrainingRows }> {
  const part = takeTableRows(table, chosen)
  const encoder = fitEncoder(part, formats, (name) => methods[name]!)
  const rows = await imputeMissing(encoder, encodeTable(encoder, part, key), key)
  return { table: part, training: { encoder, rows, logWeights: uniformLogWeights(chosen.length) } }
}

async function refuseIfDiagonal(training: TrainingRows, epsilon: number, isolatedCount: number, engine: Engine): Promise<void> {
  if (isolatedCount <= training.logWeights.length / 2) return
  refuseDiagonal(epsilon, isolatedCount, training.logWeights.length, (await squaredSpacing(training, engine)) / 4)
}

/** A fit, its draw and its report ask for them by turns: of a million rows each time takes a second or more. */
const decoded = new WeakMap<TrainingRows, Table>()

/** The training rows of a model, decoded: what the model itself would call the data. Cost O(cells), once a model; kept while it is. */
export function trainingTable({ training }: Pick<GlobalModel, 'training'>): Table {
  const table = decoded.get(training) ?? decodeTable(training.encoder, training.rows)
  decoded.set(training, table)
  return table
}
