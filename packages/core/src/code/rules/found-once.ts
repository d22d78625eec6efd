import { type Column, isNumeric } from '../../table/table.js'
import { MOST_COLUMNS_OF } from './formula-found.js'
import { findLags, type Lag } from './lags.js'
import { type Quantity, quantityOf } from './quantity.js'
import type { WrittenTable } from './rows-of-rule.js'
import { nearlyTotals, type RunningTotal, runningTotals } from './running-totals.js'
import { findStandings, type Standing } from './standings.js'

/** Columns of numbers and dates that are not the same in all rows. */
export const quantitiesIn = ({ table, formats }: WrittenTable): Quantity[] =>
  table.columns.flatMap((one, c) => (isNumeric(one) && varies(one) ? [quantityOf(one, formats[c]!)] : []))

/** What is found in a table by some options, kept while it is there: its keys, notes, a plan and the fit ask the same in turn. */
export function keptByTable<O, T>(
  keyOf: (options: O) => string,
  find: (data: WrittenTable, options: O) => T
): (data: WrittenTable, options: O) => T {
  const kept = new WeakMap<WrittenTable['table'], { readonly formats: WrittenTable['formats']; readonly found: Map<string, T> }>()
  return (data, options) => {
    const before = kept.get(data.table)
    const known = before?.formats === data.formats ? before : { formats: data.formats, found: new Map<string, T>() }
    kept.set(data.table, known)
    const key = keyOf(options)
    if (!known.found.has(key)) known.found.set(key, find(data, options))
    return known.found.get(key)!
  }
}

/** Of tables with many columns of numbers nothing is looked for. */
function amongRows<T>(find: (quantities: readonly Quantity[], data: WrittenTable) => readonly T[]): (data: WrittenTable) => readonly T[] {
  const kept = keptByTable(
    () => '',
    (data): readonly T[] => {
      const quantities = quantitiesIn(data)
      return quantities.length > MOST_COLUMNS_OF[2] ? [] : find(quantities, data)
    }
  )
  return (data) => kept(data, undefined)
}

/** Columns that add up others from row to row. Cost: as of `runningTotals`. */
export const findTotals = amongRows<RunningTotal>(runningTotals)

/** Columns that say where a row stands among others. Cost: as of `findStandings`. */
export const standingsIn = amongRows<Standing>(findStandings)

/** Columns that are another one of the row before or after. Cost: as of `findLags`. */
export const lagsIn = amongRows<Lag>(findLags)

/** What adds up but for a few rows. */
export const nearlyTotalNotes = amongRows<string>(nearlyTotals)
export const varies = (one: Column): boolean => isNumeric(one) && one.values.some((x, i) => !one.missing?.[i] && x !== one.values[0])
