import { covariancesFrom, packedMoments } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import { densityKernel, packedLength } from '../../bridge/transition.js'
import { search } from '../../choose/search.js'
import { each } from '../../num/crew.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import type { ProgressEvent, Watch } from '../../num/iterate.js'
import { logSumExp, normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { arrivals } from './arrivals.js'
import type { Family, Smoothness } from './family.js'
import { familyTask } from './family-task.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { refineReference } from './rounds.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'
import { thin, weightsOf } from './snapshots.js'

interface SmoothnessTools {
  readonly problem: Omit<RoundsProblem, 'family'>
  readonly build: (smoothness: Smoothness) => Family
  /** σ at which a trial fits these snapshots, where it is not estimated. */
  readonly sigmaAt: (snapshots: readonly FitSnapshot[]) => Float64Array | undefined
  readonly watch?: Watch | undefined
}

/** Candidates, smoothest first: a rougher one has to be better by more than a standard error. */
export const CANDIDATES: readonly (readonly [lengthScale: number, amplitude: number])[] = [
  [4, 0.5],
  [2, 0.5],
  [1, 0.5],
  [1, 1.5]
]
/** Particles a snapshot and rounds of a trial fit. */
export const TRIAL_PARTICLES = 60
export const TRIAL_ROUNDS = 4

/** Training data of a trial, and the particles that judge it: `judged` at their time, predicted from the snapshot before. */
interface Trial {
  readonly train: readonly FitSnapshot[]
  readonly judges: readonly { readonly from: FitSnapshot; readonly seen: FitSnapshot }[]
}

/**
 * Length scale and amplitude of a smooth field from training data only: the smoothest pair whose trial fit gives about the
 * highest likelihood to what was left out. Those are one or two interior snapshots, in turn, where the flow over the doubled gap can still be
 * told from its reverse, else half of the particles of every snapshot. Cost: up to eight trial fits of a few rounds.
 * @source mathematics.md section 11.
 */
export async function chooseSmoothness(
  fixed: { lengthScale: number | 'auto'; amplitude: number | 'auto'; frequencyCount: number },
  tools: SmoothnessTools
): Promise<Smoothness> {
  const candidates = candidatesOf(fixed)
  if (candidates.length === 1) return candidates[0]!
  const { problem, build, sigmaAt, watch } = tools
  const found = await chooseBy(candidates, {
    ...{ snapshots: problem.snapshots, key: problem.key, stage: 'smoothness', watch },
    problemOf: async (smoothness, snapshots) => ({
      ...problem,
      family: build(smoothness),
      snapshots,
      sigma: sigmaAt(snapshots),
      rounds: TRIAL_ROUNDS
    })
  })
  if (found) return found
  throw new InputError({
    code: 'smoothness-failed',
    got: 'fields that explode at every smoothness that was tried',
    expected: 'data that a smooth drift can follow',
    try: 'setting the length scale and the amplitude by hand, or another reference'
  })
}

interface TrialTools<T> extends Pick<RoundsProblem, 'snapshots' | 'key'> {
  /** What is fitted to some snapshots under a setting. */
  readonly problemOf: (setting: T, snapshots: readonly FitSnapshot[]) => Promise<RoundsProblem>
  /**
   * Whether every interior snapshot is left out in turn, also where the flow over the doubled gap may be taken for its reverse, and
   * judged by its energy score: a likelihood hangs on the worst of them, that at which dynamics change.
   */
  readonly all?: boolean
  /**
   * Whether each half of the particles of every snapshot is left out in turn, never a snapshot: judged over the very intervals of the
   * fit, by the mean energy score of each snapshot, as particles of one are predicted well or badly together.
   */
  readonly halves?: boolean
  /** Standard errors that a setting may lose to the best and be taken for being simple; 1 when left out. */
  readonly allowance?: (setting: T) => number
  readonly stage: string
  readonly watch?: Watch | undefined
}

/** The first of the candidates that gives about the highest likelihood to what trial fits did not see; nothing where every fit fails. */
export async function chooseBy<T>(candidates: readonly T[], tools: TrialTools<T>): Promise<T | undefined> {
  const trials = trialsOf(tools)
  const { all = false, halves = false, problemOf, stage } = tools
  // A sign of life from inside a trial fit says no more than the search said last.
  let last: ProgressEvent = { stage, done: 0, total: candidates.length }
  const { progress, ...rest } = tools.watch ?? {}
  const tell = (event: ProgressEvent): void => {
    last = event
    progress?.(event)
  }
  const searching: Watch = { ...rest, progress: progress && tell }
  const watch: Watch = { ...rest, progress: progress && (() => progress(last)) }
  const fitOf = async (setting: T, { train, judges }: Trial): Promise<TrialFit> => ({
    ...(await problemOf(setting, train)),
    judges,
    all,
    halves
  })
  const work = trials.length * TRIAL_WORK * TRIAL_PARTICLES * tools.snapshots.length
  // Where there are threads, all parts of a setting at once; else one that is clearly worse on the first is spared the others.
  const known = new Map<T, Promise<(Float64Array | undefined)[]>>()
  const lossesAt = (setting: T): Promise<(Float64Array | undefined)[]> => {
    const fits = () => Promise.all(trials.map((trial) => fitOf(setting, trial)))
    const found = known.get(setting) ?? fits().then((some) => each(trialTask, some, { watch, work, stage }))
    known.set(setting, found)
    return found
  }
  const found = await search<T>(
    {
      stage: tools.stage,
      parts: trials.length,
      expected: candidates.length,
      order: (one, other) => candidates.indexOf(one) - candidates.indexOf(other),
      ...(tools.allowance && { allowance: tools.allowance }),
      moves: (tried) => (tried.length === 0 ? candidates : []),
      score: (setting, part) =>
        failing(async () => (watch.crew ? (await lossesAt(setting))[part] : lossesOf(await fitOf(setting, trials[part]!), watch)))
    },
    searching
  )
  return found?.setting
}

export function candidatesOf({ lengthScale, amplitude, frequencyCount }: Parameters<typeof chooseSmoothness>[0]): Smoothness[] {
  if (lengthScale !== 'auto' && amplitude !== 'auto') return [{ lengthScale, amplitude, frequencyCount }]
  const pairs = CANDIDATES.map(([l, a]) => [lengthScale === 'auto' ? l : lengthScale, amplitude === 'auto' ? a : amplitude] as const)
  const distinct = new Map(pairs.map((pair) => [pair.join(), pair]))
  return Array.from(distinct.values(), ([l, a]) => ({ lengthScale: l, amplitude: a, frequencyCount }))
}

function trialsOf({ snapshots, key, all: every, halves }: Pick<TrialTools<never>, 'snapshots' | 'key' | 'all' | 'halves'>): Trial[] {
  const few = (count: number): FitSnapshot[] =>
    snapshots.map(({ time, cloud: c }, k) => ({ time, cloud: thin(c.points, c.logWeights, count, keyFor(key, `trial ${k}`)) }))
  const left = halves ? [] : every ? snapshots.slice(1, -1).map((_, k) => k + 1) : resolvableSnapshots(snapshots)
  if (left.length > 0) {
    const all = few(TRIAL_PARTICLES)
    return left.map((k) => ({ train: all.filter((_, s) => s !== k), judges: [{ from: all[k - 1]!, seen: all[k]! }] }))
  }
  const half = (which: 0 | 1): FitSnapshot[] =>
    few(2 * TRIAL_PARTICLES).map(({ time, cloud: c }, k) => ({ time, cloud: halfOf(c, which, keyFor(key, `half ${k}`)) }))
  const parts = [half(0), half(1)] as const
  const judged = (train: readonly FitSnapshot[], seen: readonly FitSnapshot[]): Trial => ({
    train,
    judges: train.slice(1).map((_, k) => ({ from: train[k]!, seen: seen[k + 1]! }))
  })
  return halves ? [judged(...parts), judged(parts[1], parts[0])] : [judged(...parts)]
}

function halfOf({ points, logWeights }: Cloud, which: 0 | 1, key: Key): Cloud {
  const middle = Math.max(1, Math.floor(points.rows / 2))
  const order = permutation(key, points.rows)
  const chosen = which === 0 ? order.slice(0, middle) : order.slice(middle)
  return cloud(takeRows(points, chosen), normaliseLogWeights(Float64Array.from(chosen, (i) => logWeights[i]!)))
}

/** Snapshots left out in turn at most. */
export const MOST_LEFT_OUT = 2

/**
 * The interior snapshots about which the mean path turns least, if by less than a right angle: then the flow over the
 * doubled gap turns by less than two right angles and cannot be mistaken for its reverse.
 */
function resolvableSnapshots(snapshots: readonly FitSnapshot[]): number[] {
  const means = snapshots.map(({ cloud: c }) => packedMoments(c.points, weightsOf(c)).mean)
  const turns: { k: number; cosine: number }[] = []
  for (let k = 1; k + 1 < means.length; k++) {
    turns.push({ k, cosine: cosineBetween(difference(means[k]!, means[k - 1]!), difference(means[k + 1]!, means[k]!)) })
  }
  const resolvable = turns.filter(({ cosine }) => cosine > 0.1).sort((a, b) => b.cosine - a.cosine || a.k - b.k)
  return resolvable.slice(0, MOST_LEFT_OUT).map(({ k }) => k)
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!)
}

function cosineBetween(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0)
  return dot(a, b) / Math.sqrt(Math.max(dot(a, a) * dot(b, b), Number.MIN_VALUE))
}

/** A trial fit, and what judges it. */
interface TrialFit extends RoundsProblem, Pick<Trial, 'judges'> {
  readonly all: boolean
  readonly halves: boolean
}

/** Operations of a particle and interval of a trial fit, roughly. */
const TRIAL_WORK = 2e6

/** Minus the log-likelihood of every judging particle, or energy scores; undefined when the fit or its flow fails. */
const lossesOf = ({ judges, all, halves, ...problem }: TrialFit, watch?: Watch): Promise<Float64Array | undefined> =>
  failing(async () => {
    const { state } = await refineReference(problem, watch)
    const reference = workingReference(problem, state.theta, state.sigma)
    const losses = judges.flatMap(({ from, seen }) => {
      if (all || halves) {
        const points = arrivals(reference, from, { time: seen.time, key: keyFor(problem.key, `judge ${seen.time}`) })
        const scores = energyScores({ ...from.cloud, points }, seen.cloud)
        return halves ? [weightsOf(seen.cloud).reduce((sum, weight, j) => sum + weight * scores[j]!, 0)] : scores
      }
      const { means, unitCovariances } = fitTransitions(reference, from.cloud.points, [from.time, seen.time])
      const kernel = densityKernel({ means, covariances: covariancesFrom(unitCovariances, state.sigma) }, seen.cloud.points)
      return Array.from(logLikelihoods(kernel, from.cloud), (log) => -log)
    })
    return Float64Array.from(losses)
  })

async function failing<R>(run: () => Promise<R>): Promise<R | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

export const trialTask = familyTask('trials', lossesOf)

/** log Σ_i a_i k_ij for every later particle j. */
function logLikelihoods(kernel: ReturnType<typeof densityKernel>, from: Cloud): Float64Array {
  const terms = Array.from({ length: kernel.cols }, () => new Float64Array(kernel.rows))
  const row = new Float64Array(kernel.cols)
  for (let i = 0; i < kernel.rows; i++) {
    kernel.fillRow(i, row)
    for (let j = 0; j < kernel.cols; j++) terms[j]![i] = row[j]! + from.logWeights[i]!
  }
  return Float64Array.from(terms, logSumExp)
}

/**
 * E‖X − y_j‖ − ½ E‖X − X′‖ of every particle y_j, in spreads of the seen particles, X what was predicted, X′ never the same of them:
 * in distances, so that no single particle decides.
 * @source Gneiting, Raftery, *Strictly proper scoring rules, prediction, and estimation*, 2007; Ferro, *Fair scores for ensemble
 * forecasts*, 2014.
 */
function energyScores(predicted: Cloud, { points, logWeights }: Cloud): number[] {
  const d = points.cols
  const { covariance } = packedMoments(points, logWeights.map(exp))
  const spread = Float64Array.from({ length: d }, (_, a) => Math.sqrt(Math.max(covariance[packedLength(a) + a]!, Number.MIN_VALUE)))
  const from = predicted.points.data
  const weights = weightsOf(predicted)
  const meanDistance = (to: Matrix, j: number): number => {
    let sum = 0
    for (let i = 0; i < weights.length; i++) {
      let squares = 0
      for (let a = 0; a < d; a++) squares += ((from[i * d + a]! - to.data[j * d + a]!) / spread[a]!) ** 2
      sum += weights[i]! * Math.sqrt(squares)
    }
    return sum
  }
  const same = weights.reduce((sum, weight) => sum + weight * weight, 0)
  const within =
    weights.reduce((sum, weight, i) => sum + weight * meanDistance(predicted.points, i), 0) / Math.max(1 - same, Number.MIN_VALUE)
  return Array.from({ length: points.rows }, (_, j) => meanDistance(points, j) - within / 2)
}
