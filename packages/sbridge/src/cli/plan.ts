import {
  CONTEST_BUDGET,
  categoryMode,
  combinationsOf,
  conditionClasses,
  type Engine,
  embedEncoded,
  encodeTable,
  estimateJob,
  type FitJob,
  factorGroups,
  fitEncoder,
  type Given,
  type GlobalModel,
  isListed,
  isLumpy,
  isNumeric,
  type JobEstimate,
  type KnownSize,
  keyFromSeed,
  type Matrix,
  pairsPerMillisecond,
  prepareRows,
  presentValues,
  type RawTable,
  rowsWithin,
  type SampleJob,
  SEARCH_BUDGET,
  suggestsQuantile,
  USUAL_STEPS
} from '@sbridge/core'
import type { Asked } from './conditions.js'
import { durationOf } from './progress.js'

/** Sizes, memory and time of a job before it runs. */
export interface JobPlan extends JobEstimate {
  readonly rowCount: number
  readonly drawnRows: number
  readonly dimension: number
  readonly seconds: number
}

export interface PlanRequest {
  readonly source: { readonly model: GlobalModel } | { readonly raw: RawTable }
  readonly job: FitJob
  readonly draws?: Pick<SampleJob, 'noise' | 'steps' | 'start'>
  readonly count?: number | undefined
  /** What is known about the rows to draw. */
  readonly asked?: Asked | undefined
  readonly evaluates?: boolean
  readonly engine: Engine
}

/** Estimates a job on this machine with this engine: counts pairs, measures how fast pairs go. Refuses what the job would refuse. */
export async function planJob({ source, job, draws, count, asked, engine }: PlanRequest): Promise<JobPlan> {
  const shape = 'model' in source ? shapeOfModel(source.model) : shapeOfTable(source.raw, job)
  const size = {
    rowCount: shape.rowCount,
    dimension: shape.dimension,
    drawnRows: (count ?? shape.rowCount) * (asked?.givens.length ?? 1),
    steps: draws?.steps ?? USUAL_STEPS[!asked ? 'rows' : observes(asked) ? 'observed' : 'given'],
    automaticBandwidth: shape.fits && typeof job.bandwidth !== 'number',
    comparesScalings: shape.comparesScalings,
    passesPerStep: shape.passesPerStep,
    searchRows: shape.searchRows,
    contestRows: shape.contestRows,
    known: asked && knownSize(asked, shape)
  }
  const estimate = estimateJob(size)
  const stages = shape.fits ? estimate.stages : estimate.stages.filter(({ stage }) => !FITTING.includes(stage))
  const pairs = stages.reduce((sum, stage) => sum + stage.pairs, 0)
  const speed = await pairsPerMillisecond(engine, shape.points, () => performance.now())
  return {
    ...estimate,
    stages,
    pairs,
    rowCount: size.rowCount,
    drawnRows: size.drawnRows,
    dimension: size.dimension,
    seconds: pairs / speed / 1000
  }
}

const FITTING: readonly string[] = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

const observes = ({ observe, likelihood }: Asked): boolean => observe.length > 0 || likelihood !== undefined

/** Settings tried for a set of given columns, as a rule. */
const TRIALS = { all: 14, ridges: 2, one: 1, observed: 2 }

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
  const trials = !posterior ? sets.size * each : fixed ? TRIALS.one : TRIALS.observed
  return { conditions: asked.givens.length, trials, coordinateCount, partCount, observes: posterior }
}

interface Shape {
  readonly rowCount: number
  readonly dimension: number
  /** Rows as kernels compare them [rowCount, dimension], missing numbers in the middle. */
  readonly points: Matrix
  readonly searchRows?: number
  readonly contestRows?: number
  readonly comparesScalings: boolean
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

function shapeOfModel({ training, summary }: GlobalModel): Shape {
  const points = embedEncoded(training.encoder, training.rows)
  return {
    rowCount: summary.rowCount,
    dimension: points.cols,
    points,
    comparesScalings: false,
    passesPerStep: summary.categories === 'sweep' ? 2 + factorGroups(training.rows.codes, training.encoder.factors.length).length : 1,
    fits: false,
    coordinateCount: training.encoder.coordinateCount,
    partCount: conditionClasses(training, summary.categories).combinations.rows.length,
    numericNames: new Set(training.encoder.columns.filter((code) => code.carries === 'coordinate').map(({ name }) => name)),
    bandwidthGiven: summary.bandwidth === undefined
  }
}

function shapeOfTable(raw: RawTable, job: FitJob): Shape {
  const { table, formats } = prepareRows(raw, job).data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const rows = encodeTable(encoder, table, keyFromSeed(0))
  const { codes } = rows
  const points = embedEncoded(encoder, rows)
  const combinations = combinationsOf(codes, table.rowCount)
  const mode = categoryMode(encoder, combinations)
  const sweeps = encoder.factors.length > 0 && mode === 'sweep'
  const decided = job.scaling === 'standard' || job.scaling === 'quantile'
  return {
    rowCount: table.rowCount,
    dimension: points.cols,
    points,
    searchRows: rowsWithin(SEARCH_BUDGET, encoder, rows),
    contestRows: rowsWithin(CONTEST_BUDGET, encoder, rows),
    comparesScalings:
      !decided &&
      table.columns.some(
        (column) =>
          isNumeric(column) &&
          suggestsQuantile(presentValues(column)) &&
          !isListed(presentValues(column)) &&
          !isLumpy(presentValues(column))
      ),
    passesPerStep: sweeps ? 2 + factorGroups(codes, encoder.factors.length).length : 1,
    fits: true,
    coordinateCount: encoder.coordinateCount,
    partCount: mode === 'combinations' ? combinations.rows.length : 1,
    numericNames: new Set(table.columns.filter(isNumeric).map(({ name }) => name)),
    bandwidthGiven: typeof job.bandwidth === 'number'
  }
}

/** The plan in words. */
export function sayPlan(plan: JobPlan): string {
  const megabytes = Math.max(1, Math.round(plan.bytes / 1e6))
  return `${plan.rowCount} rows, ${plan.dimension} coordinates, ${plan.drawnRows} rows to draw: about ${durationOf(plan.seconds)} and ${megabytes} MB of working memory\n`
}
