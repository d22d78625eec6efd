import { searchSteps } from '../../draw/generator.js'
import { STEPS_ON_ALL } from '../../draw/landmarked.js'
import { typicalAboveTies } from '../../kernel/bandwidth.js'
import { type Engine, QUICK_WORK, ROUGH_COST } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { settle } from '../../num/checksum.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { keyFromSeed, normals, permutation } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { contestDraws, contestFolds } from '../global/contest-folds.js'
import { CONTEST_BUDGET, CONTEST_CHAINS } from '../global/entrant.js'
import { SEARCH_BUDGET } from '../global/model.js'
import type { Plan } from '../system.js'

/** Sizes that decide how long a job takes. */
export interface JobSize {
  readonly rowCount: number
  /** Coordinates that kernels compare. */
  readonly dimension: number
  readonly drawnRows: number
  readonly steps: number
  readonly automaticBandwidth: boolean
  readonly comparesScalings: boolean
  /** How many, where they are compared; default 2. */
  readonly scalings?: number
  /** Kernel passes a step: 1, or more when categories are swept. */
  readonly passesPerStep: number
  /** Rows that scalings of all rows are found on; default all. */
  readonly landmarks?: number | undefined
  /** Rows that a bandwidth search and a comparison of scalings look at. Default at most 2,500 and 2,000. */
  readonly searchRows?: number | undefined
  readonly contestRows?: number | undefined
  /** Drawn rows that stand in memory together; default all. */
  readonly heldRows?: number | undefined
  /** Where rows are drawn under conditions or observations. */
  readonly known?: KnownSize | undefined
}

/** Sizes that decide how long what is known about the rows takes to come in. */
export interface KnownSize {
  readonly conditions: number
  /** Settings of bandwidth and ridge that are tried on held-out rows, over all sets of columns that conditions name. */
  readonly trials: number
  /** Bandwidths at which the chain without observations is looked at. Default 1. */
  readonly looks?: number
  /** Coordinates of a local Gaussian: the numeric ones. */
  readonly coordinateCount: number
  /** Local Gaussians a step: one, or one for each combination of categories. */
  readonly partCount: number
  /** Observations or a likelihood. */
  readonly observes: boolean
}

/** Query-point pairs of every stage, an upper estimate: low dimensions skip most of them. */
interface JobEstimate {
  readonly stages: readonly { readonly stage: string; readonly pairs: number }[]
  readonly pairs: number
  /** Working memory in bytes, besides the process itself. */
  readonly bytes: number
}

/** Turns of a scaling from nothing, each of which takes a pair of rows once, of one to 1e-3, and of one for the draws of a group of categories. */
const TURNS = { cold: 11, rough: 6, group: 4 }
/** Values of ε that a search tries from nothing, or from an ε that was found before. */
const EVALUATIONS = { cold: 3, warm: 2.5 }

/** What a step of one chain costs, as pairs: a draw, and the picks in float32 that come before it. */
const stepPairs = (rows: number, passesPerStep: number): number => rows * (1.5 + 0.5 * (passesPerStep - 1))

const scalingPairs = (rows: number, turns: number): number => 0.5 * turns * rows * rows

/** Turns on all rows that a scaling by landmarks asks for besides their own, one on every other table, and rows at which it looks whether it does. */
const LANDMARKS = { turns: 0.5, probes: 1000 }

function wholeScalingPairs({ rowCount: m, landmarks }: JobSize, turns: number): number {
  if (landmarks === undefined || landmarks >= m) return scalingPairs(m, turns)
  return scalingPairs(landmarks, turns) + ROUGH_COST * (m * (landmarks + LANDMARKS.probes) + scalingPairs(m, LANDMARKS.turns))
}

/** What all steps of one chain cost: with landmarks all but the last are taken on these. */
function chainPairs({ rowCount, dimension, steps, landmarks, passesPerStep }: JobSize): number {
  if (landmarks === undefined || landmarks >= rowCount) {
    const quick = rowCount * (2 * dimension + 12) > QUICK_WORK
    return (quick ? ROUGH_COST : 1) * steps * stepPairs(rowCount, passesPerStep)
  }
  const last = Math.min(steps, STEPS_ON_ALL)
  return ROUGH_COST * (last * stepPairs(rowCount, passesPerStep) + (steps - last) * stepPairs(landmarks, passesPerStep))
}

/** A sweep makes two passes besides one for each group of categories, and scales for each group. */
const groupsOf = (passesPerStep: number): number => Math.max(0, passesPerStep - 2)
const groupScalingPairs = (rows: number, passesPerStep: number): number => groupsOf(passesPerStep) * scalingPairs(rows, TURNS.group)

const stepsOf = (passesPerStep: number): number => searchSteps(passesPerStep > 1 ? 'sweep' : 'none')

/** Pairs a bandwidth search evaluates: in float32 scalings from warm starts and chains; distances. */
function searchPairs(
  rows: number,
  evaluations: number,
  { passesPerStep, most = 1000 }: { passesPerStep: number; most?: number | undefined }
): number {
  const chains = passesPerStep > 2 ? 500 : Math.max(500, Math.min(rows, most))
  const scalings = scalingPairs(rows, TURNS.rough) + groupScalingPairs(rows, passesPerStep)
  return evaluations * (ROUGH_COST * (scalings + stepsOf(passesPerStep) * chains * stepPairs(rows, passesPerStep)) + chains * rows)
}

/** Whether a contest looks at all rows: then the model's bandwidth is found in it. */
const contestsAll = ({ rowCount, comparesScalings, contestRows = CONTEST_BUDGET.most }: JobSize): boolean =>
  comparesScalings && contestRows >= rowCount

/** Pairs of all entrants of a contest: a search, and in each fold a scaling and as many rows as are held out, up to three times. */
function contestPairs(size: JobSize): number {
  const { rowCount, passesPerStep, contestRows = CONTEST_BUDGET.most, scalings: entrants = 2 } = size
  const { parts, scored } = contestFolds(rowCount)
  const fitted = Math.min(rowCount, contestRows) * (1 - 1 / parts)
  const searched = contestsAll(size) ? rowCount : fitted
  const evaluations = EVALUATIONS.cold + (entrants - 1) * (contestsAll(size) ? EVALUATIONS.cold : EVALUATIONS.warm)
  const heldOut = fitted / (parts - 1)
  const drawn = heldOut * contestDraws(heldOut)
  const scalings = scalingPairs(fitted, TURNS.rough) + groupScalingPairs(fitted, passesPerStep)
  const fold = ROUGH_COST * (scalings + stepsOf(passesPerStep) * drawn * stepPairs(fitted, passesPerStep))
  const most = contestsAll(size) ? undefined : CONTEST_CHAINS
  return searchPairs(searched, evaluations, { passesPerStep, most }) + entrants * scored * fold
}

/** Rows that a trial of a condition's bandwidth holds out at most (of what is clearly worse only a third is drawn), chains for each, steps of each, rows that it is fitted on, parts that are each drawn from a fit of their own, and its passes: kernels are wide as a rule. */
const TRIAL = { heldOut: 300, scored: 0.7, chains: 3, steps: 2, rows: 1000, parts: 3, passes: 3 }
/** Chains of a posterior at least, powers that its likelihood usually takes with two steps each, and the chain without it. */
const POSTERIOR = { chains: 256, powers: 2, unconditioned: 1000, steps: 20 }

/**
 * What an informed step of one chain costs, as pairs: moments with their covariance, a part's blocks filled up, and the
 * algebra of a Gaussian a part. Measured at d = 4 to 10 and 200 to 600 rows.
 */
function informedPairs(rows: number, { coordinateCount, partCount }: KnownSize): number {
  return (rows + 32 * partCount) * (0.7 + coordinateCount / 8) + 250 * partCount
}

function knownStages({ rowCount, drawnRows, steps, known }: JobSize & { known: KnownSize }): { stage: string; pairs: number }[] {
  const fitted = Math.min((2 * rowCount) / 3, TRIAL.rows)
  const held = TRIAL.scored * Math.min(TRIAL.heldOut, rowCount) * TRIAL.chains * TRIAL.steps * informedPairs(fitted, known)
  const step = informedPairs(rowCount, known)
  const chains = known.observes ? Math.max(drawnRows, POSTERIOR.chains) : drawnRows
  const prior = Math.min(POSTERIOR.unconditioned, rowCount / 2) * POSTERIOR.steps * step
  return [
    ...(known.trials > 0
      ? [{ stage: 'choosing the conditional bandwidth', pairs: known.trials * (held + TRIAL.parts * TRIAL.passes * fitted * fitted) }]
      : []),
    ...(known.observes
      ? [
          {
            stage: 'the chain without observations',
            pairs: prior + ((known.looks ?? 1) - 1) * (prior + scalingPairs(rowCount, TURNS.rough))
          },
          { stage: 'bringing the observations in', pairs: 2 * (POSTERIOR.powers - 1) * chains * step }
        ]
      : []),
    { stage: 'sampling', pairs: steps * chains * step }
  ]
}

/** How many kernel evaluations a job needs, by stage. `drawnRows` are those of all conditions together. */
export function estimateJob(size: JobSize): JobEstimate {
  const { rowCount: m, dimension: d, drawnRows: n } = size
  const search = Math.min(m, size.searchRows ?? SEARCH_BUDGET.most)
  const evaluations = size.comparesScalings ? EVALUATIONS.warm : EVALUATIONS.cold
  const searches = size.automaticBandwidth && !contestsAll(size)
  const stages = [
    { stage: 'choosing the scaling', pairs: size.comparesScalings ? contestPairs(size) : 0 },
    { stage: 'choosing the bandwidth', pairs: searches ? searchPairs(search, evaluations, size) : 0 },
    { stage: 'scaling', pairs: wholeScalingPairs(size, TURNS.cold) },
    ...(size.known
      ? knownStages({ ...size, known: size.known })
      : [
          {
            stage: 'sampling',
            pairs: n * chainPairs(size) + groupsOf(size.passesPerStep) * wholeScalingPairs(size, TURNS.group)
          }
        ])
  ]
  return { stages, pairs: stages.reduce((sum, { pairs }) => sum + pairs, 0), bytes: 8 * (m + (size.heldRows ?? n)) * (d + 4) * 6 }
}

/**
 * Seconds of a job that no pair accounts for: loading, kinds of columns, and code that is compiled as it is first used. They are 0.8
 * of an embedding of penguins, 2.4 of drawing 50,000 × 2 and 2.5 of penguins, with their many small calls.
 */
const BEYOND_PAIRS = 1.2

/** Seconds a row of a fit that no pair accounts for: keys, rules and kinds, the order of clouds, memory that they are written to. 12 s of 1,000,000 × 3, 3.5 of 300,000. */
export const ROW_SECONDS = 1.2e-5

/** Seconds that the forests take which judge a contest of scalings: 0.8 of 344 × 7, 1.0 of 50,000 × 2 and of 5,000 × 10. */
export const CONTEST_SECONDS = 0.9

/** Seconds that a job takes where so many pairs go in a millisecond. */
export const secondsOf = ({ pairs, besides = 0 }: Pick<Plan, 'pairs' | 'besides'>, perMillisecond: number): number =>
  BEYOND_PAIRS + besides + pairs / perMillisecond / 1000

/**
 * Rows that a measurement of speed starts from: so few that a call is over before a busy machine's scheduler takes the processor away,
 * which calls of 128 rows were not (speeds of 14 to 182 million pairs a second where calls of 32 rows had 89 to 171).
 */
const MEASURED_ROWS = 32
/** Of many points more rows, as a call looks over all their weights once, whatever it is asked for. */
const POINTS_PER_ROW = 1000
/** Places among the points that such rows lie together at, as the rows of an engine's units do: what is far from all of them is left out at once. */
const MEASURED_PLACES = 4
/** Made-up numbers that it goes to, as many as 4,096 points of 16 coordinates have: a call takes about a millisecond, whatever the coordinates. */
const MEASURED_NUMBERS = 65_536
/** Calls, and milliseconds, that a measurement takes at least: by then the engine's code is compiled for good; the shortest time a call can be told to take. */
const LEAST_CALLS = 2
const LEAST_TIME = 100
const SHORTEST_TIME = 0.01

/** How closely pairs are timed. */
export interface Timing {
  /** Of points that many apart alone, which takes as much less time; of fewer points a smaller part can be left out, so that pairs go no faster. */
  readonly every?: number
  /** A speed that tells what is to be known; more calls would only find a faster one. */
  readonly isEnough?: (perMillisecond: number) => boolean
}

/**
 * Pairs per millisecond that an engine does, those it can leave out counted in: a few calls from some of these points, each
 * with its nearest neighbours, to all of them [M, d], at an ε as is usually chosen; or at so many coordinates, on made-up points of
 * which none can be left out.
 */
export async function pairsPerMillisecond(
  engine: Engine,
  timed: Plan['timed'],
  now: () => number,
  { every = 1, isEnough = () => false }: Timing = {}
): Promise<number> {
  const { from, to, epsilon } = typeof timed === 'number' ? madeUp(timed) : await taken(engine, timed(every))
  const [all, log] = [cloud(to), new Float64Array(to.rows)]
  const calls = from.map((rows) => ({
    pair: { from: cloud(rows), to: all, kernel: gaussianKernel(epsilon) },
    fastest: Number.POSITIVE_INFINITY
  }))
  const ask = ({ pair }: (typeof calls)[number]) => engine.mean(pair, log, to)
  const pairs = from.reduce((sum, { rows }) => sum + rows * to.rows, 0)
  const speed = () => pairs / calls.reduce((sum, { fastest }) => sum + Math.max(fastest, SHORTEST_TIME), 0)
  // The first one uploads the points, and waits for what is compiled.
  await ask(calls[0]!)
  const start = now()
  // The fastest call counts: others may have waited for the processor.
  for (let times = 0; (times < LEAST_CALLS || now() - start < LEAST_TIME) && !isEnough(speed()); times++)
    for (const call of calls) {
      const before = now()
      await ask(call)
      call.fastest = Math.min(call.fastest, now() - before)
    }
  return speed()
}

interface Measured {
  readonly from: readonly Matrix[]
  readonly to: Matrix
  readonly epsilon: number
}

function madeUp(dimension: number): Measured {
  const some = (n: number, chain: number) => matrix(n, dimension, normals(keyFromSeed(1), n * dimension, chain))
  const points = Math.min(4096, Math.max(MEASURED_ROWS, Math.ceil(MEASURED_NUMBERS / dimension)))
  return { from: [some(MEASURED_ROWS, 0)], to: some(points, 1), epsilon: 0.5 }
}

async function taken(engine: Engine, points: Matrix): Promise<Measured> {
  // Or each call would look whether they were changed.
  settle(points.data)
  const rows = permutation(keyFromSeed(1), points.rows)
  const nearest = (some: Uint32Array, count: number) =>
    engine.nearest({ from: cloud(takeRows(points, some)), to: cloud(points), kernel: gaussianKernel(1) }, count)
  const some = rows.subarray(0, MEASURED_ROWS)
  const count = Math.min(2, points.rows)
  const { squaredDistances } = await nearest(some, count)
  const spacing = typicalAboveTies(Float64Array.from(some, (_, i) => squaredDistances[(i + 1) * count - 1]!))
  const beside = Math.min(points.rows, Math.max(MEASURED_ROWS, Math.ceil(points.rows / POINTS_PER_ROW)))
  const { indices } = await nearest(rows.subarray(0, MEASURED_PLACES), beside)
  const places = Math.min(MEASURED_PLACES, points.rows)
  return {
    from: Array.from({ length: places }, (_, k) => takeRows(points, indices.subarray(k * beside, (k + 1) * beside))),
    to: points,
    epsilon: spacing > 0 ? spacing : 0.5
  }
}
