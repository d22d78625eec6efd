import { InputError } from '@sbridge/core'
import type { JsonDialect, TextEncoding } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  booleanColumn,
  columnNested,
  numberColumn,
  type ReadContext,
  refuseEmptyFile,
  storedTextColumn,
  tableOf,
  unreadable,
  unusableColumn
} from './columns.js'
import { decodeText, writableEncoding } from './encoding.js'
import { jsonText, losesDigits, parsedJson } from './json-integers.js'
import { objectKeys } from './json-keys.js'
import { flatCells } from './json-nesting.js'
import { isEscaped, type JsonSpacing, spacingOf } from './json-spacing.js'
import { isJsonObject, isPlainList, type JsonObject as Row } from './json-values.js'

/** Names the place of a row for messages. */
type Place = (row: number) => string

/**
 * A table from a JSON array of objects (one a row), by itself or as the only array of an object, an object of arrays (one a
 * column), or an object of objects (column, then row label, as pandas writes by default); null and absent keys are missing cells.
 *
 * Columns stand in the order in which their names first appear. A column of numbers is a number column, of true and
 * false a boolean one; anything else is text.
 */
export function readJson(bytes: Uint8Array, context: ReadContext): RawTable {
  const read = jsonValue(bytes, context)
  return 'rows' in read ? tableOfRows(read, context) : tableOfColumns(read.columns, read.source, context)
}

/** A table from JSON lines: one object a line, blank lines skipped, otherwise as `readJson`. */
export const readJsonLines = (bytes: Uint8Array, context: ReadContext): RawTable => tableOfRows(jsonLines(bytes, context), context)

/** Rows as they were parsed. */
export interface JsonRows {
  readonly rows: readonly unknown[]
  /** The name in an object that they stand under. */
  readonly under?: string
  readonly source: Source
  readonly place: Place
}

/** The rows of a JSON array, or the columns of an object. Throws `FormatError` for other bytes. */
export function jsonValue(bytes: Uint8Array, context: ReadContext): JsonRows | { readonly columns: Row; readonly source: Source } {
  refuseEmptyFile(bytes, context)
  const decoded = decodeText(bytes, context)
  const { text } = decoded
  const value = parseJson(text, context, '')
  const sourceOf = (first: unknown): Source => ({
    keys: firstKeys(first, text),
    decoded,
    spacing: spacingOf(text),
    escaped: isEscaped(text)
  })
  if (Array.isArray(value)) return { rows: value, source: sourceOf(value[0]), place: (i) => `element ${i + 1}` }
  if (!isJsonObject(value)) throw unreadable('JSON', context, 'the top is neither an array nor an object')
  const under = listIn(value)
  if (under === undefined) return { columns: value, source: sourceOf(value) }
  const rows = value[under] as readonly Row[]
  const within = text.slice(text.indexOf('[', text.indexOf(JSON.stringify(under))))
  return { rows, under, source: { ...sourceOf(rows[0]), keys: firstKeys(rows[0], within) }, place: (i) => `element ${i + 1} of ${under}` }
}

/** The one list of objects in an object of nothing else that could be rows or columns: an answer of a service, beside what it says of it. */
function listIn(value: Row): string | undefined {
  const lists = Object.entries(value).filter(([, own]) => Array.isArray(own))
  const [only] = lists
  return lists.length === 1 && (only![1] as unknown[]).length > 0 && (only![1] as unknown[]).every(isJsonObject) ? only![0] : undefined
}

/** The rows of JSON lines. */
export function jsonLines(bytes: Uint8Array, context: ReadContext): JsonRows {
  refuseEmptyFile(bytes, context)
  const decoded = decodeText(bytes, context)
  const lines = decoded.text.split('\n')
  const rows: unknown[] = []
  const places: number[] = []
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    rows.push(parseJson(line, context, `line ${i + 1}: `))
    places.push(i + 1)
  }
  const head = lines[(places[0] ?? 1) - 1]!
  const source = { keys: firstKeys(rows[0], head), decoded, spacing: spacingOf(head), escaped: isEscaped(decoded.text) }
  return { rows, source, place: (i) => `line ${places[i]}` }
}

function parseJson(text: string, context: ReadContext, place: string): unknown {
  try {
    return parsedJson(text)
  } catch (error) {
    // Python's own writer spells them so.
    const spelled = /[[,:]\s*(-?Infinity|NaN)\b/.exec(text)?.[1]
    const reason = spelled === undefined ? (error as Error).message : `${spelled} is no JSON; write null where a value is missing`
    throw unreadable('JSON', context, place + reason)
  }
}

/** Names a value for a message; one that holds others only by its kind, since it may hold them 200,000 deep. */
function told(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return isJsonObject(value) ? 'an object' : jsonText(value).slice(0, 40)
}

/** Keys of the first object of the text, when the value that the text begins with is one. */
function firstKeys(first: unknown, text: string): string[] {
  return isJsonObject(first) ? objectKeys(text, text.indexOf('{')) : []
}

/** What the text of a table says besides its rows. */
interface Source {
  /** Keys of the first object, in their order. */
  readonly keys: readonly string[]
  readonly decoded: TextEncoding
  readonly spacing: JsonSpacing
  readonly escaped: boolean
}

/** What a table has besides the columns of its rows. */
interface Company {
  /** Is offered every column with its place, and says what stands in the table in its stead. */
  readonly take?: (name: string, values: readonly unknown[], at: number) => readonly RawColumn[] | undefined
  /** Columns before all others, once all were offered. */
  readonly before?: () => readonly RawColumn[]
}

/** The table of rows. */
export function tableOfRows(
  { rows, under, source: { keys, decoded, spacing, escaped: isAscii }, place }: JsonRows,
  context: ReadContext,
  { take, before }: Company = {}
): RawTable {
  refuseRepeatedKeys(keys, context)
  for (const [i, row] of rows.entries()) {
    if (isJsonObject(row)) continue
    throw new InputError({
      code: 'json-row-not-an-object',
      got: `${told(row)} as ${place(i)} of ${context.source}`,
      expected: 'an object with one value a column',
      try: 'writing the table as records, for example pandas to_json(orient="records")'
    })
  }
  const { cells: found, nested } = flatCells(rows as readonly Row[], keys)
  const lists = Array.from(found).flatMap(([name, values]) => (areLists(values) ? [name] : []))
  const cells = new Map(Array.from(found, ([name, values]) => [name, lists.includes(name) ? values.map(listOf) : values]))
  const columns = Array.from(cells).flatMap(([name, values], at) => take?.(name, values, at) ?? [columnOf(name, values, context, place)])
  const { notes, ...encoding } = writableEncoding(decoded)
  const mixed = Array.from(cells).flatMap(([name, values]) => (isMixed(values) ? [name] : []))
  const dialect: JsonDialect = {
    kind: 'json',
    ...encoding,
    spacing,
    ...(isAscii ? { escaped: true } : {}),
    ...(Object.keys(nested).length > 0 ? { nested } : {}),
    ...(mixed.length > 0 ? { mixed } : {}),
    ...(lists.length > 0 ? { lists } : {}),
    ...(under === undefined ? {} : { under })
  }
  const said = [...(under === undefined ? [] : [`rows stand under “${under}”, and new ones will, without what stands beside it`]), ...notes]
  return { ...tableOf([...(before?.() ?? []), ...columns], context), dialect, ...(said.length > 0 ? { notes: said } : {}) }
}

function tableOfColumns(value: Row, { keys, decoded, spacing, escaped: isAscii }: Source, context: ReadContext): RawTable {
  refuseRepeatedKeys(keys, context)
  let labels: string[] | undefined
  const columns = keys.map((name) => {
    const cells = value[name]
    if (Array.isArray(cells)) return columnOf(name, cells, context, (i) => `element ${i + 1}`)
    if (!isJsonObject(cells)) {
      throw new InputError({
        code: 'json-column-not-an-array',
        got: `${told(cells)} under "${name}" in ${context.source}`,
        expected: 'an array of objects, or an object with one array a column',
        try: 'writing the table as records, for example pandas to_json(orient="records")'
      })
    }
    labels ??= Object.keys(cells)
    const inOrder = labels.map((label) => (Object.hasOwn(cells, label) ? cells[label] : null))
    return columnOf(name, inOrder, context, (i) => `row "${labels![i]}"`)
  })
  const { notes, ...encoding } = writableEncoding(decoded)
  const dialect: JsonDialect = {
    kind: 'json',
    ...encoding,
    spacing,
    ...(isAscii ? { escaped: true } : {}),
    layout: labels ? 'labels' : 'lists'
  }
  return { ...tableOf(columns, context), dialect, ...(notes.length > 0 ? { notes } : {}) }
}

function refuseRepeatedKeys(keys: readonly string[], context: ReadContext): void {
  const seen = new Set<string>()
  const repeated = keys.find((key) => seen.size === seen.add(key).size)
  if (repeated === undefined) return
  throw new InputError({
    code: 'column-name-repeated',
    got: `the name "${repeated}" twice in one object of ${context.source}`,
    expected: 'a different name for every column',
    try: `renaming or removing one of the columns "${repeated}"`
  })
}

const listOf = (cell: unknown): string | null => (cell === null || cell === undefined ? null : jsonText(cell))

/** Whether cells hold lists of differing lengths, as of tags: no columns can be made of them. */
function areLists(cells: readonly unknown[]): boolean {
  const present = cells.filter((cell) => cell !== null && cell !== undefined)
  return present.length > 0 && present.every(isPlainList)
}

/** Numbers beside text, as of “<0.5” among measurements, and numbers that are text here for their many digits. */
function isMixed(cells: readonly unknown[]): boolean {
  if (cells.some(losesDigits)) return true
  const types = new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell))
  return types.size === 2 && types.has('number') && types.has('string')
}

function columnOf(name: string, cells: readonly unknown[], context: ReadContext, place: Place): RawColumn {
  const kinds = new Set<string>()
  for (const [i, cell] of cells.entries()) {
    if (cell === null) continue
    if (typeof cell === 'object') {
      const got = `${told(cell)} in column "${name}", ${place(i)} of ${context.source}`
      return unusableColumn(name, columnNested(got, name))
    }
    kinds.add(typeof cell === 'bigint' ? 'number' : typeof cell)
  }
  const only = kinds.size === 1 ? kinds.values().next().value : 'text'
  if (only === 'number' && !cells.some(losesDigits))
    return numberColumn(
      name,
      cells.map((cell) => (cell === null ? null : Number(cell))),
      false
    )
  return only === 'boolean' ? booleanColumn(name, cells) : storedTextColumn(name, cells)
}
