import { type CellValue, cellAt } from '../../table/cells.js'
import { columnWord } from '../../table/expression-text.js'
import type { CategoricalColumn, Table } from '../../table/table.js'
import { findGaps } from '../rules/find-gaps.js'
import { isWhere } from '../rules/rows-of-rule.js'
import type { KeyColumn } from './reference.js'

/** Where a key is missing: a tracking number before anything is shipped. */
export interface KeyGap {
  readonly when: string
  /** Levels of that column; absent where the key is missing with it. */
  readonly levels?: readonly string[] | undefined
  /** Where that column is not missing. */
  readonly present?: true | undefined
}

/** Keys that are missing exactly where another column of the table, or an earlier key, says so, beyond chance. Cost as of `findGaps`. */
export function gapsOfKeys(keys: readonly KeyColumn[], { columns, rowCount }: Table): ReadonlyMap<string, KeyGap> {
  const some = keys.filter(({ cells }) => cells.length === rowCount && cells.includes(null))
  if (some.length === 0) return new Map()
  const names = new Set(some.map(({ name }) => name))
  const there = some.map(({ name, cells }): CategoricalColumn => {
    return { name, kind: 'category', levels: ['there'], codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : 0)) }
  })
  const found = findGaps([...columns.filter(({ name }) => !names.has(name)), ...there], rowCount)
  const sure = found.filter(({ maybe }) => !maybe)
  return new Map(sure.toReversed().flatMap(({ column, ...gap }) => (names.has(column) ? [[column, gap] as const] : [])))
}

/** Whether a drawn row has no key, by its number. */
export function gapAt(
  gap: KeyGap,
  { table, keys }: { readonly table: Table; readonly keys: ReadonlyMap<string, readonly (string | null)[]> }
): (row: number) => boolean {
  const { when } = gap
  const own = keys.get(when)
  const column = table.columns.find(({ name }) => name === when)
  const at: (row: number) => CellValue = own ? (row) => own[row]! : column ? cellAt(column) : () => ''
  return (row) => isWhere(gap, at(row))
}

/** `missing where status = open`. */
export const gapText = ({ when, levels, present }: KeyGap): string =>
  `missing where ${columnWord(when)} ${levels ? `= ${levels.join(', ')}` : present ? 'is not' : 'is'}`
