import { type Exclusive as ExclusiveBy, inOrder, spansIn, spanText } from '../../code/rules/exclusive.js'
import { derives, inputsOfKept, type KeptRules } from '../../code/rules/kept-rules.js'
import { firstFrom } from '../../num/ascending.js'
import { type Matrix, rowOf as placeOf } from '../../num/matrix.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import { type ForeignKey, keyText } from './keys.js'

/** Dates between which a row has the row that it refers to for itself, as a reader a copy and a guest a room: no other one begins before it ends. Plain data. */
export type Exclusive = ExclusiveBy<ForeignKey>

interface Choosing {
  /** The row that each row refers to; −1 for none [n]. */
  readonly rowOf: Int32Array
  /** What the rows are like that are referred to [m, k], and which of them are of the same categories. */
  readonly targets: { readonly places: Matrix; readonly classes: readonly string[] }
  /** Of which of them a row may choose; undefined: of all. */
  readonly among: (row: number) => ReadonlySet<number> | undefined
  /** Parent of each row, where no two rows of one refer to the same row. */
  readonly parentOf: Int32Array | undefined
}

/**
 * Rows with others to refer to where these are not free when they begin: of those that are, the one most like it, and of such alike the one that has been
 * free the shortest. Rows for which none is free keep theirs. Cost O(rows log rows), and O(m·k) for each row in the way.
 */
export function chosenApart(law: Exclusive, table: Table, { rowOf, targets, among, parentOf }: Choosing): Int32Array {
  const own = spansIn(table, law)
  const out = rowOf.slice()
  const until = new Float64Array(targets.classes.length).fill(Number.NEGATIVE_INFINITY)
  const all = [...until.keys()]
  const taken = new Set<string>()
  const pair = (i: number, target: number) => `${parentOf![i]} ${target}`
  if (parentOf) for (const [i, target] of rowOf.entries()) taken.add(pair(i, target))
  for (const i of inOrder(own, rowOf)) {
    const start = own.starts[i]!
    const before = rowOf[i]!
    if (start < until[before]!) {
      const isOpen = (j: number) => until[j]! <= start && !(parentOf && parentOf[i]! >= 0 && taken.has(pair(i, j)))
      const free = [...(among(i) ?? all)].filter(isOpen)
      const best = mostLike(before, free, { targets, until })
      if (best === undefined) continue
      if (parentOf) taken.add(pair(i, best))
      out[i] = best
    }
    until[out[i]!] = own.ends[i]! + law.apart
  }
  return out
}

function mostLike(
  row: number,
  others: readonly number[],
  { targets: { places, classes }, until }: Pick<Choosing, 'targets'> & { readonly until: Float64Array }
): number | undefined {
  const here = placeOf(places, row)
  let best: number | undefined
  let least = [1, 0, 0]
  for (const j of others) {
    const place = placeOf(places, j)
    const away = here.reduce((sum, x, c) => sum + (x - place[c]!) ** 2, 0)
    const rank = [Number(classes[j] !== classes[row]), away, -until[j]!]
    const first = rank.findIndex((x, c) => x !== least[c])
    if (best !== undefined && (first < 0 || rank[first]! > least[first]!)) continue
    best = j
    least = rank
  }
  return best
}

/** Rows that are looked at for one with which a row may change places, at most. */
const MOST_COMPARED = 512

interface Exchanging {
  /** The rows as they are whole, and as they are drawn. */
  readonly whole: Table
  readonly drawn: Table
  readonly rules: KeptRules | undefined
  /** The row that each row refers to; −1 for none [n]. */
  readonly rowOf: Int32Array
  /** Drawn columns that are the same in all rows which refer to a row. */
  readonly constant: readonly string[]
}

/**
 * Drawn rows of which one that is longer than there is room until the next begins has changed places with one that has the room and fits into its own, of
 * the same parent if any does: all but when they begin. Where none does it is as the row of the nearest room which fits. Last rows stay. Cost O(rows log rows).
 */
export function exchanged(law: Exclusive, { whole, drawn, rules, rowOf, constant }: Exchanging): Table {
  const own = spansIn(whole, law)
  const rows = inOrder(own, rowOf).sort((a, b) => rowOf[a]! - rowOf[b]!)
  const roomOf = new Map(
    rows.flatMap((row, k) => {
      const next = rows[k + 1]
      return next !== undefined && rowOf[next] === rowOf[row] ? [[row, own.starts[next]! - law.apart - own.starts[row]!] as const] : []
    })
  )
  const byRoom = [...roomOf.keys()].sort((a, b) => roomOf.get(a)! - roomOf.get(b)! || a - b)
  const rooms = Float64Array.from(byRoom, (row) => roomOf.get(row)!)
  const from = Int32Array.from(rowOf.keys())
  const lengths = own.ends.map((end, i) => end - own.starts[i]!)
  const wrong = byRoom.filter((row) => lengths[row]! > roomOf.get(row)!).sort((a, b) => lengths[b]! - lengths[a]! || a - b)
  for (const row of wrong) {
    const [length, room] = [lengths[row]!, roomOf.get(row)!]
    if (length <= room) continue
    const at = firstFrom(rooms, length)
    const fits = byRoom.slice(at, at + MOST_COMPARED).filter((other) => lengths[other]! <= room)
    const other = fits.find((one) => rowOf[one] === rowOf[row]) ?? fits[0]
    if (other !== undefined) {
      const [mine, theirs] = [from[row]!, from[other]!]
      from[row] = theirs
      from[other] = mine
      lengths[row] = lengths[other]!
      lengths[other] = length
      continue
    }
    const end = firstFrom(rooms, room)
    const like = byRoom.slice(Math.max(0, end - MOST_COMPARED), end).findLast((one) => lengths[one]! <= room)
    if (like === undefined) continue
    from[row] = from[like]!
    lengths[row] = lengths[like]!
  }
  const stays = new Set([...computedOf(rules, law.start), ...constant])
  const moved = withRowsFrom(drawn, from, (name) => !stays.has(name))
  const columns = moved.columns.map((column): Column => {
    if (column.name !== law.end || !isNumeric(column)) return column
    return { ...column, values: column.values.map((value, i) => (from[i] === i ? value : own.starts[i]! + lengths[i]!)) }
  })
  return { ...moved, columns }
}

/** Rows with those columns that move as another row has them. */
export function withRowsFrom(table: Table, from: Int32Array, moves: (name: string) => boolean): Table {
  const moved = takeTableRows(table, Uint32Array.from(from))
  return { ...table, columns: table.columns.map((column, c) => (moves(column.name) ? moved.columns[c]! : column)) }
}

/** Columns that a column is computed of, itself with them, one behind the other. */
export function computedOf(rules: KeptRules | undefined, name: string): ReadonlySet<string> {
  const names = new Set([name])
  for (const one of names)
    for (const rule of rules?.rules ?? [])
      if (derives(rule) && rule.column === one) for (const input of inputsOfKept(rule)) names.add(input)
  return names
}

/** Such a law as people write it. */
export const exclusiveText = ({ key, start, end, apart }: Exclusive): string =>
  `${key.table}.${end}${spanText(apart)} <= ${start} of the next by ${keyText(key)}`
