import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { listed } from '../../num/listed.js'
import { beside, type Matrix, matrix } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { chooseGivens, mostGivens } from '../../space/forward-selection.js'
import { decodeTable, type Encoder, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { keepColumns } from '../../table/rows.js'
import type { Column, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type FieldColumns, fieldColumns, neighbourhoodsOf } from '../neighbourhoods.js'
import { type Clock, checkReach, clockOf, evenPlaces, risingNotes, timeAt } from './clock.js'
import type { ForecastOptions } from './options.js'
import { findSeason, periodsFor, type Season, shiftedBySeason } from './season.js'
import { fitTransition, Transition, type TransitionModel } from './transition.js'

/** A transition fitted to a series, with what is needed to continue it. */
export interface ForecastModel {
  readonly encoder: Encoder
  readonly transition: TransitionModel
  readonly memory: number
  /** The last `memory` rows in scaled coordinates, newest first, side by side [1, memory·d]. */
  readonly history: Matrix
  readonly clock?: Clock
  /** What repeats itself, in scaled coordinates; the transition and the history are of the rest. */
  readonly season?: Season
  /** Place of the next row of every pair [M], the last row of the series at 0; where left out each follows the one before it. */
  readonly places?: Float64Array
  readonly formats: readonly ColumnFormat[]
  readonly summary: ForecastSummary
}

/** Plain JSON. */
export interface ForecastSummary {
  readonly pairCount: number
  readonly memory: number
  readonly columns: readonly string[]
  /** Inputs of each column's next value where it is localised: column and how many rows back. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>
  readonly choices: TransitionModel['choices']
  readonly cappedColumns: readonly string[]
  /** Of the columns that have one. */
  readonly season?: Readonly<Record<string, readonly SeasonSummary[]>>
  readonly notes: readonly string[]
}

export interface SeasonSummary {
  /** In rows. */
  readonly period: number
  readonly harmonics: number
}

/**
 * Fits the transition from the last `memory` rows of a series to the next one. Rows are consecutive times.
 * Cost O(M²) a unit, memory O(M·memory·d). Throws `InputError`: a series shorter than the memory, columns that are not
 * numbers, a time column that does not ascend.
 */
export async function fitForecast(data: InferredTable, options: ForecastOptions, context: Context): Promise<ForecastModel> {
  const { memory = 1 } = options
  const {
    clock,
    places,
    notes: clockNotes
  } = options.time === undefined
    ? { clock: undefined, places: evenPlaces(data.table.rowCount), notes: risingNotes(data.table) }
    : clockOf(data, options.time)
  const series = clock ? keepColumns(data, ({ name }) => name !== clock.name) : data
  checkLength(series.table, memory)
  checkNames(series.table)
  const encoder = fitEncoder(series.table, series.formats, () => 'standard')
  const columns = fieldColumns(encoder, 'series')
  if (encoder.coordinateCount === 0) throw constantSeries()
  const { coordinates: scaled } = encodeTable(encoder, series.table, keyFor(context.key, 'encode'))
  const periods = periodsFor(options.season ?? 'auto', clock, series.table.rowCount)
  const season = await findSeason({ coordinates: scaled, places }, periods)
  const coordinates = shiftedBySeason(scaled, { season, sign: -1, placeOf: (row) => places[row]! })
  const ends = pairEnds(places, memory)
  checkPairs(ends.length, { ...options, memory })
  const pairs = pairsOf(coordinates, memory, ends)
  const plan = options.local ? localUnits(options.local, columns, pairs, memory) : undefined
  const transition = await fitTransition(pairs, plan ? { units: plan.units } : {}, context)
  return {
    encoder,
    transition,
    memory,
    history: historyAt(coordinates, coordinates.rows, memory),
    ...(clock ? { clock } : {}),
    ...(season ? { season } : {}),
    ...(places[0] === 1 - places.length ? {} : { places: Float64Array.from(ends, (row) => places[row]!) }),
    formats: data.formats,
    summary: {
      pairCount: pairs.inputs.rows,
      memory,
      columns: columns.names,
      ...(plan ? { inputs: plan.named } : {}),
      choices: transition.choices,
      cappedColumns: plan?.capped ?? [],
      ...(season ? { season: seasonSummary(season, columns.names) } : {}),
      notes: [...data.notes, ...clockNotes, ...seasonNotes(options.season, season), ...cappedNotes(plan?.capped ?? [], pairs.inputs.rows)]
    }
  }
}

const seasonSummary = (season: Season, names: readonly string[]): Readonly<Record<string, readonly SeasonSummary[]>> =>
  Object.fromEntries(
    season.flatMap((cycles, c) =>
      cycles.length === 0 ? [] : [[names[c]!, cycles.map(({ period, cosines }) => ({ period, harmonics: cosines.length }))]]
    )
  )

/** Says where a season that somebody names is none. */
const seasonNotes = (asked: ForecastOptions['season'], season: Season | undefined): string[] =>
  typeof asked === 'object' && !season
    ? [`no season of ${listed(asked.map(String))} rows: stretches that are held out are predicted no better with it`]
    : []

function cappedNotes(capped: readonly string[], rows: number): string[] {
  if (capped.length === 0) return []
  return [`${rows} pairs feed at most ${mostGivens(rows)} inputs: only the strongest are used for ${listed(capped)}`]
}

/** Pairs from which there is something to choose by. */
const LEAST_PAIRS = 10

function checkLength(table: Table, memory: number): void {
  if (!(Number.isInteger(memory) && memory >= 1)) {
    throw new InputError({ code: 'memory', got: `a memory of ${memory}`, expected: 'a whole number of at least 1', try: '--memory 1' })
  }
  if (table.rowCount - memory >= LEAST_PAIRS) return
  throw new InputError({
    code: 'series-short',
    got: `a series of ${table.rowCount} rows with a memory of ${memory}`,
    expected: `at least ${memory + LEAST_PAIRS} rows`,
    try: 'a longer series or a shorter memory'
  })
}

function checkNames({ columns }: Table): void {
  const clash = columns.find(({ name }) => name === 'member' || name === 'step')
  if (!clash) return
  throw new InputError({
    code: 'columns-clash',
    got: `a column ${clash.name} in the series`,
    expected: 'other names: the forecast has columns member and step of its own',
    try: `renaming it, or --exclude ${clash.name}`
  })
}

function constantSeries(): InputError {
  return new InputError({
    code: 'series-constant',
    got: 'a series that never changes',
    expected: 'a column that does',
    try: 'another series'
  })
}

/** The `memory` rows before row `end`, newest first, side by side. */
function historyAt({ data, cols }: Matrix, end: number, memory: number): Matrix {
  const out = matrix(1, memory * cols)
  for (let lag = 0; lag < memory; lag++) out.data.set(data.subarray((end - 1 - lag) * cols, (end - lag) * cols), lag * cols)
  return out
}

/** Rows that have `memory` rows before them with nothing missing in between. */
const pairEnds = (places: Float64Array, memory: number): number[] =>
  Array.from(places.keys()).filter((row) => row >= memory && places[row]! - places[row - memory]! === memory)

function checkPairs(count: number, { memory, time }: Pick<ForecastOptions, 'memory' | 'time'>): void {
  if (count >= LEAST_PAIRS) return
  throw new InputError({
    code: 'series-short',
    got: `${count} rows with ${memory === 1 ? 'the one' : `all ${memory}`} before them, by ${time}`,
    expected: `at least ${LEAST_PAIRS}`,
    try: 'a series with fewer gaps, a shorter memory, or leaving --time out: rows follow each other then'
  })
}

/** (last `memory` rows, next row) for each of some rows. */
function pairsOf(series: Matrix, memory: number, ends: readonly number[]): { inputs: Matrix; outputs: Matrix } {
  const d = series.cols
  const inputs = matrix(ends.length, memory * d)
  const outputs = matrix(ends.length, d)
  for (const [j, end] of ends.entries()) {
    inputs.data.set(historyAt(series, end, memory).data, j * inputs.cols)
    outputs.data.set(series.data.subarray(end * d, (end + 1) * d), j * d)
  }
  return { inputs, outputs }
}

interface LocalUnits {
  readonly units: { outputs: number[]; inputs: number[] }[]
  readonly named: Record<string, string[]>
  readonly capped: string[]
}

/** One unit a column: its own past and that of its neighbours, as much as the pairs can feed. */
function localUnits(
  local: NonNullable<ForecastOptions['local']>,
  columns: FieldColumns,
  pairs: { inputs: Matrix; outputs: Matrix },
  memory: number
): LocalUnits {
  const d = pairs.outputs.cols
  const { graph } = neighbourhoodsOf(local, columns, pairs.outputs)
  const most = mostGivens(pairs.inputs.rows)
  const result: LocalUnits = { units: [], named: {}, capped: [] }
  const together = beside(pairs.outputs, pairs.inputs)
  for (let a = 0; a < d; a++) {
    const near = [a, ...graph.neighbours[a]!].flatMap((b) => Array.from({ length: memory }, (_, lag) => d + lag * d + b))
    if (near.length > most) result.capped.push(columns.names[a]!)
    const inputs = Array.from(chooseGivens(together, Uint32Array.of(a), { near, far: [], most }), (c) => c - d)
    result.units.push({ outputs: [a], inputs })
    result.named[columns.names[a]!] = inputs.map((c) => `${columns.names[c % d]!} ${Math.floor(c / d) + 1} back`)
  }
  return result
}

export interface ForecastRequest {
  /** Members of the ensemble. */
  readonly members: number
  readonly steps: number
}

/**
 * Continues the series: `members` trajectories of `steps` rows each from its last rows. Columns `member`, `step` (from 1),
 * then the series' own, by member, then step. Cost O(members·steps·M) a unit, memory O(members·steps·d).
 */
export async function drawForecast(model: ForecastModel, { members, steps }: ForecastRequest, context: Context): Promise<InferredTable> {
  checkForecast(model, { members, steps })
  const d = model.encoder.coordinateCount
  const transition = new Transition(model.transition, context.engine)
  const key = keyFor(context.key, 'forecast')
  const rows = matrix(members * steps, d)
  let history = repeated(model.history, members)
  for (let step = 1; step <= steps; step++) {
    throwIfStopped(context.watch, 'forecast')
    const next = await transition.step(history, keyAtStep(key, step))
    history = pushed(history, next)
    for (let i = 0; i < members; i++) rows.data.set(next.data.subarray(i * d, (i + 1) * d), (i * steps + step - 1) * d)
    context.watch?.progress?.({ stage: 'forecast', done: step, total: steps })
  }
  const coordinates = shiftedBySeason(rows, { season: model.season, sign: 1, placeOf: (i) => (i % steps) + 1 })
  const { columns } = decodeTable(model.encoder, { coordinates, codes: new Int32Array(0) })
  return labelled(model, { columns, rowCount: rows.rows }, { members, steps })
}

/** Throws `InputError`: counts that are no counts, times beyond what dates can say. */
export function checkForecast({ clock, formats }: ForecastModel, { members, steps }: ForecastRequest): void {
  checkCounts(members, steps)
  if (clock) checkReach(clock, formats[clock.place]!, steps)
}

function checkCounts(members: number, steps: number): void {
  for (const [flag, count] of [
    ['-n', members],
    ['--steps', steps]
  ] as const) {
    if (Number.isInteger(count) && count >= 1 && count <= 1e7) continue
    throw new InputError({ code: 'count', got: `${flag} ${count}`, expected: 'a whole number from 1 to 10000000', try: `${flag} 100` })
  }
}

function repeated(row: Matrix, count: number): Matrix {
  const out = matrix(count, row.cols)
  for (let i = 0; i < count; i++) out.data.set(row.data, i * row.cols)
  return out
}

/** The newest rows in front, the oldest dropped. */
function pushed(history: Matrix, next: Matrix): Matrix {
  const out = matrix(history.rows, history.cols)
  for (let i = 0; i < out.rows; i++) {
    out.data.set(next.data.subarray(i * next.cols, (i + 1) * next.cols), i * out.cols)
    out.data.set(history.data.subarray(i * out.cols, (i + 1) * out.cols - next.cols), i * out.cols + next.cols)
  }
  return out
}

/** The series that a model was fitted to, from its row `memory` + 1 on, without the time column and rows that come after a gap. */
export function trainingSeries({ encoder, transition, season, places }: ForecastModel): Table {
  const rows = unstandardised(transition, transition.outputCount)
  const placeOf = (row: number) => places?.[row] ?? row + 1 - rows.rows
  const coordinates = shiftedBySeason(rows, { season, sign: 1, placeOf })
  return decodeTable(encoder, { coordinates, codes: new Int32Array(0) })
}

/** The first columns of (outputs, inputs) of a transition, in the coordinates of the encoder. */
export function unstandardised({ rows: { coordinates }, scale }: TransitionModel, columns: number): Matrix {
  const out = matrix(coordinates.rows, columns)
  for (let i = 0; i < out.rows; i++)
    for (let c = 0; c < columns; c++)
      out.data[i * columns + c] = scale.centre[c]! + scale.scale[c]! * coordinates.data[i * coordinates.cols + c]!
  return out
}

const WHOLE = { source: 'number', kind: 'integer', integer: true } as const

/** Rows of the series by member, then step, with these beside them, and their times. */
export function labelled(
  model: ForecastModel,
  rows: Table,
  { members, steps }: ForecastRequest,
  shown: readonly ColumnFormat[] = model.encoder.formats
): InferredTable {
  const { clock } = model
  const columns: Column[] = [...rows.columns]
  const formats = [...shown]
  const stepOf = (i: number) => (i % steps) + 1
  if (clock) {
    const values = Float64Array.from({ length: rows.rowCount }, (_, i) => timeAt(clock, stepOf(i)))
    columns.splice(clock.place, 0, { name: clock.name, kind: clock.column, values })
    formats.splice(clock.place, 0, model.formats[clock.place]!)
  }
  const label = (name: string, of: (i: number) => number): Column => ({
    name,
    kind: 'integer',
    values: Float64Array.from({ length: rows.rowCount }, (_, i) => of(i))
  })
  return {
    table: {
      columns: [label('member', (i) => (Math.floor(i / steps) % members) + 1), label('step', stepOf), ...columns],
      rowCount: rows.rowCount
    },
    formats: [{ name: 'member', ...WHOLE }, { name: 'step', ...WHOLE }, ...formats],
    notes: model.summary.notes
  }
}
