import { isBelievedAtLog } from '../../code/rules/chance.js'
import { findOrders } from '../../code/rules/find-orders.js'
import { DAY } from '../../code/rules/quantity.js'
import { log } from '../../num/elementary.js'
import { cellAt } from '../../table/cells.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { ForeignKey } from './keys.js'

/** What a row and the one of its own table that it refers to are to each other, as a manager is above those who report. Plain data. */
interface BesideOwn {
  /** Numbers or dates of which that of the one `above` is never below the other, and how far apart they are at least. */
  readonly orders: readonly { readonly column: string; readonly above: 'referred' | 'referring'; readonly apart: number }[]
  /** Categories with the pairs that rows have, of the row and the one referred to. */
  readonly pairs: readonly { readonly column: string; readonly seen: readonly string[] }[]
}

/** Reads both cells of a pair of rows. */
type PairTest = (row: number, referred: number) => boolean

/**
 * What all rows are to those that they refer to, beyond chance: numbers by the evidence of `findOrders`, categories where so many rows would
 * have one of the pairs that none has, had rows to do with none of their references, over all sets of pairs that there could be. Cost O(columns · n log n).
 */
export function findBesideOwn({ columns }: Table, parentOf: Int32Array): BesideOwn | undefined {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0 && parentOf[i] !== i)
  const orders = columns.filter(isNumeric).flatMap(({ name, kind, values, missing }) => {
    const isDate = kind === 'datetime'
    const numbers = (of: (row: number) => number) =>
      Float64Array.from(rows, (i) => (missing?.[of(i)] ? Number.NaN : values[of(i)]! / (isDate ? DAY : 1)))
    const sides = [numbers((i) => i), numbers((i) => parentOf[i]!)]
    const [found] = findOrders(sides.map((of, k) => ({ name: String(k), isDate, unit: isDate ? 1 : 0, values: of })))
    if (!found) return []
    const [low, high] = found.low === '0' ? sides : [sides[1], sides[0]]
    const gaps = low!.map((x, k) => high![k]! - x).filter((gap) => !Number.isNaN(gap))
    const apart = gaps.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) * (isDate ? DAY : 1)
    return [{ column: name, above: found.low === '0' ? ('referred' as const) : ('referring' as const), apart }]
  })
  const pairs = columns.filter(isCategorical).flatMap((column) => {
    const seen = pairsBeyondChance(column.codes, { rows, parentOf })
    const word = wordAt(column)
    return seen ? [{ column: column.name, seen: [...new Set(rows.map((i) => pairOf(word(i), word(parentOf[i]!))))].sort() }] : []
  })
  return orders.length + pairs.length > 0 ? { orders, pairs } : undefined
}

interface Referring {
  readonly rows: readonly number[]
  readonly parentOf: Int32Array
}

function pairsBeyondChance(codes: ArrayLike<number>, { rows, parentOf }: Referring): boolean {
  const [own, referred, seen] = [new Map<number, number>(), new Map<number, number>(), new Set<string>()]
  for (const i of rows) {
    const [a, b] = [codes[i]!, codes[parentOf[i]!]!]
    own.set(a, (own.get(a) ?? 0) + 1)
    referred.set(b, (referred.get(b) ?? 0) + 1)
    seen.add(`${a} ${b}`)
  }
  let missed = 0
  for (const [a, count] of own) for (const [b, other] of referred) if (!seen.has(`${a} ${b}`)) missed += (count * other) / rows.length
  return isBelievedAtLog(own.size * referred.size * log(2) - missed, 1)
}

const pairOf = (own: string | null, referred: string | null): string => JSON.stringify([own, referred])

function wordAt(column: Table['columns'][number]): (row: number) => string | null {
  const at = cellAt(column)
  return (row) => {
    const cell = at(row)
    return cell === null ? null : String(cell)
  }
}

/** Whether a row may refer to another one of its table by each of what they are to each other; what is missing is in any order. */
export function besideTests({ orders, pairs }: BesideOwn, { columns }: Table): readonly PairTest[] {
  const named = (name: string) => columns.find((column) => column.name === name)
  return [
    ...orders.map(({ column: name, above, apart }): PairTest => {
      const column = named(name)
      if (!column || !isNumeric(column)) return () => true
      const { values, missing } = column
      return (row, referred) => {
        const [low, high] = above === 'referred' ? [row, referred] : [referred, row]
        return Boolean(missing?.[low]) || Boolean(missing?.[high]) || values[low]! + apart <= values[high]!
      }
    }),
    ...pairs.map(({ column: name, seen }): PairTest => {
      const column = named(name)
      if (!column || !isCategorical(column)) return () => true
      const [word, all] = [wordAt(column), new Set(seen)]
      return (row, referred) => all.has(pairOf(word(row), word(referred)))
    })
  ]
}

/** How many rows are not to those that they refer to what each of the tests says. */
export const brokenBeside = (tests: readonly PairTest[], parentOf: Int32Array): number[] =>
  tests.map((test) => parentOf.reduce((sum, to, row) => sum + Number(to >= 0 && to !== row && !test(row, to)), 0))

/** What they are, as people write it; in the order of `besideTests`. */
export function besideTexts({ table, column: key }: ForeignKey, { orders, pairs }: BesideOwn): string[] {
  return [
    ...orders.map(({ column, above, apart }) => {
      const [low, high] = above === 'referred' ? [column, `${key}.${column}`] : [`${key}.${column}`, column]
      return `${table}: ${high} ${apart > 0 ? '>' : '>='} ${low}`
    }),
    ...pairs.map(({ column }) => `${table}: ${column} and ${key}.${column} as some row has them`)
  ]
}
