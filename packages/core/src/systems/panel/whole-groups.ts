import { isBelievedAtLog } from '../../code/rules/chance.js'
import { exp, log } from '../../num/elementary.js'
import type { Following } from './following-rows.js'

/** Groups of which some have one level throughout, as schools of girls or boys alone, while urns make the rows of the others. */
interface WholeGroups {
  /** Share of the groups that have one level by themselves; urns make some of their own. */
  readonly share: number
  /** ρ and s of the urns of the others. */
  readonly between: number
  readonly stays: number
}

interface UrnsAlone {
  /** Where groups begin, and the end [G + 1]. */
  readonly first: Uint32Array
  readonly ordered: boolean
  readonly between: number
  readonly stays: number
}

/** Groups with one level beyond what urns make, in standard errors, from which on a share of their own is looked for. */
const MORE = 4
/** ρ and s that are tried on either side of the best so far, and how much nearer each time. */
const TRIED = 4
const NARROWINGS = 3
/** Turns of EM for a share: it is known to a hundredth. */
const TURNS = 20

/**
 * The share of groups that have one level throughout, and the urns of the others, of the largest likelihood; undefined where urns alone
 * explain them, but by a chance of one table in a million. Cost O(n) where they have no more such groups than urns make, else a hundred times that.
 *
 * @source McLachlan and Peel, *Finite Mixture Models*, 2000, chapter 2.
 */
export function fitWhole(rows: Following, { first, ordered, between, stays }: UrnsAlone): WholeGroups | undefined {
  const groups = groupsOf(rows, first)
  const alone = logUrns(rows, groups, { between, stays })
  let [expected, spread, found] = [0, 0, 0]
  for (const [g, { isWhole }] of groups.entries()) {
    const chance = chanceOfOne(rows, groups[g]!, { between, stays })
    expected += chance
    spread += chance * (1 - chance)
    found += Number(isWhole)
  }
  if (found === groups.length || found - expected <= MORE * Math.sqrt(spread + 1)) return undefined
  let best: WholeGroups & { readonly gain: number } = { between, stays, ...shareOf(groups, alone) }
  for (let [turn, step] = [0, 1 / (2 * TRIED)]; turn < NARROWINGS; turn++, step /= TRIED) {
    const near = (x: number) => Array.from({ length: 2 * TRIED + 1 }, (_, k) => x + (k - TRIED) * step).filter((y) => y >= 0 && y < 1)
    for (const rho of near(best.between))
      for (const s of ordered ? near(best.stays) : [0]) {
        const urns = { between: rho, stays: s }
        const tried = shareOf(groups, logUrns(rows, groups, urns))
        if (tried.gain > best.gain) best = { ...urns, ...tried }
      }
  }
  const before = alone.reduce((sum, one) => sum + one, 0)
  return isBelievedAtLog(before - best.gain, 1) ? { share: best.share, between: best.between, stays: best.stays } : undefined
}

interface Group {
  /** Its rows among those that follow others. */
  readonly from: number
  readonly to: number
  readonly isWhole: boolean
}

/** Groups of two rows or more. */
function groupsOf({ count, rows }: Following, first: Uint32Array): Group[] {
  return Array.from({ length: first.length - 1 }, (_, g) => {
    const [from, to] = [first[g]! - g, first[g + 1]! - g - 1]
    let isWhole = true
    for (let i = from; i < to; i++) isWhole &&= count[i] === rows[i]
    return { from, to, isWhole }
  }).filter(({ from, to }) => to > from)
}

type UrnsOf = Pick<WholeGroups, 'between' | 'stays'>

/** log of how likely urns make the rows of each group, given its first [G]. */
function logUrns({ share, count, rows, stayed }: Following, groups: readonly Group[], { between, stays }: UrnsOf): Float64Array {
  return Float64Array.from(groups, ({ from, to }) => {
    let sum = 0
    for (let i = from; i < to; i++) {
      const chance = ((1 - between) * share[i]! + between * count[i]!) / (1 - between + between * rows[i]!)
      sum += log(stays * stayed[i]! + (1 - stays) * chance)
    }
    return sum
  })
}

/** Chance that urns give a group of so many rows the level of its first one throughout. */
function chanceOfOne({ share, rows }: Following, { from, to }: Group, { between, stays }: UrnsOf): number {
  let log1 = 0
  for (let i = from; i < to; i++) {
    const chance = ((1 - between) * share[from]! + between * rows[i]!) / (1 - between + between * rows[i]!)
    log1 += log(stays + (1 - stays) * chance)
  }
  return exp(log1)
}

/** The likeliest share of groups that have one level by themselves, and the log-likelihood of all. */
function shareOf(groups: readonly Group[], urns: Float64Array): { readonly share: number; readonly gain: number } {
  let share = 0.5
  for (let turn = 0; turn < TURNS; turn++) {
    let sum = 0
    for (const [g, { isWhole }] of groups.entries()) if (isWhole) sum += share / (share + (1 - share) * exp(urns[g]!))
    share = sum / groups.length
  }
  const gain = groups.reduce((sum, { isWhole }, g) => {
    const own = log(1 - share) + urns[g]!
    return sum + (isWhole && share > 0 ? log(share + exp(own)) : own)
  }, 0)
  return { share, gain }
}
