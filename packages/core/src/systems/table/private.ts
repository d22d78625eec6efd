import { foldAucs } from '../../diagnose/classifier.js'
import type { Membership } from '../../diagnose/evaluation.js'
import { membershipAttack } from '../../diagnose/membership.js'
import { nearestDistances } from '../../diagnose/neighbours.js'
import { InputError } from '../../num/errors.js'
import { increasing } from '../../num/isotonic.js'
import { quiet } from '../../num/iterate.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, keyFromSeed, permutation, seedFor } from '../../num/random.js'
import { mean, quantileOfSorted, sorted, variance } from '../../num/statistics.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { atBandwidth, type GlobalModel } from '../global/model.js'
import type { SystemContext } from '../host.js'
import type { PrivacyPoint, PrivacyTrial } from '../privacy/privacy.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { PRIVATE_CELL } from './hidden-ends.js'
import type { TableFit, TableModel } from './options.js'
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
  readonly folds?: readonly number[]
}

/**
 * Widens the kernel of a model, and leaves out drawn rows that come nearest to rows of the table, until its rows tell little of who
 * was in it. Models of either half of the rows are drawn from at ever larger ε; for each part left out the least ε at which the
 * attack on them tells no more than was asked is a candidate, and of these the one whose rows a forest tells least from held-out ones
 * is taken, none left out unless that gains more than a standard error; a model that tells no more by itself stays as it is. Half of the rows stand less close than all of them, so that
 * each is easier to find: the trial errs on the safe side.
 * Cost: two fits of half of the rows, for each ε, of which wide ones are left out where a narrower one will do, half a scaling and two draws of 1.7 times these, and a scaling and a draw of all rows.
 * Throws `InputError` for fewer than 200 rows (code `privacy-rows`), and where nothing will do (`privacy-unreached`).
 */
export async function fitPrivate(problem: PrivateFit, parts: ModelParts, context: SystemContext): Promise<PrivateModel> {
  const { asked, input, options } = problem
  const model = problem.model as GlobalModel & Ruled
  refuseFewRows(input)
  const heldOut = heldOutOf(input)
  const before = model.summary.epsilon
  const points = await curveOf(problem, parts, { ...context, before })
  const chosen = best(points, asked)
  const curve = points.map(({ folds: _, ...point }) => point)
  if (!chosen) throw unreached(curve, asked)
  const { epsilon, left } = chosen
  const { landmarks, seed = 1, minCell: cell = PRIVATE_CELL } = options
  const watch = quiet(context)
  const widened = epsilon === before ? model : await atBandwidth(model, { epsilon, landmarks }, { engine: context.engine, watch })
  const trial = { asked, heldOut, before, chosen: epsilon, left, cell, curve }
  return privateLike({ model: widened, trial, seed }, parts, context)
}

interface WidenedModel {
  readonly model: TableModel
  readonly trial: PrivacyTrial
  readonly seed: number | undefined
}

/** A model whose ε is what a trial has chosen, with as many of its rows left out. Cost: where any are, a draw of as many rows as it has. */
export async function privateLike(
  { model, trial: { nearest: _, ...trial }, seed = 1 }: WidenedModel,
  parts: ModelParts,
  context: SystemContext
): Promise<PrivateModel> {
  if (trial.left === 0) return { ...model, privacy: trial }
  const own = parts.training(model)
  const place = placingFor(own)
  const rows = Math.min(own.rowCount, MOST_ASKED)
  const drawn = await parts.draw(model, { rows, seed: seedFor(keyFromSeed(seed), 'privacy') }, { ...context, progress: undefined })
  const distances = await nearestDistances(context.engine, place(drawn.table), place(own))
  return { ...model, privacy: { ...trial, nearest: quantileOfSorted(sorted(distances), trial.left) } }
}

/** Wider kernels that are tried once one is private enough with no row left out, lest it be so by chance: wider still costs more, with rows left out and without. */
const WIDER_STILL = 1

/**
 * The mean of both halves' curves: what tells one half from the other by itself counts once for and once against. Forests, which take
 * half of the time, look at what may be chosen, and at all kernels without rows left out.
 */
async function curveOf(
  problem: PrivateFit,
  parts: ModelParts,
  { before, ...context }: SystemContext & { readonly before: number }
): Promise<Point[]> {
  const trial = { ...problem, options: { ...problem.options, bandwidth: before } }
  const told = (done: number) => context.progress?.({ stage: PRIVACY_STAGE, done, total: 2 * WIDER.length })
  const own = { ...context, progress: undefined }
  told(0)
  const halves = [await halfOf(trial, parts, { ...own, swapped: false }), await halfOf(trial, parts, { ...own, swapped: true })]
  const tried: Tried[] = []
  for (const [k, times] of WIDER.entries()) {
    const epsilon = times * before
    const both: Attacked[][] = []
    for (const half of halves) {
      both.push(await attacksOn(half, parts, { ...own, epsilon }))
      told(2 * k + both.length)
    }
    tried.push(...LEFT.map((left, l) => triedIn({ epsilon, left, both: both.map((one) => one[l]!) })))
    const at = tried.indexOf(candidateAt(tried, { left: 0, asked: problem.asked })!)
    if (at >= 0 && at / LEFT.length + WIDER_STILL <= k) break
  }
  told(2 * WIDER.length)
  const points: Point[] = []
  const candidates = LEFT.map((left) => candidateAt(tried, { left, asked: problem.asked }))
  for (const { drawn, ...point } of tried) {
    const isLooked = point.left === 0 || candidates.some((one) => one?.epsilon === point.epsilon && one.left === point.left)
    const folds: number[] = []
    for (const [h, half] of halves.entries())
      if (isLooked) folds.push(...(await foldAucs({ first: half.judges, second: drawn[h]!, key: half.key, watch: quiet(context) })))
    points.push({ ...point, ...(isLooked ? { auc: mean(folds), folds } : {}) })
  }
  return LEFT.flatMap((left) => points.filter((point) => point.left === left))
}

/** A model of one half of the rows, and both halves as points. */
interface Half {
  readonly fitted: TableModel
  readonly rowCount: number
  readonly place: (table: Table) => Matrix
  readonly train: Matrix
  readonly heldOut: Matrix
  /** Held-out rows that a forest looks at. */
  readonly judges: Matrix
  readonly key: Key
  readonly landmarks: TableFit['landmarks']
}

async function halfOf(problem: PrivateFit, parts: ModelParts, context: SystemContext & { readonly swapped: boolean }): Promise<Half> {
  const { landmarks, seed = 1 } = problem.options
  const key = keyFor(keyFromSeed(seed), 'privacy trial')
  const { fitted, held } = await trialFit(problem, parts, { ...context, key })
  const own = parts.training(fitted)
  const place = placingFor(own)
  const heldOut = place(held)
  const judges =
    heldOut.rows > MOST_ASKED ? takeRows(heldOut, permutation(keyFor(key, 'judges'), heldOut.rows).subarray(0, MOST_ASKED)) : heldOut
  return { fitted, rowCount: own.rowCount, place, train: place(own), heldOut, judges, key, landmarks }
}

/** What the attack makes of rows of one half's model, with a part of them left out, and those that a forest would look at. */
interface Attacked {
  readonly membership: number
  readonly interval: readonly [number, number]
  readonly drawn: Matrix
}

/** For each part left out. */
async function attacksOn(half: Half, parts: ModelParts, { epsilon, ...context }: SystemContext & { readonly epsilon: number }) {
  const { engine } = context
  const { fitted, rowCount, place, train, heldOut, key, landmarks } = half
  const model = await atBandwidth(fitted as GlobalModel & Ruled, { epsilon, landmarks }, { engine, watch: quiet(context) })
  const draws: { readonly rows: Matrix; readonly distances: Float64Array }[] = []
  for (let r = 0; r < DRAWS; r++) {
    const { table } = await parts.draw(model, { rows: Math.ceil(DRAWN * rowCount), seed: seedFor(key, `drawn ${r}`) }, context)
    const rows = place(table)
    draws.push({ rows, distances: await nearestDistances(engine, rows, train) })
  }
  const attacked: Attacked[] = []
  for (const left of LEFT) {
    const far = draws.map(({ distances }) => farRows(distances, left).subarray(0, rowCount))
    const attacks: Membership[] = []
    for (const [r, { rows }] of draws.entries())
      attacks.push(await membershipAttack({ engine, train, heldOut, synthetic: takeRows(rows, far[r]!), key, most: MOST_ASKED }))
    const over = (of: (attack: Membership) => number) => mean(attacks.map(of))
    const interval = [over((one) => one.interval[0]), over((one) => one.interval[1])] as const
    attacked.push({ membership: over(({ value }) => value), interval, drawn: takeRows(draws[0]!.rows, far[0]!.subarray(0, MOST_ASKED)) })
  }
  return attacked
}

/** A kernel and a part left out, before a forest has looked. */
type Tried = Omit<Point, 'auc' | 'folds'> & { readonly drawn: readonly Matrix[] }

function triedIn({ epsilon, left, both }: Pick<Point, 'epsilon' | 'left'> & { readonly both: readonly Attacked[] }): Tried {
  const over = (of: (one: Attacked) => number) => mean(both.map(of))
  const membership = over((one) => one.membership)
  // Each row is asked about twice, so that the error is that of one half.
  const reach = over(({ interval: [low, high] }) => (high - low) / 2)
  const interval = [Math.max(0, membership - reach), Math.min(1, membership + reach)] as const
  return { epsilon, left, membership, interval, drawn: both.map(({ drawn }) => drawn) }
}

/** Rows but for the part that lies nearest. */
function farRows(distances: Float64Array, left: number): Uint32Array {
  const nearest = left === 0 ? 0 : quantileOfSorted(sorted(distances), left)
  return Uint32Array.from(distances.keys()).filter((i) => distances[i]! >= nearest)
}

/** What is told least apart of the narrowest kernels that are private enough, the simplest first; a model that is so by itself stays as it is. */
function best(points: readonly Point[], asked: number): Point | undefined {
  const candidates = LEFT.flatMap((left) => candidateAt(points, { left, asked }) ?? [])
  if (candidates[0] === points[0]) return points[0]
  return candidates.reduce<Point | undefined>((before, point) => (!before || gains(before, point) ? point : before), undefined)
}

/** The narrowest kernel that is private enough with a part left out. */
const candidateAt = <P extends PrivacyPoint>(points: readonly P[], { left, asked }: { readonly left: number; readonly asked: number }) =>
  narrowest(
    points.filter((point) => point.left === left),
    asked
  )

/** Whether a forest tells rows less apart by more than a standard error. An area below one half is dependence on training rows, no gain. */
function gains(before: Point, after: Point): boolean {
  const by = before.folds!.map((area, fold) => Math.max(0.5, area) - Math.max(0.5, after.folds![fold]!))
  return mean(by) > Math.sqrt(variance(by) / Math.max(1, by.length - 1))
}

/** An area below one half tells as much as one above: where rows are left out, those of the table are the ones with none nearby. */
const told = (membership: number): number => Math.max(membership, 1 - membership)

/** The least ε at which the area tells no more than was asked, once the areas fall with ε: what rises is noise. */
function narrowest<P extends PrivacyPoint>(curve: readonly P[], asked: number): P | undefined {
  const rising = increasing(curve.map(({ membership }) => -membership))
  return curve.find((_, k) => told(-rising[k]!) <= asked)
}

/** Throws `InputError` (code `privacy-rows`) for a table of whose halves nothing can be told. */
export function refuseFewRows(input: RawTable): void {
  if (heldOutOf(input) >= LEAST_HALF) return
  throw new InputError({
    code: 'privacy-rows',
    got: `${input.rowCount} rows`,
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
