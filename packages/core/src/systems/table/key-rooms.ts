import type { KeptUnique } from '../../code/rules/unique.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import type { Table } from '../../table/table.js'

/** For how many more rows the values of a column have room. */
export interface KeyRooms {
  readonly name: string
  readonly left: Map<CellValue, number>
}

/**
 * As many of `rows` for each value of a key as it has of the rows of the data, rounded so that they are `rows` together. The key is the
 * column of most values that all sets have which tell rows apart, as the patient of visits: where rows that agree are drawn again, values
 * of many rows, of which most do, would lose some to those of few. Undefined where there is none. Cost O(rows of the data).
 */
export function keyRooms(sets: readonly KeptUnique[], training: Table, rows: number): KeyRooms | undefined {
  // Of rows that are one at a time the key is what they are of.
  const places = sets
    .filter(({ columns, differ }) => !differ && columns.length > 1)
    .map(({ columns, pause }) => (pause === undefined ? columns : columns.slice(0, -2)))
  const common = places[0]?.filter((name) => places.every((columns) => columns.includes(name))) ?? []
  const counted = common.map((name) => ({ name, counts: countsOf(name, training) }))
  const key = counted.sort((a, b) => b.counts.size - a.counts.size)[0]
  if (!key) return undefined
  const left = new Map<CellValue, number>()
  let [before, given] = [0, 0]
  for (const [value, count] of key.counts) {
    before += count
    const upTo = Math.round((before / training.rowCount) * rows)
    left.set(value, upTo - given)
    given = upTo
  }
  return { name: key.name, left }
}

function countsOf(name: string, { columns, rowCount }: Table): ReadonlyMap<CellValue, number> {
  const at = cellAt(columns.find((column) => column.name === name)!)
  const counts = new Map<CellValue, number>()
  for (let i = 0; i < rowCount; i++) counts.set(at(i), (counts.get(at(i)) ?? 0) + 1)
  return counts
}

/** Takes rows of a table for as long as there is room for their values of the key. */
export function roomTaker({ name, left }: KeyRooms, { columns }: Table): (row: number) => boolean {
  const at = cellAt(columns.find((column) => column.name === name)!)
  return (row) => {
    const more = left.get(at(row)) ?? 0
    if (more === 0) return false
    left.set(at(row), more - 1)
    return true
  }
}
