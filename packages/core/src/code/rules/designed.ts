import { log } from '../../num/elementary.js'
import { type Cells, codesOf, jointCodes, sizesOf } from '../../table/codes.js'
import type { Table } from '../../table/table.js'
import { logFactorials } from './chance.js'

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
