import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, takeColumns } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { chooseBandwidths, type GivenChoice, rowsOf, type Unit } from '../../sampling/units.js'
import { fitWindow, type WindowBandwidth, type WindowFit, windowBridge } from '../../sampling/window.js'
import { bandwidthOf } from '../../sampling/window-bandwidth.js'
import { drawWindow } from '../../sampling/window-chain.js'
import { mostGivens } from '../../space/forward-selection.js'
import type { Table } from '../../table/table.js'
import type { LocalContext, LocalModel } from './model.js'
import { type Knowledge, knowledgeOf, type LocalObservation, observationOf, surprises } from './observations.js'
import { orderedPass, place } from './ordered.js'
import { checkCount, decodeLocal, drawField, type LocalSampleRequest } from './sample.js'
import { twoSidedUnits } from './units.js'

export interface LocalPosteriorRequest extends LocalSampleRequest {
  readonly observations?: readonly LocalObservation[]
  /** Columns with exact values. */
  readonly given?: Readonly<Record<string, number>>
  /** Two-sided sweeps after the ordered pass. Default 20. */
  readonly sweeps?: number
}

/** Rows under conditions or observations, and how well the data support them. */
export interface LocalPosterior {
  readonly table: Table
  /** Scaled coordinates [count, d]. */
  readonly coordinates: Matrix
  readonly summary: LocalPosteriorSummary
}

/** Plain JSON. */
export interface LocalPosteriorSummary {
  readonly sweeps: number
  /** Effective number of training rows behind a draw: the smallest median over coordinates. */
  readonly effectiveCount: number
  /** Largest distance of an observation from the prior, in standard deviations of prior and error together. */
  readonly surprise: number
  readonly choices: readonly GivenChoice[]
  readonly warnings: readonly string[]
}

interface TwoSided extends Unit {
  readonly bandwidth: WindowBandwidth
  readonly fit: WindowFit
}

/** ε of a coordinate without neighbours, relative to its variance. */
const LONELY_EPSILON = 0.05
const FAR = 4
const FEW = 5

/**
 * Draws rows given exact values of some columns and observations of linear combinations: an ordered pass that takes in
 * what is known about each coordinate when its turn comes, then sweeps in which every coordinate is drawn given *all*
 * its neighbours, multiplied by the likelihood of what is observed about it given the others.
 *
 * @source mathematics, sections 7 and 9. Cost O(d·(M² + sweeps·count·M)), memory O((M + count)·d).
 * Throws `InputError` for unknown columns, deviations that are not positive, impossible values.
 */
export async function posteriorLocal(model: LocalModel, request: LocalPosteriorRequest, context: LocalContext): Promise<LocalPosterior> {
  checkCount(request.count)
  const knowledge = knowledgeOf(model, request.observations ?? [], request.given ?? {})
  const key = keyFor(context.key, 'posterior')
  const { units, choices } = await fitTwoSided(model, { ...context, key: keyFor(key, 'fit') })
  const state = await firstPass(model, knowledge, request, { ...context, key })
  const sweeps = request.sweeps ?? 20
  let counts: Float64Array = new Float64Array(0)
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    counts = await twoSidedSweep(model, { units, knowledge, state, sweep }, { ...context, key: keyFor(key, 'sweep') })
    context.watch?.progress?.({ stage: 'sweeps', done: sweep, total: sweeps })
  }
  const summary = await summarise(model, { knowledge, counts, sweeps, choices }, { ...context, key })
  return { table: decodeLocal(model, state), coordinates: state, summary }
}

async function fitTwoSided(model: LocalModel, context: LocalContext): Promise<{ units: TwoSided[]; choices: GivenChoice[] }> {
  const plan = twoSidedUnits({ graph: model.graph, points: model.coordinates, mostGivens: mostGivens(model.coordinates.rows) })
  const choices = await chooseBandwidths(model, plan.units, context)
  const units: TwoSided[] = []
  for (const unit of plan.units) {
    throwIfStopped(context.watch, 'scaling')
    const window = rowsOf(model, unit)
    const choice = choices.find((c) => c.givenCount === unit.givens.length)
    const bandwidth = choice ? await bandwidthOf(window, choice, context) : { target: LONELY_EPSILON, given: 1 }
    units.push({ ...unit, bandwidth, fit: await fitWindow(window, bandwidth, context) })
    context.watch?.progress?.({ stage: 'scaling', done: units.length, total: plan.units.length })
  }
  return { units, choices }
}

function firstPass(model: LocalModel, knowledge: Knowledge, request: LocalPosteriorRequest, context: LocalContext): Promise<Matrix> {
  const { count, steps } = request
  const { parts } = model
  const known = new Map(Array.from(knowledge.given, ([a, value]) => [a, new Float64Array(count).fill(value)]))
  if (parts.sweep === 'ordered') {
    return orderedPass(model, parts.units, {
      count,
      steps,
      known,
      engine: context.engine,
      watch: context.watch,
      key: keyFor(context.key, 'pass'),
      observationOf: (coordinate, drawn) => observationOf(knowledge, coordinate, drawn, 'alone')
    })
  }
  return drawField(model, request, { ...context, key: keyFor(context.key, 'pass') }).then((state) => {
    for (const [a, values] of known) place(state, [a], { rows: count, cols: 1, data: values })
    return state
  })
}

interface Sweep {
  readonly units: readonly TwoSided[]
  readonly knowledge: Knowledge
  readonly state: Matrix
  readonly sweep: number
}

/** Draws every coordinate anew in `state`, forwards in odd sweeps and backwards in even ones; effective counts [d]. */
async function twoSidedSweep(model: LocalModel, { units, knowledge, state, sweep }: Sweep, context: LocalContext): Promise<Float64Array> {
  const counts = new Float64Array(units.length).fill(model.coordinates.rows)
  for (let k = 0; k < units.length; k++) {
    throwIfStopped(context.watch, 'sweeps')
    const a = sweep % 2 === 1 ? k : units.length - 1 - k
    if (knowledge.given.has(a)) continue
    const unit = units[a]!
    const bridge = windowBridge(rowsOf(model, unit), unit.bandwidth, unit.fit)
    const drawn = await drawWindow(bridge, takeColumns(state, unit.givens), {
      engine: context.engine,
      key: keyAtStep(keyFor(context.key, `coordinate ${a}`), sweep),
      steps: 2,
      start: takeColumns(state, [a]),
      observation: observationOf(knowledge, a, state, 'given-others')
    })
    place(state, [a], drawn.targets)
    counts[a] = drawn.effectiveCount.sort()[drawn.effectiveCount.length >> 1] ?? 0
  }
  return counts
}

async function summarise(
  model: LocalModel,
  { knowledge, counts, sweeps, choices }: { knowledge: Knowledge; counts: Float64Array; sweeps: number; choices: GivenChoice[] },
  context: LocalContext
): Promise<LocalPosteriorSummary> {
  const prior = await drawField(model, { count: 200 }, { ...context, watch: undefined })
  const observed = surprises(knowledge, prior)
  const exact = Array.from(knowledge.given, ([a, value]) => surprises({ observations: [exactly(a, value)], given: new Map() }, prior)[0]!)
  const surprise = Math.max(0, ...observed, ...exact)
  const effectiveCount = counts.reduce((least, count) => Math.min(least, count), model.coordinates.rows)
  const warnings: string[] = []
  if (surprise > FAR)
    warnings.push(`what is given or observed lies up to ${surprise.toFixed(1)} standard deviations from the data: the rows extrapolate`)
  if (effectiveCount < FEW) warnings.push(`only ${effectiveCount.toFixed(1)} effective training rows support some columns`)
  return { sweeps, effectiveCount, surprise, choices, warnings }
}

/** An exact value as an observation of next to no error. */
const exactly = (coordinate: number, value: number) => ({ terms: [{ coordinate, factor: 1 }], value, precision: 1e12 })
