import { atEpsilon, type KernelChoice, nearestSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { decodeTable, type Encoded, type Encoder, embedEncoded, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { Table } from '../../table/table.js'
import { Generator, type TrainingRows, tablePotentials } from './generator.js'

/** What `bandwidth: 'auto'` saw: kept in the model and drawn in the report. */
export interface BandwidthCurve {
  /** (ε, r) ascending in ε. */
  readonly curve: readonly { readonly epsilon: number; readonly ratio: number }[]
  readonly epsilon: number
  /** r at ε, interpolated on the curve. */
  readonly ratio: number
  readonly target: number
  /** `target-met`, or that no bandwidth reaches the target and the nearest was taken. */
  readonly criterion: 'target-met' | 'nearest-to-target'
  /** Rows that the search used. */
  readonly rowCount: number
}

/** r below which rows are too close to the training rows. @source mathematics, section 5. */
export const TARGET_RATIO = 0.95
const LEAST_GENERATED = 500
const STEPS = 20
/** ε beyond this many squared coordinate spreads forgets where it started: the draws are independent already. */
const LARGEST_EPSILON = 8

/** Distances between decoded rows, standardised by the training rows. */
export interface RowDistances {
  /** Median (or just above the ties) distance from a fresh row to its nearest training row: leave-one-out over the training rows. */
  readonly typicalFresh: number
  /** Distances from rows to their nearest training row [n]. */
  toNearest(rows: Encoded): Promise<Float64Array>
}

/** Prepares distances from decoded rows to the training rows of a table. */
export async function rowDistances(table: Table, encoder: Encoder, key: Key, engine: Engine): Promise<RowDistances> {
  const standard = fitEncoder(table, encoder.formats, () => 'standard')
  const place = (part: Table): Matrix => embedEncoded(standard, encodeTable(standard, part, key))
  const training = place(table)
  const fresh = (await nearestSquaredDistances(training, engine)).map(Math.sqrt)
  const to = cloud(training)
  return {
    typicalFresh: typicalAboveTies(fresh),
    async toNearest(rows) {
      const found = await engine.nearest({ from: cloud(place(decodeTable(encoder, rows))), to, kernel: gaussianKernel(1) }, 1)
      return found.squaredDistances.map(Math.sqrt)
    }
  }
}

export interface BandwidthSearch {
  readonly table: Table
  readonly training: TrainingRows
  readonly kernel: KernelChoice
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
  /** Most evaluations of r. Default 12. */
  readonly evaluations?: number
}

/**
 * Finds ε with r(ε) ≈ 0.95, r the typical distance from generated rows to the nearest training row over that of fresh
 * rows (leave-one-out over the training rows). r is close to 0 when ε copies and above 1 when it blurs. Brackets in
 * factors of 4 around the median squared nearest-neighbour distance, then halves in log ε; the same random numbers
 * every time. Cost: about 10 scalings and runs of 500 chains.
 */
export async function searchBandwidth(search: BandwidthSearch): Promise<BandwidthCurve> {
  const { training, engine, key, table } = search
  const points = embedEncoded(training.encoder, training.rows)
  const unit = typicalAboveTies(await nearestSquaredDistances(points, engine))
  const rowCount = training.logWeights.length
  if (!(unit > 0)) {
    // All rows equal in what is modelled: every bandwidth gives the same rows.
    return { curve: [], epsilon: 1, ratio: 0, target: TARGET_RATIO, criterion: 'nearest-to-target', rowCount }
  }
  const distances = await rowDistances(table, training.encoder, keyFor(key, 'distances'), engine)
  const curve = await bracketAndHalve(new Evaluations(search, distances), unit)
  return { ...chooseOn(curve), curve, target: TARGET_RATIO, rowCount }
}

type Point = { readonly epsilon: number; readonly ratio: number }

/** r at one ε after another; potentials start from the last ones. */
class Evaluations {
  private initial: Float64Array | undefined
  private done = 0
  readonly most: number

  constructor(
    private readonly search: BandwidthSearch,
    private readonly distances: RowDistances
  ) {
    this.most = search.evaluations ?? 12
  }

  get left(): number {
    return this.most - this.done
  }

  async at(epsilon: number): Promise<Point> {
    const { training, engine, key, watch, kernel } = this.search
    throwIfStopped(watch, 'choosing the bandwidth')
    const choice = atEpsilon(kernel, epsilon)
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const scaling = await tablePotentials(training, choice, {
      engine,
      tolerance: 1e-3,
      ...(this.initial ? { initial: this.initial } : {}),
      ...stop
    })
    this.initial = scaling.potentials
    const generator = await Generator.create(training, scaling.potentials, choice, engine)
    const count = Math.max(LEAST_GENERATED, Math.min(training.logWeights.length, 1000))
    const rows = await generator.generate({ count, steps: STEPS, noise: 'covariance', key: keyFor(key, 'bandwidth'), ...stop })
    const ratio = typicalAboveTies(await this.distances.toNearest(rows)) / this.distances.typicalFresh
    this.done++
    watch?.progress?.({ stage: 'choosing the bandwidth', done: Math.min(this.done, this.most), total: this.most })
    return { epsilon, ratio }
  }
}

async function bracketAndHalve(evaluations: Evaluations, unit: number): Promise<Point[]> {
  const points = [await evaluations.at(Math.min(unit / 2, LARGEST_EPSILON))]
  const upward = points[0]!.ratio < TARGET_RATIO
  const factor = upward ? 4 : 0.25
  let last = points[0]!
  const crossed = () => (upward ? last.ratio >= TARGET_RATIO : last.ratio < TARGET_RATIO)
  while (evaluations.left > 5 && !crossed() && (!upward || last.epsilon < LARGEST_EPSILON)) {
    last = await evaluations.at(Math.min(LARGEST_EPSILON, last.epsilon * factor))
    points.push(last)
  }
  if (!crossed()) return ascending(points)
  let low = upward ? points[points.length - 2]! : last
  let high = upward ? last : points[points.length - 2]!
  while (
    evaluations.left > 0 &&
    Math.abs(high.ratio - TARGET_RATIO) > 0.01 &&
    Math.abs(low.ratio - TARGET_RATIO) > 0.01 &&
    high.epsilon / low.epsilon > 1.05
  ) {
    const middle = await evaluations.at(exp(0.5 * (log(low.epsilon) + log(high.epsilon))))
    points.push(middle)
    if (middle.ratio < TARGET_RATIO) low = middle
    else high = middle
  }
  return ascending(points)
}

const ascending = (points: readonly Point[]): Point[] => [...points].sort((a, b) => a.epsilon - b.epsilon)

/** The first crossing of the target on the curve, interpolated in log ε; the nearest point when there is none. */
function chooseOn(curve: readonly Point[]): Pick<BandwidthCurve, 'epsilon' | 'ratio' | 'criterion'> {
  for (let k = 1; k < curve.length; k++) {
    const low = curve[k - 1]!
    const high = curve[k]!
    if (low.ratio < TARGET_RATIO && high.ratio >= TARGET_RATIO) {
      const share = (TARGET_RATIO - low.ratio) / (high.ratio - low.ratio)
      return {
        epsilon: exp(log(low.epsilon) + share * (log(high.epsilon) - log(low.epsilon))),
        ratio: TARGET_RATIO,
        criterion: 'target-met'
      }
    }
  }
  const nearest = curve.reduce((best, point) => (Math.abs(point.ratio - TARGET_RATIO) < Math.abs(best.ratio - TARGET_RATIO) ? point : best))
  return { ...nearest, criterion: 'nearest-to-target' }
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
