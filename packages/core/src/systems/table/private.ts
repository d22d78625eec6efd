import { foldAucs } from '../../diagnose/classifier.js'
import type { Membership } from '../../diagnose/evaluation.js'
import { membershipAttack } from '../../diagnose/membership.js'
import { InputError } from '../../num/errors.js'
import { increasing } from '../../num/isotonic.js'
import { quiet } from '../../num/iterate.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
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

interface PrivateFit extends TriedFit {
  /** Area of the distance attack that is allowed. */
  readonly asked: number
}

/** A model whose kernel is as narrow as its privacy allows, and the trial that says so. */
type PrivateModel = TableModel & { readonly privacy: PrivacyTrial }

/**
 * Widens the kernel of a model until its rows tell little of who was in the table. Models of either half of the rows are drawn from
 * at ever larger ε; the least at which the attack on them tells no more than was asked is that of the model. Half of the rows
 * stand less close than all of them, so that each is easier to find: the trial errs on the safe side.
 * Cost: two fits of half of the rows, for each ε and half a scaling and two draws of these, and a scaling of all rows.
 * Throws `InputError` for fewer than 200 rows (code `privacy-rows`), and where no ε will do (`privacy-unreached`).
 */
export async function fitPrivate(problem: PrivateFit, parts: ModelParts, context: SystemContext): Promise<PrivateModel> {
  const { asked, input, options } = problem
  const model = problem.model as GlobalModel & Ruled
  const heldOut = heldOutOf(input)
  if (heldOut < LEAST_HALF) throw tooFew(input.rowCount)
  const before = model.summary.epsilon
  const curve = await curveOf(problem, parts, { ...context, before })
  const chosen = narrowest(curve, asked)
  if (!chosen) throw unreached(curve, asked)
  const privacy: PrivacyTrial = { asked, heldOut, before, chosen: chosen.epsilon, curve }
  if (chosen.epsilon === before) return { ...model, privacy }
  const { landmarks } = options
  const widened = await atBandwidth(model, { epsilon: chosen.epsilon, landmarks }, { engine: context.engine, watch: quiet(context) })
  return { ...widened, privacy }
}

/** The mean of both halves' curves: what tells one half from the other by itself counts once for and once against. */
async function curveOf(
  problem: PrivateFit,
  parts: ModelParts,
  { before, ...context }: SystemContext & { readonly before: number }
): Promise<PrivacyPoint[]> {
  const trial = { ...problem, options: { ...problem.options, bandwidth: before } }
  const progress = (done: number) => context.progress?.({ stage: PRIVACY_STAGE, done, total: 2 * WIDER.length })
  const own = { ...context, progress: undefined, epsilons: WIDER.map((times) => times * before) }
  const first = await curveOfHalf(trial, parts, { ...own, swapped: false, told: progress })
  const second = await curveOfHalf(trial, parts, { ...own, swapped: true, told: (done) => progress(WIDER.length + done) })
  return first.map((point, k) => {
    const over = (of: (one: PrivacyPoint) => number) => (of(point) + of(second[k]!)) / 2
    const membership = over((one) => one.membership)
    // Each row is asked about twice, so that the error is that of one half.
    const reach = over(({ interval: [low, high] }) => (high - low) / 2)
    const interval = [Math.max(0, membership - reach), Math.min(1, membership + reach)] as const
    return { epsilon: point.epsilon, membership, interval, auc: over((one) => one.auc) }
  })
}

interface Half extends SystemContext {
  readonly swapped: boolean
  readonly epsilons: readonly number[]
  readonly told: (done: number) => void
}

async function curveOfHalf(problem: PrivateFit, parts: ModelParts, { swapped, epsilons, told, ...context }: Half): Promise<PrivacyPoint[]> {
  const { engine } = context
  const { landmarks, seed = 1 } = problem.options
  const key = keyFor(keyFromSeed(seed), 'privacy trial')
  told(0)
  const { fitted, held } = await trialFit(problem, parts, { ...context, key, swapped })
  const own = parts.training(fitted)
  const place = placingFor(own)
  const sides = { train: place(own), heldOut: place(held), engine, key, most: MOST_ASKED }
  const curve: PrivacyPoint[] = []
  for (const [k, epsilon] of epsilons.entries()) {
    const model = await atBandwidth(fitted as GlobalModel & Ruled, { epsilon, landmarks }, { engine, watch: quiet(context) })
    const drawn = async (r: number) =>
      place((await parts.draw(model, { rows: own.rowCount, seed: seedFor(key, `drawn ${r}`) }, context)).table)
    const first = await drawn(0)
    const auc = mean(await foldAucs({ first: sides.heldOut, second: first, key, watch: quiet(context) }))
    const attacks = [await membershipAttack({ ...sides, synthetic: first })]
    for (let r = 1; r < DRAWS; r++) attacks.push(await membershipAttack({ ...sides, synthetic: await drawn(r) }))
    const over = (of: (attack: Membership) => number) => mean(attacks.map(of))
    curve.push({
      epsilon,
      membership: over(({ value }) => value),
      interval: [over((one) => one.interval[0]), over((one) => one.interval[1])],
      auc
    })
    told(k + 1)
  }
  return curve
}

/** The least ε at which the area is at or below what was asked, once the areas fall with ε: what rises is noise. */
function narrowest(curve: readonly PrivacyPoint[], asked: number): PrivacyPoint | undefined {
  const rising = increasing(curve.map(({ membership }) => -membership))
  return curve.find((_, k) => -rising[k]! <= asked)
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
  const best = curve.reduce((least, point) => (point.membership < least.membership ? point : least))
  const [low, high] = best.interval.map((area) => area.toFixed(3))
  return new InputError({
    code: 'privacy-unreached',
    got: `a distance attack of area ${best.membership.toFixed(3)} (95 %: ${low} to ${high}) at best, at ε = ${Number(best.epsilon.toPrecision(3))}`,
    expected: `at most ${asked}`,
    try: `a larger --privacy, --min-cell 5 for rare levels, or --exclude of columns that name rows`
  })
}
