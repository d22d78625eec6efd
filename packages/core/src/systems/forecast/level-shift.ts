import { autoRegression, comesBack, meanOf } from './autoregression.js'
import type { LevelShift } from './season.js'

/** Of the rows, on either side of a shift, at least: fewer tell an outlier or a walk's last steps as well. */
const LEAST_SIDE = 0.1

/**
 * Below this t one walk in a hundred comes once the step that it is nearest to is taken off it, so that beside the first test, which
 * takes one in twenty for what comes back, this second look adds little. Of 4000 walks each of 40, 60, 100 and 200 rows, and 1500 of
 * 400 and 800, the quantiles are within 0.05.
 */
const critical = (rows: number): number => -4.45 - 18 / rows

/**
 * Where the level of a series changed for good, if it cannot be told from a walk as it is and can once that shift is taken off: one
 * jump is enough to make noise about two levels look like a walk. The shift is the one that leaves the smallest squares, and has to
 * leave smaller ones than a line in time does, since of a line both halves are a shift too.
 * @source Perron, Econometrica 1989; the place: Bai, Econometric Theory 1997; a walk's critical value with a place that is sought:
 * as Zivot, Andrews, Journal of Business & Economic Statistics 1992. Cost that of a regression of changes.
 */
export function levelShift(x: Float64Array, places: Float64Array): LevelShift | undefined {
  if (comesBack(x, places, 'mean')) return undefined
  const step = nearestStep(x)
  if (!step || step.gain <= gainOfLine(x, places)) return undefined
  const rest = x.map((value, i) => (i < step.from ? value - step.by : value))
  const found = autoRegression(rest, { places, hasLevel: true })
  return found?.t !== undefined && found.t <= critical(x.length) ? { before: places[step.from]!, by: step.by } : undefined
}

/** Rows before `from` stand `by` above those from there on; and what that takes off the squares about the mean. */
function nearestStep(x: Float64Array): { readonly from: number; readonly by: number; readonly gain: number } | undefined {
  const n = x.length
  const mean = meanOf(Array.from(x))
  const least = Math.ceil(LEAST_SIDE * n)
  let best: ReturnType<typeof nearestStep>
  let sum = 0
  for (let from = 1; from <= n - least; from++) {
    sum += x[from - 1]! - mean
    if (from < least) continue
    const gain = (sum * sum * n) / (from * (n - from))
    if (!best || gain > best.gain) best = { from, by: (sum * n) / (from * (n - from)), gain }
  }
  return best
}

/** What a line in time takes off the squares about the mean. */
function gainOfLine(x: Float64Array, places: Float64Array): number {
  const [middle, mean] = [meanOf(Array.from(places)), meanOf(Array.from(x))]
  const product = x.reduce((sum, value, i) => sum + (value - mean) * (places[i]! - middle), 0)
  return product ** 2 / places.reduce((sum, place) => sum + (place - middle) ** 2, 0)
}
