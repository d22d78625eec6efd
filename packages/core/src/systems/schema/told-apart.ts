import { findUnique } from '../../code/rules/unique.js'
import { cellAt } from '../../table/cells.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Column, Table } from '../../table/table.js'
import { type ForeignKey, pairsOf } from './keys.js'

/** Columns that tell the rows of a table apart, keys among them: a room has one lesson in an hour of a day. Plain data. */
export type ToldApart = readonly string[]

/** Where rows lead by a key; −1 for none [n]. */
interface Led {
  readonly key: ForeignKey
  readonly rowOf: Int32Array
}

/** The smallest sets of two or three columns in which no two rows agree, though chance would have some do so, with at least one of the keys that `isChosen`. Cost: as of `findUnique`. */
export function findToldApart(own: Table, led: readonly Led[], isChosen: (key: ForeignKey) => boolean): ToldApart[] {
  const keys = led.filter(({ key }) => pairsOf(key).length === 1)
  const names = new Set(keys.map(({ key }) => key.column))
  const columns: Column[] = [
    ...keys.map(
      ({ key, rowOf }): Column => ({
        name: key.column,
        kind: 'category',
        levels: Array.from({ length: 1 + rowOf.reduce((a, b) => Math.max(a, b), 0) }, (_, row) => String(row)),
        codes: rowOf
      })
    ),
    ...own.columns.filter(({ kind, name }) => kind !== 'identifier' && !names.has(name))
  ]
  const formats = columns.map(({ name, kind }): ColumnFormat => ({ name, source: 'text', kind }) as ColumnFormat)
  const chosen = new Set(keys.filter(({ key }) => isChosen(key)).map(({ key }) => key.column))
  return findUnique({ table: { columns, rowCount: own.rowCount }, formats }).filter((set) => set.some((name) => chosen.has(name)))
}

/** What a row has in the columns but one; undefined where one of them is missing. */
export function restAt(set: ToldApart, but: string | undefined, own: Table, led: readonly Led[]): (row: number) => string | undefined {
  const cells = set
    .filter((name) => name !== but)
    .map((name) => {
      const key = led.find((one) => one.key.column === name)
      if (key) return (row: number) => (key.rowOf[row]! < 0 ? null : key.rowOf[row]!)
      return cellAt(own.columns.find((column) => column.name === name)!)
    })
  return (row) => {
    const tuple = cells.map((at) => at(row))
    return tuple.includes(null) ? undefined : JSON.stringify(tuple)
  }
}

/** Rows that agree with an earlier one. */
export function agreeingRows(set: ToldApart, own: Table, led: readonly Led[]): number[] {
  const at = restAt(set, undefined, own, led)
  const seen = new Set<string>()
  return Array.from({ length: own.rowCount }, (_, row) => row).filter((row) => {
    const tuple = at(row)
    if (tuple === undefined) return false
    const isThere = seen.has(tuple)
    seen.add(tuple)
    return isThere
  })
}

export const toldApartText = (table: string, set: ToldApart): string => `${table}: unique(${set.join(', ')})`
