import { inTurn, leastOf, type Search, type Stage, search } from '../../choose/search.js'
import { cosTurns, sinTurns } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Clock } from './clock.js'

/** Σ_k A_k cos(2πkp/period) + B_k sin(2πkp/period) at place p. */
export interface Cycle {
  /** In rows. */
  readonly period: number
  readonly cosines: readonly number[]
  readonly sines: readonly number[]
}

/** A level that was left for good: places before `before` stand `by` above what comes from there on. */
export interface LevelShift {
  readonly before: number
  readonly by: number
}

/**
 * What of each coordinate [d] the place alone says, added to the rest: what repeats itself, and levels that were left, which nothing to
 * come has. Places are counted from the last row of the series, which stands at 0.
 */
export type Season = readonly (readonly (Cycle | LevelShift)[])[]

export const isShift = (part: Cycle | LevelShift): part is LevelShift => 'before' in part

/** What repeats itself of a coordinate. */
export const cyclesIn = (parts: readonly (Cycle | LevelShift)[]): Cycle[] => parts.flatMap((part) => (isShift(part) ? [] : [part]))

/** A series in scaled coordinates [T, d], and the place of each row [T]. */
export interface PlacedSeries {
  readonly coordinates: Matrix
  readonly places: Float64Array
}

/** Periods in milliseconds that the times of a calendar may have: day, week, and year of 365.2425 days. */
const CALENDAR = [86_400_000, 604_800_000, 31_556_952_000]
/** By the calendar. */
const MONTHS_A_YEAR = 12
/** Of a period: monthly series have no more, and a sum of six follows all but jumps. */
const MOST_HARMONICS = 6
/** Rows that are held out at a time are one of so many stretches. */
const STRETCHES = 20
/** A period must come so often, or it cannot be told from a trend; and a shorter one than two rows cannot be seen. */
const [LEAST_PERIODS, LEAST_PERIOD] = [2, 2]

/** How often a period of the calendar must come: once in a series that is drawn anew, where nothing goes on and a trend of a year may be its season. */
export const leastPeriods = (anew: boolean): number => (anew ? 1 : LEAST_PERIODS)

/**
 * Periods to be looked for, in rows: those stated, or those of the calendar where times are dates, and one unit of times that are
 * numbers, as years are where months stand twelve to one; those of a calendar must come `least` times. Throws `InputError` (code `season-period`).
 */
export function periodsFor(
  asked: 'auto' | 'off' | readonly number[],
  clock: Clock | undefined,
  rows: number,
  least = LEAST_PERIODS
): readonly number[] {
  if (asked === 'off') return []
  if (asked === 'auto') {
    const all = clock ? periodsOf(clock) : []
    // Two years have 730 days or one more, and two periods half a day more than that.
    return all.filter((period) => period >= LEAST_PERIOD && least * period < rows + 1)
  }
  const most = rows / LEAST_PERIODS
  const wrong = asked.find((period) => !(period >= LEAST_PERIOD && period <= most))
  if (wrong === undefined) return [...new Set(asked)].sort((a, b) => a - b)
  throw new InputError({
    code: 'season-period',
    got: `a season of ${wrong} rows in a series of ${rows}`,
    expected: `periods from ${LEAST_PERIOD} rows to half of the series`,
    try: most >= LEAST_PERIOD ? `--season ${Math.floor(Math.min(most, Math.max(LEAST_PERIOD, wrong)))}` : 'a longer series'
  })
}

function periodsOf({ column, spacing, months }: Clock): readonly number[] {
  if (column === 'datetime') return months ? [MONTHS_A_YEAR / months.count] : CALENDAR.map((period) => period / spacing)
  const rows = Math.round(1 / spacing)
  // Times are written to some digits: as far off as a step is wide they are not.
  return Math.abs(rows * spacing - 1) < 1 / (2 * rows * rows) ? [rows] : []
}

/**
 * The season of every coordinate: each row is regressed on the one before it and on harmonics of the periods; as many of these are
 * taken as predict held-out stretches of the series best, and none of a period that gains less than one standard error. What they make
 * of a series that follows its regression is the season. A trend does not count as one. Undefined where no coordinate has any.
 * @source regression with autoregressive errors: Cochrane and Orcutt, JASA 1949; harmonics: Harvey, *Forecasting, Structural Time
 * Series Models and the Kalman Filter*, 1989, section 2.3. Cost O(T·(harmonics)²) a coordinate.
 */
export async function findSeason(series: PlacedSeries, periods: readonly number[]): Promise<Season | undefined> {
  if (periods.length === 0) return undefined
  const season: (readonly Cycle[])[] = []
  for (let c = 0; c < series.coordinates.cols; c++) season.push(await cyclesOf(new Regressions(series, c, periods), periods))
  return season.some((cycles) => cycles.length > 0) ? season : undefined
}

/** The season at a place [d]. */
export const seasonAt = (season: Season, place: number): Float64Array =>
  Float64Array.from(season, (parts) => parts.reduce((sum, part) => sum + partAt(part, place), 0))

function partAt(part: Cycle | LevelShift, place: number): number {
  if (isShift(part)) return place < part.before ? part.by : 0
  const { period, cosines, sines } = part
  return cosines.reduce((own, a, k) => {
    const turns = ((k + 1) * place) / period
    return own + a * cosTurns(turns) + sines[k]! * sinTurns(turns)
  }, 0)
}

/** Rows of coordinates with the season of their places added, or taken away. */
export function shiftedBySeason(m: Matrix, { season, sign, placeOf }: SeasonShift): Matrix {
  if (!season) return m
  const out = matrix(m.rows, m.cols, m.data.slice())
  const known = new Map<number, Float64Array>()
  for (let i = 0; i < m.rows; i++) {
    const place = placeOf(i)
    const at = known.get(place) ?? seasonAt(season, place)
    known.set(place, at)
    for (let c = 0; c < m.cols; c++) out.data[i * m.cols + c] = out.data[i * m.cols + c]! + sign * at[c]!
  }
  return out
}

interface SeasonShift {
  readonly season: Season | undefined
  readonly sign: 1 | -1
  /** Of a row. */
  readonly placeOf: (row: number) => number
}

/** How many harmonics of each period. */
type Harmonics = readonly number[]

const total = (harmonics: Harmonics): number => harmonics.reduce((sum, k) => sum + k, 0)
const order = (a: Harmonics, b: Harmonics): number => total(a) - total(b) || a.reduce((sum, k, i) => sum || k - b[i]!, 0)

async function cyclesOf(regressions: Regressions, periods: readonly number[]): Promise<readonly Cycle[]> {
  const most = periods.map(mostHarmonics)
  const stages = periods.map(
    (_, i): Stage<Harmonics> =>
      (trials) => {
        const least = leastOf(trials)?.setting ?? periods.map(() => 0)
        return Array.from({ length: most[i]! + 1 }, (_k, k) => least.map((own, j) => (j === i ? k : own)))
      }
  )
  const problem: Search<Harmonics> = {
    stage: 'looking for seasons',
    parts: 1,
    expected: total(most),
    order,
    score: async (harmonics) => regressions.heldOut(harmonics),
    // That something repeats itself has to be shown; what shape it has is whichever foretells best.
    allowance: (harmonics, least) => (harmonics.some((k, i) => k === 0 && least[i]! > 0) ? 1 : 0),
    moves: inTurn(order, stages)
  }
  const found = regressions.stretches > 1 ? await search(problem) : undefined
  return found ? regressions.cycles(found.setting) : []
}

/** A harmonic beyond half of the period looks like one before it. */
const mostHarmonics = (period: number): number => Math.min(MOST_HARMONICS, Math.floor(period / 2))

/** Regressions of a coordinate on the row before it and on harmonics: the moments of each stretch, all harmonics together. */
class Regressions {
  /** What each row is regressed on: a constant, the row before it, cosine and sine of every harmonic; the row itself comes last. */
  private readonly width: number
  /** [stretches][width · width] */
  private readonly moments: readonly Float64Array[]
  private readonly counts: readonly number[]

  constructor(
    { coordinates: { data, cols }, places }: PlacedSeries,
    c: number,
    private readonly periods: readonly number[]
  ) {
    this.width = 3 + 2 * total(periods.map(mostHarmonics))
    const follows = Array.from(places.keys()).filter((i) => i > 0 && places[i] === places[i - 1]! + 1)
    const stretches = Math.min(STRETCHES, follows.length)
    const moments = Array.from({ length: stretches }, () => new Float64Array(this.width ** 2))
    const counts = new Array<number>(stretches).fill(0)
    const row = new Float64Array(this.width)
    for (const [at, i] of follows.entries()) {
      const stretch = Math.floor((at * stretches) / follows.length)
      counts[stretch]!++
      this.fill(row, places[i]!)
      row[1] = data[(i - 1) * cols + c]!
      row[this.width - 1] = data[i * cols + c]!
      addSquare(moments[stretch]!, row)
    }
    this.moments = moments
    this.counts = counts
  }

  get stretches(): number {
    return this.moments.length
  }

  private fill(row: Float64Array, place: number): void {
    row[0] = 1
    let at = 2
    for (const period of this.periods)
      for (let k = 1; k <= mostHarmonics(period); k++) {
        const turns = (k * place) / period
        row[at++] = cosTurns(turns)
        row[at++] = sinTurns(turns)
      }
  }

  /** Mean squared error of each stretch, from the regression of the others. */
  heldOut(harmonics: Harmonics): Float64Array {
    const chosen = this.places(harmonics)
    const all = sumOf(this.moments)
    return Float64Array.from(this.moments, (own, s) => {
      const slopes = this.slopes(
        all.map((x, k) => x - own[k]!),
        chosen
      )
      return this.squares(own, { chosen, slopes }) / this.counts[s]!
    })
  }

  /** The season of as many harmonics, from all rows: s_p = φ s_{p−1} + what the harmonics add at p. */
  cycles(harmonics: Harmonics): readonly Cycle[] {
    const [, slope, ...own] = this.slopes(sumOf(this.moments), this.places(harmonics))
    let at = 0
    return this.periods.flatMap((period, i) => {
      const cosines: number[] = []
      const sines: number[] = []
      for (let k = 1; k <= harmonics[i]!; k++) {
        const [a, b] = [own[at++]!, own[at++]!]
        const turns = k / period
        const [kept, turned] = [1 - slope! * cosTurns(turns), slope! * sinTurns(turns)]
        const square = kept * kept + turned * turned
        cosines.push((a * kept - b * turned) / square)
        sines.push((a * turned + b * kept) / square)
      }
      return cosines.length > 0 ? [{ period, cosines, sines }] : []
    })
  }

  /** Which of the columns are regressed on. */
  private places(harmonics: Harmonics): number[] {
    let at = 2
    const own = this.periods.flatMap((period, i) => {
      const first = at
      at += 2 * mostHarmonics(period)
      return Array.from({ length: 2 * harmonics[i]! }, (_, k) => first + k)
    })
    return [0, 1, ...own]
  }

  private slopes(moments: Float64Array, chosen: readonly number[]): Float64Array {
    const [n, w] = [chosen.length, this.width]
    const normal = new Float64Array(n * n)
    const out = new Float64Array(n)
    for (const [i, a] of chosen.entries()) {
      for (const [j, b] of chosen.entries()) normal[i * n + j] = moments[a * w + b]!
      out[i] = moments[a * w + w - 1]!
    }
    // The sine of the last harmonic of an even period is nought in every row.
    regularCholeskyInPlace(normal, n)
    solveLowerInPlace(normal, n, out)
    solveLowerTransposedInPlace(normal, n, out)
    return out
  }

  /** Squared residuals, summed. */
  private squares(
    moments: Float64Array,
    { chosen, slopes }: { readonly chosen: readonly number[]; readonly slopes: Float64Array }
  ): number {
    const w = this.width
    let sum = moments[w * w - 1]!
    for (const [i, a] of chosen.entries()) {
      sum -= 2 * slopes[i]! * moments[a * w + w - 1]!
      for (const [j, b] of chosen.entries()) sum += slopes[i]! * slopes[j]! * moments[a * w + b]!
    }
    return Math.max(0, sum)
  }
}

function addSquare(into: Float64Array, row: Float64Array): void {
  const w = row.length
  for (let a = 0; a < w; a++) for (let b = 0; b < w; b++) into[a * w + b] = into[a * w + b]! + row[a]! * row[b]!
}

function sumOf(parts: readonly Float64Array[]): Float64Array {
  const out = parts[0]!.slice()
  for (const part of parts.slice(1)) for (let k = 0; k < out.length; k++) out[k] = out[k]! + part[k]!
  return out
}
