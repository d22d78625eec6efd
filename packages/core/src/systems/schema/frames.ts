import { findOrders } from '../../code/rules/find-orders.js'
import { DAY } from '../../code/rules/quantity.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { variance } from '../../num/statistics.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'

interface Framed {
  readonly own: RawTable
  readonly parent: RawTable
  /** Row of the parent of each; −1 for none [n]. */
  readonly parentOf: Int32Array
  readonly missing?: readonly string[] | undefined
}

/**
 * How much of the variance of their times rows have left within the row that they refer to, where it says from when to when they are, as a course of
 * its enrolments and a project of its hours; infinite where it says no such thing beyond chance. Cost O(cells), and as of `findOrders` for each pair of dates.
 */
export function varianceInFrame({ own, parent, parentOf, missing }: Framed): number {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0)
  const parents = datesIn(parent, missing).map(({ name, values }) => ({
    name,
    values: Float64Array.from(rows, (i) => values[parentOf[i]!]!)
  }))
  if (parents.length < 2) return Number.POSITIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  for (const column of datesIn(own, missing)) {
    const time = { name: column.name, values: Float64Array.from(rows, (i) => column.values[i]!) }
    if (!parents.some((end) => isBefore(time, end))) continue
    for (const start of parents) {
      if (!isBefore(start, time) || !parents.some((end) => end !== start && isBefore(time, end))) continue
      const both = [...rows.keys()].filter((i) => !Number.isNaN(time.values[i]!) && !Number.isNaN(start.values[i]!))
      const spread = variance(Float64Array.from(both, (i) => time.values[i]! - start.values[i]!))
      const left = spread / variance(Float64Array.from(both, (i) => time.values[i]!))
      if (left < Math.min(1, least)) least = left
    }
  }
  return least
}

interface Dates {
  readonly name: string
  /** In days; NaN where missing. */
  readonly values: Float64Array
}

function datesIn(raw: RawTable, missing: readonly string[] | undefined): Dates[] {
  const columns = raw.columns.filter(({ source }) => source === 'text' || source === 'datetime')
  try {
    return inferTable({ ...raw, columns }, defined({ missing })).table.columns.flatMap((column) =>
      column.kind === 'datetime'
        ? [{ name: column.name, values: column.values.map((value, i) => (column.missing?.[i] ? Number.NaN : value / DAY)) }]
        : []
    )
  } catch (error) {
    // A table of keys and names alone has no dates.
    if (error instanceof InputError && ['nothing-to-model', 'too-few-rows'].includes(error.code)) return []
    throw error
  }
}

function isBefore(low: Dates, high: Dates): boolean {
  const [first, second] = [low, high].map(({ values }, k) => ({ name: String(k), isDate: true, unit: 1, values }))
  return findOrders([first!, second!]).some((order) => order.low === '0')
}
