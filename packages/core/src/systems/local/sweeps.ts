import type { GivenChoice } from '../../choose/window-bandwidth.js'
import { type FieldKnowledge, type GuidedRows, guidedPass } from '../../draw/guided-pass.js'
import { drawWindow } from '../../draw/window-chain.js'
import { type Evidence, restricted, tempered, together } from '../../know/evidence.js'
import { linearLaw } from '../../law/linear-law.js'
import { type FittedWindow, lawOfUnit } from '../../law/units.js'
import { throwIfStopped } from '../../num/iterate.js'
import { copyMatrix, type Matrix, matrix, putColumns, rowOf, takeColumns, takeRows } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import type { Context } from '../context.js'
import { type Drift, driftOf } from './drift.js'
import { boundsGiven, noiseGiven } from './intervals.js'
import type { LocalModel } from './model.js'
import type { LocalSampleRequest } from './sample.js'
import { type KnownWindows, plainRows } from './windows.js'

/** Sweeps before it is asked whether they still move the rows, where the pass has taken in each likelihood but for its shape. */
const SWEEPS = 4
/** Where powers of a likelihood need sweeps to grow in. */
const TEMPERED_SWEEPS = 20
const MOST_SWEEPS = 64
/** Over-relaxed sweeps, all one way, do in 4 what plain ones to and fro do in 20 (bench/local.mjs). */
const OVERRELAXATION = -0.5

/** Rows where something is −∞. */
export async function impossibleRows(evidence: readonly Evidence[], coordinates: Matrix): Promise<number> {
  const all = Uint32Array.from({ length: coordinates.rows }, (_, i) => i)
  const values = await together(evidence)?.value({ coordinates, codes: new Int32Array(0) }, all)
  return values?.filter((value) => value === Number.NEGATIVE_INFINITY).length ?? 0
}

interface KnownDraw {
  readonly knowledge: FieldKnowledge
  readonly windows: KnownWindows
  readonly request: Pick<LocalSampleRequest, 'count' | 'steps'> & { readonly sweeps?: number }
  /** Counter of each row's randomness [n]. */
  readonly noise: Uint32Array
}

export interface KnownRows {
  readonly state: Matrix
  /** Effective training rows behind each coordinate of each row when it was drawn last [d][n]; NaN where it is given. */
  readonly counts: readonly Float64Array[]
  /** Rows that no sweep brought to where the likelihood is above −∞. */
  readonly impossible: number
  /** Least over coordinates, of Metropolis tests with the whole likelihood; 1 where there are none. */
  readonly acceptance: number
  readonly sweeps: number
  /** Bandwidths of the windows that rows were drawn with last. */
  readonly choices: readonly GivenChoice[]
  /** What the second half of the sweeps still moved. */
  readonly drift?: Drift | undefined
}

/** The ordered pass under what is known. */
export function passUnder(
  model: LocalModel,
  { knowledge, windows, request, noise }: Omit<KnownDraw, 'windows'> & { readonly windows: Pick<KnownWindows, 'pass' | 'passRows'> },
  context: Context
): Promise<GuidedRows> {
  const law = linearLaw(model, windows.pass)
  const pass = {
    rows: model,
    units: windows.pass.map((unit, u) => ({ regression: law[u]!, law: () => lawOfUnit(windows.passRows, unit) })),
    knowledge,
    count: noise.length,
    rowsPerCondition: request.count,
    steps: request.steps,
    noise
  }
  return guidedPass(pass, context)
}

/**
 * The pass, and sweeps where something known is not linear. What is linear, given or an interval the pass takes in whole: its rows
 * are those of the model times what is known. Windows given all neighbours are no conditionals of any one law: what each errs by
 * adds up from sweep to sweep, and of smooth fields, whose columns nearly follow from their neighbours, leads away without end.
 */
export async function drawKnown(model: LocalModel, draw: KnownDraw, context: Context): Promise<KnownRows> {
  const { knowledge, request } = draw
  const { state, counts } = await passUnder(model, draw, { ...context, key: keyFor(context.key, 'pass') })
  imposeKnowledge(knowledge, state)
  if (request.sweeps === undefined && knowledge.evidence.every(({ linear }) => linear))
    return { state, counts: counts.flatMap((own) => own ?? []), impossible: 0, acceptance: 1, sweeps: 0, choices: model.summary.choices }
  return sweepKnown(model, { ...draw, state }, context)
}

/** When sweeps have settled is asked of the rows of each condition: those of others say nothing about it. */
async function sweepKnown(model: LocalModel, draw: KnownDraw & { readonly state: Matrix }, context: Context): Promise<KnownRows> {
  const { knowledge, windows, request, state } = draw
  const { units, choices } = await windows.twoSided()
  const order = windows.pass.map(({ targets }) => targets[0]!).reverse()
  const grows = !knowledge.evidence.every((one) => one.linear || settledAlone(one))
  let last = request.sweeps ?? (grows ? TEMPERED_SWEEPS : SWEEPS)
  const grown = grows ? last : 1
  const passed = new Float64Array(units.length)
  const own = { ...context, key: keyFor(context.key, 'sweep') }
  const counts = units.map(() => new Float64Array(state.rows).fill(Number.NaN))
  let moving: MovingRows = { ...draw, state, rows: Uint32Array.from(draw.noise.keys()) }
  let [tests, before] = [0, state]
  let drift: Drift | undefined
  for (let sweep = 1; sweep <= last; sweep++) {
    if (sweep - 1 === Math.floor(last / 2)) before = copyMatrix(moving.state)
    const power = Math.min(1, (2 * sweep) / grown)
    const swept = await twoSidedSweep(model, { units, order, ...moving, sweep, power }, own)
    if (power === 1) tests++
    if (power === 1) for (let a = 0; a < passed.length; a++) passed[a] = passed[a]! + swept.passed[a]!
    context.watch?.progress?.({ stage: 'sweeps', done: sweep, total: last })
    if (sweep < last) continue
    putBack(moving, swept.counts, { state, counts })
    const drifts = driftsOf(before, moving.state, request.count)
    drift = drifts.reduce((worst, one) => (one && !(worst && worst.by > one.by) ? one : worst), undefined)
    if (!drift || request.sweeps !== undefined || last === MOST_SWEEPS) break
    moving = stillMoving(moving, drifts, request.count)
    last = Math.min(MOST_SWEEPS, 2 * last)
  }
  const acceptance = passed.reduce((least, sum) => Math.min(least, sum / tests), 1)
  return { state, counts, impossible: await impossibleRows(knowledge.evidence, state), sweeps: last, choices, drift, acceptance }
}

/** Whether the pass has taken in a likelihood as it is: one of a single column. */
const settledAlone = ({ touches, linearise }: Evidence): boolean => touches?.length === 1 && linearise !== undefined

/** Puts given coordinates in place, and restricted ones inside their intervals. */
function imposeKnowledge({ given, bounds }: FieldKnowledge, state: Matrix): void {
  for (const [a, values] of given) for (let i = 0; i < state.rows; i++) state.data[i * state.cols + a] = values[i]!
  for (const [a, { low, high }] of bounds) {
    for (let i = 0; i < state.rows; i++) {
      const at = i * state.cols + a
      state.data[at] = Math.min(high[i]!, Math.max(low[i]!, state.data[at]!))
    }
  }
}

/** Rows that sweeps still move, and their places among all. */
interface MovingRows extends Pick<KnownDraw, 'knowledge' | 'noise'> {
  readonly state: Matrix
  readonly rows: Uint32Array
}

/** The rows of conditions that drift. */
function stillMoving({ knowledge, noise, state, rows }: MovingRows, drifts: readonly (Drift | undefined)[], count: number): MovingRows {
  const places = Uint32Array.from(rows.keys()).filter((at) => drifts[Math.floor(at / count)] !== undefined)
  const take = (values: Float64Array) => Float64Array.from(places, (at) => values[at]!)
  const given = new Map([...knowledge.given].map(([a, values]) => [a, take(values)]))
  const bounds = new Map([...knowledge.bounds].map(([a, { low, high }]) => [a, { low: take(low), high: take(high) }]))
  return {
    knowledge: { ...knowledge, given, bounds },
    noise: places.map((at) => noise[at]!),
    state: takeRows(state, places),
    rows: places.map((at) => rows[at]!)
  }
}

/** Writes rows, and what they rest on, to their places among all. */
function putBack(
  { state, rows }: MovingRows,
  found: readonly (Float64Array | undefined)[],
  { state: all, counts }: { readonly state: Matrix; readonly counts: readonly Float64Array[] }
): void {
  rows.forEach((i, at) => {
    all.data.set(rowOf(state, at), i * all.cols)
    found.forEach((own, a) => {
      if (own) counts[a]![i] = own[at]!
    })
  })
}

/** The drift of each condition's rows, `count` each. */
function driftsOf(before: Matrix, after: Matrix, count: number): (Drift | undefined)[] {
  const part = ({ data, cols }: Matrix, k: number) => matrix(count, cols, data.subarray(k * count * cols, (k + 1) * count * cols))
  return Array.from({ length: after.rows / count }, (_, k) => driftOf(part(before, k), part(after, k)))
}

interface Sweep {
  /** Coordinates in the order in which they are drawn. */
  readonly order: readonly number[]
  readonly units: readonly FittedWindow[]
  readonly knowledge: FieldKnowledge
  readonly noise: Uint32Array
  readonly state: Matrix
  readonly sweep: number
  readonly power: number
}

/** Draws every coordinate anew in `state`; the share of rows that each moved. */
async function twoSidedSweep(
  model: LocalModel,
  { units, order, knowledge, noise, state, sweep, power }: Sweep,
  context: Context
): Promise<{ counts: (Float64Array | undefined)[]; passed: Float64Array }> {
  const counts = new Array<Float64Array | undefined>(units.length)
  const passed = new Float64Array(units.length).fill(1)
  const swept = noiseGiven(knowledge.intervals ?? [], state, keyAtStep(context.key, sweep))
  for (const a of order) {
    throwIfStopped(context.watch, 'sweeps')
    if (knowledge.given.has(a)) continue
    const unit = units[a]!
    const law = lawOfUnit(plainRows(model), unit)
    const touching = knowledge.evidence.filter(({ touches }) => touches?.includes(a) ?? true)
    const known = together(touching.map((one) => (one.linear ? one : tempered(one, power))))
    const { targets, effectiveCount, acceptance } = await drawWindow(law, takeColumns(state, unit.givens), {
      engine: context.engine,
      key: keyAtStep(keyFor(context.key, `coordinate ${a}`), sweep),
      steps: 2,
      noise,
      start: takeColumns(state, [a]),
      overrelaxation: OVERRELAXATION,
      evidence: known && restricted(known, { coordinates: [a, ...unit.givens], rest: state }),
      bounds: boundsGiven(swept, a, { own: knowledge.bounds.get(a), state })
    })
    counts[a] = effectiveCount
    if (known && !known.linear) passed[a] = acceptance
    putColumns(state, [a], targets)
  }
  return { counts, passed }
}
