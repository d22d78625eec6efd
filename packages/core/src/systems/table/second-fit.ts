import { type EvaluationProblem, evaluateLikeness, evaluateTables } from '../../diagnose/evaluate.js'
import type { Evaluation, Likeness } from '../../diagnose/evaluation.js'
import { groupRows } from '../../diagnose/panels.js'
import { InputError } from '../../num/errors.js'
import { type Key, keyFor, keyFromSeed, permutation } from '../../num/random.js'
import { type RawTable, takeRawRows } from '../../table/raw.js'
import { settledBy } from '../global/model.js'
import type { Settled } from '../global/options.js'
import type { SystemContext } from '../host.js'
import { prepareRows } from '../prepare.js'
import { placesOf } from '../rules/ruled-rows.js'
import type { Plan } from '../system.js'
import type { TableFit, TableModel, TableRequest } from './options.js'
import { pinnedTo } from './pinned.js'
import { privateAs, tables, weightsOf } from './system.js'
import { keptBackIn } from './told-apart.js'
import { withoutTotals } from './totals.js'

/** Rows on each side below which nothing can be told of them. */
const LEAST_HALF = 30

/** A table, the options that it is fitted with, and the draw that is to be judged. */
export interface JudgedFit {
  readonly input: RawTable
  readonly options: TableFit
  readonly request: TableRequest
}

/** A random half of a table to fit, and the other to compare with, of the kinds that all rows show. */
interface Halves {
  readonly seen: RawTable
  readonly unseen: RawTable
  readonly options: TableFit
  readonly request: TableRequest
  readonly key: Key
}

/** The halves of a fit: the plan of a second one, and that fit, take the same rows, and so what is read of them. */
const halved = new WeakMap<JudgedFit, Halves | string>()

/** Or in words why there are none. Throws `InputError` for a table that cannot be read. */
function halvesOf(fit: JudgedFit): Halves | string {
  const halves = halved.get(fit) ?? halve(fit)
  halved.set(fit, halves)
  return halves
}

function halve({ input: whole, options: asked, request }: JudgedFit): Halves | string {
  const { asked: known, given, givenFile, observe, likelihood } = request
  if ([known, given, givenFile, observe, likelihood].some((one) => one !== undefined))
    return 'rows under conditions are not those of the data'
  if (asked.time !== undefined && asked.group === undefined) return 'half of the rows of a series are none'
  if (Math.floor(whole.rowCount / 2) < LEAST_HALF) return `halves of ${whole.rowCount} rows are too small`
  // Half of the rows add up to nothing.
  const { input, options } = withoutTotals(whole, asked)
  const key = keyFor(keyFromSeed(options.seed ?? 1), 'held-out half')
  const { group } = options
  // Which group a row belongs to is new in drawn rows, and nothing to compare.
  const read = group === undefined ? options : { ...options, types: { ...options.types, [group]: 'identifier' as const } }
  const pinned = pinnedTo(prepareRows(input, read).data.table, { input, options })
  const [seen, unseen] = rowsOfHalves(input, group, key).map((rows) => takeRawRows(pinned.table, rows)) as [RawTable, RawTable]
  const { groups: _all, ...draws } = request
  return { seen, unseen, options: pinned.options, request: { ...draws, rows: unseen.rowCount }, key }
}

/** Two random halves of the rows, in their order; of groups, halves of the groups: rows of one group are no strangers to each other. */
function rowsOfHalves(input: RawTable, group: string | undefined, key: Key): readonly [Uint32Array, Uint32Array] {
  const keys = group === undefined ? undefined : keysOfRows(input, group)
  const unitOf = keys ?? Int32Array.from({ length: input.rowCount }, (_, row) => row)
  const count = unitOf.reduce((most, unit) => Math.max(most, unit), -1) + 1
  const first = new Uint8Array(count)
  for (const unit of permutation(key, count).subarray(0, Math.floor(count / 2))) first[unit] = 1
  const rows = Uint32Array.from(unitOf.keys())
  return [rows.filter((row) => first[unitOf[row]!] === 1), rows.filter((row) => first[unitOf[row]!] === 0)]
}

/** Which group every row belongs to, numbered as they come. */
function keysOfRows({ columns, rowCount }: RawTable, group: string): Int32Array {
  const { values } = columns.find(({ name }) => name === group)!
  const numbers = new Map<string, number>()
  return Int32Array.from({ length: rowCount }, (_, row) => {
    const name = String(values[row])
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return numbers.get(name)!
  })
}

/** What of a second fit cannot be done is said, not thrown: the rows themselves are there. */
async function orWhyNot<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return `a second fit to half of the rows was not possible (${error.got})`
  }
}

/** Whether what is searched for of all rows is one scaling and one bandwidth that hold for half of them: no neighbourhoods, codec, or heads of a panel, and nothing that is refined behind a widened kernel. */
const settles = ({ local, latent, group, privacy, refine }: TableFit): boolean =>
  [local, latent, group].every((option) => option === undefined) && (privacy === undefined || refine !== 'auto')

/** What a plan needs to know of it: that nothing is searched for. */
const UNKNOWN_YET: Settled = { methods: {}, relative: 1, categories: 'none' }

/** The work of `keptBackOfFit`; undefined where there is none to do. */
export async function planSecondFit(fit: JudgedFit): Promise<Plan | undefined> {
  const plan = await orWhyNot(() => {
    const halves = halvesOf(fit)
    if (typeof halves === 'string') return halves
    const { privacy: _, ...halfOptions } = halves.options
    const options = settles(fit.options) ? { ...halfOptions, settled: UNKNOWN_YET } : halves.options
    return tables.plan({ input: halves.seen, options }, halves.request)
  })
  return typeof plan === 'string' ? undefined : plan
}

/**
 * Rows of each side that point clouds are compared on where a second fit judges: against rows of the fit they can only say that drawn
 * rows follow single ones, which shows on few. By chance an area lies within 0.04 of one half.
 */
export const IN_SAMPLE_ROWS = 1000

/** The plan of a job with that of the second fit that judges it behind its own. */
export function withSecondFit(plan: Plan, second: Plan | undefined): Plan {
  if (!second) return plan
  const stages = [...plan.stages, ...second.stages.map(({ stage, pairs }) => ({ stage: `second fit: ${stage}`, pairs }))]
  return { ...plan, stages, pairs: plan.pairs + second.pairs, bytes: Math.max(plan.bytes, second.bytes) }
}

/**
 * The judge that no row has seen: a second model is fitted with the same options to a random half of the rows, as many rows are
 * drawn from it as the other half has, and compared with these. Or in words why not. `model`: of all rows, fitted here when left out;
 * what it has settled is not searched for again. Cost: a fit and a draw of half the rows.
 */
export const heldOutEvaluation = (fit: JudgedFit, context: SystemContext, model?: TableModel): Promise<Evaluation | string> =>
  compareHeldOut(evaluateTables, { fit, model }, context)

interface Judging {
  readonly fit: JudgedFit
  readonly model: TableModel | undefined
}

async function compareHeldOut<E>(
  compare: (problem: EvaluationProblem) => Promise<E>,
  { fit, model }: Judging,
  context: SystemContext
): Promise<E | string> {
  return orWhyNot(async () => {
    const halves = halvesOf(fit)
    if (typeof halves === 'string') return halves
    const { seen, unseen, options, request, key } = halves
    const whole = settles(fit.options) ? (model ?? (await tables.fit(fit.input, fit.options, context))) : undefined
    const settled = whole && (await settledIn(whole, context))
    const half = settled ? await fitAsSettled({ seen, options, settled, whole }, context) : await tables.fit(seen, options, context)
    const { table: synthetic, first } = await tables.draw(half, request, context)
    const { data, weights } = prepareRows(unseen, options)
    const real = data.table
    const groups = first && {
      real: groupRows(real, keysOfRows(unseen, options.group!), options.time),
      synthetic: { table: synthetic, first },
      time: options.time
    }
    const fields = placesOf(options) !== undefined
    const sides = { real, weights, synthetic, train: tables.training(half), trainWeights: weightsOf(half) }
    return compare({ ...sides, groups, fields, engine: context.engine, key })
  })
}

interface SettledFit extends Pick<Halves, 'seen' | 'options'> {
  readonly settled: Settled
  readonly whole: TableModel
}

/** A model of half the rows, of what all of them have settled: its privacy is not searched for either. */
async function fitAsSettled({ seen, options, settled, whole }: SettledFit, context: SystemContext): Promise<TableModel> {
  const { privacy: _, ...own } = options
  const half = await tables.fit(seen, { ...own, settled }, context)
  return whole.privacy ? privateAs(half, whole.privacy, options.seed, context) : half
}

const settledIn = (model: TableModel, { engine }: SystemContext): Promise<Settled | undefined> | undefined =>
  'training' in model ? settledBy(model, engine) : undefined

/** What rows that no fit had seen say of a model: a comparison, or the two-sample AUC of its trial fits, or why there is neither. */
export type KeptBack = Likeness | number | string

/**
 * What judges the rows of a model in a report: a second fit where there is a table to fit and nothing speaks against it, else
 * what trial fits of the model said. `fit` is left out for a model whose table is not at hand.
 */
export async function keptBackOfFit(model: TableModel, fit: JudgedFit | undefined, context: SystemContext): Promise<KeptBack> {
  const trials = keptBackIn(model)
  if (!fit) return trials ?? 'a model file does not say how to fit half of its rows'
  // Rules are those of all rows, and said of these.
  const found = await compareHeldOut(evaluateLikeness, { fit, model }, context)
  return typeof found === 'string' ? (trials ?? found) : found
}
