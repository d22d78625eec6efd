import { log } from '../../num/elementary.js'
import { regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { listed } from '../../num/listed.js'
import { pairEnds } from './pairs.js'
import type { PlacedSeries } from './season.js'

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

/**
 * Says which columns cannot be told from walks that do not come back: least squares takes the coefficient of such a series for
 * about 5/T less than one, so that a forecast of many steps comes back to a mean and spreads too little. What comes back to a line
 * in time looks like a walk beside a mean, and is foretold the other way round: towards a mean that it has left, with too much spread.
 * @source Dickey, Fuller, JASA 1979; the bias: Kendall, Biometrika 1954.
 */
export function walkNotes({ coordinates, places }: PlacedSeries, names: readonly string[]): string[] {
  const comesBack = (values: Float64Array, middle: Middle): boolean => {
    const found = dickeyFuller(values, places, middle)
    return found === undefined || found.t <= CRITICAL[middle](found.rows)
  }
  const leaving = names.flatMap((name, c) => {
    const values = Float64Array.from({ length: coordinates.rows }, (_row, i) => coordinates.data[i * coordinates.cols + c]!)
    return comesBack(values, 'mean') ? [] : [{ name, isLine: comesBack(values, 'line') }]
  })
  const of = (isLine: boolean) => leaving.flatMap((one) => (one.isLine === isLine ? [one.name] : []))
  const [walks, lines] = [of(false), of(true)]
  return [
    ...(walks.length > 0
      ? [
          `${listed(walks)} cannot be told from a walk that does not come back to its mean (Dickey–Fuller, level 5 %): the forecast comes back to the mean that was seen, and after many steps its spread is too narrow if there is none; of a walk, changes from row to row can be forecast in its place and added up`
        ]
      : []),
    ...(lines.length > 0
      ? [
          `${listed(lines)} comes back to a line in time rather than to a mean (Dickey–Fuller, level 5 %, with a trend and without): the forecast does not go on along it, but comes back to the mean that was seen, with a spread as wide as the line is high; forecast what is left when the line is taken off, and add it again`
        ]
      : [])
  ]
}

/**
 * t of the value before, in a regression of changes on it and on as many changes before as Akaike's criterion asks for, of at most
 * 12 (T/100)^¼. Undefined where rows are too few or changes follow from those before without an error.
 * @source Said, Dickey, Biometrika 1984; the most: Schwert, Journal of Business & Economic Statistics 1989. Cost O(T·√T).
 */
function dickeyFuller(x: Float64Array, places: Float64Array, middle: Middle): { readonly t: number; readonly rows: number } | undefined {
  const most = Math.min(Math.floor(12 * Math.sqrt(Math.sqrt(x.length / 100))), Math.floor(x.length / ROWS_PER_TERM) - 2)
  if (most < 0) return undefined
  const ends = pairEnds(places, most + 1)
  const rows = ends.length
  if (rows < ROWS_PER_TERM * 2) return undefined
  const times = middle === 'line' ? centred(ends.map((end) => places[end]!)) : undefined
  // The value before, changes before it, and last what is to be foretold.
  const change = (end: number): number => x[end]! - x[end - 1]!
  const columns = [
    ends.map((end) => x[end - 1]!),
    ...Array.from({ length: most }, (_, lag) => ends.map((end) => change(end - 1 - lag))),
    ends.map(change)
  ].map((column) => without(centred(column), times))
  const terms = most + 1
  const inner = (i: number, j: number): number => columns[i]!.reduce((sum, value, row) => sum + value * columns[j]![row]!, 0)
  const lower = new Float64Array(terms * terms)
  for (let i = 0; i < terms; i++) for (let j = 0; j <= i; j++) lower[i * terms + j] = inner(i, j)
  const scores = Float64Array.from({ length: terms }, (_, i) => inner(i, terms))
  regularCholeskyInPlace(lower, terms)
  // The factor of fewer terms is a part of this one, and each score takes its square off what is left.
  solveLowerInPlace(lower, terms, scores)
  const all = inner(terms, terms)
  let left = all
  let best = { criterion: Number.POSITIVE_INFINITY, terms: 0, left: 0 }
  for (let k = 1; k <= terms; k++) {
    left -= scores[k - 1]! ** 2
    if (left <= NOTHING_LEFT * all) return undefined
    const criterion = rows * log(left / rows) + 2 * k
    if (criterion < best.criterion) best = { criterion, terms: k, left }
  }
  const part = Float64Array.from({ length: best.terms ** 2 }, (_, at) => lower[Math.floor(at / best.terms) * terms + (at % best.terms)]!)
  const coefficients = scores.slice(0, best.terms)
  solveLowerTransposedInPlace(part, best.terms, coefficients)
  const unit = new Float64Array(best.terms)
  unit[0] = 1
  solveLowerInPlace(part, best.terms, unit)
  const variance = unit.reduce((sum, value) => sum + value * value, 0) * (best.left / (rows - best.terms - (times ? 2 : 1)))
  return { t: coefficients[0]! / Math.sqrt(variance), rows }
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/** What a line in time leaves of a column; both centred. */
function without(column: readonly number[], times: readonly number[] | undefined): readonly number[] {
  if (!times) return column
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  const slope = product(column, times) / product(times, times)
  return column.map((value, i) => value - slope * times[i]!)
}
