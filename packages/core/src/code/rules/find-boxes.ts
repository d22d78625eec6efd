import { later } from '../../num/later.js'
import { summaryOf } from '../../num/summary.js'
import { fewCodesOf, spreadRows } from '../../table/codes.js'
import type { Column } from '../../table/table.js'
import { areTold, believed, type ConditionSearch, FEW_ROWS, isSide, type Sign, signsIn, type Target, targetIn } from './conditions.js'
import { distinctIn, FIRST_ROWS, type LookupFound } from './find-lookups.js'
import type { Quantity } from './quantity.js'

/** Sides of a box, at most, and boxes that are tried: each side must tell rows that no other does, beyond chance. */
const [MOST_SIDES, MOST_TRIES] = [6, 10_000]

/**
 * Columns of two values of which one stands exactly where all of several conditions on numbers and categories hold, `grade = A` and
 * `absences < 5`; the other does where one of the opposite conditions holds. The smallest box around the rows of the one holds none of
 * the other, and of its sides the fewest are taken that keep all of these out. Each side must be beyond chance beside the others,
 * as conditions of gaps must, among as many boxes as have so many sides. What they tell is looked up by the sides of each
 * number, `grade, bins(absences, 5) -> scholarship`. Cost O(p) on the first rows for each column of two values; where these leave
 * it open O(p·rows).
 */
export function findBoxes(
  columns: readonly Column[],
  quantities: readonly Quantity[],
  { rowCount, isTold, isLookedUp, firstRows = FIRST_ROWS }: ConditionSearch
): LookupFound[] {
  const targets = columns.flatMap((column) => {
    const found = column.kind === 'identifier' || isTold(column.name) ? undefined : fewCodesOf(column, 2)
    return found?.count === 2 ? [{ column, codes: found.codes }] : []
  })
  const samples = [Math.min(FEW_ROWS, firstRows), firstRows].map((count) => spreadRows(rowCount, count))
  const all = later(() => distinctIn(columns, rowCount))
  const numbers = quantities.filter(({ isDate, clock, values }) => !isDate && !clock && !summaryOf(values).hasGaps)
  return targets.flatMap(({ column, codes }) => {
    const others = columns.filter((one) => one !== column)
    const boxes = [0, 1].flatMap((value) => {
      const isIn = (i: number) => codes[i] === value
      const signs = (target: Target) =>
        others.flatMap((one) => signsIn(one, numbers, target)).filter((sign) => isSide(sign) || sign.kind === 'levels')
      const isOpen = (rows: Uint32Array) => {
        const target = targetIn(rows, isIn)
        return areTold(target, signs(target))
      }
      if (!samples.every(isOpen)) return []
      const target = targetIn(all(), isIn)
      const sides = fewestSides(target, signs(target))
      const told = sides && believed(target, sides, { candidates: 2 * targets.length * columns.length ** sides.length, isLookedUp })
      // What levels alone tell is looked up as they are.
      return told && told.signs.length > 1 && told.signs.some(isSide) ? [told] : []
    })
    return boxes
      .sort((a, b) => a.signs.length - b.signs.length || a.chance - b.chance)
      .map(({ signs }) => ({ column: column.name, ...keyOf(signs) }))
  })
}

/** What rows are looked up by that lie inside of some sides, or outside. */
function keyOf(signs: readonly Sign[]): Pick<LookupFound, 'from' | 'parts'> {
  const from = [...new Set(signs.map(({ column }) => column.name))]
  const cuts = from.map((name) => signs.flatMap((sign) => (isSide(sign) && sign.column.name === name ? [sign.cut] : [])))
  return { from, parts: cuts.map((own) => (own.length === 0 ? null : own.sort((a, b) => a - b))) }
}

/**
 * The fewest conditions of which each row of the target obeys one; undefined where these are too many. Rows of which the fewest
 * conditions hold are asked for first: those of one alone say that it is needed. Cost O(rows · conditions) and the tries.
 */
function fewestSides({ inside: own }: Target, signs: readonly Sign[]): readonly Sign[] | undefined {
  const holding = Array.from(own, (i) => signs.filter((sign) => sign.holds(i)).length)
  if (holding.includes(0)) return undefined
  const order = Array.from(own.keys()).sort((a, b) => holding[a]! - holding[b]!)
  const asked: (readonly Sign[])[] = []
  let tries = 0
  /** Conditions that tell all rows that are asked for, so many of them beside those that are chosen. */
  const telling = (chosen: readonly Sign[], more: number): readonly Sign[] | undefined => {
    const open = asked.find((some) => !some.some((sign) => chosen.includes(sign)))
    if (!open) return chosen
    if (more === 0) return undefined
    for (const sign of open) {
      if (++tries > MOST_TRIES) return undefined
      const found = telling([...chosen, sign], more - 1)
      if (found) return found
    }
    return undefined
  }
  for (let count = 1; count <= MOST_SIDES; ) {
    const chosen = telling([], count)
    if (!chosen) {
      count++
      continue
    }
    const left = order.find((k) => !chosen.some((sign) => sign.holds(own[k]!)))
    if (left === undefined) return chosen
    asked.push(signs.filter((sign) => sign.holds(own[left]!)))
  }
  return undefined
}
