import { type CodecSummary, type Engine, type LatentConditionReport, type LatentSpecification, pairsPerMillisecond } from '@sbridge/core'
import type { DrawnRows } from '../models/table-system.js'
import { conditionedWords } from './draw-conditioned.js'
import { durationOf } from './progress.js'

/** Sizes, memory and time of a latent job before it runs. */
export interface LatentPlan {
  readonly rowCount: number
  readonly columnCount: number
  readonly dimension: number
  readonly drawnRows: number
  readonly stages: readonly { readonly stage: string; readonly pairs: number }[]
  readonly pairs: number
  readonly seconds: number
  readonly bytes: number
}

export interface LatentPlanRequest {
  readonly rowCount: number
  readonly columnCount: number
  readonly specification: LatentSpecification | { readonly kind: 'fitted'; readonly dimension: number }
  readonly drawnRows: number | undefined
  readonly steps: number
  readonly searches: boolean
  readonly engine: Engine
}

/** Where the number of coordinates is chosen or the networks' own. */
const GUESSED_DIMENSION = 16
const SEARCH_ROWS = 2000
const SEARCH_EVALUATIONS = 10
const TURNS = 14
/** Operations of a codec that a core does in a millisecond, about. */
const OPERATIONS = 5e5

/** An upper estimate: passes over pairs in K coordinates, and the codec's own work. */
export async function planLatent(request: LatentPlanRequest): Promise<LatentPlan> {
  const { rowCount: m, columnCount, specification, steps, searches, engine } = request
  const dimension = 'dimension' in specification && specification.dimension !== 'auto' ? specification.dimension : GUESSED_DIMENSION
  const drawnRows = request.drawnRows ?? m
  const few = Math.min(m, SEARCH_ROWS)
  const fits = specification.kind !== 'fitted'
  const speed = await pairsPerMillisecond(engine, dimension, () => performance.now())
  const operations = fits ? codecOperations(specification, { m, columnCount, dimension }) : 0
  const stages = [
    { stage: 'fitting the codec', pairs: (operations / OPERATIONS) * speed },
    { stage: 'choosing the bandwidth', pairs: searches ? SEARCH_EVALUATIONS * (6 * few * few + 40 * 1000 * few) : 0 },
    { stage: 'scaling', pairs: fits ? TURNS * m * m : 0 },
    { stage: 'sampling', pairs: 1.5 * steps * drawnRows * m }
  ]
  const pairs = stages.reduce((sum, stage) => sum + stage.pairs, 0)
  const bytes = 8 * (m + drawnRows) * (3 * columnCount + 6 * dimension)
  return { rowCount: m, columnCount, dimension, drawnRows, stages, pairs, seconds: pairs / speed / 1000, bytes }
}

function codecOperations(
  { kind }: LatentSpecification,
  { m, columnCount, dimension }: { m: number; columnCount: number; dimension: number }
): number {
  const components = (count: number) => 40 * m * columnCount * count
  if (kind === 'pca') return components(dimension)
  if (kind === 'autoencoder') return components(Math.min(128, columnCount)) + 100 * 12 * m * 128 * (4 * dimension + 64)
  if (kind === 'diffusion-map') return components(Math.min(64, columnCount)) + 60 * m * Math.min(m, 5000) * Math.min(64, columnCount)
  return 1000 * m * columnCount
}

/** The plan in words. */
export function sayLatentPlan(plan: LatentPlan): string {
  const megabytes = Math.max(1, Math.round(plan.bytes / 1e6))
  return `${plan.rowCount} rows, ${plan.columnCount} columns in about ${plan.dimension} coordinates, ${plan.drawnRows} rows to draw: about ${durationOf(plan.seconds)} and ${megabytes} MB of working memory\n`
}

/** What the codec is and loses, in lines for a terminal. */
export function codecWords({ kind, dimension, dataDimension, commonScale, reconstruction }: CodecSummary): string[] {
  const { trainingError, heldOutError } = reconstruction
  const heldOut = heldOutError === undefined ? '' : `, ${heldOutError.toFixed(3)} on held-out rows`
  return [
    `${kind}: ${dimension} coordinates for ${dataDimension} columns${commonScale ? ' on one scale' : ''}; its own error ${trainingError.toFixed(3)}${heldOut} (0 perfect, 1 the mean row)`
  ]
}

const MOST_WARNINGS = 10

/** What to say of conditions and observations, a line each. */
export function latentConditionWords({ conditional, conditions }: Pick<DrawnRows, 'conditional' | 'conditions'>): string[] {
  if (conditional) return conditionedWords({ conditional })
  if (!conditions) return []
  const least = (of: (one: LatentConditionReport) => number) => Math.min(...conditions.map(of))
  const missed = conditions.flatMap((one) => (one.missed === undefined ? [] : [one.missed]))
  const warnings = conditions.flatMap((one) => one.warnings)
  return [
    `through the decoder, least over ${conditions.length} condition${conditions.length === 1 ? '' : 's'}: effective rows ${least((one) => one.effectiveRows).toFixed(1)}, acceptance ${least((one) => one.acceptance).toFixed(2)}`,
    ...(missed.length > 0 ? [`given numbers are met to ${Math.max(...missed).toFixed(3)} by the decoder, then repeated exactly`] : []),
    ...warnings.slice(0, MOST_WARNINGS).map(({ name, message }) => `warning ${name}: ${message}`),
    ...(warnings.length > MOST_WARNINGS ? [`and ${warnings.length - MOST_WARNINGS} more warnings; --json names them all`] : [])
  ]
}
