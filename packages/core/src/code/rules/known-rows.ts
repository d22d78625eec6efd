import { type CellValue, cellAt, gapsOf } from '../../table/cells.js'
import { type Codes, jointCodes, rowsOfEach, sizesOf, spreadRows } from '../../table/codes.js'
import { keepColumns, takeTableRows } from '../../table/rows.js'
import { rowCompleter } from './complete.js'
import { type Derivation, inputsOfKept, type KeptRules } from './kept-rules.js'
import { columnOfCells } from './lookup-table.js'
import { breachOf, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule } from './rule.js'

/** Parts of a table with gaps, at most: more only take longer. */
const MOST_PARTS = 8

/**
 * Parts of a table that have no gap: for each column those that most of the rows which have it have too, in the rows that have them all. Where a
 * house has a garden and a flat a fee no row has both, and those of each tell what it goes by. The one with most cells first. Cost O(p·rows), and
 * O(p²) for each set of columns that are missing together.
 */
export function wholeParts<T extends WrittenTable>(data: T): T[] {
  const { columns, rowCount } = data.table
  const gaps = columns.map(gapsOf)
  const { codes, count } = gaps.reduce((all, own): Codes => (own ? jointCodes(all, { codes: new Int32Array(own), count: 2 }) : all), {
    codes: new Int32Array(rowCount),
    count: 1
  })
  const sizes = sizesOf({ codes, count })
  const kinds = rowsOfEach({ codes, count }, 1).map(([row]) => gaps.map((own) => own?.[row!] !== 1))
  const sizeOf = (some: readonly number[]) => some.reduce((sum, kind) => sum + sizes[kind]!, 0)
  const parts = new Map<string, { readonly names: ReadonlySet<string>; readonly rows: Uint32Array }>()
  for (const own of columns.keys()) {
    const having = [...kinds.keys()].filter((kind) => kinds[kind]![own])
    const isIn = columns.map((_, c) => 2 * sizeOf(having.filter((kind) => kinds[kind]![c])) > sizeOf(having))
    const whole = having.filter((kind) => isIn.every((is, c) => !is || kinds[kind]![c]))
    if (sizeOf(whole) < 2 || parts.has(isIn.join())) continue
    const isWhole = new Uint8Array(count)
    for (const kind of whole) isWhole[kind] = 1
    const names = new Set(columns.flatMap(({ name }, c) => (isIn[c] ? [name] : [])))
    parts.set(isIn.join(), { names, rows: spreadRows(rowCount, rowCount).filter((i) => isWhole[codes[i]!] === 1) })
  }
  return [...parts.values()]
    .sort((a, b) => b.rows.length * b.names.size - a.rows.length * a.names.size)
    .slice(0, MOST_PARTS)
    .map(({ names, rows }) => keepColumns({ ...data, table: takeTableRows(data.table, rows) }, ({ name }) => names.has(name)))
}

/** Rows that have a rule's column and all that it goes by. */
export function rowsThatKnow(rule: Rule, { table: { columns, rowCount } }: WrittenTable): Uint32Array {
  const own = columns.filter(({ name }) => name === rule.column || inputsOf(rule).includes(name))
  const gaps = own.flatMap((column) => gapsOf(column) ?? [])
  return spreadRows(rowCount, rowCount).filter((i) => gaps.every((gap) => gap[i] !== 1))
}

/** Whether no row that knows the columns of a rule breaks it. */
export const holdsWhereKnown = (rule: Rule, data: WrittenTable): boolean =>
  !breachOf(rule, { ...data, table: takeTableRows(data.table, rowsThatKnow(rule, data)) })

/**
 * What rows say that know all columns of rules of which some rows lack one: the columns are drawn, gaps as well, and computed where a row has them
 * all. A cell that is `fixed` stays, and what it is computed of gives way; one that is missing stays so. Of columns that the rows lack nothing is
 * said. Cost O(rows · rules).
 */
export function putKnown<T extends WrittenTable>({ known = [], columns }: KeptRules, data: T, fixed: ReadonlySet<string>): T {
  const names = new Set(data.table.columns.map(({ name }) => name))
  const rules = known.filter((rule) => [rule.column, ...inputsOfKept(rule)].every((name) => names.has(name)))
  if (rules.length === 0) return data
  const used = new Set(rules.flatMap((rule) => [rule.column, ...inputsOfKept(rule)]))
  const complete = rowCompleter({ rules, columns })
  const cells = new Map(
    data.table.columns.flatMap((column): [string, CellValue[]][] =>
      used.has(column.name) ? [[column.name, Array.from({ length: data.table.rowCount }, (_, i) => cellAt(column)(i))]] : []
    )
  )
  const changed = new Set<string>()
  for (let i = 0; i < data.table.rowCount; i++) {
    complete({
      cell: (name) => cells.get(name)![i]!,
      isGiven: (name) => fixed.has(name) || cells.get(name)![i] === null,
      set(name, value) {
        if (value === null || value === cells.get(name)![i]) return
        cells.get(name)![i] = value
        changed.add(name)
      },
      levels: () => []
    })
  }
  if (changed.size === 0) return data
  const own = new Map(columns.map((column) => [column.name, column]))
  const table = {
    ...data.table,
    columns: data.table.columns.map((column) =>
      changed.has(column.name) ? columnOfCells({ ...column, ...(own.get(column.name) ?? {}) }, cells.get(column.name)!) : column
    )
  }
  return { ...data, table }
}

/** In how many rows each of these rules is not obeyed though its columns are there. Cost O(rows · rules). */
export function unmetKnown({ known = [], columns }: KeptRules, { table }: WrittenTable): ReadonlyMap<Derivation, number> {
  const names = new Map(table.columns.map((column) => [column.name, cellAt(column)]))
  const rules = known.filter((rule) => [rule.column, ...inputsOfKept(rule)].every((name) => names.has(name)))
  const counts = new Map<Derivation, number>()
  if (rules.length === 0) return counts
  const check = rowCompleter({ rules, columns })
  for (let i = 0; i < table.rowCount; i++) {
    const cell = (name: string) => names.get(name)!(i)
    for (const rule of check({ cell, isGiven: () => true, set: () => {}, levels: () => [] }).broken as readonly Derivation[])
      if ([rule.column, ...inputsOfKept(rule)].every((name) => cell(name) !== null)) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  return counts
}
