import { type Beside, derives, type KeptRules } from '../../code/rules/kept-rules.js'
import { columnIn, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { associationOf, needsOf, partsOf, toldBeside } from '../../code/rules/told-beside.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { takeValues } from '../../num/matrix.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import type { Cells, Codes } from '../../table/codes.js'
import { sliceTable, stackTables, takeTableRows, unusedName } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { PreparedTable } from '../prepare.js'
import type { Ruled } from '../rules/ruled-rows.js'
import type { DrawnRows } from './options.js'

type RuledTable = PreparedTable & Ruled

/** Rows ready to be fitted, and beside what is drawn the computed categories that tell of it (`toldBeside`), under names of no other column. Cost as of that. */
export function withBeside(ready: RuledTable): RuledTable {
  const { data, rules } = ready
  if (!rules) return ready
  const whole = putRulesBack(rules, data)
  const names = new Set([...data.table.columns, ...whole.table.columns].map(({ name }) => name))
  const beside = toldBeside(rules, data.table, whole).map((one) => ({ ...one, as: unusedName(`${one.column} as drawn`, names) }))
  if (beside.length === 0) return ready
  const columns = beside.map(({ column, as }) => ({ ...columnIn(whole, column), name: as }))
  const formats = beside.map(({ column, as }) => ({ ...rules.columns.find(({ name }) => name === column)!.format, name: as }))
  return {
    ...ready,
    data: { ...data, table: { ...data.table, columns: [...data.table.columns, ...columns] }, formats: [...data.formats, ...formats] },
    rules: { ...rules, beside }
  }
}

/** Whether a category that is drawn is none that the rules compute of its row, or what it tells is nothing that rows of that have. Cost O(rows) at first. */
export function unlikeComputed(rules: KeptRules, training: WrittenTable): Unlike {
  const { beside = [] } = rules
  const whole = putRulesBack(rules, training)
  const strange = beside.flatMap((one) => one.told.map((name) => strangeTo(one.column, name, { rules, whole })))
  return (rows) => {
    const own = putRulesBack(rules, rows)
    const pairs = beside.map((one) => cellsOf(one, rows, own))
    const values = strange.map((isStrange) => isStrange(own))
    return (row) => pairs.some(([drawn, computed]) => computed(row) !== drawn(row)) || values.some((isStrange) => isStrange(row))
  }
}

/** Which of some rows are unlike those that the rules would make. */
type Unlike = (rows: WrittenTable) => (row: number) => boolean

/** Rows that chance would have, at least, of a value and a level of which the data have none: it has none once in a hundred and fifty. */
const LEAST_MISSED = 5

/** What says of rows that they have a value beside a computed level, and within the level by which the value is drawn, that no row of the data has there though many have either. */
function strangeTo(column: string, told: string, { rules, whole }: { readonly rules: KeptRules; readonly whole: WrittenTable }): Unlike {
  const order = rules.rules.find((rule) => rule.kind === 'order' && rule.gap === told)
  const within = order?.kind === 'order' ? order.within?.by : undefined
  const keysIn = ({ table }: WrittenTable) => {
    const [level, value, by] = [column, order?.column ?? told, within].map((name) => {
      const own = table.columns.find((one) => one.name === name)
      return own ? cellAt(own) : () => null
    })
    return (i: number) => {
      const [a, b, c] = [level!(i), value!(i), by!(i)]
      return { both: JSON.stringify([a, b, c]), level: JSON.stringify([a, c]), value: JSON.stringify([b, c]), by: JSON.stringify(c) }
    }
  }
  const counts = {
    both: new Map<string, number>(),
    level: new Map<string, number>(),
    value: new Map<string, number>(),
    by: new Map<string, number>()
  }
  const keys = keysIn(whole)
  for (let i = 0; i < whole.table.rowCount; i++)
    for (const [name, key] of Object.entries(keys(i))) count(counts[name as keyof typeof counts], key)
  return (rows) => {
    const own = keysIn(rows)
    return (i) => {
      const { both, level, value, by } = own(i)
      if (counts.both.has(both)) return false
      return (counts.level.get(level) ?? 0) * (counts.value.get(value) ?? 0) >= LEAST_MISSED * (counts.by.get(by) ?? 0) && counts.by.has(by)
    }
  }
}

const count = (counts: Map<string, number>, key: string): Map<string, number> => counts.set(key, (counts.get(key) ?? 0) + 1)

const cellsOf = ({ column, as }: Pick<Beside, 'column' | 'as'>, rows: WrittenTable, whole: WrittenTable) =>
  [cellAt(columnIn(rows, as)), cellAt(columnIn(whole, column))] as const

/** What goes along with columns that a category tells, and how much. */
interface Along {
  readonly partsOf: (table: Table) => Codes
  readonly weight: number
}

/** Associations weaker than this part of a nat say nothing of which row is like another. */
const LEAST_ALONG = 0.01

/** What the rows of a model say of the columns that each category tells, but for what it is computed of: rows that agree in that need no exchange. Cost O(rows · columns) for each. */
function alongOf({ column: computed, as, told }: Beside, { rules }: KeptRules, training: Table): Along[] {
  const own = rules.filter((rule) => derives(rule) && rule.column === computed).map((rule) => needsOf(rule, rules))
  const column = (table: Table, name: string) => table.columns.find((one) => one.name === name) as Cells
  const all = told.map((name) => column(training, name)).map((one) => partsOf(one)(one))
  return training.columns.flatMap((one): Along[] => {
    if (one.kind === 'identifier' || one.name === as || told.includes(one.name) || own.some((needs) => needs.has(one.name))) return []
    const parts = partsOf(one)
    const codes = parts(one)
    const weight = all.reduce((sum, each) => sum + associationOf(each, codes), 0)
    return weight < LEAST_ALONG ? [] : [{ partsOf: (table) => parts(column(table, one.name)), weight }]
  })
}

/**
 * What exchanges among drawn rows, of which the rules compute another category than was drawn, what that one tells: each row gets it of one that was drawn
 * with the category that is computed of it, the same in what goes along most, and most like it in the rest. So all columns have the values that they had, and what is computed goes with them. Rows
 * for which none is left stay as they are. Nothing that is `fixed` is exchanged. Cost O(rows²) of those that are exchanged.
 */
export function exchanging(rules: KeptRules, training: Table): Exchanging {
  const all = (rules.beside ?? []).map((beside) => ({ beside, along: alongOf(beside, rules, training) }))
  return (rows, fixed = NONE_FIXED) => {
    let { table } = rows
    for (const { beside, along } of all) {
      const names = [beside.as, ...beside.told]
      if (names.some((name) => fixed.has(name))) continue
      const from = exchangeOf({ ...rows, table }, { rules, beside, along })
      if (from.every((other, i) => other === i)) continue
      const { columns, rowCount } = table
      const taken = takeTableRows({ columns: columns.filter(({ name }) => names.includes(name)), rowCount }, from).columns
      table = { columns: columns.map((column) => taken.find(({ name }) => name === column.name) ?? column), rowCount }
    }
    return table
  }
}

/** Changes drawn rows, but for what is fixed. */
type Exchanging = (rows: WrittenTable, fixed?: ReadonlySet<string>) => Table

const NONE_FIXED: ReadonlySet<string> = new Set()

interface Exchange {
  readonly rules: KeptRules
  readonly beside: Beside
  readonly along: readonly Along[]
}

/** From which row each has what is exchanged. */
function exchangeOf(rows: WrittenTable, { rules, beside, along }: Exchange): Uint32Array {
  const [drawn, computed] = cellsOf(beside, rows, putRulesBack(rules, rows))
  const from = Uint32Array.from({ length: rows.table.rowCount }, (_, i) => i)
  const unlike = [...from].filter((i) => drawn(i) !== computed(i))
  if (unlike.length === 0) return from
  const parts = along.map((one) => ({ codes: takeValues(one.partsOf(rows.table).codes, from), weight: one.weight }))
  const most = parts.reduce<(typeof parts)[number] | undefined>((best, one) => (best && best.weight >= one.weight ? best : one), undefined)
  // What goes along most must be the same: food for eight would not do for two.
  const distance = (i: number, j: number) =>
    most && most.codes[i] !== most.codes[j]
      ? Number.POSITIVE_INFINITY
      : parts.reduce((sum, { codes, weight }) => (codes[i] === codes[j] ? sum : sum + weight), 0)
  const offers = new Map<CellValue, number[]>()
  for (const i of unlike) offers.set(drawn(i), [...(offers.get(drawn(i)) ?? []), i])
  for (const i of unlike) {
    const open = offers.get(computed(i)) ?? []
    if (open.length === 0) continue
    const best = open.reduce(
      (least, j, k) => {
        const own = distance(i, j)
        return own < least.distance ? { k, distance: own } : least
      },
      { k: -1, distance: Number.POSITIVE_INFINITY }
    )
    if (best.k < 0) continue
    from[i] = open.splice(best.k, 1)[0]!
  }
  return from
}

/** What makes the drawn rows of a model go with the categories that its rules compute. */
export interface Agreeing {
  readonly exchange: Exchanging
  readonly unlike: Unlike
}

/** The same, in batches of rows that are drawn together: those of each batch by themselves. */
export function exchangedIn(drawn: DrawnRows, exchange: Exchanging): DrawnRows {
  // Coordinates behind a codec would be those of other rows.
  if (drawn.latents) return drawn
  const { table, formats } = drawn
  const tables = Array.from({ length: Math.ceil(table.rowCount / BATCH_ROWS) }, (_, batch) => {
    const first = batch * BATCH_ROWS
    return exchange({ table: sliceTable(table, first, Math.min(table.rowCount, first + BATCH_ROWS)), formats })
  })
  return { ...drawn, table: tables.length === 1 ? tables[0]! : stackTables(tables) }
}

/** The same under conditions: the rows of each by themselves. */
export function exchangedUnder(
  drawn: DrawnRows,
  exchange: Exchanging,
  { given, rows }: { readonly given: readonly ReadonlySet<string>[]; readonly rows: number }
): DrawnRows {
  const { table, formats } = drawn
  return {
    ...drawn,
    table: stackTables(given.map((fixed, k) => exchange({ table: sliceTable(table, k * rows, (k + 1) * rows), formats }, fixed)))
  }
}

/** Draws under conditions in which rows that are unlike what is computed are looked for again, at most. */
const MOST_DRAWS = 4

/** Rows under conditions of which each that is unlike what is computed is one of the same condition of a draw in which it is not, if one is found. */
export async function alikeUnder(drawn: DrawnRows, unlike: Unlike, again: (round: string) => Promise<DrawnRows>): Promise<DrawnRows> {
  const isUnlike = unlike(drawn)
  const { rowCount } = drawn.table
  const left = new Set(Array.from({ length: rowCount }, (_, i) => i).filter(isUnlike))
  const chosen = Uint32Array.from({ length: rowCount }, (_, i) => i)
  const tables = [drawn.table]
  for (let round = 0; left.size > 0 && round < MOST_DRAWS; round++) {
    const other = await again(`beside ${round}`)
    const isOther = unlike(other)
    for (const row of [...left]) {
      if (isOther(row)) continue
      chosen[row] = tables.length * rowCount + row
      left.delete(row)
    }
    tables.push(other.table)
  }
  return tables.length === 1 ? drawn : { ...drawn, table: takeTableRows(stackTables(tables), chosen) }
}
