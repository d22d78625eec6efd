import { ruleTexts } from '../../code/rules/kept-rules.js'
import { chainsOfNames, inBatches, partOf } from '../../draw/batches.js'
import { type GuidedUnit, guidedPass } from '../../draw/guided-pass.js'
import { startRows } from '../../draw/run.js'
import { type Condition, formatsFor, type Given, namesOfConditions, repeatGiven } from '../../know/conditions.js'
import { type Evidence, together } from '../../know/evidence.js'
import type { LikelihoodModule } from '../../know/likelihood-row.js'
import { groupConditions } from '../../know/places.js'
import { type AskedOfRows, pullEach, readKnown } from '../../know/pull.js'
import { FARTHEST } from '../../know/reach.js'
import { FEW_ROWS, type NamedWarning } from '../../know/support.js'
import { lawAt } from '../../law/target-law.js'
import type { FieldRows } from '../../law/units.js'
import { defined } from '../../num/defined.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import { type Matrix, stackRows, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import { decodeTable } from '../../table/encoder.js'
import { columnsOf } from '../../table/expression.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { parseObservation } from '../../table/parse-expression.js'
import { isNumeric } from '../../table/table.js'
import type { Asked } from '../asked.js'
import type { Context } from '../context.js'
import { knowledgeOf } from '../field-knowledge.js'
import { isAdded } from './changes.js'
import { checkForecast, type ForecastRequest, labelled } from './draw.js'
import type { ForecastModel } from './forecast.js'
import { Horizon } from './horizon.js'

/** What is known of steps to come: column `x` at step 3 is called `x@3`, the last row of the series stands at step 0. */
export interface KnownForecastRequest extends ForecastRequest, AskedOfRows {
  /** Values and intervals of columns at steps: `{ 'x@3': 2, 'y@5': { from: 0 } }`; in a list, `members` for each. */
  readonly given?: Given | readonly Given[]
  /** A likelihood of all steps of a member as one row. */
  readonly likelihood?: LikelihoodModule
}

/** How well the series supports what was known of steps to come. Plain JSON. */
interface ForecastSupport {
  /** What was given, in words. */
  readonly condition: string
  /** Effective number of pairs of the series behind a draw: the smallest median over columns and steps. */
  readonly effectiveRows: number
  /** Root mean square distance of given values from what their past leads to, in standard deviations of that; absent without any. */
  readonly surprise?: number
  readonly warnings: readonly NamedWarning[]
}

export interface KnownForecastReport {
  /** In their order. */
  readonly conditions: readonly ForecastSupport[]
  readonly warnings: readonly NamedWarning[]
}

export interface KnownForecast extends InferredTable {
  readonly report: KnownForecastReport
}

/**
 * Continues the series under what is known of steps to come. The horizon is a field of steps × columns, each drawn from its
 * bridge given its past, times what is known of itself and what a linear law of the series says that all that is known of later
 * steps means for it: exactly the posterior where the series is linear and
 * Gaussian. What is known without a closed form chooses among many members by its likelihood.
 *
 * Under several conditions: `members` trajectories for each, in their order. The members of each are those that it has
 * alone.
 *
 * @source mathematics, sections 7 and 9. Cost O(conditions·members·steps·d·M) and that of fitting a window a column; memory
 * O(conditions·members·steps·d). Throws `InputError`: unknown columns or steps, malformed expressions, impossible values, nothing
 * known.
 */
export async function drawForecastUnder(fitted: ForecastModel, request: KnownForecastRequest, context: Context): Promise<KnownForecast> {
  const { members, steps, observe = [] } = request
  checkForecast(fitted, request)
  const model = byValues(fitted)
  const horizon = new Horizon(model, steps)
  checkSteps(model, request)
  refuseDerived(model, request)
  const { conditions, observations } = readKnown(horizon.encoder, request)
  const evidence = pullEach(horizon.encoder, { observations, module: request.likelihood && horizon.ofWholeRows(request.likelihood) })
  const key = keyFor(context.key, 'known forecast')
  const rows = horizon.trainingRows()
  const units = await horizon.units({ ...context, key: keyFor(key, 'fit') })
  const states: Matrix[] = []
  const supports: ForecastSupport[] = []
  const names = namesOfConditions(conditions)
  for (const [k, condition] of conditions.entries()) {
    const whole = { count: members, key: keyFor(key, names[k]!), watch: partOf(context.watch, k, conditions.length) }
    const parts = await inBatches(whole, ({ count, ...batch }) =>
      drawMembers({ horizon, rows, units, evidence, condition, count }, { ...context, ...batch })
    )
    states.push(...parts.map(({ state }) => state))
    supports.push(supportOf(parts, { condition, observe, members }))
  }
  const all = { members: members * conditions.length, columns: { coordinates: stackRows(states), codes: new Int32Array(0) } }
  const unrolled = repeatGiven(decodeTable(horizon.encoder, all.columns), conditions, members)
  const columns = horizon.rolled(unrolled.columns.filter(isNumeric), all.members)
  const drawn = { table: { columns, rowCount: all.members * steps }, formats: formatsOf(horizon, model, conditions) }
  const given = conditions.map((condition) => horizon.givenAt(condition))
  const back = {
    key: keyFor(key, 'rules'),
    chains: chainsOfNames(names, members * steps),
    givenIn: (i: number) => given[Math.floor(i / (members * steps))]![i % steps]!
  }
  return {
    ...labelled(model, drawn, { members, steps, ...back }),
    report: { conditions: supports, warnings: supports.flatMap(({ warnings }) => warnings) }
  }
}

/** Throws `InputError` where something is known of a step after the last one. */
function checkSteps({ summary }: ForecastModel, { given = {}, observe = [], steps }: KnownForecastRequest): void {
  const givens = Array.isArray(given) ? (given as readonly Given[]) : [given as Given]
  const texts = [...givens.flatMap((one) => Object.keys(one)), ...observe]
  // Of columns named x and max, `max@9` is of the longer name.
  const names = [...summary.columns].sort((a, b) => b.length - a.length)
  const asked = texts.flatMap((text) =>
    [...text.matchAll(/@(\d+)/g)].flatMap(({ index, 1: step }) => {
      const name = names.find((one) => text.slice(0, index).endsWith(one))
      return name === undefined ? [] : [{ name, step: Number(step) }]
    })
  )
  const last = asked.reduce((most, one) => (one.step > most.step ? one : most), { name: '', step: 0 })
  if (last.step <= steps) return
  throw new InputError({
    code: 'column-unknown',
    got: `${last.name}@${last.step}, of a forecast of ${counted(steps, 'step')}`,
    expected: `a step up to ${steps}`,
    try: `--steps ${last.step}`
  })
}

/** Columns of a series of which something is known, without their steps. */
export const columnsAsked = ({ givens, observe }: Pick<Asked, 'givens' | 'observe'>): string[] => {
  const names = [...givens.flatMap(Object.keys), ...observe.flatMap((text) => columnsOf(parseObservation(text).residual))]
  return [...new Set(names.map((name) => name.replace(/@-?\d+$/, '')))]
}

/** Throws `InputError` (code `known-derived`) for something that is known of what rules derive: rows to come are drawn without it. */
function refuseDerived({ rules, summary }: ForecastModel, { given = {}, observe = [] }: KnownForecastRequest): void {
  const own = rules?.rules ?? []
  const names = own.length === 0 ? [] : columnsAsked({ givens: [given].flat(), observe })
  const rule = own.find(({ column }) => names.includes(column))
  if (!rule) return
  throw new InputError({
    code: 'known-derived',
    got: `${rule.column} as known, which the model derives: ${ruleTexts({ rules: [rule], columns: [] }).join(', ')}`,
    expected: `columns that it draws: ${listed(summary.columns)}`,
    try: `the series in place of its model, which draws ${rule.column} as any other column; in programs, a fit with known: ['${rule.column}']`
  })
}

/** The model by its law of values: what is known is known of these. Throws `InputError` (code `known-changes`) where it has none. */
function byValues(model: ForecastModel): ForecastModel {
  const oneWay = (model.counted?.counters ?? []).map(({ column }) => column)
  if (oneWay.length > 0)
    throw new InputError({
      code: 'known-changes',
      got: `something known of steps to come, and a model of which the steps of ${listed(oneWay)} are drawn, which only ${oneWay.length === 1 ? 'goes' : 'go'} one way`,
      expected: 'a model of values',
      try: 'the series in place of its model, or a model that was fitted with --changes off'
    })
  if (!model.changes) return model
  const { encoder, clock, formats, rules, summary, other } = model
  if (other && !other.law.changes) return { encoder, ...other.law, ...defined({ clock, rules }), formats, summary }
  throw new InputError({
    code: 'known-changes',
    got: `something known of steps to come, and a model of which ${Object.values(summary.changes ?? {}).some(isAdded) ? 'the changes' : 'logarithms'} of ${listed(Object.keys(summary.changes ?? {}))} are drawn`,
    expected: 'a model of values',
    try: 'the series in place of its model, or a model that was fitted with --changes off'
  })
}

interface MembersDraw {
  readonly horizon: Horizon
  readonly rows: FieldRows
  readonly units: readonly GuidedUnit[]
  readonly evidence: readonly Evidence[]
  readonly condition: Condition
  readonly count: number
}

/** Members of one batch under one condition. */
interface Members {
  /** One row a member [count, coordinates of the horizon]. */
  readonly state: Matrix
  readonly effectiveRows: number
  /** Of given values, and how many there are. */
  readonly distances: { readonly squares: number; readonly count: number }
  /** Members in effect. */
  readonly weighed: number
}

async function drawMembers({ horizon, rows, units, evidence, condition, count }: MembersDraw, context: Context): Promise<Members> {
  // The pass takes in what is linear; members are then drawn from many by what is not.
  const curved = together(evidence.filter(({ linear }) => !linear))
  const pool = curved ? Math.max(LEAST_POOL, POOL_PER_MEMBER * count) : count
  const known = knowledgeOf(
    { encoder: horizon.encoder, coordinates: rows.coordinates },
    evidence.filter(({ linear }) => linear),
    { group: groupConditions(horizon.encoder, [condition])[0]!, conditions: [condition], count: pool, key: keyFor(context.key, 'given') }
  )
  const knowledge = { ...known, given: new Map([...known.given, ...horizon.past(pool)]) }
  const pass = { rows, units, knowledge, count: pool, rowsPerCondition: pool }
  const { state: all, counts } = await guidedPass(pass, { ...context, key: keyFor(context.key, 'pass') })
  const { state, weighed } = curved
    ? await weighedRows(curved, all, { count, key: keyFor(context.key, 'members') })
    : { state: all, weighed: pool }
  const drawn = counts.filter((one) => one !== undefined)
  const effectiveRows = drawn.reduce((least, one) => Math.min(least, median(one)), horizon.pairs)
  return { state, effectiveRows, weighed, distances: await distancesOf(state, { units, given: known.given, context }) }
}

interface Known {
  readonly condition: Condition
  readonly observe: readonly string[]
  readonly members: number
}

function supportOf(parts: readonly Members[], { condition, observe, members }: Known): ForecastSupport {
  const sum = (of: (part: Members) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const count = sum(({ distances }) => distances.count)
  const surprise = count === 0 ? undefined : Math.sqrt(sum(({ distances }) => distances.squares) / count)
  const effectiveRows = Math.min(...parts.map((part) => part.effectiveRows))
  const what = [condition.words, ...observe].filter((text) => text !== '').join('; ')
  const warnings = warningsOn({ effectiveRows, surprise, weighed: sum(({ weighed }) => weighed), members, what })
  return { condition: condition.words, effectiveRows, ...(surprise === undefined ? {} : { surprise }), warnings }
}

/** Columns show as many decimals as values given at any step need. */
function formatsOf(horizon: Horizon, model: ForecastModel, conditions: readonly Condition[]): readonly ColumnFormat[] {
  const shown = formatsFor(horizon.encoder, conditions)
  return model.encoder.formats.map((format, c) => {
    const finest = horizon.columnsOf(c).reduce((most, place) => Math.max(most, shown[place]!.number?.decimals ?? 0), 0)
    return finest > (format.number?.decimals ?? finest)
      ? { ...format, number: { ...format.number, decimals: finest, padded: false } }
      : format
  })
}

interface Support {
  readonly effectiveRows: number
  readonly surprise: number | undefined
  /** Members in effect. */
  readonly weighed: number
  readonly members: number
  readonly what: string
}

function warningsOn({ effectiveRows, surprise, weighed, members, what }: Support): NamedWarning[] {
  const warnings: NamedWarning[] = []
  if (effectiveRows < FEW_ROWS)
    warnings.push({ name: 'condition-few-rows', message: `${what}: only ${effectiveRows.toFixed(1)} effective rows support it` })
  if (surprise !== undefined && surprise > FARTHEST)
    warnings.push({
      name: 'condition-outside-data',
      message: `${what}: given values stand ${surprise.toFixed(1)} standard deviations from where the steps before them lead: the series does not go there, or not along a linear law; observing with a larger ± would help`
    })
  if (weighed < Math.min(LEAST_WEIGHED, members / 2))
    warnings.push({
      name: 'sample-size-low',
      message: `${what}: the members are worth ${weighed.toFixed(0)} independent ones; a larger ± would help`
    })
  return warnings
}

/** Members drawn before those that a likelihood without closed form lets through are taken from them. */
const LEAST_POOL = 4096
const POOL_PER_MEMBER = 4
/** Fewer members in effect than this are warned of, where more were asked for. */
const LEAST_WEIGHED = 20

/** `count` rows in proportion to their likelihood, and how many rows that is in effect. Throws `InputError` where none is possible. */
async function weighedRows(
  evidence: Evidence,
  state: Matrix,
  { count, key }: { readonly count: number; readonly key: Key }
): Promise<{ state: Matrix; weighed: number }> {
  const chains = Uint32Array.from({ length: state.rows }, (_, i) => i)
  const logs = await evidence.value({ coordinates: state, codes: new Int32Array(0) }, chains)
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY)
    throw new InputError({
      code: 'condition-impossible',
      got: 'a likelihood under which no member is possible',
      expected: 'one that some allow',
      try: 'more noise'
    })
  const weights = logs.map((value) => exp(value - largest))
  const sum = weights.reduce((a, b) => a + b, 0)
  const squares = weights.reduce((a, b) => a + b * b, 0)
  return {
    state: takeRows(
      state,
      startRows(
        weights.map((weight) => log(weight / sum)),
        count,
        key
      )
    ),
    weighed: (sum * sum) / squares
  }
}

interface Surprise {
  readonly units: readonly GuidedUnit[]
  readonly given: ReadonlyMap<number, Float64Array>
  readonly context: Context
}

/** ((given value − mean)/deviation)² under the law given the drawn past, summed. */
async function distancesOf(state: Matrix, { units, given, context }: Surprise): Promise<Members['distances']> {
  let squares = 0
  let count = 0
  for (const { regression, law } of units) {
    const values = given.get(regression.target)
    if (!values) continue
    const { mean, spread } = await lawAt(law(), takeColumns(state, [regression.target]), takeColumns(state, regression.givens), context)
    for (let i = 0; i < state.rows; i++) {
      squares += ((values[i]! - mean.data[i]!) / Math.max(spread.data[i]!, 1e-300)) ** 2
      count++
    }
  }
  return { squares, count }
}
