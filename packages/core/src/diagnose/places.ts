/** Rows that some columns tell apart, as the plots of a field or the visits of a person, and others that stand in their places. */
import { findUnique } from '../code/rules/unique.js'
import { stackTables, takeTableColumns } from '../table/rows.js'
import type { Table } from '../table/table.js'
import { writtenAs } from './as-written.js'
import type { CopyCounts } from './copies.js'
import { groupsOfRows } from './equal-groups.js'

/**
 * Synthetic rows in the places of training rows: with what one of these has in columns in which no two of them agree, where chance
 * would have some do so. Fresh rows would stand in other places, and so nearer to none: what holds for those says nothing of these.
 */
export interface Places {
  /** The columns that tell training rows apart, set by set. */
  readonly columns: readonly (readonly string[])[]
  /** Synthetic rows in the place of a training row. */
  readonly taken: Uint8Array
  /** Of training rows whose place differs from another one's in one column alone, those that are alike in all other columns, on average. */
  readonly alike: CopyCounts
}

/** Undefined where no synthetic row stands in the place of a training row. `heldOut`: real rows besides these, which are told apart as well. Cost: as of `findUnique`, and O(cells) for each column of a set. */
export function placesOf(train: Table, synthetic: Table, heldOut?: Table): Places | undefined {
  const columns = findUnique(writtenAs(heldOut ? stackTables([heldOut, train]) : train))
  const taken = new Uint8Array(synthetic.rowCount)
  for (const set of columns) {
    const { codes, count } = groupsOfRows(takeTableColumns(train, set), takeTableColumns(synthetic, set))
    const isKnown = new Uint8Array(count)
    for (let i = 0; i < train.rowCount; i++) isKnown[codes[i]!] = 1
    for (let i = 0; i < taken.length; i++) if (isKnown[codes[train.rowCount + i]!]) taken[i] = 1
  }
  if (!taken.includes(1)) return undefined
  const alike = columns.flatMap((set) => set.map((name) => alikeBut(train, set, name)))
  return { columns, taken, alike: alike.reduce((most, one) => (one.copies * most.rows > most.copies * one.rows ? one : most)) }
}

/** Rows that agree in all columns of a set but one, and how many of those that do so with a row agree with it in all else, on average. */
function alikeBut(train: Table, set: readonly string[], but: string): CopyCounts {
  const rest = set.filter((name) => name !== but)
  const near = sizesOf(takeTableColumns(train, rest))
  const same = sizesOf(
    takeTableColumns(
      train,
      train.columns.flatMap(({ name }) => (name === but ? [] : [name]))
    )
  )
  let [copies, rows] = [0, 0]
  for (let i = 0; i < train.rowCount; i++) {
    if (near(i) < 2) continue
    copies += (same(i) - 1) / (near(i) - 1)
    rows++
  }
  return { copies, rows: Math.max(1, rows), withoutNumbers: 0 }
}

/** Of each row, how many are equal to it, itself among them. */
function sizesOf(table: Table): (row: number) => number {
  if (table.columns.length === 0) return () => table.rowCount
  const { codes, count } = groupsOfRows(table)
  const sizes = new Uint32Array(count)
  for (const code of codes) sizes[code]!++
  return (row) => sizes[codes[row]!]!
}
