import { derives, type KeptRule } from '../../code/rules/kept-rules.js'
import { takeRulesOut } from '../../code/rules/stacked.js'
import type { InferredTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { joinColumns, keepColumns, takeTableRows } from '../../table/rows.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { isConstant, LEAST_GROUPS } from '../panel/read.js'
import { type PanelTimes, timesOf } from '../panel/times.js'
import { prepareRows } from '../prepare.js'
import type { OtherColumns } from '../rules/ruled-rows.js'
import { type Copy, findCopies } from './copies.js'
import type { Links } from './links.js'
import { type OneTable, type ReadTable, readTableOf } from './rows-of-table.js'
import { besideSiblings, findSiblings, isEmpty, NO_SIBLINGS, passedOn, type Siblings, takeSiblingsOut } from './siblings.js'

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
  /** What they say of each other. */
  readonly siblings: Siblings
  readonly constant: readonly string[]
  readonly varying: readonly string[]
}

/** The column along which the rows of one parent follow each other: the first of dates of which every row has one, and that is its own. */
function timeIn(raw: RawTable, options: OneTable, copies: readonly Copy[]): string | undefined {
  if (raw.columns.length === 0) return undefined
  const dates = prepareRows(raw, options).data.table.columns.filter((column): column is NumericColumn => column.kind === 'datetime')
  const own = dates.filter((column) => !column.missing && !isCopied(copies, column.name)).map(({ name }) => name)
  if (own.length === 0 || dates.every(({ name }) => !isCopied(copies, name))) return own[0]
  // What rules count from a date that is copied is no more the rows' own.
  const { rules } = readTableOf(raw, pinned(options, namesIn(copies)))
  return own.find((name) => !rules?.rules.some((rule) => rule.column === name && isPlain(rule)))
}

const namesIn = (of: readonly { readonly column: string }[]): string[] => of.map(({ column }) => column)
const isCopied = (copies: readonly Copy[], name: string): boolean => copies.some(({ column }) => column === name)

/** Whether a rule gives its column, and not only bounds of it. */
const isPlain = (rule: KeptRule): boolean => derives(rule) && rule.kind !== 'order'

/** Options under which no rule derives some columns: others may be, from them. */
function pinned(options: OneTable, names: readonly string[]): OneTable {
  if (names.length === 0) return options
  const scaling = typeof options.scaling === 'object' ? options.scaling : {}
  return { ...options, scaling: { ...scaling, ...Object.fromEntries(names.map((name) => [name, 'standard' as const])) } }
}

interface Referring extends Pick<Links, 'parentOf'> {
  readonly lines?: Float64Array | undefined
  /** The table that they refer to. */
  readonly parent: Table
  /** Columns of the rows that they lead to, a cell for each of them, of which rules may compute theirs. */
  readonly others: OtherColumns
}

/** Reads a table whose rows refer to those of another; `raw` without keys into other tables. Cost O(cells · log n). */
export function readChildRows(raw: RawTable, { parentOf, lines, parent, others }: Referring, options: OneTable): ChildRows {
  const bare = readTableOf(raw, { ...options, rules: 'off', rule: undefined })
  const isOff = options.rules === 'off'
  const copies = isOff ? [] : findCopies({ own: bare.whole.table, parent, parentOf })
  const isModelled = bare.data.table.columns.some(({ kind }) => kind !== 'identifier')
  const time = isModelled ? timeIn(raw, options, copies) : undefined
  const clock = bare.whole.table.columns.find(({ name }) => name === time) as NumericColumn | undefined
  const { order, first, groupOf } = groupsOf(parentOf, [clock?.values, lines])
  const siblings = isOff ? NO_SIBLINGS : siblingsIn(bare.whole, { order, first, time, copies })
  const read = isOff ? bare : withoutTold(raw, { bare, options, others, copies, time, siblings, order, first })
  const { data } = read
  const modelled = keepColumns(data, ({ kind, name }) => kind !== 'identifier' && name !== time && !isCopied(copies, name))
  const times =
    clock && timesOf(takeTableRows({ columns: [clock], rowCount: order.length }, order).columns[0] as NumericColumn, data.formats, first)
  const own = { table: takeTableRows(modelled.table, order), formats: modelled.formats }
  return withOwn({ ...read, time, copies, siblings, own, order, first, groupOf, times, constant: [], varying: [] }, own)
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

interface InOrder extends Pick<ChildRows, 'order' | 'first' | 'time' | 'copies'> {}

function siblingsIn({ table, formats }: InferredTable, { order, first, time, copies }: InOrder): Siblings {
  const told = (name: string) => isCopied(copies, name)
  return findSiblings({ data: { table: takeTableRows(table, order), formats }, first, time, told })
}

interface Told extends InOrder {
  readonly bare: ReadTable
  readonly options: OneTable
  readonly others: OtherColumns
  readonly siblings: Siblings
}

/**
 * A table with its rules, and without what they derive. No rule derives the time, what rows copy, nor what they have from those before and after
 * them, or give on to these: others are derived from it.
 */
function withoutTold(raw: RawTable, { bare, options, others, copies, time, siblings, order, first }: Told): ReadTable {
  const given = [...(time === undefined ? [] : [time]), ...namesIn(copies), ...passedOn(siblings)]
  const readBeside = (names: readonly string[]) => readTableOf(raw, pinned(options, names), {}, others)
  const held = readBeside(given)
  // Bounds of a date that ends where the next row starts are kept in last rows; what gives it as a whole would be broken.
  const ahead = namesIn(siblings.ahead).filter((name) => held.rules?.rules.some((rule) => rule.column === name && isPlain(rule)))
  const read = ahead.length > 0 ? readBeside([...given, ...ahead]) : held
  if (!read.rules && isEmpty(siblings)) return read
  const rules = read.rules && {
    ...read.rules,
    rules: besideSiblings(siblings, read.rules).filter(({ column }) => !isCopied(copies, column))
  }
  const whole = isEmpty(siblings) ? read.whole : inPlaces(takeSiblingsOut(siblings, takenInOrder(bare.whole, order), first), order)
  const isOther = new Set(others.table.columns.map(({ name }) => name))
  const taken = rules ? keepColumns(takeRulesOut(rules, joinColumns(whole, others)), ({ name }) => !isOther.has(name)) : whole
  const data = { ...taken, notes: read.data.notes }
  return { ...read, data, rules: rules && rules.rules.length > 0 ? rules : undefined }
}

const takenInOrder = (data: InferredTable, order: Uint32Array): InferredTable => ({ ...data, table: takeTableRows(data.table, order) })

/** Rows that stand in an order where they stood before. */
function inPlaces(data: InferredTable, order: Uint32Array): InferredTable {
  const places = new Uint32Array(order.length)
  for (const [i, row] of order.entries()) places[row] = i
  return takenInOrder(data, places)
}

/** Rows by parent, then by what comes first: their time, and their number. */
export function groupsOf(parentOf: Int32Array, all: readonly (Float64Array | undefined)[]) {
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
