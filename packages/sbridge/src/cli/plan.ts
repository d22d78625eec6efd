import {
  categoryMode,
  combinationsOf,
  type Engine,
  encodeTable,
  estimateJob,
  type FitJob,
  fitEncoder,
  type GlobalModel,
  isNumeric,
  type JobEstimate,
  keyFromSeed,
  pairsPerMillisecond,
  prepareTable,
  presentValues,
  type RawTable,
  type SampleJob,
  suggestsQuantile
} from '@sbridge/core'
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
  readonly evaluates?: boolean
  readonly engine: Engine
}

/** Estimates a job on this machine with this engine: counts pairs, measures how fast pairs go. Refuses what the job would refuse. */
export async function planJob({ source, job, draws, count, engine }: PlanRequest): Promise<JobPlan> {
  const shape = 'model' in source ? shapeOfModel(source.model) : shapeOfTable(source.raw, job)
  const size = {
    rowCount: shape.rowCount,
    dimension: shape.dimension,
    drawnRows: count ?? shape.rowCount,
    steps: draws?.steps ?? 20,
    automaticBandwidth: shape.fits && typeof job.bandwidth !== 'number',
    comparesScalings: shape.comparesScalings,
    passesPerStep: shape.passesPerStep
  }
  const estimate = estimateJob(size)
  const stages = shape.fits ? estimate.stages : estimate.stages.filter(({ stage }) => stage === 'sampling')
  const pairs = stages.reduce((sum, stage) => sum + stage.pairs, 0)
  const speed = await pairsPerMillisecond(engine, shape.dimension, () => performance.now())
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

interface Shape {
  readonly rowCount: number
  readonly dimension: number
  readonly comparesScalings: boolean
  readonly passesPerStep: number
  readonly fits: boolean
}

function shapeOfModel({ training, summary }: GlobalModel): Shape {
  const dimension = training.encoder.coordinateCount + training.encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0)
  return {
    rowCount: summary.rowCount,
    dimension,
    comparesScalings: false,
    passesPerStep: summary.categories === 'sweep' ? 1 + training.encoder.factors.length : 1,
    fits: false
  }
}

function shapeOfTable(raw: RawTable, job: FitJob): Shape {
  const { table, formats } = prepareTable(raw, job).data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const { codes } = encodeTable(encoder, table, keyFromSeed(0))
  const sweeps = encoder.factors.length > 0 && categoryMode(encoder, combinationsOf(codes, table.rowCount)) === 'sweep'
  const decided = job.scaling === 'standard' || job.scaling === 'quantile'
  return {
    rowCount: table.rowCount,
    dimension: encoder.coordinateCount + encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0),
    comparesScalings: !decided && table.columns.some((column) => isNumeric(column) && suggestsQuantile(presentValues(column))),
    passesPerStep: sweeps ? 1 + encoder.factors.length : 1,
    fits: true
  }
}

/** The plan in words. */
export function sayPlan(plan: JobPlan): string {
  const megabytes = Math.max(1, Math.round(plan.bytes / 1e6))
  return `${plan.rowCount} rows, ${plan.dimension} coordinates, ${plan.drawnRows} rows to draw: about ${durationOf(plan.seconds)} and ${megabytes} MB of working memory\n`
}
