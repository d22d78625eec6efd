import { type Quantity, quantityOf, tolerance } from '../../code/rules/quantity.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { columnWord } from '../../table/expression-text.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import { type Column, isNumeric, type NumericColumn } from '../../table/table.js'

/** A column that is, in all rows of a group, the sum of another over them: the total of an invoice. Without one it counts them. Plain data. */
export interface GroupSum {
  readonly column: string
  readonly of?: string | undefined
}

/** Groups of two rows and more, and different sums, at least. */
const LEAST_GROUPS = 10

/** Sums and counts of groups that all of them keep, beside columns that vary within them. Cost O(p² · rows) at most: most columns are out at the first group. */
export function findGroupSums({ table, formats }: WrittenTable, first: Uint32Array): readonly GroupSum[] {
  const numbers = table.columns.flatMap((column, c) =>
    isNumeric(column) && column.kind !== 'datetime' && !column.missing ? [quantityOf(column, formats[c]!)] : []
  )
  const groups = Array.from({ length: first.length - 1 }, (_, g) => g)
  const several = groups.filter((g) => first[g + 1]! - first[g]! > 1)
  if (several.length < LEAST_GROUPS) return []
  const isConstant = ({ values }: Quantity) =>
    several.every((g) => values.subarray(first[g]!, first[g + 1]!).every((x) => x === values[first[g]!]))
  const still = numbers.filter((one) => isConstant(one))
  const varying = numbers.filter((one) => !still.includes(one))
  const counts = { name: undefined, values: new Float64Array(table.rowCount).fill(1) }
  return still.flatMap((total): GroupSum[] => {
    const at = (g: number) => total.values[first[g]!]!
    if (new Set(several.map(at)).size < 2) return []
    const found = [...varying, counts].find(({ name, values }) => {
      const isSum = (g: number) => Math.abs(sumOf(values, first, g) - at(g)) <= tolerance(total.unit, at(g))
      // Few different sums may be so by chance, counts of rows are few.
      const enough = name === undefined || new Set(several.map(at)).size >= LEAST_GROUPS
      return enough && groups.every(isSum)
    })
    return found ? [{ column: total.name, ...(found.name === undefined ? {} : { of: found.name }) }] : []
  })
}

const sumOf = (values: Float64Array, first: Uint32Array, g: number): number => {
  let sum = 0
  for (let i = first[g]!; i < first[g + 1]!; i++) sum += values[i]!
  return sum
}

/** The column of a sum over the groups of a table. Cost O(rows). */
export function groupSumColumn({ column: name, of }: GroupSum, { table }: WrittenTable, first: Uint32Array, format: ColumnFormat): Column {
  const added = of === undefined ? undefined : numbersOf(table, of)
  const amounts = added ? added.values.map((x, i) => (added.missing?.[i] ? 0 : x)) : new Float64Array(table.rowCount).fill(1)
  const values = new Float64Array(table.rowCount)
  for (let g = 0; g + 1 < first.length; g++) values.fill(roundToFormat(sumOf(amounts, first, g), format), first[g], first[g + 1])
  return { name, kind: format.kind as NumericColumn['kind'], values }
}

/** `invoice_total = sum of gross in each group`. */
export const groupSumText = ({ column, of }: GroupSum): string =>
  `${columnWord(column)} = ${of === undefined ? 'number of rows' : `sum of ${columnWord(of)}`} in each group`
