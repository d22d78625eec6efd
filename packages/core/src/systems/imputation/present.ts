import { refuseTaken } from '../../table/added-numbers.js'
import { joinedNames, joinedTo } from '../../table/besides.js'
import { isMissing } from '../../table/cells.js'
import { type CellStyle, presentTable } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import type { FilledRows, ImputationRequest } from './fill.js'
import type { ImputationModel } from './model.js'

/** Names of the columns that a request adds. */
export const DRAW = 'draw'
const FILLED = 'filled'
/** Between names in the column `filled`. */
const BETWEEN = ';'

/** Refuses a column of the rows that has the name of one that is added. */
export function refuseNames(raw: RawTable, { draws, flag }: ImputationRequest): void {
  refuseTaken(raw, [...(draws === undefined ? [] : [DRAW]), ...(flag ? [FILLED] : [])])
}

/** The rows as they came, with their gaps filled: given cells are the cells themselves, whatever they spell. */
export function presentFilled({ coding }: ImputationModel, answer: FilledRows, as: CellStyle): RawTable {
  const { raw, given, tables, filled, request } = answer
  const parts = tables.map((table) => raw.columns.map((column) => filledColumn(column, { table, given, coding, as })))
  const columns = raw.columns.map((_, c) => stack(parts.map((part) => part[c]!)))
  const draws = request.draws === undefined ? [] : [drawColumn(tables.length, raw.rowCount)]
  const flags = request.flag ? [flagColumn(filled, joinedNames(coding.formats))] : []
  const dialect = raw.dialect === undefined || as === 'plain' ? {} : { dialect: raw.dialect }
  return { columns: [...draws, ...columns, ...flags], rowCount: tables.length * raw.rowCount, ...dialect }
}

interface Presenting {
  readonly table: Table
  readonly given: Table
  readonly coding: ImputationModel['coding']
  readonly as: CellStyle
}

function filledColumn(raw: RawColumn, { table, given, coding, as }: Presenting): RawColumn {
  const c = table.columns.findIndex(({ name }) => name === raw.name)
  const format = coding.formats.find(({ name }) => name === raw.name)
  if (c < 0 || !format) return raw
  // Cells may have a part in a column behind theirs.
  const own = table.columns.filter(({ name }, k) => k === c || joinedTo(format).includes(name))
  const formats = own.map(({ name }) => coding.formats.find((one) => one.name === name)!)
  const presented = presentTable(
    { columns: own, rowCount: table.rowCount },
    formats.map((one) => (one === format ? { ...one, source: raw.source } : one)),
    as
  ).columns[0]!
  if (as === 'plain' || presented.source !== raw.source) return presented
  const filled = Array.from({ length: table.rowCount }, (_, i) => isMissing(given.columns[c]!, i) && !isMissing(table.columns[c]!, i))
  return overlaid(raw, presented, filled)
}

/** Filled cells on the rows as they came. */
function overlaid(raw: RawColumn, presented: RawColumn, filled: readonly boolean[]): RawColumn {
  if (raw.source === 'text' && presented.source === 'text')
    return { ...raw, values: raw.values.map((cell, i) => (filled[i] ? presented.values[i]! : cell)) }
  if (raw.source === 'boolean' && presented.source === 'boolean')
    return { ...raw, values: raw.values.map((cell, i) => (filled[i] ? presented.values[i]! : cell)) }
  const numbers = presented as Extract<RawColumn, { source: 'number' | 'datetime' }>
  const own = raw as typeof numbers
  const { missing: _, ...rest } = own
  const missing = own.missing?.map((mark, i) => (filled[i] ? 0 : mark))
  const values = own.values.map((value, i) => (filled[i] ? numbers.values[i]! : value))
  return { ...rest, values, ...(missing?.includes(1) ? { missing } : {}) }
}

function stack(parts: readonly RawColumn[]): RawColumn {
  const first = parts[0]!
  if (parts.length === 1) return first
  if (first.source === 'text') return { ...first, values: parts.flatMap((part) => part.values as readonly (string | null)[]) }
  if (first.source === 'boolean') return { ...first, values: parts.flatMap((part) => part.values as readonly (boolean | null)[]) }
  const numbers = parts as (typeof first)[]
  const values = Float64Array.from(numbers.flatMap((part) => Array.from(part.values)))
  const missing = Uint8Array.from(numbers.flatMap((part) => Array.from(part.missing ?? new Uint8Array(part.values.length))))
  const { missing: _, ...rest } = first
  return { ...rest, values, ...(missing.includes(1) ? { missing } : {}) }
}

/** Which draw each row belongs to, from 1. */
function drawColumn(draws: number, rowCount: number): RawColumn {
  const values = Float64Array.from({ length: draws * rowCount }, (_, i) => 1 + Math.floor(i / rowCount))
  return { name: DRAW, source: 'number', integer: true, values }
}

/** The columns in which cells were filled; what is part of a cell is filled with it. */
function flagColumn(filled: FilledRows['filled'], joined: ReadonlySet<string>): RawColumn {
  const values = filled.flatMap((rows) => rows.map((names) => names.filter((name) => !joined.has(name)).join(BETWEEN) || null))
  return { name: FILLED, source: 'text', values }
}
