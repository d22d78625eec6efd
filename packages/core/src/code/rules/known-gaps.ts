import { log } from '../../num/elementary.js'
import type { CategoricalColumn, Column, Table } from '../../table/table.js'
import { isCategorical } from '../../table/table.js'
import { ENOUGH_ROWS, isBelievedAtLog, logChoose } from './chance.js'
import { levelsWithGaps, MOST_LEVELS, missingIn } from './find-gaps.js'
import { cutAbove, standsApart } from './find-steps.js'
import type { Quantity } from './quantity.js'
import type { GapsWhere, GapWhere } from './rule.js'

/** A condition under which no row has a column, and the chance that none has by chance, in logarithms. */
interface Condition {
  readonly where: GapWhere
  readonly chance: number
  holds(row: number): boolean
}

type IsMissing = (row: number) => boolean

/**
 * Conditions under which no row has a column that other rows may lack too: hours of work of who has none, where some who work give none either. Levels
 * of a category by the evidence of `findGaps`, in the rows that have one; one side of a number where as many rows, up to 60, on the other side of the
 * threshold have the column by more than chance. Several of one column, each beyond chance in rows of which the others say nothing. Cost O(p²·rows)
 * and a sort of each number, for each condition.
 */
export function findKnownGaps({ columns, rowCount }: Table, quantities: readonly Quantity[]): ({ readonly column: string } & GapsWhere)[] {
  const numbers = quantities.filter(({ isDate, clock }) => !isDate && !clock)
  const all = Array.from({ length: rowCount }, (_, i) => i)
  const marked = columns.flatMap((column) => {
    const isMissing = missingIn(column)
    return isMissing && all.some(isMissing) ? [{ column, isMissing }] : []
  })
  const candidates = marked.length * columns.length
  return marked.flatMap(({ column, isMissing }) => {
    const others = columns.filter((one) => one !== column)
    const found: GapWhere[] = []
    for (let open = all; ; ) {
      const conditions = others.flatMap((by) => conditionsBy(by, { open, isMissing, numbers }))
      const best = conditions.filter(({ chance }) => isBelievedAtLog(chance, candidates)).sort((a, b) => a.chance - b.chance)[0]
      if (!best) break
      found.push(best.where)
      open = open.filter((i) => !best.holds(i))
    }
    const [first, ...or] = found
    return first ? [{ column: column.name, ...first, ...(or.length > 0 ? { or } : {}) }] : []
  })
}

interface Open {
  readonly open: readonly number[]
  readonly isMissing: IsMissing
  readonly numbers: readonly Quantity[]
}

function conditionsBy(by: Column, { open, isMissing, numbers }: Open): Condition[] {
  if (isCategorical(by)) return by.levels.length > MOST_LEVELS ? [] : byLevels(by, open, isMissing)
  const of = numbers.find(({ name }) => name === by.name)
  return of ? [...bySide(of, open, isMissing, 'below'), ...bySide(of, open, isMissing, 'from')] : []
}

function byLevels(by: CategoricalColumn, open: readonly number[], isMissing: IsMissing): Condition[] {
  const rows = open.filter((i) => by.codes[i]! >= 0)
  const found = levelsWithGaps(by, rows, isMissing)
  const gaps = rows.filter(isMissing).length
  if (found.missing.length === 0 || gaps === rows.length) return []
  const told = new Set(found.missing)
  return [
    {
      where: { when: by.name, levels: found.missing.map((code) => by.levels[code]!) },
      chance: found.chance - logChoose(rows.length, gaps),
      holds: (i) => told.has(by.codes[i]!)
    }
  ]
}

/** The rows at one end of a number, of which none has the column; how sure a threshold there is, those tell that are nearest to it on both sides. */
function bySide(of: Quantity, open: readonly number[], isMissing: IsMissing, side: 'below' | 'from'): Condition[] {
  const { values, name } = of
  const sign = side === 'below' ? 1 : -1
  const rows = open.filter((i) => !Number.isNaN(values[i]!)).sort((a, b) => sign * (values[a]! - values[b]!) || a - b)
  const first = rows.find((i) => !isMissing(i))
  if (first === undefined) return []
  const isInside = (i: number) => sign * (values[i]! - values[first]!) < 0
  const count = rows.filter(isInside).length
  if (count === 0) return []
  const distinct = [...new Set(rows.map((i) => values[i]!))].sort((a, b) => a - b)
  const [low, high] = [values[rows[count - 1]!]!, values[rows[count]!]!].sort((a, b) => a - b) as [number, number]
  if (standsApart(distinct, distinct.indexOf(high))) return []
  const near = Math.min(count, ENOUGH_ROWS)
  const beyond = rows.slice(count, count + near)
  const gaps = beyond.filter(isMissing).length
  const cut = cutAbove(of)(low, high)
  const chance = log(distinct.length) + logChoose(beyond.length, gaps) - logChoose(near + beyond.length, near + gaps)
  return [{ where: { when: name, [side]: cut }, chance, holds: (i) => (side === 'below' ? values[i]! < cut : values[i]! >= cut) }]
}
