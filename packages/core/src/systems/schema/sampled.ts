import { type Key, keyFor, permutation } from '../../num/random.js'
import { type RawTable, takeRawRows } from '../../table/raw.js'
import { countText } from '../../tell/numbers.js'
import type { Links } from './links.js'

/**
 * Rows that one law is fitted to, at most: numbers are compared with 3,000 of them, and categories are regressed on all, where the
 * error of a share is below √(¼ / 20,000), a third of a per cent.
 */
export const MOST_FITTED = 20_000

/** So many of n rows at random, ascending; undefined where all are few. */
export function someRows(n: number, key: Key): Uint32Array | undefined {
  return n <= MOST_FITTED ? undefined : permutation(keyFor(key, 'fitted'), n).slice(0, MOST_FITTED).sort()
}

/** The rows of whole parents taken at random until they are so many, ascending; undefined where all are few. Rows without a parent are each by itself. Cost O(rows). */
export function someFamilies({ parentOf, parents }: Pick<Links, 'parentOf' | 'parents'>, key: Key): Uint32Array | undefined {
  if (parentOf.length <= MOST_FITTED) return undefined
  let families = parents
  const familyOf = parentOf.map((parent) => (parent < 0 ? families++ : parent))
  const sizes = new Uint32Array(families)
  for (const family of familyOf) sizes[family]! += 1
  const isTaken = new Uint8Array(families)
  let rows = 0
  for (const family of permutation(keyFor(key, 'fitted'), families)) {
    if (rows > 0 && rows + sizes[family]! > MOST_FITTED) break
    isTaken[family] = 1
    rows += sizes[family]!
  }
  return Uint32Array.from(familyOf.keys()).filter((row) => isTaken[familyOf[row]!] === 1)
}

/** Some rows of a table, or all. */
export const takeSome = (raw: RawTable, rows: Uint32Array | undefined): RawTable => (rows ? takeRawRows(raw, rows) : raw)

/** What a person should know of a law that is fitted to some rows. */
export const sampleNotes = ({ rowCount }: RawTable, rows: Uint32Array | undefined): string[] =>
  rows ? [`laws are fitted to ${countText(rows.length)} of ${countText(rowCount)} rows; rules that they keep hold in these`] : []
