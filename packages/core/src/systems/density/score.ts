import type { NamedWarning } from '../../know/support.js'
import { type DensityRows, type ScoredRow, StepMixture, stepMoments } from '../../law/step-mixture.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { placesByName } from '../../num/group.js'
import { quiet, throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, rowOf } from '../../num/matrix.js'
import type { RawTable } from '../../table/raw.js'
import type { Context } from '../context.js'
import type { CodedRows } from '../imputation/coding.js'
import { rowBetween, rowsBetween } from './ends.js'
import type { DensityModel } from './model.js'
import { denoised, type Neighbourhoods, neighbourhoods, Outliers } from './neighbourhood.js'
import type { ScoreRequest } from './options.js'
import { type ReadScored, readScored } from './read.js'
import { densityRows } from './rows.js'
import { logVolume, numberColumns, spikedColumns, unitsOf } from './units.js'
import { rowWarnings } from './warnings.js'

export const SCORING = 'scoring'
/** Rows between two looks at whether to stop. */
const LOOK = 64

/** Rows with what a density says of each. */
export interface ScoredRows {
  readonly kind: 'rows'
  readonly raw: RawTable
  readonly request: Pick<ScoreRequest, 'gradient' | 'denoise'>
  /** In units of the columns [n]; NaN of a row of which nothing is known. */
  readonly logDensity: Float64Array
  /** Larger is further out [n]; NaN likewise. */
  readonly outlier: Float64Array
  /** Share of the table's rows that lie as far out [n]. */
  readonly outlierP: Float64Array
  /** d log p / d column, per unit of the column [n, numbers]; NaN where the cell is missing. */
  readonly gradient?: Matrix | undefined
  /** Means of the rows near, as the columns have them [n, numbers], and likeliest levels [n, factors]. */
  readonly denoised?: { readonly numbers: Matrix; readonly levels: Int32Array } | undefined
  /** Rows that are rows of the density, each left out. */
  readonly own: number
  readonly warnings: readonly NamedWarning[]
}

/** The rows of a model as a density looks at them. */
export const densityOf = ({ learned, coding, summary }: DensityModel): DensityRows =>
  densityRows(learned, coding, new Map(summary.rounded.map(({ name, step }) => [name, step])))

/** Scores rows. Cost O(n·L·d²) for each law of the stack. Throws `InputError` for rows without a column of the density. */
export async function scoreRows(model: DensityModel, request: ScoreRequest, { engine, watch }: Context): Promise<ScoredRows> {
  const { score: raw, gradient, denoise } = request
  if (!raw) throw new InputError({ code: 'rows-missing', got: 'no rows', expected: 'rows to score', try: 'score: a table' })
  const rows = densityOf(model)
  const { read, warnings } = readScored(model, rows, raw)
  const n = raw.rowCount
  const d = rows.numbers.cols
  const found = await logDensities({ model, rows, read, gradient: gradient === true }, { engine, watch })
  const around = await neighbourhoods(model, rows, { engine, watch: quiet(watch) })
  const out = { outlier: new Float64Array(n).fill(Number.NaN), outlierP: new Float64Array(n).fill(Number.NaN) }
  const near = { numbers: matrix(n, d), levels: new Int32Array(n * rows.levelCounts.length) }
  for (const [known, places] of patternsOf(read.coded, 'all')) {
    const outliers = new Outliers(around, known)
    for (const [k, i] of places.entries()) {
      if (k % LOOK === 0) throwIfStopped(watch, SCORING)
      const place = { row: rowOf(read.coded.data, i), own: read.own[i]! < 0 ? undefined : read.own[i]! }
      if (denoise) denoiseRow({ model, around, near, i, known }, place)
      if (Number.isNaN(found.logDensity[i]!)) continue
      const { outlier, p } = outliers.scoreOf(place)
      out.outlier[i] = outlier
      out.outlierP[i] = p
    }
  }
  watch?.progress?.({ stage: SCORING, done: n, total: n })
  return {
    kind: 'rows',
    raw,
    request: { gradient, denoise },
    ...found,
    ...out,
    denoised: denoise ? near : undefined,
    own: read.own.reduce((sum, place) => sum + (place >= 0 ? 1 : 0), 0),
    warnings: [...warnings, ...rowWarnings(model, read, found.logDensity)]
  }
}

/** Rows by which of some coordinates, or of all, they know. */
function patternsOf({ data, known }: CodedRows, of: readonly number[] | 'all'): [readonly number[], readonly number[]][] {
  const all = of === 'all' ? Array.from({ length: data.cols }, (_, c) => c) : of
  const knownOf = (i: number) => all.filter((c) => known[i * data.cols + c])
  const rows = Array.from({ length: data.rows }, (_, i) => i)
  return Array.from(placesByName(rows, (i) => knownOf(i).join(',')).values(), (places) => [knownOf(places[0]!), places])
}

interface Scoring {
  readonly model: DensityModel
  readonly rows: DensityRows
  readonly read: ReadScored
  readonly gradient: boolean
}

/** log-densities of rows, and their gradients, in units of the columns. */
export async function logDensities(
  { model, rows, read, gradient }: Scoring,
  { engine, watch }: Pick<Context, 'engine' | 'watch'>
): Promise<{ readonly logDensity: Float64Array; readonly gradient?: Matrix }> {
  const { levels, own } = read
  const coded = withoutSpikes(model, read)
  const columns = numberColumns(model)
  const n = coded.data.rows
  const width = rows.levelCounts.length
  const logDensity = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
  const slopes = matrix(n, columns.length)
  const places = columns.map(({ at }) => at)
  const patterns = patternsOf(coded, places)
  const lookedRows = model.ends.length > 0 ? rowsBetween(rows, model.ends, places) : rows
  for (const [s, { weight, between, ...setting }] of model.stack.entries()) {
    const moments = await stepMoments(between ? lookedRows : rows, setting.epsilon, { engine, watch: quiet(watch) })
    const ends = between ? model.ends : []
    let done = 0
    for (const [known, places] of patterns) {
      const numbers = known.map((c) => columns.findIndex(({ at }) => at === c))
      const mixture = new StepMixture(moments, setting, { numbers })
      const slope = gradient ? new Float64Array(known.length) : undefined
      for (const i of places) {
        if (done++ % LOOK === 0) {
          throwIfStopped(watch, SCORING)
          watch?.progress?.({ stage: SCORING, done: s * n + done, total: (model.stack.length + 1) * n })
        }
        const looked = rowBetween(
          ends,
          numbers,
          Float64Array.from(known, (c) => coded.data.data[i * coded.data.cols + c]!)
        )
        // Beyond an end this law has nothing.
        if (!looked) continue
        const row: ScoredRow = {
          numbers: looked.numbers,
          levels: levels.subarray(i * width, (i + 1) * width),
          own: own[i]! < 0 ? undefined : own[i]!
        }
        const value = log(weight) + mixture.logAt(row, slope) + looked.logSlope
        if (slope) slopeBack(slope, looked)
        addLaw({ logDensity, slopes, i }, value, { slope, numbers })
      }
    }
  }
  for (const [known, places] of patterns) {
    const shift = logVolume(
      model,
      columns.filter(({ at }) => known.includes(at))
    )
    for (const i of places) {
      const nothing = known.length === 0 && levels.subarray(i * width, (i + 1) * width).every((level) => level < 0)
      logDensity[i] = nothing ? Number.NaN : logDensity[i]! - shift
      columns.forEach((column, a) => {
        const at = i * columns.length + a
        slopes.data[at] = known.includes(column.at) ? slopes.data[at]! / unitsOf(model, column) : Number.NaN
      })
    }
  }
  return gradient ? { logDensity, gradient: slopes } : { logDensity }
}

/** Rows with a spike have its probability, and no density of the number. */
function withoutSpikes(model: DensityModel, { coded, levels }: ReadScored): CodedRows {
  const spiked = spikedColumns(model)
  if (spiked.length === 0) return coded
  const known = coded.known.slice()
  const { rows: n, cols } = coded.data
  const width = n === 0 ? 0 : levels.length / n
  for (const { column, f, beside } of spiked)
    for (let i = 0; i < n; i++) {
      const level = levels[i * width + f]!
      if (level >= 0 && level !== beside) known[i * cols + column.at] = 0
    }
  return { data: coded.data, known }
}

/** A slope between ends, in place, as one of the numbers themselves. */
function slopeBack(slope: Float64Array, { looked }: NonNullable<ReturnType<typeof rowBetween>>): void {
  looked.forEach((found, r) => {
    if (found) slope[r] = slope[r]! * found.slope + found.bend
  })
}

interface Sums {
  readonly logDensity: Float64Array
  readonly slopes: Matrix
  readonly i: number
}

/** Adds a law of the stack to a row's density; slopes are means under what each law has of it. */
function addLaw(
  { logDensity, slopes, i }: Sums,
  value: number,
  { slope, numbers }: { readonly slope: Float64Array | undefined; readonly numbers: readonly number[] }
): void {
  if (value === Number.NEGATIVE_INFINITY) return
  const before = logDensity[i]!
  const most = Math.max(before, value)
  const total = most + log(exp(before - most) + exp(value - most))
  logDensity[i] = total
  if (!slope) return
  const share = exp(value - total)
  numbers.forEach((a, r) => {
    const at = i * slopes.cols + a
    slopes.data[at] = (1 - share) * slopes.data[at]! + share * slope[r]!
  })
}

interface Denoising {
  readonly model: DensityModel
  readonly around: Neighbourhoods
  readonly near: NonNullable<ScoredRows['denoised']>
  readonly i: number
  readonly known: readonly number[]
}

function denoiseRow(
  { model, around, near, i, known }: Denoising,
  place: { readonly row: Float64Array; readonly own: number | undefined }
): void {
  const { numbers, levels } = denoised(around, { ...place, known })
  numberColumns(model).forEach(({ centre, scale, low, high }, a) => {
    // A mean of rows is within their range, but for its rounding.
    near.numbers.data[i * near.numbers.cols + a] = Math.min(high, Math.max(low, centre + scale * numbers[a]!))
  })
  near.levels.set(levels, i * levels.length)
}
