import { isBeyondChance, rateByChance } from '../../code/rules/chance.js'
import { spanText } from '../../code/rules/exclusive.js'
import { derives, inputsOfKept, type KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack, takeRulesOut } from '../../code/rules/stacked.js'
import type { Key } from '../../num/random.js'
import { columnWord } from '../../table/expression-text.js'
import { numbersOf } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type Carried, carriedText, findCarried, putCarriedBack, takeCarriedOut } from '../panel/carried.js'
import { findRunningSums, putRunningBack, type RunningSum, runningText, takeRunningOut } from '../panel/running.js'
import { laterRows } from '../panel/spans.js'

/** What a row of a parent says of the next one: the same laws as of the rows of a group. Plain data. */
export interface Siblings {
  /** Balances: what every row adds to that of the row before. */
  readonly running: readonly RunningSum[]
  /** What a row has from the row before: it starts at the kilometre at which that one ended. */
  readonly carried: readonly Carried[]
  /** What a row has from the next one: it ended the day before that one starts. Its own is that of last rows alone. */
  readonly ahead: readonly Ahead[]
  /** Of what runs on, what it is before the first row: the start of a trip is the end of the one before it, and of the first trip where the ends begin. */
  readonly bases: readonly { readonly column: string; readonly from: string }[]
}

/** A date of each row but the last of its parent, that is so long before the time of the next row. Plain data. */
interface Ahead {
  readonly column: string
  /** How long the time of the next row is after it, in milliseconds. */
  readonly gap: number
}

export const NO_SIBLINGS: Siblings = { running: [], carried: [], ahead: [], bases: [] }

/** Rows behind others: fewer are no support. */
const LEAST_ROWS = 30

interface InOrder {
  /** Rows in the order in which those of each parent follow each other. */
  readonly data: WrittenTable
  /** Where those of each begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** The column of times, where there is one. */
  readonly time: string | undefined
  /** Columns that are told otherwise. */
  readonly told: (column: string) => boolean
}

/** What rows of one parent say of each other, beyond chance. Cost as of `findRunningSums` and `findCarried`. */
export function findSiblings({ data, first, time, told }: InOrder): Siblings {
  if (laterRows(first).length < LEAST_ROWS) return NO_SIBLINGS
  const own = data.table.columns.filter(({ name }) => !told(name))
  const formats = data.formats.filter(({ name }) => own.some((column) => column.name === name))
  const rows = { table: { columns: own, rowCount: data.table.rowCount }, formats }
  const ahead = time === undefined ? [] : findAhead(own, own.find(({ name }) => name === time) as NumericColumn, first)
  if (time === undefined) return NO_SIBLINGS
  // What runs on is so in the order of times; rows without any may stand in any order.
  const columns = own.filter(({ name }) => !ahead.some(({ column }) => column === name))
  const carried = findCarried({ ...rows.table, columns }, first).filter(({ column }) => column !== time)
  const isCarried = (name: string) => carried.some(({ column }) => column === name)
  const running = findRunningSums(rows, first).filter(
    ({ column, terms }) => terms.length > 0 && ![column, ...terms.map((term) => term.column)].some(isCarried)
  )
  const summed = takeRunningOut(running, rows, first)
  const bases = carried.filter(({ column, from }) => running.some((sum) => sum.column === from) && areSame(summed, [column, from], first))
  return { running, carried, ahead, bases: bases.map(({ column, from }) => ({ column: from, from: column })) }
}

/** Whether two columns are the same in the first rows of all parents. */
function areSame({ table }: WrittenTable, [one, other]: readonly [string, string], first: Uint32Array): boolean {
  const [a, b] = [numbersOf(table, one).values, numbersOf(table, other).values]
  return first.subarray(0, first.length - 1).every((row) => a[row] === b[row])
}

/** Dates that are always as long before the time of the next row, where times are not as far apart anyhow. */
function findAhead(columns: Table['columns'], clock: NumericColumn, first: Uint32Array): Ahead[] {
  const rows = laterRows(first)
  const steps = new Set(rows.map((i) => clock.values[i]! - clock.values[i - 1]!))
  const dates = columns.filter((column): column is NumericColumn => column.kind === 'datetime' && column.name !== clock.name)
  if (steps.size < 2) return []
  return dates.flatMap(({ name, values, missing }) => {
    const gap = clock.values[rows[0]!]! - values[rows[0]! - 1]!
    const follows = (i: number, before: number) => !missing?.[before] && clock.values[i]! - values[before]! === gap
    if (!rows.every((i) => follows(i, i - 1))) return []
    const rate = rateByChance(rows.length, (k, j) => follows(rows[j]!, rows[k]! - 1))
    return isBeyondChance({ rate, times: rows.length, candidates: dates.length }) ? [{ column: name, gap }] : []
  })
}

export const isEmpty = ({ running, carried, ahead }: Siblings): boolean => running.length + carried.length + ahead.length === 0

/** Columns that rows have from others of their parent. */
export const namesOf = ({ running, carried, ahead }: Siblings): Set<string> =>
  new Set([...running, ...carried, ...ahead].map(({ column }) => column))

/** Columns that rows have from the row before, and what they have it from. */
export const passedOn = ({ running, carried }: Siblings): string[] => [
  ...running.flatMap(({ column, terms }) => [column, ...terms.map((term) => term.column)]),
  ...carried.flatMap(({ column, from }) => [column, from])
]

/** Rows with one value a parent, that of the first row, in the place of what follows from it. Cost O(cells). */
export const takeSiblingsOut = <T extends WrittenTable>({ running, carried }: Siblings, data: T, first: Uint32Array): T =>
  takeCarriedOut(carried, takeRunningOut(running, data, first), first)

interface Putting {
  /** Row of the parent of each row; −1 for none: rows of one stand together [n]. */
  readonly parentOf: Int32Array
  readonly time: string | undefined
  readonly rules: KeptRules | undefined
  readonly key: Key
}

/** And back, with what rules compute of it. Cost O(cells). */
export function putSiblingsBack(siblings: Siblings, data: WrittenTable, { parentOf, time, rules, key }: Putting): WrittenTable {
  const first = startsOf(parentOf)
  const clock = data.table.columns.find((column): column is NumericColumn => column.name === time && isNumeric(column))
  const summed = putRunningBack(siblings.running, withBases(siblings.bases, data), first)
  const along = putCarriedBack(siblings.carried, summed, { first, time: clock })
  const whole = clock ? withAhead(siblings.ahead, along, { clock, first }) : along
  const names = namesOf(siblings)
  const feeds = rules?.rules.some((rule) => inputsOfKept(rule).some((name) => names.has(name)))
  return rules && feeds ? putRulesBack(rules, takeRulesOut(rules, whole), { key, fixed: names }) : whole
}

function withBases(bases: Siblings['bases'], data: WrittenTable): WrittenTable {
  const columns = data.table.columns.map((column) => {
    const base = bases.find((one) => one.column === column.name)
    return base && isNumeric(column) ? { ...column, values: numbersOf(data.table, base.from).values.slice() } : column
  })
  return { ...data, table: { ...data.table, columns } }
}

function withAhead<T extends WrittenTable>(
  ahead: readonly Ahead[],
  data: T,
  { clock, first }: { readonly clock: NumericColumn; readonly first: Uint32Array }
): T {
  const rows = laterRows(first)
  const columns = data.table.columns.map((column) => {
    const law = ahead.find((one) => one.column === column.name)
    if (!law || !isNumeric(column)) return column
    const [values, missing] = [column.values.slice(), column.missing?.slice()]
    for (const i of rows) {
      values[i - 1] = clock.values[i]! - law.gap
      if (missing) missing[i - 1] = 0
    }
    return { ...column, values, ...(missing ? { missing } : {}) }
  })
  return { ...data, table: { ...data.table, columns } }
}

/** Where the rows of parents begin, and the end; a row without any is one by itself. */
function startsOf(parentOf: Int32Array): Uint32Array {
  const first = [...parentOf.keys()].filter((i) => i === 0 || parentOf[i]! < 0 || parentOf[i] !== parentOf[i - 1])
  return Uint32Array.from([...first, parentOf.length])
}

/** Rules without those that derive what rows have from others of their parent, or set bounds by it: they would be of the first row's. */
export function besideSiblings(siblings: Siblings, { rules }: KeptRules): KeptRules['rules'] {
  const [names, early] = [namesOf(siblings), new Set([...siblings.running, ...siblings.carried].map(({ column }) => column))]
  return rules.filter((rule) => {
    if (early.has(rule.column)) return false
    const isPlain = derives(rule) && rule.kind !== 'order'
    if (isPlain) return !names.has(rule.column)
    return !inputsOfKept(rule).some((name) => early.has(name))
  })
}

/** Such laws as people write them. */
export const siblingTexts = ({ running, carried, ahead }: Siblings, time: string | undefined): string[] => [
  ...running.map(runningText),
  ...carried.map(carriedText),
  ...ahead.map(({ column, gap }) => `${columnWord(time ?? '')} = ${columnWord(column)} before${spanText(gap)}`)
]
