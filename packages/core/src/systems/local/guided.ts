import { coordinateEvidence, type Evidence, restricted, together } from '../../know/evidence.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, takeColumns } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { rowsOf } from '../../sampling/units.js'
import { windowBridge } from '../../sampling/window.js'
import { drawWindow, type WindowDraw } from '../../sampling/window-chain.js'
import { reachOf, setBack } from '../reach.js'
import type { FittedWindow } from '../window-file.js'
import { type Knowledge, type LinearObservation, linearObservations } from './knowledge.js'
import { backwardMessages, type LinearFactor, type LinearKnowledge, linearLaw, type Message, type Regression } from './linear-law.js'
import type { LocalContext, LocalModel } from './model.js'
import { place } from './ordered.js'
import { standInsOf } from './stand-ins.js'

export interface GuidedPass {
  /** Windows on single coordinates, each given coordinates before it. */
  readonly windows: readonly FittedWindow[]
  readonly knowledge: Knowledge
  /** Rows, and how many of them share a condition. */
  readonly count: number
  readonly rowsPerCondition: number
  readonly steps?: number | undefined
}

/**
 * An ordered pass under what is known [count, d]: every coordinate is drawn from its bridge given those before it, times
 * what is known of itself and what a linear law says that all that is known of later ones means for it. Where the field is
 * Gaussian these are rows of the posterior. A coordinate that is drawn from nothing is a window without givens.
 * Cost that of an ordered pass, and of `backwardMessages` a condition with intervals.
 */
export async function guidedPass(model: LocalModel, pass: GuidedPass, { engine, key, watch }: LocalContext): Promise<Matrix> {
  const { windows, knowledge, count, steps } = pass
  const out = matrix(count, model.coordinates.cols)
  const guide = await guideOf(model, pass)
  for (const [u, unit] of windows.entries()) {
    throwIfStopped(watch, 'sampling')
    const a = unit.targets[0]!
    const values = knowledge.given.get(a)
    if (values) {
      place(out, [a], matrix(count, 1, values))
      continue
    }
    const { targets } = await drawWindow(windowBridge(rowsOf(model, unit), unit.bandwidth, unit.fit), takeColumns(out, unit.givens), {
      engine,
      key: keyFor(key, `unit ${u}`),
      ...guide(unit, out),
      ...(steps === undefined ? {} : { steps })
    })
    place(out, unit.targets, targets)
    watch?.progress?.({ stage: 'sampling', done: u + 1, total: windows.length })
  }
  return out
}

/** Rows that share messages, and what these say about each coordinate. */
interface Batch {
  readonly first: number
  readonly count: number
  readonly messages: readonly (Message | undefined)[]
}

/** What is known about a window's coordinate once those before it are drawn. */
async function guideOf(
  model: LocalModel,
  pass: GuidedPass
): Promise<(unit: FittedWindow, drawn: Matrix) => Pick<WindowDraw, 'evidence' | 'bounds'>> {
  const { windows, knowledge, count, rowsPerCondition } = pass
  const law = linearLaw(model, windows)
  const order = new Map(law.map(({ target }, at) => [target, at]))
  const taken = new Map<number, Evidence[]>()
  const factors: ReturnType<typeof factorOf>[] = []
  const later: ReturnType<typeof factorOf>[] = []
  for (const evidence of knowledge.evidence) {
    // What is taken as it is when its last coordinate is drawn need not be said to that coordinate twice.
    const last = evidence.linear ? undefined : evidence.touches?.reduce((a, b) => (order.get(b)! > order.get(a)! ? b : a))
    const asItIs = last !== undefined && evidence.linearise !== undefined
    if (asItIs) taken.set(last, [...(taken.get(last) ?? []), evidence])
    for (const one of await linearObservations(model, evidence)) (asItIs ? later : factors).push(factorOf(model, one))
  }
  // Intervals, unlike values, shape the messages: each condition has its own.
  const size = knowledge.bounds.size > 0 ? rowsPerCondition : count
  const batches: Batch[] = []
  for (let first = 0; first < count; first += size) {
    const known: LinearKnowledge = {
      count: size,
      given: new Map([...knowledge.given].map(([a, values]) => [a, values.subarray(first, first + size)])),
      factors: factors.map((factor) => factor(size)),
      standIns: later.map((factor) => factor(size))
    }
    batches.push({ first, count: size, messages: batchMessages(law, known, { bounds: knowledge.bounds, first }) })
  }
  return ({ targets, givens }, rest) => {
    const a = targets[0]!
    const message = messageFrom(batches, a, rest)
    const own = (taken.get(a) ?? []).map((evidence) => restricted(evidence, { coordinates: [a, ...givens], rest }))
    return { evidence: together([...(message ? [coordinateEvidence(0, message)] : []), ...own]), bounds: knowledge.bounds.get(a) }
  }
}

function batchMessages(
  law: readonly Regression[],
  known: LinearKnowledge,
  { bounds, first }: { bounds: Knowledge['bounds']; first: number }
): (Message | undefined)[] {
  if (bounds.size === 0) return backwardMessages(law, known)
  const intervals = new Map([...bounds].map(([a, { low, high }]) => [a, [low[first]!, high[first]!] as const]))
  const sites = standInsOf(law, known, intervals)
  return backwardMessages(law, { ...known, standIns: [...known.standIns!, ...sites] })
}

function factorOf(model: LocalModel, { terms, value, precision }: LinearObservation): (count: number) => LinearFactor {
  const near = setBack(reachOf(model.coordinates, terms), value)
  return (count) => ({ terms, precision, values: new Float64Array(count).fill(near) })
}

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
