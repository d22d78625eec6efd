import { checkCount, inBatches, inBatchesOfEach, partOf } from '../../draw/batches.js'
import { startRows } from '../../draw/run.js'
import { type Condition, formatsFor, namesOfConditions, repeatGiven } from '../../know/conditions.js'
import { requireLevels } from '../../know/levels.js'
import { allExcluded } from '../../know/likelihood-row.js'
import { refuseFar } from '../../know/observations.js'
import { groupConditions } from '../../know/places.js'
import { log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { unshared } from '../../num/iterate.js'
import { later } from '../../num/later.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { decodeTable } from '../../table/encoder.js'
import type { ObservationExpression } from '../../table/parse-expression.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type KnownClass, type WithinClass, withinClass } from './class-known.js'
import { type ClassedField, fieldOf, wordsOf } from './classes.js'
import {
  checkLocalPosterior,
  drawLocalPosterior,
  type LocalPosterior,
  type LocalPosteriorChains,
  type LocalPosteriorRequest
} from './posterior.js'
import { type LocalPosteriorReport, reportOnLocal } from './posterior-report.js'
import { decodeLocal, drawField, type LocalSampleRequest } from './sample.js'
import { Tally } from './tally.js'
import { type KnownWindows, knownWindows } from './windows.js'

/** The training rows of a model, decoded. */
export const trainingClassesTable = ({ encoder, rows }: ClassedField): Table => decodeTable(encoder, rows)

/** Rows of a whole table, put in class by class. */
class ClassedRows {
  private readonly codes: Int32Array
  private readonly numbers = new Map<string, Float64Array>()
  /** Class of each row [n]. */
  readonly classOf: Uint32Array

  constructor(
    private readonly model: ClassedField,
    readonly count: number
  ) {
    this.codes = new Int32Array(count * model.encoder.factors.length)
    this.classOf = new Uint32Array(count)
    for (const { name, carries } of model.encoder.columns)
      if (carries === 'coordinate' || carries === 'constant') this.numbers.set(name, new Float64Array(count))
  }

  put(c: number, places: Uint32Array, { columns }: Table): void {
    const { levels } = this.model.classes[c]!
    for (const i of places) {
      this.codes.set(levels, i * levels.length)
      this.classOf[i] = c
    }
    for (const column of columns) {
      if (!isNumeric(column)) continue
      const into = this.numbers.get(column.name)
      if (!into) continue
      places.forEach((i, k) => {
        into[i] = column.values[k]!
      })
    }
  }

  table(): Table {
    const { encoder } = this.model
    const { columns, rowCount } = decodeTable(encoder, { coordinates: matrix(this.count, encoder.coordinateCount), codes: this.codes })
    return {
      rowCount,
      columns: columns.map((column) => {
        const values = this.numbers.get(column.name)
        return values && isNumeric(column) ? { ...column, values } : column
      })
    }
  }
}

/** Places of the rows of each class, where there are any. */
function placesByClass(classOf: Uint32Array): [c: number, places: Uint32Array][] {
  const places = new Map<number, number[]>()
  classOf.forEach((c, i) => {
    const own = places.get(c)
    if (own) own.push(i)
    else places.set(c, [i])
  })
  return [...places].sort(([a], [b]) => a - b).map(([c, list]) => [c, Uint32Array.from(list)])
}

const logSharesOf = ({ classes, rows }: ClassedField): Float64Array =>
  Float64Array.from(classes, (own) => log(own.rows.length / rows.coordinates.rows))

/** The same under a condition. */
interface KnownPart extends Pick<ClassPart, 'c' | 'places'> {
  readonly chains: Chains
}

/** Rows of one class: where they stand in the draw, and their numbers. */
interface ClassPart {
  readonly c: number
  readonly places: Uint32Array
  readonly coordinates: Matrix
}

/** Draws `count` rows: the class of each in proportion to its rows, then its numbers from the field of the class. Cost of `sampleLocal`. */
export async function sampleClasses(model: ClassedField, request: LocalSampleRequest, context: Context): Promise<Table> {
  checkCount(request.count)
  const out = new ClassedRows(model, request.count)
  const shares = logSharesOf(model)
  const drawn = await inBatches(
    { count: request.count, key: keyFor(context.key, 'sample'), watch: context.watch },
    async ({ first, count, key, watch }) => {
      const classOf = startRows(shares, count, keyFor(key, 'classes'))
      const parts: ClassPart[] = []
      for (const [c, places] of placesByClass(classOf)) {
        const own = { ...context, watch, key: keyFor(key, `class ${c}`) }
        const coordinates = await drawField(fieldOf(model, model.classes[c]!), { ...request, count: places.length }, own)
        parts.push({ c, places: places.map((i) => first + i), coordinates })
      }
      return parts
    }
  )
  for (const { c, places, coordinates } of drawn.flat()) out.put(c, places, decodeLocal(fieldOf(model, model.classes[c]!), coordinates))
  return out.table()
}

/**
 * As `posteriorLocal` for a table with categories. Given categories leave only their classes; numbers, intervals, observations
 * and likelihoods weigh each class by how likely they are in it, and rows are then drawn in their class under what is left.
 * Cost of `posteriorLocal` in each class, for each condition.
 * Throws `InputError` as `posteriorLocal` does, and for categories that no row has together.
 */
export async function posteriorClasses(
  model: ClassedField,
  request: LocalPosteriorRequest,
  context: Context
): Promise<Omit<LocalPosterior, 'coordinates'>> {
  const { encoder } = model
  const { count } = request
  const { conditions, observations } = checkLocalPosterior(model, request)
  const training = trainingClassesTable(model)
  refuseFar(observations, training)
  const key = keyFor(context.key, 'posterior')
  const own = { ...context, key, watch: unshared(context.watch) }
  const classes = knownClasses(model, own)
  const whole = { encoder, training, classes }
  const out = new ClassedRows(model, conditions.length * count)
  const tally = new Tally()
  const pieces = namesOfConditions(conditions).map((name, k) => {
    const [condition, named] = [conditions[k]!, keyFor(key, `condition ${name}`)]
    return { named, ready: later(() => weighed(model, { condition, request, observations, whole, context: { ...own, key: named } })) }
  })
  const batches = await inBatchesOfEach(
    pieces.map(({ named }) => ({ count, key: named })),
    context.watch,
    async (k, { first, count: part, key: batch, watch }) => {
      const { within, logWeights } = await pieces[k]!.ready()
      const parts: KnownPart[] = []
      for (const [c, places] of placesByClass(startRows(logWeights, part, keyFor(batch, 'classes')))) {
        const asked = { request: { ...request, count: places.length }, key: keyFor(batch, `class ${c}`) }
        const chains = await drawWithin(classes[c]!, within.get(c)!, asked, { ...context, watch: partOf(watch, c, classes.length) })
        parts.push({ c, places: places.map((i) => k * count + first + i), chains })
      }
      return parts
    }
  )
  for (const [k, drawn] of batches.entries())
    for (const { c, places, chains } of drawn.flat()) {
      tally.rest(k, chains.effectiveRows[0]!)
      tally.add(chains)
      out.put(c, places, decodeLocal(classes[c]!.model, chains.coordinates))
    }
  const table = repeatGiven(out.table(), conditions, count)
  const outcome = {
    ...tally.outcome(conditions.length),
    groups: groupConditions(encoder, conditions),
    codes: model.rows.codes,
    classes: sharesOf(model, out.classOf, count),
    agreeing: takeTableRows(
      training,
      allowedIn(model, conditions[0]!).flatMap((c) => [...classes[c]!.rows])
    ),
    ...{ training, conditions, observations, table, count }
  }
  const report = await reportOnLocal(outcome, own)
  return { table, formats: formatsFor(encoder, conditions), report }
}

/** Classes with the fields that they are drawn from; what is fitted for what is known is fitted once a field, when it is asked for. */
function knownClasses(model: ClassedField, context: Context): KnownClass[] {
  const fitted = new Map<number, Promise<KnownWindows>>()
  return model.classes.map((own) => {
    const { levels, rows, field } = own
    const windows = (): Promise<KnownWindows> => {
      const found = fitted.get(field) ?? knownWindows(model.fields[field]!, { ...context, key: keyFor(context.key, `field ${field}`) })
      fitted.set(field, found)
      return found
    }
    return { model: fieldOf(model, own), levels, rows, windows }
  })
}

/** Classes that have the levels of a condition. Throws `InputError` where none has. */
const allowedIn = ({ classes }: ClassedField, condition: Condition): number[] =>
  requireLevels(classes.keys(), (c) => (factor) => classes[c]!.levels[factor], condition)

interface Weighing {
  readonly condition: Condition
  readonly request: LocalPosteriorRequest
  readonly observations: readonly ObservationExpression[]
  readonly whole: Parameters<typeof withinClass>[2]['whole']
  readonly context: Context
}

/** What a condition says within each class that it allows, and how likely each is under it. */
async function weighed(model: ClassedField, { condition, request, observations, whole, context }: Weighing) {
  const within = new Map<number, WithinClass>()
  const known = { condition, observations, module: request.likelihood }
  for (const c of allowedIn(model, condition))
    within.set(c, await withinClass(known, whole.classes[c]!, { whole, context: { ...context, key: keyFor(context.key, `class ${c}`) } }))
  return { within, logWeights: weigh(model, within, { condition, request }) }
}

/** log-weights of the classes under a condition, −∞ for those that are not allowed. Throws `InputError` where all are impossible. */
function weigh(
  model: ClassedField,
  within: ReadonlyMap<number, WithinClass>,
  { condition, request }: { readonly condition: Condition; readonly request: LocalPosteriorRequest }
): Float64Array {
  const weights = logSharesOf(model).map((share, c) => share + (within.get(c)?.logEvidence ?? Number.NEGATIVE_INFINITY))
  const largest = weights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (largest > Number.NEGATIVE_INFINITY) return weights.map((weight) => weight - largest)
  const { observe = [], likelihood } = request
  if (observe.length > 0 || likelihood) throw allExcluded(observe, likelihood !== undefined)
  throw new InputError({
    code: 'condition-impossible',
    got: `${condition.words}, which no class of rows with the same categories can have`,
    expected: 'values that occur together',
    try: 'leaving one of them out'
  })
}

type Chains = Pick<LocalPosteriorChains, 'coordinates' | 'effectiveRows'> & Partial<LocalPosteriorChains>

/** Rows of a class under what is known of it: plain ones where that is its categories alone. */
async function drawWithin(
  { model, rows, windows }: KnownClass,
  { condition, evidence }: WithinClass,
  { request, key }: { readonly request: LocalPosteriorRequest; readonly key: Context['key'] },
  context: Context
): Promise<Chains> {
  const own = { ...context, key }
  if (condition.numbers.length + condition.ranges.length + evidence.length === 0)
    return { coordinates: await drawField(model, request, own), effectiveRows: Float64Array.of(rows.length) }
  return drawLocalPosterior(model, { conditions: [condition], evidence, request, fitted: await windows() }, own)
}

/** Shares of the classes among the data, and among the rows of each condition. */
function sharesOf({ encoder, classes, rows }: ClassedField, classOf: Uint32Array, count: number): LocalPosteriorReport['classes'] {
  return classes.map(({ levels, rows: own }, c) => ({
    words: wordsOf(encoder, levels),
    before: own.length / rows.coordinates.rows,
    after: Array.from({ length: classOf.length / count }, (_, k) => {
      const drawn = classOf.subarray(k * count, (k + 1) * count)
      return drawn.reduce((sum, one) => sum + (one === c ? 1 : 0), 0) / count
    })
  }))
}
