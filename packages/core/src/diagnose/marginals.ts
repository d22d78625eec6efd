import { kolmogorovSmirnov } from '../num/kolmogorov-smirnov.js'
import { presentValues } from '../table/encoder.js'
import { type CategoricalColumn, isCategorical, isNumeric, type Table } from '../table/table.js'

/** Shares of the levels that occur; a missing cell is the level `undefined`. */
export function levelShares({ codes, levels }: CategoricalColumn): Map<string | undefined, number> {
  const shares = new Map<string | undefined, number>()
  for (const code of codes) {
    const level = code < 0 ? undefined : levels[code]!
    shares.set(level, (shares.get(level) ?? 0) + 1)
  }
  for (const [level, count] of shares) shares.set(level, count / codes.length)
  return shares
}

/** Total variation distance ½ Σ |p − q| of two categorical columns, missing cells counting as a level. */
export function totalVariation(first: CategoricalColumn, second: CategoricalColumn): number {
  const p = levelShares(first)
  const q = levelShares(second)
  let sum = 0
  for (const level of new Set([...p.keys(), ...q.keys()])) sum += Math.abs((p.get(level) ?? 0) - (q.get(level) ?? 0))
  return sum / 2
}

/** Share of missing cells in column c. */
export function missingShare(table: Table, c: number): number {
  const column = table.columns[c]!
  if (isCategorical(column)) return column.codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0) / table.rowCount
  return isNumeric(column) && column.missing ? column.missing.reduce((sum, mark) => sum + mark, 0) / table.rowCount : 0
}

/** Distance of column c between two tables of the same columns: Kolmogorov–Smirnov for numbers, total variation for levels. */
export function marginalDistance(first: Table, second: Table, c: number): number {
  const a = first.columns[c]!
  const b = second.columns[c]!
  if (isNumeric(a) && isNumeric(b)) return kolmogorovSmirnov(presentValues(a), presentValues(b))
  return isCategorical(a) && isCategorical(b) ? totalVariation(a, b) : 0
}
