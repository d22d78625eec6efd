import { exp, log, normalQuantile } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { columnOf, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import type { Encoder } from '../../table/encoder.js'
import { autoRegression, comesBack, meanOf } from './autoregression.js'
import { findSeason, type PlacedSeries, type Season, shiftedBySeason } from './season.js'

/** What of a coordinate is drawn: the next value, how far that is from the one before, or that of its logarithm. */
export type Drawn = 'value' | 'change' | 'growth'

/** A series of which changes are drawn, as is known of a model. */
export interface Changes {
  /** By coordinate [d]. */
  readonly drawn: readonly Drawn[]
  /** Where the rows of the pairs stand, season taken off [M, d]: what changes are added to, and what they were found in. */
  readonly levels: Matrix
}

/** What is foretold at a time is one of so many parts of a series, and from so many places of its second half on. */
const [STRETCHES, ORIGINS] = [10, 10]
/** Of a logarithm: beyond it no number holds what is drawn. */
const LARGEST_LOG = 690

interface ScaledValues {
  readonly centre: number
  readonly scale: number
}

/** How coordinates of numbers are scaled; nothing of those by normal scores, which come back to what there is. */
export function straightScales({
  columns,
  coordinateCount
}: Pick<Encoder, 'columns' | 'coordinateCount'>): readonly (ScaledValues | undefined)[] {
  const out = new Array<ScaledValues | undefined>(coordinateCount).fill(undefined)
  for (const code of columns) if (code.carries === 'coordinate' && code.scaler.method === 'standard') out[code.coordinate] = code.scaler
  return out
}

/** Coordinates with the logarithm of the values where growth is drawn. */
export const withLogarithms = (m: Matrix, drawn: readonly Drawn[], encoder: Encoder): Matrix =>
  mappedGrowth(m, { drawn, encoder }, (z, { centre, scale }) => log(centre + scale * z))

/** The way back from `withLogarithms`. */
export const withoutLogarithms = (m: Matrix, drawn: readonly Drawn[], encoder: Encoder): Matrix =>
  mappedGrowth(m, { drawn, encoder }, (y, { centre, scale }) => (exp(Math.min(y, LARGEST_LOG)) - centre) / scale)

interface Growing {
  readonly drawn: readonly Drawn[]
  readonly encoder: Encoder
}

function mappedGrowth(m: Matrix, { drawn, encoder }: Growing, map: (x: number, scale: ScaledValues) => number): Matrix {
  if (!drawn.includes('growth')) return m
  const scales = straightScales(encoder)
  const out = matrix(m.rows, m.cols, m.data.slice())
  for (const [c, own] of drawn.entries())
    if (own === 'growth') for (let at = c; at < out.data.length; at += m.cols) out.data[at] = map(out.data[at]!, scales[c]!)
  return out
}

interface AskedOf {
  readonly encoder: Encoder
  readonly periods: readonly number[]
  readonly names: readonly string[]
  /** `auto`, none, or of these columns. */
  readonly asked: 'auto' | 'off' | readonly string[]
}

/**
 * What is drawn of each column of a series in scaled coordinates, and its season: that of its logarithm where growth is drawn.
 * Throws `InputError` (code `changes-column`) for columns that are asked for and not of numbers that go on. Cost: twice that of
 * `findSeason` for what may be a walk, and of twenty regressions of it.
 */
export async function chooseDrawn(
  series: PlacedSeries,
  { encoder, periods, names, asked }: AskedOf
): Promise<{ readonly drawn: readonly Drawn[]; readonly season: Season | undefined }> {
  const { places } = series
  const season = await findSeason(series, periods)
  const scales = straightScales(encoder)
  if (typeof asked === 'object') checkAsked(asked, { names, scales })
  const rest = restOf(series, season)
  const mayLeave = (name: string, c: number): boolean => {
    if (asked === 'off' || !scales[c]) return false
    return typeof asked === 'object' ? asked.includes(name) : !comesBack(columnOf(rest, c), places, 'mean')
  }
  const leaving = names.flatMap((name, c) => (mayLeave(name, c) ? [c] : []))
  const drawn = names.map((): Drawn => 'value')
  const seasons = names.map((_, c) => season?.[c] ?? [])
  for (const c of leaving) {
    const { grown, season: ofGrown } = await grownOf(columnOf(series.coordinates, c), { scale: scales[c]!, places, periods })
    const column: ColumnRest = { rest: columnOf(rest, c), grown, places }
    drawn[c] = asked === 'auto' ? drawnOf(column) : isGrowth(column) ? 'growth' : 'change'
    if (drawn[c] === 'growth') seasons[c] = ofGrown?.[0] ?? []
  }
  return { drawn, season: seasons.some((cycles) => cycles.length > 0) ? seasons : undefined }
}

const restOf = (series: PlacedSeries, season: Season | undefined): Matrix =>
  shiftedBySeason(series.coordinates, { season, sign: -1, placeOf: (row) => series.places[row]! })

interface GrownIn {
  readonly scale: ScaledValues
  readonly places: Float64Array
  readonly periods: readonly number[]
}

/** The logarithm of a column of which all is above 0, and its season. */
async function grownOf(
  coordinates: Float64Array,
  { scale: { centre, scale }, places, periods }: GrownIn
): Promise<{ readonly grown: Grown | undefined; readonly season: Season | undefined }> {
  const values = coordinates.map((z) => centre + scale * z)
  if (!values.every((x) => x > 0)) return { grown: undefined, season: undefined }
  const whole = values.map(log)
  const series = { coordinates: matrix(whole.length, 1, whole), places }
  const season = await findSeason(series, periods)
  return { grown: { rest: restOf(series, season).data, whole, scale }, season }
}

function checkAsked(
  asked: readonly string[],
  { names, scales }: { readonly names: readonly string[]; readonly scales: readonly (ScaledValues | undefined)[] }
): void {
  const possible = names.filter((_, c) => scales[c])
  const wrong = asked.find((name) => !possible.includes(name))
  if (wrong === undefined) return
  throw new InputError({
    code: 'changes-column',
    got: names.includes(wrong)
      ? `changes of ${wrong}, which has few values or one that stands out`
      : `changes of ${wrong}, which is no column that is drawn`,
    expected: possible.length > 0 ? `columns among ${listed(possible)}` : 'columns of numbers that go on',
    try: 'leaving it out'
  })
}

/** A series with changes in place of values; rows without one before them fall away. `levels`: the values of those that stay. */
export function changed({ coordinates, places }: PlacedSeries, drawn: readonly Drawn[]): PlacedSeries & { readonly levels: Matrix } {
  if (drawn.every((own) => own === 'value')) return { coordinates, places, levels: coordinates }
  const kept = Array.from(places.keys()).filter((i) => i > 0 && places[i] === places[i - 1]! + 1)
  const levels = takeRows(coordinates, kept)
  const out = matrix(kept.length, coordinates.cols, levels.data.slice())
  const d = coordinates.cols
  for (const [row, i] of kept.entries())
    for (const [c, own] of drawn.entries())
      if (own !== 'value') out.data[row * d + c] = out.data[row * d + c]! - coordinates.data[(i - 1) * d + c]!
  return { coordinates: out, places: Float64Array.from(kept, (i) => places[i]!), levels }
}

/** Drawn rows of trajectories of `steps` rows each, changes added up from where the series ends. */
export function addedUp(rows: Matrix, steps: number, { drawn, levels }: Changes): Matrix {
  const d = rows.cols
  const out = matrix(rows.rows, d, rows.data.slice())
  const end = (levels.rows - 1) * d
  for (let i = 0; i < rows.rows; i++)
    for (const [c, own] of drawn.entries()) {
      if (own === 'value') continue
      const before = i % steps === 0 ? levels.data[end + c]! : out.data[(i - 1) * d + c]!
      out.data[i * d + c] = before + rows.data[i * d + c]!
    }
  return out
}

/** One column, season taken off: as it is in coordinates, and its logarithm where all of it is above 0. */
interface ColumnRest {
  readonly rest: Float64Array
  readonly grown: Grown | undefined
  readonly places: Float64Array
}

/** The logarithm of a column. */
interface Grown {
  /** Season taken off. */
  readonly rest: Float64Array
  /** With its season. */
  readonly whole: Float64Array
  /** What a coordinate is a unit of. */
  readonly scale: number
}

/**
 * What is to be drawn of a column that cannot be told from a walk, or from one about a line: how it changes, or its logarithm, of which
 * the series is likelier; values only where they foretell what was not seen nearer by more than a standard error. A law of values has a
 * mean, which of a walk least squares makes up: that it is nearer by chance costs more with every step, while changes of what comes back
 * after all spread too far. Of few rows one as often looks better as the other.
 * @source Diebold, Kilian, Journal of Business & Economic Statistics 2000 (a test first); Tashman, International Journal of
 * Forecasting 2000 (rolling origins).
 */
function drawnOf(column: ColumnRest): Drawn {
  if (comesBack(column.rest, column.places, 'mean')) return 'value'
  const own: Drawn = isGrowth(column) ? 'growth' : 'change'
  const [changes, values] = ([own, 'value'] as const).map((kind) => errorsOf(column, kind))
  const nearer = changes!.flatMap((error, s) => (error === undefined || values![s] === undefined ? [] : [error - values![s]!]))
  if (nearer.length < 2) return own
  const mean = meanOf(nearer)
  const squares = nearer.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return mean > Math.sqrt(squares / (nearer.length * (nearer.length - 1))) ? 'value' : own
}

/** Whether changes of the logarithm make a series likelier than those of the values do. @source Box, Cox, JRSS B 1964. */
function isGrowth({ rest, grown, places }: ColumnRest): boolean {
  const [straight, logged] = [rest, grown?.rest].map((x) => x && autoRegression(x, { places, hasLevel: false }))
  if (!grown || !straight || !logged) return false
  const { ends } = straight
  const jacobian = ends.reduce((sum, end) => sum + grown.whole[end]!, 0) - ends.length * log(grown.scale)
  return 0.5 * ends.length * log(straight.left / logged.left) > jacobian
}

/** Score of stretches in coordinates, as the rows before each foretell it. */
function errorsOf(column: ColumnRest, kind: Drawn): (number | undefined)[] {
  const n = column.rest.length
  const steps = Math.ceil(n / STRETCHES)
  const starts = Array.from({ length: ORIGINS }, (_, k) => Math.floor(n / 2) + Math.round((k * (Math.ceil(n / 2) - steps)) / (ORIGINS - 1)))
  return starts.map((from) => errorOf(column, kind, [from, from + steps]))
}

/** Places in a forecast that it is scored at, and how many standard deviations from its middle they are. */
const QUANTILES = Array.from({ length: 10 }, (_, k) => (k + 0.5) / 10).map((p) => ({ p, z: normalQuantile(p) }))

/**
 * Quantile score of a stretch, which a law of the logarithm can be compared by.
 * @source Gneiting, Raftery, JASA 2007: half of the continuous ranked probability score.
 */
function errorOf({ rest, grown, places }: ColumnRest, kind: Drawn, [from, to]: readonly [number, number]): number | undefined {
  const x = kind === 'growth' ? grown!.rest : rest
  const found = autoRegression(x, { places, before: from, hasLevel: kind === 'value' })
  if (!found || to === from) return undefined
  const spreads = found.spreads(to - from)
  const path = Array.from(x.subarray(0, from))
  const inUnits = (i: number, y: number): number => {
    if (kind !== 'growth') return y
    const { whole, scale } = grown!
    return exp(Math.min(y + whole[i]! - x[i]!, LARGEST_LOG)) / scale
  }
  let sum = 0
  for (let i = from; i < to; i++) {
    path.push(found.next(path))
    for (const { p, z } of QUANTILES) {
      const above = inUnits(i, x[i]!) - inUnits(i, path[i]! + z * spreads[i - from]!)
      sum += above * (above > 0 ? p : p - 1)
    }
  }
  return sum / (to - from)
}
