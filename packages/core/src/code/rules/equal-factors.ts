import { ATOM_SHARE } from '../../table/recurring.js'
import { differentRows, rateByChance } from './chance.js'
import { type Compared, isMore } from './equal-numbers.js'
import { tolerance } from './quantity.js'

/** Decimals of a share, fewest first: a half, 15 percent. */
const DECIMALS = [1, 2]
/** Half-way between two units counts as the farther one, whatever a computer's numbers are off by. */
const TIE = 1e-6
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
  const missOf = (factor: number, i: number, j: number) => Math.abs(factor * other.values[i]! - values[j]!)
  const isNear = (factor: number, i: number, j: number) => missOf(factor, i, j) <= tolerance(unit, values[j]!)
  const isUnitsOff = (factor: number, i: number, units: number) =>
    !isNear(factor, i, i) && Math.round(missOf(factor, i, i) / unit + TIE) === units
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
    const [next, second] = [1, 2].map((units) => (unit === 0 ? 0 : count((i) => isUnitsOff(factor, i, units)))) as [number, number]
    return isMore(met, rate * different.length) && isMore(met, (next / 2 + 1) ** 2 / (second / 2 + 1))
  })
}
