import { kernelOf } from '../kernel/bandwidth.js'
import type { Engine, Noise } from '../kernel/engine.js'
import {
  indicatorsOf,
  type LevelOdds,
  ODDS_PARTS,
  type Outcomes,
  oddsTask,
  oddsWork,
  offsetsWithout,
  outcomesOf,
  type RidgeKnown
} from '../law/level-odds.js'
import { outcomeShares } from '../law/logistic.js'
import { otherFactors, pairOf, ridgesOf, type SweepBridge } from '../law/sweep.js'
import type { TrainingRows } from '../law/training-rows.js'
import { beside } from '../num/crew.js'
import { exp } from '../num/elementary.js'
import { normalisedWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows, takeValues } from '../num/matrix.js'
import { fillUniform, indexFromShares, type Key, keyFor, keyFromSeed, permutation } from '../num/random.js'
import { AT_ONCE, together } from '../num/together.js'
import { cloud } from '../space/cloud.js'
import type { Encoded } from '../table/encoder.js'
import { BarredLevels } from './barred-levels.js'
import { startRows } from './run.js'
import type { StepContext } from './step.js'

/** Rows that odds are learned from, at most: a hundred of each of so few levels foretell to a few per cent. */
const MOST_ROWS = 1000
/** Levels that have odds, at most, and rows that each has on average, at least: those of names hardly recur. @source Peduzzi and others, Journal of Clinical Epidemiology 1996, as in `law/law`. */
const [MOST_OUTCOMES, ROWS_PER_OUTCOME] = [20, 10]

/**
 * Odds of the groups of a sweep, each by its own held-out rows; where ridges are known from another bandwidth they are kept.
 * Cost a pass of 1,000 rows over all and some ten fits a group.
 */
export async function oddsOfGroups(
  bridge: SweepBridge,
  { rows, logWeights }: TrainingRows,
  engine: Engine
): Promise<readonly (LevelOdds | undefined)[]> {
  const weights = normalisedWeights(logWeights)
  const ridges = ridgesOf(bridge)
  const oddsOfOne = async (factors: readonly number[], group: number): Promise<LevelOdds | undefined> => {
    const outcomes = outcomesOf(rows.codes, bridge.factorCount, factors, weights)
    const count = outcomes.shares.length
    const told = count > 1 && count <= Math.min(MOST_OUTCOMES, weights.length / ROWS_PER_OUTCOME)
    const ridge = ridges?.[group]
    if (ridge === 'none') return undefined
    const known = ridge === undefined ? undefined : { ridge, from: bridge.odds?.[group]?.law }
    return told ? oddsOf(bridge, { group, outcomes, known, logWeights }, engine) : undefined
  }
  // While other threads fit two of them, this one goes on with the next two.
  const atOnce = engine.crew ? 2 * AT_ONCE : AT_ONCE
  return together(
    bridge.groups.map((factors, group) => () => oddsOfOne(factors, group)),
    atOnce
  )
}

interface Group {
  readonly group: number
  readonly outcomes: Outcomes
  readonly known: RidgeKnown | undefined
  readonly logWeights: Float64Array
}

async function oddsOf(bridge: SweepBridge, { group, outcomes, known, logWeights }: Group, engine: Engine): Promise<LevelOdds | undefined> {
  const key = keyFor(keyFromSeed(1), `odds ${group}`)
  const sample = startRows(logWeights, Math.min(logWeights.length, MOST_ROWS), key)
  const parts = permutation(keyFor(key, 'parts'), logWeights.length).map((place) => place % ODDS_PARTS)
  const [to, logTerms] = [bridge.clouds[group]!, bridge.groupTerms[group]!]
  const inputs = takeRows(to.points, sample)
  const widths = bridge.widths && takeValues(bridge.widths, sample)
  const pair = { from: cloud(inputs), to, kernel: kernelOf(bridge.kernel, widths, bridge.widths) }
  const logSum = await engine.logSum(pair, logTerms)
  // A kernel is 1 where a row meets itself.
  const own = Float64Array.from(sample, (row, i) => Math.min(1, exp(logTerms[row]! - logSum[i]!)))
  const indicators = indicatorsOf(outcomes)
  const shares = await engine.mean(pair, logTerms, indicators)
  const ofRow = takeValues(outcomes.ofRow, sample)
  const rows = { inputs, outcomes: ofRow, offsets: offsetsWithout(own, shares, ofRow, outcomes.shares), parts: takeValues(parts, sample) }
  const problem = { rows, known }
  const found = await beside(oddsTask, problem, { crew: engine.crew, work: oddsWork(problem) * bridge.groups.length })()
  return found && { ...outcomes, indicators, ...found }
}

/** Shares of a group's outcomes where chains stand, without those that their other levels bar [n, C]. */
export async function sharesOfGroup(
  bridge: SweepBridge,
  group: number,
  state: Encoded,
  { engine, standing }: StepContext
): Promise<Matrix> {
  const { law, indicators, levels } = bridge.odds![group]!
  const points = bridge.embed(state, otherFactors(bridge.factorCount, bridge.groups[group]!), standing)
  const pair = await pairOf(bridge, bridge.clouds[group]!, points, state.coordinates, engine)
  const shares = await outcomeShares(law, points, { shares: await engine.mean(pair, bridge.groupTerms[group]!, indicators) })
  const factors = bridge.groups[group]!
  new BarredLevels(bridge, group).withoutBarred(shares, state, (c, factor) => levels[c * factors.length + factors.indexOf(factor)]!)
  return shares
}

/** One outcome a chain. */
export function drawnBy({ rows, cols, data }: Matrix, { key, chains }: Noise): Uint32Array {
  const chosen = new Float64Array(1)
  const shares = new Float64Array(cols)
  const out = new Uint32Array(rows)
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) shares[c] = data[i * cols + c]!
    fillUniform(key, chains ? chains[i]! : i, chosen)
    out[i] = indexFromShares(chosen[0]!, shares)
  }
  return out
}

/** Turns in which shares are brought to their column sums: what is left is far below a chain. */
const TURNS = 30

/**
 * One outcome a chain, each as often as its share says, rounded up: shares [n, C] are multiplied by what brings their sums to those of
 * the outcomes, and a chain takes of what is left when its turn comes.
 * @source Deming and Stephan, *On a least squares adjustment of a sampled frequency table*, Ann. Math. Statist. 1940.
 * Cost O(n·C).
 */
export function apportionedBy(shares: Matrix, all: Float64Array, key: Key): Uint32Array {
  const { rows, cols, data } = balanced(shares, all)
  const left = all.map((share) => Math.ceil(rows * share - 1e-9))
  const out = new Uint32Array(rows)
  const chosen = new Float64Array(1)
  const open = new Float64Array(cols)
  for (const i of permutation(keyFor(key, 'order'), rows)) {
    let total = 0
    for (let c = 0; c < cols; c++) total += open[c] = left[c]! > 0 ? data[i * cols + c]! + Number.MIN_VALUE : 0
    for (let c = 0; c < cols; c++) open[c]! /= total
    fillUniform(key, i, chosen)
    out[i] = indexFromShares(chosen[0]!, open)
    left[out[i]!]!--
  }
  return out
}

function balanced(shares: Matrix, all: Float64Array): Matrix {
  const { rows, cols } = shares
  const data = shares.data.slice()
  const totals = new Float64Array(cols)
  for (let turn = 0; turn < TURNS; turn++) {
    totals.fill(0)
    for (let at = 0; at < data.length; at += cols) {
      let total = 0
      for (let c = 0; c < cols; c++) total += data[at + c]!
      for (let c = 0; c < cols; c++) totals[c]! += data[at + c] = data[at + c]! / total
    }
    // An outcome of rows without weight is never drawn.
    const factors = totals.map((total, c) => (total > 0 ? (rows * all[c]!) / total : 0))
    for (let at = 0; at < data.length; at += cols) for (let c = 0; c < cols; c++) data[at + c]! *= factors[c]!
  }
  return matrix(rows, cols, data)
}

/** Gives chains the levels of their outcomes, in place. */
export function giveLevels(bridge: SweepBridge, group: number, state: Encoded, outcomes: Uint32Array): void {
  const factors = bridge.groups[group]!
  const { levels } = bridge.odds![group]!
  for (let i = 0; i < outcomes.length; i++)
    for (let k = 0; k < factors.length; k++) state.codes[i * bridge.factorCount + factors[k]!] = levels[outcomes[i]! * factors.length + k]!
}
