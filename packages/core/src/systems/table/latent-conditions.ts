import type { LikelihoodModule } from '../../know/likelihood-row.js'
import { moduleLikelihood, observationLikelihood } from '../../know/row-likelihoods.js'
import { log, normalCdf } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { bridgeOf } from '../../sampling/step.js'
import { symmetricScaling } from '../../scaling/symmetric.js'
import { cloud } from '../../space/cloud.js'
import type { Encoded, Encoder } from '../../table/encoder.js'
import { type ObservationExpression, parseObservation } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import { scaleValues } from '../../table/scaling.js'
import type { Table } from '../../table/table.js'
import { type NamedWarning, unknownWarnings } from '../condition-support.js'
import { type Condition, formatsFor, type Given, repeatGiven, resolveConditions } from '../conditions.js'
import type { Context } from '../context.js'
import { type ConditionalReport, sampleConditional } from '../global/condition-sample.js'
import { stackEncoded, takeEncoded } from '../global/generator.js'
import type { RowObservation } from '../latent/observation.js'
import { type RowLikelihood, sampleLatentBridgePosterior } from '../latent/posterior.js'
import { checkObservation } from '../observations.js'
import { decodeLatents, drawLatents, type LatentDraw, type LatentTableModel } from './latent.js'

/** What is known about rows of a latent model, in the columns of its table. */
export interface LatentConditions extends Pick<LatentDraw, 'steps' | 'start' | 'dynamics'> {
  /** One condition or several; several only without observations. */
  readonly given?: readonly Given[]
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
  /** Rows for each condition. */
  readonly rows: number
}

/** How well the data support an answer that went through the decoder. Plain JSON. */
export interface LatentConditionReport {
  readonly condition: string
  /** Training rows whose categories fit. */
  readonly candidates: number
  /** Effective number of them under what is known. */
  readonly effectiveRows: number
  /** Steps of every chain. */
  readonly steps: number
  /** Share of the proposals that were accepted. */
  readonly acceptance: number
  /** Root mean square distance of decoded from given numbers, before these are repeated exactly, in scaled coordinates. */
  readonly missed?: number
  readonly warnings: readonly NamedWarning[]
}

export interface LatentConditioned {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Coordinates behind the rows, before they were decoded [n, K]. */
  readonly latents: Matrix
  /** Where only categories were given: as for a model without codec. */
  readonly conditional?: ConditionalReport
  readonly conditions?: readonly LatentConditionReport[]
}

/**
 * Draws `rows` rows for every condition, grouped in their order; given values are repeated exactly. Categories restrict the
 * training rows. Numbers, intervals, observations and likelihoods are about decoded rows: the decoder is the observation
 * map, and what the codec cannot reproduce counts as noise.
 *
 * @source mathematics.md, sections 7 and 13. Cost of `sampleLatentBridgePosterior` for each condition.
 * Throws `InputError`: unknown columns or categories, combinations that no row has, empty intervals, malformed expressions.
 */
export async function sampleLatentConditioned(
  model: LatentTableModel,
  request: LatentConditions,
  context: Context
): Promise<LatentConditioned> {
  const { encoder } = model
  const { rows, given = [{}], observe = [], likelihood } = request
  // The bridge has no report in which an unknown category could be named.
  const conditions = resolveConditions(encoder, given, request.dynamics === 'bridge' ? 'refuse' : 'allow')
  const observations = observe.map(parseObservation)
  for (const observation of observations) checkObservation(encoder, observation)
  const numeric =
    conditions.some(({ numbers, ranges }) => numbers.length + ranges.length > 0) || observations.length > 0 || likelihood !== undefined
  if (!numeric) return drawCategories(model, { request, conditions }, context)
  refuseForDecoder(model, { request, conditions })
  const parts: Encoded[] = []
  const reports: LatentConditionReport[] = []
  for (const [k, condition] of conditions.entries()) {
    const known = { condition, observations, ...(likelihood ? { likelihood } : {}) }
    const own = { ...context, key: keyFor(context.key, `condition ${k}`) }
    const found = await drawThroughDecoder(model, known, { rows, steps: request.steps }, own)
    parts.push(found.drawn)
    reports.push(found.report)
  }
  return { ...(await asRows(model, stackEncoded(parts), conditions)), conditions: reports }
}

async function asRows(
  model: LatentTableModel,
  drawn: Encoded,
  conditions: readonly Condition[]
): Promise<Pick<LatentConditioned, 'table' | 'formats' | 'latents'>> {
  const table = repeatGiven(await decodeLatents(model, drawn), conditions, drawn.coordinates.rows / conditions.length)
  return { table, formats: formatsFor(model.encoder, conditions), latents: drawn.coordinates }
}

/** Only categories are given: the sampler behind the codec knows them. */
async function drawCategories(
  model: LatentTableModel,
  { request, conditions }: { request: LatentConditions; conditions: readonly Condition[] },
  context: Context
): Promise<LatentConditioned> {
  const { encoder, inner } = model
  const { rows, steps, given = [{}] } = request
  if (request.dynamics === 'bridge') {
    const parts: Encoded[] = []
    for (const [k, { levels, words }] of conditions.entries()) {
      candidatesOf(model, levels, words)
      const key = keyFor(context.key, `condition ${k}`)
      parts.push(await drawLatents(model, { ...request, count: rows, levels }, { ...context, key }))
    }
    return asRows(model, stackEncoded(parts), conditions)
  }
  const factors = new Set(encoder.columns.filter((code) => code.carries === 'factor').map(({ name }) => name))
  const known = given.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => factors.has(name))))
  const { encoded, report } = await sampleConditional(inner, { given: known, rows, ...(steps === undefined ? {} : { steps }) }, context)
  return { ...(await asRows(model, encoded, conditions)), conditional: report }
}

function refuseForDecoder(
  model: LatentTableModel,
  { request, conditions }: { request: LatentConditions; conditions: readonly Condition[] }
): void {
  const refuse = (got: string, remedy: string) =>
    new InputError({
      code: 'option-combination',
      got: `${got} with numbers that are given or observed behind --latent`,
      expected: 'one of them',
      try: remedy
    })
  if (request.dynamics === 'bridge') throw refuse('--dynamics bridge', '--dynamics langevin')
  if (model.inner.kernel.kind === 'variable') throw refuse('--kernel variable', '--kernel fixed')
  if (conditions.length > 1 && (request.observe?.length || request.likelihood))
    throw refuse('several conditions and observations', 'one condition')
  if (!(Number.isInteger(request.rows) && request.rows >= 1 && request.rows * conditions.length <= 1e8))
    throw new InputError({
      code: 'count',
      got: `n = ${request.rows}`,
      expected: 'a whole number of rows from 1 to 100000000',
      try: '-n 100'
    })
  // Refused before the first condition is drawn.
  for (const { levels, words } of conditions) candidatesOf(model, levels, words)
}

/** Training rows whose categories are those that are known. Throws `InputError` where none is. */
function candidatesOf({ rows, encoder }: LatentTableModel, levels: ReadonlyMap<number, number>, words: string): Uint32Array {
  const width = encoder.factors.length
  const found = Uint32Array.from(Array.from({ length: rows.coordinates.rows }, (_, i) => i)).filter((i) =>
    [...levels].every(([factor, level]) => rows.codes[i * width + factor] === level)
  )
  if (found.length > 0) return found
  throw new InputError({
    code: 'condition-contradictory',
    got: `${words}, which no row of the data has together`,
    expected: 'categories that occur together',
    try: 'leaving one of them out'
  })
}

interface Known {
  readonly condition: Condition
  readonly observations: readonly ObservationExpression[]
  readonly likelihood?: LikelihoodModule
}

async function drawThroughDecoder(
  model: LatentTableModel,
  known: Known,
  { rows: count, steps }: { rows: number; steps: number | undefined },
  context: Context
): Promise<{ drawn: Encoded; report: LatentConditionReport }> {
  const { codec, encoder, residual, inner } = model
  const { engine, watch } = context
  const candidates = candidatesOf(model, known.condition.levels, known.condition.words)
  const { rows, logWeights } = inner.training
  const training = cloud(
    takeRows(rows.coordinates, candidates),
    normaliseLogWeights(Float64Array.from(candidates, (row) => logWeights[row]!))
  )
  const whole = candidates.length === logWeights.length && inner.training.encoder.factors.length === 0
  const { kernel } = inner
  const potentials = whole
    ? inner.potentials
    : (await symmetricScaling({ cloud: training, kernel: { kind: 'gaussian', epsilon: kernel.epsilon }, engine, watch })).potentials
  const bridge = await bridgeOf(training, potentials, kernel, engine)
  const codes = takeEncoded(model.rows, candidates).codes
  const observation = observationOf(encoder, known)
  const likelihood = likelihoodOf(encoder, known, { codes, residual })
  const found = await sampleLatentBridgePosterior(
    { codec, bridge, residual },
    {
      ...(observation ? { observation } : {}),
      ...(likelihood ? { likelihood } : {}),
      count,
      ...(steps === undefined ? {} : { steps })
    },
    context
  )
  const drawn: Encoded = { coordinates: found.latents, codes: takeEncoded({ coordinates: training.points, codes }, found.members).codes }
  const missed = missedBy(encoder, known.condition, found.rows)
  const words = [known.condition.words, ...known.observations.map(({ text }) => text)].filter((part) => part !== '').join('; ')
  const { effectiveRows, steps: taken, acceptance } = found
  const about = { condition: words, candidates: candidates.length, effectiveRows, steps: taken, acceptance }
  return {
    drawn,
    report: { ...about, ...(missed === undefined ? {} : { missed }), warnings: [...unknownWarnings(known.condition), ...warningsOn(about)] }
  }
}

/** Given numbers and observations that are linear in scaled coordinates, as y = H x + noise. */
function observationOf(encoder: Encoder, { condition, observations }: Known): RowObservation | undefined {
  const rows: { slopes: Float64Array; value: number; variance: number }[] = []
  for (const { name, value } of condition.numbers) {
    const code = coordinateCode(encoder, name)
    const slopes = new Float64Array(encoder.coordinateCount)
    slopes[code.coordinate] = 1
    rows.push({ slopes, value: scaleValues(code.scaler, Float64Array.of(value))[0]!, variance: 0 })
  }
  for (const observation of observations) {
    const exact = observationLikelihood(encoder, [observation])
    if (!exact.linear) continue
    const { rows: slopes, targets } = exact.standIn!(new Float64Array(encoder.coordinateCount), new Int32Array(0))!
    rows.push({ slopes: slopes.data, value: targets[0]!, variance: 1 })
  }
  if (rows.length === 0) return undefined
  const operator = matrix(rows.length, encoder.coordinateCount)
  rows.forEach(({ slopes }, p) => {
    operator.data.set(slopes, p * operator.cols)
  })
  return { operator, values: Float64Array.from(rows, ({ value }) => value), variances: Float64Array.from(rows, ({ variance }) => variance) }
}

function coordinateCode(encoder: Encoder, name: string) {
  const code = encoder.columns.find((candidate) => candidate.name === name)!
  return code as Extract<typeof code, { carries: 'coordinate' }>
}

type Term = (point: Float64Array, codes: Int32Array) => number

/** Intervals, observations that are not linear, and a user's own likelihood, of decoded rows. */
function likelihoodOf(
  encoder: Encoder,
  { condition, observations, likelihood }: Known,
  { codes, residual }: { codes: Int32Array; residual: Float64Array }
): RowLikelihood | undefined {
  const terms: Term[] = [
    ...condition.ranges.map((range) => intervalTerm(encoder, range, residual)),
    ...observations.flatMap((observation) => curvedTerm(encoder, observation, residual)),
    ...(likelihood ? [moduleTerm(encoder, likelihood)] : [])
  ]
  if (terms.length === 0) return undefined
  const width = encoder.factors.length
  return {
    logLikelihood: (rows: Matrix, members: Uint32Array) =>
      Float64Array.from({ length: rows.rows }, (_, i) => {
        const own = codes.subarray(members[i]! * width, (members[i]! + 1) * width)
        return terms.reduce((sum, term) => sum + term(rowOf(rows, i), own), 0)
      })
  }
}

/** A codec that reproduces a column exactly still needs an edge that a chain can find. */
const SHARPEST = 1e-3

/** log P(low ≤ x + what the codec leaves out ≤ high). */
function intervalTerm(encoder: Encoder, { name, low, high }: Condition['ranges'][number], residual: Float64Array): Term {
  const { coordinate, scaler } = coordinateCode(encoder, name)
  const end = (value: number) => (Number.isFinite(value) ? scaleValues(scaler, Float64Array.of(value))[0]! : value)
  const [from, to] = [end(low), end(high)]
  const deviation = Math.max(SHARPEST, Math.sqrt(residual[coordinate]!))
  return (point) => {
    const x = point[coordinate]!
    const share = normalCdf((to - x) / deviation) - normalCdf((from - x) / deviation)
    return share > 0 ? log(share) : Number.NEGATIVE_INFINITY
  }
}

/** An observation that is not linear, its noise enlarged by what the codec leaves out along its slopes (the delta method). */
function curvedTerm(encoder: Encoder, observation: ObservationExpression, residual: Float64Array): Term[] {
  const exact = observationLikelihood(encoder, [observation])
  if (exact.linear) return []
  return [
    (point, codes) => {
      const value = exact.value(point, codes)
      const slopes = exact.standIn!(point, codes)?.rows.data
      let noise = 1
      slopes?.forEach((slope, c) => {
        noise += slope * slope * residual[c]!
      })
      return value / noise - 0.5 * log(noise)
    }
  ]
}

function moduleTerm(encoder: Encoder, likelihood: LikelihoodModule): Term {
  const exact = moduleLikelihood(encoder, likelihood)
  return (point, codes) => exact.value(point, codes)
}

function missedBy(encoder: Encoder, { numbers }: Condition, rows: Matrix): number | undefined {
  if (numbers.length === 0) return undefined
  let squares = 0
  for (const { name, value } of numbers) {
    const { coordinate, scaler } = coordinateCode(encoder, name)
    const wanted = scaleValues(scaler, Float64Array.of(value))[0]!
    for (let i = 0; i < rows.rows; i++) squares += (rows.data[i * rows.cols + coordinate]! - wanted) ** 2
  }
  return Math.sqrt(squares / (rows.rows * numbers.length))
}

const FEW_ROWS = 3

function warningsOn({ condition, effectiveRows, acceptance }: Omit<LatentConditionReport, 'warnings'>): NamedWarning[] {
  const warnings: NamedWarning[] = []
  const what = condition === '' ? 'the likelihood' : condition.length > 80 ? `${condition.slice(0, 80)}…` : condition
  if (effectiveRows < FEW_ROWS)
    warnings.push({ name: 'posterior-few-rows', message: `${what}: ${effectiveRows.toFixed(1)} training rows in effect agree with it` })
  if (acceptance < 0.05)
    warnings.push({
      name: 'acceptance-low',
      message: `${what}: ${(100 * acceptance).toFixed(1)} % of the steps were accepted, so that rows stay near training rows; more --steps help`
    })
  return warnings
}

/** Rows one below the other. */
