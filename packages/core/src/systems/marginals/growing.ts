import { type Growth, learnGrowth, relearnGrowth, totalVariance } from '../../bridge/growth.js'
import { neighbourMeans } from '../../bridge/neighbour-means.js'
import { each, type Task } from '../../num/crew.js'
import { exp, log } from '../../num/elementary.js'
import { quiet, type Watch } from '../../num/iterate.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { indexFromUniform, type Key, keyFor, uniforms } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { SCORE_PARTICLES } from './transport-baselines.js'

/**
 * κ: crossing a whole snapshot costs what growing or dying e-fold does. Nothing in unpaired snapshots tells it (leaving one out
 * prefers that nothing grows); from 0.25 to 4 the fates of a branching population differ by no more than from sample to sample.
 * @source mathematics.md section 20.
 */
const GROWTH_PRICE = 1
/** Of a particle said to have no offspring: one in 10¹² lives on, so that every particle has a fate. */
const LEAST_OFFSPRING = 1e-12
/** Resamples of the particles behind a standard error: it is known to a sixth. */
const GROWTH_REPLICATES = 20
/** Squared width, in total variances of the snapshot, of the neighbourhood whose mean a resample gives at a particle that it lacks. */
const RANGE_WIDTH = 0.1

/** Growth and death from one snapshot to the next. */
interface GrowingInterval extends Growth {
  /** Standard error of log G under resampling of the particles [n]; 0 where nothing was resampled. */
  readonly error: Float64Array
}

/** What is known before: offspring in a unit of time of the particles of each snapshot, or nothing. */
type KnownOffspring = readonly (Float64Array | undefined)[]

interface GrowingProblem {
  /** Working coordinates. */
  readonly snapshots: readonly FitSnapshot[]
  /** σ of every interval [K][d]. */
  readonly sigmas: readonly Float64Array[]
  /** Whether σ is the least one only: a resolution, no measured noise. */
  readonly learnsNoise: boolean
  readonly known: KnownOffspring
  /** Whether standard errors are wanted. */
  readonly resamples: boolean
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Growth of every interval with the coupling that it was learned with. Cost: `learnGrowth` of each, and 20 of at most 500 particles. */
export async function learnGrowing({
  snapshots,
  sigmas,
  learnsNoise,
  known,
  resamples,
  key,
  watch
}: GrowingProblem): Promise<GrowingInterval[]> {
  const out: GrowingInterval[] = []
  for (let k = 0; k + 1 < snapshots.length; k++) {
    const [from, to] = [snapshots[k]!, snapshots[k + 1]!]
    const gap = to.time - from.time
    const variances = sigmas[k]!.map((s) => s * s * gap)
    const interval = { from: from.cloud, to: to.cloud, variances, learnsNoise, expected: expectedIn(known[k], gap), price: GROWTH_PRICE }
    const growth = await learnGrowth(interval, { ...watch, stage: `growth ${k + 1} of ${snapshots.length - 1}` })
    out.push({
      ...growth,
      error: resamples
        ? await standardError({ ...interval, variances: growth.variances, learnsNoise: false }, growth, {
            key: keyFor(key, `growth ${k}`),
            watch
          })
        : new Float64Array(growth.logOffspring.length)
    })
  }
  return out
}

function expectedIn(offspring: Float64Array | undefined, gap: number): Float64Array | undefined {
  return offspring?.map((count) => Math.max(gap * log(count), log(LEAST_OFFSPRING)))
}

type Interval = Parameters<typeof learnGrowth>[0]

/** Spread of log G at every particle over resamples of both snapshots, drawn with replacement. */
async function standardError(
  interval: Interval,
  growth: Growth,
  { key, watch }: { readonly key: Key; readonly watch: Watch | undefined }
): Promise<Float64Array> {
  const { points } = interval.from
  const width = RANGE_WIDTH * totalVariance(interval.from)
  const { logOffspring, centres, coupling } = growth
  const learned = { logOffspring, centres, potentials: coupling.potentials }
  const all = Array.from({ length: GROWTH_REPLICATES }, (_, b) => ({
    ...resampled(interval, keyFor(key, `resample ${b}`)),
    learned,
    points,
    width
  }))
  const work = all.reduce((total, { resample: { from, to } }) => total + from.points.rows * to.points.rows * RESAMPLED_WORK, 0)
  const done = (count: number) => watch?.progress?.({ stage: 'growth of resamples', done: count, total: GROWTH_REPLICATES })
  const [sum, squares] = [new Float64Array(points.rows), new Float64Array(points.rows)]
  for (const found of await each(regrowthTask, all, { watch, work, stage: 'growth', done }))
    found.forEach((g, i) => {
      sum[i] = sum[i]! + g
      squares[i] = squares[i]! + g * g
    })
  return sum.map((s, i) => Math.sqrt(Math.max(0, squares[i]! - (s * s) / GROWTH_REPLICATES) / (GROWTH_REPLICATES - 1)))
}

/** Operations of a pair of particles in a resample, roughly. */
const RESAMPLED_WORK = 1000

interface Regrowth extends ReturnType<typeof resampled> {
  readonly learned: Parameters<typeof relearnGrowth>[1]['growth']
  readonly points: Matrix
  readonly width: number
}

/** log G at every particle, of a resample. */
export const regrowthTask: Task<Regrowth, Float64Array> = {
  name: 'growth',
  async run({ resample, rows, learned, points, width }, watch) {
    const { logOffspring } = await relearnGrowth(resample, { growth: learned, rows }, quiet(watch))
    return growthAt(points, resample.from, logOffspring, width)
  }
}

/** As many particles with replacement, or 500. */
function resampled({ from, to, expected, ...rest }: Interval, key: Key) {
  const draw = ({ points, logWeights }: Cloud, side: string) => {
    const u = uniforms(keyFor(key, side), Math.min(points.rows, SCORE_PARTICLES))
    const chosen = Uint32Array.from(u, (x) => indexFromUniform(x, points.rows))
    return { chosen, cloud: cloud(takeRows(points, chosen), normaliseLogWeights(Float64Array.from(chosen, (i) => logWeights[i]!))) }
  }
  const [earlier, later] = [draw(from, 'from'), draw(to, 'to')]
  const resample = {
    ...rest,
    from: earlier.cloud,
    to: later.cloud,
    expected: expected && Float64Array.from(earlier.chosen, (i) => expected[i]!)
  }
  return { resample, rows: { from: earlier.chosen, to: later.chosen } }
}

/** log of the mean offspring around every place. */
function growthAt(places: Matrix, { points, logWeights }: Cloud, logOffspring: Float64Array, width: number): Float64Array {
  const values = matrix(points.rows, 1, logOffspring.map(exp))
  return neighbourMeans(places, { points, values, weights: logWeights.map(exp) }, width).data.map(log)
}
