import { InputError, placed } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { StageShare } from '../../num/share.js'
import type { ColumnFormat } from '../../table/column-format.js'
import { type InferOptions, type InferredTable, inferTable } from '../../table/infer.js'
import { type CellStyle, presentTable } from '../../table/present.js'
import { type RawColumn, type RawTable, stackRawTables, takeRawRows } from '../../table/raw.js'
import { sliceTable, stackTables, takeTableRows } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { Asked } from '../asked.js'
import type { JobContext } from '../context.js'
import { splitList } from '../options/fields.js'
import { type Answer, type Plan, planOf } from '../system.js'
import { type ForecastModel, lengthOf, trainingSeries } from './forecast.js'
import { type DrawnSeries, drawOne, fitOne, partsOf, type SeriesFit, type SeriesRequest } from './one-series.js'
import { planForecast } from './plan.js'

/** What every row of a series has alike: the columns that name it, and categories that are the same in each of its rows. */
export interface Label {
  readonly format: ColumnFormat
  readonly levels: readonly string[]
  /** A code for each series. */
  readonly codes: readonly number[]
}

/** The series of one table, with a forecast each. */
export interface SeveralForecasts {
  /** The columns whose values together name a series. */
  readonly group: readonly string[]
  /** Those of `group` first. */
  readonly labels: readonly Label[]
  /** The columns of the input besides those of `group`, in their order. */
  readonly order: readonly string[]
  /** In the order in which the series begin in the table. */
  readonly forecasts: readonly ForecastModel[]
  /** Of the table as a whole. */
  readonly notes: readonly string[]
}

type Named = Pick<SeveralForecasts, 'group' | 'labels'>

/** An ensemble for each series. */
export interface DrawnSeveral extends Answer {
  readonly each: readonly DrawnSeries[]
}

export const areSeveral = (model: object): model is SeveralForecasts => 'forecasts' in model

/** The columns that name a series, as they are asked for. */
export const groupIn = (group: NonNullable<SeriesFit['group']>): readonly string[] => (typeof group === 'string' ? splitList(group) : group)

/** The name of a series, as messages call it: `shop North`. */
export const nameOf = ({ group, labels }: Named, g: number): string => group.map((name, k) => `${name} ${textOf(labels[k]!, g)}`).join(', ')

/** The values that name a series. */
export const keyOf = ({ group, labels }: Named, g: number): string[] => group.map((_, k) => textOf(labels[k]!, g))

const textOf = ({ levels, codes }: Label, g: number): string => levels[codes[g]!]!

/** Options of a fit that name the columns which say what series a row is of. */
export type SeveralFit = SeriesFit & { readonly group: NonNullable<SeriesFit['group']> }

interface SeriesInTable extends Omit<SeveralForecasts, 'forecasts'> {
  readonly data: readonly InferredTable[]
}

/**
 * Parts a table into its series. Each is read as it would be by itself, unless the whole table tells better what its cells are: then as
 * the whole. Throws `InputError`: no such columns (`column-unknown`), rows that belong to no series (`group-missing`), series that are
 * too short (`series-short`), names of columns that the forecast has itself (`columns-clash`). Cost O(cells).
 */
export function seriesIn(input: RawTable, options: SeveralFit): SeriesInTable {
  const group = groupIn(options.group)
  const { table, law } = partsOf(options)
  checkGroup(group, law.time)
  const whole = inferTable(input, {
    ...table,
    types: { ...table.types, ...Object.fromEntries(group.map((name) => [name, 'category'] as const)) },
    ...(table.columns ? { columns: [...new Set([...group, ...table.columns])] } : {}),
    ...(table.exclude ? { exclude: table.exclude.filter((name) => !group.includes(name)) } : {})
  })
  const rows = rowsOfSeries(whole.table, group)
  const places = [
    ...group.map((name) => whole.table.columns.findIndex((column) => column.name === name)),
    ...whole.table.columns.flatMap((column, c) =>
      column.name !== law.time && !group.includes(column.name) && isAlike(column, rows) ? [c] : []
    )
  ]
  const labels = places.map((c): Label => {
    const { codes, levels } = whole.table.columns[c] as CategoricalColumn
    const format = whole.formats[c]!
    return {
      format: isNumbered(input, levels) ? { ...format, source: 'number' } : format,
      levels,
      codes: rows.map(([first]) => codes[first!]!)
    }
  })
  checkNames(labels)
  const named = new Set(labels.map(({ format }) => format.name))
  const kept = whole.table.columns.flatMap(({ name }, c) => (named.has(name) ? [] : [c]))
  const rest: InferredTable = {
    table: { columns: kept.map((c) => whole.table.columns[c]!), rowCount: whole.table.rowCount },
    formats: kept.map((c) => whole.formats[c]!),
    notes: []
  }
  const found = {
    group,
    labels,
    order: whole.formats.map(({ name }) => name).filter((name) => !group.includes(name)),
    notes: whole.notes
  }
  const own = withoutLabels(table, named)
  const data = rows.map((some) => readAlone(rest, takeRawRows(input, some), { rows: some, options: own }))
  checkLengths(found, data, law.memory)
  return { ...found, data }
}

/** Whether a file of text, which has no types of its own, names series by plain numbers: formats with types have these as numbers. */
const isNumbered = ({ dialect }: RawTable, levels: readonly string[]): boolean =>
  dialect?.kind === 'delimited' && levels.every((level) => String(Number(level)) === level)

function checkGroup(group: readonly string[], time: string | undefined): void {
  if (group.length > 0 && (time === undefined || !group.includes(time))) return
  throw new InputError({
    code: 'option-value',
    got: group.length === 0 ? 'no column that says which series a row is of' : `${time} as group and as time`,
    expected: 'columns that have the same values in all rows of a series',
    try: 'a column that names shops, products or devices'
  })
}

function checkNames(labels: readonly Label[]): void {
  const clash = labels.find(({ format }) => OWN.includes(format.name))?.format.name
  if (clash === undefined) return
  throw new InputError({
    code: 'columns-clash',
    got: `a column ${clash} in the table`,
    expected: 'other names: the forecast has columns member and step of its own',
    try: 'renaming it'
  })
}

/** Columns of a forecast besides those of the series. */
const OWN = ['member', 'step']

/** The rows of each series, in the order in which series begin. */
function rowsOfSeries({ columns, rowCount }: Table, group: readonly string[]): readonly (readonly number[])[] {
  const keys = group.map((name) => columns.find((column) => column.name === name) as CategoricalColumn)
  const rows = new Map<string, number[]>()
  for (let i = 0; i < rowCount; i++) {
    const empty = keys.find(({ codes }) => codes[i]! < 0)
    if (empty)
      throw new InputError({
        code: 'group-missing',
        got: `an empty cell of ${empty.name} in row ${i + 1}`,
        expected: 'the series that each row is of',
        try: 'filling these cells, or leaving the rows out'
      })
    const key = keys.map(({ codes }) => codes[i]).join(',')
    const own = rows.get(key)
    if (own) own.push(i)
    else rows.set(key, [i])
  }
  return [...rows.values()]
}

/** Whether a category is the same in all rows of a series, in each of them. */
const isAlike = (column: Column, series: readonly (readonly number[])[]): boolean =>
  isCategorical(column) && series.every((rows) => rows.every((i) => column.codes[i]! >= 0 && column.codes[i] === column.codes[rows[0]!]))

function withoutLabels({ types = {}, columns, exclude = [], ...table }: InferOptions, labels: ReadonlySet<string>): InferOptions {
  return {
    ...table,
    types: Object.fromEntries(Object.entries(types).filter(([name]) => !labels.has(name))),
    ...(columns ? { columns: columns.filter((name) => !labels.has(name)) } : {}),
    exclude: [...new Set([...exclude, ...labels])]
  }
}

/**
 * A series as it would be read by itself, column by column where that finds the numbers that the whole table finds: it has decimals of
 * its own. Where it does not, as of dates of which other series say which number is the day, the table is right.
 */
function readAlone(
  whole: InferredTable,
  raw: RawTable,
  { rows, options }: { readonly rows: readonly number[]; readonly options: InferOptions }
): InferredTable {
  const table = takeTableRows(whole.table, rows)
  const columns = table.columns.map(withoutMarks)
  const own = attempted(() => inferTable(raw, options))
  const isSame = own?.table.columns.length === columns.length && columns.every(({ name }, c) => own.table.columns[c]!.name === name)
  const takes = columns.map((column, c) => isSame && areSame(column, own!.table.columns[c]!))
  return {
    table: { columns: columns.map((column, c) => (takes[c] ? own!.table.columns[c]! : column)), rowCount: table.rowCount },
    formats: whole.formats.map((format, c) => (takes[c] ? own!.formats[c]! : format)),
    notes: []
  }
}

/** What cannot be read by itself is read with the table. */
function attempted<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

function withoutMarks(column: Column): Column {
  if (!isNumeric(column) || !column.missing || column.missing.includes(1)) return column
  const { missing: _, ...rest } = column
  return rest
}

function areSame(one: Column, other: Column): boolean {
  if (!isNumeric(one) || !isNumeric(other) || (one.kind === 'datetime') !== (other.kind === 'datetime')) return false
  const isMissing = (column: typeof one, i: number) => column.missing?.[i] === 1
  return one.values.every((value, i) => isMissing(one, i) === isMissing(other, i) && (isMissing(one, i) || value === other.values[i]))
}

/** Names all series that are too short at once: of hundreds one would not like to learn of them one by one. */
function checkLengths(of: Named, data: readonly InferredTable[], memory: SeriesFit['memory']): void {
  const short = data.flatMap(({ table }, g) => {
    const { complete, least } = lengthOf(table, memory)
    return complete < least ? [{ name: `${nameOf(of, g)} (${complete})`, least }] : []
  })
  if (short.length === 0) return
  throw new InputError({
    code: 'series-short',
    got: `${short.length} of ${data.length} series with too few complete rows: ${listed(short.map(({ name }) => name))}`,
    expected: `at least ${short[0]!.least} rows of each series without empty cells`,
    try: 'leaving their rows out, or filling gaps'
  })
}

/** Progress of one part of a job, as that of a stage with as many turns as there are parts. */
function partOf(context: JobContext, { stage, done, total, plan }: { stage: string; done: number; total: number; plan: Plan }): JobContext {
  const { progress } = context
  if (!progress) return context
  const share = new StageShare(plan)
  return { ...context, progress: (event) => progress({ stage, done: done + share.update(event), total }) }
}

/** Seconds of a fit besides its pairs: season, tests, and what each of many small searches begins with. */
const FIT_SECONDS = 0.15

const FITTING = 'series'
const DRAWING = 'forecast'

/** A forecast of each series of a table. Cost of each as of one. Throws what `seriesIn` throws, and with the name of the series what `fitForecast` throws. */
export async function fitSeveral(input: RawTable, options: SeveralFit, context: JobContext): Promise<SeveralForecasts> {
  const { data, ...found } = seriesIn(input, options)
  const forecasts: ForecastModel[] = []
  for (const [done, own] of data.entries()) {
    const plan = planForecast({ input: sizeOf(own), options })
    const part = partOf(context, { stage: FITTING, done, total: data.length, plan })
    forecasts.push(await placed(() => fitOne(own, options, part), whose(found, done)))
    context.progress?.({ stage: FITTING, done: done + 1, total: data.length })
  }
  return { ...found, forecasts }
}

const whose = (of: Named, g: number) => ({ at: nameOf(of, g), or: 'leaving its rows out' })

const sizeOf = ({ table }: InferredTable) => ({ rowCount: table.rowCount, columns: table.columns })

/** Continuations of each series. Throws what is thrown of one, with its name, and `InputError` (code `series-unknown`) for what is known of a series that there is not. */
export async function drawSeveral(model: SeveralForecasts, request: SeriesRequest, context: JobContext): Promise<DrawnSeveral> {
  const { forecasts } = model
  checkKnown(model, request.asked)
  const each: DrawnSeries[] = []
  for (const [done, own] of forecasts.entries()) {
    const asked = request.asked && knownOf(model, request.asked, done)
    const { asked: _, ...rest } = request
    const part = { ...rest, ...(asked ? { asked } : {}) }
    const plan = planForecast({ model: own }, part)
    each.push(
      await placed(() => drawOne(own, part, partOf(context, { stage: DRAWING, done, total: forecasts.length, plan })), whose(model, done))
    )
    context.progress?.({ stage: DRAWING, done: done + 1, total: forecasts.length })
  }
  return {
    each,
    warnings: each.flatMap(({ warnings }, g) => warnings.map(({ name, message }) => ({ name, message: `${nameOf(model, g)}: ${message}` })))
  }
}

/** What is known of steps to come, without that of which series it is. */
export const withoutGroup = ({ givens, ...asked }: Asked, group: readonly string[]): Asked => ({
  ...asked,
  givens: givens.map((given) => Object.fromEntries(Object.entries(given).filter(([name]) => !group.includes(name))))
})

/** Whether a condition is of a series: where it does not say of which, of all. */
const isOf = (model: Named, given: Asked['givens'][number], g: number): boolean =>
  model.group.every((name, k) => given[name] === undefined || String(given[name]) === textOf(model.labels[k]!, g))

/** What is known of one series; nothing where all conditions are of others. */
function knownOf(model: Named, asked: Asked, g: number): Asked | undefined {
  const givens = asked.givens.filter((given) => isOf(model, given, g))
  return givens.length === 0 ? undefined : withoutGroup({ ...asked, givens }, model.group)
}

/** Throws `InputError` (code `series-unknown`) for what is known of a series that there is not. */
export function checkKnown(model: Named, asked: Asked | undefined): void {
  const series = model.labels[0]!.codes
  const lost = asked?.givens.find((given) => !series.some((_, g) => isOf(model, given, g)))
  if (!lost) return
  throw new InputError({
    code: 'series-unknown',
    got: `something known of ${model.group.flatMap((name) => (lost[name] === undefined ? [] : [`${name} ${String(lost[name])}`])).join(', ')}`,
    expected: `one of ${listed(series.map((_, g) => nameOf(model, g)))}`,
    try: `a series of the table, or no ${model.group.join(', ')} for what is known of all`
  })
}

/** Rows [from, to) of all series one below the other, as an answer. */
export function rowsOfSeveral({ each, ...answer }: DrawnSeveral, from: number, to: number): DrawnSeveral {
  let first = 0
  return {
    ...answer,
    each: each.map((one) => {
      const [low, high] = [from, to].map((at) => Math.min(one.table.rowCount, Math.max(0, at - first))) as [number, number]
      first += one.table.rowCount
      return { ...one, table: sliceTable(one.table, low, high) }
    })
  }
}

/** One table: the columns that name the series, then as of one series. */
export function presentSeveral(model: SeveralForecasts, { each }: DrawnSeveral, cells: CellStyle): RawTable {
  const { group, labels, order, forecasts } = model
  const parts = forecasts.map((_, g): RawTable => {
    const { table, formats } = each[g]!
    const rowCount = table.rowCount
    const own = presentTable(table, formats, cells).columns
    const alike = presentTable(
      labelTable(labels, g, rowCount),
      labels.map(({ format }) => format),
      cells
    ).columns
    const named = new Map<string, RawColumn>([...own, ...alike].map((column) => [column.name, column]))
    return { columns: [...group, ...OWN, ...order].flatMap((name) => named.get(name) ?? []), rowCount }
  })
  return stackRawTables(parts.filter(({ rowCount }, g) => rowCount > 0 || (g === 0 && parts.every((part) => part.rowCount === 0))))
}

const labelTable = (labels: readonly Label[], g: number, rowCount: number): Table => ({
  rowCount,
  columns: labels.map(
    ({ format, levels, codes }): Column => ({
      name: format.name,
      kind: format.kind as CategoricalColumn['kind'],
      levels,
      codes: new Int32Array(rowCount).fill(codes[g]!)
    })
  )
})

/** What was learned from: the labels, then the rows of each series. */
export function trainingOfSeveral({ labels, forecasts }: SeveralForecasts): Table {
  return stackTables(
    forecasts.map((model, g) => {
      const own = trainingSeries(model)
      return { columns: [...labelTable(labels, g, own.rowCount).columns, ...own.columns], rowCount: own.rowCount }
    })
  )
}

/** Sizes and work of the fits, of the draws, or of both: the sum of those of each series. */
export function planSeveral(
  source: { readonly input: RawTable; readonly options: SeveralFit } | { readonly model: SeveralForecasts },
  request?: SeriesRequest
): Plan {
  const fits = 'input' in source
  const several = fits ? seriesIn(source.input, source.options) : source.model
  const parts =
    'data' in several
      ? several.data.map((own) => ({ input: sizeOf(own), options: (source as Fitting).options }))
      : several.forecasts.map((model) => ({ model }))
  const asked = request?.asked
  const plans = parts.map((part, g) => {
    const own = asked && knownOf(several, asked, g)
    return { fit: fits ? planForecast(part).pairs : 0, whole: planForecast(part, request && { ...request, asked: own }) }
  })
  const sum = (of: (plan: (typeof plans)[number]) => number) => plans.reduce((all, plan) => all + of(plan), 0)
  const fitting = sum(({ fit }) => fit)
  const stages = [
    ...(fits ? [{ stage: FITTING, pairs: fitting }] : []),
    ...(request ? [{ stage: DRAWING, pairs: sum(({ whole }) => whole.pairs) - fitting }] : [])
  ]
  return planOf(stages, {
    rowCount: sum(({ whole }) => whole.rowCount),
    columnCount: Math.max(...plans.map(({ whole }) => whole.columnCount)),
    dimension: Math.max(...plans.map(({ whole }) => whole.dimension)),
    drawnRows: sum(({ whole }) => whole.drawnRows),
    bytes: sum(({ whole }) => whole.bytes),
    besides: fits ? FIT_SECONDS * plans.length : 0
  })
}

interface Fitting {
  readonly options: SeveralFit
}
