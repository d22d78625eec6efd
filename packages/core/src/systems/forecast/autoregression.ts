import { log } from '../../num/elementary.js'
import { regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { pairEnds } from './pairs.js'

/** Rows for each coefficient, at least. @source Peduzzi and others, Journal of Clinical Epidemiology 1996: ten a variable of a regression. */
const ROWS_PER_TERM = 10
/** Of what varies, less than this is rounding: nothing is left over that a test could go by. */
const NOTHING_LEFT = 1e-12

/** What a series is taken to come back to: one mean, or a line in time. */
type Middle = 'mean' | 'line'

/** Below this t one walk in twenty comes. @source MacKinnon 2010, Queen’s Economics Department working paper 1227: 5 %, with a constant; with a constant and a trend. */
const CRITICAL: Readonly<Record<Middle, (rows: number) => number>> = {
  mean: (rows) => -2.86154 - 2.8903 / rows - 4.234 / rows ** 2 - 40.04 / rows ** 3,
  line: (rows) => -3.41049 - 4.3904 / rows - 9.036 / rows ** 2 - 45.374 / rows ** 3
}

/** Whether a series can be told from a walk that does not come back; or is too short to tell. */
export function comesBack(x: Float64Array, places: Float64Array, middle: Middle): boolean {
  const found = autoRegression(x, { places, hasLevel: true, hasLine: middle === 'line' })
  return found?.t === undefined || found.t <= CRITICAL[middle](found.ends.length)
}

/** Changes of a series from those before. */
interface AutoRegression {
  /** Rows whose change was regressed. */
  readonly ends: readonly number[]
  /** Squares that are left. */
  readonly left: number
  /** t of the value before, where it has a part. */
  readonly t: number | undefined
  /** The value that follows. */
  next(values: ArrayLike<number>): number
  /** Standard deviation of each of the next values [steps]. */
  spreads(steps: number): Float64Array
}

interface Regressed {
  readonly places: Float64Array
  /** Rows before this one; default all. */
  readonly before?: number
  /** Whether the value before has a part in a change: without it the series comes back to nothing. */
  readonly hasLevel: boolean
  /** Whether a line in time is taken off first. */
  readonly hasLine?: boolean
}

/**
 * Regression of changes on the value before and on as many changes before as Akaike's criterion asks for, of at most
 * 12 (T/100)^¼. Undefined where rows are too few or changes follow from those before without an error.
 * @source Said, Dickey, Biometrika 1984; the most: Schwert, Journal of Business & Economic Statistics 1989. Cost O(T·√T).
 */
export function autoRegression(
  x: Float64Array,
  { places, before = x.length, hasLevel, hasLine = false }: Regressed
): AutoRegression | undefined {
  const most = Math.min(Math.floor(12 * Math.sqrt(Math.sqrt(before / 100))), Math.floor(before / ROWS_PER_TERM) - 2)
  if (most < 0) return undefined
  const ends = pairEnds(places, most + 1).filter((end) => end < before)
  const rows = ends.length
  if (rows < ROWS_PER_TERM * 2) return undefined
  const times = hasLine ? centred(ends.map((end) => places[end]!)) : undefined
  // The value before, changes before it, and last what is to be foretold.
  const change = (end: number): number => x[end]! - x[end - 1]!
  const raw = [
    ...(hasLevel ? [ends.map((end) => x[end - 1]!)] : []),
    ...Array.from({ length: most }, (_, lag) => ends.map((end) => change(end - 1 - lag))),
    ends.map(change)
  ]
  const columns = raw.map((column) => without(centred(column), times))
  const terms = columns.length - 1
  const inner = (i: number, j: number): number => columns[i]!.reduce((sum, value, row) => sum + value * columns[j]![row]!, 0)
  const lower = new Float64Array(terms * terms)
  for (let i = 0; i < terms; i++) for (let j = 0; j <= i; j++) lower[i * terms + j] = inner(i, j)
  const scores = Float64Array.from({ length: terms }, (_, i) => inner(i, terms))
  if (terms > 0) regularCholeskyInPlace(lower, terms)
  // The factor of fewer terms is a part of this one, and each score takes its square off what is left.
  solveLowerInPlace(lower, terms, scores)
  const best = bestOrder(scores, { all: inner(terms, terms), rows, least: hasLevel ? 1 : 0 })
  if (!best) return undefined
  const part = Float64Array.from({ length: best.terms ** 2 }, (_, at) => lower[Math.floor(at / best.terms) * terms + (at % best.terms)]!)
  const coefficients = scores.slice(0, best.terms)
  solveLowerTransposedInPlace(part, best.terms, coefficients)
  const means = raw.map(meanOf)
  const variance = best.left / (rows - best.terms - (times ? 2 : 1))
  /** What follows values whose mean change is nought. */
  const follows = (values: ArrayLike<number>): number => {
    const n = values.length
    const level = hasLevel ? coefficients[0]! * values[n - 1]! : 0
    const lags = coefficients.subarray(hasLevel ? 1 : 0)
    return lags.reduce((sum, b, lag) => sum + b * (values[n - 1 - lag]! - values[n - 2 - lag]!), values[n - 1]! + level)
  }
  const drift = coefficients.reduce((sum, b, k) => sum - b * means[k]!, means[terms]!)
  return {
    ends,
    left: best.left,
    t: hasLevel ? tOfFirst(part, { coefficients, variance }) : undefined,
    next: (values) => follows(values) + drift,
    spreads(steps) {
      // What a shock of one does later.
      const path = [...new Array<number>(most + 1).fill(0), 1]
      let sum = 0
      return Float64Array.from({ length: steps }, () => {
        sum += path[path.length - 1]! ** 2
        path.push(follows(path))
        return Math.sqrt(variance * sum)
      })
    }
  }
}

interface Ordered {
  /** Squares before any term. */
  readonly all: number
  readonly rows: number
  /** Terms that stay. */
  readonly least: number
}

/** How many terms Akaike's criterion asks for, and the squares that they leave. */
function bestOrder(scores: Float64Array, { all, rows, least }: Ordered): { readonly terms: number; readonly left: number } | undefined {
  let left = all
  let best = { criterion: Number.POSITIVE_INFINITY, terms: 0, left: 0 }
  for (let k = 0; k <= scores.length; k++) {
    if (k > 0) left -= scores[k - 1]! ** 2
    if (k < least) continue
    if (left <= NOTHING_LEFT * all) return undefined
    const criterion = rows * log(left / rows) + 2 * k
    if (criterion < best.criterion) best = { criterion, terms: k, left }
  }
  return best
}

function tOfFirst(
  lower: Float64Array,
  { coefficients, variance }: { readonly coefficients: Float64Array; readonly variance: number }
): number {
  const unit = new Float64Array(coefficients.length)
  unit[0] = 1
  solveLowerInPlace(lower, coefficients.length, unit)
  return coefficients[0]! / Math.sqrt(variance * unit.reduce((sum, value) => sum + value * value, 0))
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function centred(values: readonly number[]): number[] {
  const mean = meanOf(values)
  return values.map((value) => value - mean)
}

/** What a line in time leaves of a column; both centred. */
function without(column: readonly number[], times: readonly number[] | undefined): readonly number[] {
  if (!times) return column
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  const slope = product(column, times) / product(times, times)
  return column.map((value, i) => value - slope * times[i]!)
}
