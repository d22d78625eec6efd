import { type FoundKey, findKeys } from './find-keys.js'
import { NO_KEYS, parseKeys, type SchemaKeys, type Tables, withKeys } from './keys.js'

interface Stated {
  readonly stated?: string | readonly string[] | undefined
  readonly missing?: readonly string[] | undefined
}

/** The keys that the schema or an option says, which are all that there are; else those that are found, with what speaks for them. */
export function statedOrFound(
  { tables, keys }: { readonly tables: Tables; readonly keys?: SchemaKeys | undefined },
  { stated = [], missing }: Stated
): { readonly keys: SchemaKeys; readonly found: readonly FoundKey[] } {
  const said = withKeys(keys ?? NO_KEYS, [stated].flat().flatMap(parseKeys))
  const found = said.foreign.length === 0 ? findKeys(tables, missing) : []
  return { keys: found.length === 0 ? said : { ...said, foreign: found.map(({ key }) => key) }, found }
}
