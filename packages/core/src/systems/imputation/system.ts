import { limitsOf } from '../../table/number-style.js'
import type { RawTable } from '../../table/raw.js'
import { type Column, emptyColumn, isNumericKind, type Table } from '../../table/table.js'
import { contextOf } from '../context.js'
import { type Plan, planOf, type System } from '../system.js'
import { levelsByNearness, numberAt } from './coding.js'
import { FILLING_DONORS, ROUNDS } from './donors.js'
import { FILLING, type FilledRows, fillRows, type ImputationRequest } from './fill.js'
import { fitImputation, type ImputationFit, MOST_DONORS } from './fit.js'
import { MASKING } from './masking.js'
import type { ImputationModel } from './model.js'
import { fillFields, imputationFitFields } from './options.js'
import { presentFilled, refuseNames } from './present.js'
import { loadImputation, saveImputation } from './save.js'
import { tellImputation } from './tell.js'

/** What is missing in rows, and nothing else. */
export const imputation: System<RawTable, ImputationFit, ImputationModel, ImputationRequest, FilledRows> = {
  name: 'imputations',
  kinds: ['imputation'],
  fields: { fit: imputationFitFields, draw: fillFields, know: [] },
  also: { fit: ['seed'], draw: ['fill', 'seed'] },
  holds: (model): model is ImputationModel => 'donors' in model,
  kindOf: () => 'imputation',
  fittedWith: () => ({}),
  readOptions: async (options) => options,
  readRequest: async (request) => request,
  optionsFor(input, options, request) {
    refuseNames(request.fill ?? input, request)
    return options
  },
  plan,
  fit: fitImputation,
  async draw(model, request, jobContext) {
    if (request.fill) refuseNames(request.fill, request)
    return fillRows(model, request, contextOf(request.seed ?? 1, jobContext))
  },
  present: presentFilled,
  tell: (model, drawn) => tellImputation(model, drawn?.answer),
  training: knownTable,
  summary: ({ summary }) => summary,
  save: saveImputation,
  load: loadImputation
}

/** The rows that gaps are filled from, with their own gaps. */
export function knownTable({ coding, kinds, donors }: Pick<ImputationModel, 'coding' | 'kinds' | 'donors'>): Table {
  const { data, rows, cols } = donors.completed
  const isKnown = (j: number, at: number) => donors.known[j * cols + at] === 1
  const columns = coding.columns.map((column, c): Column => {
    const { name, kind, levels } = kinds[c]!
    if (column.carries === 'nothing') return emptyColumn(name, kind, rows)
    const limits = limitsOf(coding.formats[c]!.number)
    if (column.carries === 'constant') return { name, kind: kind as 'number', values: new Float64Array(rows).fill(column.value), ...limits }
    const places = Array.from({ length: rows }, (_, j) => data.subarray(j * cols, (j + 1) * cols))
    if (column.carries === 'levels') {
      const codes = Int32Array.from(places, (row, j) => (isKnown(j, column.at) ? levelsByNearness(column, row)[0]! : -1))
      return { name, kind: kind as 'category', levels: levels!, codes }
    }
    const missing = Uint8Array.from(places, (_, j) => (isKnown(j, column.at) ? 0 : 1))
    const values = Float64Array.from(places, (row, j) => (missing[j] ? 0 : numberAt(column, row[column.at]!, coding.formats[c]!)))
    return { name, kind: isNumericKind(kind) ? kind : 'number', values, ...(missing.includes(1) ? { missing } : {}), ...limits }
  })
  return { columns, rowCount: rows }
}

/**
 * What a pair of rows costs beside a kernel's pair, about (bench/plans.mjs): each row that is filled has a regression of its own on
 * the rows near it.
 */
const WORK = { masking: 48, donors: 15, filling: 20 }

function plan(source: { input: RawTable; options: ImputationFit } | { model: ImputationModel }, request: ImputationRequest = {}): Plan {
  const fits = 'input' in source
  const rowCount = fits ? source.input.rowCount : source.model.summary.rowCount
  const donors = fits ? Math.min(MOST_DONORS, rowCount) : source.model.summary.donorCount
  const columnCount = fits ? source.input.columns.length : source.model.coding.columns.length
  const drawnRows = request.fill?.rowCount ?? (fits ? rowCount : 0)
  const draws = request.draws ?? 1
  const chains = (request.as ?? 'draw') === 'draw' ? draws : 0
  const stages = [
    ...(fits ? [{ stage: MASKING, pairs: WORK.masking * 4 * Math.min(400, donors) * donors }] : []),
    { stage: FILLING_DONORS, pairs: WORK.donors * ((fits ? ROUNDS : 0) + chains * ROUNDS) * donors * donors },
    { stage: FILLING, pairs: WORK.filling * draws * drawnRows * donors }
  ]
  return planOf(stages, { rowCount, columnCount, drawnRows, bytes: 8 * (3 * donors * columnCount + 2 * draws * drawnRows * columnCount) })
}
