import type { Context } from '../kernel/context.js'
import { coordinateEvidence, type Evidence, restricted, together } from '../know/evidence.js'
import type { Bounds, LinearInterval } from '../know/places.js'
import { reachOf, setBack } from '../know/reach.js'
import type { Law } from '../law/law.js'
import { backwardMessages, type LinearFactor, type LinearKnowledge, type Message, type Regression } from '../law/linear-law.js'
import { type LinearObservation, linearObservations } from '../law/linear-observations.js'
import { standInsOf } from '../law/stand-ins.js'
import type { FieldRows } from '../law/units.js'
import { throwIfStopped } from '../num/iterate.js'
import { type Matrix, matrix, takeColumns } from '../num/matrix.js'
import { keyFor } from '../num/random.js'
import { drawWindow, type WindowDraw } from './window-chain.js'

/** What is known about the rows of a field, row by row. */
export interface FieldKnowledge {
  /** Scaled value of each coordinate that is given [n]. */
  readonly given: ReadonlyMap<number, Float64Array>
  /** Interval of each coordinate that is restricted [n] [n]. */
  readonly bounds: ReadonlyMap<number, Bounds>
  /** Of every row alike; the pass takes Gaussians in their place. */
  readonly intervals?: readonly LinearInterval[] | undefined
  /** Of every row alike. */
  readonly evidence: readonly Evidence[]
}

/** A coordinate of a field, drawn given coordinates that are drawn before it. */
export interface GuidedUnit {
  /** The same as a linear law: what carries knowledge back to earlier coordinates. */
  readonly regression: Regression
  /** The law of the target given these, asked for when it is its turn. */
  readonly law: () => Law
}

interface GuidedPass {
  /** Training rows of the field: what nonlinear evidence is regressed on. */
  readonly rows: FieldRows
  /** In the order in which they are drawn. */
  readonly units: readonly GuidedUnit[]
  readonly knowledge: FieldKnowledge
  /** Rows, and how many of them share a condition. */
  readonly count: number
  readonly rowsPerCondition: number
  /** Inner steps of windows with a kernel on their target. Default 10. */
  readonly steps?: number | undefined
  /** Counter of each row's randomness [count]; its place when left out. */
  readonly noise?: Uint32Array | undefined
}

/** Rows [count, d], and the effective training rows behind each coordinate; undefined where it is given [d][count]. */
export interface GuidedRows {
  readonly state: Matrix
  readonly counts: readonly (Float64Array | undefined)[]
}

/**
 * An ordered pass under what is known: every coordinate is drawn from its bridge given those before it, times what is known of
 * itself and what a linear law says that all that is known of later ones means for it. Where the field is Gaussian these are
 * rows of the posterior. A coordinate that is drawn from nothing is a window without givens.
 * Cost that of an ordered pass, and of `backwardMessages` a condition with intervals.
 */
export async function guidedPass(pass: GuidedPass, { engine, key, watch }: Context): Promise<GuidedRows> {
  const { rows, units, knowledge, count, steps, noise } = pass
  const out = matrix(count, rows.coordinates.cols)
  const counts = new Array<Float64Array | undefined>(out.cols)
  for (const [a, values] of knowledge.given) for (let i = 0; i < count; i++) out.data[i * out.cols + a] = values[i]!
  const guide = await guideOf(pass)
  for (const [u, { regression, law }] of units.entries()) {
    throwIfStopped(watch, 'sampling')
    const { target, givens } = regression
    if (knowledge.given.has(target)) continue
    const { targets, effectiveCount } = await drawWindow(law(), takeColumns(out, givens), {
      engine,
      key: keyFor(key, `unit ${u}`),
      steps,
      noise,
      ...guide(regression, out)
    })
    counts[target] = effectiveCount
    for (let i = 0; i < count; i++) out.data[i * out.cols + target] = targets.data[i]!
    watch?.progress?.({ stage: 'sampling', done: u + 1, total: units.length })
  }
  return { state: out, counts }
}

/** Rows that share messages, and what these say about each coordinate. */
interface Batch {
  readonly first: number
  readonly count: number
  readonly messages: readonly (Message | undefined)[]
}

/** What is known about a window's coordinate once those before it are drawn. */
async function guideOf(pass: GuidedPass): Promise<(unit: Regression, drawn: Matrix) => Pick<WindowDraw, 'evidence' | 'bounds'>> {
  const { rows, units, knowledge, count, rowsPerCondition } = pass
  const law = units.map(({ regression }) => regression)
  const order = new Map(law.map(({ target }, at) => [target, at]))
  const taken = new Map<number, Evidence[]>()
  const factors: ReturnType<typeof factorOf>[] = []
  const later: ReturnType<typeof factorOf>[] = []
  for (const evidence of knowledge.evidence) {
    // What is taken as it is when its last coordinate is drawn need not be said to that coordinate twice.
    const last = evidence.linear ? undefined : evidence.touches?.reduce((a, b) => (order.get(b)! > order.get(a)! ? b : a))
    const asItIs = last !== undefined && evidence.linearise !== undefined
    if (asItIs) taken.set(last, [...(taken.get(last) ?? []), evidence])
    for (const one of await linearObservations(rows, evidence))
      (asItIs ? later : factors).push(factorOf(one, setBack(reachOf(rows.coordinates, one.terms), one.value)))
  }
  // Intervals, unlike values, shape the messages: each condition has its own.
  const { bounds, intervals = [] } = knowledge
  const size = bounds.size + intervals.length > 0 ? rowsPerCondition : count
  const batches: Batch[] = []
  for (let first = 0; first < count; first += size) {
    const known: LinearKnowledge = {
      count: size,
      given: new Map([...knowledge.given].map(([a, values]) => [a, values.subarray(first, first + size)])),
      factors: factors.map((factor) => factor(size)),
      standIns: later.map((factor) => factor(size))
    }
    batches.push({ first, count: size, messages: batchMessages(law, known, { bounds, intervals, first }) })
  }
  return ({ target: a, givens }, rest) => {
    const message = messageFrom(batches, a, rest)
    const own = (taken.get(a) ?? []).map((evidence) => restricted(evidence, { coordinates: [a, ...givens], rest }))
    return { evidence: together([...(message ? [coordinateEvidence(0, message)] : []), ...own]), bounds: bounds.get(a) }
  }
}

function batchMessages(
  law: readonly Regression[],
  known: LinearKnowledge,
  { bounds, intervals, first }: Required<Pick<FieldKnowledge, 'bounds' | 'intervals'>> & { readonly first: number }
): (Message | undefined)[] {
  const own = [...bounds].map(([coordinate, { low, high }]) => ({
    terms: [{ coordinate, factor: 1 }],
    low: low[first]!,
    high: high[first]!,
    deviation: 0
  }))
  const sites = standInsOf(law, known, [...own, ...intervals!])
  const said = (some: typeof sites): LinearFactor[] => some.filter((site) => site !== undefined)
  return backwardMessages(law, {
    ...known,
    factors: [...known.factors, ...said(sites.slice(own.length))],
    standIns: [...known.standIns!, ...said(sites.slice(0, own.length))]
  })
}

const factorOf =
  ({ terms, precision }: LinearObservation, value: number): ((count: number) => LinearFactor) =>
  (count) => ({ terms, precision, values: new Float64Array(count).fill(value) })

/** What messages say about a coordinate, given those drawn before it, as a Gaussian a row. */
function messageFrom(batches: readonly Batch[], coordinate: number, drawn: Matrix) {
  if (batches.every(({ messages }) => !messages[coordinate])) return undefined
  const value = new Float64Array(drawn.rows)
  const precision = new Float64Array(drawn.rows)
  for (const { first, count, messages } of batches) {
    const message = messages[coordinate]
    if (!message) continue
    for (let i = 0; i < count; i++) {
      let information = message.information[i]!
      for (const { coordinate: other, weight } of message.others) information -= weight * drawn.data[(first + i) * drawn.cols + other]!
      value[first + i] = information / message.precision
      precision[first + i] = message.precision
    }
  }
  return { value, precision }
}
