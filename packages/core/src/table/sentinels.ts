import { flagWord } from '../num/listed.js'
import type { Inferred } from './column-format.js'
import { spelled } from './present.js'
import { RARE_BELOW } from './rare-below.js'
import type { RawColumn } from './raw.js'
import { isNumeric, type NumericColumn } from './table.js'

/** Marks of one column, at most: 97, 98 and 99 for not asked, refused and unknown. */
const MOST_MARKS = 3
/** Other values, at least: far from two is no distance. */
const LEAST_OTHERS = 3

/**
 * Values that may stand for missing ones (sentinels): some of one end, all of which recur, farther from the others than these are from each
 * other, and the outermost of nines alone (−999, 99) or a date. Empty where there are none. Cost O(n), and O(n log n) where an end is such.
 */
function sentinelsIn({ kind, values, missing }: NumericColumn): readonly number[] {
  const mayBe = (value: number) => kind === 'datetime' || /^(?:-9+(?:\.9+)?|9+)$/.test(String(value))
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    if (missing?.[i]) continue
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  if (!mayBe(low) && !mayBe(high)) return []
  const rows = new Map<number, number>()
  for (const [i, value] of values.entries()) if (!missing?.[i]) rows.set(value, (rows.get(value) ?? 0) + 1)
  const ascending = Float64Array.from(rows.keys()).sort()
  for (const inwards of [ascending, ascending.slice().reverse()]) {
    if (!mayBe(inwards[0]!)) continue
    for (let count = 1; count <= MOST_MARKS && inwards.length - count >= LEAST_OTHERS; count++) {
      if (rows.get(inwards[count - 1]!)! < RARE_BELOW) break
      const spread = Math.abs(inwards.at(-1)! - inwards[count]!)
      if (Math.abs(inwards[count]! - inwards[count - 1]!) > spread) return [...inwards.subarray(0, count)].sort((a, b) => a - b)
    }
  }
  return []
}

/** What a person should know of such values; nothing where there are none. */
export function sentinelNotes(raw: RawColumn, { column, format }: Inferred): string[] {
  const found = isNumeric(column) && !format.pair ? sentinelsIn(column) : []
  return found.map((value) => {
    const { values, missing } = column as NumericColumn
    const count = values.reduce((sum, one, i) => sum + Number(one === value && !missing?.[i]), 0)
    const cell = raw.source === 'text' ? raw.values[values.indexOf(value)]!.trim() : spelled(value, format)
    const mend = raw.source === 'text' ? `add --missing ${flagWord(cell)}` : 'store null in its place'
    return `${column.name}: ${cell} in ${count} of ${values.length} cells lies far from all others and counts as a value; if it stands for a missing one, ${mend}`
  })
}
