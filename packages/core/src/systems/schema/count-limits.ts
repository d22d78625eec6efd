import { isBelievedAtLog, logChoose } from '../../code/rules/chance.js'
import { log } from '../../num/elementary.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'

/**
 * Numbers that rows of a level never have, as cancelled orders no payments and delivered ones always a parcel; by columns of the rows, whose
 * levels are their categories, or whether a cell is there. Plain data.
 */
export interface CountLimits {
  /** All numbers of the data, ascending. */
  readonly numbers: readonly number[]
  readonly columns: readonly {
    readonly name: string
    readonly levels: readonly { readonly level: string /** Places among the numbers. */; readonly never: readonly number[] }[]
  }[]
}

/** Whether none of the numbers above nought is left beside those, by their places, that never come. */
export function leavesNone({ numbers }: Pick<CountLimits, 'numbers'>, never: readonly number[]): boolean {
  const own = new Set(never)
  return numbers.every((number, place) => number === 0 || own.has(place))
}

/** Where rows of a tree hang on leaves alone, or on what has leaves, it is as likely by chance at most: trees of a few nodes are many. */
const MOST_CHANCE_IN_TREES = log(1 / 50)

/** What a row is to a column: its category, or whether it has a cell; undefined of columns that say neither. */
function levelIn(column: Column): ((row: number) => string) | undefined {
  if (isCategorical(column)) return (i) => (column.codes[i]! < 0 ? '' : `=${column.levels[column.codes[i]!]}`)
  const { missing } = isNumeric(column) ? column : {}
  return missing && ((i) => (missing[i] ? '' : '='))
}

/**
 * The numbers that rows of a level never have where chance would have some: each number by itself, and all above nought; `tree`: columns that say
 * which rows others of the same table refer to. Undefined where there are none. Cost O(rows · columns + levels · numbers).
 */
export function countLimits(counts: Float64Array, { columns }: Table, tree?: ReadonlySet<string>): CountLimits | undefined {
  const n = counts.length
  const numbers = [...new Set(counts)].sort((a, b) => a - b)
  const places = new Map(numbers.map((number, place) => [number, place]))
  const at = counts.map((count) => places.get(count)!)
  const all = tally(at, numbers.length)
  const grouped = columns.flatMap((column) => {
    const level = levelIn(column)
    return level ? [{ name: column.name, rows: rowsByLevel(n, level) }] : []
  })
  const candidates = grouped.reduce((sum, { rows }) => sum + rows.size, 0) * (numbers.length + 1)
  const isBarred = (share: number, rows: number) => share < 1 && isBelievedAtLog(rows * log(1 - share), candidates)
  const isBare = (name: string, rows: number) =>
    isBarred(1 - all[0]! / n, rows) ||
    (tree?.has(name) === true && all[0]! < n && logChoose(all[0]!, rows) - logChoose(n, rows) < MOST_CHANCE_IN_TREES)
  const found = grouped.flatMap(({ name, rows }) => {
    const levels = [...rows].flatMap(([level, members]) => {
      const own = tally(
        members.map((i) => at[i]!),
        numbers.length
      )
      const hasNone = numbers[0] === 0 && own[0] === members.length && isBare(name, members.length)
      const never = numbers.flatMap((number, place) =>
        own[place] === 0 && ((hasNone && number > 0) || isBarred(all[place]! / n, members.length)) ? [place] : []
      )
      return never.length > 0 ? [{ level, never }] : []
    })
    return levels.length > 0 ? [{ name, levels }] : []
  })
  return found.length > 0 ? { numbers, columns: found } : undefined
}

function tally(places: ArrayLike<number>, count: number): Float64Array {
  const out = new Float64Array(count)
  for (let i = 0; i < places.length; i++) out[places[i]!]! += 1
  return out
}

function rowsByLevel(n: number, level: (row: number) => string): Map<string, number[]> {
  const rows = new Map<string, number[]>()
  for (let i = 0; i < n; i++) {
    const own = rows.get(level(i))
    if (own) own.push(i)
    else rows.set(level(i), [i])
  }
  return rows
}

/** Rows that never have the same numbers, by these: for each row the places that it never has, as a text. Rows without a limit have an empty one. */
export function limitsOfRows({ columns: limits }: CountLimits, { columns, rowCount }: Table): string[] {
  const all = limits.flatMap(({ name, levels }) => {
    const column = columns.find((one) => one.name === name)
    const level = column && levelIn(column)
    return level ? [{ level, never: new Map(levels.map((one) => [one.level, one.never])) }] : []
  })
  return Array.from({ length: rowCount }, (_, i) => {
    const never = new Set(all.flatMap(({ level, never }) => never.get(level(i)) ?? []))
    return [...never].sort((a, b) => a - b).join(' ')
  })
}
