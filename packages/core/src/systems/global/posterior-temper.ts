import { type Evidence, tempered } from '../../know/evidence.js'
import { exp } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Key, keyAtStep, keyFor } from '../../num/random.js'
import { type InformedChains, logLikelihoods, startChains } from '../../sampling/informed.js'
import type { InformedProblem } from '../../sampling/informed-problem.js'
import { takeState } from '../../sampling/informed-state.js'
import type { StartedGroup } from './condition-draw.js'
import { stratifiedRows } from './condition-starts.js'

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
  readonly count: number
  readonly step: (problem: InformedProblem, chains: InformedChains, key: Key) => Promise<{ chains: InformedChains }>
  readonly key: Key
  readonly watch?: Watch | undefined
}

const STEPS_PER_POWER = 2
const MOST_POWERS = 60

/**
 * Brings a likelihood in by powers, so that no resampling leaves fewer than half of the chains effective (a twentieth of
 * the pool at first): resample by the increment, two informed steps, again. A mild likelihood takes one power.
 */
export async function temper({ pool, evidence, count, step, key, watch }: TemperProblem): Promise<TemperedStart> {
  const values = await logLikelihoods({ evidence }, pool.state)
  let power = nextPower(values, 0, Math.max(Math.min(20, values.length / 2), values.length / 20))
  let rows = stratifiedRows(weightsOf(values, power), count, keyFor(key, 'pool'))
  const powers = [power]
  let ancestors = Uint32Array.from(rows, (row) => pool.starts[row]!)
  let state = takeState(pool.state, rows)
  let problem: InformedProblem = { ...pool.problem, conditionOf: new Uint32Array(count), evidence: tempered(evidence, power) }
  let chains = await startChains(problem, state)
  const report = () => watch?.progress?.({ stage: 'bringing the observations in', done: Math.round(100 * power), total: 100 })
  report()
  while (power < 1 && powers.length < MOST_POWERS) {
    throwIfStopped(watch, 'bringing the observations in')
    for (let turn = 0; turn < STEPS_PER_POWER; turn++)
      chains = (await step(problem, chains, keyAtStep(keyFor(key, `power ${powers.length}`), turn + 1))).chains
    const full = await logLikelihoods({ evidence }, chains.state)
    const last = powers.length === MOST_POWERS - 1
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
