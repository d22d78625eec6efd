import type { Law } from '../law/law.js'
import { isStill, type LocalPart, mixtureAt, replaceMixture, takeMixture } from '../law/mixture.js'
import { copyState, type InformedState, stepKey, takeState } from '../law/state.js'
import { log } from '../num/elementary.js'
import { copyRow, type Matrix, takeValues } from '../num/matrix.js'
import { fillUniform, type Key } from '../num/random.js'
import { conditioned } from './informed-evidence.js'
import type { Answer, Asked, InformedProblem, Proposals } from './informed-problem.js'
import { Proposer } from './informed-proposer.js'
import { type Conditioned, KnownGaussian } from './known-gaussian.js'

/** Chains on their way, with the proposal that each will be tested with next. */
export interface InformedChains {
  readonly state: InformedState
  /** A row a step ahead of every chain, where rows are drawn so. */
  readonly rows?: InformedState | undefined
  /** log L of every chain's row; zeros where nothing is observed, NaN for chains that are at no row yet. Of rows ahead, an estimate of log Z. */
  readonly logLikelihood: Float64Array
  /** Proposals, where `fresh`; otherwise a chain must propose anew. */
  readonly pending: Proposals
  readonly fresh: Uint8Array
  /** Effective number of rows 1/Σp² at the chains' places; NaN until known. */
  readonly effectiveCount: Float64Array
  /** The law's Gaussians where the chains stand, so that those that stay need not ask for them again; absent until known, and where they are not kept. */
  readonly mixture?: readonly LocalPart[] | undefined
}

/** Chains that per call keep the moments of all parts within about 64 MB. */
export function mostKept({ strata }: Law): number {
  const d = strata.parts[0]!.values.cols
  const numbers = strata.parts.length * (d + (d * (d + 1)) / 2 + 3)
  return Math.max(64, Math.floor(8e6 / numbers))
}

/** Whether the Gaussians of all chains take no more than a call may. */
const isHeld = ({ law, atOnce }: InformedProblem, { part }: InformedState): boolean => part.length <= (atOnce ?? mostKept(law))

/** Whether they are kept from step to step: where no step changes what they depend on unseen. */
function isKept(problem: InformedProblem, state: InformedState): boolean {
  const { law, sweeps = law.strata.sweep !== undefined } = problem
  return !sweeps && isHeld(problem, state) && (!isStill(law) || law.strata.parts.length === 1)
}

/** The law's Gaussians at states of all chains, or of these. */
function mixtureOf(problem: InformedProblem, state: InformedState, chains?: Uint32Array): Promise<LocalPart[]> {
  const { law, engine, ridge, predicts, conditions, conditionOf } = problem
  const isOpen = (i: number, part: number) => (conditions[conditionOf[chains?.[i] ?? i]!]!.allowed?.[part] ?? 1) === 1
  return mixtureAt(law, state, { engine, ridge, predicts, isOpen })
}

/** Chains at a state. `placed: false`: it is no row that they could stay at, so that whatever is proposed first is taken. */
export async function startChains(
  problem: Pick<InformedProblem, 'evidence'>,
  state: InformedState,
  { placed = true, mixture }: { readonly placed?: boolean; readonly mixture?: readonly LocalPart[] | undefined } = {}
): Promise<InformedChains> {
  const n = state.part.length
  return {
    state,
    logLikelihood: placed ? await logLikelihoods(problem, state) : new Float64Array(n).fill(Number.NaN),
    pending: emptyProposals(state),
    fresh: new Uint8Array(n),
    effectiveCount: new Float64Array(n).fill(Number.NaN),
    mixture
  }
}

/** log L of every chain's row [n]; zeros where nothing is observed. */
export async function logLikelihoods({ evidence }: Pick<InformedProblem, 'evidence'>, state: InformedState): Promise<Float64Array> {
  return evidence ? evidence.value(state, allOf(state)) : new Float64Array(state.part.length)
}

const allOf = ({ part }: InformedState): Uint32Array => Uint32Array.from(part.keys())

const emptyProposals = (state: InformedState): Proposals => ({
  state: copyState(state),
  logForward: new Float64Array(state.part.length)
})

/**
 * One Metropolis step of all chains. From x a row x' is proposed from N(m(x), C(x)) times the (local Gaussian) likelihood
 * and accepted with probability min(1, L(x') L̂_{x'}(x) Z(x) / (L(x) L̂_x(x') Z(x'))): Z(x)/Z(x') where L̂ is L itself.
 * Where the bridge is reversible for π, the chain's law is then π × L. Evaluating the proposal also gives the next one,
 * so a step costs one `moments` of all chains; where the law is still and has one part, none after the first; where Gaussians
 * are too many to be kept, one more of those that were rejected before.
 * @source mathematics, section 7. Cost O(n·M·d²) at most, memory O(n·d).
 */
export async function informedStep(
  problem: InformedProblem,
  chains: InformedChains,
  key: Key
): Promise<{ chains: InformedChains; accepted: Uint8Array }> {
  const { state, pending, fresh, effectiveCount } = chains
  const all = allOf(state)
  const here = isKept(problem, state) ? (chains.mixture ?? (await mixtureOf(problem, state))) : undefined
  if (isStill(problem.law)) {
    const asked = await evaluate(problem, { from: state, chains: all, key: stepKey(key, 'propose'), back: state, mixture: here })
    const moved = await accept(problem, chains, { proposals: asked.next, there: asked, key })
    return { chains: { ...chains, fresh: new Uint8Array(state.part.length), mixture: here }, accepted: moved }
  }
  const stale = all.filter((i) => !fresh[i])
  if (stale.length > 0) {
    const mixture = here && takeMixture(here, stale)
    const asked = await evaluate(problem, { from: takeState(state, stale), chains: stale, key: stepKey(key, 'propose'), mixture })
    scatter(pending, asked.next, stale)
    stale.forEach((i, k) => {
      effectiveCount[i] = asked.effectiveCount[k]!
    })
  }
  const shared = here !== undefined || (problem.ahead !== undefined && isHeld(problem, state))
  const ahead = shared ? await mixtureOf(problem, pending.state) : undefined
  const there = await evaluate(problem, { from: pending.state, chains: all, key: stepKey(key, 'ahead'), back: state, mixture: ahead })
  const rows = problem.ahead && (await rowsAhead(problem, pending.state, { key, mixture: ahead }))
  const accepted = await accept(problem, chains, { proposals: pending, rows, there, key })
  const moved = all.filter((i) => accepted[i] === 1)
  scatter(pending, takeProposals(there.next, moved), moved)
  if (here && ahead) replaceMixture(here, ahead, moved)
  return { chains: { ...chains, fresh: accepted.slice(), mixture: here }, accepted }
}

/** Rows a step ahead of chains, and how well they meet what is known. */
interface RowsAhead {
  readonly rows: InformedState
  /** log of an unbiased estimate of Z where each chain stands: L of its row over what the proposal density has beyond the bridge's own [n]. */
  readonly logMet: Float64Array
}

/** A row ahead of every state, drawn from its local Gaussians times what is known. */
async function rowsAhead(
  problem: InformedProblem,
  state: InformedState,
  { key, mixture }: { readonly key: Key; readonly mixture?: readonly LocalPart[] | undefined }
): Promise<RowsAhead> {
  const met = { ...problem, evidence: problem.ahead, ahead: undefined }
  const { next } = await evaluate(met, { from: state, chains: allOf(state), key: stepKey(key, 'row'), mixture })
  const values = await logLikelihoods(met, next.state)
  return { rows: next.state, logMet: values.map((value, i) => value - next.logForward[i]!) }
}

/**
 * Chains that have rows a step ahead of them, as steps under `ahead` take: these move the chains by the Metropolis test of the pair, of
 * which rows have π × L where the bridge is reversible for π. Where it is not, they still are rows that the bridge leads to: a chain
 * that stands at its row itself is let into any gap between the rows of the data from which the next step leads away from what is known.
 * @source Andrieu, Roberts, *The pseudo-marginal approach for efficient Monte Carlo computations*, Annals of Statistics 37 (2009).
 */
export async function lookAhead(problem: InformedProblem, { state, mixture }: InformedChains, key: Key): Promise<InformedChains> {
  const here = mixture ?? (isKept(problem, state) ? await mixtureOf(problem, state) : undefined)
  const { rows, logMet } = await rowsAhead(problem, state, { key, mixture: here })
  return { ...(await startChains({}, state, { mixture: here })), rows, logLikelihood: logMet }
}

/**
 * Puts chains whose categories were drawn anew in the place of those that they were `before`, by the test of the rows ahead of them.
 * Changes the chains in place.
 */
export async function testAhead(problem: InformedProblem, chains: InformedChains, before: Int32Array, key: Key): Promise<void> {
  const { state, rows, logLikelihood } = chains
  const width = state.codes.length / state.part.length
  const own = (codes: Int32Array, i: number) => codes.subarray(i * width, (i + 1) * width)
  const changed = allOf(state).filter((i) => own(state.codes, i).some((code, f) => code !== own(before, i)[f]))
  if (changed.length === 0) return
  const led = await logLikelihoods(problem, state)
  const ledBefore = await logLikelihoods(problem, { ...state, codes: before })
  const next = await rowsAhead(problem, state, { key })
  const uniform = new Float64Array(1)
  const passed = changed.filter((i) => {
    fillUniform(stepKey(key, 'accept'), problem.noise?.[i] ?? i, uniform)
    return log(uniform[0]!) < next.logMet[i]! - logLikelihood[i]! + ledBefore[i]! - led[i]!
  })
  const kept = new Set(passed)
  for (const i of changed) if (!kept.has(i)) own(state.codes, i).set(own(before, i))
  scatterState(rows!, takeState(next.rows, passed), passed)
  for (const i of passed) logLikelihood[i] = next.logMet[i]!
}

interface Test {
  readonly proposals: Proposals
  /** Rows ahead of the proposals, where these are tested by them. */
  readonly rows?: RowsAhead | undefined
  /** How dense each state would have been proposed from its proposal, and what counts there. */
  readonly there: Answer
  readonly key: Key
}

/** The Metropolis test: moves the chains that pass it, in place [n]. From where nothing is possible any step that leads out is taken. */
async function accept(problem: InformedProblem, chains: InformedChains, { proposals, rows, there, key }: Test): Promise<Uint8Array> {
  const { state, logLikelihood, effectiveCount } = chains
  const values = rows?.logMet ?? (await logLikelihoods(problem, proposals.state))
  const uniform = new Float64Array(1)
  const accepts = stepKey(key, 'accept')
  const accepted = values.map((value, i) => {
    const before = logLikelihood[i]!
    // From an impossible row to another one is a step like any other: the chain has to come out.
    const logRatio = (value === before ? 0 : value - before) + there.logBackward[i]! - proposals.logForward[i]!
    const forced = Number.isNaN(before) || (value > Number.NEGATIVE_INFINITY && before === Number.NEGATIVE_INFINITY)
    fillUniform(accepts, problem.noise?.[i] ?? i, uniform)
    return (forced || log(uniform[0]!) < logRatio) && withinBounds(problem, proposals.state.coordinates, i) ? 1 : 0
  })
  const moved = allOf(state).filter((i) => accepted[i] === 1)
  scatterState(state, takeState(proposals.state, moved), moved)
  if (rows) scatterState(chains.rows!, takeState(rows.rows, moved), moved)
  for (const i of moved) {
    logLikelihood[i] = values[i]!
    effectiveCount[i] = there.effectiveCount[i]!
  }
  return Uint8Array.from(accepted)
}

function withinBounds({ split, conditions, conditionOf }: InformedProblem, coordinates: Matrix, i: number): boolean {
  const { bounds } = conditions[conditionOf[i]!]!
  return split.ranged.every((c, k) => {
    const x = coordinates.data[i * coordinates.cols + c]!
    return x >= bounds.low[k]! && x <= bounds.high[k]!
  })
}

function scatterState(into: InformedState, from: InformedState, at: Uint32Array): void {
  const width = into.part.length === 0 ? 0 : into.codes.length / into.part.length
  at.forEach((i, k) => {
    copyRow(from.coordinates, k, into.coordinates, i)
    for (let f = 0; f < width; f++) into.codes[i * width + f] = from.codes[k * width + f]!
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
  logForward: takeValues(from.logForward, at)
})

const emptyAnswer = (from: InformedState): Answer => ({
  next: emptyProposals(from),
  logBackward: new Float64Array(from.part.length),
  effectiveCount: new Float64Array(from.part.length)
})

/** Local Gaussians at every state: the next proposal of each, and how dense it would have proposed `back`. */
export async function evaluate(problem: InformedProblem, asked: Asked): Promise<Answer> {
  const answer = emptyAnswer(asked.from)
  const known = new KnownGaussian(problem)
  const proposer = new Proposer(problem, asked, answer, known)
  await visit(problem, asked, known, (rows, k, first) => proposer.visit(rows, k, first))
  return answer
}

/** Where every chain might go next, one state a key: many draws of the local Gaussians for one evaluation of them. No Metropolis test. */
export async function proposals(
  problem: InformedProblem,
  { state: from, mixture }: Pick<InformedChains, 'state' | 'mixture'>,
  keys: readonly Key[]
): Promise<InformedState[]> {
  const chains = allOf(from)
  const answers = keys.map(() => emptyAnswer(from))
  const known = new KnownGaussian(problem)
  const proposers = keys.map((key, r) => new Proposer(problem, { from, chains, key }, answers[r]!, known))
  await visit(problem, { from, chains, mixture }, known, (rows, k, first) => {
    for (const proposer of proposers) proposer.visit(rows, k, first)
  })
  return answers.map(({ next }) => next.state)
}

/**
 * log Z of every chain under each evidence [n]: what is known, averaged over where the chain may go next. Where evidence is linear
 * and nothing is bounded, states drawn in proportion to Z that take the step which follows have the law times the likelihood,
 * at once. Cost of a step, and its algebra for each evidence.
 */
export async function logAhead(
  problem: InformedProblem,
  from: InformedState,
  evidences: readonly InformedProblem['evidence'][]
): Promise<Float64Array[]> {
  const out = evidences.map(() => new Float64Array(from.part.length))
  const known = new KnownGaussian(problem)
  await inChunks(problem, { from, chains: allOf(from) }, async ({ states, chains, parts, first }) => {
    for (const [e, evidence] of evidences.entries())
      out[e]!.set((await conditioned({ ...problem, evidence }, known, { from: states, chains, parts })).logTotal, first)
  })
  return out
}

/** Shows every state with its local Gaussians, all that is known taken in: in chunks, of which it says where each begins. */
async function visit(
  problem: InformedProblem,
  asked: Pick<Asked, 'from' | 'chains' | 'mixture'>,
  known: KnownGaussian,
  see: (rows: Conditioned, k: number, first: number) => void
): Promise<void> {
  await inChunks(problem, asked, async ({ states, chains, parts, first }) => {
    await conditioned(problem, known, { from: states, chains, parts }, (rows, k) => see(rows, k, first))
  })
}

interface Chunk {
  readonly states: InformedState
  readonly chains: Uint32Array
  readonly parts: readonly LocalPart[]
  /** Place of the first among all rows. */
  readonly first: number
}

/** Local Gaussians at every state, some states at a time. */
async function inChunks(
  problem: InformedProblem,
  { from, chains, mixture }: Pick<Asked, 'from' | 'chains' | 'mixture'>,
  see: (chunk: Chunk) => Promise<void>
): Promise<void> {
  if (mixture) return see({ states: from, chains, parts: mixture, first: 0 })
  const n = from.part.length
  const size = problem.atOnce ?? mostKept(problem.law)
  for (let first = 0; first < n; first += size) {
    const count = Math.min(size, n - first)
    const own = chains.subarray(first, first + count)
    const states =
      count === n
        ? from
        : takeState(
            from,
            Uint32Array.from({ length: count }, (_, k) => first + k)
          )
    await see({ states, chains: own, parts: await mixtureOf(problem, states, own), first })
  }
}
