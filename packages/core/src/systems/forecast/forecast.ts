import type { Unit } from '../../law/units.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import { beside, type Matrix, takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { chooseGivens, mostGivens } from '../../space/forward-selection.js'
import { decodeTable, type Encoder, encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { spelled } from '../../table/present.js'
import { takeTableRows } from '../../table/rows.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { standingOut } from '../../table/standing-out.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { behindRules } from '../windows/localisation.js'
import { type FieldColumns, fieldColumns, neighbourhoodsOf } from '../windows/neighbourhoods.js'
import {
  type Changes,
  changed,
  chooseDrawn,
  type Drawn,
  isAdded,
  straightScales,
  type Way,
  withLogarithms,
  withoutLogarithms
} from './changes.js'
import { type Clock, clockOf, evenPlaces, oldestFirst, risingNotes, timeAt } from './clock.js'
import { type Counted, countedSeries, levelsAt, withCounted } from './counted.js'
import { counterText } from './counters.js'
import { chooseMemory, type MemoryTrial } from './memory.js'
import type { ForecastOptions } from './options.js'
import { historyAt, lastRun, type Pairs, pairEnds, pairsOf } from './pairs.js'
import { ruledSeries, wholeSeries } from './ruled-series.js'
import { cyclesIn, isShift, leastPeriods, type PlacedSeries, periodsFor, type Season, shiftedBySeason } from './season.js'
import { scaleOfSeries } from './series-scale.js'
import { checkWidth, fitTransition, MOST_COLUMNS, type TransitionModel, unstandardised } from './transition.js'
import { walkNotes } from './unit-root.js'

/** A law of the next row given the last ones. */
export interface SeriesLaw {
  readonly transition: TransitionModel
  readonly memory: number
  /** The last `memory` rows in scaled coordinates, newest first, side by side [1, memory·d]. */
  readonly history: Matrix
  /** What repeats itself, in scaled coordinates; the transition and the history are of the rest. */
  readonly season?: Season
  /** Where of some columns changes are drawn: the transition and the history are of these. */
  readonly changes?: Changes
  /** Place of the next row of every pair [M], the last row of the series at 0; where left out each follows the one before it. */
  readonly places?: Float64Array
}

/** A law fitted to a series, with what is needed to continue it. */
export interface ForecastModel extends SeriesLaw, Ruled {
  readonly encoder: Encoder
  readonly clock?: Clock
  /** Of what only goes one way the encoder and the laws are of the steps. */
  readonly counted?: Counted
  /** Where it cannot be told whether the series comes back: a second law, and the part of the trajectories that it draws. */
  readonly other?: { readonly share: number; readonly law: SeriesLaw }
  /** Of the whole series. */
  readonly formats: readonly ColumnFormat[]
  readonly summary: ForecastSummary
}

/** Plain JSON. */
export interface ForecastSummary {
  readonly pairCount: number
  readonly memory: number
  /** Where it was chosen. */
  readonly memoryTrials?: readonly MemoryTrial[]
  readonly columns: readonly string[]
  /** Inputs of each column's next value where it is localised: column and how many rows back. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>
  readonly choices: TransitionModel['choices']
  readonly cappedColumns: readonly string[]
  /** Of the columns that have one. */
  readonly season?: Readonly<Record<string, readonly SeasonSummary[]>>
  /** What is drawn of the columns whose values are not. */
  readonly changes?: Readonly<Record<string, Exclude<Drawn, 'value'>>>
  /** The second law, where there is one: its part of the trajectories, its memory, and what it draws of the columns whose values it does not. */
  readonly other?: OtherSummary
  readonly notes: readonly string[]
}

export interface OtherSummary extends Pick<ForecastSummary, 'pairCount' | 'memory' | 'choices' | 'changes'> {
  readonly share: number
}

export interface SeasonSummary {
  /** In rows. */
  readonly period: number
  readonly harmonics: number
}

/**
 * Fits the transition from the last `memory` rows of a series to the next one. Rows are consecutive times.
 * Rows with empty cells are as rows that are missing in between.
 * Cost O(M²) a unit, memory O(M·memory·d). Throws `InputError`: a series shorter than the memory, columns that are not
 * numbers, a time column that does not ascend, gaps in the last rows, which the next is drawn from.
 */
export async function fitForecast(given: InferredTable, options: ForecastOptions & Anew, context: Context): Promise<ForecastModel> {
  const { all, clock, clockNotes, whole, data, allPlaces, counting, rules, encoder } = readSeries(given, options)
  const { series, places, counters } = counting
  const local = options.local && behindRules(options.local, rules)
  const columns = fieldColumns(encoder, 'series')
  const { coordinates: scaled } = encodeTable(encoder, series.table)
  const periods = periodsFor(options.season ?? 'auto', clock, series.table.rowCount, leastPeriods(options.anew ?? false))
  const asked = { encoder, periods, names: columns.names, asked: changesFor(options, encoder), anew: options.anew ?? false }
  const placed = { coordinates: scaled, places }
  const next = hasScores(encoder) ? encodeTable(encoder, series.table, keyFor(context.key, 'encode')).coordinates : scaled
  const problem: SeriesProblem = { placed, next, encoder, columns, memory: options.memory ?? 'auto', local, anew: options.anew ?? false }
  const ways = await chooseDrawn(placed, asked)
  const [first, second] = ways.some((way) => hasPairs(problem, way)) ? ways.filter((way) => hasPairs(problem, way)) : ways
  const refusing = (fitted: { readonly memory: number; readonly isChanged: boolean }) =>
    !options.anew &&
    checkHistory(all.table, {
      known: lastRun(allPlaces),
      memory: fitted.memory,
      before: Number(fitted.isChanged) + Number(counters.length > 0),
      time: clock?.name
    })
  const own = await fitLaw(problem, first!, { context, refusing, time: options.time })
  const other = second && {
    share: second.share,
    ...(await fitLaw(problem, second, { context: { ...context, key: keyFor(context.key, 'other law') }, refusing, time: options.time }))
  }
  const { law, trials, plan } = own
  const count = law.transition.rows.coordinates.rows
  const learned = Array.from({ length: count }, (_, row) => law.places?.[row] ?? row + 1 - count)
  return {
    encoder,
    ...law,
    ...(other ? { other: { share: other.share, law: other.law } } : {}),
    ...(clock ? { clock } : {}),
    ...(counters.length > 0 ? { counted: { counters, levels: levelsAt(counting, learned) } } : {}),
    formats: data.formats,
    ...(rules ? { rules } : {}),
    summary: {
      ...lawSummary(law, columns.names),
      ...(trials.length > 0 ? { memoryTrials: trials } : {}),
      columns: columns.names,
      ...(plan ? { inputs: plan.named } : {}),
      cappedColumns: plan?.capped ?? [],
      ...(law.season?.some((parts) => cyclesIn(parts).length > 0) ? { season: seasonSummary(law.season, columns.names) } : {}),
      ...(other ? { other: { share: other.share, ...lawSummary(other.law, columns.names) } } : {}),
      notes: [
        ...data.notes,
        ...clockNotes,
        ...emptyNotes(all.table.rowCount - whole.length, all.table.rowCount),
        ...counters.map(
          (one) =>
            `${counterText(one)}: drawn are its ${one.isLogged ? 'steps in logarithms' : 'steps'} from row to row, which go on from where it is; --changes off draws its values, which may go either way`
        ),
        ...seasonNotes(options.season, law.season),
        ...shiftNotes(law.season, {
          names: columns.names,
          timeOf: (place) => (clock ? spelled(timeAt(clock, place), data.formats[clock.place]!) : `row ${all.table.rowCount + place}`)
        }),
        ...walkNotes({ coordinates: own.levels, places }, columns.names, { drawn: first!.drawn, ...defined({ other: second }) }),
        ...cappedNotes(plan?.capped ?? [], law.transition.rows.coordinates.rows)
      ]
    }
  }
}

/** A series as a law is fitted to it. Throws what `fitForecast` throws of what it is given. */
function readSeries(given: InferredTable, options: ForecastOptions & Anew) {
  const all = oldestFirst(given, options.time)
  const {
    clock,
    isEven,
    places: allPlaces,
    notes: clockNotes
  } = options.time === undefined
    ? { clock: undefined, isEven: false, places: evenPlaces(all.table.rowCount), notes: risingNotes(all.table) }
    : clockOf(all, options.time)
  // A row with an empty cell is one that is missing in between.
  const whole = completeRows(all.table)
  const data = whole.length < all.table.rowCount ? { ...all, table: takeTableRows(all.table, whole) } : all
  const places = Float64Array.from(whole, (row) => allPlaces[row]!)
  checkLength(all.table, { complete: whole.length, memory: typeof options.memory === 'number' ? options.memory : 1 })
  if (!options.anew) checkNames(data.formats, clock?.name)
  const { data: ruled, rules } = ruledSeries(data, { ...options, clock, isEven })
  const { anew, changes = 'auto', known = [] } = options
  const counting =
    anew || changes !== 'auto' || options.rules === 'off'
      ? { series: ruled, places, counters: [], levels: [] }
      : countedSeries(ruled, { timed: data.table, clock, places, besides: known })
  const { series, counters } = counting
  const isCounter = (name: string) => counters.some(({ column }) => column === name)
  const encoder = fitEncoder(series.table, series.formats, (name) =>
    scalingOf(series.table, name, isCounter(name) || (anew && !asksChanges(options, name)) ? counting.places : undefined)
  )
  if (encoder.coordinateCount === 0) throw constantSeries()
  const memory = typeof options.memory === 'number' ? options.memory : 1
  if (options.local === undefined) checkWidth(encoder.coordinateCount, encoder.coordinateCount * memory)
  return { all, clock, clockNotes, whole, data, allPlaces: places, counting, rules, encoder }
}

/** Refuses what is too wide for one problem before its time is told. Throws what `fitForecast` throws of what it is given. Cost: as of `findRules`, of wide tables only. */
export function checkSeriesWidth(given: InferredTable, options: ForecastOptions): void {
  const memory = typeof options.memory === 'number' ? options.memory : 1
  if (options.local === undefined && (memory + 1) * given.table.columns.length > MOST_COLUMNS) readSeries(given, options)
}

/** Whether the series is not to be continued, but drawn anew from its beginning: then nothing of its end has to be there. */
interface Anew {
  readonly anew?: boolean | undefined
}

/** Of which columns changes are drawn; where nobody asked for these, of none of few values. */
function changesFor({ changes = 'auto', anew }: ForecastOptions & Anew, encoder: Encoder): 'auto' | 'off' | readonly string[] {
  if (!anew || typeof changes === 'string') return changes
  const scales = straightScales(encoder)
  const own = encoder.columns.flatMap(({ name }, c) => (scales[c] && changes.includes(name) ? [name] : []))
  return own.length > 0 ? own : 'off'
}

/** A series to which laws are fitted. */
interface SeriesProblem extends Required<Anew> {
  readonly placed: PlacedSeries
  /** The coordinates of rows as what comes next: spread over the interval of a spike, so that the law of it is smooth; what came before stands in its middle. */
  readonly next: Matrix
  readonly encoder: Encoder
  readonly columns: FieldColumns
  readonly memory: number | 'auto'
  readonly local: ForecastOptions['local']
}

/** Whether there are rows to learn from and to go on from by one of several ways: changes take a row more. */
function hasPairs({ placed, memory, anew }: SeriesProblem, { drawn }: Way): boolean {
  const { places } = changed(placed, drawn)
  const least = memory === 'auto' ? 1 : memory
  return (anew || lastRun(places) >= least) && pairEnds(places, least).length >= LEAST_PAIRS
}

interface LawFit {
  readonly context: Context
  /** Throws where what the next row is drawn from is not there. */
  readonly refusing: (fitted: { readonly memory: number; readonly isChanged: boolean }) => unknown
  readonly time: string | undefined
}

interface FittedLaw {
  readonly law: SeriesLaw
  readonly trials: readonly MemoryTrial[]
  readonly plan: LocalUnits | undefined
  /** The series, season taken off. */
  readonly levels: Matrix
}

/** The law of one way to draw a series. */
async function fitLaw(problem: SeriesProblem, { drawn, season }: Way, { context, refusing, time }: LawFit): Promise<FittedLaw> {
  const { placed, next, encoder, columns, local } = problem
  const { places } = placed
  const isChanged = drawn.some(isAdded)
  const rest = (of: Matrix): Matrix =>
    shiftedBySeason(withLogarithms(of, drawn, encoder), { season, sign: -1, placeOf: (row) => places[row]! })
  const levels = rest(placed.coordinates)
  const state = changed({ coordinates: levels, places }, drawn)
  const { memory, trials } = await memoryFor(
    { coordinates: state.coordinates, places: state.places, columns, season },
    { memory: problem.memory, ...defined({ local }) },
    context
  )
  refusing({ memory, isChanged })
  const ends = pairEnds(state.places, memory)
  checkPairs(ends.length, { memory, ...defined({ time }) })
  const to = next === placed.coordinates ? state : changed({ coordinates: rest(next), places }, drawn)
  const pairs = { ...pairsOf(state.coordinates, memory, ends), outputs: pairsOf(to.coordinates, memory, ends).outputs }
  const plan = local ? localUnits(local, columns, pairs, memory) : undefined
  const transition = await fitTransition(pairs, { ...defined({ units: plan?.units }), prewhiten: problem.anew ?? false }, context)
  const law = {
    transition,
    memory,
    history: historyAt(state.coordinates, state.coordinates.rows, memory),
    ...(season ? { season } : {}),
    ...(drawn.some((own) => own !== 'value') ? { changes: { drawn, levels: takeRows(state.levels, ends) } } : {}),
    ...(places[0] === 1 - places.length ? {} : { places: Float64Array.from(ends, (row) => state.places[row]!) })
  }
  return { law, trials, plan, levels }
}

const lawSummary = (
  { transition, memory, changes }: SeriesLaw,
  names: readonly string[]
): Pick<ForecastSummary, 'pairCount' | 'memory' | 'choices' | 'changes'> => ({
  pairCount: transition.rows.coordinates.rows,
  memory,
  choices: transition.choices,
  ...(changes ? { changes: changesSummary(changes.drawn, names) } : {})
})

const changesSummary = (drawn: readonly Drawn[], names: readonly string[]): NonNullable<ForecastSummary['changes']> =>
  Object.fromEntries(drawn.flatMap((own, c) => (own === 'value' ? [] : [[names[c]!, own]])))

/**
 * Numbers with a spike, as rain that is often none, or of few values by their normal scores, of which each of these is an interval; of a
 * series that is drawn anew, and so told where its rows stand, also what has a range to stay in.
 */
function scalingOf({ columns }: Table, name: string, places: Float64Array | undefined): ScalingMethod {
  const column = columns.find((one) => one.name === name)
  if (!column || !isNumeric(column)) return 'standard'
  if (standingOut([presentValues(column)]).length > 0) return 'quantile'
  return places ? scaleOfSeries(column.values, places) : 'standard'
}

const asksChanges = ({ changes }: ForecastOptions, name: string): boolean => typeof changes === 'object' && changes.includes(name)

/** Whether a column of a series is coded by normal scores. */
export const hasScores = ({ columns }: Encoder): boolean =>
  columns.some((code) => code.carries === 'coordinate' && code.scaler.method === 'quantile')

interface MemoryAsked {
  readonly coordinates: Matrix
  readonly places: Float64Array
  readonly columns: FieldColumns
  readonly season: Season | undefined
}

/** The memory that is asked for, or the one that held-out rows ask for. */
async function memoryFor(
  { coordinates, places, columns, season }: MemoryAsked,
  { memory = 'auto', local }: ForecastOptions,
  context: Context
): Promise<{ readonly memory: number; readonly trials: readonly MemoryTrial[] }> {
  if (memory !== 'auto') return { memory, trials: [] }
  const periods = [...new Set((season ?? []).flatMap((parts) => cyclesIn(parts).map(({ period }) => period)))]
  const d = coordinates.cols
  const unitsOf =
    local && ((pairs: Pairs, memory: number) => localUnits(local, columns, pairs, memory).units.map((unit) => windowOf(unit, d)))
  return chooseMemory({ coordinates, places, periods, unitsOf }, context)
}

/** A unit of a transition as one of the columns (outputs, inputs) side by side. */
const windowOf = ({ outputs, inputs }: LocalUnits['units'][number], d: number): Unit => ({
  targets: Uint32Array.from(outputs),
  givens: Uint32Array.from(inputs, (c) => d + c).sort()
})

const seasonSummary = (season: Season, names: readonly string[]): Readonly<Record<string, readonly SeasonSummary[]>> =>
  Object.fromEntries(
    season.flatMap((parts, c) => {
      const cycles = cyclesIn(parts)
      return cycles.length === 0 ? [] : [[names[c]!, cycles.map(({ period, cosines }) => ({ period, harmonics: cosines.length }))]]
    })
  )

/** Rows in which no number is missing. */
function completeRows({ columns, rowCount }: Table): number[] {
  const masks = columns.flatMap((column) => (isNumeric(column) && column.missing ? [column.missing] : []))
  return Array.from({ length: rowCount }, (_, i) => i).filter((i) => masks.every((mask) => mask[i] === 0))
}

function emptyNotes(empty: number, rows: number): string[] {
  if (empty === 0) return []
  const which = empty === 1 ? 'a row has an empty cell' : `${empty} rows have empty cells`
  return [`${which}, of ${rows}: nothing is learned of or over ${empty === 1 ? 'it' : 'them'}`]
}

interface History {
  /** Complete rows at the end. */
  readonly known: number
  readonly memory: number
  /** Rows more, which the first change is from. */
  readonly before: number
  readonly time: string | undefined
}

/** The next row is drawn from the last ones: they have to be there. */
function checkHistory({ columns, rowCount }: Table, { known, memory, before, time }: History): void {
  if (known >= memory + before) return
  const empty = columns.filter((column) => isNumeric(column) && column.missing?.[rowCount - 1 - known] === 1).map(({ name }) => name)
  const isApart = empty.length > 0 && columns.some((column) => isNumeric(column) && column.name !== time && !empty.includes(column.name))
  const which = empty.length > 0 ? `empty cells of ${listed(empty)} in` : 'a row that is missing before'
  throw new InputError({
    code: 'series-end',
    got: `${which} row ${rowCount - known + (empty.length > 0 ? 0 : 1)} of ${rowCount}`,
    expected: `${counted(memory + before, 'complete row')} at the end, from which the next one is drawn`,
    try: [
      known > before ? `--memory ${known - before}` : "leaving it out, with what is known of it as --given 'NAME@1=VALUE'",
      ...(isApart ? [`or --exclude ${empty.join(',')}, as of what is no longer measured`] : []),
      'or filling the gaps'
    ].join(', ')
  })
}

/** Says where a season that somebody names is none. */
const seasonNotes = (asked: ForecastOptions['season'], season: Season | undefined): string[] =>
  typeof asked === 'object' && !season?.some((parts) => cyclesIn(parts).length > 0)
    ? [`no season of ${listed(asked.map(String))} rows: stretches that are held out are predicted no better with it`]
    : []

interface ShiftsOf {
  readonly names: readonly string[]
  /** How the time of a place is written. */
  readonly timeOf: (place: number) => string
}

/** Says which levels were left. */
const shiftNotes = (season: Season | undefined, { names, timeOf }: ShiftsOf): string[] =>
  (season ?? []).flatMap((parts, c) =>
    parts.filter(isShift).map(({ before }) => {
      const name = names[c]!
      return `the level of ${name} shifts at ${timeOf(before)}: as it is it cannot be told from a random walk, with what is before at the level from there on it can (Dickey–Fuller test with a shift, level 1 %); drawn is the level from there on; --changes ${name} draws changes from row to row instead`
    })
  )

function cappedNotes(capped: readonly string[], rows: number): string[] {
  if (capped.length === 0) return []
  return [`${rows} pairs feed at most ${mostGivens(rows)} inputs: only the strongest are used for ${listed(capped)}`]
}

/** Pairs from which there is something to choose by. */
const LEAST_PAIRS = 10

function checkLength({ columns, rowCount }: Table, { complete, memory }: { readonly complete: number; readonly memory: number }): void {
  if (!(Number.isInteger(memory) && memory >= 1)) {
    throw new InputError({ code: 'memory', got: `a memory of ${memory}`, expected: 'a whole number of at least 1', try: '--memory 1' })
  }
  if (complete - memory >= LEAST_PAIRS) return
  const gaps = (column: Table['columns'][number]) => (isNumeric(column) ? presentValues(column).length : rowCount)
  const emptiest = columns.reduce((most, column) => (gaps(column) < gaps(most) ? column : most))
  throw new InputError({
    code: 'series-short',
    got: `a series of ${complete} rows${complete < rowCount ? `, of ${rowCount}, without empty cells,` : ''} with a memory of ${memory}`,
    expected: `at least ${memory + LEAST_PAIRS} rows`,
    try: complete < rowCount ? `--exclude ${emptiest.name}, or filling its gaps` : 'a longer series or a shorter memory'
  })
}

/** How many complete rows a series has, of how many that a forecast takes. */
export function lengthOf(table: Table, memory: ForecastOptions['memory']): { readonly complete: number; readonly least: number } {
  return { complete: completeRows(table).length, least: (typeof memory === 'number' ? memory : 1) + LEAST_PAIRS }
}

function checkNames(columns: readonly ColumnFormat[], time: string | undefined): void {
  const clash = columns.find(({ name }) => name !== time && (name === 'member' || name === 'step'))
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

function checkPairs(count: number, { memory, time }: Pick<ForecastOptions, 'memory' | 'time'>): void {
  if (count >= LEAST_PAIRS) return
  throw new InputError({
    code: 'series-short',
    got: `${count} rows with ${memory === 1 ? 'the one' : `all ${memory}`} before them${time === undefined ? '' : `, by ${time}`}`,
    expected: `at least ${LEAST_PAIRS}`,
    try:
      time === undefined
        ? 'a shorter memory'
        : 'a series with fewer gaps, a shorter memory, or leaving --time out: rows follow each other then'
  })
}

interface LocalUnits {
  readonly units: { outputs: number[]; inputs: number[] }[]
  readonly named: Record<string, string[]>
  readonly capped: string[]
}

/** One unit a column: its own past and that of its neighbours, as much as the pairs can feed. */
function localUnits(local: NonNullable<ForecastOptions['local']>, columns: FieldColumns, pairs: Pairs, memory: number): LocalUnits {
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

/** The series that a model was fitted to, from its row `memory` + 1 on, without the time column and rows that come after a gap. */
export function trainingSeries(model: ForecastModel): Table {
  const { encoder, clock } = model
  const { table: drawn, placeOf } = learnedRows(model, encoder)
  const { table } = wholeSeries(model, withCounted(model.counted, { table: drawn, formats: encoder.formats }), placeOf)
  return { ...table, columns: table.columns.filter(({ name }) => name !== clock?.name) }
}

/** The rows that a law was learned from, as it draws them, and where each stands. */
export function learnedRows({ transition, season, changes, places }: SeriesLaw, encoder: Encoder) {
  const rows = changes?.levels ?? unstandardised(transition, transition.outputCount)
  const placeOf = (row: number) => places?.[row] ?? row + 1 - rows.rows
  const whole = shiftedBySeason(rows, { season, sign: 1, placeOf })
  const coordinates = withoutLogarithms(whole, changes?.drawn ?? [], encoder)
  return { table: decodeTable(encoder, { coordinates, codes: new Int32Array(0) }), placeOf }
}
