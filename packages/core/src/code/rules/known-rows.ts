import { type CellValue, cellAt, isMissing } from '../../table/cells.js'
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
 * house has a garden and a flat a fee no row has both, and those of each tell what it goes by. The one with most cells first. Cost O(p²·rows).
 */
export function wholeParts<T extends WrittenTable>(data: T): T[] {
  const { columns, rowCount } = data.table
  const known = columns.map((column) => Uint8Array.from({ length: rowCount }, (_, i) => Number(!isMissing(column, i))))
  const parts = new Map<string, { readonly names: ReadonlySet<string>; readonly rows: Uint32Array }>()
  for (const own of known) {
    const having = Array.from({ length: rowCount }, (_, i) => i).filter((i) => own[i] === 1)
    const isIn = known.map((other) => 2 * having.reduce((count, i) => count + other[i]!, 0) > having.length)
    const rows = Uint32Array.from(having.filter((i) => known.every((other, c) => !isIn[c] || other[i] === 1)))
    const names = new Set(columns.flatMap(({ name }, c) => (isIn[c] ? [name] : [])))
    if (rows.length > 1) parts.set(isIn.join(), { names, rows })
  }
  return [...parts.values()]
    .sort((a, b) => b.rows.length * b.names.size - a.rows.length * a.names.size)
    .slice(0, MOST_PARTS)
    .map(({ names, rows }) => keepColumns({ ...data, table: takeTableRows(data.table, rows) }, ({ name }) => names.has(name)))
}

/** Rows that have a rule's column and all that it goes by. */
export function rowsThatKnow(rule: Rule, { table: { columns, rowCount } }: WrittenTable): number[] {
  const own = columns.filter(({ name }) => name === rule.column || inputsOf(rule).includes(name))
  return Array.from({ length: rowCount }, (_, i) => i).filter((i) => own.every((column) => !isMissing(column, i)))
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
