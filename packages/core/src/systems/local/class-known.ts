import type { Condition, GivenNumber } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { holdsAt } from '../../know/indicators.js'
import type { LikelihoodModule, LikelihoodRow } from '../../know/likelihood-row.js'
import { coordinateOf, groupConditions } from '../../know/places.js'
import { type Known, pullEach } from '../../know/pull.js'
import { reachOf, setBack } from '../../know/reach.js'
import { logLikelihoodsOf, slopeAt } from '../../know/row-likelihoods.js'
import { linearEvidence } from '../../law/linear-evidence.js'
import { linearLaw } from '../../law/linear-law.js'
import { type LinearObservation, linearObservations } from '../../law/linear-observations.js'
import { exp, log } from '../../num/elementary.js'
import { matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import type { Encoder } from '../../table/encoder.js'
import { indicatorsOf, withIndicators } from '../../table/expression.js'
import { ATOM_SHARE } from '../../table/recurring.js'
import type { NumericScaler } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { knowledgeOf } from '../field-knowledge.js'
import type { LocalModel } from './model.js'
import { passUnder } from './sweeps.js'
import type { KnownWindows } from './windows.js'

/** A class of rows as what is known meets it. */
export interface KnownClass {
  readonly model: LocalModel
  readonly levels: Int32Array
  readonly rows: Uint32Array
  readonly windows: () => Promise<KnownWindows>
}

/** What is known, in the columns of one class. */
export interface WithinClass {
  /** Without levels, and without columns that are constant in the class. */
  readonly condition: Condition
  readonly evidence: readonly Evidence[]
  /** log of how likely all of it is in the class, −∞ where it is impossible. */
  readonly logEvidence: number
}

/** The table's own columns, and its training rows: what numbers recur in. */
interface Whole {
  readonly encoder: Encoder
  readonly training: Table
  readonly classes: readonly KnownClass[]
}

/** Rows over which a likelihood without closed form is averaged. */
const AVERAGED_ROWS = 1024

/**
 * What is known within a class, where categories are as they are: indicators are numbers, a likelihood is of rows with its
 * levels. Cost of `linearEvidence`; of what has no closed form, that of an ordered pass of 1,024 rows.
 */
export async function withinClass(
  known: Known,
  own: KnownClass,
  { whole, context }: { readonly whole: Whole; readonly context: Context }
): Promise<WithinClass> {
  const { model, levels } = own
  const condition = conditionIn(model.encoder, known.condition)
  const holds = holdsAt(
    whole.encoder,
    known.observations.flatMap(({ residual }) => indicatorsOf(residual))
  )(levels)
  const observations = known.observations.map((one) => ({
    ...one,
    residual: withIndicators(one.residual, (indicator) => ({ kind: 'number', value: holds(indicator) ? 1 : 0 }))
  }))
  const all = pullEach(model.encoder, { observations, module: known.module && ofClass(known.module, whole.encoder, levels) })
  const constant = all.filter(({ touches }) => touches?.length === 0)
  const evidence = all.filter(({ touches }) => touches?.length !== 0)
  const within = { condition, evidence }
  const told = constantPart(model.encoder, known.condition) + (await constantEvidence(model, constant))
  if (told === Number.NEGATIVE_INFINITY || (evidence.length === 0 && condition.numbers.length + condition.ranges.length === 0))
    return { ...within, logEvidence: told }
  return { ...within, logEvidence: told + (await variedEvidence(own, within, { whole, context })) }
}

/** A condition in the columns of a class, without those that are constant in it. */
function conditionIn({ columns }: Encoder, { numbers, ranges, ...condition }: Condition): Condition {
  const within = <T extends { readonly name: string }>(parts: readonly T[]) =>
    parts.flatMap((part) => {
      const column = columns.findIndex(({ name }) => name === part.name)
      return columns[column]?.carries === 'coordinate' ? [{ ...part, column }] : []
    })
  return { ...condition, numbers: within(numbers), ranges: within(ranges), levels: new Map(), among: new Map(), unknown: [] }
}

/** 0 where columns that are constant in a class have what is known of them, −∞ where one has not. */
function constantPart({ columns }: Encoder, { numbers, ranges }: Condition): number {
  const values = new Map(columns.flatMap((code) => (code.carries === 'constant' ? [[code.name, code.value]] : [])))
  const met =
    numbers.every(({ name, value }) => (values.get(name) ?? value) === value) &&
    ranges.every(({ name, low, high }) => !values.has(name) || (values.get(name)! >= low && values.get(name)! <= high))
  return met ? 0 : Number.NEGATIVE_INFINITY
}

/** What is observed of a class as a whole. */
async function constantEvidence({ coordinates }: LocalModel, evidence: readonly Evidence[]): Promise<number> {
  const row = { coordinates: matrix(1, coordinates.cols), codes: new Int32Array(0) }
  let total = 0
  for (const one of evidence) total += (await logLikelihoodsOf(one, row))[0]!
  return total
}

/** A likelihood of whole rows as one of the numbers of a class. */
function ofClass({ logLikelihood, gradient }: LikelihoodModule, { columns, kinds }: Encoder, levels: Int32Array): LikelihoodModule {
  const named = Object.fromEntries(
    columns.flatMap((code, c) => {
      if (code.carries === 'empty') return [[code.name, null]]
      if (code.carries !== 'factor') return []
      const level = kinds[c]!.levels![levels[code.factor]!]
      return [[code.name, level === undefined ? null : kinds[c]!.kind === 'boolean' ? level === 'true' : level]]
    })
  )
  const whole = (row: LikelihoodRow): LikelihoodRow => ({ ...named, ...row })
  return {
    logLikelihood: (row) => logLikelihood(whole(row)),
    ...(gradient ? { gradient: (row: LikelihoodRow) => gradient(whole(row)) } : {})
  }
}

async function variedEvidence(
  own: KnownClass,
  { condition, evidence }: Pick<WithinClass, 'condition' | 'evidence'>,
  { whole, context }: { readonly whole: Whole; readonly context: Context }
): Promise<number> {
  const { model } = own
  const { encoder } = model
  const windows = await own.windows()
  const group = groupConditions(encoder, [condition])[0]!
  const key = keyFor(context.key, 'averaged')
  const linear = evidence.filter((one) => one.linear)
  // As far as what is known is followed outside the class's rows.
  const knowledge = knowledgeOf(model, linear, { group, conditions: [condition], count: AVERAGED_ROWS, key: keyFor(key, 'given') })
  const [given, settled] = [new Map<number, number>(), new Map<number, number>()]
  let total = 0
  for (const number of condition.numbers) {
    const { coordinate, scaler } = coordinateOf(encoder, number.column)
    const place = knowledge.given.get(coordinate)![0]!
    const mass = massOf(number, own, whole)
    ;(mass === undefined ? given : settled).set(coordinate, place)
    // Densities are of the column's own units, which all classes share.
    total += mass === undefined ? -log(unitsAt(scaler, place)) : log(mass)
  }
  const intervals = [...knowledge.bounds].map(([coordinate, { low, high }]) => ({
    terms: [{ coordinate, factor: 1 }],
    low: low[0]!,
    high: high[0]!,
    deviation: 0
  }))
  const observations: LinearObservation[] = []
  for (const one of linear)
    for (const observation of await linearObservations(model, one))
      observations.push({ ...observation, value: setBack(reachOf(model.coordinates, observation.terms), observation.value) })
  total += linearEvidence(linearLaw(model, windows.pass), { given, settled, observations, intervals })
  const curved = evidence.filter((one) => !one.linear)
  if (curved.length === 0 || total === Number.NEGATIVE_INFINITY) return total
  const asked = { knowledge, windows, request: { count: AVERAGED_ROWS }, noise: Uint32Array.from({ length: AVERAGED_ROWS }, (_, i) => i) }
  const { state } = await passUnder(model, asked, { ...context, key })
  return total + (await logMeanOf(curved, { coordinates: state, codes: new Int32Array(0) }))
}

/** d column / d coordinate; where values recur, of the whole column. */
function unitsAt(scaler: NumericScaler, place: number): number {
  const slope = slopeAt(scaler, place)
  if (slope !== 0 || scaler.method === 'standard') return Math.abs(slope)
  const { knots } = scaler
  return (knots[knots.length - 1]! - knots[0]!) / knots.length
}

/**
 * Share of a class's rows that have a number exactly, where it is one that recurs in some class: beside rows that all have
 * it, no density counts. Undefined where it is a number among others.
 */
function massOf({ name, value }: GivenNumber, own: KnownClass, { training, classes }: Whole): number | undefined {
  const column = training.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) return undefined
  const shareIn = ({ rows }: KnownClass): number => rows.reduce((sum, i) => sum + (column.values[i] === value ? 1 : 0), 0) / rows.length
  const atom = (one: KnownClass): boolean => {
    const code = one.model.encoder.columns.find((candidate) => candidate.name === name)
    if (code?.carries === 'constant') return code.value === value
    return (
      code?.carries === 'coordinate' &&
      code.scaler.method === 'quantile' &&
      shareIn(one) >= ATOM_SHARE &&
      one.rows.length * shareIn(one) > 1
    )
  }
  return classes.some(atom) ? shareIn(own) : undefined
}

/** log of the mean over rows of exp(Σ values). */
async function logMeanOf(evidence: readonly Evidence[], rows: Parameters<typeof logLikelihoodsOf>[1]): Promise<number> {
  const sums = new Float64Array(rows.coordinates.rows)
  for (const one of evidence)
    (await logLikelihoodsOf(one, rows)).forEach((value, i) => {
      sums[i] = sums[i]! + value
    })
  const largest = sums.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY) return largest
  return largest + log(sums.reduce((sum, value) => sum + exp(value - largest), 0) / sums.length)
}
