import { log } from '../num/elementary.js'
import { type Matrix, rowOf } from '../num/matrix.js'
import { fillUniform, type Key } from '../num/random.js'
import type { LocalSource } from './informed-local.js'
import type { Answer, Asked, InformedProblem, Proposals } from './informed-problem.js'
import { Proposer } from './informed-proposer.js'
import { codesOf, copyState, type InformedState, stepKey, takeState } from './informed-state.js'

/** Chains on their way, with the proposal that each will be tested with next. */
export interface InformedChains {
  readonly state: InformedState
  /** log L of every chain's row; zeros without likelihood. */
  readonly logLikelihood: Float64Array
  /** Proposals, where `fresh`; otherwise a chain must propose anew. */
  readonly pending: Proposals
  readonly fresh: Uint8Array
  /** Effective number of rows 1/Σp² at the chains' places; NaN until known. */
  readonly effectiveCount: Float64Array
}

/** Chains that per call keep the moments of all parts within about 64 MB. */
function chunkSize(source: LocalSource, d: number): number {
  const numbers = source.partCount * (d + (d * (d + 1)) / 2 + 3)
  return Math.max(64, Math.floor(8e6 / numbers))
}

export function startChains(problem: InformedProblem, state: InformedState): InformedChains {
  const n = state.part.length
  const { likelihood } = problem
  const logLikelihood = new Float64Array(n)
  if (likelihood) for (let i = 0; i < n; i++) logLikelihood[i] = likelihood.value(rowOf(state.coordinates, i), codesOf(state, i))
  return {
    state,
    logLikelihood,
    pending: emptyProposals(state),
    fresh: new Uint8Array(n),
    effectiveCount: new Float64Array(n).fill(Number.NaN)
  }
}

const emptyProposals = (state: InformedState): Proposals => ({
  state: copyState(state),
  logForward: new Float64Array(state.part.length)
})

/**
 * One Metropolis step of all chains. From x a row x' is proposed from N(m(x), C(x)) times the (local Gaussian) likelihood
 * and accepted with probability min(1, L(x') L̂_{x'}(x) Z(x) / (L(x) L̂_x(x') Z(x'))): Z(x)/Z(x') where L̂ is L itself.
 * Where the bridge is reversible for π, the chain's law is then π × L. Evaluating the proposal also gives the next one,
 * so a step costs one `moments` of all chains and one of those that were rejected before.
 * @source mathematics, section 7. Cost O(n·M·d²) at most, memory O(n·d).
 */
export async function informedStep(
  problem: InformedProblem,
  chains: InformedChains,
  key: Key
): Promise<{ chains: InformedChains; accepted: Uint8Array }> {
  const { state, pending, fresh, logLikelihood, effectiveCount } = chains
  const n = state.part.length
  const stale = indicesWhere(n, (i) => !fresh[i])
  if (stale.length > 0) {
    const from = takeState(state, stale)
    const asked = await evaluate(problem, { from, chains: stale, key: stepKey(key, 'propose') })
    scatter(pending, asked.next, stale)
    stale.forEach((i, k) => {
      effectiveCount[i] = asked.effectiveCount[k]!
    })
  }
  const all = indicesWhere(n, () => true)
  const there = await evaluate(problem, { from: pending.state, chains: all, key: stepKey(key, 'ahead'), back: state })
  const uniform = new Float64Array(1)
  const accepted = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const value = problem.likelihood?.value(rowOf(pending.state.coordinates, i), codesOf(pending.state, i)) ?? 0
    const logRatio = value - logLikelihood[i]! + there.logBackward[i]! - pending.logForward[i]!
    const forced = value > Number.NEGATIVE_INFINITY && logLikelihood[i] === Number.NEGATIVE_INFINITY
    fillUniform(stepKey(key, 'accept'), i, uniform)
    if (!forced && !(log(uniform[0]!) < logRatio)) continue
    if (!withinBounds(problem, pending.state.coordinates, i)) continue
    accepted[i] = 1
    logLikelihood[i] = value
    effectiveCount[i] = there.effectiveCount[i]!
  }
  const moved = indicesWhere(n, (i) => accepted[i] === 1)
  scatterState(state, takeState(pending.state, moved), moved)
  scatter(pending, takeProposals(there.next, moved), moved)
  return { chains: { state, logLikelihood, pending, fresh: accepted.slice(), effectiveCount }, accepted }
}

function indicesWhere(n: number, test: (i: number) => boolean): Uint32Array {
  const out: number[] = []
  for (let i = 0; i < n; i++) if (test(i)) out.push(i)
  return Uint32Array.from(out)
}

function withinBounds({ split, conditions, conditionOf }: InformedProblem, coordinates: Matrix, i: number): boolean {
  const { bounds } = conditions[conditionOf[i]!]!
  return split.ranged.every((c, k) => {
    const x = coordinates.data[i * coordinates.cols + c]!
    return x >= bounds.low[k]! && x <= bounds.high[k]!
  })
}

function scatterState(into: InformedState, from: InformedState, at: Uint32Array): void {
  const { cols } = into.coordinates
  const width = into.part.length === 0 ? 0 : into.codes.length / into.part.length
  at.forEach((i, k) => {
    into.coordinates.data.set(rowOf(from.coordinates, k), i * cols)
    into.codes.set(from.codes.subarray(k * width, (k + 1) * width), i * width)
    into.part[i] = from.part[k]!
  })
}

function scatter(into: Proposals, from: Proposals, at: Uint32Array): void {
  scatterState(into.state, from.state, at)
  at.forEach((i, k) => {
    into.logForward[i] = from.logForward[k]!
  })
}

const takeProposals = (from: Proposals, at: Uint32Array): Proposals => ({
  state: takeState(from.state, at),
  logForward: Float64Array.from(at, (i) => from.logForward[i]!)
})

const emptyAnswer = (from: InformedState): Answer => ({
  next: emptyProposals(from),
  logBackward: new Float64Array(from.part.length),
  effectiveCount: new Float64Array(from.part.length)
})

/** Local Gaussians at every state: the next proposal of each, and how dense it would have proposed `back`. */
export async function evaluate(problem: InformedProblem, asked: Asked): Promise<Answer> {
  const answer = emptyAnswer(asked.from)
  await visit(problem, asked.from, [new Proposer(problem, asked, answer)])
  return answer
}

/** Where every chain might go next, one state a key: many draws of the local Gaussians for one evaluation of them. No Metropolis test. */
export async function proposals(problem: InformedProblem, from: InformedState, keys: readonly Key[]): Promise<InformedState[]> {
  const chains = indicesWhere(from.part.length, () => true)
  const answers = keys.map(() => emptyAnswer(from))
  await visit(
    problem,
    from,
    keys.map((key, r) => new Proposer(problem, { from, chains, key }, answers[r]!))
  )
  return answers.map(({ next }) => next.state)
}

/** Shows every state with its local Gaussians to the proposers, in chunks. */
async function visit(problem: InformedProblem, from: InformedState, proposers: readonly Proposer[]): Promise<void> {
  const n = from.part.length
  const size = chunkSize(problem.source, from.coordinates.cols)
  for (let first = 0; first < n; first += size) {
    const rows = Uint32Array.from({ length: Math.min(size, n - first) }, (_, k) => first + k)
    const parts = await problem.source.at(rows.length === n ? from : takeState(from, rows))
    for (const proposer of proposers) for (let k = 0; k < rows.length; k++) proposer.visit(parts, k, first + k)
  }
}
