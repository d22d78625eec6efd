import type { KeptRules } from '../../code/rules/kept-rules.js'
import { defined } from '../../num/defined.js'
import { keyFor } from '../../num/random.js'
import { plainDates } from '../../table/date-style.js'
import { emptyNote } from '../../table/infer.js'
import { formatNumber, type NumberStyle } from '../../table/number-style.js'
import type { CellStyle } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { contextOf, type JobContext } from '../context.js'
import { type Calendar, checkHeldOut, digitsOfDates, instantOf, resolveTimes, spellDates, timeText } from './calendar.js'
import type { FitTools, fitMarginals } from './fit.js'
import { fitGrowing, type Wanted } from './fit-growing.js'
import { beginningNote, optionsGoingOn } from './going-on.js'
import { checkInterior, type LeftOut, leaveOneOut } from './leave-one-out.js'
import type { MarginalsModel } from './model.js'
import type { MarginalsOptions, ReferenceName } from './options.js'
import { markColumns } from './path-marks.js'
import { derivedColumns } from './ruled-snapshots.js'
import { sampleSharing, type Trajectories, timesBetween } from './sample.js'
import { type HeldOutScore, scoreHeldOut } from './score.js'
import type { SnapshotTable, WrittenColumns } from './snapshot-table.js'

/** What a fit to snapshots depends on besides the snapshots: plain data, the same for every caller. */
export interface SnapshotsFit extends Omit<MarginalsOptions, 'holdOut'> {
  /** Snapshot times that the fit must not see. Where times are dates: dates, or days since the first snapshot. */
  readonly holdOut?: readonly (number | string)[]
  /** Leaves every interior snapshot out in turn and scores the fit to the others there. Default false. */
  readonly leaveOneOut?: boolean
  /** `off` (default), `estimate`, or any other word: the offspring that the snapshots know of their particles. */
  readonly growth?: string
  /** Whether the snapshots know labels of their particles, and fates are wanted of these: a name of the column. */
  readonly fates?: string
  /** A model whose parameters the fit begins at. */
  readonly continued?: TrajectoriesModel | undefined
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number
}

/** What drawn trajectories depend on besides the model. */
export interface PathsRequest {
  /** Trajectories to draw. Default 100. */
  readonly rows?: number
  /** Times to write besides those of the snapshots. Where times are dates: dates, or days since the first snapshot. */
  readonly at?: readonly (number | string)[]
  /** Evenly spread times to write between any two neighbouring snapshots of the fit. Default 0. */
  readonly between?: number
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number
}

/** Everything that trajectories through snapshots depend on besides the snapshots. */
interface TrajectoriesJob extends SnapshotsFit, PathsRequest {}

/** A reference fitted to snapshots, with what is needed to write paths in their columns. */
export interface TrajectoriesModel {
  readonly marginals: MarginalsModel
  readonly columns: WrittenColumns
  /** The built-in family, or undefined for one of the user's own. */
  readonly reference: ReferenceName | undefined
  readonly seed: number
  /** Where each interior snapshot was left out in turn. */
  readonly leftOut?: LeftOut | undefined
}

/** What came out of a draw. */
export interface DrawnTrajectories {
  readonly model: MarginalsModel
  readonly trajectories: Trajectories
  readonly scores: readonly HeldOutScore[]
  readonly leftOut?: LeftOut | undefined
  readonly seed: number
  /** Where times are dates. */
  readonly calendar?: Calendar | undefined
  /** What derives columns from the coordinates. */
  readonly rules?: KeptRules | undefined
  /** What is to be said of the columns, in sentences. */
  readonly notes: readonly string[]
}

export type FitContext = JobContext & Pick<FitTools, 'onRound'>

/** Fits a reference to snapshots. Same snapshots and options: same model. Cost and errors as `fitMarginals`. */
export async function fitTrajectories(snapshots: SnapshotTable, options: SnapshotsFit, context: FitContext): Promise<TrajectoriesModel> {
  const { holdOut = [], leaveOneOut: leaves = false, growth = 'off', fates, seed = 1, continued, ...asked } = options
  const { calendar } = snapshots
  const own = continued ? optionsGoingOn(continued, asked, snapshots) : asked
  const hidden = resolveTimes('--hold-out', holdOut, calendar)
  checkHeldOut(hidden, snapshots.times, calendar)
  if (leaves) checkInterior(snapshots.times)
  const { key, watch } = contextOf(seed, context)
  const told = context.onRound && { onRound: context.onRound }
  const tools = { key: keyFor(key, 'fit'), watch, ...told, ...(continued && { start: continued.marginals.theta }) }
  const wanted = wantedOf({ growth, fates }, calendar)
  const fitted = await fitGrowing(snapshots, { ...own, holdOut: hidden }, wanted, tools)
  const begun = continued && beginningNote(continued.marginals, (time) => timeText(time, continued.columns.calendar))
  const marginals = begun ? { ...fitted, notes: [begun, ...fitted.notes] } : fitted
  const fold: typeof fitMarginals = (...given) => fitGrowing(given[0], given[1], { ...wanted, fates: false, bare: true }, given[2])
  // Rounds are told of the fit to all snapshots only; a model may have seen what is left out.
  const { onRound: _told, start: _begun, ...quietly } = { start: undefined, ...tools }
  const leftOut = leaves
    ? await leaveOneOut(snapshots, { options: own, model: marginals, fit: fold, spell: wanted.spell }, quietly)
    : undefined
  const { reference = 'linear' } = own
  return {
    marginals,
    columns: writtenOf(snapshots),
    reference: typeof reference === 'string' ? reference : undefined,
    seed,
    ...defined({ leftOut })
  }
}

/** What a fit is asked besides paths. */
export function wantedOf(
  { growth, fates }: { readonly growth: string; readonly fates: string | undefined },
  calendar: Calendar | undefined
): Wanted {
  return {
    growth: growth === 'off' || growth === 'estimate' ? growth : 'column',
    fates: fates !== undefined,
    spell: (time) => timeText(time, calendar)
  }
}

/** What is needed to write paths in the columns of snapshots. */
export function writtenOf({ calendar, columnNames, order, emptyNames, decimals, notations, rules, notes }: SnapshotTable): WrittenColumns {
  return { columnNames, order, decimals, ...defined({ emptyNames, calendar, notations, rules, notes }) }
}

/** Draws trajectories and scores held-out times. Cost and errors as `sampleTrajectories` and `scoreHeldOut`. */
export async function drawPaths(
  { marginals: model, columns, leftOut }: TrajectoriesModel,
  request: PathsRequest,
  context: JobContext
): Promise<DrawnTrajectories> {
  const { rows = 100, at = [], between = 0, seed = 1 } = request
  const { calendar, emptyNames = [], rules, notes = [] } = columns
  const { key, watch } = contextOf(seed, context)
  const times = [...resolveTimes('--at', at, calendar), ...timesBetween(model, between)]
  const trajectories = await sampleSharing(model, { count: rows, times, key: keyFor(key, 'paths'), watch })
  return {
    model,
    trajectories,
    scores: await scoreHeldOut(model, keyFor(key, 'scores'), watch),
    ...defined({ leftOut, rules }),
    seed,
    calendar,
    notes: [...emptyNames.map(emptyNote), ...notes]
  }
}

/** Fits a reference to snapshots, draws trajectories and scores held-out times, all with one seed. */
export async function drawTrajectories(snapshots: SnapshotTable, job: TrajectoriesJob, context: FitContext): Promise<DrawnTrajectories> {
  const { rows, at = [], between, ...options } = job
  // Times that cannot be are refused before the fit.
  resolveTimes('--at', at, snapshots.calendar)
  const model = await fitTrajectories(snapshots, options, context)
  return drawPaths(model, { at, ...defined({ rows, between, seed: job.seed }) }, context)
}

/**
 * The long table of trajectories: `particle`, then the columns of the input in their order; sorted by particle, then time.
 * Text has the decimals of the input.
 */
export function presentTrajectories({ times, values, count, marks }: Trajectories, written: WrittenColumns, as: CellStyle): RawTable {
  const { columnNames, emptyNames = [], order, decimals, notations, calendar, rules } = written
  const rowCount = count * times.length
  const spells = as === 'text' || as === 'plain'
  const notationOf = (name: string) => (as === 'plain' ? undefined : notations?.get(name))
  const column = (name: string, at: (row: number) => number): RawColumn => {
    const numbers = Float64Array.from({ length: rowCount }, (_, row) => at(row))
    if (!spells) return { name, source: 'number', values: numbers }
    const style: NumberStyle = { ...defined({ decimals: decimals.get(name), notation: notationOf(name) }), padded: true }
    return { name, source: 'text', values: Array.from(numbers, (x) => formatNumber(x, style)) }
  }
  const everyRow = (values: Float64Array): Float64Array => Float64Array.from({ length: rowCount }, (_, row) => values[row % times.length]!)
  const datesColumn = (name: string, of: Calendar): RawColumn => {
    // As a table's own dates: numbers of digits where the input stored these, and in JSON, which has no dates.
    const digits = !spells && (of.source === 'number' || as === 'json') ? digitsOfDates(of, times) : undefined
    if (digits) return { name, source: 'number', values: everyRow(digits), integer: true }
    const isTyped = as === 'typed' || as === 'sheet' || (as === 'source' && of.source !== undefined)
    if (isTyped) return { name, source: 'datetime', values: everyRow(times.map((time) => instantOf(of, time))) }
    const spelled = spellDates(as === 'plain' ? { ...of, style: plainDates(of.style) } : of, times)
    return { name, source: 'text', values: Array.from({ length: rowCount }, (_, row) => spelled[row % times.length]!) }
  }
  const timesColumn = (name: string): RawColumn => {
    const notation = notationOf(name)
    if (!spells || notation === undefined) return { name, source: 'number', values: everyRow(times) }
    return { name, source: 'text', values: Array.from(everyRow(times), (time) => formatNumber(time, { padded: false, notation })) }
  }
  const particle: RawColumn = {
    name: order.includes('particle') ? 'trajectory' : 'particle',
    source: 'number',
    integer: true,
    values: Float64Array.from({ length: rowCount }, (_, row) => Math.floor(row / times.length) + 1)
  }
  const ruled = rules && derivedColumns(values, { ...written, rules }, as)
  const columns = order.map((name) => {
    const derived = ruled?.get(name)
    if (derived) return derived
    const a = columnNames.indexOf(name)
    if (emptyNames.includes(name)) return { name, source: 'text', values: new Array<null>(rowCount).fill(null) } as const
    if (a >= 0) return column(name, (row) => values.data[row * values.cols + a]!)
    // The column of times; requested times keep the digits they were asked with.
    return calendar ? datesColumn(name, calendar) : timesColumn(name)
  })
  return { columns: [particle, ...columns, ...markColumns(marks, order, as)], rowCount }
}
