import { arraysNamed, type ModelArray, type ModelContents } from '../../model-file/contents.js'
import {
  arraysUnder,
  damaged,
  expectKind,
  flag,
  float64Array,
  int32Array,
  list,
  number,
  optional,
  record,
  text,
  uint8Array,
  whole,
  word
} from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { timeBounds } from '../../table/present.js'
import { type Column, type ColumnKind, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { columnFormat, UNSCALED } from '../encoder-file.js'
import { counterRecord } from '../forecast/counters-file.js'
import { PERIOD_NAMES } from '../forecast/restarts.js'
import { loadForecast, saveForecast } from '../forecast/save.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import type { Cycle } from './cycles.js'
import type { StretchModel, StretchSummary } from './model.js'
import { WINDOW_KINDS, type WindowOf } from './windows.js'

/** A column of the rows that were learned from, without its cells. */
interface ColumnMeta {
  readonly name: string
  readonly kind: Exclude<ColumnKind, 'identifier'>
  readonly levels?: readonly string[]
  /** Whether it has empty cells. */
  readonly gaps?: boolean
}

type StretchMeta = Omit<StretchModel, 'series' | 'rows' | 'kept'> & { readonly columns: readonly ColumnMeta[] }

/** Arrays of the law of the series, and those of the rows. */
const [SERIES, ROWS] = ['series.', 'rows.']

/** Model → contents of a model file. */
export function saveStretch({ series, rows, ...own }: StretchModel): ModelContents {
  const { meta, arrays } = saveForecast(series)
  const cells: Record<string, ModelArray> = {}
  const columns = rows.columns.flatMap((column, c): ColumnMeta[] => {
    const { name, kind } = column
    if (isCategorical(column)) {
      cells[`${c}.codes`] = column.codes
      return [{ name, kind: column.kind, levels: column.levels }]
    }
    if (!isNumeric(column) || kind === 'identifier') return []
    cells[`${c}.values`] = column.values
    if (column.missing) cells[`${c}.missing`] = column.missing
    return [{ name, kind, ...(column.missing ? { gaps: true } : {}) }]
  })
  const { time, isEven, descending, start, kept, windows, cycles, counters, formats, summary } = own
  const contents = {
    kind: 'stretch',
    meta: { series: meta, time, isEven, descending, start, windows, cycles, counters, formats, columns, summary },
    arrays: { ...arraysNamed(SERIES, arrays), ...arraysNamed(ROWS, cells) }
  }
  return withRules(contents, kept)
}

const summaryRecord = record<StretchSummary>({
  rowCount: whole({ least: 2 }),
  time: text,
  drawn: list(text),
  followed: list(text),
  constant: list(text),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadStretch(contents: ModelContents): StretchModel {
  expectKind(contents, 'stretch')
  const series = loadForecast({
    kind: 'forecast',
    meta: (contents.meta as { readonly series?: unknown }).series,
    arrays: arraysUnder(SERIES, contents.arrays)
  })
  const { columns, ...meta } = record<StretchMeta>({
    time: text,
    isEven: flag,
    descending: flag,
    start: number({ least: -1e9, most: 0 }),
    windows: list(
      record<WindowOf>({
        column: text,
        kind: word(...WINDOW_KINDS),
        of: text,
        rows: whole({ least: 1, most: 1e6 }),
        start: word('empty', 'partial', 'zero', 'before'),
        after: optional(whole({ least: 1, most: 1e6 })),
        restart: optional(word(...PERIOD_NAMES)),
        from: optional(number(UNSCALED))
      })
    ),
    cycles: list(record<Cycle>({ column: text, rows: whole({ least: 1 }), step: number(UNSCALED) })),
    counters: list(counterRecord),
    formats: list(columnFormat),
    columns: list(
      record<ColumnMeta>({
        name: text,
        kind: word('number', 'integer', 'datetime', 'category', 'boolean'),
        levels: optional(list(text)),
        gaps: optional(flag)
      })
    ),
    summary: summaryRecord
  })(contents.meta, 'meta')
  const rows = rowsIn(columns, contents, meta)
  const { summary, cycles, windows, time } = meta
  const given = [
    ...series.formats.map(({ name }) => name),
    ...summary.followed,
    ...[...cycles, ...windows].map(({ column }) => column),
    time
  ]
  const kept = keptRulesIn(contents, given)
  checkNames({ ...meta, ...defined({ kept }) }, rows, series)
  return { series, rows, ...defined({ kept }), ...meta }
}

function rowsIn(
  columns: readonly ColumnMeta[],
  { arrays }: ModelContents,
  { formats, summary: { rowCount } }: Pick<StretchMeta, 'formats' | 'summary'>
): Table {
  const boundsOf = (name: string) => {
    const format = formats.find((one) => one.name === name)
    if (!format) throw damaged(`a model without a format of ${name}`, 'one for each column')
    const [least, most] = timeBounds(format)
    return { least, most }
  }
  const cells = arraysUnder(ROWS, arrays)
  return {
    rowCount,
    columns: columns.map(({ name, kind, levels, gaps }, c): Column => {
      if (kind === 'category' || kind === 'boolean') {
        const codes = int32Array(cells, `${c}.codes`, rowCount)
        const count = levels?.length ?? 0
        if (codes.some((code) => code < -1 || code >= count))
          throw damaged(`a model with codes of ${name} beyond its levels`, `codes below ${count}`)
        return { name, kind, codes, levels: levels ?? [] }
      }
      const values = float64Array(cells, `${c}.values`, rowCount, kind === 'datetime' ? boundsOf(name) : UNSCALED)
      const missing = gaps ? uint8Array(cells, `${c}.missing`) : undefined
      if (missing && missing.length !== rowCount) throw damaged(`a model with ${missing.length} marks of ${name}`, `${rowCount} of them`)
      return { name, kind, values, ...(missing ? { missing } : {}) }
    })
  }
}

/** What is drawn, followed, constant or computed is a column of the rows, and every column is one of these. */
function checkNames(
  { time, kept, windows, cycles, counters, formats, summary }: Omit<StretchModel, 'series' | 'rows'>,
  rows: Table,
  { formats: drawn, clock }: StretchModel['series']
): void {
  const names = new Set(rows.columns.map(({ name }) => name))
  const kinds = new Map(rows.columns.map(({ name, kind }) => [name, kind]))
  const isNumber = (name: string) => ['number', 'integer', 'datetime'].includes(kinds.get(name) ?? '')
  const given = [...drawn.map(({ name }) => name), ...summary.followed]
  const made = new Set([...(kept ? [time, ...kept.columns.map(({ name }) => name)] : given), ...summary.constant])
  for (const { column, rows: period } of cycles) {
    whole({ least: 1, most: rows.rowCount })(period, `the cycle of ${column}`)
    made.add(column)
  }
  for (const { column, isLogged, from } of counters)
    if (!drawn.some(({ name }) => name === column) || (isLogged && !(from > 0)))
      throw damaged(`a model that adds up steps of ${column} from ${from}`, 'a column of the series, and a number above 0 to multiply')
  const known = new Set(made)
  for (const { column, of } of windows) {
    if (!isNumber(column) || !isNumber(of) || !known.has(of))
      throw damaged(`a model that computes ${column} of ${of}`, 'columns of numbers that come before it')
    known.add(column)
  }
  const own = formats.filter(({ kind }) => kind !== 'identifier').map(({ name }) => name)
  const lost = [...own.filter((name) => !known.has(name) || !names.has(name)), ...[...known].filter((name) => !own.includes(name))]
  if (lost.length > 0) throw damaged(`a model that does not say how ${lost[0]} is drawn`, 'a way for each column')
  if (!isNumber(time) || clock?.name !== time) throw damaged(`a model whose time is ${time}`, 'the time of its series')
}
