import type { RawColumn, RawTable } from '../../table/raw.js'
import type { BesideKeys } from '../table/keyed.js'
import { refuseAlike } from './check-keys.js'
import { type ForeignKey, pairsOf, referencesOf, type SchemaKeys, type Tables } from './keys.js'
import { type LineNumbers, lineNumbersIn } from './line-numbers.js'
import { byCounts, cellsIn, type Links } from './links.js'
import { type OneTable, type ReadTable, readTableOf } from './rows-of-table.js'

/** A table that refers to others, read: without the keys by which it does, and what numbers its rows. */
export interface Referring {
  /** The key by whose rows it is counted, and the others. */
  readonly links: Links
  readonly others: readonly Links[]
  /** What numbers the rows of each parent. */
  readonly law?: LineNumbers | undefined
  readonly rest: RawTable
  readonly full: ReadTable
}

/** Reads a table that refers to others; `bare` without its keys into them, `led`: columns of the rows that these lead to. Cost O(cells). */
export function readReferring(
  { raw, bare, all, led }: Pick<BesideKeys, 'led'> & { readonly raw: RawTable; readonly bare: RawTable; readonly all: readonly Links[] },
  options: OneTable
): Referring {
  // Rows that are numbered for each row of another are drawn by that.
  const sortedLinks = [...all].sort(byCounts)
  const counted = sortedLinks.map((one) => ({ links: one, law: lineNumbersIn(bare, one, options.missing) }))
  const { links, law } = counted.find((one) => one.law) ?? counted[0]!
  const rest = law ? withoutColumn(bare, law.column) : bare
  // What rows refer to is drawn before their own keys, and may stand in these.
  const apart = ({ name }: RawColumn) => all.some(({ key }) => pairsOf(key).some(({ column }) => column === name)) || name === law?.column
  const keys = raw.columns.filter(apart).map(({ name }) => ({ name, cells: cellsIn(raw, name, options.missing) }))
  const full = readTableOf(rest, { ...options, rules: 'off', rule: undefined }, { keys, led })
  return { links, others: sortedLinks.filter((one) => one !== links), law, rest, full }
}

/** A table without its keys into others, and those that are followed last. */
export function withoutKeys(name: string, raw: RawTable, keys: readonly ForeignKey[]): RawTable {
  const own = keys.filter(({ table }) => table === name).flatMap(pairsOf)
  return own.reduce((rest, { column }) => withoutColumn(rest, column), raw)
}

function withoutColumn(raw: RawTable, name: string): RawTable {
  return { ...raw, columns: raw.columns.filter((column) => column.name !== name) }
}

interface Followed {
  readonly tables: Tables
  /** Those that are followed at once, and last. */
  readonly keys: SchemaKeys
  readonly late: readonly ForeignKey[]
  readonly linksBy: ReadonlyMap<ForeignKey, Links>
}

/**
 * Refuses keys of several columns into a table that its new rows might share: it tells by how the table is read, before anything is
 * fitted. Cost O(cells) of a table that such a key leads to. Throws `InputError` (code `key-composite`).
 */
export function refuseShared(name: string, { tables, keys, late, linksBy }: Followed, options: OneTable): void {
  const into = [...keys.foreign, ...late].filter(({ to, and }) => and && to.table === name)
  if (into.length === 0) return
  const raw = tables[name]!
  const references = referencesOf(keys, name)
  const bare = withoutKeys(name, raw, [...references, ...late])
  const read =
    references.length > 0
      ? readReferring({ raw, bare, all: references.map((key) => linksBy.get(key)!) }, options)
      : { full: readTableOf(bare, { ...options, rules: 'off', rule: undefined }) }
  const own = 'links' in read ? { counted: read.links.key, lines: read.law } : {}
  refuseAlike(name, into, { ...own, keys: read.full.keys?.keys.map(({ column }) => column) ?? [] })
}
