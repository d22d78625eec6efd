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
function searchPairs(rows: number, evaluations: number): number {
  const chains = Math.max(500, Math.min(rows, 1000))
  return evaluations * (rows * rows * 6 + 2 * 20 * chains * rows + chains * rows)
}

/** How many kernel evaluations a job needs, by stage. */
export function estimateJob(size: JobSize): JobEstimate {
  const { rowCount: m, dimension: d, drawnRows: n } = size
  const search = Math.min(m, SEARCH_ROWS)
  const { parts, scored } = contestFolds(m)
  const contest = Math.min(m, CONTEST_ROWS) * (1 - 1 / parts)
  const chains = (contest / (parts - 1)) * 2 * 20 * contest
  const stages = [
    {
      stage: 'choosing the scaling',
      pairs: size.comparesScalings ? 2 * (searchPairs(contest, 8) + scored * (contest * contest * 10 + chains)) : 0
    },
    { stage: 'choosing the bandwidth', pairs: size.automaticBandwidth ? searchPairs(search, 10) : 0 },
    { stage: 'scaling', pairs: m * m * TURNS },
    { stage: 'sampling', pairs: 1.5 * size.steps * n * m * size.passesPerStep }
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
