import { weightedMoments } from '../../bridge/noise-size.js'
import { transitionsOf } from '../../bridge/reference-transitions.js'
import { densityKernel } from '../../bridge/transition.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { logSumExp, normaliseLogWeights } from '../../num/log-space.js'
import { takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import type { Family } from './family.js'
import { FIT_TOLERANCES, type FitSnapshot, type RoundsProblem, refineReference, workingReference } from './rounds.js'
import type { Smoothness } from './smooth-field.js'
import { thin, weightsOf } from './snapshots.js'

export interface SmoothnessTools {
  readonly problem: Omit<RoundsProblem, 'family'>
  readonly build: (smoothness: Smoothness) => Family
  readonly watch?: Watch | undefined
}

/** Candidates, smoothest first: a rougher one has to be better, not equal. */
const LENGTH_SCALES = [4, 2, 1]
const AMPLITUDES = [0.3, 1.5]
/** Particles a snapshot and rounds of a trial fit. */
const TRIAL_PARTICLES = 40
const TRIAL_ROUNDS = 4

/** Training data of a trial, and the particles that judge it: `judged` at their time, predicted from the snapshot before. */
interface Trial {
  readonly train: readonly FitSnapshot[]
  readonly judges: readonly { readonly from: FitSnapshot; readonly seen: FitSnapshot }[]
}

/**
 * Length scale and amplitude of a smooth field from training data only: the pair whose trial fit gives the highest mean
 * log-likelihood to what was left out. That is a whole interior snapshot where the flow over the doubled gap can still be
 * told from its reverse, else half of the particles of every snapshot. Cost: six trial fits of a few rounds.
 * @source mathematics.md section 11.
 */
export async function chooseSmoothness(
  fixed: { lengthScale: number | 'auto'; amplitude: number | 'auto'; frequencyCount: number },
  tools: SmoothnessTools
): Promise<Smoothness> {
  const candidates = candidatesOf(fixed)
  if (candidates.length === 1) return candidates[0]!
  const trial = trialOf(tools.problem)
  let best: { smoothness: Smoothness; score: number } | undefined
  for (const [k, smoothness] of candidates.entries()) {
    const score = await scoreOf(smoothness, trial, tools)
    tools.watch?.progress?.({ stage: 'smoothness', done: k + 1, total: candidates.length })
    if (score !== undefined && (!best || score > best.score)) best = { smoothness, score }
  }
  if (best) return best.smoothness
  throw new InputError({
    code: 'smoothness-failed',
    got: 'fields that explode at every smoothness that was tried',
    expected: 'data that a smooth drift can follow',
    try: 'setting the length scale and the amplitude by hand, or another reference'
  })
}

function candidatesOf({ lengthScale, amplitude, frequencyCount }: Parameters<typeof chooseSmoothness>[0]): Smoothness[] {
  const lengths = lengthScale === 'auto' ? LENGTH_SCALES : [lengthScale]
  const amplitudes = amplitude === 'auto' ? AMPLITUDES : [amplitude]
  return lengths.flatMap((l) => amplitudes.map((a) => ({ lengthScale: l, amplitude: a, frequencyCount })))
}

function trialOf({ snapshots, key }: Omit<RoundsProblem, 'family'>): Trial {
  const few = snapshots.map(({ time, cloud: c }, k) => ({
    time,
    cloud: thin(c.points, c.logWeights, 2 * TRIAL_PARTICLES, keyFor(key, `trial ${k}`))
  }))
  const left = resolvableSnapshot(few)
  const half = (c: Cloud, which: 0 | 1, k: number): Cloud => halfOf(c, which, keyFor(key, `half ${k}`))
  if (left !== undefined) {
    const train = few.map((s, k) => ({ time: s.time, cloud: half(s.cloud, 0, k) })).filter((_, k) => k !== left)
    return { train, judges: [{ from: train[left - 1]!, seen: few[left]! }] }
  }
  const train = few.map((s, k) => ({ time: s.time, cloud: half(s.cloud, 0, k) }))
  const seen = few.map((s, k) => ({ time: s.time, cloud: half(s.cloud, 1, k) }))
  return { train, judges: train.slice(1).map((_, k) => ({ from: train[k]!, seen: seen[k + 1]! })) }
}

function halfOf({ points, logWeights }: Cloud, which: 0 | 1, key: Key): Cloud {
  const middle = Math.max(1, Math.floor(points.rows / 2))
  const order = permutation(key, points.rows)
  const chosen = which === 0 ? order.slice(0, middle) : order.slice(middle)
  return cloud(takeRows(points, chosen), normaliseLogWeights(Float64Array.from(chosen, (i) => logWeights[i]!)))
}

/**
 * The interior snapshot about which the mean path turns least, if by less than a right angle: then the flow over the
 * doubled gap turns by less than two right angles and cannot be mistaken for its reverse.
 */
function resolvableSnapshot(snapshots: readonly FitSnapshot[]): number | undefined {
  const means = snapshots.map(({ cloud: c }) => weightedMoments(c.points, weightsOf(c)).mean)
  let best: number | undefined
  let largest = 0.1
  for (let k = 1; k + 1 < means.length; k++) {
    const cosine = cosineBetween(difference(means[k]!, means[k - 1]!), difference(means[k + 1]!, means[k]!))
    if (cosine > largest) {
      largest = cosine
      best = k
    }
  }
  return best
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!)
}

function cosineBetween(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0)
  return dot(a, b) / Math.sqrt(Math.max(dot(a, a) * dot(b, b), Number.MIN_VALUE))
}

/** Mean log-likelihood of the judging particles; undefined when the fit or its flow fails. */
async function scoreOf(
  smoothness: Smoothness,
  { train, judges }: Trial,
  { problem, build, watch }: SmoothnessTools
): Promise<number | undefined> {
  const own: RoundsProblem = { ...problem, family: build(smoothness), snapshots: train, rounds: TRIAL_ROUNDS }
  try {
    const { state } = await refineReference(own, { stop: watch?.stop })
    const reference = workingReference(own, state.theta, state.sigma)
    let total = 0
    for (const { from, seen } of judges) {
      const transitions = transitionsOf(reference, from.cloud.points, [from.time, seen.time], FIT_TOLERANCES)
      total += meanLogLikelihood(densityKernel(transitions, seen.cloud.points), from.cloud, seen.cloud)
    }
    return Number.isFinite(total) ? total / judges.length : undefined
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/** Σ_j b_j log Σ_i a_i k_ij. */
function meanLogLikelihood(kernel: ReturnType<typeof densityKernel>, from: Cloud, to: Cloud): number {
  const terms = Array.from({ length: kernel.cols }, () => new Float64Array(kernel.rows))
  const row = new Float64Array(kernel.cols)
  for (let i = 0; i < kernel.rows; i++) {
    kernel.fillRow(i, row)
    for (let j = 0; j < kernel.cols; j++) terms[j]![i] = row[j]! + from.logWeights[i]!
  }
  return terms.reduce((sum, column, j) => sum + exp(to.logWeights[j]!) * logSumExp(column), 0)
}
