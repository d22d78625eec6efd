import {
  allowedKinds,
  type ColumnFormat,
  columnFacts,
  type InferOptions,
  isEmptyColumn,
  leaveKeysOut,
  levelName,
  presentValues
} from '@sbridge/core/internal'
import { type Column, inferTable, isNumeric, type RawColumn, type RawTable, type Table } from '@sbridge/core/tables'
import { tried } from './fault.js'
import type { ColumnFacts, TableFacts } from './messages.js'

const BARS = 24
/** Levels that are named without their number. */
const MOST_NAMED = 4

/** What the page says about a table: kinds, ranges, a small drawing a column. Columns left out keep their inferred kind. */
export function tableFacts(raw: RawTable, choice: InferOptions): TableFacts {
  const { table, formats, notes } = leaveKeysOut(raw, inferTable(raw, choice), choice)
  const kept = new Map(table.columns.map((column) => [column.name, column]))
  const styles = new Map(formats.map((format) => [format.name, format]))
  const columns = raw.columns.map((column) => {
    const format = styles.get(column.name)
    return { ...shownFacts(column, kept.get(column.name) ?? alone(column), format), ...(format ? { format } : {}) }
  })
  return { rowCount: raw.rowCount, columns, notes }
}

/** The column as it would be inferred by itself; a column that cannot be is shown as an identifier. */
function alone(raw: RawColumn): Column {
  const inferred = tried(() => inferTable({ columns: [raw], rowCount: raw.values.length }).table.columns[0]!)
  return inferred ?? { name: raw.name, kind: 'identifier' }
}

function shownFacts(raw: RawColumn, column: Column, format: ColumnFormat | undefined): ColumnFacts {
  const facts = { ...columnFacts(column, format), name: raw.name, kinds: allowedKinds(raw, column) }
  if (isEmptyColumn(raw)) return { ...facts, missing: raw.values.length, summary: 'no value, written empty', bars: [] }
  if (column.kind === 'identifier') return { ...facts, bars: [] }
  if (isNumeric(column)) return { ...facts, bars: countBins(presentValues(column), facts.range!) }
  const { codes, levels } = column
  const summary = levels.length > MOST_NAMED ? facts.summary : levels.map(levelName).join(', ')
  return { ...facts, summary, bars: levelBars(codes, Math.min(BARS, levels.length)) }
}

/** The small drawings of other rows: of numbers on the same bins, of categories at the same levels. */
export function barsLike(facts: readonly ColumnFacts[], rows: Table): Record<string, readonly number[]> {
  const bars: Record<string, readonly number[]> = {}
  for (const column of rows.columns) {
    const known = facts.find(({ name }) => name === column.name)
    if (column.kind === 'identifier' || !known) continue
    if (isNumeric(column)) bars[column.name] = known.range ? countBins(presentValues(column), known.range) : []
    else bars[column.name] = levelBars(column.codes, known.bars.length)
  }
  return bars
}

/** Counts in equal bins, the largest 1; values beyond the range are left out. */
function countBins(values: Float64Array, { low, high }: { low: number; high: number }): number[] {
  const counts = new Float64Array(BARS)
  const width = high - low || 1
  for (const value of values) {
    const bin = Math.min(BARS - 1, Math.floor(((value - low) / width) * BARS))
    if (bin >= 0 && value <= high) counts[bin]!++
  }
  return relative(counts)
}

function levelBars(codes: Int32Array, count: number): number[] {
  const counts = new Float64Array(count)
  for (const code of codes) if (code >= 0 && code < count) counts[code]!++
  return relative(counts)
}

function relative(counts: Float64Array): number[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  return Array.from(counts, (count) => (most > 0 ? count / most : 0))
}

/** Two columns to look at first: numbers before categories, never identifiers. */
export function firstAxes(table: Table): [string, string] {
  const numbers = table.columns.filter((column) => column.kind === 'number' || column.kind === 'integer')
  const varied = numbers.filter((column) => isNumeric(column) && new Set(presentValues(column).slice(0, 500)).size > 5)
  const order = [...new Set([...varied, ...numbers, ...table.columns.filter((column) => column.kind !== 'identifier')])]
  const first = order[0]!.name
  return [first, order[1]?.name ?? first]
}
