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

/**
 * Sets that somebody states, of those keys and columns: a key of several columns goes by its first. Those are left out of which a column is
 * not there, or belongs to a key of which another does not: no row is known by it.
 */
export function statedApart(sets: readonly ToldApart[], own: Table, keys: readonly ForeignKey[]): ToldApart[] {
  return sets.flatMap((set) => {
    const led = keys.filter((key) => pairsOf(key).some(({ column }) => set.includes(column)))
    if (!led.every((key) => pairsOf(key).every(({ column }) => set.includes(column)))) return []
    const further = new Set(led.flatMap(({ and = [] }) => and.map(({ column }) => column)))
    const rest = set.filter((name) => !further.has(name))
    return rest.every((name) => isThere(name, own, led)) ? [rest] : []
  })
}

const isThere = (name: string, own: Table, keys: readonly ForeignKey[]): boolean =>
  keys.some(({ column }) => column === name) || own.columns.some((column) => column.name === name && column.kind !== 'identifier')

/** Those sets, and of the others those of which no part is one of them. */
export const withStated = (stated: readonly ToldApart[], found: readonly ToldApart[]): ToldApart[] => [
  ...stated,
  ...found.filter((set) => !stated.some((one) => one.every((name) => set.includes(name))))
]

/** Rows that are looked at for one with which a row may change places, at most. */
const MOST_COMPARED = 512

/**
 * The row that stands in the place of each, where of rows that agree the later ones have changed places with the next with which they can: what `moves`
 * goes with the row, the other columns with the place. Rows for which none is there stay. Cost O(512 · rows that agree), and O(rows).
 */
export function apartByExchange(set: ToldApart, own: Table, led: readonly Led[], moves: (name: string) => boolean): Int32Array {
  const from = Int32Array.from({ length: own.rowCount }, (_, i) => i)
  const goes = (name: string) => !led.some(({ key }) => key.column === name) && moves(name)
  const [going, staying] = [set.filter(goes), set.filter((name) => !goes(name))]
  if (going.length === 0 || staying.length === 0) return from
  const [row, place] = [restAt(going, undefined, own, led), restAt(staying, undefined, own, led)]
  const tuple = (at: number, of: number) => {
    const [here, what] = [place(at), row(of)]
    return here === undefined || what === undefined ? undefined : `${here} ${what}`
  }
  const taken = new Set<string>()
  const broken = new Set<number>()
  for (const i of from.keys()) {
    const one = tuple(i, i)
    if (one === undefined) continue
    if (taken.has(one)) broken.add(i)
    taken.add(one)
  }
  const isFree = (one: string | undefined) => one === undefined || !taken.has(one)
  for (const i of broken)
    for (let k = 1; k < Math.min(own.rowCount, MOST_COMPARED); k++) {
      const j = (i + k) % own.rowCount
      const [mine, theirs] = [tuple(i, from[j]!), tuple(j, from[i]!)]
      // The place of another in the way is taken still once it has left.
      if (broken.has(j) || mine === theirs || !isFree(mine) || !isFree(theirs)) continue
      const before = tuple(j, from[j]!)
      if (before !== undefined) taken.delete(before)
      for (const one of [mine, theirs]) if (one !== undefined) taken.add(one)
      const other = from[i]!
      from[i] = from[j]!
      from[j] = other
      break
    }
  return from
}

interface Elsewhere {
  readonly own: Table
  readonly led: readonly Led[]
  /** Columns that a row may have as another one has them. */
  readonly moves: (name: string) => boolean
  /** Whether a row has what it refers to for want of another, so that it has to choose again wherever it stands. */
  readonly choosesAgain: (row: number) => boolean
  /** How often rows were moved before. */
  readonly round: number
}

/**
 * Columns of a set that may move, and the row as which each row has them: rows without a place have them as the next row with whose they agree with no other one in any
 * of the sets; those for which none is there, or that choose again what they refer to, as any other. Cost O(512 · rows without a place · sets), and O(rows · sets).
 */
export function elsewhere(
  set: ToldApart,
  without: ReadonlySet<number>,
  sets: readonly ToldApart[],
  { own, led, moves, choosesAgain, round }: Elsewhere
): { readonly names: readonly string[]; readonly from: Int32Array } {
  const from = Int32Array.from({ length: own.rowCount }, (_, i) => i)
  const names = set.filter((name) => !led.some(({ key }) => key.column === name) && moves(name))
  if (names.length === 0) return { names, from }
  const all = sets.filter((one) => one.some((name) => names.includes(name)))
  const parts = all.map((one) => ({
    here: restAt(
      one.filter((name) => !names.includes(name)),
      undefined,
      own,
      led
    ),
    there: restAt(
      one.filter((name) => names.includes(name)),
      undefined,
      own,
      led
    )
  }))
  const placeOf = (i: number, j: number) => parts.map(({ here, there }) => [here(i), there(j)]).map((pair) => (pair.includes(undefined) ? undefined : pair.join(' '))) // biome-ignore format: one line
  const taken = parts.map(() => new Set<string>())
  const take = (i: number, j: number) => {
    for (const [k, place] of placeOf(i, j).entries()) if (place !== undefined) taken[k]!.add(place)
  }
  for (const i of from.keys()) if (!without.has(i)) take(i, i)
  for (const i of without) {
    const others = Array.from({ length: Math.min(own.rowCount, MOST_COMPARED) - 1 }, (_, k) => (i + k + 1) % own.rowCount)
    const free = choosesAgain(i) ? undefined : others.find((j) => placeOf(i, j).every((place, k) => place === undefined || !taken[k]!.has(place))) // biome-ignore format: one line
    from[i] = free ?? (i + round) % own.rowCount
    if (free !== undefined) take(i, free)
  }
  return { names, from }
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
