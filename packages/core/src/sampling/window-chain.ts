import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { log } from '../num/elementary.js'
import { placesByName } from '../num/group.js'
import { copyMatrix, type Matrix, matrix, takeRows } from '../num/matrix.js'
import { fillNormal, fillUniform, type Key, keyAtStep, keyFor } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { USUAL_STEPS } from './steps.js'
import { comparedPoints, type WindowBridge } from './window.js'
import { drawTarget, type TargetKnowledge, type TargetLaw, targetLaw } from './window-law.js'

export interface WindowDraw extends TargetKnowledge {
  readonly engine: Engine
  readonly key: Key
  /** Most inner steps for a bandwidth that is not free. Default 10. */
  readonly steps?: number
  /** Targets to start from [n, t]; picked from training rows that agree with what is known when left out. */
  readonly start?: Matrix | undefined
  /**
   * α in (−1, 0]: a draw under a free bandwidth from `start` is m + α (start − m) + √(1 − α²) C^{1/2} ξ. The law given the
   * givens is the same, but neighbouring windows drawn in turn forget their starts sooner. Default 0.
   * @source Adler 1981, over-relaxation.
   */
  readonly overrelaxation?: number | undefined
}

export interface WindowOutcome {
  /** [n, t] */
  readonly targets: Matrix
  /** Share of accepted proposals. */
  readonly acceptance: number
  /** Effective number of training rows behind each draw [n]. */
  readonly effectiveCount: Float64Array
}

/**
 * Draws the targets of n rows given their givens [n, k]: inner steps of the bridge with the givens held, each a Gaussian
 * proposal of `targetLaw` and a Metropolis test with Z(x)/Z(x′), which makes π(targets | givens) stationary. A free
 * bandwidth needs one draw and no test. Cost O(steps·n·M·(t + k)²).
 */
export async function drawWindow(bridge: WindowBridge, givens: Matrix, draw: WindowDraw): Promise<WindowOutcome> {
  if (bridge.bandwidth.target === 'free') return drawFree(bridge, givens, draw)
  const steps = draw.steps ?? USUAL_STEPS.neighbours
  const state = copyMatrix(draw.start ?? (await startingRows(bridge, givens, draw)))
  const { law, effectiveCount } = await lawAt(bridge, state, givens, draw)
  let accepted = 0
  for (let step = 1; step <= steps; step++) {
    const proposal = proposals(law, draw.key, step)
    const next = await lawAt(bridge, proposal, givens, draw)
    const there = { ...next, state: proposal }
    accepted += accept({ law, effectiveCount, state }, there, keyAtStep(keyFor(draw.key, 'accept'), step))
  }
  return { targets: state, acceptance: givens.rows === 0 ? 1 : accepted / (steps * givens.rows), effectiveCount }
}

async function drawFree(bridge: WindowBridge, givens: Matrix, draw: WindowDraw): Promise<WindowOutcome> {
  const nothing = matrix(givens.rows, bridge.targetCount)
  const { law, effectiveCount } = await lawAt(bridge, nothing, givens, draw)
  const targets = proposals(law, draw.key, 1)
  // Between bounds the law is no Gaussian.
  if (draw.start && draw.overrelaxation && !draw.bounds) overrelax(targets, { law, start: draw.start, alpha: draw.overrelaxation })
  return { targets, acceptance: 1, effectiveCount }
}

/** Draws m + C^{1/2} ξ → m + α (start − m) + √(1 − α²) C^{1/2} ξ, in place. */
function overrelax({ data }: Matrix, { law, start, alpha }: { law: TargetLaw; start: Matrix; alpha: number }): void {
  const noise = Math.sqrt(1 - alpha * alpha)
  for (let at = 0; at < data.length; at++) {
    const mean = law.mean.data[at]!
    data[at] = mean + alpha * (start.data[at]! - mean) + noise * (data[at]! - mean)
  }
}

/** The proposal law at (targets, givens). */
export async function lawAt(
  bridge: WindowBridge,
  targets: Matrix,
  givens: Matrix,
  { engine, observation, bounds }: Pick<WindowDraw, 'engine' | 'observation' | 'bounds'>
): Promise<{ law: TargetLaw; effectiveCount: Float64Array }> {
  const from = cloud(comparedPoints(targets, givens, bridge.bandwidth))
  const moments = await engine.moments({ from, to: bridge.compared, kernel: gaussianKernel(1) }, bridge.logTerms, bridge.values)
  return { law: targetLaw(bridge, moments, givens, { observation, bounds }), effectiveCount: moments.effectiveCount }
}

function proposals(law: TargetLaw, key: Key, step: number): Matrix {
  const out = matrix(law.mean.rows, law.mean.cols)
  const stream = keyAtStep(keyFor(key, 'propose'), step)
  const xi = new Float64Array(out.cols)
  for (let i = 0; i < out.rows; i++) {
    fillNormal(stream, i, xi)
    drawTarget(law, i, xi, out.data.subarray(i * out.cols, (i + 1) * out.cols))
  }
  return out
}

/** Chains at a state, with the law of the next step there and the training rows behind it. */
interface Chains {
  readonly state: Matrix
  readonly law: TargetLaw
  readonly effectiveCount: Float64Array
}

/** Moves the rows that pass the test to their proposals, with all that belongs to them; how many did. */
function accept(here: Chains, there: Chains, key: Key): number {
  const u = new Float64Array(1)
  const t = here.state.cols
  let count = 0
  for (let i = 0; i < here.state.rows; i++) {
    fillUniform(key, i, u)
    if (!(log(u[0]!) <= here.law.logNormaliser[i]! - there.law.logNormaliser[i]!)) continue
    count++
    for (let a = 0; a < t; a++) here.state.data[i * t + a] = there.state.data[i * t + a]!
    for (let a = 0; a < t; a++) here.law.mean.data[i * t + a] = there.law.mean.data[i * t + a]!
    for (let a = 0; a < t * t; a++) here.law.spread.data[i * t * t + a] = there.law.spread.data[i * t * t + a]!
    here.law.logNormaliser[i] = there.law.logNormaliser[i]!
    here.effectiveCount[i] = there.effectiveCount[i]!
  }
  return count
}

/**
 * Targets of training rows picked by how well they agree with all that is known of a row [n, t]: its givens by their
 * kernel, the target by the observation, within the bounds where any row is.
 */
async function startingRows(bridge: WindowBridge, givens: Matrix, draw: WindowDraw): Promise<Matrix> {
  const { targetCount: t, givenCount: k, values } = bridge
  const targets = columnsOf(values, 0, t)
  const known = columnsOf(values, t, t + k)
  const out = matrix(givens.rows, t)
  for (const [g, { rows, precision, low, high }] of alikeIn(draw, givens.rows).entries()) {
    const within = Uint32Array.from(targets.data.keys()).filter((j) => targets.data[j]! >= low && targets.data[j]! <= high)
    const among = t === 1 && within.length > 0 && within.length < targets.rows ? within : undefined
    const take = (m: Matrix) => (among ? takeRows(m, among) : m)
    const width = t === 1 && precision > 0 ? { target: 0.5 / precision, given: bridge.bandwidth.given } : undefined
    const place = width ?? { target: 'free' as const, given: bridge.bandwidth.given }
    const wanted = matrix(rows.length, t)
    if (width) for (let i = 0; i < rows.length; i++) wanted.data[i] = draw.observation!.value[rows[i]!]!
    const logWeights = among ? Float64Array.from(among, (j) => bridge.compared.logWeights[j]!) : bridge.compared.logWeights
    const from = cloud(comparedPoints(wanted, takeRows(givens, rows), place))
    const to = cloud(comparedPoints(take(targets), take(known), place), logWeights)
    const key = keyFor(draw.key, g === 0 ? 'similar' : `similar ${g}`)
    const picked = await draw.engine.pick({ from, to, kernel: gaussianKernel(1) }, logWeights, { key })
    const chosen = takeRows(take(targets), picked)
    rows.forEach((i, at) => {
      for (let a = 0; a < t; a++) out.data[i * t + a] = Math.min(high, Math.max(low, chosen.data[at * t + a]!))
    })
  }
  return out
}

interface Alike {
  readonly rows: Uint32Array
  readonly precision: number
  readonly low: number
  readonly high: number
}

/** Rows by what they share: the precision of the observation, to a few per cent, and the bounds. */
function alikeIn({ observation, bounds }: TargetKnowledge, n: number): Alike[] {
  const of = (i: number) => ({
    precision: observation?.precision[i] ?? 0,
    low: bounds?.low[i] ?? Number.NEGATIVE_INFINITY,
    high: bounds?.high[i] ?? Number.POSITIVE_INFINITY
  })
  const all = Uint32Array.from({ length: n }, (_, i) => i)
  const groups = observation || bounds ? placesByName(all, (i) => nameOf(of(i))) : new Map([['', all]])
  return [...groups.values()].map((rows) => ({ ...of(rows[0]!), rows: Uint32Array.from(rows) }))
}

const nameOf = ({ precision, low, high }: Omit<Alike, 'rows'>): string =>
  [precision > 0 ? Math.round(16 * log(precision)) : '', low, high].join()

/** Columns from … to − 1 [n, to − from]. */
export function columnsOf(m: Matrix, from: number, to: number): Matrix {
  const out = matrix(m.rows, to - from)
  for (let i = 0; i < m.rows; i++) out.data.set(m.data.subarray(i * m.cols + from, i * m.cols + to), i * out.cols)
  return out
}
