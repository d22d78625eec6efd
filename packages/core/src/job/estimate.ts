import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { contestFolds } from '../systems/global/choose-scaling.js'

/** Sizes that decide how long a job takes. */
export interface JobSize {
  readonly rowCount: number
  /** Coordinates that kernels compare. */
  readonly dimension: number
  readonly drawnRows: number
  readonly steps: number
  readonly automaticBandwidth: boolean
  readonly comparesScalings: boolean
  /** Kernel passes a step: 1, or more when categories are swept. */
  readonly passesPerStep: number
  /** Where rows are drawn under conditions or observations. */
  readonly known?: KnownSize | undefined
}

/** Sizes that decide how long what is known about the rows takes to come in. */
export interface KnownSize {
  readonly conditions: number
  /** Settings of bandwidth and ridge that are tried on held-out rows, over all sets of columns that conditions name. */
  readonly trials: number
  /** Coordinates of a local Gaussian: the numeric ones. */
  readonly coordinateCount: number
  /** Local Gaussians a step: one, or one for each combination of categories. */
  readonly partCount: number
  /** Observations or a likelihood. */
  readonly observes: boolean
}

/** Query-point pairs of every stage, an upper estimate: low dimensions skip most of them. */
export interface JobEstimate {
  readonly stages: readonly { readonly stage: string; readonly pairs: number }[]
  readonly pairs: number
  /** Working memory in bytes, besides the process itself. */
  readonly bytes: number
}

const TURNS = 14
const SEARCH_ROWS = 5000
const CONTEST_ROWS = 2000

/** Pairs a bandwidth search evaluates: scalings from warm starts, chains of 20 steps, distances. */
function searchPairs(rows: number, evaluations: number, passesPerStep: number): number {
  const chains = passesPerStep > 2 ? 500 : Math.max(500, Math.min(rows, 1000))
  return evaluations * (rows * rows * 6 + 2 * 20 * chains * rows * passesPerStep + chains * rows)
}

/** Rows that a trial of a condition's bandwidth holds out at most, draws for each, steps of each, and rows that it is fitted on. */
const TRIAL = { heldOut: 200, draws: 9, steps: 5, rows: 1000 }
/** Chains of a posterior at least, powers that its likelihood usually takes with two steps each, and the chain without it. */
const POSTERIOR = { chains: 256, powers: 4, unconditioned: 1000, unconditionedSteps: 20 }

/**
 * What an informed step of one chain costs, as pairs: moments with their covariance, a part's blocks filled up, and the
 * algebra of a Gaussian a part. Measured at d = 4 to 10 and 200 to 600 rows.
 */
function informedPairs(rows: number, { coordinateCount, partCount }: KnownSize): number {
  return (rows + 32 * partCount) * (0.7 + coordinateCount / 8) + 250 * partCount
}

function knownStages({ rowCount, drawnRows, steps, known }: JobSize & { known: KnownSize }): { stage: string; pairs: number }[] {
  const fitted = Math.min((2 * rowCount) / 3, TRIAL.rows)
  const folds = rowCount < 600 ? 3 : 1
  const held = Math.min(TRIAL.heldOut, rowCount / 3) * TRIAL.draws * TRIAL.steps * informedPairs(fitted, known)
  const step = informedPairs(rowCount, known)
  const chains = known.observes ? Math.max(drawnRows, POSTERIOR.chains) : drawnRows
  const prior = Math.min(POSTERIOR.unconditioned, rowCount / 2) * POSTERIOR.unconditionedSteps * step
  return [
    { stage: 'choosing the conditional bandwidth', pairs: known.trials * (held + folds * fitted * fitted * 10) },
    ...(known.observes
      ? [
          { stage: 'the chain without observations', pairs: prior },
          { stage: 'bringing the observations in', pairs: 2 * POSTERIOR.powers * chains * step }
        ]
      : []),
    { stage: 'sampling', pairs: steps * chains * step }
  ]
}

/** How many kernel evaluations a job needs, by stage. `drawnRows` are those of all conditions together. */
export function estimateJob(size: JobSize): JobEstimate {
  const { rowCount: m, dimension: d, drawnRows: n } = size
  const search = Math.min(m, SEARCH_ROWS)
  const { parts, scored } = contestFolds(m)
  const contest = Math.min(m, CONTEST_ROWS) * (1 - 1 / parts)
  const chains = (contest / (parts - 1)) * 2 * 20 * contest * size.passesPerStep
  const stages = [
    {
      stage: 'choosing the scaling',
      pairs: size.comparesScalings ? 2 * (searchPairs(contest, 8, size.passesPerStep) + scored * (contest * contest * 10 + chains)) : 0
    },
    { stage: 'choosing the bandwidth', pairs: size.automaticBandwidth ? searchPairs(search, 10, size.passesPerStep) : 0 },
    { stage: 'scaling', pairs: m * m * TURNS },
    ...(size.known
      ? knownStages({ ...size, known: size.known })
      : [{ stage: 'sampling', pairs: 1.5 * size.steps * n * m * size.passesPerStep }])
  ]
  return { stages, pairs: stages.reduce((sum, { pairs }) => sum + pairs, 0), bytes: 8 * (m + n) * (d + 4) * 6 }
}

/** Smallest sample of pairs per millisecond that an engine does at this dimension: a few dense calls on made-up points. */
export async function pairsPerMillisecond(engine: Engine, dimension: number, now: () => number): Promise<number> {
  const points = (n: number, chain: number) => cloud(matrix(n, dimension, normals(keyFromSeed(1), n * dimension, chain)))
  const pair = { from: points(256, 0), to: points(4096, 1), kernel: gaussianKernel(0.5) }
  const log = new Float64Array(4096)
  await engine.logSum(pair, log)
  const start = now()
  let calls = 0
  while (now() - start < 30) {
    await engine.mean(pair, log, pair.to.points)
    calls++
  }
  return (calls * 256 * 4096) / (now() - start)
}
