import { log, normalQuantile } from '../../num/elementary.js'
import { takeValues } from '../../num/matrix.js'
import { correlation, midranks, sorted } from '../../num/statistics.js'
import { presentValues } from '../../table/encoder.js'
import { keepsHours, keepsValues, type ScalingMethod, suggestsQuantile } from '../../table/scaling.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { FitOptions } from '../global/options.js'

type MethodOf = (name: string) => ScalingMethod

/**
 * How numbers of rows may be scaled: as asked for, or by the shape of each column. A shape that is that of groups (heavy and light
 * animals) says nothing of how rows follow each other in one, and quantiles would stretch the gaps between groups: where shape
 * alone asks for them, not lists of values, none is the other way, but for what goes with such a list by ranks.
 */
export function methodsOf(table: Table, scaling: FitOptions['scaling']): readonly [MethodOf, ...MethodOf[]] {
  const own = typeof scaling === 'object' ? scaling : {}
  if (scaling === 'standard' || scaling === 'quantile') return [() => scaling]
  const ascending = new Map(table.columns.filter(isNumeric).map((column) => [column.name, sorted(presentValues(column))]))
  const asked = (name: string) => (Object.hasOwn(own, name) ? own[name] : undefined)
  const dates = new Set(table.columns.filter(({ kind }) => kind === 'datetime').map(({ name }) => name))
  const inValues = (name: string) => keepsValues(ascending.get(name)!) || (dates.has(name) && keepsHours(ascending.get(name)!))
  const byShape = [...ascending.keys()].filter((name) => !asked(name) && !inValues(name) && suggestsQuantile(ascending.get(name)!))
  const listed: MethodOf = (name) => asked(name) ?? (ascending.has(name) && inValues(name) ? 'quantile' : 'standard')
  if (byShape.length === 0) return [listed]
  const alike = hangingByRanks(byShape, table, listed)
  const shaped: MethodOf = (name) => (byShape.includes(name) ? 'quantile' : listed(name))
  return alike.size === byShape.length ? [shaped] : [shaped, (name) => (alike.has(name) ? 'quantile' : listed(name))]
}

/** Standard errors by which a column hangs together with another more closely. */
const CLEARLY = 3
/** Share of what varies in a column that another tells, from which on both hang together. */
const MOSTLY = 0.5
/** Fewer rows say nothing of how columns hang together. */
const LEAST_ROWS = 30

/**
 * Columns of `names` that are mostly told by ranks of one that is scaled by its quantiles, and clearly less so by their values, as costs with prices
 * of a list: scaled otherwise, what holds between both is bent, and lost. By Fisher's transform of both correlations. Cost O(columns² · rows).
 */
function hangingByRanks(names: readonly string[], { columns }: Table, methodOf: MethodOf): ReadonlySet<string> {
  const numbers = columns.filter((column): column is NumericColumn => isNumeric(column) && column.kind !== 'datetime')
  const lists = numbers.filter(({ name }) => methodOf(name) === 'quantile')
  const scores = new Map<NumericColumn, Float64Array>()
  const scoresOf = (column: NumericColumn): Float64Array => {
    const own = scores.get(column) ?? scoresIn(column)
    scores.set(column, own)
    return own
  }
  const hangs = (column: NumericColumn): boolean =>
    lists.some((list) => {
      if (list === column) return false
      const rows = Uint32Array.from(column.values.keys()).filter((i) => !column.missing?.[i] && !list.missing?.[i])
      if (rows.length < LEAST_ROWS) return false
      const others = takeValues(scoresOf(list), rows)
      const byRanks = correlation(takeValues(scoresOf(column), rows), others)
      if (byRanks * byRanks < MOSTLY) return false
      return fisher(byRanks) - fisher(correlation(takeValues(column.values, rows), others)) > CLEARLY / Math.sqrt(rows.length - 3)
    })
  return new Set(numbers.filter((column) => names.includes(column.name) && hangs(column)).map(({ name }) => name))
}

/** Normal scores of its values [n]; any where it has none. */
function scoresIn({ values, missing }: NumericColumn): Float64Array {
  const rows = Uint32Array.from(values.keys()).filter((i) => !missing?.[i])
  const out = new Float64Array(values.length)
  midranks(takeValues(values, rows)).forEach((rank, k) => {
    out[rows[k]!] = normalQuantile((rank + 0.5) / rows.length)
  })
  return out
}

/** Fisher's transform of how closely two columns go together, whatever the sign. */
function fisher(r: number): number {
  const own = Math.min(1 - 1e-9, Math.abs(r))
  return log((1 + own) / (1 - own)) / 2
}

/** What of the scalings asked for is of columns of a table. */
export function scalingOf(scaling: FitOptions['scaling'], { columns }: Table): FitOptions['scaling'] {
  if (typeof scaling !== 'object') return scaling
  const names = new Set(columns.map(({ name }) => name))
  return Object.fromEntries(Object.entries(scaling).filter(([name]) => names.has(name)))
}
