import { drawWindow } from '../draw/window-chain.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import type { Law } from '../law/law.js'
import { isStill } from '../law/mixture.js'
import { drawTarget, lawAt } from '../law/target-law.js'
import { type FieldRows, rowsOf, type Unit } from '../law/units.js'
import { fitWindow, type WindowBandwidth, type WindowContext, type WindowRows, windowLaw } from '../law/window.js'
import { normalCdf } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { uniformLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { fillNormal, type Key, keyFor, permutation } from '../num/random.js'
import { median, sorted } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'

/** What a choice of bandwidths saw. Plain JSON. */
export interface WindowChoice {
  /** ε of the given coordinates. */
  readonly given: number
  /** ε of the drawn coordinates over their variance given the others, or `free`. */
  readonly targetFactor: number | 'free'
  /** Held-out score for every pair tried, over that of one global linear law (less is better). */
  readonly curve: readonly { readonly given: number; readonly targetFactor: number | 'free'; readonly score: number }[]
  /** Held-out score at the choice, in units of the targets. */
  readonly score: number
  /** Rows fitted on and held out. */
  readonly rowCount: number
}

export interface WindowSearch {
  /** Windows alike in shape; one choice is made for all of them. At least one, each with a given. */
  readonly problems: readonly WindowRows[]
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Rows that a trial is fitted on and scored on, at most, and draws for each of these: an energy score of as many is good to 3 %. */
const MOST_TRAINING = 1500
const MOST_HELD_OUT = 240
const DRAWS = 32
const FACTORS = [4, 1, 0.25]
/** A finer kernel must earn its cost: its score is to be less by this share. */
const GAIN = 0.01
/** Kolmogorov–Smirnov distance times √n beyond which held-out residuals are not Gaussian (false alarms: 1 in 100). */
const NOT_GAUSSIAN = 1.63
/** Among given bandwidths as good as the best to this share, the largest is taken: it averages over more rows. */
const TIE = 0.001

/**
 * Chooses the bandwidths of windows by held-out energy score (for one target the CRPS) of the targets given the givens:
 * first ε of the givens, from almost global down by factors of 4 until it stops helping; then, when held-out residuals
 * are not Gaussian, whether a kernel on the targets is worth it. Cost: about 10 fits of each problem on at most 1,500 rows.
 */
export async function chooseWindowBandwidth(search: WindowSearch): Promise<WindowChoice> {
  const { problems, key, watch } = search
  if (problems.length === 0 || problems.some((rows) => rows.givens.cols === 0)) {
    throw new InputError({ code: 'window-problems', got: 'no window with a given', expected: 'at least one', try: 'adding neighbours' })
  }
  const splits = problems.map((rows, p) => split(rows, keyFor(key, `split ${p}`)))
  const curve: { given: number; targetFactor: number | 'free'; score: number }[] = []
  let base = 0
  const scoreAt = async (given: number, targetFactor: number | 'free'): Promise<number> => {
    throwIfStopped(watch, 'choosing the bandwidth')
    const score = await averageScore(splits, { given, targetFactor }, search)
    if (base === 0) base = score > 0 ? score : 1
    curve.push({ given, targetFactor, score: score / base })
    watch?.progress?.({ stage: 'choosing the bandwidth', done: Math.min(curve.length, 14), total: 14 })
    return score / base
  }
  const given = await descend(spreadOf(problems), await nearestOf(splits, search.engine), (epsilon) => scoreAt(epsilon, 'free'))
  let best: { targetFactor: number | 'free'; score: number } = { targetFactor: 'free', score: given.score * (1 - GAIN) }
  const gaussian = await gaussianDistance(splits, given.epsilon, search)
  for (const targetFactor of gaussian > NOT_GAUSSIAN ? FACTORS : []) {
    const score = await scoreAt(given.epsilon, targetFactor)
    if (score < best.score) best = { targetFactor, score }
    else if (best.targetFactor !== 'free') break
  }
  const score = (best.targetFactor === 'free' ? given.score : best.score) * base
  return { given: given.epsilon, targetFactor: best.targetFactor, curve, score, rowCount: splits[0]!.training.targets.rows }
}

/** From 4 spreads down by factors of 4 until two in a row are worse; then the factors of 2 beside the best. */
async function descend(
  spread: number,
  nearest: number,
  scoreAt: (epsilon: number) => Promise<number>
): Promise<{ epsilon: number; score: number }> {
  const tried: { epsilon: number; score: number }[] = []
  const visit = async (epsilon: number) => tried.push({ epsilon, score: await scoreAt(epsilon) })
  let best = 0
  for (let epsilon = 4 * spread; tried.length < 10 && (epsilon > nearest / 4 || tried.length < 2); epsilon /= 4) {
    await visit(epsilon)
    if (tried[tried.length - 1]!.score < tried[best]!.score) best = tried.length - 1
    if (tried.length - 1 - best >= 2) break
  }
  const middle = tried[best]!.epsilon
  await visit(middle * 2)
  await visit(middle / 2)
  const least = Math.min(...tried.map((point) => point.score))
  return tried.filter((point) => point.score <= least * (1 + TIE)).reduce((a, b) => (b.epsilon > a.epsilon ? b : a))
}

/** Mean variance of a given, over all problems. */
function spreadOf(problems: readonly WindowRows[]): number {
  let sum = 0
  let count = 0
  for (const { givens } of problems) {
    for (let c = 0; c < givens.cols; c++) {
      let mean = 0
      for (let i = 0; i < givens.rows; i++) mean += givens.data[i * givens.cols + c]! / givens.rows
      for (let i = 0; i < givens.rows; i++) sum += (givens.data[i * givens.cols + c]! - mean) ** 2 / givens.rows
      count++
    }
  }
  return sum > 0 ? sum / count : 1
}

async function nearestOf(splits: readonly Split[], engine: Engine): Promise<number> {
  const side = cloud(splits[0]!.training.givens)
  const count = Math.min(2, side.points.rows)
  const { squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, count)
  return median(squaredDistances.filter((_, i) => i % count === count - 1))
}

interface Split {
  readonly training: WindowRows
  readonly held: { readonly targets: Matrix; readonly givens: Matrix }
}

/** Two thirds to fit on, one third to score, in random order. */
function split(rows: WindowRows, key: Key): Split {
  const order = permutation(key, rows.targets.rows)
  const cut = Math.max(1, Math.min(MOST_TRAINING, Math.floor((2 * order.length) / 3)))
  const chosen = order.subarray(0, cut)
  const held = order.subarray(cut, cut + MOST_HELD_OUT)
  return {
    training: { targets: takeRows(rows.targets, chosen), givens: takeRows(rows.givens, chosen), logWeights: uniformLogWeights(cut) },
    held: { targets: takeRows(rows.targets, held), givens: takeRows(rows.givens, held) }
  }
}

async function averageScore(
  splits: readonly Split[],
  { given, targetFactor }: { given: number; targetFactor: number | 'free' },
  { engine, key, watch }: WindowSearch
): Promise<number> {
  let sum = 0
  for (const [p, { training, held }] of splits.entries()) {
    const bandwidth = await bandwidthOf(training, { given, targetFactor }, { engine, watch })
    const law = windowLaw(training, bandwidth, await fitWindow(training, bandwidth, { engine, watch }))
    const draws = await heldOutDraws(law, held.givens, { engine, key: keyFor(key, `draws ${p}`) })
    sum += energyScore(draws, held.targets) / splits.length
  }
  return sum
}

/** √n times the Kolmogorov–Smirnov distance of held-out standardised residuals from the normal law, every target apart. */
async function gaussianDistance(splits: readonly Split[], given: number, { engine, watch }: WindowSearch): Promise<number> {
  const places: number[] = []
  for (const { training, held } of splits) {
    const bandwidth: WindowBandwidth = { target: 'free', given }
    const law = windowLaw(training, bandwidth, await fitWindow(training, bandwidth, { engine, watch }))
    const t = law.columns.drawn
    const at = await lawAt(law, matrix(held.givens.rows, t), held.givens, { engine })
    for (let i = 0; i < held.givens.rows; i++) {
      for (let a = 0; a < t; a++) {
        let square = 0
        for (let b = 0; b <= a; b++) square += at.spread.data[i * t * t + a * t + b]! ** 2
        if (square > 0) places.push(normalCdf((held.targets.data[i * t + a]! - at.mean.data[i * t + a]!) / Math.sqrt(square)))
      }
    }
  }
  const ascending = sorted(places)
  let distance = 0
  for (const [i, place] of ascending.entries())
    distance = Math.max(distance, (i + 1) / ascending.length - place, place - i / ascending.length)
  return distance * Math.sqrt(ascending.length)
}

/** The bandwidth of one window under a common choice: ε of the targets is in proportion to their variance given the givens. */
export async function bandwidthOf(
  rows: WindowRows,
  { given, targetFactor }: Pick<WindowChoice, 'given' | 'targetFactor'>,
  context: WindowContext
): Promise<WindowBandwidth> {
  const free: WindowBandwidth = { target: 'free', given }
  if (targetFactor === 'free') return free
  const variance = variancePerTarget(windowLaw(rows, free, await fitWindow(rows, free, context)))
  // A target that its givens determine: any kernel on it is as good as none.
  return variance > 0 ? { target: targetFactor * variance, given } : free
}

/** Average variance of a target given the givens, from the average local covariance of a law. */
export function variancePerTarget({ columns, pooled }: Pick<Law, 'columns' | 'pooled'>): number {
  const { drawn: t, given: k } = columns
  const c = t + k
  const entry = (a: number, b: number) => pooled![(Math.max(a, b) * (Math.max(a, b) + 1)) / 2 + Math.min(a, b)]!
  // Eliminates the givens, last first: what is left of the targets is their covariance given them.
  const rest = Float64Array.from({ length: c * c }, (_, i) => entry(Math.floor(i / c), i % c))
  for (let pivot = c - 1; pivot >= t; pivot--) {
    const diagonal = rest[pivot * c + pivot]!
    if (!(diagonal > 0)) continue
    for (let a = 0; a < pivot; a++) {
      const factor = rest[a * c + pivot]! / diagonal
      for (let b = 0; b < pivot; b++) rest[a * c + b] = rest[a * c + b]! - factor * rest[pivot * c + b]!
    }
  }
  let sum = 0
  for (let a = 0; a < t; a++) sum += Math.max(0, rest[a * c + a]!) / t
  return sum
}

/** DRAWS draws for each held-out row, one row's after the other's [n·DRAWS, t]. */
async function heldOutDraws(law: Law, givens: Matrix, { engine, key }: { engine: Engine; key: Key }): Promise<Matrix> {
  const t = law.columns.drawn
  if (!isStill(law)) {
    const repeated = takeRows(
      givens,
      Uint32Array.from({ length: givens.rows * DRAWS }, (_, i) => Math.floor(i / DRAWS))
    )
    return (await drawWindow(law, repeated, { engine, key })).targets
  }
  const at = await lawAt(law, matrix(givens.rows, t), givens, { engine })
  const out = matrix(givens.rows * DRAWS, t)
  const xi = new Float64Array(t)
  for (let i = 0; i < out.rows; i++) {
    fillNormal(key, i, xi)
    drawTarget(at, Math.floor(i / DRAWS), xi, out.data.subarray(i * t, (i + 1) * t))
  }
  return out
}

/**
 * Mean energy score E‖X − y‖ − ½ E‖X − X′‖ of draws [n·r, t] (r a row) against truths [n, t]; for t = 1 the CRPS.
 * Unbiased in the number of draws, r ≥ 2. Cost O(n·r²·t).
 * @source Gneiting and Raftery 2007.
 */
export function energyScore(draws: Matrix, truths: Matrix): number {
  const r = draws.rows / truths.rows
  const t = truths.cols
  let total = 0
  for (let i = 0; i < truths.rows; i++) {
    let toTruth = 0
    let between = 0
    for (let a = 0; a < r; a++) {
      const row = (i * r + a) * t
      toTruth += distance(draws.data, row, truths.data, i * t, t)
      for (let b = 0; b < a; b++) between += distance(draws.data, row, draws.data, (i * r + b) * t, t)
    }
    total += toTruth / r - between / (r * (r - 1))
  }
  return total / truths.rows
}

function distance(a: Float64Array, atA: number, b: Float64Array, atB: number, t: number): number {
  if (t === 1) return Math.abs(a[atA]! - b[atB]!)
  let sum = 0
  for (let c = 0; c < t; c++) sum += (a[atA + c]! - b[atB + c]!) ** 2
  return Math.sqrt(sum)
}

/** The choice of bandwidths for units with one number of givens. */
export interface GivenChoice extends WindowChoice {
  readonly givenCount: number
  /** How many units it serves. */
  readonly unitCount: number
}

/** Units looked at for one choice. */
const PROBLEMS = 6

/** One choice of bandwidths for each number of givens, on a few units spread over the field. Cost independent of d. */
export async function chooseBandwidths(
  rows: FieldRows,
  units: readonly Unit[],
  context: WindowContext & { readonly key: Key }
): Promise<GivenChoice[]> {
  const counts = [...new Set(units.map((unit) => unit.givens.length))].filter((count) => count > 0).sort((a, b) => a - b)
  const choices: GivenChoice[] = []
  for (const givenCount of counts) {
    const alike = units.filter((unit) => unit.givens.length === givenCount)
    const problems = spread(alike, PROBLEMS).map((unit) => rowsOf(rows, unit))
    // The same rows held out whatever the number of givens: their scores can be compared.
    const key = keyFor(context.key, 'givens')
    const choice = await chooseWindowBandwidth({ problems, engine: context.engine, key, watch: context.watch })
    choices.push({ ...choice, givenCount, unitCount: alike.length })
  }
  return choices
}

/** At most `count` of the list, evenly spaced. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, k) => list[Math.floor(((k + 0.5) * list.length) / count)]!)
}
