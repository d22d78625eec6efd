import { blurred } from '../know/decoded.js'
import { type Evidence, tempered } from '../know/evidence.js'
import { takeState } from '../law/state.js'
import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Key, keyAtStep, keyFor } from '../num/random.js'
import type { StartedGroup } from './condition-draw.js'
import { stratifiedRows } from './condition-starts.js'
import { type InformedChains, logAhead, logLikelihoods, startChains } from './informed.js'
import type { InformedProblem } from './informed-problem.js'

/** Chains that have met the whole likelihood, and how. */
export interface TemperedStart {
  readonly chains: InformedChains
  /** Training row of each chain's first ancestor [n]. */
  readonly ancestors: Uint32Array
  /** Powers of the likelihood, ascending to 1. */
  readonly powers: readonly number[]
}

export interface TemperProblem {
  /** Chains before anything is observed: more than wanted, so that rare rows are among them. */
  readonly pool: StartedGroup
  readonly evidence: Evidence
  /** Chains wanted; where the likelihood comes in by several powers there are `LEAST_CHAINS` at least, so that these can be resampled. */
  readonly count: number
  readonly step: (problem: InformedProblem, chains: InformedChains, key: Key) => Promise<{ chains: InformedChains }>
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Chains that are run at least where they are resampled; fewer do where every proposal knows what is observed. */
export const LEAST_CHAINS = 256
const LEAST_LINEAR = 64
/** Steps that chains take at a power before they are resampled: the second moves those that the first test kept. */
const STEPS_PER_POWER = 2
/** Powers at most; of linear evidence, which every proposal knows, few find the rows that it is met from. */
const MOST_POWERS = { linear: 12, other: 60 }

/**
 * Brings a likelihood in by powers, so that no resampling leaves fewer than half of the chains effective (a twentieth of
 * the pool at first): resample by the increment, two informed steps, again. A mild likelihood takes one power.
 */
export async function temper({ pool, evidence, step, key, watch, ...asked }: TemperProblem): Promise<TemperedStart> {
  const first = await firstPower(pool, evidence, { key, count: asked.count })
  let { power } = first
  const least = evidence.linear ? LEAST_LINEAR : LEAST_CHAINS
  const count = first.ahead && power === 1 ? asked.count : Math.max(asked.count, least)
  let rows = first.draw(count)
  const powers = [power]
  let ancestors = Uint32Array.from(rows, (row) => pool.starts[row]!)
  let state = takeState(pool.state, rows)
  let problem: InformedProblem = { ...pool.problem, conditionOf: new Uint32Array(count), evidence: tempered(evidence, power) }
  let chains = await startChains(problem, state, { placed: !first.ahead })
  const report = () => watch?.progress?.({ stage: 'bringing the observations in', done: Math.round(100 * power), total: 100 })
  report()
  const most = MOST_POWERS[evidence.linear ? 'linear' : 'other']
  while (power < 1 && powers.length < most) {
    throwIfStopped(watch, 'bringing the observations in')
    for (let turn = 0; turn < STEPS_PER_POWER; turn++)
      chains = (await step(problem, chains, keyAtStep(keyFor(key, `power ${powers.length}`), turn + 1))).chains
    const full = await logLikelihoods({ evidence }, chains.state)
    const last = powers.length === most - 1
    const next = last ? 1 : nextPower(full, power, count / 2)
    rows = stratifiedRows(weightsOf(full, next - power), count, keyFor(key, `resample ${powers.length}`))
    power = next
    powers.push(power)
    ancestors = Uint32Array.from(rows, (row) => ancestors[row]!)
    state = takeState(chains.state, rows)
    problem = { ...problem, evidence: tempered(evidence, power) }
    chains = await startChains(problem, state)
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

/** Chains of the pool that stay effective under the first power, at least; ahead, no more than are wanted. */
const wantedOf = (n: number): number => Math.max(Math.min(20, n / 2), n / 20)

type FirstQuestion = Pick<TemperProblem, 'key' | 'count'>

async function firstPower(pool: StartedGroup, evidence: Evidence, { key, count: most }: FirstQuestion): Promise<FirstPower> {
  const { problem, state } = pool
  const own = keyFor(key, 'pool')
  if (evidence.linear && problem.split.ranged.length === 0) {
    const near = await nearOnes(pool, evidence, { key: keyFor(key, 'near'), count: Math.max(most, LEAST_CHAINS) })
    const part = takeState(state, near.rows)
    const asked = { ...problem, conditionOf: Uint32Array.from(near.rows, (row) => problem.conditionOf[row]!) }
    const before = await logAhead({ ...asked, evidence: undefined }, part)
    for (let k = 0, power = 1; k < TRIES; k++, power /= 4) {
      const after = await logAhead({ ...asked, evidence: tempered(evidence, power) }, part)
      const weights = weightsOf(
        after.map((x, i) => (before[i] === Number.NEGATIVE_INFINITY ? before[i]! : x - before[i]! - near.logDrawn[i]!)),
        1
      )
      if (effectiveCount(weights) >= Math.min(wantedOf(weights.length), most))
        return { power, ahead: true, draw: (count) => stratifiedRows(weights, count, own).map((at) => near.rows[at]!) }
    }
  }
  const values = await logLikelihoods({ evidence }, state)
  const power = nextPower(values, 0, wantedOf(values.length))
  return { power, ahead: false, draw: (count) => stratifiedRows(weightsOf(values, power), count, own) }
}

/**
 * Some of the pool from which a linear likelihood can be met in one step, and the log-density that they were drawn by: the
 * likelihood itself blurred by the kernel, flattened so that half of them count. Each is then weighed by the step ahead of it:
 * that meets the likelihood as it is, where the chains stand only roughly.
 * @source the auxiliary particle filter: Pitt and Shephard 1999.
 */
async function nearOnes({ state, problem: { law } }: StartedGroup, evidence: Evidence, { key, count: most }: FirstQuestion) {
  const count = Math.min(state.part.length, most)
  const wide = await blurred(
    evidence,
    law.scales.map((scale) => 2 * law.kernel.epsilon * scale * scale)
  )
  const values = await logLikelihoods({ evidence: wide }, state)
  const power = nextPower(values, 0, count / 2)
  const rows = stratifiedRows(weightsOf(values, power), count, key)
  return { rows, logDrawn: Float64Array.from(rows, (row) => power * values[row]!) }
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
