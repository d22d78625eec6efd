import { type Engine, type LatentSpecification, pairsPerMillisecond } from '@sbridge/core'
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
