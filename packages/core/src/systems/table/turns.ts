import { freePlace, overlappingRows, placeAt, type TakenSpans, takeSpan } from '../../code/rules/one-at-a-time.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { withRulesAfter } from '../../code/rules/stacked.js'
import type { KeptUnique } from '../../code/rules/unique.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { firstFrom } from '../../num/ascending.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { TableModel } from './options.js'
import { placed, type Redrawing, type Rows, rowsOf } from './redrawn.js'

/** Rows that are one at a time for several things move so often at most. */
const MOST_ROUNDS = 3

/** Candidates for each row that is drawn again; and at least so many, as a draw has a price of its own. */
const [CANDIDATES, LEAST_CANDIDATES] = [4, 64]

/** A batch of rows, and how rows are drawn in the place of some. */
interface Batch {
  readonly batch: number
  readonly how: Redrawing
  /** Takes a row of a table where it may stand among the others, and remembers it. */
  readonly taking: (table: Table) => (row: number) => boolean
}

/** Rows of a batch that are one at a time, and how many of them are not. */
type InTurns = (rows: Rows, of: Batch) => Promise<{ readonly rows: Rows; readonly left: number }>

/**
 * Keeps rows one at a time where those of the data are: one that begins while another one of the same has not ended begins when the nearest row does that is
 * no shorter and beside which it has room; where there is none, and no batch before, those of the same thing stand as near to their own times as they may
 * without being at once. Only times change, and what rules compute of them; rows for which there is no time of their own thing are drawn again, of another.
 * Undefined where nothing is one at a time. Cost O(rows²) at most, O(rows log rows) where there is room, and a draw of as many rows.
 */
export function keepingTurns(model: TableModel, { table: training, formats }: WrittenTable): InTurns | undefined {
  const sets = (model.unique ?? []).filter(({ pause }) => pause !== undefined)
  if (sets.length === 0) return undefined
  const rules = 'rules' in model ? model.rules : undefined
  const changed = new Set(sets.flatMap(({ columns }) => columns.slice(-2)))
  const taken = sets.map((): TakenSpans => new Map())
  return async (drawn, { batch, how, taking }) => {
    const key = keyFor(keyFromSeed(how.request.seed ?? 1), `turns ${batch}`)
    let table = drawn.table
    for (let round = 0; round < MOST_ROUNDS && leftOf(sets, table, taken.map(copyOf)).length > 0; round++)
      table = sets.reduce((own, set, s) => {
        const beside = movedBeside(set, own, copyOf(taken[s]!))
        return batch === 0 ? spacedOut(set, beside, training) : beside
      }, table)
    if (table !== drawn.table) table = withRulesAfter(rules, { table, formats }, { changed, key }).table
    let left: readonly number[] = leftOf(sets, table, taken)
    const pool: Rows[] = [{ ...drawn, table }]
    const chosen = Uint32Array.from({ length: table.rowCount }, (_, i) => i)
    for (let offset = table.rowCount; left.length > 0 && offset <= 2 * table.rowCount; ) {
      const { first: _f, onStep: _o, ...own } = how.request
      const wanted = Math.min(BATCH_ROWS, Math.max(LEAST_CANDIDATES, CANDIDATES * left.length))
      const more = await how.draw({ ...own, rows: wanted, seed: seedFor(key, `${offset}`) }, { ...how.context, progress: undefined })
      const [isFree, isNew] = [takerOf(sets, more.table, taken), taking(more.table)]
      left = placed(left, wanted, (j, row) => {
        if (!isFree.at(j) || !isNew(j)) return false
        isFree.take(j)
        chosen[row] = offset + j
        return true
      })
      pool.push(more)
      offset += wanted
    }
    return { rows: rowsOf(pool, chosen), left: left.length }
  }
}

const copyOf = (taken: TakenSpans): TakenSpans =>
  new Map([...taken].map(([key, { starts, ends }]) => [key, { starts: [...starts], ends: [...ends] }]))

/** Whether a row of a table is at no time at which another one is that has the same; and how it is taken where it is not. */
function takerOf(sets: readonly KeptUnique[], table: Table, taken: readonly TakenSpans[]) {
  const places = sets.map((set) => placeAt(set, table))
  const free = (row: number) =>
    places.map((at, s) => {
      const place = at(row)
      return place ? freePlace(taken[s]!, place, sets[s]!.pause!) : -1
    })
  return {
    at: (row: number): boolean => !free(row).includes(undefined),
    take: (row: number): void => {
      for (const [s, at] of free(row).entries()) if (at! >= 0) takeSpan(taken[s]!, places[s]!(row)!, at!)
    }
  }
}

/** Rows for which there is no time; those of the others are taken. */
function leftOf(sets: readonly KeptUnique[], table: Table, taken: readonly TakenSpans[]): number[] {
  const isFree = takerOf(sets, table, taken)
  return [...new Set(sets.flatMap((set) => asTheyBegin(set, table)))].filter((row) => {
    if (!isFree.at(row)) return true
    isFree.take(row)
    return false
  })
}

/** Rows that have anything for themselves, those that begin first, and of these the shortest, before the others. */
function asTheyBegin(set: KeptUnique, table: Table): number[] {
  const at = placeAt(set, table)
  const places = Array.from({ length: table.rowCount }, (_, row) => at(row))
  const order = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1)
  return [...places.keys()]
    .filter((row) => places[row])
    .sort((a, b) => places[a]!.start - places[b]!.start || order(places[a]!.end, places[b]!.end) || a - b)
}

/** Rows that are in the way of others where the nearest one of the table begins that is no shorter and beside which there is room, the longest first. */
function movedBeside(set: KeptUnique, table: Table, taken: TakenSpans): Table {
  const at = placeAt(set, table)
  const order = asTheyBegin(set, table)
  const starts = order.map((row) => at(row)!.start)
  const lengths = order.map((row) => at(row)!.end - at(row)!.start)
  const left = new Set(leftOf([set], table, [taken]))
  const waiting = [...order.keys()].filter((k) => left.has(order[k]!) && lengths[k]! < Number.POSITIVE_INFINITY)
  const moved = new Map<number, number>()
  for (const k of waiting.sort((a, b) => lengths[b]! - lengths[a]! || a - b)) {
    const { key, start } = at(order[k]!)!
    let [below, above] = [k - 1, k + 1]
    while (below >= 0 || above < starts.length) {
      const takesAbove = below < 0 || (above < starts.length && starts[above]! - start <= start - starts[below]!)
      const other = takesAbove ? above++ : below--
      if (lengths[other]! < lengths[k]!) continue
      const place = { key, start: starts[other]!, end: starts[other]! + lengths[k]! }
      const free = freePlace(taken, place, set.pause!)
      if (free === undefined) continue
      takeSpan(taken, place, free)
      moved.set(order[k]!, place.start)
      break
    }
  }
  return movedTo(set, table, moved)
}

/** Rows that begin at other times, each as long as it was. */
function movedTo({ columns: names }: KeptUnique, table: Table, moved: ReadonlyMap<number, number>): Table {
  if (moved.size === 0) return table
  const [start, end] = names.slice(-2) as [string, string]
  const before = table.columns.find(({ name }) => name === start) as NumericColumn
  const columns = table.columns.map((column): Column => {
    if (!isNumeric(column) || (column.name !== start && column.name !== end)) return column
    const values = column.values.slice()
    for (const [row, time] of moved) values[row]! += time - before.values[row]!
    return { ...column, values }
  })
  return { ...table, columns }
}

/** A row in its turn among those of one thing; of one that has no end the length is none. */
interface Turn {
  readonly row: number
  readonly start: number
  readonly length: number
}

/**
 * Rows of which no two have the same at once, each in its turn and as long as it was, at the times that are the least away from their own all together,
 * between the first and the last of the data. Where there is no room for all, the longest stay as they are. Cost O(rows log rows).
 */
function spacedOut(set: KeptUnique, table: Table, training: Table): Table {
  const pause = set.pause!
  const named = (name: string | undefined) => training.columns.find((column) => column.name === name) as NumericColumn
  const [start, end] = set.columns.slice(-2).map(named) as [NumericColumn, NumericColumn]
  const first = start.values.reduce((a, b) => Math.min(a, b))
  const last = end.values.reduce((most, value, i) => (end.missing?.[i] ? most : Math.max(most, value)), first)
  const moved = new Map<number, number>()
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
    for (const [k, { row }] of turns.entries()) moved.set(row, Math.max(first, Math.min(latest, places[k]!)) + before[k]!)
  }
  return movedTo(set, table, moved)
}

/** The rows of each thing of which two are at once, as they begin; those without an end behind all others. */
function groupsIn(set: KeptUnique, table: Table): readonly (readonly Turn[])[] {
  const at = placeAt(set, table)
  const groups = new Map<string, Turn[]>(overlappingRows(set, table).map((row) => [at(row)!.key, []]))
  for (const row of asTheyBegin(set, table)) {
    const { key, start, end } = at(row)!
    groups.get(key)?.push({ row, start, length: end - start })
  }
  return [...groups.values()]
}

/** Those for which there is room: of rows without an end the last, behind all others, and of the others the shortest. */
function inTurn(turns: readonly Turn[], room: number, pause: number): readonly Turn[] {
  const isOpen = ({ length }: Turn) => length === Number.POSITIVE_INFINITY
  const closed = turns.filter((turn) => !isOpen(turn))
  const open = turns.filter(isOpen).slice(-1)
  const byLength = [...closed].sort((a, b) => b.length - a.length || b.row - a.row)
  const out = new Set<Turn>()
  let left = room + pause - closed.reduce((sum, { length }) => sum + length + pause, 0) - (open.length > 0 ? pause : 0)
  for (const turn of byLength) {
    if (left >= 0) break
    out.add(turn)
    left += turn.length + pause
  }
  return [...closed.filter((turn) => !out.has(turn)), ...open.map((turn) => ({ ...turn, length: 0 }))]
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
