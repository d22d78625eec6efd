import { sorted } from '../../num/statistics.js'
import { presentValues } from '../../table/encoder.js'
import { keepsHours, keepsValues, type ScalingMethod, suggestsQuantile } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { FitOptions } from '../global/options.js'

type MethodOf = (name: string) => ScalingMethod

/**
 * How numbers of rows may be scaled: as asked for, or by the shape of each column. A shape that is that of groups (heavy and light
 * animals) says nothing of how rows follow each other in one, and quantiles would stretch the gaps between groups: where shape
 * alone asks for them, not lists of values, none is the other way.
 */
export function methodsOf(table: Table, scaling: FitOptions['scaling']): readonly [MethodOf, ...MethodOf[]] {
  const own = typeof scaling === 'object' ? scaling : {}
  if (scaling === 'standard' || scaling === 'quantile') return [() => scaling]
  const ascending = new Map(table.columns.filter(isNumeric).map((column) => [column.name, sorted(presentValues(column))]))
  const asked = (name: string) => (Object.hasOwn(own, name) ? own[name] : undefined)
  const dates = new Set(table.columns.filter(({ kind }) => kind === 'datetime').map(({ name }) => name))
  const inValues = (name: string) => keepsValues(ascending.get(name)!) || (dates.has(name) && keepsHours(ascending.get(name)!))
  const byShape = [...ascending.keys()].filter((name) => !asked(name) && !inValues(name) && suggestsQuantile(ascending.get(name)!))
  const plain: MethodOf = (name) => asked(name) ?? (ascending.has(name) && inValues(name) ? 'quantile' : 'standard')
  return byShape.length === 0 ? [plain] : [(name) => (byShape.includes(name) ? 'quantile' : plain(name)), plain]
}

/** What of the scalings asked for is of columns of a table. */
export function scalingOf(scaling: FitOptions['scaling'], { columns }: Table): FitOptions['scaling'] {
  if (typeof scaling !== 'object') return scaling
  const names = new Set(columns.map(({ name }) => name))
  return Object.fromEntries(Object.entries(scaling).filter(([name]) => names.has(name)))
}
