import { foldAucs } from '../../diagnose/classifier.js'
import type { Membership } from '../../diagnose/evaluation.js'
import { membershipAttack } from '../../diagnose/membership.js'
import { nearestDistances } from '../../diagnose/neighbours.js'
import { InputError } from '../../num/errors.js'
import { increasing } from '../../num/isotonic.js'
import { quiet } from '../../num/iterate.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { mean, quantileOfSorted, sorted, variance } from '../../num/statistics.js'
import { atBandwidth, type GlobalModel } from '../global/model.js'
import type { SystemContext } from '../host.js'
import type { PrivacyPoint, PrivacyTrial } from '../privacy.js'
import type { Ruled } from '../ruled-rows.js'
import type { TableModel } from './options.js'
import { heldOutOf, LEAST_HALF, type ModelParts, placingFor, type TriedFit, trialFit } from './trial.js'

/** As it is told of while it runs. */
export const PRIVACY_STAGE = 'widening the kernel'
/** ε tried, as multiples of the model's own: at the widest the kernel hardly tells rows of a table apart. */
export const WIDER = [1, 2, 4, 8, 16, 32, 64] as const
/** Draws from each half for each ε, whose attacks are averaged: what one draw happens to bring is noise. */
export const DRAWS = 2
/** Rows of each side that the attack and the forest look at, at most. */
const MOST_ASKED = 5000

/** Parts of the drawn rows, those nearest to a row of the table, that are left out on trial. */
export const LEFT = [0, 0.1, 0.2, 0.4] as const
/** Rows drawn for one that is looked at, so that as many stay at the largest part. */
export const DRAWN = 1 / (1 - LEFT.at(-1)!)

interface PrivateFit extends TriedFit {
  /** Area of the distance attack that is allowed. */
  readonly asked: number
}

/** A model that tells as little as its privacy allows, and the trial that says so. */
type PrivateModel = TableModel & { readonly privacy: PrivacyTrial }

/** What was tried, with the areas of single folds. */
interface Point extends PrivacyPoint {
  readonly folds: readonly number[]
}

/**
 * Widens the kernel of a model, and leaves out drawn rows that come nearest to rows of the table, until its rows tell little of who
 * was in it. Models of either half of the rows are drawn from at ever larger ε; for each part left out the least ε at which the
 * attack on them tells no more than was asked is a candidate, and of these the one whose rows a forest tells least from held-out ones
 * is taken, none left out unless that gains more than a standard error; a model that tells no more by itself stays as it is. Half of the rows stand less close than all of them, so that
 * each is easier to find: the trial errs on the safe side.
 * Cost: two fits of half of the rows, for each ε half a scaling and two draws of 1.7 times these, and a scaling and a draw of all rows.
 * Throws `InputError` for fewer than 200 rows (code `privacy-rows`), and where nothing will do (`privacy-unreached`).
 */
export async function fitPrivate(problem: PrivateFit, parts: ModelParts, context: SystemContext): Promise<PrivateModel> {
  const { asked, input, options } = problem
  const model = problem.model as GlobalModel & Ruled
  const heldOut = heldOutOf(input)
  if (heldOut < LEAST_HALF) throw tooFew(input.rowCount)
  const before = model.summary.epsilon
  const points = await curveOf(problem, parts, { ...context, before })
  const chosen = best(points, asked)
  const curve = points.map(({ folds: _, ...point }) => point)
  if (!chosen) throw unreached(curve, asked)
  const { epsilon, left } = chosen
  const { landmarks, seed = 1 } = options
  const watch = quiet(context)
  const widened = epsilon === before ? model : await atBandwidth(model, { epsilon, landmarks }, { engine: context.engine, watch })
  const trial = { asked, heldOut, before, chosen: epsilon, left, curve }
  if (left === 0) return { ...widened, privacy: trial }
  const own = parts.training(widened)
  const place = placingFor(own)
  const rows = Math.min(own.rowCount, MOST_ASKED)
  const drawn = await parts.draw(widened, { rows, seed: seedFor(keyFromSeed(seed), 'privacy') }, { ...context, progress: undefined })
  const distances = await nearestDistances(context.engine, place(drawn.table), place(own))
  return { ...widened, privacy: { ...trial, nearest: quantileOfSorted(sorted(distances), left) } }
}

/** The mean of both halves' curves: what tells one half from the other by itself counts once for and once against. */
async function curveOf(
  problem: PrivateFit,
  parts: ModelParts,
  { before, ...context }: SystemContext & { readonly before: number }
): Promise<Point[]> {
  const trial = { ...problem, options: { ...problem.options, bandwidth: before } }
  const progress = (done: number) => context.progress?.({ stage: PRIVACY_STAGE, done, total: 2 * WIDER.length })
  const own = { ...context, progress: undefined, epsilons: WIDER.map((times) => times * before) }
  const first = await curveOfHalf(trial, parts, { ...own, swapped: false, told: progress })
  const second = await curveOfHalf(trial, parts, { ...own, swapped: true, told: (done) => progress(WIDER.length + done) })
  const both = first.map((point, k) => {
    const over = (of: (one: Point) => number) => (of(point) + of(second[k]!)) / 2
    const membership = over((one) => one.membership)
    // Each row is asked about twice, so that the error is that of one half.
    const reach = over(({ interval: [low, high] }) => (high - low) / 2)
    const interval = [Math.max(0, membership - reach), Math.min(1, membership + reach)] as const
    const folds = [...point.folds, ...second[k]!.folds]
    return { epsilon: point.epsilon, left: point.left, membership, interval, auc: mean(folds), folds }
  })
  return LEFT.flatMap((left) => both.filter((point) => point.left === left))
}

interface Half extends SystemContext {
  readonly swapped: boolean
  readonly epsilons: readonly number[]
  readonly told: (done: number) => void
}

async function curveOfHalf(problem: PrivateFit, parts: ModelParts, { swapped, epsilons, told, ...context }: Half): Promise<Point[]> {
  const { engine } = context
  const { landmarks, seed = 1 } = problem.options
  const key = keyFor(keyFromSeed(seed), 'privacy trial')
  told(0)
  const { fitted, held } = await trialFit(problem, parts, { ...context, key, swapped })
  const own = parts.training(fitted)
  const place = placingFor(own)
  const sides = { train: place(own), heldOut: place(held), engine, key, most: MOST_ASKED }
  const curve: Point[] = []
  for (const [k, epsilon] of epsilons.entries()) {
    const model = await atBandwidth(fitted as GlobalModel & Ruled, { epsilon, landmarks }, { engine, watch: quiet(context) })
    const draws: { readonly rows: Matrix; readonly distances: Float64Array }[] = []
    for (let r = 0; r < DRAWS; r++) {
      const { table } = await parts.draw(model, { rows: Math.ceil(DRAWN * own.rowCount), seed: seedFor(key, `drawn ${r}`) }, context)
      const rows = place(table)
      draws.push({ rows, distances: await nearestDistances(engine, rows, sides.train) })
    }
    for (const left of LEFT) {
      const drawn = draws.map(({ rows, distances }) => takeRows(rows, farRows(distances, left).subarray(0, own.rowCount)))
      const folds = await foldAucs({ first: sides.heldOut, second: drawn[0]!, key, watch: quiet(context) })
      const attacks: Membership[] = []
      for (const synthetic of drawn) attacks.push(await membershipAttack({ ...sides, synthetic }))
      const over = (of: (attack: Membership) => number) => mean(attacks.map(of))
      const interval = [over((one) => one.interval[0]), over((one) => one.interval[1])] as const
      curve.push({ epsilon, left, membership: over(({ value }) => value), interval, auc: mean(folds), folds })
    }
    told(k + 1)
  }
  return curve
}

/** Rows but for the part that lies nearest. */
function farRows(distances: Float64Array, left: number): Uint32Array {
  const nearest = left === 0 ? 0 : quantileOfSorted(sorted(distances), left)
  return Uint32Array.from(distances.keys()).filter((i) => distances[i]! >= nearest)
}

/** What is told least apart of the narrowest kernels that are private enough, the simplest first; a model that is so by itself stays as it is. */
function best(points: readonly Point[], asked: number): Point | undefined {
  const candidates = LEFT.flatMap((left) => {
    const found = narrowest(
      points.filter((point) => point.left === left),
      asked
    )
    return found ? [found] : []
  })
  if (candidates[0] === points[0]) return points[0]
  return candidates.reduce<Point | undefined>((before, point) => (!before || gains(before, point) ? point : before), undefined)
}

/** Whether a forest tells rows less apart by more than a standard error. An area below one half is dependence on training rows, no gain. */
function gains(before: Point, after: Point): boolean {
  const by = before.folds.map((area, fold) => Math.max(0.5, area) - Math.max(0.5, after.folds[fold]!))
  return mean(by) > Math.sqrt(variance(by) / Math.max(1, by.length - 1))
}

/** An area below one half tells as much as one above: where rows are left out, those of the table are the ones with none nearby. */
const told = (membership: number): number => Math.max(membership, 1 - membership)

/** The least ε at which the area tells no more than was asked, once the areas fall with ε: what rises is noise. */
function narrowest<P extends PrivacyPoint>(curve: readonly P[], asked: number): P | undefined {
  const rising = increasing(curve.map(({ membership }) => -membership))
  return curve.find((_, k) => told(-rising[k]!) <= asked)
}

function tooFew(rowCount: number): InputError {
  return new InputError({
    code: 'privacy-rows',
    got: `${rowCount} rows`,
    expected: `at least ${2 * LEAST_HALF} rows: half of them are held out to see what drawn rows tell of the others`,
    try: '--min-cell and evaluate --require on what is drawn'
  })
}

function unreached(curve: readonly PrivacyPoint[], asked: number): InputError {
  const best = curve.reduce((least, point) => (told(point.membership) < told(least.membership) ? point : least))
  const [low, high] = best.interval.map((area) => area.toFixed(3))
  return new InputError({
    code: 'privacy-unreached',
    got: `a distance attack of area ${best.membership.toFixed(3)} (95 %: ${low} to ${high}) at best, at ε = ${Number(best.epsilon.toPrecision(3))} with ${Math.round(100 * best.left)} % of the rows left out`,
    expected: `at most ${asked}`,
    try: `a larger --privacy, --min-cell 5 for rare levels, or --exclude of columns that name rows`
  })
}
