import type { Evidence } from '../../know/evidence.js'
import { allExcluded, type LikelihoodModule } from '../../know/likelihood-row.js'
import { evidenceFor, logLikelihoodsOf } from '../../know/row-likelihoods.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { keyAtStep, keyFor, permutation } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { BATCH_ROWS, inBatches } from '../../sampling/batches.js'
import { langevinStep } from '../../sampling/informed-langevin.js'
import { USUAL_STEPS } from '../../sampling/steps.js'
import { decodeTable, type Encoded } from '../../table/encoder.js'
import { columnsOf, type ObservationExpression, parseObservation } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import { groupConditions } from '../condition-places.js'
import { effectiveSampleSize, MANY_MATCHING, type NamedWarning } from '../condition-support.js'
import { type Condition, formatsFor, type Given, repeatGiven } from '../conditions.js'
import type { Context } from '../context.js'
import {
  type BeforeAndAfter,
  checkObservation,
  describeColumns,
  describeObservation,
  type ObservationSupport,
  refuseFar
} from '../observations.js'
import { type InformedBridge, informedBridge } from './condition-bridge.js'
import { DEFAULT_RIDGE } from './condition-choose.js'
import { type GroupRun, markMoved, startGroup, stepGroup, unscaledRows } from './condition-draw.js'
import { type ConditionMemory, recall } from './condition-memory.js'
import { matchConditions, matchedManner, matchedTraining, matchedWidening } from './condition-rows.js'
import { checkConditions } from './condition-sample.js'
import { stackEncoded, takeEncoded } from './generator.js'
import { type GlobalModel, trainingTable } from './model.js'
import { chooseEpsilon, type EpsilonChoice } from './posterior-epsilon.js'
import { effectiveCount, temper, weightsOf } from './posterior-temper.js'

/** What was observed about a row whose prior is the model. */
export interface PosteriorRequest {
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
  /** Besides, columns that are known as for `sampleConditional`: numbers at the model's ε and λ = 10⁻³. */
  readonly given?: Given
  /** How many rows. */
  readonly rows: number
  /** Steps after the whole likelihood has come in. Default 20. */
  readonly steps?: number
  /** `informed` (default) or the papers' `langevin`. */
  readonly conditioning?: 'informed' | 'langevin'
  /** ε; `auto` is the model's, enlarged as long as the chain alone and the training rows under the likelihood allow it. */
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
  /** Set where the prior's rows pass tests of normality, observations are linear, and all rows were averaged as one Gaussian. */
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

/** Chains run at least, so that tempering can resample. */
const LEAST_CHAINS = 256
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
  const observations = checkPosterior(model, request)
  refuseFar(observations, trainingTable(model))
  const condition = checkConditions(model, { given: request.given ?? {}, rows: request.rows })[0]!
  const key = keyFor(context.key, 'posterior')
  const evidence = evidenceFor(encoder, { observations, module: request.likelihood })
  const weights = await rowWeights(model, evidence, request)
  const poolFor = (bridge: InformedBridge, asked: PosteriorRequest, known = condition) =>
    poolOf(bridge, { observations, request: asked, condition: known, context: { ...context, key } })
  const quiet = context.watch?.stop ? { stop: context.watch.stop } : undefined
  const draw = async (bridge: InformedBridge, count: number) => {
    const asked = { ...request, rows: count }
    return (await drawInformed({ ...poolFor(bridge, asked), watch: quiet }, { evidence, request: asked })).rows
  }
  const known = Object.keys(request.given ?? {}).length > 0
  const choice = await chooseEpsilon(
    model,
    {
      epsilon: request.epsilon,
      search: request.conditioning !== 'langevin',
      weights,
      linear: evidence.linear,
      draw: known ? undefined : draw,
      memory: request.memory
    },
    { ...context, key }
  )
  const matched = known ? await matchedBridge(model, { condition, choice, request }, context) : { bridge: choice.bridge, condition }
  const pool = (rows: number) => poolFor(matched.bridge, { ...request, rows }, matched.condition)
  const support = known
    ? await supportUnder(pool(Math.min(request.rows, BATCH_ROWS)), evidence)
    : { importanceRows: effectiveCount(weights), prior: trainingTable(model) }
  const drawn = joined(
    await inBatches({ ...context, count: request.rows, key }, ({ first, count, ...batch }) =>
      drawBatch(
        { ...pool(count), ...batch, onStep: first === 0 ? request.onStep : undefined },
        { evidence, request: { ...request, rows: count } }
      )
    )
  )
  const { rows } = drawn
  const table = repeatGiven(decodeTable(encoder, rows), [condition], request.rows)
  const report = await reportOn({
    observations,
    support,
    choice: { ...choice, epsilon: matched.bridge.kernel.epsilon },
    request,
    drawn,
    table
  })
  return { table, formats: formatsFor(encoder, [condition]), report }
}

/** All that can be refused about a posterior, before anything is drawn. */
export function checkPosterior(
  model: GlobalModel,
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
  const observations = observe.map(parseObservation)
  for (const observation of observations) checkObservation(model.training.encoder, observation)
  return observations
}

/** The chosen bridge on the rows that match what is given, and what of it is left to be compared. */
async function matchedBridge(
  model: GlobalModel,
  { condition, choice, request }: { condition: Condition; choice: EpsilonChoice; request: PosteriorRequest },
  { engine, watch }: Context
): Promise<{ bridge: InformedBridge; condition: Condition }> {
  const { conditions, compared, matched } = matchConditions(model.training, [condition])[0]!
  const { name, rows } = matched[0]!
  const left = conditions[0]!
  if (!rows && compared.length === 0) return { bridge: choice.bridge, condition: left }
  const bridge = await recall(request.memory, `posterior bridge ${JSON.stringify([choice.epsilon, compared, name])}`, async () => {
    const { training, potentials } = matchedTraining(model, rows)
    const widening = typeof request.epsilon === 'number' ? 1 : await matchedWidening(model, rows, engine)
    const kernel = { ...model.kernel, epsilon: choice.epsilon * widening }
    const manner = matchedManner(model, { rows })
    return (await informedBridge({ training, kernel, ...manner, without: compared, initial: potentials, engine, watch })).bridge
  })
  return { bridge, condition: left }
}

interface PoolRequest {
  readonly observations: readonly ObservationExpression[]
  readonly request: PosteriorRequest
  readonly condition: Condition
  readonly context: Context
}

/** Chains that know what is given; observed columns are present. */
function poolOf(bridge: InformedBridge, { observations, request, condition, context }: PoolRequest): GroupRun {
  const { encoder } = bridge.training
  const observed = new Set(observations.flatMap(({ residual }) => columnsOf(residual)))
  const levels = new Map(condition.levels)
  for (const code of encoder.columns)
    if (code.carries === 'coordinate' && code.missingFactor !== undefined && observed.has(code.name)) levels.set(code.missingFactor, 0)
  const known: Condition = { ...condition, levels }
  return {
    bridge,
    group: groupConditions(encoder, [known])[0]!,
    conditions: [known],
    count: Math.max(chainCount(request), Math.min(bridge.training.logWeights.length, MOST_POOL)),
    steps: request.steps ?? USUAL_STEPS.observed,
    ridge: DEFAULT_RIDGE,
    engine: context.engine,
    key: context.key,
    watch: context.watch
  }
}

const chainCount = ({ rows }: PosteriorRequest): number => Math.max(rows, LEAST_CHAINS)

interface Drawn {
  readonly rows: Encoded
  readonly ancestors: Uint32Array
  /** 1 for chains that moved in the last half of the steps [n]. */
  readonly moved: Uint8Array
  readonly acceptance: number
  readonly effectiveRows: number
  readonly powers: readonly number[]
}

interface PosteriorWork {
  readonly evidence: Evidence
  readonly request: PosteriorRequest
}

/** Rows of one batch: of at least so many chains. */
async function drawBatch(run: GroupRun, work: PosteriorWork): Promise<Drawn> {
  // Chains come out sorted by ancestor: a part of them must not be a part of the law.
  const chosen = permutation(keyFor(run.key, 'order'), chainCount(work.request)).subarray(0, work.request.rows)
  const { onStep } = run
  const told = { ...run, onStep: onStep && ((state: Encoded, step: number) => onStep(takeEncoded(state, chosen), step)) }
  const drawn = work.request.conditioning === 'langevin' ? await drawLangevin(told, work) : await drawInformed(told, work)
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

async function drawInformed(run: GroupRun, { evidence, request }: PosteriorWork): Promise<Drawn> {
  const count = chainCount(request)
  const pool = startGroup(run)
  const start = await temper({
    pool,
    evidence,
    count,
    step: (problem, chains, key) => stepGroup(run, problem, chains, key),
    key: keyFor(run.key, 'temper'),
    watch: run.watch
  })
  const problem = { ...pool.problem, conditionOf: new Uint32Array(count), evidence }
  let { chains } = start
  run.onStep?.(takeEncoded(run.bridge.training.rows, start.ancestors), 0)
  let acceptance = 0
  const moved = new Uint8Array(count)
  const key = keyFor(run.key, 'steps')
  for (let turn = 1; turn <= run.steps; turn++) {
    throwIfStopped(run.watch, 'sampling')
    const stepped = await stepGroup(run, problem, chains, keyAtStep(key, turn))
    chains = stepped.chains
    acceptance += mean(stepped.accepted) / run.steps
    if (2 * turn > run.steps) markMoved(moved, stepped.accepted)
    run.onStep?.(unscaledRows(run.bridge, chains.state), turn)
    run.watch?.progress?.({ stage: 'sampling', done: turn, total: run.steps })
  }
  const rows = unscaledRows(run.bridge, chains.state)
  return { rows, ancestors: start.ancestors, moved, acceptance, effectiveRows: mean(chains.effectiveCount), powers: start.powers }
}

async function drawLangevin(run: GroupRun, { evidence, request }: PosteriorWork): Promise<Drawn> {
  const { problem, state: first, starts } = startGroup({ ...run, count: chainCount(request) })
  const epsilon = run.bridge.kernel.epsilon
  let state = first
  run.onStep?.(takeEncoded(run.bridge.training.rows, starts), 0)
  const key = keyFor(run.key, 'langevin')
  for (let turn = 1; turn <= run.steps; turn++) {
    throwIfStopped(run.watch, 'sampling')
    state = await langevinStep({ ...problem, evidence, epsilon }, state, keyAtStep(key, turn))
    run.onStep?.(unscaledRows(run.bridge, state), turn)
    run.watch?.progress?.({ stage: 'sampling', done: turn, total: run.steps })
  }
  const parts = await run.bridge.source.at(state)
  const counts = Float64Array.from(state.part, (part, i) => parts.find((one) => one.part === part)!.effectiveCount[i]!)
  return {
    rows: unscaledRows(run.bridge, state),
    ancestors: starts,
    moved: new Uint8Array(state.part.length).fill(1),
    acceptance: 1,
    effectiveRows: mean(counts),
    powers: [1]
  }
}

/** What the data say before anything is observed, and how many of their rows agree with what was. */
interface Support {
  /** Effective number of training rows under the likelihood. */
  readonly importanceRows: number
  /** The same without likelihood, where columns are given. */
  readonly fittingRows?: number
  readonly prior: Table
}

/** Training rows that fit what is given, with the given numbers in place: only they can agree with what was observed. */
async function supportUnder(run: GroupRun, evidence: Evidence): Promise<Support> {
  const { state, starts } = startGroup(run)
  const { encoder, rows: training, logWeights } = run.bridge.training
  const width = encoder.factors.length
  const levels = [...run.conditions[0]!.levels]
  const fits = (row: number) => levels.every(([factor, level]) => training.codes[row * width + factor] === level)
  const all = Array.from(starts.keys())
  // Where categories are swept, chains start at rows of others too; those of the given ones count, where there are any.
  const own = all.filter((i) => fits(starts[i]!))
  const kept = own.length > 0 ? own : all
  const rows = takeEncoded(unscaledRows(run.bridge, state), kept)
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
    prior: repeatGiven(decodeTable(encoder, rows), run.conditions, kept.length)
  }
}

interface Reported {
  readonly observations: readonly ObservationExpression[]
  readonly support: Support
  readonly choice: EpsilonChoice
  readonly request: PosteriorRequest
  readonly drawn: Drawn
  readonly table: Table
}

/** Weights of the training rows times the likelihood, largest 1 [M]. */
async function rowWeights(
  { training }: GlobalModel,
  evidence: Evidence,
  { observe = [], likelihood: module }: PosteriorRequest
): Promise<Float64Array> {
  const logs = await logLikelihoodsOf(evidence, training.rows)
  const values = training.logWeights.map((a, j) => a + logs[j]!)
  if (values.every((value) => value === Number.NEGATIVE_INFINITY)) throw allExcluded(observe, module !== undefined)
  return weightsOf(values, 1)
}

function reportOn({ observations, support, choice, request, drawn, table }: Reported): PosteriorReport {
  const { prior, importanceRows, fittingRows } = support
  const report = {
    conditioning: request.conditioning ?? 'informed',
    steps: request.steps ?? USUAL_STEPS.observed,
    epsilon: choice.epsilon,
    ...(choice.gaussian ? { gaussian: choice.gaussian } : {}),
    powers: drawn.powers,
    importanceRows,
    ...(fittingRows === undefined ? {} : { fittingRows }),
    effectiveRows: drawn.effectiveRows,
    acceptance: drawn.acceptance,
    effectiveSampleSize: effectiveSampleSize(drawn.rows.coordinates, drawn.ancestors, 1 - mean(drawn.moved)),
    observations: observations.map((observation) => describeObservation(observation, prior, table)),
    columns: describeColumns(prior, table),
    unconditioned: choice.unconditioned
  } satisfies Omit<PosteriorReport, 'warnings'>
  return { ...report, warnings: warningsOn(report, drawn.rows.coordinates.rows) }
}

/** Fewer training rows than this under the likelihood: the answer rests on what the bridge makes of the tails. */
const FEW_ROWS = 10
/** An observation farther than this many standard deviations from the rows before it disagrees with all of them alike. */
const FAR = 4

function warningsOn(report: Omit<PosteriorReport, 'warnings'>, rowCount: number): NamedWarning[] {
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
