import { defined } from '../../num/defined.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import { keyCells } from './key-part.js'
import type { LookupKey } from './rule.js'

/** What a column is for each combination of the columns that determine it. Plain data. */
export interface LookupTable {
  /** [entries, from], the most frequent first. */
  readonly keys: readonly (readonly CellValue[])[]
  /** [entries] */
  readonly values: readonly CellValue[]
}

/** The table by which a column can be left out: what most rows of a combination have. Cost O(rows). */
export function lookupTable(from: readonly Column[], to: Column, rowCount: number): LookupTable {
  const cells = from.map(cellAt)
  const value = cellAt(to)
  const entries = new Map<string, { readonly key: CellValue[]; readonly counts: Map<CellValue, number>; count: number }>()
  for (let i = 0; i < rowCount; i++) {
    const key = cells.map((cell) => cell(i))
    const name = JSON.stringify(key)
    const entry = entries.get(name) ?? { key, counts: new Map(), count: 0 }
    entry.count++
    entry.counts.set(value(i), (entry.counts.get(value(i)) ?? 0) + 1)
    entries.set(name, entry)
  }
  const ordered = [...entries.values()].sort((a, b) => b.count - a.count)
  const usual = ({ counts }: { readonly counts: ReadonlyMap<CellValue, number> }) =>
    [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
  return { keys: ordered.map(({ key }) => key), values: ordered.map(usual) }
}

/**
 * What the column is for a combination: for one that the table does not have, what it is for the nearest one. Numbers are near
 * by their difference, and of entries that are equally near the most frequent counts. Where every number stands for itself, so does any other.
 */
export function lookup({ keys, values }: LookupTable): (key: readonly CellValue[]) => CellValue {
  const known = new Map(keys.map((key, e) => [JSON.stringify(key), values[e]!]))
  const isItself = isIdentity({ keys, values })
  const spread = (keys[0] ?? []).map((_, k) => spreadOf(keys.map((key) => key[k]!)))
  return (key) => {
    const name = JSON.stringify(key)
    let found = known.get(name)
    if (found === undefined && isItself && typeof key[0] === 'number') return key[0]
    if (found === undefined) {
      found = values[nearest(keys, key, spread)]!
      known.set(name, found)
    }
    return found
  }
}

/** As a year of dates does. */
const isIdentity = ({ keys, values }: LookupTable): boolean => keys.every((key, e) => key.length === 1 && key[0] === values[e])

/** Whether the table says itself what this combination stands for. */
export const hasKey = (table: LookupTable, key: readonly CellValue[]): boolean => {
  const name = JSON.stringify(key)
  return (isIdentity(table) && typeof key[0] === 'number') || table.keys.some((one) => JSON.stringify(one) === name)
}

function spreadOf(cells: readonly CellValue[]): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const cell of cells) {
    if (typeof cell !== 'number') continue
    low = Math.min(low, cell)
    high = Math.max(high, cell)
  }
  return high > low ? high - low : 1
}

function nearest(keys: LookupTable['keys'], wanted: readonly CellValue[], spread: readonly number[]): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  keys.forEach((key, e) => {
    let distance = 0
    key.forEach((cell, k) => {
      const other = wanted[k]!
      if (typeof cell === 'number' && typeof other === 'number') distance += Math.min(1, Math.abs(cell - other) / spread[k]!)
      else if (cell !== other) distance += 1
    })
    if (distance < least) {
      least = distance
      best = e
    }
  })
  return best
}

/** A column of values as `cellAt` reads them. */
export function columnOfCells(
  column: Pick<Column, 'name' | 'kind'> & { readonly levels?: readonly string[] | undefined } & Pick<NumericColumn, 'limits' | 'clock'>,
  cells: readonly CellValue[]
): Column {
  const { name, kind, levels = [] } = column
  if (kind === 'identifier') return { name, kind }
  if (kind === 'category' || kind === 'boolean') {
    const codes = new Map(levels.map((level, code) => [level, code]))
    return { name, kind, levels, codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : codes.get(cell as string)!)) }
  }
  const values = Float64Array.from(cells, (cell) => (cell === null ? 0 : (cell as number)))
  const missing = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  const limits = defined({ limits: column.limits, clock: column.clock })
  return missing.includes(1) ? { name, kind, values, missing, ...limits } : { name, kind, values, ...limits }
}

/** What a row is looked up by, of a table. */
export function keyAt(table: Table, key: LookupKey): (row: number) => readonly CellValue[] {
  const cells = new Map(key.from.map((name) => [name, cellAt(table.columns.find((one) => one.name === name)!)]))
  return (i) => keyOf(key, (name) => cells.get(name)!(i))
}

/** What a row is looked up by, whose cells are given by column name. */
export const keyOf = ({ from, parts }: LookupKey, cell: (name: string) => CellValue): readonly CellValue[] =>
  keyCells(from.map(cell), parts)
