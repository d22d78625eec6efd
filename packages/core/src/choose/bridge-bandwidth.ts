import { epsilonAt, type PartnerCount, partnerCurve } from '../bridge/effective-partners.js'
import { exactTransport } from '../bridge/exact-transport.js'
import { evenPart, schrodingerBridge } from '../bridge/schrodinger.js'
import { carry } from '../bridge/transport-map.js'
import type { Context } from '../kernel/context.js'
import { pow } from '../num/elementary.js'
import { quiet, type Watch } from '../num/iterate.js'
import { normalisedWeights, normaliseLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, rowOf, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { leastOf, type Search, search } from './search.js'

/** What was tried of a bridge's bandwidth on rows that were held out. Plain JSON. */
export interface BridgeBandwidth {
  readonly epsilon: number
  /** A row has m^p partners in a target of m rows. */
  readonly exponent: number
  /** Mean squared error of held-out rows' partners, in squared scaled units; none where rows are too few to hold some out. */
  readonly trials: readonly { readonly exponent: number; readonly loss: number }[]
}

interface BandwidthProblem extends Context {
  readonly from: Cloud
  readonly to: Cloud
}

/** Exponents are tried in these parts. */
const PARTS = 18
/** m^{2/3} partners: where rows are too few for a search, where it begins, and what it leaves for no less than a standard error. @source mathematics, section 17. */
const USUAL = 12
/** What is tried lies between: from few partners to nearly all. */
const LEAST = 5
const MOST = 17
/** Rows of a half at most; with fewer than the least the search would see noise alone. */
const MOST_HALF = 1000
const LEAST_HALF = 100
/** Masses within a thousandth: errors of a map are percents. */
const TOLERANCE = 1e-3

/**
 * ε of a bridge by held-out rows. Both clouds are halved; the debiased map of one half is to foretell where the other half's own
 * rows go by exact transport, which is noisy but hardly biased and knows nothing of the first half. What is chosen is
 * the exponent p of m^p partners, which carries over to all rows. Cost some thirty scalings of at most 1,000 rows a side.
 */
export async function bridgeBandwidth(problem: BandwidthProblem): Promise<BridgeBandwidth> {
  const { from, to, key, engine, watch } = problem
  const [sources, targets] = [halvesOf(from, keyFor(key, 'from')), halvesOf(to, keyFor(key, 'to'))]
  const found = sources && targets ? await searchExponent({ sources, targets, engine, key, watch }) : { chosen: USUAL, trials: [] }
  const [some, others] = [evenPart(from, MOST_HALF), evenPart(to, MOST_HALF)]
  const exponent = found.chosen / PARTS
  const count = Math.max(1, others.points.rows * pow(to.points.rows, exponent - 1))
  const curve = await partnerCurve({ from: some, to: others, engine, watch }, count)
  return { epsilon: epsilonAt(curve, count), exponent, trials: found.trials }
}

type Halves = readonly [Cloud, Cloud]

/** Two random halves of at most so many points each; undefined where they would be too few. */
function halvesOf({ points, logWeights }: Cloud, key: Key): Halves | undefined {
  const size = Math.min(MOST_HALF, Math.floor(points.rows / 2))
  if (size < LEAST_HALF) return undefined
  const order = permutation(key, points.rows)
  const part = (rows: Uint32Array): Cloud =>
    cloud(takeRows(points, rows), normaliseLogWeights(Float64Array.from(rows, (i) => logWeights[i]!)))
  return [part(order.slice(0, size)), part(order.slice(size, 2 * size))]
}

interface Held extends Pick<BandwidthProblem, 'engine' | 'key' | 'watch'> {
  readonly sources: Halves
  readonly targets: Halves
}

async function searchExponent(held: Held): Promise<{ readonly chosen: number; readonly trials: BridgeBandwidth['trials'] }> {
  const { sources, targets, engine, watch } = held
  const countOf = (part: number) => pow(targets[0].points.rows, part / PARTS)
  const curves: (readonly PartnerCount[])[] = []
  for (const half of [0, 1] as const)
    curves.push(await partnerCurve({ from: sources[half], to: targets[half], engine, watch }, countOf(LEAST)))
  const bridgeOf = async (half: 0 | 1, part: number) => {
    const epsilon = epsilonAt(curves[half]!, countOf(part))
    const problem = { from: sources[half], to: targets[half], epsilon, engine, tolerance: TOLERANCE, watch: quiet(watch) }
    return (await schrodingerBridge(problem)).bridge
  }
  const partners = ([0, 1] as const).map((half) => exactPartners(sources[half], targets[half], watch))
  const problem: Search<number> = {
    stage: 'bandwidth',
    parts: 2,
    expected: 5,
    order: (a, b) => Math.abs(a - USUAL) - Math.abs(b - USUAL) || b - a,
    moves: (trials) => {
      const best = leastOf(trials)?.setting
      return best === undefined ? [USUAL] : [best + 1, best - 1].filter((part) => part >= LEAST && part <= MOST)
    },
    async score(part, half) {
      const other = half === 0 ? 1 : 0
      const carried = await carry(await bridgeOf(half as 0 | 1, part), sources[other].points, { engine, key: held.key })
      return squaredErrors(carried, partners[other]!)
    }
  }
  const choice = await search(problem, watch)
  const trials = (choice?.trials ?? []).filter(({ whole }) => whole).map(({ setting, loss }) => ({ exponent: setting / PARTS, loss }))
  return { chosen: choice?.setting ?? USUAL, trials: trials.sort((a, b) => a.exponent - b.exponent) }
}

/** Where exact transport takes the points of a cloud, on average where it splits them [n, d]. */
function exactPartners(from: Cloud, to: Cloud, watch: Watch | undefined): Matrix {
  const [fromWeights, toWeights] = [normalisedWeights(from.logWeights), normalisedWeights(to.logWeights)]
  const plan = exactTransport({ from: from.points, fromWeights, to: to.points, toWeights, power: 2 }, quiet(watch))
  const out = matrix(from.points.rows, from.points.cols)
  plan.sources.forEach((i, k) => {
    const share = plan.masses[k]! / fromWeights[i]!
    const target = rowOf(to.points, plan.targets[k]!)
    for (let c = 0; c < out.cols; c++) out.data[i * out.cols + c] = out.data[i * out.cols + c]! + share * target[c]!
  })
  return out
}

/** Of every row, [n]. */
function squaredErrors(a: Matrix, b: Matrix): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => {
    const other = rowOf(b, i)
    return rowOf(a, i).reduce((sum, x, c) => sum + (x - other[c]!) ** 2, 0)
  })
}
