import { log } from '../../num/elementary.js'
import { mean, midranks } from '../../num/statistics.js'
import { type Cells, codesOf, jointCodes, sizesOf } from '../../table/codes.js'
import type { Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from './chance.js'
import type { Quantity } from './quantity.js'

/** One table in a hundred whose groups have as many by chance has its counts drawn as any other column, and says so: no more is lost than that. */
const MOST_CHANCE = log(0.01)

/**
 * How many rows every group by some columns has, where all have as many beyond chance, as the runs of an experiment or the firms of a
 * panel; else undefined. Rows that are drawn one by one fall into groups of other sizes, and what counts them would go beyond those that
 * are there. By chance groups have sizes as n rows that are thrown into as many do. Cost O(rows).
 */
export function designedSize(by: readonly string[], { columns, rowCount }: Table): number | undefined {
  const all = by.map((name) => codesOf(columns.find((one) => one.name === name) as Cells))
  const groups = all.slice(1).reduce((a, b) => jointCodes(a, b), all[0]!)
  const sizes = sizesOf(groups)
  const [size] = sizes
  if (sizes.some((one) => one !== size)) return undefined
  const factorials = logFactorials(rowCount)
  const logChance = factorials[rowCount]! - sizes.length * factorials[size!]! - rowCount * log(sizes.length)
  return logChance < MOST_CHANCE ? size : undefined
}

/**
 * Whether numbers go along with one that counts the rows of groups, within these and beyond chance, as the start of an interval does with
 * its place: counted when rows are drawn, it would know nothing of them. Correlations of ranks about the means of groups, whose squares times
 * the rows are χ² by chance. Cost O(rows·log rows) a number.
 */
export function goesAlong(counter: string, by: string, quantities: readonly Quantity[], { columns }: Table): boolean {
  const groups = codesOf(columns.find((one) => one.name === by) as Cells)
  const within = (values: Float64Array): Float64Array => {
    const ranks = midranks(values)
    const [sums, sizes] = [new Float64Array(groups.count), sizesOf(groups)]
    ranks.forEach((rank, i) => {
      sums[groups.codes[i]!]! += rank
    })
    return ranks.map((rank, i) => rank - sums[groups.codes[i]!]! / sizes[groups.codes[i]!]!)
  }
  const place = within(quantities.find(({ name }) => name === counter)!.values)
  const others = quantities.filter(({ name, values }) => name !== counter && name !== by && !values.some(Number.isNaN))
  const freedom = place.length - groups.count
  return others.some(({ values }) => {
    const own = within(values)
    const [along, one, other] = [own.map((x, i) => x * place[i]!), own.map((x) => x * x), place.map((x) => x * x)].map(mean) as [
      number,
      number,
      number
    ]
    return one * other > 0 && isBelievedAtLog((-freedom * along ** 2) / (2 * one * other), others.length)
  })
}
