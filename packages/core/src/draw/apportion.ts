import { otherFactors, pairOf, type SweepBridge } from '../law/sweep.js'
import { exp } from '../num/elementary.js'
import { remembered } from '../num/log-space.js'
import { takeRows } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../num/random.js'
import type { Encoded } from '../table/encoder.js'
import { BarredLevels } from './barred-levels.js'
import { apportionedBy, giveLevels, sharesOfGroup } from './group-odds.js'
import type { StepContext } from './step.js'

/** Chains that found no row in so many rounds take what is left. */
const ROUNDS = 12
const NO_ROW = 0xffffffff

/**
 * Redraws one group of factors so that its levels occur as often as in the data: each training row gives its levels to at
 * most n·w_j chains (rounded up; w_j its weight). Independent draws repeat one name by chance and leave out another, and
 * the law that a sweep settles in prefers levels with many neighbours; both would tell new rows from real ones.
 *
 * This draws from the coupling of chains and rows whose two marginals are both given, as those of a bridge are: in rounds,
 * every chain that has no row yet picks one that is not used up, and where too many pick the same, the first keep it.
 * In place. Cost O(n·M·d) a round, in which ever fewer chains take part; memory O(n + M).
 */
export async function apportionGroup(
  bridge: SweepBridge,
  { group, logWeights }: { readonly group: number; readonly logWeights: Float64Array },
  state: Encoded,
  context: StepContext
): Promise<void> {
  const { engine, key, standing } = context
  const factors = bridge.groups[group]!
  const odds = bridge.odds?.[group]
  const before = state.codes.slice()
  const barred = new BarredLevels(bridge, group)
  if (odds) {
    const shares = await sharesOfGroup(bridge, group, state, context)
    giveLevels(bridge, group, state, apportionedBy(shares, odds.shares, roundKey(key, factors[0]!, 0)))
    return exchangeBarred(barred, factors, { state, before })
  }
  const points = bridge.embed(state, otherFactors(bridge.factorCount, factors), standing)
  const shares = new Shares(logWeights, bridge.groupTerms[group]!, points.rows)
  const give = (chain: number, row: number) => {
    for (const factor of factors)
      state.codes[chain * bridge.factorCount + factor] = bridge.training.codes[row * bridge.factorCount + factor]!
  }
  await inShares(shares, points.rows, {
    give,
    pick: async (waiting, round) => {
      const [from, coordinates] = [takeRows(points, waiting), takeRows(state.coordinates, waiting)]
      const pair = await pairOf(bridge, bridge.clouds[group]!, from, coordinates, engine)
      const picked = await engine.pick(pair, shares.logTerms, { key: roundKey(key, factors[0]!, round), chains: waiting })
      const isBarred = (row: number, i: number) =>
        row !== NO_ROW && barred.bars(before, waiting[i]!, (factor) => bridge.training.codes[row * bridge.factorCount + factor]!)
      return barred.some ? picked.map((row, i) => (isBarred(row, i) ? NO_ROW : row)) : picked
    }
  })
  exchangeBarred(barred, factors, { state, before })
}

/**
 * What was left for some chains at last is barred to them: these change places with chains that may have it and have what they may, so that levels are as
 * many as before; those that find none keep the levels that they had. In place. Cost O(barred · n).
 */
function exchangeBarred(
  barred: BarredLevels,
  factors: readonly number[],
  { state: { codes, coordinates }, before }: { readonly state: Encoded; readonly before: Int32Array }
): void {
  if (!barred.some) return
  const width = codes.length / coordinates.rows
  const mayHave = (chain: number, other: number) => !barred.bars(codes, chain, (factor) => codes[other * width + factor]!)
  for (let i = 0; i < coordinates.rows; i++) {
    if (mayHave(i, i)) continue
    let j = 0
    while (j < coordinates.rows && !(mayHave(i, j) && mayHave(j, i))) j++
    for (const factor of factors) {
      const [own, other] = [i * width + factor, j * width + factor]
      if (j === coordinates.rows) codes[own] = before[own]!
      else [codes[own], codes[other]] = [codes[other]!, codes[own]!]
    }
  }
}

/** How chains come to rows. */
interface Apportioned {
  /** The row that each of these chains picks by the shares' log terms. */
  readonly pick: (waiting: Uint32Array, round: number) => Promise<Uint32Array>
  readonly give: (chain: number, row: number) => void
}

/** Gives every chain a row, and no row more chains than its share: in rounds of picks, and at last what is left. */
export async function inShares(shares: Shares, chainCount: number, { pick, give }: Apportioned): Promise<void> {
  const hand = (chain: number, row: number) => {
    shares.take(row)
    give(chain, row)
  }
  let waiting = Uint32Array.from({ length: chainCount }, (_, i) => i)
  for (let round = 1; round <= ROUNDS && waiting.length > 0; round++) {
    const picked = await pick(waiting, round)
    waiting = waiting.filter((chain, i) => {
      const row = picked[i]!
      if (row === NO_ROW || shares.left[row] === 0) return true
      hand(chain, row)
      return false
    })
  }
  let row = 0
  for (const chain of waiting) {
    while (shares.left[row] === 0) row++
    hand(chain, row)
  }
}

/** How many chains every training row may still give its levels to, together at least as many as there are chains. */
export class Shares {
  readonly left: Uint32Array
  /** Log terms of a draw, without rows that are used up [M]. */
  readonly logTerms: Float64Array

  constructor(logWeights: Float64Array, logTerms: Float64Array, chainCount: number) {
    // A hair above a whole number is that number.
    const weightOf = remembered(exp)
    this.left = new Uint32Array(logWeights.length)
    for (let row = 0; row < logWeights.length; row++) this.left[row] = Math.ceil(chainCount * weightOf(logWeights[row]!) - 1e-9)
    this.logTerms = logTerms.map((term, row) => (this.left[row] === 0 ? Number.NEGATIVE_INFINITY : term))
  }

  take(row: number): void {
    this.left[row] = this.left[row]! - 1
    if (this.left[row] === 0) this.logTerms[row] = Number.NEGATIVE_INFINITY
  }
}

function roundKey(key: Key, factor: number, round: number): Key {
  return keyAtStep(keyFor({ ...key, step: 0 }, `apportion ${factor} ${round}`), key.step)
}
