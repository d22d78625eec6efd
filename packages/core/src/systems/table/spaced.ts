import { overlappingRows, placeAt } from '../../code/rules/one-at-a-time.js'
import type { KeptUnique } from '../../code/rules/unique.js'
import { firstFrom } from '../../num/ascending.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** A row in its turn among those of one thing; of one that has no end the length is none. */
interface Turn {
  readonly row: number
  readonly start: number
  readonly length: number
  readonly isOpen: boolean
}

/**
 * Rows of which no two have the same at once, each in its turn and as long as it was, at the times that are the least away from their own all together,
 * between the first and the last of the data. Where there is no room for all, the longest stay as they are. Cost O(rows log rows).
 */
export function spacedOut(set: KeptUnique, table: Table, training: Table): Table {
  const pause = set.pause!
  const [start, end] = set.columns.slice(-2) as [string, string]
  const named = ({ columns }: Table, name: string) => columns.find((column) => column.name === name) as NumericColumn
  const [starts, ends] = [named(table, start).values.slice(), named(table, end).values.slice()]
  const known = named(training, end)
  const first = named(training, start).values.reduce((a, b) => Math.min(a, b))
  const last = known.values.reduce((most, value, i) => (known.missing?.[i] ? most : Math.max(most, value)), first)
  for (const rows of groupsIn(set, table)) {
    const turns = inTurn(rows, last - first, pause)
    const before: number[] = []
    let sum = 0
    for (const { length } of turns) {
      before.push(sum)
      sum += length + pause
    }
    const latest = last - (sum - pause)
    const places = ascendingNearest(turns.map((turn, k) => turn.start - before[k]!))
    for (const [k, { row, length, isOpen }] of turns.entries()) {
      starts[row] = Math.max(first, Math.min(latest, places[k]!)) + before[k]!
      if (!isOpen) ends[row] = starts[row]! + length
    }
  }
  const put = new Map([[start, starts] as const, [end, ends] as const])
  const columns = table.columns.map((column): Column => {
    const values = put.get(column.name)
    return values && isNumeric(column) ? { ...column, values } : column
  })
  return { ...table, columns }
}

/** The rows of each thing of which two are at once, as they begin. */
function groupsIn(set: KeptUnique, table: Table): readonly (readonly Turn[])[] {
  const at = placeAt(set, table)
  const wrong = new Set(overlappingRows(set, table).map((row) => at(row)!.key))
  const groups = new Map<string, Turn[]>([...wrong].map((key) => [key, []]))
  for (let row = 0; row < table.rowCount; row++) {
    const own = at(row)
    const isOpen = own?.end === Number.POSITIVE_INFINITY
    if (own) groups.get(own.key)?.push({ row, start: own.start, length: isOpen ? 0 : own.end - own.start, isOpen })
  }
  return [...groups.values()].map((turns) => turns.sort((a, b) => a.start - b.start || a.length - b.length || a.row - b.row))
}

/** Those for which there is room: of rows without an end the last, behind all others, and of the others the shortest. */
function inTurn(turns: readonly Turn[], room: number, pause: number): readonly Turn[] {
  const closed = turns.filter(({ isOpen }) => !isOpen)
  const open = turns.filter(({ isOpen }) => isOpen).slice(-1)
  const byLength = [...closed].sort((a, b) => b.length - a.length || b.row - a.row)
  const out = new Set<Turn>()
  let left = room - closed.reduce((sum, { length }) => sum + length + pause, 0) + (open.length > 0 ? 0 : pause)
  for (const turn of byLength) {
    if (left >= 0) break
    out.add(turn)
    left += turn.length + pause
  }
  return [...closed.filter((turn) => !out.has(turn)), ...open]
}

/** Numbers in ascending order whose distances from some are the least together: pools of those that are not, each at its median. Cost O(n log n), and moves. */
function ascendingNearest(values: readonly number[]): number[] {
  const pools: number[][] = []
  for (const value of values) {
    let own = [value]
    for (let before = pools.at(-1); before && middleOf(before) > middleOf(own); before = pools.at(-1)) {
      pools.pop()
      const [large, small] = before.length < own.length ? [own, before] : [before, own]
      for (const one of small) large.splice(firstFrom(large, one), 0, one)
      own = large
    }
    pools.push(own)
  }
  return pools.flatMap((pool) => pool.map(() => middleOf(pool)))
}

/** The lower median: one of the values, which stand in the steps of theirs. */
const middleOf = (ascending: readonly number[]): number => ascending[(ascending.length - 1) >> 1]!
