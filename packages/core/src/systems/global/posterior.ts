import { DEFAULT_RIDGE } from '../../choose/conditional.js'
import type { ConditionMemory } from '../../choose/memory.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { inBatches } from '../../draw/batches.js'
import type { GroupRun } from '../../draw/condition-draw.js'
import { drawInformed, drawUnderEvidence, joinDraws } from '../../draw/evidenced-draw.js'
import { levelLimits } from '../../draw/level-limits.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { effectiveCount, LEAST_CHAINS } from '../../draw/temper.js'
import { type Condition, formatsFor, type Given, repeatGiven } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { allExcluded, type LikelihoodModule } from '../../know/likelihood-row.js'
import { readObservation, refuseFar } from '../../know/observations.js'
import { groupConditions, heldBy } from '../../know/places.js'
import { pull } from '../../know/pull.js'
import { logLikelihoodsOf } from '../../know/row-likelihoods.js'
import { effectiveSampleSize } from '../../know/support.js'
import type { Law } from '../../law/law.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { keyFor, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { decodeTable, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { ObservationExpression } from '../../table/parse-expression.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type Agrees, agreeingRows, agreesWith, isOftenEnough, plainGenerator } from './agreeing-rows.js'
import { matchConditions } from './condition-rows.js'
import { checkConditions } from './condition-sample.js'
import { type GlobalModel, trainingTable } from './model.js'
import { plainDistance } from './posterior-epsilon.js'
import { type PlaceQuestion, placeOf } from './posterior-place.js'
import { type PosteriorChains, type PosteriorReport, supportReport } from './posterior-report.js'
import { rowWeights, supportUnder } from './posterior-support.js'

/** What was observed about a row whose prior is the model. */
export interface PosteriorRequest {
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
  /** Besides, columns that are known as for `sampleConditional`, whose bandwidths are chosen in the same way. */
  readonly given?: Given
  /** How many rows. */
  readonly rows: number
  /** Steps after the whole likelihood has come in. Default 20. */
  readonly steps?: number
  /** `informed` (default) or the papers' `langevin`. */
  readonly conditioning?: 'informed' | 'langevin'
  /** ε; `auto` by held-out rows that make the same observations of themselves; under a likelihood alone the model's, enlarged as long as the chain alone and the training rows under the likelihood allow it. */
  readonly epsilon?: 'auto' | number
  /** What earlier draws from this model found out. */
  readonly memory?: ConditionMemory | undefined
  /** Drawn rows' chains at the training rows that they come from (step 0) and after each step, encoded. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

interface PosteriorRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly report: PosteriorReport
}

/** Chains before anything is observed, at most: rare rows are to be among them. */
const MOST_POOL = 4096

/**
 * Draws rows from the model's law times a likelihood: observations of expressions with Gaussian noise, a user's
 * log-likelihood, or both. Likelihoods are brought in by powers, then `steps` informed steps are taken; of a table with categories plain
 * rows are kept as often as they agree with observations, unless that is too rare.
 *
 * Throws `InputError`: malformed expressions, unknown or categorical columns, likelihoods that are not finite.
 * @source mathematics, section 7. Cost O((steps + 2·powers)·n·M·d²) at most, memory O(n·d).
 */
export async function samplePosterior(model: GlobalModel, request: PosteriorRequest, context: Context): Promise<PosteriorRows> {
  const { encoder } = model.training
  const { observe = [], likelihood: module, given = {}, ...draw } = request
  const observations = checkPosterior(encoder, request)
  refuseFar(observations, trainingTable(model))
  const condition = checkConditions(model, { given, rows: request.rows })[0]!
  const pulled = pull(encoder, { condition, observations, module })
  const known = Object.keys(given).length > 0
  const drawn = await drawPosterior(model, { ...draw, ...pulled, evidence: pulled.evidence!, known, search: 'rows' }, context)
  if (!drawn) throw allExcluded(observe, module !== undefined)
  const table = repeatGiven(decodeTable(encoder, drawn.rows), [condition], request.rows)
  const { agreeing } = drawn
  const prior = agreeing ? repeatGiven(decodeTable(encoder, agreeing), [condition], agreeing.coordinates.rows) : trainingTable(model)
  const report = supportReport(drawn, { observations, prior, table })
  return { table, formats: formatsFor(encoder, [condition]), report: { ...report, unconditioned: drawn.choice.unconditioned! } }
}

/** What is known of rows as data on a model's coordinates, and how they are drawn. */
interface PosteriorDraw extends PlaceQuestion, Pick<PosteriorRequest, 'rows' | 'onStep'> {
  readonly steps?: number | undefined
  /** Evidence that the training rows are counted under. Default `evidence`. */
  readonly counted?: Evidence | undefined
}

/** Draws rows of a model under a condition and evidence: `samplePosterior` on coordinates. Undefined where the evidence excludes every training row. */
export async function drawPosterior(model: GlobalModel, asked: PosteriorDraw, context: Context): Promise<PosteriorChains | undefined> {
  const { condition, evidence, known, conditioning = 'informed', steps = USUAL_STEPS.observed } = asked
  const key = keyFor(context.key, 'posterior')
  const weights = await rowWeights(model, evidence)
  if (!weights) return undefined
  const selected = await selectedRows(model, asked, { ...context, key })
  if (selected) return { ...selected, rowWeights: known ? undefined : weights }
  const poolFor = (law: Law, count: number, on = condition) =>
    poolOf(law, { count, steps, condition: on, encoder: model.training.encoder, context: { ...context, key } })
  const watch = context.watch?.stop ? { stop: context.watch.stop } : undefined
  const draw = async (law: Law, count: number) => (await drawInformed({ ...poolFor(law, count), watch }, evidence, { count })).rows
  const place = await placeOf(model, asked, { weights, draw, context, key })
  const pool = (count: number) => ({ ...poolFor(place.law, count, place.condition), ridge: place.ridge, predicts: place.predicts })
  const counted = asked.counted ?? evidence
  const support = known
    ? await supportUnder(pool(Math.min(asked.rows, BATCH_ROWS)), counted)
    : { importanceRows: effectiveCount((await rowWeights(model, counted)) ?? weights) }
  const { training } = model
  const held = heldBy(training.encoder, condition)
  const kept = { limits: levelLimits(training), isHeld: (_: number, coordinate: number) => held.has(coordinate) }
  const drawn = joinDraws(
    await inBatches({ ...context, key, count: asked.rows }, ({ first, count, ...batch }) => {
      const run = { ...pool(count), ...batch, onStep: first === 0 ? asked.onStep : undefined }
      return drawUnderEvidence(run, { evidence, kept, count, conditioning })
    })
  )
  return {
    ...support,
    rows: drawn.rows,
    conditioning,
    steps,
    choice: { ...place.choice, epsilon: place.law.kernel.epsilon },
    powers: drawn.powers,
    effectiveRows: drawn.effectiveRows,
    acceptance: drawn.acceptance,
    effectiveSampleSize: effectiveSampleSize(drawn.rows.coordinates, drawn.ancestors, 1 - mean(drawn.moved)),
    rowWeights: known || asked.counted ? undefined : weights,
    residuals: await residualsOf(evidence, drawn.rows)
  }
}

/**
 * Plain rows that have what is given, each kept as often as it agrees with what was observed. Undefined where numbers are given, a
 * bandwidth or a likelihood without residuals, whose largest value nobody knows, and where too few agree; and of numbers alone: their
 * bandwidth is chosen on held-out rows, whose scores do not see categories.
 */
async function selectedRows(
  model: GlobalModel,
  { condition, evidence, counted, known, search, conditioning = 'informed', steps, ...asked }: PosteriorDraw,
  context: Context
): Promise<PosteriorChains | undefined> {
  const { training, kernel, summary } = model
  if (summary.categories === 'none') return undefined
  const { group } = matchConditions(training, [condition])[0]!
  const isAsked = typeof asked.epsilon === 'number' || conditioning !== 'informed'
  // What is counted otherwise is seen through a codec, which moves rows again.
  if (search !== 'rows' || counted || !evidence.residuals || isAsked || group.split.given.length > 0) return undefined
  const fits = agreesWith(training.encoder, condition)
  const agrees: Agrees = async (rows, key) => {
    const places = fits(rows)
    const logs = await logLikelihoodsOf(evidence, takeEncoded(rows, places))
    const chances = uniforms(key, places.length)
    return places.filter((_, k) => chances[k]! < exp(logs[k]!))
  }
  const fitting = fits(training.rows)
  const agreeing = takeEncoded(training.rows, fitting)
  const likelihoods = (await logLikelihoodsOf(evidence, agreeing)).map(exp)
  const share = likelihoods.reduce((sum, one) => sum + one, 0) / training.rows.coordinates.rows
  if (!isOftenEnough(model, share)) return undefined
  const generator = await plainGenerator(model, context)
  const whole = { count: asked.rows, key: keyFor(context.key, 'plain'), watch: context.watch }
  const parts = await inBatches(whole, ({ first, count, ...batch }) => {
    const request = { rows: count, draws: 1, share, agrees, steps, onStep: first === 0 ? asked.onStep : undefined }
    return agreeingRows(generator, request, { ...context, ...batch })
  })
  const found = parts.filter((part) => part !== null)
  if (found.length < parts.length) return undefined
  const rows = stackEncoded(found)
  const importanceRows = effectiveCount(likelihoods)
  return {
    ...(known ? { agreeing, fittingRows: fitting.length } : {}),
    rows,
    conditioning,
    steps: steps ?? USUAL_STEPS.rows,
    choice: { epsilon: kernel.epsilon, unconditioned: await plainDistance(model, generator, context) },
    powers: [1],
    importanceRows,
    effectiveRows: importanceRows,
    acceptance: 1,
    effectiveSampleSize: asked.rows,
    residuals: await residualsOf(evidence, rows)
  }
}

/** Residuals of drawn rows in deviations of the noise, that of a codec included; undefined under a likelihood, which has none. */
export async function residualsOf({ residuals }: Evidence, rows: Encoded): Promise<Matrix | undefined> {
  return residuals?.(
    rows,
    Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
  )
}

/** All that can be refused about a posterior, before anything is drawn. */
function checkPosterior(
  encoder: Encoder,
  { observe = [], likelihood, rows, steps, conditioning }: PosteriorRequest
): ObservationExpression[] {
  const refuse = (code: string, got: string, expected: string) => new InputError({ code, got, expected, try: 'sbridge sample --help' })
  if (observe.length === 0 && !likelihood) throw refuse('posterior-empty', 'neither observation nor likelihood', 'one at least')
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= 1e8)) throw refuse('count', `n = ${rows}`, 'a whole number of rows from 1')
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1)) throw refuse('steps', `${steps} steps`, 'a whole number from 1')
  if (conditioning !== undefined && conditioning !== 'informed' && conditioning !== 'langevin')
    throw refuse('conditioning', `conditioning ${conditioning} of observations`, 'informed or langevin')
  if (likelihood && typeof likelihood.logLikelihood !== 'function')
    throw refuse('likelihood-module', 'a likelihood without a function logLikelihood', 'export function logLikelihood(row)')
  return observe.map((text) => readObservation(encoder, text))
}

interface PoolRequest {
  /** Rows to draw. */
  readonly count: number
  readonly steps: number
  readonly condition: Condition
  readonly encoder: Encoder
  readonly context: Context
}

/** Chains that know what is given, before anything is observed. */
function poolOf(law: Law, { count, steps, condition, encoder, context }: PoolRequest): GroupRun {
  return {
    law,
    encoder,
    group: groupConditions(encoder, [condition])[0]!,
    conditions: [condition],
    count: Math.max(count, LEAST_CHAINS, Math.min(law.logWeights.length, MOST_POOL)),
    steps,
    ridge: DEFAULT_RIDGE,
    engine: context.engine,
    key: context.key,
    watch: context.watch
  }
}
