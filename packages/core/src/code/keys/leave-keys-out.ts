import { typesFlag } from '../../num/listed.js'
import { type ColumnFormat, type InferOptions, type InferredTable, textCells } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { type Column, isNumeric } from '../../table/table.js'
import { composedColumns, composedNote } from './composed.js'
import { leaveFormedOut } from './formed.js'
import { leaveFreeNamesOut } from './free-names.js'
import { continueNumbers, type NumberKeyOptions, namedColumns } from './number-keys.js'
import { type KeyColumn, refersTo, type StatedReferences } from './reference.js'

type Options = NumberKeyOptions &
  Pick<InferOptions, 'missing'> & {
    readonly refers?: StatedReferences | undefined
    /** Whether text that others tell in part is modelled by its form; `off`: as it stands. */
    readonly forms?: 'off' | undefined
  }

/**
 * A table without what is a key: whole numbers that are keys become identifiers, as text of which no two are alike is one already,
 * and so do columns all of whose values are such keys, as of managers among employees, and text that other columns say. Columns whose kind or scaling is given,
 * and the weights, stay as they are. Cost O(cells).
 */
export function leaveKeysOut(raw: RawTable, data: InferredTable, options: Options = {}): InferredTable {
  const composed = leaveComposedOut(continueNumbers(data, options), options)
  const isNamed = (name: string) => namedColumns(options).has(name)
  const numbered = leaveFreeNamesOut(options.forms === 'off' ? composed : leaveFormedOut(composed, isNamed), isNamed)
  const keys = keyColumns(raw, numbered, options.missing).filter(({ cells }) => new Set(cells).size === cells.length)
  if (keys.length === 0) return numbered
  const named = namedColumns(options)
  const rest = numbered.table.columns.filter((column) => column.kind !== 'identifier' && !named.has(column.name)).length
  const found = numbered.table.columns.flatMap((column) => {
    // What a column of times says besides is no column of the file.
    const isRead = raw.columns.some(({ name }) => name === column.name)
    if (named.has(column.name) || !isRead || !mayRefer(column)) return []
    const key = keys.find((one) => refersTo(keyColumn(raw, column.name, options.missing), one, options.refers))
    return key ? [{ column, to: key.name }] : []
  })
  // Something has to be left to model, unless it is known that there is nothing.
  const isKnown = found.some(({ column }) => Object.hasOwn(options.refers ?? {}, column.name))
  if (found.length === 0 || (found.length === rest && !isKnown)) return numbered
  const to = new Map(found.map(({ column, to: key }) => [column.name, key]))
  const columns = numbered.table.columns.map((one): Column => (to.has(one.name) ? { name: one.name, kind: 'identifier' } : one))
  const formats = numbered.formats.map((format, c): ColumnFormat => {
    if (!to.has(format.name)) return format
    return { ...format, kind: 'identifier', ...(isNumeric(numbered.table.columns[c]!) ? { integer: true } : {}) }
  })
  const notes = found.map(
    ({ column: { name, kind }, to: key }) =>
      `${name}: every value is one of ${key}: left out of the model, and drawn as a reference to a new one; ${typesFlag(name, kind)} models it`
  )
  // What was said of a category holds no longer.
  const before = numbered.notes.filter((note) => !found.some(({ column: { name } }) => note.startsWith(`${name}: `)))
  return { ...numbered, table: { ...numbered.table, columns }, formats, notes: [...before, ...notes] }
}

/** Without text that other columns say. */
function leaveComposedOut(data: InferredTable, options: Options): InferredTable {
  const named = namedColumns(options)
  const found = composedColumns(data.table, (name) => named.has(name))
  if (found.length === 0) return data
  const isFound = (name: string) => found.some((one) => one.name === name)
  return {
    ...data,
    table: {
      ...data.table,
      columns: data.table.columns.map((one): Column => (isFound(one.name) ? { name: one.name, kind: 'identifier' } : one))
    },
    formats: data.formats.map((format): ColumnFormat => (isFound(format.name) ? { ...format, kind: 'identifier' } : format)),
    notes: [...data.notes.filter((note) => !found.some(({ name }) => note.startsWith(`${name}: `))), ...found.map(composedNote)]
  }
}

/** A category of whole numbers or of text, or whole numbers, can name rows; a column of one value names none. */
function mayRefer(column: Column): boolean {
  if (column.kind === 'category') return column.levels.length > 1
  return (column.kind === 'integer' || column.kind === 'number') && column.values.every(Number.isSafeInteger)
}

/** Cells of the columns that are left out. */
export function keyColumns(raw: RawTable, { table }: Pick<InferredTable, 'table'>, missing: readonly string[] | undefined): KeyColumn[] {
  return table.columns.filter(({ kind }) => kind === 'identifier').map(({ name }) => keyColumn(raw, name, missing))
}

/** An empty text names no row, and is written as one. */
export function keyColumn(raw: RawTable, name: string, missing: readonly string[] = []): KeyColumn {
  const column = raw.columns.find((one) => one.name === name)!
  const cells = textCells(column, ['', ...missing])
  const empty = column.source === 'text' && column.marked && !missing.includes('') ? column.values.filter((cell) => cell === '').length : 0
  return { name, cells, ...(empty > 0 ? { empty: empty / cells.filter((cell) => cell === null).length } : {}) }
}
