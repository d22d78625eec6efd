import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import type { DensityRows } from '../../law/step-mixture.js'
import { exp, log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { mean, sorted, variance } from '../../num/statistics.js'
import { cloud } from '../../space/cloud.js'

/**
 * A number that stands between ends, as laws that mind them look at it: by the logarithm of its distance to the end that it has, or
 * of that of its two distances, centred and scaled. Kernels run over an end; none of these does. All in scaled coordinates.
 */
export interface Ends {
  /** Its place among the numbers. */
  readonly number: number
  readonly low?: number | undefined
  readonly high?: number | undefined
  /** The least and the most that rows have: what stands at an end, as a spike does, counts as these where it is compared. */
  readonly least: number
  readonly most: number
  readonly centre: number
  readonly scale: number
}

/** Rows that ends are told by: a mean log-density is known to a twentieth of its spread. */
const MOST_TOLD = 500
/** Bandwidths in variances of a column, by fours: from half of its deviation to a hundredth. */
const BANDWIDTHS = [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 1024, 1 / 4096]
/** Fewer rows tell no end. */
const LEAST_ROWS = 20

/** A number where it has a density, and what its coordinate would be there; undefined outside of the ends. */
interface Looked {
  readonly at: number
  /** log |d at / dx|. */
  readonly logSlope: number
  /** d at / dx, and d logSlope / dx. */
  readonly slope: number
  readonly bend: number
}

/** Cost O(1). */
function lookedAt({ low, high, centre, scale }: Omit<Ends, 'number' | 'least' | 'most'>, x: number): Looked | undefined {
  const [below, above] = [low === undefined ? undefined : x - low, high === undefined ? undefined : high - x]
  if ((below !== undefined && !(below > 0)) || (above !== undefined && !(above > 0))) return undefined
  const at = (below === undefined ? 0 : log(below)) - (above === undefined ? 0 : log(above))
  const [up, down] = [below === undefined ? 0 : 1 / below, above === undefined ? 0 : 1 / above]
  const slope = up + down
  return { at: (at - centre) / scale, logSlope: log(slope / scale), slope: slope / scale, bend: down - up }
}

/** The coordinate of a number that is compared, whatever it is. */
function comparedAt(ends: Ends, x: number): number {
  return lookedAt(ends, Math.min(ends.most, Math.max(ends.least, x)))!.at
}

/** Rows as laws that mind the ends look at them. `places`: the coordinate of each number among those compared. Cost O(L·D). */
export function rowsBetween(rows: DensityRows, ends: readonly Ends[], places: readonly number[]): DensityRows {
  const moved = ({ rows: n, cols, data }: Matrix, placeOf: (one: Ends) => number): Matrix => {
    const out = matrix(n, cols, data.slice())
    for (const one of ends) {
      const at = placeOf(one)
      for (let i = 0; i < n; i++) out.data[i * cols + at] = comparedAt(one, data[i * cols + at]!)
    }
    return out
  }
  return { ...rows, compared: moved(rows.compared, ({ number }) => places[number]!), numbers: moved(rows.numbers, ({ number }) => number) }
}

/** A row's known numbers between the ends, in their order, and log of the volume that they part; undefined outside. */
export function rowBetween(
  ends: readonly Ends[],
  known: readonly number[],
  numbers: Float64Array
): { readonly numbers: Float64Array; readonly logSlope: number; readonly looked: readonly (Looked | undefined)[] } | undefined {
  const out = numbers.slice()
  const looked = new Array<Looked | undefined>(known.length)
  let logSlope = 0
  for (const one of ends) {
    const r = known.indexOf(one.number)
    if (r < 0) continue
    const found = lookedAt(one, numbers[r]!)
    if (!found) return undefined
    out[r] = found.at
    logSlope += found.logSlope
    looked[r] = found
  }
  return { numbers: out, logSlope, looked }
}

/**
 * The ends of a number, where its known cells, each left out of a kernel density, are likelier by logarithms of the distance to them
 * than as they are, by more than a standard error: of those tried (nothing, for numbers above it, and what lies beyond the outermost cells as fresh
 * ones might) the likeliest. `origin`: where nothing stands. Cost of 30 kernel passes of at most 500 rows.
 */
export async function endsOf(
  number: number,
  { values, origin }: { readonly values: Float64Array; readonly origin: number | undefined },
  engine: Engine
): Promise<Ends | undefined> {
  const ascending = sorted(values)
  if (ascending.length < LEAST_ROWS) return undefined
  const some = Float64Array.from(evenly(values.length, MOST_TOLD), (k) => values[k]!)
  const beyond = endsBeyond(ascending)
  const plain = await keptOut(some, engine)
  let best: { readonly ends: Ends; readonly logs: Float64Array } | undefined
  for (const { low, high } of candidatesOf(ascending, beyond, origin)) {
    const whole = { low, high, centre: 0, scale: 1 }
    const looked = Array.from(ascending, (x) => lookedAt(whole, x))
    if (!looked.every((one) => one !== undefined)) continue
    const places = looked.map(({ at }) => at)
    const ends: Ends = {
      number,
      low,
      high,
      least: ascending[0]!,
      most: ascending.at(-1)!,
      centre: mean(places),
      scale: Math.sqrt(variance(places))
    }
    if (!(ends.scale > 0)) continue
    const told = Array.from(some, (x) => lookedAt(ends, x)!)
    const kept = await keptOut(
      Float64Array.from(told, ({ at }) => at),
      engine
    )
    // Without an outermost row the end might lie inside of it: then it has no more than a row's worth of one Gaussian.
    const alone = (x: number) =>
      (x === ends.least && low === beyond.low.all && beyond.low.without >= x) ||
      (x === ends.most && high === beyond.high.all && beyond.high.without <= x)
    const logs = kept.map((x, i) => (alone(some[i]!) ? gaussianLog(some[i]!, some) - log(some.length) : x + told[i]!.logSlope))
    // Two ends are less simple than one: a long tail has none.
    const two = low !== undefined && high !== undefined
    if (!best || (two ? clearlyAbove(logs, best.logs) : mean(logs) > mean(best.logs))) best = { ends, logs }
  }
  return best && clearlyAbove(best.logs, plain) ? best.ends : undefined
}

/** Whether log-densities of the same rows are larger on average by more than a standard error of the difference. */
function clearlyAbove(logs: Float64Array, than: Float64Array): boolean {
  const gain = logs.map((x, i) => x - than[i]!)
  return mean(gain) > Math.sqrt(variance(gain) / gain.length)
}

interface Candidate {
  readonly low?: number | undefined
  readonly high?: number | undefined
}

/** Ends beyond the outermost values, ascending, and those without the outermost itself. */
function endsBeyond(ascending: Float64Array): Record<'low' | 'high', { readonly all: number; readonly without: number }> {
  const back = ascending.map((x) => -x).reverse()
  return {
    low: { all: endBelow(ascending), without: endBelow(ascending.subarray(1)) },
    high: { all: -endBelow(back), without: -endBelow(back.subarray(1)) }
  }
}

/** Of rows that are as dense up to an end, it lies beyond the outermost by an exponential of their mean gap: once in n by more than log n of these. */
function endBelow(ascending: Float64Array): number {
  const few = Math.ceil(Math.sqrt(ascending.length))
  return ascending[0]! - (log(ascending.length) * (ascending[few]! - ascending[0]!)) / few
}

function candidatesOf(ascending: Float64Array, { low, high }: ReturnType<typeof endsBeyond>, origin: number | undefined): Candidate[] {
  const least = ascending[0]!
  if (!(low.all < least) || !(high.all > ascending.at(-1)!)) return []
  const positive = origin !== undefined && origin < least ? [{ low: origin }] : []
  return [...positive, { low: low.all }, { high: high.all }, { low: low.all, high: high.all }]
}

/** log-density of one Gaussian of all values. */
function gaussianLog(x: number, values: Float64Array): number {
  const spread = variance(values)
  return -0.5 * (LOG_2_PI + log(spread) + (x - mean(values)) ** 2 / spread)
}

/** log-densities of values, each left out of the Gaussian kernel density of the others, and a row's worth of one Gaussian, at the bandwidth that is likeliest so. */
async function keptOut(values: Float64Array, engine: Engine): Promise<Float64Array> {
  const n = values.length
  const side = cloud(matrix(n, 1, values))
  const spread = variance(values)
  const wide = values.map((x) => exp(gaussianLog(x, values)))
  let best: Float64Array | undefined
  for (const factor of BANDWIDTHS) {
    // exp(−r²/(4ε)): a Gaussian of variance 2ε.
    const epsilon = (factor * spread) / 2
    const sums = await engine.logSum({ from: side, to: side, kernel: gaussianKernel(epsilon) }, new Float64Array(n))
    const height = exp(-0.5 * (LOG_2_PI + log(2 * epsilon)))
    // A row alone, of which kernels say nothing, has one row's worth of the Gaussian of all.
    const logs = sums.map((sum, i) => log(Math.max(0, exp(sum) - 1) * height + wide[i]!) - log(n))
    if (!best || mean(logs) > mean(best)) best = logs
  }
  return best!
}

/** log 2π. */
const LOG_2_PI = 1.8378770664093453
