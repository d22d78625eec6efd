import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import type { RawTable } from '../../table/raw.js'
import type { Column } from '../../table/table.js'
import { type ForeignKey, keyText, type SchemaKeys, type Tables } from './keys.js'
import { cellsIn, type Links } from './links.js'
import type { ReadTable } from './rows-of-table.js'

/** A table that stays as it is: its columns, and the cells of those that are text as they were written. Plain data. */
export interface KeptTable {
  readonly columns: readonly Column[]
  readonly cells: Readonly<Record<string, readonly (string | null)[]>>
}

/** Tables that are copied, and what is left of the keys. */
interface KeptOf {
  readonly names: ReadonlySet<string>
  /** Keys that laws are fitted along: without those of kept tables, which stay, and those that are categories of their rows. */
  readonly keys: SchemaKeys
  /** Keys into kept tables each of whose rows many refer to, by table: which one a row refers to is a category of it. */
  readonly categories: ReadonlyMap<string, readonly string[]>
}

/** Rows that refer to each row on average, from which on which one it is makes a category. */
const OFTEN = 10
/** Tables of more rows than this are no lists that others choose from. */
const FEW = 30

/**
 * The tables that are kept by their names, and those that they refer to. Throws `InputError` (code `table-unknown`) for names of none, and where
 * nothing else is left (code `keep-all`).
 */
export function keptNames(tables: Tables, keys: SchemaKeys, keep: string | readonly string[] | undefined): ReadonlySet<string> {
  const asked = namesIn(keep)
  for (const name of asked) checkName(name, tables)
  const names = new Set(asked)
  for (const name of names) for (const { table, to } of keys.foreign) if (table === name) names.add(to.table)
  if (names.size > 0 && names.size === Object.keys(tables).length)
    throw new InputError({
      code: 'keep-all',
      got: `--keep of all tables (${listed([...names])}${names.size > asked.length ? ', with those that they refer to' : ''})`,
      expected: 'a table at least that is drawn',
      try: 'leaving one of them out'
    })
  return names
}

/** Keys without those of kept tables, which stay. */
export const drawnKeys = (keys: SchemaKeys, names: ReadonlySet<string>): SchemaKeys => ({
  ...keys,
  foreign: keys.foreign.filter(({ table }) => !names.has(table))
})

/** What laws are fitted along beside kept tables; `linksBy`: where keys lead. */
export function keptIn(names: ReadonlySet<string>, keys: SchemaKeys, linksBy: ReadonlyMap<ForeignKey, Links>): KeptOf {
  const { foreign: left } = drawnKeys(keys, names)
  const isCategory = (key: ForeignKey): boolean => {
    if (!names.has(key.to.table) || key.and) return false
    const { parentOf, parents, empty, orphans } = linksBy.get(key)!
    return orphans === 0 && parentOf.length - empty >= OFTEN * parents
  }
  const categories = new Map<string, string[]>()
  for (const { table, column } of left.filter(isCategory)) categories.set(table, [...(categories.get(table) ?? []), column])
  return { names, keys: { ...keys, foreign: left.filter((key) => !isCategory(key)) }, categories }
}

/** Kinds of the keys that are categories. */
export const categoryTypes = ({ categories }: KeptOf, table: string): Record<string, string> =>
  Object.fromEntries((categories.get(table) ?? []).map((column) => [column, 'category']))

export const namesIn = (keep: string | readonly string[] | undefined): string[] =>
  [keep ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')

function checkName(name: string, tables: Tables): void {
  if (Object.hasOwn(tables, name)) return
  throw new InputError({
    code: 'table-unknown',
    got: `--keep ${name}, a table that is not there`,
    expected: `one of ${listed(Object.keys(tables))}`,
    try: 'the names as they stand in the folder or the database, without an extension'
  })
}

/** A table as it is. Cost O(cells). */
export function keptTable(raw: RawTable, { whole }: Pick<ReadTable, 'whole'>, missing: readonly string[] | undefined): KeptTable {
  const columns = whole.table.columns.map((column) =>
    column.kind === 'identifier' ? { ...column, cells: cellsIn(raw, column.name, missing) } : column
  )
  const texts = raw.columns.flatMap((column) => (column.source === 'text' ? [[column.name, column.values] as const] : []))
  return { columns, cells: Object.fromEntries(texts) }
}

/** Some of its rows with text as it was written. */
export function asWritten({ cells }: KeptTable, columns: readonly Column[], first: number, count: number): Column[] {
  return columns.map((column) => {
    const own = cells[column.name]
    return own ? { name: column.name, kind: 'identifier', cells: own.slice(first, first + count) } : column
  })
}

/** What a person should know of a table that others choose from: a list of few rows, all of which are referred to, many times each, and which refers to no other. */
export function listNote(name: string, rows: number, links: readonly Links[]): string[] {
  const into = links.filter(({ key }) => key.to.table === name && key.table !== name)
  const times = into.reduce((sum, { parentOf }) => sum + parentOf.filter((row) => row >= 0).length, 0)
  const isOwn = links.every(({ key }) => key.table !== name || key.to.table === name)
  const all = new Set(into.flatMap(({ parentOf }) => [...parentOf].filter((row) => row >= 0)))
  if (!isOwn || rows > FEW || times < OFTEN * rows || all.size < rows) return []
  return [
    `${counted(rows, 'row')} that others refer to ${Math.floor(times / rows)} times each, as to a list: made up anew; --keep ${name} copies it as it is, with all keys into it`
  ]
}

/** What was kept, and how others refer to it. */
export function keptNotes(name: string, { names, categories, keys }: KeptOf, all: SchemaKeys, asked: readonly string[]): string[] {
  if (!names.has(name)) return []
  const by = all.foreign.find(({ table, to }) => to.table === name && names.has(table))
  const why = !asked.includes(name) && by ? `, as ${keyText(by)} is kept` : ''
  const chosen = keys.foreign.filter(({ to }) => to.table === name).map(keyText)
  const told = all.foreign.filter(({ table, column, to }) => to.table === name && categories.get(table)?.includes(column)).map(keyText)
  const how = [...told.map((key) => `${key} is a category of its rows`), ...chosen.map((key) => `${key}: rows choose what they are like`)]
  return [[`kept as it is${why}`, ...how].join('; ')]
}

/** Numbers of rows that refer to each row of a kept table, as in the data, or as many times as many. */
export function scaledCounts(counts: Float64Array, scale: number): Float64Array {
  let [sum, before] = [0, 0]
  return counts.map((count) => {
    sum += count * scale
    const now = Math.round(sum)
    const own = now - before
    before = now
    return own
  })
}
