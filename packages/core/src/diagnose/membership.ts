import type { Engine } from '../kernel/engine.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { areaUnderCurve } from './classifier.js'
import type { Membership } from './evaluation.js'
import { aroundHalf } from './floors.js'
import { nearestDistances } from './neighbours.js'

interface MembershipProblem {
  readonly engine: Engine
  /** [n, d], [m, d] and [k, d]: rows of the fit, rows kept from it, and synthetic ones. */
  readonly train: Matrix
  readonly heldOut: Matrix
  readonly synthetic: Matrix
  /** Rows of each side that are asked about, at most. */
  readonly most: number
  readonly key: Key
}

/** Part of the rows that counts as the closest: what an attacker would be surest of. */
const CLOSEST = 0.05

/**
 * The distance attack: who takes a row for one of the fit where a synthetic row lies near is right how often? Area under the
 * curve of “nearer to a synthetic row” telling rows of the fit from as many held-out ones, ½ where nothing is told, with a
 * 95 % interval after DeLong; and of the twentieth of these rows that lies closest, how many are rows of the fit.
 * @source Stadler, Oprisanu, Troncoso, *Synthetic data: anonymisation groundhog day*, USENIX Security 2022; DeLong, DeLong,
 * Clarke-Pearson, *Comparing the areas under two or more correlated curves*, Biometrics 1988.
 * Cost O(most·k·d).
 */
export async function membershipAttack({ engine, train, heldOut, synthetic, most, key }: MembershipProblem): Promise<Membership> {
  const rows = Math.min(train.rows, heldOut.rows, most)
  const take = (points: Matrix, label: string) => takeRows(points, permutation(keyFor(key, label), points.rows).subarray(0, rows))
  const members = await nearestDistances(engine, take(train, 'members'), synthetic)
  const others = await nearestDistances(engine, take(heldOut, 'others'), synthetic)
  const scores = Float64Array.from([...others, ...members], (distance) => -distance)
  const auc = areaUnderCurve(scores, new Uint8Array(2 * rows).fill(1, rows))
  const reach = NORMAL_95 * Math.sqrt(varianceOfAuc(members, others))
  return {
    value: auc,
    floor: 0.5,
    interval: [Math.max(0, auc - reach), Math.min(1, auc + reach)],
    rows,
    closest: closestRows(members, others)
  }
}

/** What chance allows: as far to both sides of ½ as the interval reaches. */
export function chanceOfMembership({ value, interval: [low, high] }: Membership): readonly [number, number] {
  return aroundHalf(Math.max(value - low, high - value))
}

/** Normal quantile of 97.5 %. */
const NORMAL_95 = 1.96

/** DeLong's variance: of the shares of the other side that each row comes before, over the rows of its side. */
function varianceOfAuc(members: Float64Array, others: Float64Array): number {
  return [
    [members, others],
    [others, members]
  ].reduce((sum, [own, other]) => sum + varianceOf(sharesAbove(own!, other!)) / own!.length, 0)
}

/** For each distance the share of the others that are larger, equal ones counting one half. Cost O(n log n). */
function sharesAbove(own: Float64Array, others: Float64Array): Float64Array {
  const ascending = Float64Array.from(others).sort()
  return own.map(
    (distance) => (2 * others.length - countBelow(ascending, distance, false) - countBelow(ascending, distance, true)) / (2 * others.length)
  )
}

/** How many of the ascending numbers are below a value, or at most it. */
function countBelow(ascending: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value || (orEqual && ascending[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

function varianceOf(values: Float64Array): number {
  const n = values.length
  const mean = values.reduce((sum, x) => sum + x, 0) / n
  return n < 2 ? 0 : values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)
}

/** The closest twentieth of the rows, with those as close as its last: how many are members, and how many may be by chance. */
function closestRows(members: Float64Array, others: Float64Array): Membership['closest'] {
  const all = Float64Array.from([...members, ...others]).sort()
  const limit = all[Math.max(0, Math.ceil(CLOSEST * all.length) - 1)]!
  const within = (distances: Float64Array) => distances.reduce((count, distance) => count + (distance <= limit ? 1 : 0), 0)
  const training = within(members)
  const rows = training + within(others)
  // Hypergeometric: half of all rows are members. Two standard deviations.
  const deviation = Math.sqrt(((rows / 4) * (all.length - rows)) / Math.max(1, all.length - 1))
  return { rows, training, most: Math.min(rows, Math.floor(rows / 2 + 2 * deviation)) }
}
