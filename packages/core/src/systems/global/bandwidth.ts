import { Generator } from '../../draw/generator.js'
import { type EndNames, endsPassed } from '../../draw/sharp-ends.js'
import { atEpsilon, type KernelChoice, nearestSquaredDistances, sampledSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Context } from '../../kernel/context.js'
import { type Engine, roughEngine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { scaleRows, tableProblem } from '../../law/law.js'
import type { MeanTerms } from '../../law/number-means.js'
import type { Ridges } from '../../law/sweep.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { defined } from '../../num/defined.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { increasing } from '../../num/isotonic.js'
import { throwIfStopped } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { midQuantile, quantileOfSorted, sorted } from '../../num/statistics.js'
import { cloud } from '../../space/cloud.js'
import { decodeTable, type Encoded, encodeTable, fitEncoder } from '../../table/encoder.js'
import { comparedPoints, embedEncoded } from '../../table/standing.js'
import type { Table } from '../../table/table.js'

/** What `bandwidth: 'auto'` saw: kept in the model and drawn in the report. */
export interface BandwidthCurve {
  /** (ε, r) ascending in ε. */
  readonly curve: readonly { readonly epsilon: number; readonly ratio: number }[]
  readonly epsilon: number
  /** r at ε, interpolated on the curve. */
  readonly ratio: number
  /** r that was aimed at: 0.95, or 0.95 of the largest one where that is below 1. */
  readonly target: number
  /** Standard error of r at the evaluations: generated rows are a sample. */
  readonly standardError: number
  /** Whether r can be as large as that of fresh rows, or 0.95 of the largest one was taken, or, where all rows repeat, the largest ε. */
  readonly criterion: 'target-met' | 'nearest-to-target'
  /** Rows that the search used. */
  readonly rowCount: number
}

/** A curve with what its draws say besides. */
export interface FoundCurve extends BandwidthCurve {
  /** Numbers that draws at the ε chosen carried beyond those of the data. */
  readonly ends?: EndNames | undefined
  /** Of the odds of categories that are drawn in groups, as they were chosen at the first ε. */
  readonly ridges?: Ridges | undefined
  /** By what numbers go beside them. */
  readonly meanTerms?: MeanTerms | undefined
}

/** r below which rows are too close to the training rows. @source mathematics, section 5. */
const TARGET_RATIO = 0.95
const LEAST_GENERATED = 500
/** Between evaluations until r has crossed the target; and between the first two where it was expected. */
const FACTOR = 4
const NEAR_FACTOR = 2
/** Neighbouring evaluations this close in ε end the search, or a choice this close to the one below it. */
const FINEST_FACTOR = 1.3
/** So does an r this little above what is asked of it, or this part of its standard error, which is as much of 500 rows. */
const CLOSE_RATIO = 0.015
const CLOSE_ERRORS = 0.75
/** Evaluations that are kept for after r has crossed the target. */
const KEPT = 3
/**
 * ε beyond this many squared coordinate spreads, or typical squared distances of neighbours where these are larger, as in many columns,
 * forgets where it started: the draws are independent already.
 */
const LARGEST_EPSILON = 8

/** Distances from rows to the training rows, in the measure that the bandwidth is chosen by. */
export interface RowDistances {
  /** Typical distance from a fresh row to its nearest training row: leave-one-out over the training rows. Positive. */
  readonly typicalFresh: number
  /** The same of generated rows, and its standard error. */
  typical(rows: Encoded): Promise<{ readonly value: number; readonly standardError: number }>
}

/**
 * Distances between decoded rows, standardised by the training rows; typical is the median, in which the same distances count half.
 * Where all rows have a duplicate, distances between coordinates instead, in which ties are spread.
 * Undefined where these vanish too.
 */
export async function rowDistances(table: Table, training: TrainingRows, engine: Engine): Promise<RowDistances | undefined> {
  const standard = fitEncoder(table, training.encoder.formats, () => 'standard')
  const decoded = (part: Table): Matrix => embedEncoded(standard, encodeTable(standard, part))
  const weights = weightsIn(training)
  const inValues = await distancesTo(decoded(table), async (rows) => decoded(decodeTable(training.encoder, rows)), engine, weights)
  if (inValues) return inValues
  const places = (rows: Encoded): Matrix => embedEncoded(training.encoder, rows)
  return distancesTo(places(training.rows), async (rows) => places(rows), engine, weights)
}

/** What the rows weigh; undefined where all weigh the same. */
export function weightsIn({ logWeights }: Pick<TrainingRows, 'logWeights'>): Float64Array | undefined {
  return logWeights.some((weight) => weight !== logWeights[0]) ? logWeights.map(exp) : undefined
}

/** Of numbers of which many may be the same, as distances of rows of few numbers are: a median that moves with how many. */
const typicalOf = (distances: Float64Array, weights?: Float64Array): number => midQuantile(distances, 0.5, weights)

/** Distances between points [M, c] and those that `place` gives for other rows; undefined where all points are equal. */
export async function distancesTo(
  training: Matrix,
  place: (rows: Encoded) => Promise<Matrix>,
  engine: Engine,
  weights?: Float64Array
): Promise<RowDistances | undefined> {
  return distancesBeside(await nearestSquaredDistances(training, engine), { training, place, engine, weights })
}

/** The same with the squared nearest-neighbour distances of the training rows [M] as they are elsewhere. */
export async function distancesBeside(
  squaredFresh: Float64Array,
  {
    training,
    place,
    engine,
    weights
  }: { training: Matrix; place: (rows: Encoded) => Promise<Matrix>; engine: Engine; weights?: Float64Array | undefined }
): Promise<RowDistances | undefined> {
  const fresh = squaredFresh.map(Math.sqrt)
  // Fresh rows of the law of the weights lie where these are large, often where rows are few.
  const typicalFresh = typicalOf(fresh, weights)
  if (!(typicalFresh > 0)) return undefined
  const to = cloud(training)
  return {
    typicalFresh,
    async typical(rows) {
      const found = await engine.nearest({ from: cloud(await place(rows)), to, kernel: gaussianKernel(1) }, 1)
      const distances = found.squaredDistances.map(Math.sqrt)
      return { value: typicalOf(distances), standardError: standardErrorOf(distances) }
    }
  }
}

/** Two measures as one: r is the geometric mean of theirs. */
export function bothDistances(one: RowDistances, other: RowDistances): RowDistances {
  return {
    typicalFresh: Math.sqrt(one.typicalFresh * other.typicalFresh),
    async typical(rows) {
      const [a, b] = [await one.typical(rows), await other.typical(rows)]
      const value = Math.sqrt(a.value * b.value)
      const relative = a.value > 0 && b.value > 0 ? 0.5 * (a.standardError / a.value + b.standardError / b.value) : 0
      return { value, standardError: value * relative }
    }
  }
}

/** Of a median, which is 1.2533 times that of a mean for normal data; the spread is read off the quartiles. */
function standardErrorOf(values: Float64Array): number {
  const ascending = sorted(values)
  const spread = (quantileOfSorted(ascending, 0.75) - quantileOfSorted(ascending, 0.25)) / 1.349
  return (1.2533 * spread) / Math.sqrt(values.length)
}

interface BandwidthSearch extends Context {
  readonly training: TrainingRows
  /** What r is measured in; undefined where all rows are equal. */
  readonly distances: RowDistances | undefined
  readonly kernel: KernelChoice
  /** Most evaluations of r. Default 12. */
  readonly evaluations?: number
  /** Rows that are drawn for each. Default as many as there are, from 500 to 1,000. */
  readonly chains?: number
  /** An ε found on rows like these, over their typical squared nearest-neighbour distance: the search begins there. */
  readonly relative?: number | undefined
}

/** Of points that nobody changes: a contest, a search, what carries its ε to all rows and a second fit ask the same in turn. */
const spacings = new WeakMap<Matrix, number>()

/** Typical squared nearest-neighbour distance of rows, by 2,000 of them at most: the unit in which ε is carried from some rows to others. */
export async function squaredSpacing({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>, engine: Engine): Promise<number> {
  const points = comparedPoints(encoder, rows)
  const spacing = spacings.get(points) ?? typicalAboveTies(await sampledSquaredDistances(points, engine))
  spacings.set(points, spacing)
  return spacing
}

/**
 * Finds ε with r(ε) ≈ 0.95, r the typical distance from generated rows to the nearest training row over that of fresh
 * rows (leave-one-out over the training rows, by their weights). r is close to 0 when ε copies and above 1 when it blurs. The same random
 * numbers every time. The search brackets in factors of 4 around the median squared nearest-neighbour distance, or from
 * `relative`, and halves what is left of a bracket, in log ε, until its ends are as near as r can tell: about 3 scalings and runs of 500 chains.
 * Finer is of no use: r has a standard error of 0.02, which is a tenth of ε or more.
 * It is no `search` of losses: what is wanted is where a curve crosses a value, not the least of it, and r is one number of all
 * rows together, of which no row has a part that could be paired with that at another ε.
 */
export function searchBandwidth(search: BandwidthSearch): Promise<FoundCurve> {
  return new CurveSearch(search).whole()
}

/** Such a search that may end before it is known how far r comes, and go on from there. */
export class CurveSearch {
  private points: readonly Point[] = []
  private evaluations: Evaluations | undefined

  constructor(private readonly search: BandwidthSearch) {}

  /** Until r is what is asked of it where it comes as far as fresh rows: scalings that are compared need no more. */
  enough(): Promise<FoundCurve> {
    return this.until(TARGET_RATIO)
  }

  whole(): Promise<FoundCurve> {
    return this.until(1)
  }

  private async until(far: number): Promise<FoundCurve> {
    const { training, distances, engine, relative } = this.search
    const unit = await squaredSpacing(training, engine)
    const rowCount = training.logWeights.length
    if (!(unit > 0) || !distances) {
      // All rows equal in what is modelled: every bandwidth gives the same rows.
      return { curve: [], epsilon: 1, ratio: 0, target: TARGET_RATIO, standardError: 0, criterion: 'nearest-to-target', rowCount }
    }
    const largest = LARGEST_EPSILON * Math.max(1, unit)
    const manner = { epsilon: unit * (relative ?? 0.5), factor: relative ? NEAR_FACTOR : FACTOR, largest, far }
    this.evaluations ??= new Evaluations(this.search, distances)
    this.points = await bracketAndNarrow(this.evaluations, this.points, manner)
    const curve = this.points.map(({ epsilon, ratio }) => ({ epsilon, ratio }))
    return { ...chooseOn(this.points, largest), curve, rowCount, ...this.evaluations.settled }
  }
}

interface Point {
  readonly epsilon: number
  readonly ratio: number
  readonly standardError: number
  readonly ends: EndNames | undefined
}

/** r at one ε after another; potentials start from the last ones. */
class Evaluations {
  private initial: Float64Array | undefined
  private generator: Generator | undefined
  private done = 0
  readonly most: number

  constructor(
    private readonly search: BandwidthSearch,
    private readonly distances: RowDistances
  ) {
    this.most = search.evaluations ?? 12
  }

  /** What the first of them has settled for all. */
  get settled(): Pick<FoundCurve, 'ridges' | 'meanTerms'> {
    return defined({ ridges: this.generator?.ridges, meanTerms: this.generator?.meanTerms })
  }

  get left(): number {
    return this.most - this.done
  }

  async at(epsilon: number): Promise<Point> {
    const { training, key, watch, kernel } = this.search
    throwIfStopped(watch, 'choosing the bandwidth')
    // r has a standard error of a fiftieth.
    const engine = await roughEngine(this.search.engine)
    const choice = atEpsilon(kernel, epsilon)
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const scaling = await scaleRows(tableProblem(training, choice), {
      engine,
      tolerance: 1e-3,
      ...(this.initial ? { initial: this.initial } : {}),
      ...stop
    })
    this.initial = scaling.potentials
    const generator = await (this.generator?.at(scaling.potentials, choice) ??
      Generator.create(training, scaling.potentials, choice, engine))
    this.generator = generator
    const count =
      generator.passCount > 2
        ? LEAST_GENERATED
        : (this.search.chains ?? Math.max(LEAST_GENERATED, Math.min(training.logWeights.length, 1000)))
    const rows = await generator.generate({
      count,
      steps: generator.searchSteps,
      noise: 'covariance',
      key: keyFor(key, 'bandwidth'),
      ...stop
    })
    const { value, standardError } = await this.distances.typical(rows)
    this.done++
    watch?.progress?.({ stage: 'choosing the bandwidth', done: Math.min(this.done, this.most), total: this.most })
    return {
      epsilon,
      ratio: value / this.distances.typicalFresh,
      standardError: standardError / this.distances.typicalFresh,
      ends: endsPassed(rows.coordinates, training)
    }
  }
}

interface Manner {
  /** Where to begin, and the factor between evaluations until r has crossed the target. */
  readonly epsilon: number
  readonly factor: number
  readonly largest: number
  /** How large an r ends the widening: 1, or what is asked of r at most. */
  readonly far: number
}

/** `known`: what was evaluated before, ascending. */
async function bracketAndNarrow(
  evaluations: Evaluations,
  known: readonly Point[],
  { epsilon, factor, largest, far }: Manner
): Promise<Point[]> {
  const points = known.length > 0 ? [...known] : [await evaluations.at(Math.min(epsilon, largest))]
  // What is asked of r goes by how far it comes, where that is not as far as fresh rows: before where it is.
  for (let along = factor; evaluations.left > KEPT && farthestOn(points) < far && points.at(-1)!.epsilon < largest; along = FACTOR)
    points.push(await evaluations.at(Math.min(largest, points.at(-1)!.epsilon * along)))
  const target = targetOn(points, largest)
  // Below it r can fall off within a factor of two.
  while (evaluations.left > KEPT && points[0]!.ratio >= target && target > 0)
    points.unshift(await evaluations.at(points[0]!.epsilon / factor))
  return narrowed(points, { evaluations, target })
}

/**
 * Between the last point below the target and the one above it, until the choice would ask for no more. r bends down as it nears that of
 * fresh rows, so ε lies between the lower point and where a line through both reaches the target: what halves that ends soon, where steps to
 * that line creep along a curve that falls off.
 */
async function narrowed(
  points: readonly Point[],
  { evaluations, target }: { readonly evaluations: Evaluations; readonly target: number }
): Promise<Point[]> {
  const all = [...points]
  const above = all.findIndex(({ ratio }) => ratio >= target)
  if (above <= 0) return all
  let [low, high] = [all[above - 1]!, all[above]!]
  const done = () => isClose(high, target) || chosenBetween(low, high, target) / low.epsilon <= FINEST_FACTOR
  while (evaluations.left > 0 && !done()) {
    const middle = await evaluations.at(Math.sqrt(low.epsilon * chosenBetween(low, high, target)))
    all.push(middle)
    if (middle.ratio >= target) high = middle
    else low = middle
  }
  return ascending(all)
}

/**
 * What r is to be: 0.95 of that of fresh rows, or of the largest one where none is as large. In a design no two rows stand in one place,
 * so that a row's neighbours are farther than those of a fresh row, which has a place that one of them has: not even rows that know nothing of
 * each other come so far, and of these the relations of columns are lost.
 */
const targetOn = (curve: readonly Point[], largest: number): number =>
  TARGET_RATIO * (curve.at(-1)!.epsilon >= largest ? Math.min(1, farthestOn(curve)) : 1)

const farthestOn = (curve: readonly Point[]): number => Math.max(...increasing(curve.map(({ ratio }) => ratio)))

const isClose = ({ ratio, standardError }: Point, target: number) => ratio - target <= Math.max(CLOSE_RATIO, CLOSE_ERRORS * standardError)

/** Between two points ε of the target, r linear in log ε. */
function chosenBetween(low: Point, high: Point, target: number): number {
  const share = (target - low.ratio) / (high.ratio - low.ratio)
  return exp(log(low.epsilon) + share * (log(high.epsilon) - log(low.epsilon)))
}

const ascending = (points: readonly Point[]): Point[] => [...points].sort((a, b) => a.epsilon - b.epsilon)

/**
 * The smallest ε whose r is the target, with no allowance for its error: what it would excuse is copying. r grows with ε but is
 * measured with error, so the curve is first made monotone; between evaluations it is interpolated in log ε. The nearest point when
 * none gets there.
 */
function chooseOn(
  curve: readonly Point[],
  largest: number
): Pick<FoundCurve, 'epsilon' | 'ratio' | 'target' | 'criterion' | 'standardError' | 'ends'> {
  const standardError = Math.max(...curve.map((point) => point.standardError))
  const ratios = increasing(curve.map((point) => point.ratio))
  const target = targetOn(curve, largest)
  const criterion = target < TARGET_RATIO ? 'nearest-to-target' : 'target-met'
  const reached = ratios.findIndex((ratio) => ratio >= target)
  // Nothing tells one from another.
  const first = target === 0 ? -1 : reached
  // Those of the wider kernel, where ε lies between two: rows are carried less far at a narrower one.
  const { ends } = curve.at(first)!
  const common = { standardError, target, criterion, ...defined({ ends }) } as const
  if (target === 0) return { ...common, epsilon: curve.at(-1)!.epsilon, ratio: 0 }
  if (first < 0) return { ...common, criterion: 'nearest-to-target', epsilon: curve.at(-1)!.epsilon, ratio: ratios.at(-1)! }
  if (first === 0) return { ...common, epsilon: curve[0]!.epsilon, ratio: ratios[0]! }
  const at = (k: number): Point => ({ ...curve[k]!, ratio: ratios[k]! })
  return { ...common, epsilon: chosenBetween(at(first - 1), at(first), target), ratio: target }
}

/** Refuses an ε at which most rows see only themselves, naming one that would do. */
export function refuseDiagonal(epsilon: number, isolatedCount: number, rowCount: number, wouldDo: number): void {
  if (isolatedCount <= rowCount / 2) return
  throw new InputError({
    code: 'epsilon-too-small',
    got: `ε = ${epsilon}, at which ${isolatedCount} of ${rowCount} rows see only themselves`,
    expected: 'a bandwidth at which neighbours overlap',
    try: `--bandwidth ${Number(wouldDo.toPrecision(2))} or larger, or --bandwidth auto`
  })
}
