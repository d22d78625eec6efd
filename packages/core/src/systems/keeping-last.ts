import type { RawTable } from '../table/raw.js'

/** What is read of a table, kept until it is asked for under other options: plan, check and fit ask the same in turn. `relevant`: options that it depends on. */
export function keepingLast<Options, Relevant, Read>(
  relevant: (options: Options) => Relevant,
  read: (raw: RawTable, options: Relevant) => Read
): (raw: RawTable, options: Options) => Read {
  const last = new WeakMap<RawTable, { readonly name: string; readonly read: Read }>()
  return (raw, options) => {
    const own = relevant(options)
    const name = JSON.stringify(own)
    const known = last.get(raw)
    if (known?.name === name) return known.read
    const found = read(raw, own)
    last.set(raw, { name, read: found })
    return found
  }
}
