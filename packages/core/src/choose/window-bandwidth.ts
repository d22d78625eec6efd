import { drawWindow } from '../draw/window-chain.js'
import type { Context } from '../kernel/context.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import type { Law } from '../law/law.js'
import { isStill } from '../law/mixture.js'
import { drawTarget, lawAt } from '../law/target-law.js'
import { type FieldRows, rowsOf, type Unit } from '../law/units.js'
import { fitWindow, type WindowBandwidth, type WindowContext, type WindowRows, windowLaw } from '../law/window.js'
import { InputError } from '../num/errors.js'
import { uniformLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, rowOf, takeRows } from '../num/matrix.js'
import { fillNormal, type Key, keyFor, permutation } from '../num/random.js'
import { median } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { Calibration, refuted } from './calibration.js'
import { energyScore, type Forecast } from './scores.js'
import { type Choice, inTurn, leastOf, type Stage, search, untilWorse } from './search.js'

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

interface WindowSearch extends Context {
  /** Windows alike in shape; one choice is made for all of them. At least one, each with a given. */
  readonly problems: readonly WindowRows[]
}

/** Rows that a trial is fitted on and scored on, at most, and draws for each of these: an energy score of as many is good to 3 %. */
const MOST_TRAINING = 1500
const MOST_HELD_OUT = 240
const DRAWS = 32
/** ε of the drawn coordinates over their variance given the others, where a kernel on them is asked for. */
const FACTORS = [4, 1, 0.25]
/** Bandwidths of what is given, at most, by factors of four: from averages over nearly all rows to a part in a million of their spread. */
const MOST_RUNGS = 10

/** ε of the given coordinates, and the drawn ones' as in `WindowChoice`. */
type Setting = Pick<WindowChoice, 'given' | 'targetFactor'>

/**
 * Chooses the bandwidths of windows by held-out energy score (for one target the CRPS) of the targets given the givens:
 * ε of the givens, from almost global down by factors of 4 until that is clearly worse, then by 2 about the best; where held-out
 * rows do not lie in these laws as they should, a kernel on the targets too. Cost: about 10 fits of each problem on at most 1,500 rows.
 */
export async function chooseWindowBandwidth(asked: WindowSearch): Promise<WindowChoice> {
  const { trials, setting, chosen, rowCount } = await searchWindows(asked)
  const base = trials[0]!.loss > 0 ? trials[0]!.loss : 1
  return { ...setting, curve: trials.map((trial) => ({ ...trial.setting, score: trial.loss / base })), score: chosen.loss, rowCount }
}

async function searchWindows(asked: WindowSearch): Promise<Choice<Setting> & { readonly rowCount: number }> {
  const { problems, key, watch } = asked
  if (problems.length === 0 || problems.some((rows) => rows.givens.cols === 0)) {
    throw new InputError({ code: 'window-problems', got: 'no window with a given', expected: 'at least one', try: 'adding neighbours' })
  }
  const splits = problems.map((rows, p) => split(rows, keyFor(key, `split ${p}`)))
  const [spread, nearest] = [spreadOf(problems), await nearestOf(splits, asked.engine)]
  const rungs = Array.from({ length: MOST_RUNGS }, (_, k) => 4 ** (1 - k) * spread).filter((given, k) => given > nearest / 4 || k < 2)
  const calibration = new Calibration<Setting>()
  const found = await search<Setting>(
    {
      stage: 'choosing the bandwidth',
      parts: splits.length,
      expected: MOST_RUNGS + 2,
      order,
      allowance: (setting) => (calibration.fails(setting) ? 0 : 1),
      moves: inTurn(order, [ladder(rungs), beside(rungs), kernelOnTargets(calibration)]),
      async score(setting, p) {
        const forecasts = await heldOutForecasts(splits[p]!, setting, { ...asked, key: keyFor(key, `draws ${p}`) })
        calibration.add(setting, forecasts, keyFor(key, `places ${p}`))
        return Float64Array.from(forecasts, energyScore)
      }
    },
    watch
  )
  if (!found) throw new Error('the targets of a window are not finite')
  return { ...found, rowCount: splits[0]!.training.targets.rows }
}

/** No kernel on the targets is simpler than any, and wide ones are. */
const order = (a: Setting, b: Setting): number => factorOf(b) - factorOf(a) || b.given - a.given

/** Finite, so that two without a kernel are alike. */
const factorOf = ({ targetFactor }: Setting): number => (targetFactor === 'free' ? Number.MAX_VALUE : targetFactor)

/** Finer on what is given, until that is clearly worse. */
const ladder =
  (rungs: readonly number[]): Stage<Setting> =>
  (trials) =>
    untilWorse(trials, rungs, { of: ({ given }) => given, at: (given) => ({ given, targetFactor: 'free' }) })

/** Half and twice the best bandwidth of what is given, no wider than the first. */
const beside =
  ([widest]: readonly number[]): Stage<Setting> =>
  (trials) => {
    const least = leastOf(trials)?.setting
    if (least?.targetFactor !== 'free') return []
    return [2, 0.5].map((factor) => ({ ...least, given: Math.min(widest!, factor * least.given) }))
  }

/**
 * A kernel on the targets, finer until that is clearly worse; not asked for where rows lie as they should in what is drawn without
 * one, at the best setting and at the one that scores alone would choose: of laws with two modes the best without a kernel repeats
 * the outputs of one or two neighbours, and rows lie well among these.
 */
const kernelOnTargets =
  (calibration: Calibration<Setting>): Stage<Setting> =>
  (trials) => {
    const least = leastOf(trials)?.setting
    if (!least || (least.targetFactor === 'free' && !refuted(trials, { order, calibration }))) return []
    return untilWorse(trials, FACTORS, { of: factorOf, at: (targetFactor) => ({ ...least, targetFactor }) })
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

/** Draws for every held-out row. */
async function heldOutForecasts(
  { training, held: { givens, targets } }: Split,
  setting: Setting,
  { engine, key, watch }: Pick<WindowSearch, 'engine' | 'key' | 'watch'>
): Promise<Forecast[]> {
  const bandwidth = await bandwidthOf(training, setting, { engine, watch })
  const law = windowLaw(training, bandwidth, await fitWindow(training, bandwidth, { engine, watch }))
  const draws = await (isStill(law) ? freeDraws : chainDraws)(law, givens, { engine, key })
  const each = DRAWS * law.columns.drawn
  return Array.from({ length: targets.rows }, (_, i) => ({
    draws: draws.subarray(i * each, (i + 1) * each),
    perChain: 1,
    truth: rowOf(targets, i)
  }))
}

/** DRAWS draws for each row of givens, one row's after the other's [n·DRAWS, t]: by chains where the targets have a kernel. */
async function chainDraws(law: Law, givens: Matrix, { engine, key }: { engine: Engine; key: Key }): Promise<Float64Array> {
  const repeated = Uint32Array.from({ length: givens.rows * DRAWS }, (_, i) => Math.floor(i / DRAWS))
  return (await drawWindow(law, takeRows(givens, repeated), { engine, key })).targets.data
}

async function freeDraws(law: Law, givens: Matrix, { engine, key }: { engine: Engine; key: Key }): Promise<Float64Array> {
  const t = law.columns.drawn
  const at = await lawAt(law, matrix(givens.rows, t), givens, { engine })
  const out = new Float64Array(givens.rows * DRAWS * t)
  const xi = new Float64Array(t)
  for (let i = 0; i < givens.rows * DRAWS; i++) {
    fillNormal(key, i, xi)
    drawTarget(at, Math.floor(i / DRAWS), xi, out.subarray(i * t, (i + 1) * t))
  }
  return out
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

/** The choice of bandwidths for units with one number of givens. */
export interface GivenChoice extends WindowChoice {
  readonly givenCount: number
  /** How many units it serves. */
  readonly unitCount: number
}

/**
 * Held-out rows of all units that one choice looks at, each on rows of its own: what a choice that is a little too wide loses adds
 * up from unit to unit, and with a quarter of them one standard error took kernels that lost a tenth of a double well's variance.
 */
const HELD_OUT_ROWS = 2400

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
    const problems = someOf(alike, rows).map((unit) => rowsOf(rows, unit))
    // The same rows held out whatever the number of givens: their scores can be compared.
    const key = keyFor(context.key, 'givens')
    const choice = await chooseWindowBandwidth({ problems, engine: context.engine, key, watch: context.watch })
    choices.push({ ...choice, givenCount, unitCount: alike.length })
  }
  return choices
}

/** What units alike in shape lose on held-out rows at their best, row by row: units of the same targets lose on the same rows. */
export async function bestLosses(
  rows: FieldRows,
  units: readonly Unit[],
  { engine, key, watch }: WindowContext & { readonly key: Key }
): Promise<Float64Array> {
  const problems = someOf(units, rows).map((unit) => rowsOf(rows, unit))
  return (await searchWindows({ problems, engine, key, watch })).chosen.losses
}

/** As many units, evenly spaced, as hold out enough rows. */
function someOf(list: readonly Unit[], { coordinates }: FieldRows): Unit[] {
  const count = Math.ceil(HELD_OUT_ROWS / Math.min(MOST_HELD_OUT, Math.ceil(coordinates.rows / 3)))
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, k) => list[Math.floor(((k + 0.5) * list.length) / count)]!)
}
