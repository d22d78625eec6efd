import type { KeptRules } from '../../code/rules/kept-rules.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import type { Given } from '../../know/conditions.js'
import { factorGroups } from '../../law/factor-groups.js'
import { categoryMode, classesOf, plainCategoryMode } from '../../law/strata.js'
import { rowsFor, stepWork } from '../../law/work.js'
import type { Matrix } from '../../num/matrix.js'
import { combinationSizes } from '../../table/categories.js'
import { dimensionOf, encodeCodes, encodeTable, fitEncoder, takeEncoded } from '../../table/encoder.js'
import type { RawTable } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import { embedEncoded } from '../../table/standing.js'
import { isNumeric } from '../../table/table.js'
import type { Asked } from '../asked.js'
import { scalingCandidates } from '../global/choose-scaling.js'
import { CONTEST_BUDGET } from '../global/entrant.js'
import { landmarkCount } from '../global/landmark-count.js'
import { type GlobalModel, SEARCH_BUDGET } from '../global/model.js'
import type { PanelModel } from '../panel/model.js'
import { readPanel } from '../panel/read.js'
import { prepareRows } from '../prepare.js'
import { type RuledAsked, throughRules } from '../rules/ruled-known.js'
import { ruledRows } from '../rules/ruled-rows.js'
import { planStretch } from '../stretch/plan.js'
import { type Plan, planned, planOf } from '../system.js'
import { CANDIDATES, candidateRows } from './candidates.js'
import { CONTEST_SECONDS, estimateJob, type KnownSize, ROW_SECONDS } from './estimate.js'
import { PRIVATE_CELL } from './hidden-ends.js'
import { KEY_STAGES } from './keyed.js'
import type { TableFit, TableRequest, TableSource } from './options.js'
import { planLatent } from './plan-latent.js'
import { planLocal } from './plan-local.js'
import { type PanelSource, planPanel } from './plan-panel.js'
import { DRAWN, DRAWS, PRIVACY_STAGE, refuseFewRows, WIDER } from './private.js'
import { TRIAL_STAGE } from './refined.js'
import { STRETCH_ROWS } from './stretches.js'
import { privacyPlanned } from './tell-private.js'

/**
 * Sizes and work of a fit, of a draw, or of both where rows are drawn from a table; without a request only the fit. Counts
 * pairs of rows; refuses what reading the table refuses. Cost O(cells).
 */
export function planTable(source: TableSource, request?: TableRequest): Plan {
  if ('model' in source) {
    const { model } = source
    return candidateRows(model, 1) > 1
      ? planRefined(source, { ...request, rows: request?.rows ?? model.summary.rowCount })
      : planPlain(source, request)
  }
  const { privacy, ...others } = source.options
  if (privacy !== undefined) {
    refuseFewRows(source.input)
    const plan = planTable({ input: source.input, options: others }, request)
    return {
      ...plan,
      notes: [...privacyPlanned(privacy, source), ...prepareRows(source.input, { minCell: PRIVATE_CELL, ...others }).data.notes],
      ...planned([...plan.stages, { stage: PRIVACY_STAGE, pairs: privacyPairs({ input: source.input, options: others }) }])
    }
  }
  const { refine, ...options } = others
  const plain = { input: source.input, options }
  if (refine !== 'auto') return planPlain(plain, request)
  const plan = request ? planRefined(plain, { ...request, rows: request.rows ?? source.input.rowCount }) : planPlain(plain)
  const stages = [...plan.stages, { stage: TRIAL_STAGE, pairs: trialPairs(plain) }]
  return { ...plan, ...planned(stages) }
}

/** With four candidates a row. */
function planRefined(source: TableSource, request: TableRequest & { readonly rows: number }): Plan {
  const plan = planPlain(source, { ...request, rows: CANDIDATES * request.rows })
  return { ...plan, drawnRows: plan.drawnRows / CANDIDATES }
}

/** A fit and six draws of half the rows, and two draws of all of them: pairs go with the square of the rows. */
function trialPairs(source: Extract<TableSource, { input: unknown }>): number {
  const fit = planPlain(source).pairs
  const drawn = planPlain(source, { rows: source.input.rowCount }).pairs - fit
  return fit / 4 + 3.5 * drawn
}

/** Two fits of half of the rows, and for each bandwidth a scaling and two draws of either half. */
function privacyPairs({ input, options }: Extract<TableSource, { input: unknown }>): number {
  const fit = planPlain({ input, options: { ...options, bandwidth: 1 } }).pairs
  const each = planPlain(
    { input, options: { ...options, bandwidth: 1, scaling: 'standard' } },
    { rows: DRAWN * DRAWS * input.rowCount }
  ).pairs
  return (fit + WIDER.length * each) / 2
}

function planPlain(source: TableSource, request?: TableRequest): Plan {
  if ('model' in source ? 'codec' in source.model : source.options.latent !== undefined) return planLatent(source, request)
  if ('model' in source ? 'graph' in source.model || 'classes' in source.model : source.options.local !== undefined)
    return planLocal(source, request)
  if ('model' in source ? 'heads' in source.model : source.options.group !== undefined) return planPanel(panelSource(source), request)
  if ('model' in source ? 'series' in source.model : source.options.time !== undefined)
    return planStretch(source as Parameters<typeof planStretch>[0], request)
  return planWhole(source as WholeSource, request)
}

type WholeSource = Exclude<TableSource, { model: unknown }> | { readonly model: GlobalModel }

function panelSource(source: TableSource): PanelSource {
  if ('model' in source) return { model: source.model as PanelModel }
  const { input, options } = source
  return { panel: readPanel(input, options), bandwidthGiven: typeof options.bandwidth === 'number' }
}

const FITTING: readonly string[] = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

function planWhole(source: WholeSource, request: TableRequest | undefined): Plan {
  const shape = 'model' in source ? shapeOfModel(source.model) : shapeOfTable(source.input, source.options)
  const { rowCount, dimension, points: timed } = shape
  const asked = request?.asked && (shape.rules ? askedTogether(throughRules(shape.rules, request.asked)) : request.asked)
  const drawnRows = request ? (request.rows ?? rowCount) * (asked?.givens.length ?? 1) : 0
  const size = {
    ...shape,
    drawnRows,
    heldRows: asked ? drawnRows : Math.min(drawnRows, CANDIDATES * STRETCH_ROWS),
    steps: request?.steps ?? USUAL_STEPS[!asked ? 'rows' : observes(asked) ? 'observed' : 'given'],
    automaticBandwidth: shape.fits && !shape.bandwidthGiven,
    known: asked && knownSize(asked, shape)
  }
  const estimate = estimateJob(size)
  const stages = estimate.stages.filter(({ stage }) => (FITTING.includes(stage) ? shape.fits : request !== undefined))
  const { columnCount, fits, comparesScalings } = shape
  const besides = fits ? ROW_SECONDS * rowCount + (comparesScalings ? CONTEST_SECONDS : 0) : 0
  return planOf([...stages, ...(request ? KEY_STAGES : [])], {
    rowCount,
    columnCount,
    dimension,
    drawnRows: size.drawnRows,
    bytes: estimate.bytes,
    timed,
    besides
  })
}

/** All parts as one, for the sake of their sizes. */
function askedTogether(parts: readonly RuledAsked[]): Asked {
  const most = parts[parts.length - 1]!.asked
  return { ...most, givens: parts.flatMap(({ asked }) => asked.givens) }
}

const observes = ({ observe, likelihood }: Asked): boolean => observe.length > 0 || likelihood !== undefined

/** Settings tried for a set of given columns, as a rule; of observations a trial compares many chains: on Gaussian rows it takes the work of 25 to 37. */
const TRIALS = { all: 14, ridges: 2, one: 1, observed: 20 }

function knownSize(asked: Asked, { coordinateCount, partCount, numericNames, bandwidthGiven }: Shape): KnownSize {
  const isNumber = (name: string, value: Given[string]) =>
    numericNames.has(name) && typeof value !== 'object' && !String(value).includes('..')
  const sets = new Set(
    asked.givens
      .filter((given) => Object.entries(given).some(([name, value]) => isNumber(name, value)))
      .map((given) => Object.keys(given).sort().join('\n'))
  )
  const fixed = bandwidthGiven || typeof asked.epsilon === 'number'
  const each = fixed ? (typeof asked.ridge === 'number' ? TRIALS.one : TRIALS.ridges) : TRIALS.all
  const posterior = observes(asked)
  const trials = !posterior || fixed ? sets.size * each : TRIALS.observed
  return { conditions: asked.givens.length, trials, coordinateCount, partCount, observes: posterior }
}

interface Shape {
  readonly rules?: KeptRules | undefined
  readonly rowCount: number
  readonly columnCount: number
  readonly dimension: number
  /** Rows as kernels compare them [rowCount, dimension], missing numbers in the middle: every so many of them. */
  readonly points: (every: number) => Matrix
  readonly searchRows?: number
  readonly contestRows?: number
  readonly landmarks?: number | undefined
  readonly comparesScalings: boolean
  readonly scalings?: number
  readonly passesPerStep: number
  readonly fits: boolean
  /** Numeric coordinates. */
  readonly coordinateCount: number
  /** Classes of rows that a step under conditions goes through: combinations of categories, atoms of a model's numbers. */
  readonly partCount: number
  readonly numericNames: ReadonlySet<string>
  /** Whether the bandwidth was set by hand, and is kept for conditions. */
  readonly bandwidthGiven: boolean
}

const rowsApart = (rowCount: number, every: number): Uint32Array =>
  Uint32Array.from({ length: Math.ceil(rowCount / every) }, (_, k) => k * every)

function shapeOfModel({ training, summary, rules }: GlobalModel): Shape {
  const { encoder, rows } = training
  return {
    rules,
    rowCount: summary.rowCount,
    columnCount: rules?.columns.length ?? encoder.columns.length,
    dimension: dimensionOf(encoder),
    points: (every) => embedEncoded(encoder, takeEncoded(rows, rowsApart(summary.rowCount, every))),
    landmarks: summary.landmarks,
    comparesScalings: false,
    passesPerStep: summary.categories === 'sweep' ? 2 + factorGroups(rows.codes, encoder.factors.length).length : 1,
    fits: false,
    coordinateCount: encoder.coordinateCount,
    partCount: classesOf(training, categoryMode(encoder, rows.codes), {}).combinations.rows.length,
    numericNames: new Set(encoder.columns.filter((code) => code.carries === 'coordinate').map(({ name }) => name)),
    bandwidthGiven: summary.bandwidth === undefined
  }
}

function shapeOfTable(raw: RawTable, options: TableFit): Shape {
  const { data, rules } = ruledRows(raw, options)
  const { table, formats } = data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const codes = encodeCodes(encoder, table)
  const work = stepWork(encoder, codes)
  const sweeps = plainCategoryMode(encoder, codes) === 'sweep'
  const decided = options.settled !== undefined || options.scaling === 'standard' || options.scaling === 'quantile'
  const { candidates, byClasses } = decided ? { candidates: [], byClasses: [] } : scalingCandidates({ table, formats, fixed: {} })
  const scalings = 1 + [candidates, byClasses].filter(({ length }) => length > 0).length
  return {
    rules,
    rowCount: table.rowCount,
    columnCount: rules?.columns.length ?? table.columns.length,
    dimension: dimensionOf(encoder),
    points: (every) => embedEncoded(encoder, encodeTable(encoder, takeTableRows(table, rowsApart(table.rowCount, every)))),
    searchRows: rowsFor(SEARCH_BUDGET, work),
    contestRows: rowsFor(CONTEST_BUDGET, work),
    landmarks: landmarkCount(options.landmarks, table.rowCount),
    comparesScalings: scalings > 1,
    scalings,
    passesPerStep: sweeps ? 2 + factorGroups(codes, encoder.factors.length).length : 1,
    fits: true,
    coordinateCount: encoder.coordinateCount,
    partCount: categoryMode(encoder, codes) === 'combinations' ? combinationSizes(codes, table.rowCount).length : 1,
    numericNames: new Set(table.columns.filter(isNumeric).map(({ name }) => name)),
    bandwidthGiven: options.settled !== undefined || typeof options.bandwidth === 'number'
  }
}
