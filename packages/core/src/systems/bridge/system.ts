import { keyTexts } from '../../code/keys/keep.js'
import { ruleTexts } from '../../code/rules/kept-rules.js'
import { InputError } from '../../num/errors.js'
import { addedNumbers } from '../../table/added-numbers.js'
import type { ColumnFormat } from '../../table/column-format.js'
import { type CellStyle, presentTable } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { tableOfRows } from '../../table/records.js'
import { contextOf } from '../context.js'
import { keepingDialect } from '../dialect.js'
import { type Plan, planOf, type System } from '../system.js'
import { checkKeysInTurns, peopleFor, withNewKeys } from '../table/keyed.js'
import type { BridgeAnswer, CarriedRows } from './answer.js'
import { heaviestPartners, rowsBetween, rowsCarried, timesOf, wholeRows } from './draw.js'
import { fitBridge } from './fit.js'
import type { BridgeModel } from './model.js'
import { type BridgeFit, type BridgeRequest, bridgeDrawFields, bridgeFitFields, type ReadBridgeFit } from './options.js'
import { loadBridge, saveBridge } from './save.js'
import { tellBridge } from './tell.js'

/** The Schrödinger bridge between two tables. */
export const bridge: System<RawTable, BridgeFit, BridgeModel, BridgeRequest, BridgeAnswer> = keepingDialect<
  BridgeFit,
  BridgeModel,
  BridgeRequest,
  BridgeAnswer
>({
  name: 'bridges',
  kinds: ['bridge'],
  fields: { fit: bridgeFitFields, draw: bridgeDrawFields, know: [] },
  also: { fit: ['to', 'seed'], draw: ['rows', 'map', 'coupling', 'seed'] },
  holds: (model): model is BridgeModel => 'carried' in model && 'own' in model,
  kindOf: () => 'bridge',
  fittedWith: () => ({}),
  async readOptions(options) {
    if (options.to !== undefined) return { ...options, to: tableOfRows(options.to as RawTable) }
    throw new InputError({ code: 'input-missing', got: 'one table alone', expected: 'a second one to go to', try: 'to: a table' })
  },
  async readRequest(request) {
    if (request.at) timesOf(request.at)
    return request.map === undefined ? request : { ...request, map: tableOfRows(request.map as RawTable) }
  },
  optionsFor: (_input, options) => options,
  plan,
  fit: (input, options, context) => fitBridge(input, options as ReadBridgeFit, context),
  async draw(model, request, jobContext) {
    const { map, as, coupling, seed = 1 } = request
    const context = contextOf(seed, jobContext)
    if (map) return rowsCarried(model, { map: map as RawTable, as }, context)
    if (coupling) return heaviestPartners(model, context)
    await checkKeysInTurns(model.keys, countOf(model, request), jobContext)
    const people = await peopleFor(model.keys, jobContext.host)
    const between = await rowsBetween(model, request, context)
    return { ...between, table: (await withNewKeys(between, { kept: model.keys, people, seed, watch: jobContext })).table }
  },
  present: ({ encoder: { formats } }, answer, cells) => present(answer, formats, cells),
  tell: tellBridge,
  training: (model) => wholeRows(model, model.rows).table,
  summary: ({ summary, rules, keys }) => ({
    ...summary,
    ...(rules ? { rules: ruleTexts(rules) } : {}),
    ...(keys ? { keys: keyTexts(keys) } : {})
  }),
  save: saveBridge,
  load: loadBridge
})

const countOf = ({ summary }: BridgeModel, { rows = summary.fromRows, at = [0.5] }: BridgeRequest): number => rows * at.length

/** The column that says at which time a row stands: a name that no column of the tables has. */
const timeName = ({ columns }: RawTable): string => (columns.some(({ name }) => name === 'time') ? 'bridge_time' : 'time')

function present(answer: BridgeAnswer, formats: readonly ColumnFormat[], cells: CellStyle): RawTable {
  if (answer.kind === 'coupling') {
    const place = (rows: Uint32Array): Float64Array => Float64Array.from(rows, (row) => row + 1)
    const columns = [
      { name: 'from', source: 'number' as const, values: place(answer.sources), integer: true },
      { name: 'to', source: 'number' as const, values: place(answer.targets), integer: true },
      addedNumbers({ name: 'weight', values: answer.masses }, formats, cells)
    ]
    return { columns, rowCount: answer.masses.length }
  }
  const rows = presentTable(answer.table, answer.formats, cells)
  if (answer.kind === 'carried') {
    const { original } = answer
    const columns = original.columns.map((column) => carriedColumn(rows, answer, column))
    return { columns, rowCount: rows.rowCount }
  }
  const values = Float64Array.from({ length: answer.times.length * answer.count }, (_, i) => answer.times[Math.floor(i / answer.count)]!)
  return { columns: [addedNumbers({ name: timeName(rows), values }, formats, cells), ...rows.columns], rowCount: rows.rowCount }
}

/** What a bridge does not model stays as it was in the rows that were carried, but for text made of what it does. Columns that are written as part of others have no place of their own. */
function carriedColumn(rows: RawTable, { table, keys }: CarriedRows, column: RawColumn): RawColumn {
  const again = keys.find(({ name }) => name === column.name)
  if (again) return writtenAgain(column, again.cells)
  const isCarried = table.columns.some(({ name, kind }) => name === column.name && kind !== 'identifier')
  return (isCarried && rows.columns.find(({ name }) => name === column.name)) || column
}

/** Cells of a key with others in their place where there is one. */
function writtenAgain(column: RawColumn, cells: readonly (string | null)[]): RawColumn {
  if (column.source === 'number') return { ...column, values: column.values.map((x, i) => (cells[i] === null ? x : Number(cells[i]))) }
  if (column.source !== 'text') return column
  const { numbers: _, ...text } = column
  return { ...text, values: column.values.map((cell, i) => cells[i] ?? cell) }
}

/**
 * Passes over all pairs, about (bench/plans.mjs): turns of the scalings of both tables and of each; the search and the test, in those
 * of 1,000 rows.
 */
const PASSES = { coupling: 30, scaling: 10, bandwidth: 1300, test: 600 }
/** Rows of a side that the search and the test look at. */
const SEARCHED = 1000

function plan(source: { input: RawTable; options: BridgeFit } | { model: BridgeModel }, request?: BridgeRequest): Plan {
  const fits = 'input' in source
  const [n, m] = fits
    ? [source.input.rowCount, (source.options.to as RawTable).rowCount ?? 0]
    : [source.model.summary.fromRows, source.model.summary.toRows]
  const columnCount = fits ? source.input.columns.length : source.model.encoder.columns.length
  const small = Math.min(n, SEARCHED) * Math.min(m, SEARCHED)
  const drawnRows = request?.map ? (request.map as RawTable).rowCount : request && !request.coupling ? drawnOf(request, n) : 0
  const stages = [
    ...(fits
      ? [
          {
            stage: 'bandwidth',
            pairs: source.options.bandwidth === undefined || source.options.bandwidth === 'auto' ? PASSES.bandwidth * small : 0
          },
          { stage: 'coupling', pairs: PASSES.coupling * n * m },
          { stage: 'scaling', pairs: PASSES.scaling * (n * n + m * m) },
          { stage: 'test', pairs: PASSES.test * small }
        ]
      : []),
    ...(request?.map ? [{ stage: 'carrying', pairs: drawnRows * (n + m) }] : []),
    ...(request?.coupling ? [{ stage: 'partners', pairs: n * m }] : []),
    ...(request && !request.map && !request.coupling ? [{ stage: 'between', pairs: drawnRows * m }] : [])
  ]
  return planOf(stages, { rowCount: n + m, columnCount, drawnRows, bytes: 8 * (n + m + drawnRows) * (columnCount + 40) })
}

const drawnOf = ({ rows, at }: BridgeRequest, n: number): number => (rows ?? n) * (at?.length ?? 1)
