import { isBelievedAtLog } from '../../code/rules/chance.js'
import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import { logChanceOfOrder } from './aggregates.js'
import type { Copy } from './copies.js'
import { type ForeignKey, keyText, pairsOf } from './keys.js'
import type { Links } from './links.js'

/** A key of rows that leads where that of a row leads which they refer to: the tenant of an invoice is that of its subscription. Plain data. */
export interface ThroughKey {
  readonly key: ForeignKey
  /** The rows' own key to the row that says it, and the key of that row. */
  readonly by: ForeignKey
  readonly via: ForeignKey
  /** Columns of the rows that are always those of the row that `key` leads to. */
  readonly same: readonly Copy[]
  /** Whether it leads to a row from every row: those from which it would not are left out. */
  readonly always?: boolean | undefined
}

/** Where a key of each row leads, by those keys of which the rows' others lead to. */
interface Referring {
  /** The other keys of the rows. */
  readonly others: readonly Links[]
  /** Keys of a table that is drawn before, those into itself too: who judges an employee is their manager. */
  readonly linksFrom: (table: string) => readonly Links[]
}

/** By which other key a key goes without saying, where those rows in another order would hardly have it so; undefined where it does not. Cost O(rows · keys). */
export function throughOf(
  { key, parentOf, empty, orphans }: Links,
  { others, linksFrom }: Referring
): Omit<ThroughKey, 'same'> | undefined {
  const ways = others.flatMap((by) => linksFrom(by.key.to.table).flatMap((via) => (via.key.to.table === key.to.table ? [{ by, via }] : [])))
  const found = ways.find(({ by, via }) => {
    const referred = new Set<number>()
    for (const [i, target] of parentOf.entries()) {
      const row = by.parentOf[i]!
      if (target !== (row < 0 ? -1 : via.parentOf[row]!)) return false
      if (row >= 0) referred.add(row)
    }
    const targets = Array.from(referred, (row) => via.parentOf[row]!)
    return parentOf.length >= LEAST_ROWS && isBelievedAtLog(logChanceOfOrder(targets), ways.length)
  })
  return found && { key, by: found.by.key, via: found.via.key, ...(empty + orphans === 0 ? { always: true } : {}) }
}

/** A key that goes without saying, as people write it. */
export function throughText({ key, by, via }: Omit<ThroughKey, 'same'>): string {
  const named = (one: ForeignKey) => `${one.table}.${pairsOf(one).map(({ column }) => column).join('+')}` // biome-ignore format: one line
  return `${named(key)} = ${named(via)} by ${keyText(by)}`
}
