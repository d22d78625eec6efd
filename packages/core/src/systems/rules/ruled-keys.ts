import type { KeptRule, RuledColumn } from '../../code/rules/kept-rules.js'
import { isExtreme, keyPartOf } from '../../code/rules/key-part.js'
import type { Given } from '../../know/conditions.js'
import type { CellValue } from '../../table/cells.js'
import { betweenCuts } from './ruled-pieces.js'
import { distanceOf, shown, type Wanted, wantedOf } from './ruled-wanted.js'

export type KeptLookup = Extract<KeptRule, { kind: 'lookup' }>

type Columns = ReadonlyMap<string, RuledColumn>

/** Combinations of a lookup that what is given leaves, by their places in its table. */
export interface KeysWith {
  readonly entries: readonly number[]
  /** Given columns whose value no combination has: the nearest ones are left. */
  readonly unknown: readonly string[]
}

/** Of what is given of each column that a lookup goes by, the combinations with the nearest value that the data have. Cost O(entries). */
export function keysWith({ from, parts, table }: KeptLookup, given: Given, columns: Columns): KeysWith {
  let entries = Array.from(table.keys.keys())
  const unknown: string[] = []
  for (const [k, name] of from.entries()) {
    if (!Object.hasOwn(given, name)) continue
    const wanted = wantedOf(columns.get(name)!, given[name]!)
    const part = parts?.[k]
    const distance = (e: number) => (part ? missOf(part, wanted, table.keys[e]![k]!) : distanceOf(wanted, table.keys[e]![k]!))
    const least = table.keys.reduce((most, _, e) => Math.min(most, distance(e)), Number.POSITIVE_INFINITY)
    if (least > 0) unknown.push(name)
    if (least < Number.POSITIVE_INFINITY) entries = entries.filter((e) => distance(e) === least)
  }
  return { entries, unknown }
}

/** 0 where a number can be what is wanted and have this part, infinite where it cannot. */
function missOf(part: NonNullable<NonNullable<KeptLookup['parts']>[number]>, wanted: Wanted, key: CellValue): number {
  if (wanted.kind === 'levels' || typeof key !== 'number') return Number.POSITIVE_INFINITY
  // Which one is the largest others say.
  if (isExtreme(part)) return 0
  const { low, high } = wanted
  if (low === high) return keyPartOf(part, low) === key ? 0 : Number.POSITIVE_INFINITY
  // What a calendar says of a time between two dates may be anything.
  if (typeof part === 'string') return 0
  return keyPartOf(part, low) <= key && key <= keyPartOf(part, high) ? 0 : Number.POSITIVE_INFINITY
}

/** What is given of the columns that a lookup goes by where only one combination of those that are open is left; undefined where several are. */
export function onlyKey({ from, parts, table }: KeptLookup, entries: readonly number[], given: Given, columns: Columns): Given | undefined {
  const isExact = (name: string) => {
    const wanted = Object.hasOwn(given, name) ? wantedOf(columns.get(name)!, given[name]!) : undefined
    return wanted !== undefined && (wanted.kind === 'levels' ? wanted.levels.length === 1 : wanted.low === wanted.high)
  }
  const open = Array.from(from.keys()).filter((k) => !isExact(from[k]!))
  const [key] = entries.map((e) => table.keys[e]!)
  if (!key || !entries.every((e) => open.every((k) => table.keys[e]![k] === key[k]))) return undefined
  const added: Record<string, Given[string]> = {}
  for (const k of open) {
    const [name, part, cell] = [from[k]!, parts?.[k], key[k]!]
    // A part of a date does not say which date it is.
    if (cell === null || typeof part === 'string') return undefined
    if (part) {
      const within = betweenCuts({ of: name, cuts: part, values: [...part, null] }, [cell as number], { columns, row: {} })
      if (!within) return undefined
      added[name] = within
    } else added[name] = columns.get(name)!.kind === 'datetime' ? new Date(cell as number).toISOString() : cell
  }
  return added
}

/** Values at most that are said where none of what is left is what is wanted. */
const MOST_SAID = 3

/** What a lookup has for combinations, the nearest to what is wanted. */
export function valuesWith({ column, table }: KeptLookup, entries: readonly number[], wanted: Wanted, columns: Columns): string[] {
  const values = [...new Set(entries.flatMap((e) => table.values[e] ?? []))]
  const near = values.sort((a, b) => Math.min(Number.MAX_VALUE, distanceOf(wanted, a)) - Math.min(Number.MAX_VALUE, distanceOf(wanted, b)))
  return near.slice(0, MOST_SAID).map((value) => shown(value, columns.get(column)!))
}
