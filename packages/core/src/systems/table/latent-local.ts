import { codecResidual, stack } from '../../code/code.js'
import { inParts } from '../../draw/batches.js'
import { type Condition, formatsFor, type Given, namesOfConditions, repeatGiven } from '../../know/conditions.js'
import { allExcluded } from '../../know/likelihood-row.js'
import { refuseFar } from '../../know/observations.js'
import { groupConditions, type LinearInterval } from '../../know/places.js'
import { intervalsBehind, pullBehind } from '../../know/pull.js'
import { reachOf } from '../../know/reach.js'
import { columnOf, type Matrix, matrix, matrixFromColumns, stackRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import type { Codec } from '../../spectral/codec.js'
import type { Encoded } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { unscaleValues } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { fitLocal } from '../local/fit.js'
import type { LocalModel, LocalSummary } from '../local/model.js'
import type { LocalOptions } from '../local/options.js'
import { checkLocalPosterior, drawLocalPosterior, type LocalPosteriorRequest, refusesAll } from '../local/posterior.js'
import { type LocalPosteriorReport, reportOnLocal } from '../local/posterior-report.js'
import { decodeLocal, type LocalSampleRequest, sampleLocal, trainingFieldTable } from '../local/sample.js'
import { Tally } from '../local/tally.js'
import { notTogether } from '../options/combinations.js'
import type { TableInput } from '../prepare.js'
import { fieldColumns, neighbourhoodsOf } from '../windows/neighbourhoods.js'
import {
  type CodecSummary,
  type CodedModel,
  decodeLatents,
  fitTableCodec,
  type LatentJob,
  type LatentJobContext,
  latentNames,
  trainingLatentTable
} from './latent-codec.js'

/** A localised model behind a codec: neighbours are coordinates of the codec. */
export interface LatentLocalJob extends Omit<LatentJob, 'weights' | 'kernel'>, Omit<LocalOptions, 'scaling' | 'blocks'> {}

export interface LatentLocalSummary extends LocalSummary {
  readonly codec: CodecSummary
}

/** One small bridge for each coordinate of a codec instead of one for all. */
export type LatentLocalModel = CodedModel<LocalModel, LatentLocalSummary>

/**
 * Fits a codec to a table of numbers, and a localised model to its coordinates; a window is one of the codec's order, in
 * which principal components go from the largest variance down. Same table, job and engine: same model.
 *
 * Cost: the codec's, twice, and that of `fitLocal` in K coordinates.
 * Throws `InputError`: as `fitTableCodec` and `fitLocal` do; categories and missing cells, which a field does not have.
 */
export async function fitLatentLocal(source: TableInput, job: LatentLocalJob, jobContext: LatentJobContext): Promise<LatentLocalModel> {
  const { sweep, bandwidth, neighbourBandwidth } = job
  const front = await fitTableCodec(source, job, { ...jobContext, accepts: fieldColumns })
  const { data, codec, encoder, rows, latents, about, engine, key, watch } = front
  const names = latentNames(encoder, codec.latentDimension)
  const learned = job.local.kind === 'auto' ? learn(latents, names) : undefined
  const options: LocalOptions = {
    local: learned ? { kind: 'graph', edges: learned.edges.map(([a, b]) => [a, b] as const) } : job.local,
    scaling: 'standard',
    ...(sweep === undefined ? {} : { sweep }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(neighbourBandwidth === undefined ? {} : { neighbourBandwidth })
  }
  const field = { table: asTable(latents, names), formats: formatsOf(names), notes: data.notes }
  const fitted = await fitLocal(field, options, { engine, key: keyFor(key, 'local'), watch })
  const inner = { ...fitted, summary: { ...fitted.summary, local: job.local, ...learned } }
  return { codec, encoder, rows, inner, summary: { ...inner.summary, codec: about } }
}

/**
 * Neighbours by partial correlations of the coordinates, and of their squares: principal components are uncorrelated as they
 * stand, and what they know of each other shows in how far they deviate together. Strongest first.
 */
function learn(latents: Matrix, names: readonly string[]): Required<Pick<LocalSummary, 'edges' | 'learned'>> {
  const columns = { places: names, names, placeOf: names.map((_, k) => k) }
  const squares = matrix(
    latents.rows,
    latents.cols,
    latents.data.map((z) => z * z)
  )
  const found = [latents, squares].map((points) => neighbourhoodsOf({ kind: 'auto' }, columns, points).learned!)
  const pairs = new Map<string, readonly [string, string, number]>()
  for (const edge of found.flatMap(({ edges }) => edges)) {
    const pair = `${edge[0]}, ${edge[1]}`
    if (!(Math.abs(pairs.get(pair)?.[2] ?? 0) >= Math.abs(edge[2]))) pairs.set(pair, edge)
  }
  const edges = [...pairs.values()].sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]))
  // Uncorrelated coordinates have a threshold of nothing, which joined none.
  const joining = found.filter((one) => one.edges.length > 0)
  const least = (of: 'threshold' | 'shrinkage') => Math.min(...(joining.length > 0 ? joining : found).map((one) => one[of]))
  return { edges, learned: { threshold: least('threshold'), shrinkage: least('shrinkage') } }
}

const formatsOf = (names: readonly string[]) => names.map((name) => ({ name, source: 'number' as const, kind: 'number' as const }))

function asTable(latents: Matrix, names: readonly string[]): Table {
  return { rowCount: latents.rows, columns: names.map((name, k) => ({ name, kind: 'number' as const, values: columnOf(latents, k) })) }
}

const asMatrix = ({ columns, rowCount }: Table): Matrix =>
  matrixFromColumns(
    columns.filter(isNumeric).map(({ values }) => values),
    rowCount
  )

/** New rows, and the coordinates [n, K] they were decoded from. */
interface LatentLocalRows {
  readonly table: Table
  readonly latents: Matrix
}

/** Draws rows: latent coordinates one from another, then the decoder. Cost of `sampleLocal` in K coordinates. Throws `InputError`: count, decoder NaN. */
export async function drawLatentLocal(model: LatentLocalModel, request: LocalSampleRequest, context: Context): Promise<LatentLocalRows> {
  const latents = asMatrix(await sampleLocal(model.inner, request, context))
  return { table: await decodeLatents(model, numbersOf(latents)), latents }
}

const numbersOf = (coordinates: Matrix): Encoded => ({ coordinates, codes: new Int32Array(0) })

/** What is known about rows of a localised latent model, in the columns of its table. */
interface LatentLocalRequest extends Pick<LocalPosteriorRequest, 'observe' | 'likelihood' | 'sweeps' | 'steps'> {
  /** One condition or several; several only without observations. */
  readonly given?: readonly Given[]
  /** Rows for each condition. */
  readonly rows: number
}

interface LatentLocalPosterior extends LatentLocalRows {
  readonly formats: readonly ColumnFormat[]
  readonly report: LocalPosteriorReport
}

/**
 * Draws `rows` rows for every condition, one after the other; given values are repeated exactly. What is known is of decoded
 * rows, and what the codec cannot reproduce counts as noise. Cost of `posteriorLocal` in K coordinates for each condition.
 * Throws `InputError` as `posteriorLocal` does, and for intervals behind a decoder that is not linear.
 */
export async function posteriorLatentLocal(
  model: LatentLocalModel,
  request: LatentLocalRequest,
  context: Context
): Promise<LatentLocalPosterior> {
  const { encoder, codec, inner } = model
  const { rows: count, observe = [], likelihood: module } = request
  const { conditions, observations } = checkLocalPosterior(model, { ...request, count })
  refuseIntervals(model, conditions)
  const training = trainingLatentTable(model)
  refuseFar(observations, training)
  const code = stack(encoder, fieldCodec(model), await codecResidual(codec, model.rows.coordinates))
  const tally = new Tally()
  const names = namesOfConditions(conditions)
  const drawn = await inParts(conditions.length, context.watch, async (k, watch) => {
    const condition = conditions[k]!
    const { intervals, rest: ranges } = intervalsBehind(code, condition.ranges)
    const { parts: evidence } = await pullBehind(code, { condition: { ...condition, ranges }, observations, module })
    if (await refusesAll(inner, evidence)) throw allExcluded(observe, module !== undefined)
    const key = keyFor(context.key, `condition ${names[k]}`)
    const asked = { conditions: [NOTHING], intervals: withinReach(model, intervals), evidence, request: { ...request, count } }
    return drawLocalPosterior(inner, asked, { ...context, key, watch })
  })
  for (const [k, chains] of drawn.entries()) {
    tally.rest(k, chains.effectiveRows[0]!)
    tally.add(chains)
  }
  const latents = asMatrix(decodeLocal(inner, stackRows(drawn.map(({ coordinates }) => coordinates))))
  const table = repeatGiven(await decodeLatents(model, numbersOf(latents)), conditions, count)
  const chains = { ...tally.outcome(conditions.length), groups: groupConditions(encoder, conditions) }
  const report = await reportOnLocal({ ...chains, training, conditions, observations, table, count }, context)
  return { table, formats: formatsFor(encoder, conditions), latents, report }
}

/** Behind a decoder that is not linear, sweeps that take one coordinate at a time stick at the ends of an interval that all share. */
function refuseIntervals({ codec }: LatentLocalModel, conditions: readonly Condition[]): void {
  const range = conditions.flatMap(({ ranges }) => ranges)[0]
  if (!range || codec.linear) return
  throw notTogether(
    `an interval of ${range.name} with --local behind a decoder that is not linear`,
    `--observe '${range.name} = VALUE ± DEVIATION', or --latent without --local`,
    'values, observations of decoded rows, or --latent pca:K'
  )
}

/** Intervals that begin or end where rows lead. */
function withinReach({ inner }: LatentLocalModel, intervals: readonly LinearInterval[]): LinearInterval[] {
  return intervals.map((interval) => {
    const reach = reachOf(inner.coordinates, interval.terms)
    return { ...interval, low: Math.min(reach.high, interval.low), high: Math.max(reach.low, interval.high) }
  })
}

/** The codec of a model's own coordinates, each of which the field has scaled once more. */
function fieldCodec({ codec, inner }: LatentLocalModel): Codec {
  const scalers = inner.encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? [code.scaler] : []))
  const { linear, places: _distances, ...rest } = codec
  const changed = scalers.map((scaler) => unscaleValues(scaler, Float64Array.of(0, 1)))
  const decode = (latents: Matrix) => codec.decode(asMatrix(decodeLocal(inner, latents)))
  if (!linear) return { ...rest, decode }
  const { cols: d, data } = linear.basis
  const basis = matrix(
    linear.basis.rows,
    d,
    data.map((x, at) => x * (changed[Math.floor(at / d)]![1]! - changed[Math.floor(at / d)]![0]!))
  )
  const offset = linear.offset.map((x, c) => changed.reduce((sum, [zero], a) => sum + zero! * data[a * d + c]!, x))
  return { ...rest, decode, linear: { offset, basis } }
}

/** The condition of coordinates of which only decoded rows are known. */
const NOTHING: Condition = { words: '', numbers: [], ranges: [], levels: new Map(), among: new Map(), named: [], unknown: [] }

/** Coordinates of the training rows [M, K]. */
export function trainingLatents({ inner }: LatentLocalModel): Matrix {
  return asMatrix(trainingFieldTable(inner))
}
