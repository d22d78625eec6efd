import type { ForeignKey, SchemaKeys } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { numberColumn, type ReadContext, textColumn } from './columns.js'
import { type JsonRows, jsonLines, jsonValue, tableOfRows } from './json.js'
import { encodedLines, encodedRows, rowTexts } from './json-text.js'
import { isJsonObject } from './json-values.js'

/** A list of objects that rows hold: rows of a table of their own. */
interface DocumentList {
  readonly table: string
  /** The table whose rows hold it. */
  readonly within: string
  /** Its name there, with those of the objects that it stands in: `customer.visits`. */
  readonly name: string
  /** Its place among the columns. */
  readonly at: number
  /** The column that numbers the rows that hold it, in both tables. */
  readonly key: string
  /** What stands where there is none: an empty list, null, or what a column of its own says. */
  readonly empty: '[]' | 'null' | { readonly column: string }
}

/** How several tables stand in one file of JSON: objects within lists within objects. */
export interface Documents {
  /** The table of the objects themselves. */
  readonly root: string
  /** Of every table before those within it. */
  readonly lists: readonly DocumentList[]
}

/** What a file of documents holds. */
interface ReadDocuments {
  readonly tables: Readonly<Record<string, RawTable>>
  readonly keys: SchemaKeys
  readonly documents: Documents
}

/** Words that no reader takes for a missing cell, as it does `null` and `none`. */
const [A_LIST, NO_LIST] = ['a list', 'no list']

/** Lists within lists that become tables; deeper ones are cells that no table holds. */
const MOST_LISTS = 8

/** `:`, `[`, `{` */
const [COLON, OPEN_LIST, OPEN_OBJECT] = [0x3a, 0x5b, 0x7b]

/** Whether bytes may hold a list of objects under a name: most files without any are told so without parsing them. Cost O(bytes). */
export function mayHoldLists(bytes: Uint8Array): boolean {
  let state = 0
  for (const byte of bytes) {
    // Blanks, and the zeros of wide characters.
    if (byte <= 0x20) continue
    if (state === 2 && byte === OPEN_OBJECT) return true
    state = byte === COLON ? 1 : state === 1 && byte === OPEN_LIST ? 2 : 0
  }
  return false
}

/**
 * Documents as tables: the objects, named `root`, and every list of objects in them of which rows have differing numbers, as `orders_items`, with the number of the row
 * that holds it. Undefined where there is no such list. Cost O(values). Throws what `readJson` throws.
 */
export function readDocuments(
  bytes: Uint8Array,
  format: 'json' | 'jsonl',
  { root, ...context }: ReadContext & { readonly root: string }
): ReadDocuments | undefined {
  const read = format === 'jsonl' ? jsonLines(bytes, context) : jsonValue(bytes, context)
  if (!('rows' in read)) return undefined
  const tables: Record<string, RawTable> = {}
  const lists: DocumentList[] = []
  const add = (name: string, read: JsonRows, held: readonly RawColumn[], depth: number): void => {
    const taken = new Set([...Object.keys(read.rows[0] ?? {}), ...held.map((column) => column.name)])
    const key = free(`${name}_row`, taken)
    const found: { readonly list: DocumentList; readonly cells: readonly unknown[] }[] = []
    const take = (column: string, cells: readonly unknown[], at: number): readonly RawColumn[] | undefined => {
      if (depth === MOST_LISTS || !areLists(cells)) return undefined
      const empty = emptyOf(cells, free(`${column}_empty`, taken))
      const named = new Set([...Object.keys(tables), ...found.map(({ list }) => list.table), name])
      const own = { table: free(`${name}_${column.replaceAll('.', '_')}`, named), within: name, name: column, at, key }
      found.push({ list: { ...own, empty: typeof empty === 'string' ? empty : { column: empty.name } }, cells })
      return typeof empty === 'string' ? [] : [empty]
    }
    const numbers = () =>
      numberColumn(
        key,
        Float64Array.from(read.rows, (_, i) => i + 1),
        true
      )
    tables[name] = tableOfRows(read, context, { take, before: () => [...(found.length > 0 ? [numbers()] : []), ...held] })
    for (const { list, cells } of found) {
      lists.push(list)
      const rows = cells.flatMap((cell) => (Array.isArray(cell) ? cell : []))
      const holders = cells.flatMap((cell, i) => (Array.isArray(cell) ? cell.map(() => i + 1) : []))
      const place = (i: number) => `object ${i + 1} of ${list.name}`
      add(
        list.table,
        { rows, source: { ...read.source, keys: Object.keys(rows[0]) }, place },
        [numberColumn(key, holders, true)],
        depth + 1
      )
    }
  }
  add(root, read, [], 0)
  if (lists.length === 0) return undefined
  return { tables, keys: keysOf(lists), documents: { root, lists } }
}

function keysOf(lists: readonly DocumentList[]): SchemaKeys {
  const primary = Object.fromEntries(lists.map(({ within, key }) => [within, key]))
  const foreign = lists.map(({ table, within, key }): ForeignKey => ({ table, column: key, to: { table: within, column: key } }))
  return { primary, foreign }
}

const free = (name: string, taken: ReadonlySet<string>): string => (taken.has(name) ? free(`${name}_`, taken) : name)

/** Whether cells are lists of objects, some of them with any. */
function areLists(cells: readonly unknown[]): boolean {
  const present = cells.filter((cell) => cell !== null && cell !== undefined)
  const areAll = present.every((cell) => Array.isArray(cell) && cell.every(isJsonObject))
  return areAll && present.some((cell) => (cell as object[]).some((one) => Object.keys(one).length > 0))
}

/** What stands where a row has none of a list; a column that says it where both are in the data. */
function emptyOf(cells: readonly unknown[], name: string): '[]' | 'null' | RawColumn {
  const hasEmpty = cells.some((cell) => Array.isArray(cell) && cell.length === 0)
  const hasNull = cells.some((cell) => cell === null || cell === undefined)
  if (hasEmpty && hasNull)
    return textColumn(
      name,
      cells.map((cell) => (cell === null || cell === undefined ? NO_LIST : A_LIST))
    )
  return hasNull ? 'null' : '[]'
}

/** The file of documents that tables make up: lists stand in their rows again. Cost O(cells). */
export function writeDocuments(
  tables: Readonly<Record<string, RawTable>>,
  { root, lists }: Documents,
  format: 'json' | 'jsonl'
): Uint8Array {
  const textsOf = (name: string): string[] => {
    const table = tables[name]!
    const own = lists.filter(({ within }) => within === name)
    const parts = own.map((list) => ({
      name: list.name,
      at: list.at,
      write: listWriter(list, table, tables[list.table]!, textsOf(list.table))
    }))
    const hidden = new Set(
      lists.flatMap(({ table: child, within, key, empty }) => [
        ...(within === name || child === name ? [key] : []),
        ...(within === name && typeof empty === 'object' ? [empty.column] : [])
      ])
    )
    return rowTexts({ ...table, columns: table.columns.filter((column) => !hidden.has(column.name)) }, parts)
  }
  return format === 'json' ? encodedRows(textsOf(root), tables[root]!) : encodedLines(textsOf(root), tables[root]!)
}

/** The text of a row's list. */
function listWriter({ key, empty }: DocumentList, table: RawTable, child: RawTable, texts: readonly string[]): (row: number) => string {
  const held = new Map<string, string[]>()
  const holders = cellsOf(child, key)
  for (const [i, text] of texts.entries()) {
    const holder = String(holders[i])
    const there = held.get(holder)
    if (there) there.push(text)
    else held.set(holder, [text])
  }
  const rows = cellsOf(table, key)
  const says = typeof empty === 'object' ? cellsOf(table, empty.column) : undefined
  return (row) => {
    const there = held.get(String(rows[row]))
    if (there) return `[${there.join(',')}]`
    return says ? (says[row] === NO_LIST ? 'null' : '[]') : (empty as string)
  }
}

const cellsOf = (table: RawTable, name: string): ArrayLike<unknown> => table.columns.find((column) => column.name === name)!.values
