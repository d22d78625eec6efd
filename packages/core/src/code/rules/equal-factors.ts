import { ATOM_SHARE } from '../../table/recurring.js'
import { differentRows, rateByChance } from './chance.js'
import { type Compared, isMore } from './equal-numbers.js'
import { tolerance } from './quantity.js'

/** Decimals of a share, fewest first: a half, 15 percent. */
const DECIMALS = [1, 2]
/** Rows that show which shares there may be: of a twentieth of all rows as many have one as say so. */
const FIRST_ROWS = 400

/**
 * Shares of another column, in percent at most, that a column is in many rows, to the digits that it is written in: a refund of a half. Each in a
 * twentieth of the rows, in more different ones than columns that have nothing to do with each other would have it, and than numbers that come near
 * it would. Rows that have the same in both, or nothing, count for none. Cost O(rows).
 */
export function equalFactors(one: Compared, other: Compared): number[] {
  if (one.isDate || one.isLevel || other.isDate || other.isLevel) return []
  const { values, unit = 0 } = one
  const rows = values.length
  const isNear = (factor: number, i: number, j: number, off = 0) =>
    Math.abs(factor * other.values[i]! + off * unit - values[j]!) <= tolerance(unit, values[j]!)
  const factorAt = (i: number): number | undefined => {
    const share = values[i]! / other.values[i]!
    if (!(share > 0 && share < 1)) return undefined
    return DECIMALS.map((digits) => Number(share.toFixed(digits))).find((factor) => factor > 0 && factor < 1 && isNear(factor, i, i))
  }
  const countsIn = (most: number) => {
    const counts = new Map<number, number>()
    for (let i = 0; i < most; i++) {
      const factor = factorAt(i)
      if (factor !== undefined) counts.set(factor, (counts.get(factor) ?? 0) + 1)
    }
    return [...counts].filter(([, count]) => count >= ATOM_SHARE * most).map(([factor]) => factor)
  }
  if (rows > FIRST_ROWS && countsIn(FIRST_ROWS).length === 0) return []
  const different = differentRows([values, other.values], rows).filter((i) => values[i] !== 0 && values[i] !== other.values[i])
  const count = (is: (i: number) => boolean) => different.filter(is).length
  return countsIn(rows).filter((factor) => {
    const met = count((i) => isNear(factor, i, i))
    const rate = different.length < 2 ? 1 : rateByChance(different.length, (i, j) => isNear(factor, different[i]!, different[j]!))
    const isBeside = (i: number, units: number) => unit !== 0 && (isNear(factor, i, i, units) || isNear(factor, i, i, -units))
    const next = count((i) => isBeside(i, 1) && !isNear(factor, i, i))
    const second = count((i) => isBeside(i, 2) && !isBeside(i, 1))
    // Half-way between two units is near to both: what is met has it on both of its sides, what is beside only on one.
    const halfWay = count((i) => isBeside(i, 1) && isBeside(i, 2))
    const byNearness = ((next / 2 + 1) ** 2 / (second / 2 + 1)) * (1 + halfWay / Math.max(1, next))
    return isMore(met, rate * different.length) && isMore(met, byNearness)
  })
}
