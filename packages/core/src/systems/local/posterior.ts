import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, rowOf, takeColumns } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import { chooseBandwidths, type GivenChoice, rowsOf } from '../../sampling/units.js'
import { fitWindow, windowBridge } from '../../sampling/window.js'
import { bandwidthOf } from '../../sampling/window-bandwidth.js'
import { drawWindow } from '../../sampling/window-chain.js'
import { mostGivens } from '../../space/forward-selection.js'
import { parseObservation } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import { groupConditions } from '../condition-places.js'
import { formatsFor, type Given, repeatGiven, resolveConditions } from '../conditions.js'
import { allExcluded, type LikelihoodModule } from '../likelihood-row.js'
import { checkObservation } from '../observations.js'
import type { FittedWindow } from '../window-file.js'
import { type Evidence, evidenceOf, imposeKnowledge, type Knowledge, knowledgeOf, knownAbout, linearEvidence } from './knowledge.js'
import { type LinearEvidence, LinearLaw, LinearUpdate } from './linear-law.js'
import type { LocalContext, LocalModel } from './model.js'
import { orderedPass, place } from './ordered.js'
import { type LocalPosteriorReport, reportOnLocal } from './posterior-report.js'
import { checkCount, decodeLocal, drawField, type LocalSampleRequest } from './sample.js'
import { twoSidedUnits } from './units.js'
import { Weights } from './weigh.js'

/** What is known about the rows to draw; something has to be. */
export interface LocalPosteriorRequest extends LocalSampleRequest {
  /** One condition or several, by column name: numbers, or intervals. `count` rows for each, in their order. */
  readonly given?: Given | readonly Given[]
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
  /** Two-sided sweeps after the ordered pass. Default 4; 20 where something known needs Metropolis tests. */
  readonly sweeps?: number
}

/** Rows under conditions or observations, and how well the data support them. */
export interface LocalPosterior {
  readonly table: Table
  /** Formats that show given values with all their digits. */
  readonly formats: readonly ColumnFormat[]
  /** Scaled coordinates [conditions · count, d]. */
  readonly coordinates: Matrix
  readonly report: LocalPosteriorReport
}

/** ε of a coordinate without neighbours, relative to its variance. */
const LONELY_EPSILON = 0.05
/** On Gaussian fields over-relaxed sweeps, all one way, do in 4 what plain ones to and fro do in 20 (bench/local.mjs). */
const SWEEPS = 4
/** Tests reject, and powers need sweeps to grow in. */
const TESTED_SWEEPS = 20
const OVERRELAXATION = -0.5

/**
 * Draws rows given exact values or intervals of some columns, observations of expressions, and a likelihood: an ordered
 * pass that takes in what is known about each coordinate when its turn comes, then sweeps in which every coordinate is
 * drawn given *all* its neighbours, multiplied by what is known about it given the others. Observations that are linear
 * come in in closed form; all others, and a likelihood, by a Metropolis test a coordinate, their power growing from 0 to 1
 * in the first half of the sweeps. Sweeps go against the order of the pass, so that the first one brings back what the pass
 * has not seen yet, and are over-relaxed.
 *
 * @source mathematics, sections 7 and 9. Cost O(d·(M² + sweeps·n·M)) for n = conditions · count rows, and n·d likelihoods a
 * sweep; memory O((M + n)·d).
 * Throws `InputError` for unknown columns, malformed observations, impossible values, or when nothing is asked.
 */
export async function posteriorLocal(model: LocalModel, request: LocalPosteriorRequest, context: LocalContext): Promise<LocalPosterior> {
  const { encoder } = model
  const { count } = request
  const { conditions, observations } = checkLocalPosterior(model, request)
  const evidence = evidenceOf(encoder, observations, request.likelihood)
  refuseImpossible(model, evidence, request)
  const sweeps = request.sweeps ?? (evidence.weights.length > 0 ? TESTED_SWEEPS : SWEEPS)
  const key = keyFor(context.key, 'posterior')
  const { units, choices } = await fitTwoSided(model, { ...context, key: keyFor(key, 'fit') })
  const coordinates = matrix(conditions.length * count, model.coordinates.cols)
  const effectiveRows = new Float64Array(conditions.length)
  const groups = groupConditions(encoder, conditions)
  let acceptance = 1
  let impossible = 0
  for (const [g, group] of groups.entries()) {
    const own = keyFor(key, `group ${g}`)
    const members = group.members.map((member) => conditions[member]!)
    const knowledge = knowledgeOf(encoder, evidence, { group, conditions: members, count, key: keyFor(own, 'given') })
    const drawn = await drawKnown(model, { knowledge, units, request, sweeps, n: members.length * count }, { ...context, key: own })
    const d = coordinates.cols
    group.members.forEach((member, k) => {
      coordinates.data.set(drawn.state.data.subarray(k * count * d, (k + 1) * count * d), member * count * d)
      effectiveRows[member] = leastMedian(drawn.counts, k * count, count, model.coordinates.rows)
    })
    acceptance = Math.min(acceptance, drawn.acceptance)
    impossible += drawn.impossible
    context.watch?.progress?.({ stage: 'sampling', done: g + 1, total: groups.length })
  }
  const table = repeatGiven(decodeLocal(model, coordinates), conditions, count)
  const report = await reportOnLocal(
    model,
    {
      conditions,
      groups,
      observations,
      effectiveRows,
      table,
      sweeps,
      count,
      choices,
      impossible,
      ...(evidence.weights.length > 0 ? { acceptance } : {})
    },
    { ...context, key }
  )
  return { table, formats: formatsFor(encoder, conditions), coordinates, report }
}

/** All that can be refused about what is known, before anything is drawn. */
export function checkLocalPosterior(model: LocalModel, { count, given, observe = [], likelihood, sweeps }: LocalPosteriorRequest) {
  checkCount(count)
  const givens = given === undefined ? [{}] : Array.isArray(given) ? (given as readonly Given[]) : [given as Given]
  const asked = observe.length > 0 || likelihood !== undefined || givens.some((one) => Object.keys(one).length > 0)
  if (!asked || givens.length === 0)
    throw new InputError({
      code: 'posterior-empty',
      got: 'neither condition, observation nor likelihood',
      expected: 'one at least',
      try: '{ given: { column: value } }'
    })
  if (sweeps !== undefined && !(Number.isInteger(sweeps) && sweeps >= 1))
    throw new InputError({ code: 'sweeps', got: `${sweeps} sweeps`, expected: 'a whole number from 1', try: 'leaving it out' })
  checkCount(count * givens.length)
  const conditions = resolveConditions(model.encoder, givens)
  const observations = observe.map(parseObservation)
  for (const observation of observations) checkObservation(model.encoder, observation)
  return { conditions, observations }
}

/** Throws `InputError` where a weight is −∞ in every training row: chains would wander where nothing is possible. */
function refuseImpossible({ coordinates }: LocalModel, { weights }: Evidence, { observe = [], likelihood }: LocalPosteriorRequest): void {
  const possible = (i: number) => weights.every(({ value }) => value(rowOf(coordinates, i)) > Number.NEGATIVE_INFINITY)
  if (weights.length === 0 || Array.from({ length: coordinates.rows }, (_, i) => i).some(possible)) return
  throw allExcluded(observe, likelihood !== undefined)
}

async function fitTwoSided(model: LocalModel, context: LocalContext): Promise<{ units: FittedWindow[]; choices: GivenChoice[] }> {
  const plan = twoSidedUnits({ graph: model.graph, points: model.coordinates, mostGivens: mostGivens(model.coordinates.rows) })
  const choices = await chooseBandwidths(model, plan.units, context)
  const units: FittedWindow[] = []
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

interface KnownDraw {
  readonly knowledge: Knowledge
  readonly units: readonly FittedWindow[]
  readonly request: LocalPosteriorRequest
  readonly sweeps: number
  readonly n: number
}

interface Drawn {
  readonly state: Matrix
  /** Effective training rows behind each coordinate of each row in the last sweep; undefined where it is given. */
  readonly counts: readonly (Float64Array | undefined)[]
  /** Rows that no sweep brought to where the likelihood is above −∞. */
  readonly impossible: number
  /** Least over coordinates, of Metropolis tests with the whole likelihood; 1 where there are none. */
  readonly acceptance: number
}

async function drawKnown(model: LocalModel, { knowledge, units, request, sweeps, n }: KnownDraw, context: LocalContext): Promise<Drawn> {
  const state = await firstPass(model, knowledge, { ...request, count: n }, context)
  imposeKnowledge(knowledge, state)
  const weights = new Weights(knowledge.weights, state)
  const order = sweepOrder(model)
  let counts: Drawn['counts'] = []
  const passed = new Float64Array(units.length)
  let tests = 0
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    const power = Math.min(1, (2 * sweep) / sweeps)
    const swept = await twoSidedSweep(
      model,
      { units, order, knowledge, state, sweep, weights, power },
      { ...context, key: keyFor(context.key, 'sweep') }
    )
    counts = swept.counts
    if (power === 1) {
      tests++
      swept.passed.forEach((share, a) => {
        passed[a] = passed[a]! + share
      })
    }
    context.watch?.progress?.({ stage: 'sweeps', done: sweep, total: sweeps })
  }
  const { impossible } = weights
  return { state, counts, impossible, acceptance: passed.reduce((least, sum) => Math.min(least, sum / tests), 1) }
}

/** Where one draw of a coordinate, all others held, renews less than this share of its variance, a few sweeps do not bring news far. */
const STUCK = 0.15

/**
 * Rows that know what is known as well as can be before the sweeps. The ordered pass takes in what is known about single
 * coordinates when their turn comes, and the sweeps bring it back to those before; a linear law moves all columns at once
 * for what is observed about several, and for everything where columns follow each other so closely that sweeps do not.
 */
async function firstPass(model: LocalModel, knowledge: Knowledge, request: LocalPosteriorRequest, context: LocalContext): Promise<Matrix> {
  const { count, steps } = request
  const { parts } = model
  const key = keyFor(context.key, 'pass')
  if (parts.sweep === 'simultaneous') return drawField(model, request, { ...context, key })
  const options = { count, steps, engine: context.engine, watch: context.watch, key }
  const evidence = linearEvidence(knowledge, count)
  const law = new LinearLaw(model, parts.units)
  const alone = ({ terms }: LinearEvidence) => terms.length === 1
  // Before anything is known too: what a value says has to get from the columns beside it to all others.
  const stuck = evidence.length > 0 && [[], evidence.filter(alone)].some((some) => new LinearUpdate(law, some).leastRenewal() < STUCK)
  const known = {
    known: knowledge.given,
    knownOf: (coordinate: number, drawn: Matrix) => knownAbout(knowledge, coordinate, drawn, 'alone')
  }
  const state = await orderedPass(model, parts.units, stuck ? options : { ...options, ...known })
  if (stuck || !evidence.every(alone))
    new LinearUpdate(law, evidence).apply(state, { key: keyFor(key, 'update'), met: stuck ? () => false : alone })
  return state
}

/** Coordinates against the order of the ordered pass; over-relaxation mixes best when every sweep goes the same way. */
function sweepOrder({ parts, coordinates }: LocalModel): number[] {
  const drawn =
    parts.sweep === 'ordered'
      ? parts.units.flatMap(({ targets }) => Array.from(targets))
      : Array.from({ length: coordinates.cols }, (_, a) => a)
  return drawn.reverse()
}

interface Sweep {
  /** Coordinates in the order in which they are drawn. */
  readonly order: readonly number[]
  readonly units: readonly FittedWindow[]
  readonly knowledge: Knowledge
  readonly state: Matrix
  readonly sweep: number
  readonly weights: Weights
  readonly power: number
}

/** Draws every coordinate anew in `state`; the share of rows that each moved. */
async function twoSidedSweep(
  model: LocalModel,
  { units, order, knowledge, state, sweep, weights, power }: Sweep,
  context: LocalContext
): Promise<{ counts: (Float64Array | undefined)[]; passed: Float64Array }> {
  const counts = new Array<Float64Array | undefined>(units.length)
  const passed = new Float64Array(units.length).fill(1)
  for (const a of order) {
    throwIfStopped(context.watch, 'sweeps')
    if (knowledge.given.has(a)) continue
    const unit = units[a]!
    const bridge = windowBridge(rowsOf(model, unit), unit.bandwidth, unit.fit)
    const { targets, effectiveCount } = await drawWindow(bridge, takeColumns(state, unit.givens), {
      engine: context.engine,
      key: keyAtStep(keyFor(context.key, `coordinate ${a}`), sweep),
      steps: 2,
      start: takeColumns(state, [a]),
      overrelaxation: OVERRELAXATION,
      ...weights.along(a, power, knownAbout(knowledge, a, state, 'given-others'))
    })
    counts[a] = effectiveCount
    if (weights.touch(a)) {
      const proposal = { coordinate: a, targets, power, key: keyAtStep(keyFor(context.key, `weigh ${a}`), sweep) }
      passed[a] = weights.move(proposal) / state.rows
    } else place(state, [a], targets)
    weights.renew(a)
  }
  return { counts, passed }
}

/** Smallest over coordinates of the median over some rows; `most` where every coordinate is given. */
function leastMedian(counts: Drawn['counts'], first: number, count: number, most: number): number {
  return counts.reduce((least, own) => (own ? Math.min(least, median(own.subarray(first, first + count))) : least), most)
}
