import { type ConditionMemory, recall } from '../../choose/memory.js'
import { looksGaussian } from '../../choose/normality.js'
import { energyDistance } from '../../diagnose/pairwise.js'
import { drawGroup } from '../../draw/condition-draw.js'
import { stratifiedRows } from '../../draw/condition-starts.js'
import type { Generator } from '../../draw/generator.js'
import { effectiveCount } from '../../draw/temper.js'
import { fitLaw, type Law, tableProblem } from '../../law/law.js'
import { quiet } from '../../num/iterate.js'
import { columnOf, type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { variance } from '../../num/statistics.js'
import type { Encoded } from '../../table/encoder.js'
import { embedEncoded } from '../../table/standing.js'
import type { Context } from '../context.js'
import { distancesTo } from './bandwidth.js'
import type { GlobalModel } from './model.js'

/** Energy distance between drawn rows and the data, beside the same between halves of the data. */
interface DistanceToData {
  readonly distance: number
  /** Largest over half splits, and not below what halves of one law would differ by on average if pairs of a row with itself were counted. */
  readonly floor: number
}

export interface EpsilonChoice {
  readonly epsilon: number
  readonly law: Law
  /** Of the chain without likelihood. */
  readonly unconditioned: DistanceToData
  /** Its typical distance to the nearest training row, over that of fresh rows; 1 where all rows agree. */
  readonly ratio: number
  /** The rows pass tests of normality, and ε averages over all of them: one Gaussian. */
  readonly gaussian?: true
}

interface EpsilonQuestion {
  /** ε that the user wants; the search is for `auto` alone. */
  readonly epsilon?: 'auto' | number | undefined
  /** Whether ε may be enlarged at all. */
  readonly search: boolean
  /** Likelihood of every training row, largest 1 [M]. */
  readonly weights: Float64Array
  /** Whether the likelihood is Gaussian in the coordinates: then so is its product with a Gaussian, wherever a chain stands. */
  readonly linear: boolean
  readonly memory?: ConditionMemory | undefined
  /** About so many rows of the posterior under a law; undefined where weighted training rows do not speak of it. */
  readonly draw?: ((law: Law, count: number) => Promise<Encoded>) | undefined
}

/** With fewer training rows under the likelihood, local moments there are those of a handful of rows. */
const FEW_ROWS = 15
/** Drawn rows may move away from the data by this share of what halves of the data differ. */
const SHARE_OF_FLOOR = 0.5
/**
 * The same of rows weighted by the likelihood: there are few in effect, their halves differ by much, both distances are from
 * all of them. Where all rows speak for a Gaussian the few need not agree so well: a smaller ε stays near them by nature.
 */
const SHARE_OF_WEIGHTED_FLOOR = 0.2
/**
 * Where data lie on a thin curve, rows beside it hardly add to a distance between laws, but they stand too far from any
 * training row. @source quality measures: a ratio from 0.8 to 1.1.
 */
const LARGEST_RATIO = 1.1
const FACTOR = 4
const LARGEST_EPSILON = 8
/** For rows that cannot be told from a Gaussian's: averages over all of them, one Gaussian. */
const GAUSSIAN_EPSILON = 128
/** Where training rows stand under the likelihood, averages over more rows than this many times ε gives gain nothing. */
const LARGEST_FACTOR = 16
/** Chains of a posterior that is only looked at. */
const TRIED_ROWS = 500
const COMPARED_ROWS = 1000
const SPLITS = 4
const STEPS = 20

/**
 * The bandwidth of a posterior. A larger ε averages local moments over more rows, at the price of taking ever larger
 * neighbourhoods for Gaussian. So it is enlarged from the model's own, fourfold at a time, or at once to a single Gaussian
 * where the rows pass tests of normality and the likelihood is linear, as long as the chain without likelihood stays about
 * as near to the data as it is and its rows as near to training rows as fresh ones, and, where enough training rows stand
 * under the likelihood to tell, the posterior about as near to the rows weighted by it. Cost: a scaling, 20 steps of 1,000
 * chains and a posterior of 500 rows an ε.
 * It is no `search` of losses: held-out rows cannot make a user's likelihood of themselves, so there is nothing to lose on; a
 * distance between laws only says when to stop, and the narrowest kernel, which repeats the rows, has the least.
 */
export async function chooseEpsilon(model: GlobalModel, question: EpsilonQuestion, context: Context): Promise<EpsilonChoice> {
  const fixed = typeof question.epsilon === 'number' ? question.epsilon : undefined
  const name = (what: string, epsilon: number) => `posterior ${what} ${JSON.stringify([epsilon])}`
  const at = (epsilon: number) => recall(question.memory, name('law', epsilon), () => lawAt(model, epsilon, context))
  const tried = (place: LawAt) => recall(question.memory, name('control', place.epsilon), () => withControl(model, place, context))
  let best = await tried(await at(fixed ?? model.kernel.epsilon))
  if (fixed !== undefined || !question.search || !model.summary.bandwidth) return best
  const weighted = effectiveCount(question.weights) >= FEW_ROWS
  if (weighted && !question.draw) return best
  const largest = weighted ? LARGEST_FACTOR * best.epsilon : Number.POSITIVE_INFINITY
  const climb: number[] = []
  for (let e = FACTOR * best.epsilon; e <= Math.min(largest, LARGEST_EPSILON); e *= FACTOR) climb.push(e)
  // Far outside the rows a posterior rests on what local moments do from the middle of the rows outwards: where that is chance
  // alone, it is the main error. Any other likelihood bends away from what stands for it within one step that crosses the whole law: few would be accepted.
  const gaussian =
    question.linear && (await recall(question.memory, 'posterior rows are Gaussian', async () => looksGaussian(model.training)))
  if (climb.length === 0 && !gaussian) return best
  const posterior = async (law: Law): Promise<DistanceToData> =>
    distanceToData(model, await question.draw!(law, TRIED_ROWS), { weights: question.weights, key: context.key })
  // The distance is unbiased: below nought it says no more than at nought.
  const alone = Math.max(0, best.unconditioned.distance) + SHARE_OF_FLOOR * best.unconditioned.floor
  const apart = Math.max(LARGEST_RATIO, best.ratio)
  const first = weighted ? await posterior(best.law) : undefined
  const asGood = async (epsilon: number, share: number): Promise<EpsilonChoice | undefined> => {
    const place = await at(epsilon)
    if (first && !((await posterior(place.law)).distance <= Math.max(0, first.distance) + share * first.floor)) return undefined
    const next = await tried(place)
    return next.unconditioned.distance <= alone && next.ratio <= apart ? next : undefined
  }
  const one = gaussian ? await asGood(GAUSSIAN_EPSILON, SHARE_OF_FLOOR) : undefined
  if (one) return { ...one, gaussian: true }
  for (const epsilon of climb) {
    const next = await asGood(epsilon, SHARE_OF_WEIGHTED_FLOOR)
    if (!next) break
    best = next
  }
  return best
}

/** The model's own ε, nothing looked for. */
export function ownEpsilon(model: GlobalModel, memory: ConditionMemory | undefined, context: Context): Promise<LawAt> {
  const { epsilon } = model.kernel
  return recall(memory, `posterior law ${JSON.stringify([epsilon])}`, () => lawAt(model, epsilon, context))
}

/** How far the chain without likelihood strays from the data on a law: a bias that acceptance does not show. */
export async function unconditionedDistance(model: GlobalModel, law: Law, context: Context): Promise<DistanceToData> {
  return distanceToData(model, await drawUnconditioned(model, law, context), { key: context.key })
}

/** The same of plain rows. */
export async function plainDistance(model: GlobalModel, generator: Generator, { key, watch }: Context): Promise<DistanceToData> {
  const asked = { count: comparedRows(model), noise: 'covariance', key: keyFor(key, 'unconditioned'), keepsEnds: true } as const
  return distanceToData(model, await generator.generate({ ...asked, watch: quiet(watch) }), { key })
}

/** Multiplications of one chain without likelihood that ε is compared by. */
export function controlWork(model: GlobalModel): number {
  const { coordinates } = model.training.rows
  return comparedRows(model) * STEPS * coordinates.rows * 0.5 * coordinates.cols * (coordinates.cols + 1)
}

type LawAt = Pick<EpsilonChoice, 'epsilon' | 'law'>

async function lawAt(model: GlobalModel, epsilon: number, { engine, watch }: Context): Promise<LawAt> {
  const { training, potentials } = model
  const { landmarks } = model.summary
  const known = epsilon === model.kernel.epsilon ? { potentials } : { initial: potentials, landmarks }
  return {
    epsilon,
    law: await fitLaw(tableProblem(training, { ...model.kernel, epsilon }, { conditions: {} }), { ...known, engine, watch })
  }
}

/** With the distance of the chain without likelihood. */
async function withControl(model: GlobalModel, { epsilon, law }: LawAt, context: Context): Promise<EpsilonChoice> {
  const drawn = await drawUnconditioned(model, law, context)
  const { encoder, rows } = model.training
  const distances = await distancesTo(embedEncoded(encoder, rows), async (some) => embedEncoded(encoder, some), context.engine)
  const ratio = distances ? (await distances.typical(drawn)).value / distances.typicalFresh : 1
  return { epsilon, law, unconditioned: await distanceToData(model, drawn, { key: context.key }), ratio }
}

async function drawUnconditioned(model: GlobalModel, law: Law, { engine, key, watch }: Context): Promise<Encoded> {
  const free = Array.from({ length: model.training.encoder.coordinateCount }, (_, c) => c)
  const { rows } = await drawGroup({
    law,
    encoder: model.training.encoder,
    group: { split: { given: [], ranged: [], free }, factors: [], members: [0] },
    conditions: [{ words: '', numbers: [], ranges: [], levels: new Map(), among: new Map(), named: [], unknown: [] }],
    count: comparedRows(model),
    steps: STEPS,
    ridge: 0,
    engine,
    key: keyFor(key, 'unconditioned'),
    watch: { stop: watch?.stop, progress: (event) => watch?.progress?.({ ...event, stage: 'the chain without observations' }) }
  })
  return rows
}

const comparedRows = ({ summary }: GlobalModel): number => Math.max(1, Math.min(COMPARED_ROWS, Math.floor(summary.rowCount / 2)))

/**
 * Distance of drawn rows from the training rows, or from those resampled by weights: rows that recur then add to every
 * distance alike, so that two of them can be compared, and to the floor.
 */
async function distanceToData(
  model: GlobalModel,
  drawn: Encoded,
  { weights, key }: { weights?: Float64Array; key: Key }
): Promise<DistanceToData> {
  const { encoder, rows } = model.training
  const count = comparedRows(model)
  if (count < 2) return { distance: 0, floor: 0 }
  const points = embedEncoded(encoder, rows)
  const second = embedEncoded(encoder, drawn)
  const taken = (members: Uint32Array, name: string): Matrix => {
    if (!weights) return takeRows(points, members)
    const own = Float64Array.from(members, (j) => weights[j]!)
    return takeRows(
      points,
      stratifiedRows(own, count, keyFor(key, name)).map((at) => members[at]!)
    )
  }
  let distance = 0
  let floor = expectedBeforeUnbiasing(points, count)
  for (let split = 0; split < SPLITS; split++) {
    const order = permutation(keyFor(key, `compared ${split}`), model.summary.rowCount)
    const left = taken(order.subarray(0, count), `left ${split}`)
    const right = taken(order.subarray(count, 2 * count), `right ${split}`)
    const first = weights ? taken(order, `all ${split}`) : left
    distance += (await energyDistance({ first, second, key })) / SPLITS
    floor = Math.max(floor, await energyDistance({ first: left, second: right, key }))
  }
  return { distance, floor }
}

/**
 * Energy distance that two samples of `count` rows of one law have on average when pairs of a row with itself count:
 * 2E‖X−X′‖/count, E‖X−X′‖ from above by √(2 tr Cov). Halves may happen to agree better than two samples ever do again, and
 * their unbiased distance is then nought or less: no measure of how far samples scatter.
 */
function expectedBeforeUnbiasing(points: Matrix, count: number): number {
  let total = 0
  for (let c = 0; c < points.cols; c++) total += variance(columnOf(points, c))
  return (2 * Math.sqrt(2 * total)) / count
}
