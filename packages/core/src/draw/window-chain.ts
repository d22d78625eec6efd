import type { Context } from '../kernel/context.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { type Evidence, standInAt } from '../know/evidence.js'
import type { Bounds } from '../know/places.js'
import { type Law, scaledColumns } from '../law/law.js'
import { isStill } from '../law/mixture.js'
import type { InformedState } from '../law/state.js'
import { REACH, RIDGE } from '../law/target-law.js'
import { exp, log } from '../num/elementary.js'
import { placesByName } from '../num/group.js'
import { beside, type Matrix, matrix, takeColumns, takeRows } from '../num/matrix.js'
import { keyFor } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { informedStep, startChains } from './informed.js'
import type { InformedProblem } from './informed-problem.js'
import { runTested } from './run.js'
import { USUAL_STEPS } from './steps.js'

export interface WindowDraw extends Omit<Context, 'watch'> {
  /** What is known about (targets, givens) besides the givens. */
  readonly evidence?: Evidence | undefined
  /** The interval that holds the single target of every row [n]; ends may be infinite. */
  readonly bounds?: Bounds | undefined
  /** Most inner steps for a bandwidth that is not free. Default 10. */
  readonly steps?: number | undefined
  /** Targets to start from [n, t]; picked from training rows that agree with what is known when left out. */
  readonly start?: Matrix | undefined
  /** As in `InformedProblem`: draws from `start` under a free bandwidth. */
  readonly overrelaxation?: number | undefined
  /** Counter of each row's randomness [n]; its place when left out. */
  readonly noise?: Uint32Array | undefined
}

interface WindowOutcome {
  /** [n, t] */
  readonly targets: Matrix
  /** Share of accepted proposals. */
  readonly acceptance: number
  /** Effective number of training rows behind each draw [n]. */
  readonly effectiveCount: Float64Array
}

/**
 * Draws the targets of n rows given their givens [n, k]: informed steps of the bridge with the givens held. A free bandwidth
 * needs one, which forgets where it started; of that, what is drawn first is taken.
 * Cost O(steps·n·M·(t + k)²).
 */
export async function drawWindow(law: Law, givens: Matrix, draw: WindowDraw): Promise<WindowOutcome> {
  const { drawn: t } = law.columns
  const n = givens.rows
  const problem = problemOf(law, n, draw)
  const still = isStill(law)
  const start = draw.start ?? (still ? matrix(n, t) : await startingRows(law, givens, draw))
  const state: InformedState = { coordinates: beside(start, givens), codes: new Int32Array(0), part: new Uint32Array(n) }
  const steps = still ? 1 : (draw.steps ?? USUAL_STEPS.neighbours)
  const first = await startChains(problem, state, { placed: draw.start !== undefined || !still })
  const { chains, accepted } = await runTested(first, (at, key) => informedStep(problem, at, key), { steps, key: draw.key })
  const acceptance = n === 0 ? 1 : accepted.reduce((sum, step) => sum + mean(step) / steps, 0)
  return { targets: takeColumns(chains.state.coordinates, firstOf(t)), acceptance, effectiveCount: chains.effectiveCount }
}

function problemOf(
  law: Law,
  n: number,
  { engine, evidence, bounds, overrelaxation, noise }: Omit<WindowDraw, 'key' | 'steps' | 'start'>
): InformedProblem {
  const { drawn: t, given: k } = law.columns
  const targets = firstOf(t)
  const split = { given: Array.from({ length: k }, (_, c) => t + c), ranged: bounds ? targets : [], free: bounds ? [] : targets }
  const own = (i: number): Bounds => ({ low: bounds!.low.subarray(i, i + 1), high: bounds!.high.subarray(i, i + 1) })
  return {
    law,
    engine,
    split,
    ridge: RIDGE,
    reach: REACH,
    conditions: bounds ? Array.from({ length: n }, (_, i) => ({ bounds: own(i) })) : [{ bounds: NO_BOUNDS }],
    conditionOf: bounds ? Uint32Array.from({ length: n }, (_, i) => i) : new Uint32Array(n),
    evidence,
    overrelaxation,
    noise
  }
}

const firstOf = (count: number): number[] => Array.from({ length: count }, (_, c) => c)

const NO_BOUNDS: Bounds = { low: new Float64Array(0), high: new Float64Array(0) }

/**
 * Targets of training rows picked by how well they agree with all that is known of a row [n, t]: its givens by their
 * kernel, a single target by what is Gaussian of the evidence, within the bounds where any row is.
 */
async function startingRows(law: Law, givens: Matrix, draw: WindowDraw): Promise<Matrix> {
  const { drawn: t } = law.columns
  const { coordinates } = law.rows
  const targets = takeColumns(coordinates, firstOf(t))
  const out = matrix(givens.rows, t)
  const observed = t === 1 ? await observedTargets(givens, draw.evidence) : undefined
  const key = keyFor(draw.key, 'similar')
  for (const { rows, precision, low, high } of alikeIn(observed, draw.bounds, givens.rows)) {
    const within = Uint32Array.from(targets.data.keys()).filter((j) => targets.data[j]! >= low && targets.data[j]! <= high)
    const among = t === 1 && within.length > 0 && within.length < targets.rows ? within : undefined
    const take = (m: Matrix) => (among ? takeRows(m, among) : m)
    const width = observed && precision > 0 ? Math.sqrt(0.5 / precision) : Number.POSITIVE_INFINITY
    const scales = law.scales.map((scale, c) => (c < t ? width : scale))
    const wanted = matrix(rows.length, t)
    if (width < Number.POSITIVE_INFINITY) for (let i = 0; i < rows.length; i++) wanted.data[i] = observed!.value[rows[i]!]!
    const logWeights = among ? Float64Array.from(among, (j) => law.logWeights[j]!) : law.logWeights
    const from = cloud(scaledColumns(beside(wanted, takeRows(givens, rows)), scales))
    const to = cloud(scaledColumns(take(coordinates), scales), logWeights)
    const chains = rows.map((i) => draw.noise?.[i] ?? i)
    const picked = await draw.engine.pick({ from, to, kernel: gaussianKernel(1) }, logWeights, { key, chains })
    const chosen = takeRows(take(targets), picked)
    rows.forEach((i, at) => {
      for (let a = 0; a < t; a++) out.data[i * t + a] = Math.min(high, Math.max(low, chosen.data[at * t + a]!))
    })
  }
  return out
}

interface ObservedTargets {
  /** [n] */
  readonly value: Float64Array
  /** [n] */
  readonly precision: Float64Array
}

/** What a stand-in says of the single target: Σ (f x − z)² as precision · (x − value)². */
async function observedTargets(givens: Matrix, evidence: Evidence | undefined): Promise<ObservedTargets | undefined> {
  if (!evidence?.linearise) return undefined
  const n = givens.rows
  const at = { coordinates: beside(matrix(n, 1), givens), codes: new Int32Array(0) }
  const found = await evidence.linearise(
    at,
    Uint32Array.from({ length: n }, (_, i) => i)
  )
  const value = new Float64Array(n)
  const precision = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const { rows, targets } = standInAt(found, i)
    let sum = 0
    for (let r = 0; r < rows.rows; r++) {
      precision[i] = precision[i]! + rows.data[r * rows.cols]! ** 2
      sum += rows.data[r * rows.cols]! * targets[r]!
    }
    value[i] = precision[i]! > 0 ? sum / precision[i]! : 0
  }
  return { value, precision }
}

interface Alike {
  readonly rows: Uint32Array
  readonly precision: number
  readonly low: number
  readonly high: number
}

/** Rows by what they share: the precision of what is observed, to a few per cent, and the bounds. */
function alikeIn(observed: ObservedTargets | undefined, bounds: Bounds | undefined, n: number): Alike[] {
  const of = (i: number) => ({
    precision: rounded(observed?.precision[i] ?? 0),
    low: bounds?.low[i] ?? Number.NEGATIVE_INFINITY,
    high: bounds?.high[i] ?? Number.POSITIVE_INFINITY
  })
  const all = Uint32Array.from({ length: n }, (_, i) => i)
  const groups = observed || bounds ? placesByName(all, (i) => nameOf(of(i))) : new Map([['', all]])
  return [...groups.values()].map((rows) => ({ ...of(rows[0]!), rows: Uint32Array.from(rows) }))
}

/** To a sixteenth of a natural logarithm. */
const rounded = (precision: number): number => (precision > 0 ? exp(Math.round(16 * log(precision)) / 16) : 0)

const nameOf = ({ precision, low, high }: Omit<Alike, 'rows'>): string => [precision, low, high].join()
