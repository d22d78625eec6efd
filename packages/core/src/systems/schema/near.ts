import { isBelievedAtLog } from '../../code/rules/chance.js'
import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import { log } from '../../num/elementary.js'
import type { Table } from '../../table/table.js'
import { type ForeignKey, keyText, pairsOf } from './keys.js'
import { type Reached, reachedFrom, rowsAlong } from './kin.js'
import { type Links, referredRows } from './links.js'

/**
 * What the row that a row chooses has to do with another one that it refers to, by its key `start`: both lead to the same row, by keys one behind the other, as a
 * task and who does it to one firm; or rows of a table between list them together, as the lines of an order its products, one of which a review is of. Plain data.
 */
export type Near =
  | { readonly start: ForeignKey; readonly own: readonly ForeignKey[]; readonly target: readonly ForeignKey[] }
  | { readonly start: ForeignKey; readonly by: ForeignKey; readonly to: ForeignKey }

interface Choosing {
  /** The rows' other keys whose rows are known, in the same order of rows. */
  readonly starts: readonly Links[]
  /** Keys of a table that is drawn before, and keys of such tables into one. */
  readonly linksFrom: (table: string) => readonly Links[]
  readonly linksInto: (table: string) => readonly Links[]
}

interface Candidate {
  readonly near: Near
  /** Rows that may be chosen by the row of the other key. */
  readonly open: (start: number) => ReadonlySet<number>
}

/** Of which rows each row chooses, where all do and would hardly by chance; of several the fewest. Cost O(rows · ways). */
export function findNear({ key, parentOf, parents }: Links, { starts, linksFrom, linksInto }: Choosing): Near | undefined {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0)
  if (rows.length < LEAST_ROWS) return undefined
  const targets = reachedFrom(key.to.table, linksFrom)
  let found: { readonly near: Near; readonly chance: number } | undefined
  let tried = 0
  for (const start of starts) {
    for (const { near, open } of [
      ...sharedIn(start, { own: reachedFrom(start.key.to.table, linksFrom), targets }),
      ...listedIn(start, { key, linksFrom, linksInto })
    ]) {
      tried++
      const chance = chanceOf(rows, (i) => [start.parentOf[i]!, parentOf[i]!], { open, parents })
      // What a table lists says more than what two rows share.
      if (chance !== undefined && chance <= (found?.chance ?? 0)) found = { near, chance }
    }
  }
  return found && isBelievedAtLog(found.chance, tried) ? found.near : undefined
}

/** Rows that both lead to the same row, that of the other key itself included. */
function sharedIn(
  { key: start }: Links,
  { own, targets }: { readonly own: readonly Reached[]; readonly targets: readonly Reached[] }
): Candidate[] {
  const ends = [{ table: start.to.table, via: [], rowOf: undefined }, ...own.map((one) => ({ ...one, table: endOf(one) }))]
  return ends.flatMap(({ table, via, rowOf }) =>
    targets.flatMap((target) => {
      if (endOf(target) !== table) return []
      const members = grouped(target.rowOf, (_, j) => j)
      const near = { start, own: via.map(({ key }) => key), target: target.via.map(({ key }) => key) }
      return [{ near, open: (row: number) => members.get(rowOf ? rowOf[row]! : row) ?? NOTHING }]
    })
  )
}

const NOTHING: ReadonlySet<number> = new Set()

const endOf = ({ via }: Reached): string => via.at(-1)!.key.to.table

/** Rows that a table between lists for a row. */
function listedIn(
  { key: start }: Links,
  { key, linksFrom, linksInto }: { readonly key: ForeignKey } & Omit<Choosing, 'starts'>
): Candidate[] {
  return linksInto(start.to.table).flatMap((by) => {
    if (by.key.table === key.table || by.key.table === key.to.table) return []
    return linksFrom(by.key.table).flatMap((to) => {
      if (to === by || to.key.to.table !== key.to.table) return []
      const members = grouped(by.parentOf, (_, row) => to.parentOf[row]!)
      return [{ near: { start, by: by.key, to: to.key }, open: (row: number) => members.get(row) ?? NOTHING }]
    })
  })
}

function grouped(groupOf: Int32Array, memberOf: (group: number, row: number) => number): Map<number, Set<number>> {
  const members = new Map<number, Set<number>>()
  for (const [row, group] of groupOf.entries()) {
    const member = memberOf(group, row)
    if (group < 0 || member < 0) continue
    const own = members.get(group)
    if (own) own.add(member)
    else members.set(group, new Set([member]))
  }
  return members
}

/** Logarithm of how likely rows that choose at random choose so: each pair once; undefined where one does not. */
function chanceOf(
  rows: readonly number[],
  pairOf: (row: number) => readonly [number, number],
  { open, parents }: { readonly open: Candidate['open']; readonly parents: number }
): number | undefined {
  const seen = new Set<number>()
  let sum = 0
  for (const i of rows) {
    const [start, target] = pairOf(i)
    if (start < 0) return undefined
    const among = open(start)
    if (!among.has(target)) return undefined
    const pair = start * parents + target
    if (!seen.has(pair)) sum += log(among.size / parents)
    seen.add(pair)
  }
  return sum
}

/** Keys by which a row and the one of the same table that it refers to always lead to the same row, as an employee and the manager to a department; of several those that leave the fewest. Cost O(rows · ways). */
export function findShared({ key, parentOf, parents }: Links, linksFrom: Choosing['linksFrom']): Reached | undefined {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0 && parentOf[i] !== i)
  const ways = reachedFrom(key.table, linksFrom)
  let found: { readonly way: Reached; readonly chance: number } | undefined
  for (const way of ways) {
    const members = grouped(way.rowOf, (_, j) => j)
    const open = (group: number) => members.get(group) ?? NOTHING
    const chance = chanceOf(rows, (i) => [way.rowOf[i]!, parentOf[i]!], { open, parents })
    if (chance !== undefined && chance < (found?.chance ?? 0)) found = { way, chance }
  }
  return found && isBelievedAtLog(found.chance, ways.length) ? found.way : undefined
}

/** Rows of a drawn table that lead to the same row. */
export function sharing(via: readonly ForeignKey[], tableOf: (name: string) => Table): Among {
  const wanted = rowsAlong(via, tableOf)
  return { wanted, members: grouped(wanted, (_, row) => row) }
}

/** Rows that each row may choose. */
export interface Among {
  /** A group for each row; −1 of none [n]. */
  readonly wanted: Int32Array
  readonly members: ReadonlyMap<number, ReadonlySet<number>>
}

/** Of which drawn rows each row chooses; `rowOf`: the rows that they refer to by `start` [n]. */
export function amongOf(near: Near, rowOf: Int32Array, tableOf: (name: string) => Table): Among {
  if ('by' in near) {
    const [own, between] = [near.start.to.table, near.by.table]
    const led = (key: ForeignKey, to: string) => referredRows(key, { table: tableOf(between) }, { table: tableOf(to) })
    const to = led(near.to, near.to.to.table)
    return { wanted: rowOf, members: grouped(led(near.by, own), (_, row) => to[row]!) }
  }
  const own = near.own.length > 0 ? rowsAlong(near.own, tableOf) : undefined
  const wanted = own ? rowOf.map((row) => (row < 0 ? -1 : own[row]!)) : rowOf
  return { wanted, members: grouped(rowsAlong(near.target, tableOf), (_, row) => row) }
}

/** Pairs of a table and one whose rows list what its rows choose of: the one has to be drawn behind the other. Cost O(rows · keys). */
export function listedBefore(links: readonly Links[]): (readonly [table: string, before: string])[] {
  const byTable = new Map<string, Links[]>()
  for (const one of links) if (one.key.table !== one.key.to.table) byTable.set(one.key.table, [...(byTable.get(one.key.table) ?? []), one])
  const lists = (from: readonly Links[], of: readonly Links[]) =>
    pairsIn(from).some(([start, target]) =>
      pairsIn(of).some(([by, to]) => {
        if (by.key.to.table !== start.key.to.table || to.key.to.table !== target.key.to.table) return false
        const members = grouped(by.parentOf, (_, row) => to.parentOf[row]!)
        const rows = [...target.parentOf.keys()].filter((i) => target.parentOf[i]! >= 0)
        const pairOf = (i: number) => [start.parentOf[i]!, target.parentOf[i]!] as const
        const chance = chanceOf(rows, pairOf, { open: (row) => members.get(row) ?? NOTHING, parents: target.parents })
        return rows.length >= LEAST_ROWS && chance !== undefined && isBelievedAtLog(chance, 1)
      })
    )
  return [...byTable].flatMap(([table, own]) =>
    [...byTable].flatMap(([before, of]) => (before !== table && lists(own, of) && !lists(of, own) ? [[table, before] as const] : []))
  )
}

const pairsIn = (links: readonly Links[]): (readonly [Links, Links])[] =>
  links.flatMap((one) => links.flatMap((other) => (other === one ? [] : [[one, other] as const])))

/** That rows and those of the same table that they refer to share a row, as people write it. */
export function sharedText(key: ForeignKey, via: readonly ForeignKey[]): string {
  const path = via.map((one) => pairsOf(one).map(({ column }) => column).join('+')).join('.') // biome-ignore format: one line
  return `${key.table}.${path} = ${pairsOf(key).map(({ column }) => column).join('+')}.${path}` // biome-ignore format: one line
}

/** What it is, as people write it. */
export function nearText(key: ForeignKey, near: Near): string {
  const named = (one: ForeignKey) => pairsOf(one).map(({ column }) => column).join('+') // biome-ignore format: one line
  const path = (one: ForeignKey, further: readonly ForeignKey[]) => [`${one.table}.${named(one)}`, ...further.map(named)].join('.')
  if ('by' in near) return `${keyText(key)}: one of ${path(near.to, [])} by ${path(near.by, [])} = ${path(near.start, [])}`
  return `${path(key, near.target)} = ${path(near.start, near.own)}`
}
