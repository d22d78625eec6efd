import { type FoundKey, findKeys } from './find-keys.js'
import { NO_KEYS, parseKeys, type SchemaKeys, type Tables, withKeys } from './keys.js'

interface Stated {
  readonly stated?: string | readonly string[] | undefined
  readonly missing?: readonly string[] | undefined
}

/** Found once for a plan and its fit. */
const last = new WeakMap<Tables, { readonly words: string; readonly found: readonly FoundKey[] }>()

function foundIn(all: Tables, tables: Tables, missing: readonly string[] | undefined): readonly FoundKey[] {
  const words = JSON.stringify(missing ?? [])
  const known = last.get(all)
  if (known?.words === words) return known.found
  const found = findKeys(tables, missing)
  last.set(all, { words, found })
  return found
}

interface Keyed {
  /** Those of which laws can be learned. */
  readonly tables: Tables
  /** Names of the others: of one row, which no key leads to or from. They stay empty. */
  readonly left: readonly string[]
  readonly keys: SchemaKeys
  readonly found: readonly FoundKey[]
}

/** The keys that the schema or an option says, which are all that there are; else those that are found, with what speaks for them. */
export function statedOrFound(
  { tables: all, keys }: { readonly tables: Tables; readonly keys?: SchemaKeys | undefined },
  { stated = [], missing }: Stated
): Keyed {
  const said = withKeys(keys ?? NO_KEYS, [stated].flat().flatMap(parseKeys))
  const isNamed = (table: string) => said.foreign.some((key) => key.table === table || key.to.table === table)
  const left = Object.keys(all).filter((table) => all[table]!.rowCount === 1 && !isNamed(table))
  const tables = Object.fromEntries(Object.entries(all).filter(([table]) => !left.includes(table)))
  const found = said.foreign.length === 0 ? foundIn(all, tables, missing) : []
  return { tables, left, keys: found.length === 0 ? said : { ...said, foreign: found.map(({ key }) => key) }, found }
}
