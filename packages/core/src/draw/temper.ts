import { blurred } from '../know/decoded.js'
import { type Evidence, tempered } from '../know/evidence.js'
import type { Law } from '../law/law.js'
import { takeMixture } from '../law/mixture.js'
import { takeState } from '../law/state.js'
import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { takeValues } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor, permutation } from '../num/random.js'
import type { StartedGroup } from './condition-draw.js'
import { stratifiedRows } from './condition-starts.js'
import { type InformedChains, logAhead, logLikelihoods, startChains } from './informed.js'
import type { InformedProblem } from './informed-problem.js'

/** Chains that have met the whole likelihood, and how. */
interface TemperedStart {
  readonly chains: InformedChains
  /** Training row of each chain's first ancestor [n]. */
  readonly ancestors: Uint32Array
  /** Powers of the likelihood, ascending to 1. */
  readonly powers: readonly number[]
}

interface TemperProblem {
  /** Chains before anything is observed: more than wanted, so that rare rows are among them. */
  readonly pool: StartedGroup
  readonly evidence: Evidence
  /** Chains wanted; where the likelihood comes in by several powers there are `LEAST_CHAINS` at least, so that these can be resampled. */
  readonly count: number
  readonly step: (problem: InformedProblem, chains: InformedChains, key: Key) => Promise<{ chains: InformedChains }>
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Chains that are run at least while they are resampled; fewer do where every proposal knows what is observed. */
export const LEAST_CHAINS = 256
const LEAST_LINEAR = 64
/** Steps that chains take at a power before they are resampled: the second moves those that the first test kept, as it seldom does where every proposal knows what is observed. */
const STEPS_PER_POWER = { linear: 1, other: 2 }
/** Powers at most; of linear evidence, which every proposal knows, few find the rows that it is met from. */
const MOST_POWERS = { linear: 12, other: 60 }

/**
 * Brings a likelihood in by powers, so that no resampling leaves fewer than half of the chains effective (a twentieth of
 * the pool at first): resample by the increment, two informed steps, again. A mild likelihood takes one power.
 */
export async function temper({ pool, evidence, step, key, watch, ...asked }: TemperProblem): Promise<TemperedStart> {
  const first = await firstPower(pool, evidence, { key, count: asked.count })
  let { power } = first
  const { linear } = evidence
  const [most, steps] = [MOST_POWERS, STEPS_PER_POWER].map((of) => of[linear ? 'linear' : 'other']) as [number, number]
  const least = Math.max(asked.count, linear ? LEAST_LINEAR : LEAST_CHAINS)
  // Who need not be resampled any more is not more than was asked for.
  const countAt = (at: number) => (at === 1 ? asked.count : least)
  let rows = first.draw(countAt(power))
  const powers = [power]
  let ancestors = takeValues(pool.starts, rows)
  let state = takeState(pool.state, rows)
  const problemAt = (at: number, count: number): InformedProblem => ({
    ...pool.problem,
    conditionOf: new Uint32Array(count),
    evidence: tempered(evidence, at)
  })
  let problem = problemAt(power, rows.length)
  let chains = await startChains(problem, state, { placed: !first.ahead })
  const report = () => watch?.progress?.({ stage: 'bringing the observations in', done: Math.round(100 * power), total: 100 })
  report()
  while (power < 1 && powers.length < most) {
    throwIfStopped(watch, 'bringing the observations in')
    for (let turn = 0; turn < steps; turn++)
      chains = (await step(problem, chains, keyAtStep(keyFor(key, `power ${powers.length}`), turn + 1))).chains
    const full = await logLikelihoods({ evidence }, chains.state)
    const last = powers.length === most - 1
    const next = last ? 1 : nextPower(full, power, least / 2)
    const weights = weightsOf(full, next - power)
    rows = stratifiedRows(weights, countAt(next), keyFor(key, `resample ${powers.length}`))
    power = next
    powers.push(power)
    ancestors = takeValues(ancestors, rows)
    state = takeState(chains.state, rows)
    problem = problemAt(power, rows.length)
    chains = await startChains(problem, state, { mixture: chains.mixture && takeMixture(chains.mixture, rows) })
    report()
  }
  return { chains, ancestors, powers }
}

interface FirstPower {
  readonly power: number
  /** So many of the pool, by what they weigh under it. */
  readonly draw: (count: number) => Uint32Array
  /** Whether they were weighed by the steps ahead: then these must be taken. */
  readonly ahead: boolean
}

/** Powers that are tried ahead, each a quarter of the one before. */
const TRIES = 8

/** Chains that stay effective under the first power, at least; ahead, no more than are wanted. */
const wantedOf = (n: number): number => Math.max(Math.min(20, n / 2), n / 20)

const canLookAhead = ({ problem }: StartedGroup, { linear }: Evidence): boolean => linear && problem.split.ranged.length === 0

/** A likelihood as it leads chains to where a step meets it: blurred by the kernel. */
export const blurredByStep = ({ scales, kernel }: Law, evidence: Evidence): Promise<Evidence> | Evidence =>
  blurred(
    evidence,
    scales.map((scale) => 2 * kernel.epsilon * scale * scale)
  )

/** How well the states at `places` stand for meeting evidence by the step ahead of them, largest 1, where they come by `drawn` times the prior. */
function weightsAhead(
  places: Uint32Array,
  { before, after, drawn }: Readonly<Record<'before' | 'after' | 'drawn', Float64Array>>
): Float64Array {
  const logs = Float64Array.from(places, (at) =>
    before[at] === Number.NEGATIVE_INFINITY ? before[at]! : after[at]! - before[at]! - drawn[at]!
  )
  return weightsOf(logs, 1)
}

type FirstQuestion = Pick<TemperProblem, 'key' | 'count'>

async function firstPower(pool: StartedGroup, evidence: Evidence, question: FirstQuestion): Promise<FirstPower> {
  const ahead = canLookAhead(pool, evidence) ? await powerAhead(pool, evidence, question) : undefined
  if (ahead) return ahead
  const values = await logLikelihoods({ evidence }, pool.state)
  const power = nextPower(values, 0, wantedOf(values.length))
  return { power, ahead: false, draw: (count) => stratifiedRows(weightsOf(values, power), count, keyFor(question.key, 'pool')) }
}

/** Draws of the pool that are looked at first. */
const LOOKED_FIRST = 64

/**
 * Some of the pool from which a linear likelihood can be met in one step: drawn by the likelihood itself, blurred by the kernel
 * and flattened, and each then weighed by the step ahead of it, which meets the likelihood as it is. No more are looked at than
 * will do; where all are too few for the whole likelihood, they are for a part of it.
 * @source the auxiliary particle filter: Pitt and Shephard 1999.
 */
async function powerAhead(pool: StartedGroup, evidence: Evidence, { key, count }: FirstQuestion): Promise<FirstPower | undefined> {
  const { problem, state } = pool
  const near = await nearOnes(pool, evidence, { key: keyFor(key, 'near'), count: Math.max(count, LEAST_CHAINS) })
  const rows = Uint32Array.from(new Set(near.draws))
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]))
  const places = near.draws.map((row) => placeOf.get(row)!)
  const logsOf = (some: Uint32Array, evidences: readonly (Evidence | undefined)[]): Promise<Float64Array[]> =>
    logAhead({ ...problem, conditionOf: takeValues(problem.conditionOf, some) }, takeState(state, some), evidences)
  const before = new Float64Array(rows.length)
  /** A start from the first draws, if enough of them count. */
  const startAt = (power: number, logs: Float64Array, end: number): FirstPower | undefined => {
    const weights = weightsAhead(places.subarray(0, end), { before, after: logs, drawn: near.logDrawn })
    if (effectiveCount(weights) < Math.min(wantedOf(LEAST_CHAINS), count)) return undefined
    return { power, ahead: true, draw: (n) => stratifiedRows(weights, n, keyFor(key, 'pool')).map((at) => near.draws[at]!) }
  }
  const whole = new Float64Array(rows.length)
  let seen = 0
  for (let end = Math.max(count, LOOKED_FIRST); ; end *= 2) {
    // Rows stand in the order in which they were drawn first.
    const upTo = places.subarray(0, end).reduce((most, place) => Math.max(most, place + 1), 0)
    const logs = await logsOf(rows.subarray(seen, upTo), [undefined, evidence])
    before.set(logs[0]!, seen)
    whole.set(logs[1]!, seen)
    seen = upTo
    const found = startAt(1, whole, end)
    if (found) return found
    if (end >= near.draws.length) break
  }
  const powers = Array.from({ length: TRIES }, (_, k) => 4 ** -(k + 1))
  const weaker = await logsOf(
    rows,
    powers.map((power) => tempered(evidence, power))
  )
  return powers.map((power, k) => startAt(power, weaker[k]!, near.draws.length)).find((found) => found !== undefined)
}

/** Draws of the pool by a linear likelihood that is blurred by the kernel, flattened so that half of them count, and their log-density. */
async function nearOnes({ state, problem: { law } }: StartedGroup, evidence: Evidence, { key, count: most }: FirstQuestion) {
  const count = Math.min(state.part.length, most)
  const wide = await blurredByStep(law, evidence)
  const values = await logLikelihoods({ evidence: wide }, state)
  const power = nextPower(values, 0, count / 2)
  const drawn = stratifiedRows(weightsOf(values, power), count, key)
  // In no order: the first of them are a sample like all.
  const draws = permutation(keyFor(key, 'order'), count).map((at) => drawn[at]!)
  return { draws, logDrawn: Float64Array.from(new Set(draws), (row) => power * values[row]!) }
}

/** exp(power · ℓ), largest 1. */
export function weightsOf(values: Float64Array, power: number): Float64Array {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY) return new Float64Array(values.length).fill(1)
  return values.map((x) => (x === Number.NEGATIVE_INFINITY ? 0 : exp(power * (x - largest))))
}

/** (Σw)²/Σw². */
export function effectiveCount(weights: Float64Array): number {
  let sum = 0
  let squares = 0
  for (const w of weights) {
    sum += w
    squares += w * w
  }
  return (sum * sum) / squares
}

/** The largest power at which `wanted` chains stay effective, by halving. */
function nextPower(values: Float64Array, power: number, wanted: number): number {
  const left = 1 - power
  if (effectiveCount(weightsOf(values, left)) >= wanted) return 1
  let low = 0
  let high = left
  for (let turn = 0; turn < 40; turn++) {
    const middle = 0.5 * (low + high)
    if (effectiveCount(weightsOf(values, middle)) >= wanted) low = middle
    else high = middle
  }
  return power + Math.max(low, left * 1e-6)
}
