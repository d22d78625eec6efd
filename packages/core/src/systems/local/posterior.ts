import { checkCount, inBatches } from '../../draw/batches.js'
import { type FieldKnowledge, type GuidedRows, guidedPass } from '../../draw/guided-pass.js'
import { drawWindow } from '../../draw/window-chain.js'
import { type Condition, formatsFor, type Given, repeatGiven } from '../../know/conditions.js'
import { type Evidence, restricted, tempered, together } from '../../know/evidence.js'
import { allExcluded } from '../../know/likelihood-row.js'
import { refuseFar } from '../../know/observations.js'
import { groupConditions, type LinearInterval } from '../../know/places.js'
import { type AskedOfRows, pullEach, readKnown } from '../../know/pull.js'
import { linearLaw } from '../../law/linear-law.js'
import { type FittedWindow, lawOfUnit } from '../../law/units.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped, unshared } from '../../num/iterate.js'
import { copyMatrix, type Matrix, matrix, takeColumns } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { knowledgeOf } from '../field-knowledge.js'
import { type Drift, driftOf } from './drift.js'
import { boundsGiven, noiseGiven } from './intervals.js'
import type { LocalModel } from './model.js'
import { place } from './ordered.js'
import { type LocalPosteriorReport, reportOnLocal } from './posterior-report.js'
import { decodeLocal, type LocalSampleRequest, trainingFieldTable } from './sample.js'
import { type Fared, Tally } from './tally.js'
import { type KnownWindows, knownWindows } from './windows.js'

/** What is known about the rows to draw; something has to be. */
export interface LocalPosteriorRequest extends LocalSampleRequest, AskedOfRows {
  /** One condition or several, by column name: numbers, or intervals. `count` rows for each, in their order. */
  readonly given?: Given | readonly Given[]
  /** Two-sided sweeps after the ordered pass. Default as many as it takes until no column's mean moves any more, from 4 to 64. */
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

/** Sweeps before it is asked whether they still move the rows. */
const SWEEPS = 4
/** Where powers of a likelihood need sweeps to grow in. */
const TEMPERED_SWEEPS = 20
const MOST_SWEEPS = 64
/** Over-relaxed sweeps, all one way, do in 4 what plain ones to and fro do in 20 (bench/local.mjs). */
const OVERRELAXATION = -0.5

/**
 * Draws rows given exact values or intervals of some columns, observations of expressions, and a likelihood: an ordered
 * pass that takes in what is known about each coordinate when its turn comes and what is known of later ones by messages of
 * a linear law, then sweeps in which every coordinate is drawn given *all* its neighbours, multiplied by what is known
 * about it given the others, until they move no mean any more. Observations that are linear come in in closed form; others
 * by the Gaussian that they are nearly when all other columns are held, where there is one, and a Metropolis test a
 * coordinate. A likelihood, and what no single column settles, grows from power 0 to 1 in the first half of the first 20
 * sweeps. Sweeps go against the order of the pass and are over-relaxed.
 *
 * @source mathematics, sections 7 and 9. Cost O(d·(M² + sweeps·n·M)) for n = conditions · count rows, and n·d likelihoods a
 * sweep; memory O((M + n)·d).
 * Throws `InputError` for unknown columns, malformed observations, impossible values, or when nothing is asked.
 */
export async function posteriorLocal(model: LocalModel, request: LocalPosteriorRequest, context: Context): Promise<LocalPosterior> {
  const { encoder } = model
  const { count } = request
  const { conditions, observations } = checkLocalPosterior(model, request)
  refuseFar(observations, trainingFieldTable(model))
  const evidence = pullEach(encoder, { observations, module: request.likelihood })
  if (await refusesAll(model, evidence)) throw allExcluded(request.observe ?? [], request.likelihood !== undefined)
  const key = keyFor(context.key, 'posterior')
  const drawn = await drawLocalPosterior(model, { conditions, evidence, request }, { ...context, key })
  const table = repeatGiven(decodeLocal(model, drawn.coordinates), conditions, count)
  const training = trainingFieldTable(model)
  const outcome = { ...drawn, groups: groupConditions(encoder, conditions), training, conditions, observations, table, count }
  const report = await reportOnLocal(outcome, { ...context, key })
  return { table, formats: formatsFor(encoder, conditions), coordinates: drawn.coordinates, report }
}

/** What is known of rows as data on the coordinates of a field. */
export interface LocalPosteriorDraw {
  /** Of the model's own coordinates. */
  readonly conditions: readonly Condition[]
  /** Of every row alike. */
  readonly intervals?: readonly LinearInterval[]
  readonly evidence: readonly Evidence[]
  readonly request: Pick<LocalPosteriorRequest, 'count' | 'sweeps' | 'steps'>
  /** Fitted anew when left out. */
  readonly fitted?: KnownWindows
}

/** Drawn coordinates and how the sweeps fared. */
export interface LocalPosteriorChains extends Fared {
  /** [conditions · count, d] */
  readonly coordinates: Matrix
}

/** Draws coordinates under conditions and evidence: `posteriorLocal` without words. */
export async function drawLocalPosterior(
  model: LocalModel,
  { conditions, intervals = [], evidence, request, fitted }: LocalPosteriorDraw,
  context: Context
): Promise<LocalPosteriorChains> {
  const { key } = context
  const { count } = request
  const alone = { ...context, watch: unshared(context.watch) }
  const windows = fitted ?? (await knownWindows(model, alone))
  const coordinates = matrix(conditions.length * count, model.coordinates.cols)
  const tested = evidence.some(({ linear }) => !linear)
  const tally = new Tally()
  const groups = groupConditions(model.encoder, conditions)
  for (const [g, group] of groups.entries()) {
    const own = keyFor(key, `group ${g}`)
    const members = group.members.map((member) => conditions[member]!)
    const batches = await inBatches({ ...context, count, key: own }, async ({ first, count: part, key: batchKey }) => {
      const knowledge = knowledgeOf(model, evidence, { group, conditions: members, count: part, key: keyFor(batchKey, 'given') })
      const asked = { knowledge: { ...knowledge, intervals }, windows, request: { ...request, count: part }, n: members.length * part }
      return { first, part, drawn: await drawKnown(model, asked, { ...alone, key: batchKey }) }
    })
    for (const { first, part, drawn } of batches) {
      const d = coordinates.cols
      group.members.forEach((member, k) => {
        coordinates.data.set(drawn.state.data.subarray(k * part * d, (k + 1) * part * d), (member * count + first) * d)
        tally.rest(member, leastMedian(drawn.counts, k * part, part, model.coordinates.rows))
      })
      const { impossible, sweeps, drift, acceptance } = drawn
      const moved = drift && { column: columnAt(model.encoder, drift.coordinate), by: drift.by }
      tally.add({ impossible, sweeps, choices: windows.choices, ...defined({ drift: moved, acceptance: tested ? acceptance : undefined }) })
    }
    context.watch?.progress?.({ stage: 'sampling', done: g + 1, total: groups.length })
  }
  return { coordinates, ...tally.outcome(conditions.length) }
}

const columnAt = ({ columns }: Encoder, coordinate: number): string =>
  columns.find((code) => code.carries === 'coordinate' && code.coordinate === coordinate)!.name

/** All that can be refused about what is known, before anything is drawn. */
export function checkLocalPosterior({ encoder }: Pick<LocalModel, 'encoder'>, { count, sweeps, ...asked }: LocalPosteriorRequest) {
  checkCount(count)
  if (sweeps !== undefined && !(Number.isInteger(sweeps) && sweeps >= 1))
    throw new InputError({ code: 'sweeps', got: `${sweeps} sweeps`, expected: 'a whole number from 1', try: 'leaving it out' })
  const known = readKnown(encoder, asked)
  checkCount(count * known.conditions.length)
  return known
}

/** Whether every training row is impossible: chains would wander where nothing is possible. */
export async function refusesAll({ coordinates }: LocalModel, evidence: readonly Evidence[]): Promise<boolean> {
  return evidence.length > 0 && (await impossibleRows(evidence, coordinates)) === coordinates.rows
}

/** Rows where something is −∞. */
async function impossibleRows(evidence: readonly Evidence[], coordinates: Matrix): Promise<number> {
  const all = Uint32Array.from({ length: coordinates.rows }, (_, i) => i)
  const values = await together(evidence)?.value({ coordinates, codes: new Int32Array(0) }, all)
  return values?.filter((value) => value === Number.NEGATIVE_INFINITY).length ?? 0
}

interface KnownDraw {
  readonly knowledge: FieldKnowledge
  readonly windows: KnownWindows
  readonly request: LocalPosteriorDraw['request']
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
  readonly sweeps: number
  /** What the second half of the sweeps still moved. */
  readonly drift?: Drift | undefined
}

/** The ordered pass under what is known, of n rows. */
export function passUnder(
  model: LocalModel,
  { knowledge, windows, request, n }: Omit<KnownDraw, 'windows'> & { readonly windows: Pick<KnownWindows, 'pass'> },
  context: Context
): Promise<GuidedRows> {
  const law = linearLaw(model, windows.pass)
  const pass = {
    rows: model,
    units: windows.pass.map((unit, u) => ({ regression: law[u]!, law: () => lawOfUnit(model, unit) })),
    knowledge,
    count: n,
    rowsPerCondition: request.count,
    steps: request.steps
  }
  return guidedPass(pass, context)
}

async function drawKnown(model: LocalModel, draw: KnownDraw, context: Context): Promise<Drawn> {
  const { knowledge, windows, request } = draw
  const { units } = windows
  const { state } = await passUnder(model, draw, { ...context, key: keyFor(context.key, 'pass') })
  imposeKnowledge(knowledge, state)
  const order = windows.pass.map(({ targets }) => targets[0]!).reverse()
  const grows = !knowledge.evidence.every((one) => one.linear || settledAlone(one))
  let last = request.sweeps ?? (grows ? TEMPERED_SWEEPS : SWEEPS)
  const grown = grows ? last : 1
  const passed = new Float64Array(units.length)
  const own = { ...context, key: keyFor(context.key, 'sweep') }
  let [tests, before, counts]: [number, Matrix, Drawn['counts']] = [0, state, []]
  let drift: Drift | undefined
  for (let sweep = 1; sweep <= last; sweep++) {
    if (sweep - 1 === Math.floor(last / 2)) before = copyMatrix(state)
    const power = Math.min(1, (2 * sweep) / grown)
    const swept = await twoSidedSweep(model, { units, order, knowledge, state, sweep, power }, own)
    counts = swept.counts
    if (power === 1) tests++
    if (power === 1) for (let a = 0; a < passed.length; a++) passed[a] = passed[a]! + swept.passed[a]!
    context.watch?.progress?.({ stage: 'sweeps', done: sweep, total: last })
    if (sweep < last) continue
    drift = driftOf(before, state)
    if (drift && request.sweeps === undefined) last = Math.min(MOST_SWEEPS, 2 * last)
  }
  const acceptance = passed.reduce((least, sum) => Math.min(least, sum / tests), 1)
  return { state, counts, impossible: await impossibleRows(knowledge.evidence, state), sweeps: last, drift, acceptance }
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

interface Sweep {
  /** Coordinates in the order in which they are drawn. */
  readonly order: readonly number[]
  readonly units: readonly FittedWindow[]
  readonly knowledge: FieldKnowledge
  readonly state: Matrix
  readonly sweep: number
  readonly power: number
}

/** Draws every coordinate anew in `state`; the share of rows that each moved. */
async function twoSidedSweep(
  model: LocalModel,
  { units, order, knowledge, state, sweep, power }: Sweep,
  context: Context
): Promise<{ counts: (Float64Array | undefined)[]; passed: Float64Array }> {
  const counts = new Array<Float64Array | undefined>(units.length)
  const passed = new Float64Array(units.length).fill(1)
  const swept = noiseGiven(knowledge.intervals ?? [], state, keyAtStep(context.key, sweep))
  for (const a of order) {
    throwIfStopped(context.watch, 'sweeps')
    if (knowledge.given.has(a)) continue
    const unit = units[a]!
    const law = lawOfUnit(model, unit)
    const touching = knowledge.evidence.filter(({ touches }) => touches?.includes(a) ?? true)
    const known = together(touching.map((one) => (one.linear ? one : tempered(one, power))))
    const { targets, effectiveCount, acceptance } = await drawWindow(law, takeColumns(state, unit.givens), {
      engine: context.engine,
      key: keyAtStep(keyFor(context.key, `coordinate ${a}`), sweep),
      steps: 2,
      start: takeColumns(state, [a]),
      overrelaxation: OVERRELAXATION,
      evidence: known && restricted(known, { coordinates: [a, ...unit.givens], rest: state }),
      bounds: boundsGiven(swept, a, { own: knowledge.bounds.get(a), state })
    })
    counts[a] = effectiveCount
    if (known && !known.linear) passed[a] = acceptance
    place(state, [a], targets)
  }
  return { counts, passed }
}

/** Smallest over coordinates of the median over some rows, those that moved; `most` where no other is known. */
function leastMedian(counts: Drawn['counts'], first: number, count: number, most: number): number {
  const known = counts.map((own) => own?.subarray(first, first + count).filter((rows) => !Number.isNaN(rows)))
  return known.reduce<number>((least, rows) => (rows && rows.length > 0 ? Math.min(least, median(rows)) : least), most)
}
