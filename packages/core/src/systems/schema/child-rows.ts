import { takeRulesOut } from '../../code/rules/stacked.js'
import type { InferredTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { keepColumns, takeTableRows } from '../../table/rows.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { isConstant, LEAST_GROUPS } from '../panel/read.js'
import { type PanelTimes, timesOf } from '../panel/times.js'
import { prepareRows } from '../prepare.js'
import { type Copy, findCopies } from './copies.js'
import type { Links } from './links.js'
import { type OneTable, type ReadTable, readTableOf } from './rows-of-table.js'

/** The rows of a table by the rows that they refer to, as groups of a panel. */
export interface ChildRows extends ReadTable {
  /** What is drawn of each row, in the order of `order`: without keys and what rules derive, and without the time. */
  readonly own: Pick<InferredTable, 'table' | 'formats'>
  /** Rows by parent, then by time or as they stand; those without a parent last, each a group of its own. */
  readonly order: Uint32Array
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Row of the other table that each group refers to; −1 for none [G]. */
  readonly groupOf: Int32Array
  readonly time?: string | undefined
  readonly times?: PanelTimes | undefined
  /** What is not drawn, as the rows say it that these refer to. */
  readonly copies: readonly Copy[]
  readonly constant: readonly string[]
  readonly varying: readonly string[]
}

/** The column along which the rows of one parent follow each other: the first of dates of which every row has one, and that is its own. */
function timeIn(raw: RawTable, options: OneTable, copies: readonly Copy[]): string | undefined {
  if (raw.columns.length === 0) return undefined
  const { columns } = prepareRows(raw, options).data.table
  return columns.find((column) => column.kind === 'datetime' && !column.missing && !isCopied(copies, column.name))?.name
}

const isCopied = (copies: readonly Copy[], name: string): boolean => copies.some(({ column }) => column === name)

interface Referring extends Pick<Links, 'parentOf'> {
  readonly lines?: Float64Array | undefined
  /** The table that they refer to. */
  readonly parent: Table
}

/** Reads a table whose rows refer to those of another; `raw` without keys into other tables. Cost O(cells · log n). */
export function readChildRows(raw: RawTable, { parentOf, lines, parent }: Referring, options: OneTable): ChildRows {
  const read = readModelled(raw, options, (own) => findCopies({ own, parent, parentOf }))
  const { data, time, copies } = read
  const clock = data.table.columns.find(({ name }) => name === time) as NumericColumn | undefined
  const { order, first, groupOf } = groupsOf(parentOf, [clock?.values, lines])
  const modelled = keepColumns(data, ({ kind, name }) => kind !== 'identifier' && name !== time && !isCopied(copies, name))
  const times =
    clock && timesOf(takeTableRows({ columns: [clock], rowCount: order.length }, order).columns[0] as NumericColumn, data.formats, first)
  const own = { table: takeTableRows(modelled.table, order), formats: modelled.formats }
  return withOwn({ ...read, own, order, first, groupOf, times, constant: [], varying: [] }, own)
}

/** Rows of which other columns are drawn: those that are the same in all rows of each parent once, others row by row. */
export function withOwn(rows: ChildRows, own: ChildRows['own']): ChildRows {
  const { first, groupOf } = rows
  const { columns } = own.table
  const several = groupOf.filter((_, g) => first[g + 1]! - first[g]! > 1).length
  const constant = several < LEAST_GROUPS ? [] : columns.filter((column) => isConstant(column, first)).map(({ name }) => name)
  const varying = columns.map(({ name }) => name).filter((name) => !constant.includes(name))
  return { ...rows, own, constant, varying }
}

/** The time, and what rows copy, is never derived by a rule: others may be, from it. */
function readModelled(
  raw: RawTable,
  options: OneTable,
  copiesOf: (own: Table) => readonly Copy[]
): ReadTable & Pick<ChildRows, 'time' | 'copies'> {
  const bare = readTableOf(raw, { ...options, rules: 'off', rule: undefined })
  const copies = options.rules === 'off' ? [] : copiesOf(bare.whole.table)
  const time =
    bare.data.table.columns.length === 0 || bare.data.table.columns.every(({ kind }) => kind === 'identifier')
      ? undefined
      : timeIn(raw, options, copies)
  if (time === undefined || options.rules === 'off') return { ...withoutRulesOf(copies, readTableOf(raw, options)), time, copies }
  const scaling = typeof options.scaling === 'object' ? options.scaling : {}
  const read = readTableOf(raw, { ...options, scaling: { ...scaling, [time]: 'standard' } })
  return { ...withoutRulesOf(copies, read), time, copies }
}

/** A table as it is without the rules of what rows copy. */
function withoutRulesOf(copies: readonly Copy[], read: ReadTable): ReadTable {
  if (!read.rules?.rules.some(({ column }) => isCopied(copies, column))) return read
  const rules = { ...read.rules, rules: read.rules.rules.filter(({ column }) => !isCopied(copies, column)) }
  const data = { ...takeRulesOut(rules, read.whole), notes: read.data.notes }
  return { ...read, data, rules: rules.rules.length > 0 ? rules : undefined }
}

/** Rows by parent, then by what comes first: their time, and their number. */
function groupsOf(parentOf: Int32Array, all: readonly (Float64Array | undefined)[]) {
  const clocks = all.filter((clock) => clock !== undefined)
  const between = (a: number, b: number) => clocks.reduce((before, clock) => before || clock[a]! - clock[b]!, 0)
  const place = (row: number) => (parentOf[row]! < 0 ? Number.POSITIVE_INFINITY : parentOf[row]!)
  const order = Uint32Array.from(parentOf.keys()).sort((a, b) => {
    const [p, q] = [place(a), place(b)]
    return (p === q ? (p === Number.POSITIVE_INFINITY ? 0 : between(a, b)) : p - q) || a - b
  })
  const first: number[] = []
  const groupOf: number[] = []
  for (const [i, row] of order.entries()) {
    const parent = parentOf[row]!
    if (i > 0 && parent >= 0 && parent === parentOf[order[i - 1]!]) continue
    first.push(i)
    groupOf.push(parent)
  }
  return { order, first: Uint32Array.from([...first, order.length]), groupOf: Int32Array.from(groupOf) }
}
