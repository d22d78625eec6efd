import { DEFAULT_RIDGE, isOneGaussian } from '../../choose/conditional.js'
import { type ConditionMemory, recall } from '../../choose/memory.js'
import { BATCH_ROWS, inBatches } from '../../draw/batches.js'
import { type GroupRun, markMoved, startGroup, stepGroup } from '../../draw/condition-draw.js'
import { langevinStep } from '../../draw/informed-langevin.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { effectiveCount, LEAST_CHAINS, temper, weightsOf } from '../../draw/temper.js'
import { type Condition, formatsFor, type Given, repeatGiven } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { hasLevels, levelsOfRow } from '../../know/levels.js'
import { allExcluded, type LikelihoodModule } from '../../know/likelihood-row.js'
import {
  type BeforeAndAfter,
  describeColumns,
  describeObservation,
  type ObservationSupport,
  readObservation,
  refuseFar
} from '../../know/observations.js'
import { groupConditions } from '../../know/places.js'
import { pull } from '../../know/pull.js'
import { logLikelihoodsOf } from '../../know/row-likelihoods.js'
import { effectiveSampleSize, MANY_MATCHING, type NamedWarning } from '../../know/support.js'
import { fitLaw, type Law, tableProblem } from '../../law/law.js'
import { mixtureAt } from '../../law/mixture.js'
import { copyState } from '../../law/state.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Key, keyAtStep, keyFor, permutation } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { decodeTable, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import type { ObservationExpression } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type MatchedGroup, matchConditions, matchedManner, matchedTraining, matchedWidening } from './condition-rows.js'
import { checkConditions, choiceKey, chooseFor, lawFor } from './condition-sample.js'
import { type GlobalModel, trainingTable } from './model.js'
import { chooseEpsilon, type EpsilonChoice, ownEpsilon, unconditionedDistance } from './posterior-epsilon.js'

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
  /** What earlier draws from this model with this key found out. */
  readonly memory?: ConditionMemory
  /** Drawn rows' chains at the training rows that they come from (step 0) and after each step, encoded. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

export interface PosteriorReport {
  readonly conditioning: 'informed' | 'langevin'
  readonly steps: number
  readonly epsilon: number
  /** Set where one Gaussian of all rows does as well on held-out ones as any finer kernel. */
  readonly gaussian?: true
  /** Powers of the likelihood on the way, ending in 1. */
  readonly powers: readonly number[]
  /** Effective number of training rows under the likelihood: (Σ wL)²/Σ(wL)², of those that fit what is given. */
  readonly importanceRows: number
  /** Training rows in effect that fit what is given, where something is. */
  readonly fittingRows?: number
  /** Mean over chains of 1/Σp² at their last place. */
  readonly effectiveRows: number
  readonly acceptance: number
  readonly effectiveSampleSize: number
  readonly observations: readonly ObservationSupport[]
  readonly columns: BeforeAndAfter
  /** Energy distance between the chain without likelihood and the data, beside two halves of the data. */
  readonly unconditioned: { readonly distance: number; readonly floor: number }
  readonly warnings: readonly NamedWarning[]
}

export interface PosteriorRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly report: PosteriorReport
}

/** Chains before anything is observed, at most: rare rows are to be among them. */
const MOST_POOL = 4096

/**
 * Draws rows from the model's law times a likelihood: observations of expressions with Gaussian noise, a user's
 * log-likelihood, or both. Likelihoods are brought in by powers, then `steps` informed steps are taken.
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
export interface PosteriorDraw extends Pick<PosteriorRequest, 'rows' | 'conditioning' | 'epsilon' | 'memory' | 'onStep'> {
  readonly steps?: number | undefined
  readonly condition: Condition
  readonly evidence: Evidence
  /** Whether the condition says anything. */
  readonly known: boolean
  /**
   * How an automatic ε is found: by held-out rows that observe themselves or, under a likelihood that they cannot make, by the
   * training rows weighted by it; or by the chain without evidence alone. `none`: the model's own is taken.
   */
  readonly search: 'rows' | 'chain' | 'none'
  /** Evidence that the training rows are counted under. Default `evidence`. */
  readonly counted?: Evidence | undefined
}

/** `unconditioned` where ε was looked for. */
type Choice = Pick<EpsilonChoice, 'epsilon' | 'law' | 'gaussian'> & Partial<Pick<EpsilonChoice, 'unconditioned'>>

/** Drawn rows and how the chains fared. */
export interface PosteriorChains {
  /** In the model's coordinates. */
  readonly rows: Encoded
  /** Training rows that fit the condition, with what it gives in place; absent: all of them. */
  readonly agreeing?: Encoded | undefined
  readonly conditioning: 'informed' | 'langevin'
  readonly steps: number
  readonly choice: Omit<Choice, 'law'>
  readonly powers: readonly number[]
  /** As in `PosteriorReport`. */
  readonly importanceRows: number
  readonly fittingRows?: number | undefined
  readonly effectiveRows: number
  readonly acceptance: number
  readonly effectiveSampleSize: number
}

/** Draws rows of a model under a condition and evidence: `samplePosterior` on coordinates. Undefined where the evidence excludes every training row. */
export async function drawPosterior(model: GlobalModel, asked: PosteriorDraw, context: Context): Promise<PosteriorChains | undefined> {
  const { condition, evidence, known, conditioning = 'informed', steps = USUAL_STEPS.observed } = asked
  const key = keyFor(context.key, 'posterior')
  const weights = await rowWeights(model, evidence)
  if (!weights) return undefined
  const poolFor = (law: Law, count: number, on = condition) =>
    poolOf(law, { count, steps, condition: on, encoder: model.training.encoder, context: { ...context, key } })
  const quiet = context.watch?.stop ? { stop: context.watch.stop } : undefined
  const draw = async (law: Law, count: number) => (await drawInformed({ ...poolFor(law, count), watch: quiet }, evidence, count)).rows
  const question = {
    epsilon: asked.epsilon,
    search: conditioning !== 'langevin',
    weights: asked.search === 'chain' ? ONE_ROW : weights,
    linear: evidence.linear,
    draw: asked.search === 'rows' && !known ? draw : undefined,
    memory: asked.memory
  }
  const own = { ...context, key }
  // Held-out rows cannot make a user's likelihood of themselves.
  const askable = asked.search === 'rows' && conditioning !== 'langevin' && (known || evidence.residuals !== undefined)
  const searched = askable ? await placeFor(model, asked, { context, key }) : undefined
  const choice: Choice =
    searched?.choice ?? (asked.search === 'none' ? await ownEpsilon(model, asked.memory, own) : await chooseEpsilon(model, question, own))
  const matched = searched ?? (known ? await matchedLaw(model, { condition, choice, asked }, context) : { law: choice.law, condition })
  const ridge = searched?.ridge ?? DEFAULT_RIDGE
  const pool = (count: number) => ({ ...poolFor(matched.law, count, matched.condition), ridge })
  const counted = asked.counted ?? evidence
  const support = known
    ? await supportUnder(pool(Math.min(asked.rows, BATCH_ROWS)), counted)
    : { importanceRows: effectiveCount((await rowWeights(model, counted)) ?? weights) }
  const drawn = joined(
    await inBatches({ ...own, count: asked.rows }, ({ first, count, ...batch }) => {
      const run = { ...pool(count), ...batch, onStep: first === 0 ? asked.onStep : undefined }
      return drawBatch(run, { evidence, count, conditioning })
    })
  )
  return {
    ...support,
    rows: drawn.rows,
    conditioning,
    steps,
    choice: { ...choice, epsilon: matched.law.kernel.epsilon },
    powers: drawn.powers,
    effectiveRows: drawn.effectiveRows,
    acceptance: drawn.acceptance,
    effectiveSampleSize: effectiveSampleSize(drawn.rows.coordinates, drawn.ancestors, 1 - mean(drawn.moved))
  }
}

/** All that can be refused about a posterior, before anything is drawn. */
export function checkPosterior(
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
  const observations = observe.map((text) => readObservation(encoder, text))
  return observations
}

/** The chosen law of the rows that match what is given, and what of it is left to be compared. */
async function matchedLaw(
  model: GlobalModel,
  { condition, choice, asked }: { condition: Condition; choice: Choice; asked: PosteriorDraw },
  { engine, watch }: Context
): Promise<{ law: Law; condition: Condition }> {
  const { conditions, compared, matched } = matchConditions(model.training, [condition])[0]!
  const { name, rows } = matched[0]!
  const left = conditions[0]!
  if (!rows && compared.length === 0) return { law: choice.law, condition: left }
  const law = await recall(asked.memory, `posterior law ${JSON.stringify([choice.epsilon, compared, name])}`, async () => {
    const { training, potentials } = matchedTraining(model, rows)
    const widening = typeof asked.epsilon === 'number' ? 1 : await matchedWidening(model, rows, engine)
    const kernel = { ...model.kernel, epsilon: choice.epsilon * widening }
    return fitLaw(tableProblem(training, kernel, matchedManner(model, { rows }, compared)), { initial: potentials, engine, watch })
  })
  return { law, condition: left }
}

/** Where chains run: a law at a setting chosen by held-out rows, and what is left to be compared on it. */
interface Place {
  readonly law: Law
  readonly condition: Condition
  readonly choice: Choice
  readonly ridge: number
}

/** Bandwidths are chosen as for conditions, held-out rows making the same observations of themselves. `context`: with the posterior's own key. */
async function placeFor(model: GlobalModel, asked: PosteriorDraw, { context, key }: PlaceContext): Promise<Place> {
  const { condition, evidence, epsilon, memory } = asked
  const { encoder } = model.training
  const found = matchConditions(model.training, [condition])[0]!
  const left = found.conditions[0]!
  const matched: MatchedGroup = { ...found, group: groupConditions(encoder, [left])[0]! }
  const present = encoder.columns.flatMap((code) =>
    code.carries === 'coordinate' && code.missingFactor !== undefined && evidence.touches?.includes(code.coordinate)
      ? [code.missingFactor]
      : []
  )
  const observed = evidence.residuals && { evidence, present }
  const chosen = await chooseFor(
    model,
    // What was found for one observation does not hold for another.
    { matched, observed, request: { epsilon, memory: observed ? undefined : memory } },
    { ...context, key: choiceKey(context.key) }
  )
  const part = found.matched[0]!
  const law = await lawFor(model, { matched, part, choice: chosen, memory }, context)
  const whole = part.rows
    ? await lawFor(model, { matched, part: { ...part, rows: undefined, name: '' }, choice: chosen, memory }, context)
    : law
  const unconditioned = await unconditionedDistance(model, whole, { ...context, key })
  const gaussian = isOneGaussian(chosen) ? { gaussian: true as const } : {}
  return { law, condition: left, choice: { epsilon: chosen.epsilon, law, unconditioned, ...gaussian }, ridge: chosen.ridge }
}

interface PlaceContext {
  /** The caller's, whose key conditions are chosen by. */
  readonly context: Context
  /** The posterior's own. */
  readonly key: Key
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

const ONE_ROW = Float64Array.of(1)

interface Drawn {
  readonly rows: Encoded
  readonly ancestors: Uint32Array
  /** 1 for chains that moved in the last half of the steps [n]. */
  readonly moved: Uint8Array
  readonly acceptance: number
  readonly effectiveRows: number
  readonly powers: readonly number[]
}

interface BatchDraw {
  readonly evidence: Evidence
  readonly count: number
  readonly conditioning: 'informed' | 'langevin'
}

/** `count` rows of one batch, of at least so many chains. */
async function drawBatch(run: GroupRun, { evidence, count, conditioning }: BatchDraw): Promise<Drawn> {
  // Chains come out sorted by ancestor: a part of them must not be a part of the law.
  const chosenOf = (state: Encoded) => permutation(keyFor(run.key, 'order'), state.coordinates.rows).subarray(0, count)
  const { onStep } = run
  const told = { ...run, onStep: onStep && ((state: Encoded, step: number) => onStep(takeEncoded(state, chosenOf(state)), step)) }
  const drawn = await (conditioning === 'langevin' ? drawLangevin : drawInformed)(told, evidence, count)
  const chosen = chosenOf(drawn.rows)
  return {
    ...drawn,
    rows: takeEncoded(drawn.rows, chosen),
    ancestors: Uint32Array.from(chosen, (i) => drawn.ancestors[i]!),
    moved: Uint8Array.from(chosen, (i) => drawn.moved[i]!)
  }
}

/** The rows of all batches; shares and counts are their means, powers those of the first. */
function joined(batches: readonly Drawn[]): Drawn {
  const [first] = batches
  if (batches.length === 1) return first!
  const rows = stackEncoded(batches.map((batch) => batch.rows))
  const average = (of: (batch: Drawn) => number): number =>
    batches.reduce((sum, batch) => sum + (of(batch) * batch.rows.coordinates.rows) / rows.coordinates.rows, 0)
  return {
    rows,
    ancestors: Uint32Array.from(batches.flatMap(({ ancestors }) => [...ancestors])),
    moved: Uint8Array.from(batches.flatMap(({ moved }) => [...moved])),
    acceptance: average(({ acceptance }) => acceptance),
    effectiveRows: average(({ effectiveRows }) => effectiveRows),
    powers: first!.powers
  }
}

async function drawInformed(run: GroupRun, evidence: Evidence, count: number): Promise<Drawn> {
  const pool = startGroup(run)
  const start = await temper({
    pool,
    evidence,
    count,
    step: (problem, chains, key) => stepGroup(run, problem, chains, key),
    key: keyFor(run.key, 'temper'),
    watch: run.watch
  })
  let { chains } = start
  const n = chains.fresh.length
  const problem = { ...pool.problem, conditionOf: new Uint32Array(n), evidence }
  run.onStep?.(takeEncoded(run.law.rows, start.ancestors), 0)
  let acceptance = 0
  const moved = new Uint8Array(n)
  const key = keyFor(run.key, 'steps')
  for (let turn = 1; turn <= run.steps; turn++) {
    throwIfStopped(run.watch, 'sampling')
    const stepped = await stepGroup(run, problem, chains, keyAtStep(key, turn))
    chains = stepped.chains
    acceptance += mean(stepped.accepted) / run.steps
    if (2 * turn > run.steps) markMoved(moved, stepped.accepted)
    run.onStep?.(copyState(chains.state), turn)
    run.watch?.progress?.({ stage: 'sampling', done: turn, total: run.steps })
  }
  return {
    rows: chains.state,
    ancestors: start.ancestors,
    moved,
    acceptance,
    effectiveRows: mean(chains.effectiveCount),
    powers: start.powers
  }
}

async function drawLangevin(run: GroupRun, evidence: Evidence, count: number): Promise<Drawn> {
  const { problem, state: first, starts } = startGroup({ ...run, count: Math.max(count, LEAST_CHAINS) })
  const { epsilon } = run.law.kernel
  let state = first
  run.onStep?.(takeEncoded(run.law.rows, starts), 0)
  const key = keyFor(run.key, 'langevin')
  for (let turn = 1; turn <= run.steps; turn++) {
    throwIfStopped(run.watch, 'sampling')
    state = await langevinStep({ ...problem, evidence, epsilon }, state, keyAtStep(key, turn))
    run.onStep?.(copyState(state), turn)
    run.watch?.progress?.({ stage: 'sampling', done: turn, total: run.steps })
  }
  const parts = await mixtureAt(run.law, state, run.engine)
  const counts = Float64Array.from(state.part, (part, i) => parts.find((one) => one.part === part)!.effectiveCount[i]!)
  return {
    rows: state,
    ancestors: starts,
    moved: new Uint8Array(state.part.length).fill(1),
    acceptance: 1,
    effectiveRows: mean(counts),
    powers: [1]
  }
}

/** What the data say before anything is observed, and how many of their rows agree with what was. */
type Support = Required<Pick<PosteriorChains, 'importanceRows' | 'fittingRows' | 'agreeing'>>

/** Training rows that fit what is given, with the given numbers in place: only they can agree with what was observed. */
async function supportUnder(run: GroupRun, evidence: Evidence): Promise<Support> {
  const { state, starts } = startGroup(run)
  const { encoder, law } = run
  const { rows: training, logWeights } = law
  const levelIn = levelsOfRow(training.codes, encoder.factors.length)
  const all = Array.from(starts.keys())
  // Where categories are swept, chains start at rows of others too; those of the given ones count, where there are any.
  const own = all.filter((i) => hasLevels(run.conditions[0]!, levelIn(starts[i]!)))
  const kept = own.length > 0 ? own : all
  const rows = takeEncoded(state, kept)
  const logs = await logLikelihoodsOf(evidence, rows)
  const effective = (weights: Float64Array): number => {
    const sums = new Float64Array(logWeights.length)
    kept.forEach((i, k) => {
      sums[starts[i]!] = sums[starts[i]!]! + weights[k]!
    })
    return effectiveCount(sums)
  }
  return {
    importanceRows: effective(weightsOf(logs, 1)),
    fittingRows: effective(new Float64Array(kept.length).fill(1)),
    agreeing: rows
  }
}

/** Weights of the training rows times the likelihood, largest 1 [M]; undefined where all of them are impossible. */
async function rowWeights({ training }: GlobalModel, evidence: Evidence): Promise<Float64Array | undefined> {
  const logs = await logLikelihoodsOf(evidence, training.rows)
  const values = training.logWeights.map((a, j) => a + logs[j]!)
  return values.every((value) => value === Number.NEGATIVE_INFINITY) ? undefined : weightsOf(values, 1)
}

interface Described {
  readonly observations: readonly ObservationExpression[]
  /** Rows before anything was observed. */
  readonly prior: Table
  /** Drawn rows. */
  readonly table: Table
}

/** How well the data support drawn rows, in the columns of their table. */
export function supportReport(drawn: PosteriorChains, { observations, prior, table }: Described): Omit<PosteriorReport, 'unconditioned'> {
  const { conditioning, steps, choice, powers, importanceRows, fittingRows, effectiveRows, acceptance } = drawn
  const report = {
    conditioning,
    steps,
    epsilon: choice.epsilon,
    ...(choice.gaussian ? { gaussian: choice.gaussian } : {}),
    powers,
    importanceRows,
    ...(fittingRows === undefined ? {} : { fittingRows }),
    effectiveRows,
    acceptance,
    effectiveSampleSize: drawn.effectiveSampleSize,
    observations: observations.map((observation) => describeObservation(observation, prior, table)),
    columns: describeColumns(prior, table)
  }
  return { ...report, warnings: warningsOn(report, table.rowCount) }
}

/** Fewer training rows than this under the likelihood: the answer rests on what the bridge makes of the tails. */
const FEW_ROWS = 10
/** An observation farther than this many standard deviations from the rows before it disagrees with all of them alike. */
const FAR = 4

function warningsOn(report: Omit<PosteriorReport, 'warnings' | 'unconditioned'>, rowCount: number): NamedWarning[] {
  const warnings: NamedWarning[] = []
  const { importanceRows, fittingRows } = report
  const few = importanceRows < Math.min(FEW_ROWS, (fittingRows ?? Number.POSITIVE_INFINITY) / 4)
  const worst = report.observations.reduce((largest, { priorDeviations }) => Math.max(largest, priorDeviations), 0)
  const rows = fittingRows === undefined ? 'training rows' : `of ${fittingRows.toFixed(1)} training rows that fit what is given`
  const before = fittingRows === undefined ? 'the prior' : 'what is given'
  const reasons = [
    ...(few ? [`${importanceRows.toFixed(1)} ${rows} agree in effect with what was observed`] : []),
    ...(worst > (few ? 2 : FAR) ? [`an observation stands ${worst.toFixed(1)} standard deviations from ${before}`] : [])
  ]
  if (reasons.length > 0) warnings.push({ name: 'prior-observation-disagree', message: reasons.join('; ') })
  if (report.effectiveRows < 3 && importanceRows < MANY_MATCHING)
    warnings.push({ name: 'posterior-few-rows', message: `drawn rows rest on ${report.effectiveRows.toFixed(1)} training rows in effect` })
  if (report.acceptance < 0.05)
    warnings.push({
      name: 'acceptance-low',
      message: `${(100 * report.acceptance).toFixed(1)} % of the steps were accepted: chains hardly moved; ${report.observations.length > 0 ? 'a larger ± would help' : 'more --steps, or a gradient, would help'}`
    })
  if (report.effectiveSampleSize < Math.min(20, rowCount / 2))
    warnings.push({ name: 'sample-size-low', message: `the rows are worth ${report.effectiveSampleSize.toFixed(0)} independent ones` })
  return warnings
}
