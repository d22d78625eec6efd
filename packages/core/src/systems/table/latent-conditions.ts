import { ConditionMemory } from '../../choose/memory.js'
import { checkCount, inParts } from '../../draw/batches.js'
import { type Condition, formatsFor, type Given, namesOfConditions, repeatGiven, resolveConditions } from '../../know/conditions.js'
import { withLeftOut } from '../../know/left-out.js'
import { levelsOfRow, requireLevels } from '../../know/levels.js'
import { allExcluded, type LikelihoodModule } from '../../know/likelihood-row.js'
import { readObservation } from '../../know/observations.js'
import { coordinateOf } from '../../know/places.js'
import { type Known, pullBehind } from '../../know/pull.js'
import { type NamedWarning, unknownWarnings } from '../../know/support.js'
import { defined } from '../../num/defined.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { decodeTable, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import { columnsOf, indicatorsOf } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import { scaleValues } from '../../table/scaling.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { ConditionalReport } from '../global/condition-report.js'
import { drawConditions } from '../global/condition-sample.js'
import { drawPosterior, residualsOf } from '../global/posterior.js'
import { controlWork } from '../global/posterior-epsilon.js'
import { supportReport } from '../global/posterior-report.js'
import { notTogether } from '../options/combinations.js'
import { codeOf, drawLatents, type LatentDraw, type LatentTableModel } from './latent.js'

/** What is known about rows of a latent model, in the columns of its table. */
export interface LatentConditions extends Pick<LatentDraw, 'steps' | 'start' | 'dynamics'> {
  /** One condition or several; several only without observations. */
  readonly given?: readonly Given[]
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
  /** Rows for each condition. */
  readonly rows: number
}

/** How well the data support an answer that went through the decoder. Plain JSON. */
export interface LatentConditionReport {
  readonly condition: string
  /** Training rows whose categories fit. */
  readonly candidates: number
  /** Effective number of them under what is known. */
  readonly effectiveRows: number
  /** Steps of every chain. */
  readonly steps: number
  /** Share of the proposals that were accepted. */
  readonly acceptance: number
  /** Root mean square distance of decoded from given numbers, before these are repeated exactly, in scaled coordinates. */
  readonly missed?: number
  readonly warnings: readonly NamedWarning[]
}

interface LatentConditioned {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Coordinates behind the rows, before they were decoded [n, K]. */
  readonly latents: Matrix
  /** Where only categories were given: as for a model without codec. */
  readonly conditional?: ConditionalReport
  readonly conditions?: readonly LatentConditionReport[]
}

/**
 * Draws `rows` rows for every condition, grouped in their order; given values are repeated exactly. Categories restrict the
 * training rows. Numbers, intervals, observations and likelihoods are about decoded rows: the decoder is the observation
 * map, and what the codec cannot reproduce counts as noise; of that the rows have what is observed.
 *
 * @source mathematics.md, sections 7 and 13. Cost of `sampleLatentBridgePosterior` for each condition.
 * Throws `InputError`: unknown columns or categories, combinations that no row has, empty intervals, malformed expressions.
 */
export async function sampleLatentConditioned(
  model: LatentTableModel,
  request: LatentConditions,
  context: Context
): Promise<LatentConditioned> {
  const { encoder } = model
  const { rows, given = [{}], observe = [], likelihood } = request
  // The bridge has no report in which an unknown category could be named.
  const conditions = resolveConditions(encoder, given, request.dynamics === 'bridge' ? 'refuse' : 'allow')
  const observations = observe.map((text) => readObservation(encoder, text))
  const numeric =
    conditions.some(({ numbers, ranges }) => numbers.length + ranges.length > 0) || observations.length > 0 || likelihood !== undefined
  if (!numeric) return drawCategories(model, { request, conditions }, context)
  refuseForDecoder(model, { request, conditions })
  const size = { rows, steps: request.steps, memory: new ConditionMemory() }
  const names = namesOfConditions(conditions)
  const saysNumbers = ({ numbers, ranges }: Condition) =>
    numbers.length + ranges.length + observations.length > 0 || likelihood !== undefined
  const asked = conditions.map((condition, k) => ({ k, condition }))
  // Those of categories alone are drawn together, each other one by itself.
  const ofCategories = asked.filter(({ condition }) => !saysNumbers(condition))
  const pieces = [
    ...(ofCategories.length > 0 ? [ofCategories] : []),
    ...asked.filter(({ condition }) => saysNumbers(condition)).map((one) => [one])
  ]
  const found = await inParts(pieces.length, context.watch, (piece, watch) => {
    const [{ k, condition }] = pieces[piece]! as [Placed]
    if (!saysNumbers(condition)) return drawOnesOfCategories(model, pieces[piece]!, size, { ...context, watch })
    const own = { ...context, watch, key: keyFor(context.key, `condition ${names[k]}`) }
    return drawThroughDecoder(model, { condition, observations, module: likelihood }, size, own).then((one) => [one])
  })
  const drawn = new Map(found.flatMap((some, piece) => some.map((one, at) => [pieces[piece]![at]!.k, one] as const)))
  const parts = conditions.map((_, k) => drawn.get(k)!)
  const whole = stackEncoded(parts.map((part) => part.drawn))
  const decoded = stackEncoded(parts.map((part) => part.decoded))
  return { ...(await asRows(model, whole, conditions, decoded)), conditions: parts.map(({ report }) => report) }
}

async function asRows(
  model: LatentTableModel,
  drawn: Encoded,
  conditions: readonly Condition[],
  decoded?: Encoded
): Promise<Pick<LatentConditioned, 'table' | 'formats' | 'latents'>> {
  const rows = decoded ?? (await codeOf(model).decode(drawn))
  const table = repeatGiven(decodeTable(model.encoder, rows), conditions, drawn.coordinates.rows / conditions.length)
  return { table, formats: formatsFor(model.encoder, conditions), latents: drawn.coordinates }
}

/** Only categories are given: the sampler behind the codec knows them. */
async function drawCategories(
  model: LatentTableModel,
  { request, conditions }: { request: LatentConditions; conditions: readonly Condition[] },
  context: Context
): Promise<LatentConditioned> {
  const { rows, steps } = request
  if (request.dynamics === 'bridge') {
    for (const condition of conditions) candidatesOf(model, condition)
    const names = namesOfConditions(conditions)
    const parts = await inParts(conditions.length, context.watch, (k, watch) => {
      const key = keyFor(context.key, `condition ${names[k]}`)
      return drawLatents(model, { ...request, count: rows, levels: conditions[k]! }, { ...context, key, watch })
    })
    return asRows(model, stackEncoded(parts), conditions)
  }
  const { encoded, report } = await drawInner(model, conditions, { rows, steps }, context)
  return { ...(await asRows(model, encoded, conditions)), conditional: report }
}

/** Conditions that say no number, in the coordinates behind the codec: factors are the same there. */
function drawInner(
  model: LatentTableModel,
  conditions: readonly Condition[],
  { rows, steps }: Pick<DrawSize, 'rows' | 'steps'>,
  context: Context
) {
  checkCount(rows * conditions.length)
  // Refused before the first condition is drawn.
  for (const condition of conditions) candidatesOf(model, condition)
  return drawConditions(model.inner, { conditions, request: { rows, ...defined({ steps }) } }, context)
}

/** Rows of one condition, and how well the data support them. */
interface DrawnCondition {
  /** Behind the codec. */
  readonly drawn: Encoded
  readonly decoded: Encoded
  readonly report: LatentConditionReport
}

/** A condition, and its place among all. */
interface Placed {
  readonly k: number
  readonly condition: Condition
}

/** Conditions of categories alone beside others of numbers. */
async function drawOnesOfCategories(
  model: LatentTableModel,
  asked: readonly Placed[],
  { rows, steps }: DrawSize,
  context: Context
): Promise<DrawnCondition[]> {
  const conditions = asked.map(({ condition }) => condition)
  const { encoded, report } = await drawInner(model, conditions, { rows, steps }, context)
  const decoded = await codeOf(model).decode(encoded)
  return conditions.map((condition, at) => {
    const { effectiveRows, acceptance, warnings } = report.conditions[at]!
    const candidates = candidatesOf(model, condition).length
    const own = Uint32Array.from({ length: rows }, (_, i) => at * rows + i)
    const told = { condition: condition.words, candidates, effectiveRows, steps: report.steps, acceptance, warnings }
    return { drawn: takeEncoded(encoded, own), decoded: takeEncoded(decoded, own), report: told }
  })
}

interface DrawSize {
  readonly rows: number
  readonly steps: number | undefined
  readonly memory: ConditionMemory
}

function refuseForDecoder(
  model: LatentTableModel,
  { request, conditions }: { request: LatentConditions; conditions: readonly Condition[] }
): void {
  const refuse = (got: string, remedy: string) =>
    notTogether(`${got} with numbers that are given or observed behind --latent`, remedy, 'one of them')
  if (request.dynamics === 'bridge') throw refuse('--dynamics bridge', '--dynamics langevin')
  if (conditions.length > 1 && (request.observe?.length || request.likelihood))
    throw refuse('several conditions and observations', 'one condition')
  checkCount(request.rows)
  checkCount(request.rows * conditions.length)
  // Refused before the first condition is drawn.
  for (const condition of conditions) candidatesOf(model, condition)
}

/** Training rows whose categories are those that are known. Throws `InputError` where none is. */
const candidatesOf = ({ rows, encoder }: LatentTableModel, condition: Condition): number[] =>
  requireLevels(Array(rows.coordinates.rows).keys(), levelsOfRow(rows.codes, encoder.factors.length), condition)

/** Beyond this, about ten seconds for each ε that is looked at, the model's own is taken. */
const MOST_CONTROL_WORK = 1e9

async function drawThroughDecoder(
  model: LatentTableModel,
  known: Known,
  { rows: count, steps, memory }: DrawSize,
  context: Context
): Promise<DrawnCondition> {
  const { inner } = model
  const code = codeOf(model)
  const { condition, observations, module } = known
  const pulled = await pullBehind(code, known)
  const observed = observations.length > 0 || module !== undefined
  const drawn = await drawPosterior(
    inner,
    {
      rows: count,
      steps,
      memory,
      ...pulled,
      evidence: pulled.evidence!,
      counted: await pulled.blurred(2 * inner.kernel.epsilon),
      known: condition.levels.size + condition.among.size > 0,
      search: controlWork(inner) > MOST_CONTROL_WORK ? 'none' : observed ? 'rows' : 'chain'
    },
    context
  )
  if (!drawn)
    throw allExcluded([...(condition.words === '' ? [] : [condition.words]), ...observations.map(({ text }) => text)], module !== undefined)
  const words = [condition.words, ...observations.map(({ text }) => text)].filter((part) => part !== '').join('; ')
  const { importanceRows, steps: taken, acceptance } = drawn
  const decoded = await code.decode(drawn.rows)
  const held = withNumbers(code.encoder, condition, decoded)
  const residual = code.residual.map((variance, c) => (held.at.has(c) ? 0 : variance))
  const completed =
    observations.length > 0
      ? withLeftOut(held.rows, { encoder: code.encoder, observations, residual, key: keyFor(context.key, 'left out') })
      : decoded
  const seen = observations.flatMap(({ residual }) => [...columnsOf(residual), ...indicatorsOf(residual).map(({ name }) => name)])
  const tableOf = (rows: Encoded) => decodeTable(code.encoder, rows, seen)
  const before = drawn.agreeing && observations.length > 0 ? await code.decode(drawn.agreeing) : model.rows
  const residuals = pulled.ofRows && (await residualsOf(pulled.ofRows, completed))
  const { warnings } = supportReport(
    { ...drawn, residuals, missedCure: 'more coordinates of --latent, or none of it, keep nearer' },
    { observations, prior: tableOf(before), table: tableOf(completed) }
  )
  const missed = missedBy(code.encoder, condition, decoded.coordinates)
  return {
    drawn: drawn.rows,
    decoded: completed,
    report: {
      condition: words,
      candidates: candidatesOf(model, condition).length,
      effectiveRows: importanceRows,
      steps: taken,
      acceptance,
      ...(missed === undefined ? {} : { missed }),
      warnings: [
        ...unknownWarnings(condition),
        ...warnings.map(({ name, message }) => ({ name, message: `${shortened(words)}: ${message}` }))
      ]
    }
  }
}

const shortened = (words: string): string => (words === '' ? 'the likelihood' : words.length > 80 ? `${words.slice(0, 80)}…` : words)

/** Rows with the numbers that are given, and at which coordinates. */
function withNumbers(encoder: Encoder, { numbers }: Condition, { coordinates, codes }: Encoded) {
  const data = coordinates.data.slice()
  const at = new Set<number>()
  for (const { column, value } of numbers) {
    const { coordinate, scaler } = coordinateOf(encoder, column)
    const scaled = scaleValues(scaler, Float64Array.of(value))[0]!
    for (let i = 0; i < coordinates.rows; i++) data[i * coordinates.cols + coordinate] = scaled
    at.add(coordinate)
  }
  return { at, rows: { coordinates: matrix(coordinates.rows, coordinates.cols, data), codes } }
}

function missedBy(encoder: Encoder, { numbers }: Condition, rows: Matrix): number | undefined {
  if (numbers.length === 0) return undefined
  let squares = 0
  for (const { column, value } of numbers) {
    const { coordinate, scaler } = coordinateOf(encoder, column)
    const wanted = scaleValues(scaler, Float64Array.of(value))[0]!
    for (let i = 0; i < rows.rows; i++) squares += (rows.data[i * rows.cols + coordinate]! - wanted) ** 2
  }
  return Math.sqrt(squares / (rows.rows * numbers.length))
}
