import { exp, log, normalQuantile } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { columnOf, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { mean, variance } from '../../num/statistics.js'
import type { Encoder } from '../../table/encoder.js'
import { autoRegression, comesBack, meanOf } from './autoregression.js'
import { levelShift } from './level-shift.js'
import { findSeason, isShift, type PlacedSeries, type Season, shiftedBySeason } from './season.js'

/** What of a coordinate is drawn: the next value or its logarithm, how far that is from the one before, or that of its logarithm. */
export type Drawn = 'value' | 'logarithm' | 'change' | 'growth'

/** Whether what is drawn is added to the row before. */
export const isAdded = (own: Drawn | undefined): boolean => own === 'change' || own === 'growth'

const isLogged = (own: Drawn): boolean => own === 'logarithm' || own === 'growth'

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

/** Coordinates with the logarithm of the values where this is drawn, or its changes. */
export const withLogarithms = (m: Matrix, drawn: readonly Drawn[], encoder: Encoder): Matrix =>
  mappedLogged(m, { drawn, encoder }, (z, { centre, scale }) => log(centre + scale * z))

/** The way back from `withLogarithms`. */
export const withoutLogarithms = (m: Matrix, drawn: readonly Drawn[], encoder: Encoder): Matrix =>
  mappedLogged(m, { drawn, encoder }, (y, { centre, scale }) => (exp(Math.min(y, LARGEST_LOG)) - centre) / scale)

interface Logged {
  readonly drawn: readonly Drawn[]
  readonly encoder: Encoder
}

function mappedLogged(m: Matrix, { drawn, encoder }: Logged, map: (x: number, scale: ScaledValues) => number): Matrix {
  if (!drawn.some(isLogged)) return m
  const scales = straightScales(encoder)
  const out = matrix(m.rows, m.cols, m.data.slice())
  for (const [c, own] of drawn.entries())
    if (isLogged(own)) for (let at = c; at < out.data.length; at += m.cols) out.data[at] = map(out.data[at]!, scales[c]!)
  return out
}

interface AskedOf {
  readonly encoder: Encoder
  readonly periods: readonly number[]
  readonly names: readonly string[]
  /** `auto`, none, or of these columns. */
  readonly asked: 'auto' | 'off' | readonly string[]
  /** Whether nothing goes on from where the series ends, so that no level is the last. */
  readonly anew?: boolean
}

/** One way to draw the columns of a series, and in which part of all trajectories. */
export interface Way {
  /** By coordinate [d]. */
  readonly drawn: readonly Drawn[]
  readonly season: Season | undefined
  readonly share: number
}

/**
 * What is drawn of each column of a series in scaled coordinates, with its season: that of its logarithm where growth is drawn. A walk
 * that comes back after all cannot be told from one that does not: where there is such a column a second way draws what the first does
 * not, values in place of changes or the other way round, in as many trajectories as held-out stretches speak for it; of all such
 * columns, so that those that walk together stay together. What comes back once a shift of its level is taken off is no walk.
 * Throws `InputError` (code `changes-column`) for columns that are asked for and not of numbers that go on. Cost: twice that of
 * `findSeason` for what may be a walk, and of twenty regressions of it.
 */
export async function chooseDrawn(
  series: PlacedSeries,
  { encoder, periods, names, asked, anew = false }: AskedOf
): Promise<readonly [Way, ...(readonly Way[])]> {
  const { places } = series
  const repeats = await findSeason(series, periods)
  const scales = straightScales(encoder)
  if (typeof asked === 'object') checkAsked(asked, { names, scales })
  const repeating = restOf(series, repeats)
  const shiftOf =
    (name: string, c: number) =>
    (x: Float64Array): Season[number] =>
      anew || !scales[c] || (typeof asked === 'object' && asked.includes(name))
        ? []
        : [levelShift(x, places)].filter((shift) => shift !== undefined)
  const shifts = names.map((name, c) => shiftOf(name, c)(columnOf(repeating, c)))
  const season = names.map((_, c) => [...(repeats?.[c] ?? []), ...shifts[c]!])
  const rest = restOf(series, season)
  const mayLeave = (name: string, c: number): boolean => {
    if (asked === 'off' || !scales[c] || shifts[c]!.length > 0) return false
    return typeof asked === 'object' ? asked.includes(name) : !comesBack(columnOf(rest, c), places, 'mean')
  }
  const found = new Map<number, Leaving>()
  const coming = new Map<number, Coming>()
  for (const [c, name] of names.entries()) {
    const leaves = mayLeave(name, c)
    if (!scales[c] || !(leaves || asked === 'auto')) continue
    const of = { scale: scales[c], places, periods, shiftIn: shiftOf(name, c) }
    const { grown, season: ofGrown } = await grownOf(columnOf(series.coordinates, c), of)
    const column: ColumnRest = { rest: columnOf(rest, c), grown, places }
    // Of what leaves as it is the logarithm may come back, to a level that shifted.
    if (!leaves || ofGrown.some(isShift)) {
      if (leaves || isLogarithm(column)) coming.set(c, { by: 'logarithm', season: ofGrown })
      continue
    }
    const by = isGrowth(column) ? 'growth' : 'change'
    found.set(c, { by, season: by === 'growth' ? ofGrown : season[c]!, values: asked === 'auto' ? valuesShare(column, by) : 0 })
  }
  const wayOf = (isByChanges: boolean, share: number): Way => {
    const own = names.map((_, c) => (isByChanges ? found.get(c) : undefined) ?? coming.get(c))
    const seasons = own.map((one, c) => one?.season ?? season[c]!)
    return {
      drawn: own.map((one) => one?.by ?? 'value'),
      season: seasons.some((parts) => parts.length > 0) ? seasons : undefined,
      share
    }
  }
  if (asked !== 'auto' || found.size === 0) return [wayOf(true, 1)]
  const values = meanOf(Array.from(found.values(), (one) => one.values))
  const [changing, returning] = [wayOf(true, 1 - values), wayOf(false, values)]
  return values > 0.5 ? [returning, changing] : [changing, returning]
}

/** A column that comes back, of which the logarithm is drawn. */
interface Coming {
  readonly by: 'logarithm'
  readonly season: Season[number]
}

/** A column that cannot be told from a walk. */
interface Leaving {
  readonly by: 'change' | 'growth'
  /** Season of what changes. */
  readonly season: Season[number]
  /** Part of the trajectories that draws values. */
  readonly values: number
}

const restOf = (series: PlacedSeries, season: Season | undefined): Matrix =>
  shiftedBySeason(series.coordinates, { season, sign: -1, placeOf: (row) => series.places[row]! })

interface GrownIn {
  readonly scale: ScaledValues
  readonly places: Float64Array
  readonly periods: readonly number[]
  /** A shift of level that is taken off, too. */
  readonly shiftIn: (x: Float64Array) => Season[number]
}

/** The logarithm of a column of which all is above 0, and its season. */
async function grownOf(
  coordinates: Float64Array,
  { scale: { centre, scale }, places, periods, shiftIn }: GrownIn
): Promise<{ readonly grown: Grown | undefined; readonly season: Season[number] }> {
  const values = coordinates.map((z) => centre + scale * z)
  if (!values.every((x) => x > 0)) return { grown: undefined, season: [] }
  const whole = values.map(log)
  const series = { coordinates: matrix(whole.length, 1, whole), places }
  const repeats = await findSeason(series, periods)
  const season = [...(repeats?.[0] ?? []), ...shiftIn(restOf(series, repeats).data)]
  return { grown: { rest: restOf(series, [season]).data, whole, scale }, season }
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
  if (!drawn.some(isAdded)) return { coordinates, places, levels: coordinates }
  const kept = Array.from(places.keys()).filter((i) => i > 0 && places[i] === places[i - 1]! + 1)
  const levels = takeRows(coordinates, kept)
  const out = matrix(kept.length, coordinates.cols, levels.data.slice())
  const d = coordinates.cols
  for (const [row, i] of kept.entries())
    for (const [c, own] of drawn.entries())
      if (isAdded(own)) out.data[row * d + c] = out.data[row * d + c]! - coordinates.data[(i - 1) * d + c]!
  return { coordinates: out, places: Float64Array.from(kept, (i) => places[i]!), levels }
}

/** Drawn rows of trajectories of `steps` rows each, changes added up from where the series ends. */
export function addedUp(rows: Matrix, steps: number, { drawn, levels }: Changes): Matrix {
  const d = rows.cols
  const out = matrix(rows.rows, d, rows.data.slice())
  const end = (levels.rows - 1) * d
  for (let i = 0; i < rows.rows; i++)
    for (const [c, own] of drawn.entries()) {
      if (!isAdded(own)) continue
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
 * In which part of the trajectories values are drawn of a column that cannot be told from a walk, in the others its changes: as likely
 * as each makes errors as small as those of stretches that it has not seen, score^(−n) of n that lie side by side; half, where none
 * can be scored. A law of values has a mean, which of a walk least squares makes up; changes of what comes back after all spread too
 * far. Few stretches do not say which of the two it is, and whoever takes one is too sure.
 * @source Bates, Granger, Operational Research Quarterly 1969 (n of 2); Hoeting, Madigan, Raftery, Volinsky, Statistical Science 1999;
 * Tashman, International Journal of Forecasting 2000 (rolling origins).
 */
function valuesShare(column: ColumnRest, by: 'change' | 'growth'): number {
  const [changes, values] = ([by, 'value'] as const).map((kind) => errorsOf(column, kind))
  const both = Array.from(changes!.keys()).filter((s) => changes![s] !== undefined && values![s] !== undefined)
  const [byChanges, byValues] = [changes!, values!].map((errors) => both.reduce((sum, s) => sum + errors[s]!, 0))
  // Ten stretches of a tenth in half of a series: two of them overlap.
  return 1 / (1 + exp(Math.min(LARGEST_LOG, 0.5 * both.length * log((byValues! + TINY) / (byChanges! + TINY)))))
}

/** What is told to the last digit is. */
const TINY = 1e-12

/**
 * Whether the logarithm foretells stretches that it has not seen better than the value does, by more than a standard error: as of a
 * season or of steps that are larger where the level is.
 */
function isLogarithm(column: ColumnRest): boolean {
  if (!column.grown) return false
  const [values, logs] = (['value', 'logarithm'] as const).map((kind) => errorsOf(column, kind))
  const gains = values!.flatMap((value, s) => (value === undefined || logs![s] === undefined ? [] : [value - logs![s]]))
  return gains.length > 1 && mean(gains) > Math.sqrt(variance(gains) / gains.length)
}

/** Whether changes of the logarithm make numbers likelier than those of the values do. Cost: of two autoregressions. */
export function isLikelierInLogarithms(values: Float64Array, places: Float64Array): boolean {
  if (!values.every((x) => x > 0)) return false
  const logs = values.map(log)
  return isGrowth({ rest: values, grown: { rest: logs, whole: logs, scale: 1 }, places })
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
  const x = isLogged(kind) ? grown!.rest : rest
  const found = autoRegression(x, { places, before: from, hasLevel: !isAdded(kind) })
  if (!found || to === from) return undefined
  const spreads = found.spreads(to - from)
  const path = Array.from(x.subarray(0, from))
  const inUnits = (i: number, y: number): number => {
    if (!isLogged(kind)) return y
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
