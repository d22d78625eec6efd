import { type Code, codecResidual, decodedPlaces, stack } from '../../code/code.js'
import { checkCount, inBatches } from '../../draw/batches.js'
import { type FiniteTimeOptions, sampleFiniteTime, targetTerms } from '../../draw/finite-time.js'
import { startRows } from '../../draw/run.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { nearestSquaredDistances } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { hasLevels, type Levels, levelsOfRow } from '../../know/levels.js'
import { categoryMode } from '../../law/strata.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { Codec } from '../../spectral/codec.js'
import { combinationsOf } from '../../table/categories.js'
import { type ColumnCode, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import { duplicatesBeside } from '../../table/rows.js'
import type { ScalingMethod } from '../../table/scaling.js'
import type { Table } from '../../table/table.js'
import { type Context, contextOf, type JobContext } from '../context.js'
import { bothDistances, distancesBeside, distancesTo, weightsIn } from '../global/bandwidth.js'
import { constantNotes } from '../global/fit-notes.js'
import type { FitSummary } from '../global/fit-summary.js'
import { fitTraining, type GlobalModel, type SearchedRows } from '../global/model.js'
import { drawGlobal, type SampleRequest } from '../global/sample.js'
import { notTogether } from '../options/combinations.js'
import { rowLogWeights } from '../options/row-weights.js'
import type { TableInput } from '../prepare.js'
import {
  type CodecSummary,
  type CodedModel,
  decodeLatents,
  fitTableCodec,
  type LatentJob,
  type LatentJobContext,
  latentNames
} from './latent-codec.js'
import type { SampleJob } from './whole.js'

export interface LatentDraw extends SampleJob {
  /**
   * `langevin`: chains; `bridge`: the finite-time bridge on [0, 1], from the Gaussian-convolved data or, with `start` noise,
   * from a Gaussian. Default `langevin`.
   */
  readonly dynamics?: 'langevin' | 'bridge'
}

export interface LatentSummary extends FitSummary {
  readonly codec: CodecSummary
}

/** A sampler of a table in the coordinates of a codec: of these [M, K] and the categories. */
export interface LatentTableModel extends CodedModel<GlobalModel, LatentSummary> {
  /** What the codec cannot reproduce: mean squared error of each coordinate [D]. */
  readonly residual: Float64Array
}

/** Rows that the bandwidth search uses at most: rows of many coordinates, compared after decoding. */
const SEARCH_ROWS = 2000

/**
 * Fits a codec to the numeric columns of a table, and the Schrödinger-bridge sampler to its coordinates and the categories.
 * The bandwidth is chosen by distances between decoded rows. Same table, job and engine: same model, for any thread count.
 *
 * Cost: the codec's, twice (once on held-out rows for its own error), and that of `fitTable` in K coordinates.
 * Throws `InputError`: no numeric column that varies, more coordinates than the data have rank, networks of another shape,
 * coordinates that are not finite.
 */
export async function fitLatentTable(source: TableInput, job: LatentJob, jobContext: LatentJobContext): Promise<LatentTableModel> {
  const front = await fitTableCodec(source, job, jobContext)
  const { data, weights, codec, encoder, rows, engine, key, watch } = front
  const training = {
    encoder: latentEncoder(encoder, codec.latentDimension),
    rows: { coordinates: front.latents, codes: rows.codes },
    logWeights: rowLogWeights(data.table, weights)
  }
  const inner = await fitTraining(
    {
      rowCount: data.table.rowCount,
      training: async () => training,
      searched: { rowLimit: SEARCH_ROWS, part: (chosen) => searchedPart({ codec, given: rows.coordinates, training }, chosen, engine) },
      scaling: { methods: methodsOf(encoder) },
      duplicateCount: duplicatesBeside(data.table, watch),
      notes: [...data.notes, ...constantNotes(encoder)]
    },
    job,
    { engine, key, watch }
  )
  const residual = await codecResidual(codec, rows.coordinates)
  return { codec, encoder, rows, residual, inner, summary: { ...inner.summary, codec: front.about } }
}

const methodsOf = (encoder: Encoder): Record<string, ScalingMethod> =>
  Object.fromEntries(encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? [[code.name, code.scaler.method]] : [])))

/**
 * Rows of the search, and distances between decoded rows: of draws from decoded training rows, where the sampler alone shows,
 * and from the training rows as they stand, to which draws come nearer by what the codec leaves out of them. A draw that is
 * right by the first is near by the second, and one that is right by the second makes up for the codec by blur: r is the
 * geometric mean.
 */
async function searchedPart(
  { codec, given, training }: { codec: Codec; given: Matrix; training: GlobalModel['training'] },
  chosen: Uint32Array | undefined,
  engine: Engine
): Promise<SearchedRows> {
  const part = chosen
    ? {
        ...training,
        rows: takeEncoded(training.rows, chosen),
        logWeights: normaliseLogWeights(Float64Array.from(chosen, (row) => training.logWeights[row]!))
      }
    : training
  const place = decodedPlaces(codec)
  const drawnPlace = (drawn: Encoded) => place.decoded(drawn.coordinates)
  const rows = chosen ? takeRows(given, chosen) : given
  const weights = weightsIn(part)
  const among = await distancesTo(await drawnPlace(part.rows), drawnPlace, engine, weights)
  const fromRows = await distancesBeside(await nearestSquaredDistances(rows, engine), {
    training: await place.given(rows),
    place: drawnPlace,
    engine,
    weights
  })
  return { training: part, distances: among && fromRows ? bothDistances(among, fromRows) : (fromRows ?? among) }
}

/** Latent coordinates as columns of numbers beside the categories of the table: what the sampler models. */
function latentEncoder(encoder: Encoder, dimension: number): Encoder {
  const names = latentNames(encoder, dimension)
  const factors = encoder.columns.map((_, c) => c).filter((c) => encoder.columns[c]!.carries === 'factor')
  const scaler = { method: 'standard' as const, centre: 0, scale: 1, nonNegative: false }
  return {
    columns: [
      ...names.map((name, coordinate): ColumnCode => ({ name, carries: 'coordinate', coordinate, scaler })),
      ...factors.map((c) => encoder.columns[c]!)
    ],
    formats: [
      ...names.map((name) => ({ name, source: 'number' as const, kind: 'number' as const })),
      ...factors.map((c) => encoder.formats[c]!)
    ],
    kinds: [...names.map((name) => ({ name, kind: 'number' as const })), ...factors.map((c) => encoder.kinds[c]!)],
    coordinateCount: dimension,
    factors: encoder.factors
  }
}

/** The way from the columns of a model's table to its coordinates and back. */
export const codeOf = ({ encoder, codec, residual }: LatentTableModel): Code => stack(encoder, codec, residual)

/** Draws rows: latent coordinates and categories, then the decoder. Throws `InputError`: as `sampleGlobal`, decoder NaN. */
export async function sampleLatentTable(model: LatentTableModel, job: LatentDraw, jobContext: JobContext): Promise<Table> {
  const context = contextOf(job.seed ?? 1, jobContext)
  return decodeLatents(model, await drawLatents(model, { ...job, count: job.rows ?? model.summary.rowCount }, context))
}

interface LatentRequest extends Omit<SampleRequest, 'onStep'>, Pick<LatentDraw, 'dynamics'> {
  /** Levels of factors that are known, for `bridge`. */
  readonly levels?: Levels
}

/** Latent coordinates and codes of new rows, before they are decoded. */
export async function drawLatents(model: LatentTableModel, request: LatentRequest, context: Context): Promise<Encoded> {
  const { steps = USUAL_STEPS.rows, dynamics = 'langevin' } = request
  if (dynamics === 'langevin') return drawGlobal(model.inner, request, context)
  checkCount(request.count)
  return drawBridges(model, { ...request, steps }, { ...context, key: keyFor(context.key, 'sample') })
}

/** A finite-time bridge for every combination of categories, in the proportions of the training rows. */
async function drawBridges(
  { inner }: LatentTableModel,
  { count, steps, start, levels }: LatentRequest & { steps: number },
  { engine, key, watch }: Context
): Promise<Encoded> {
  const { rows, logWeights, encoder } = inner.training
  refuseBridge(inner)
  const combinations = combinationsOf(rows.codes, logWeights.length)
  const width = encoder.factors.length
  const levelIn = levelsOfRow(rows.codes, width)
  const fits = (row: number) => !levels || hasLevels(levels, levelIn(row))
  const known = logWeights.map((weight, row) => (fits(row) ? weight : Number.NEGATIVE_INFINITY))
  const bridges = new Map<number, Omit<FiniteTimeOptions, 'count'>>()
  const bridgeOf = async (g: number) => {
    const known = bridges.get(g)
    if (known) return known
    const members = combinations.rows[g]!
    const target = cloud(takeRows(rows.coordinates, members), normaliseLogWeights(Float64Array.from(members, (row) => logWeights[row]!)))
    const kind = start === 'noise' ? ('gaussian' as const) : ('convolved' as const)
    const bridge = { target, engine, epsilon: inner.kernel.epsilon, start: kind, steps, key: keyFor(key, `combination ${g}`), watch }
    const prepared = { ...bridge, logTerms: await targetTerms(bridge) }
    bridges.set(g, prepared)
    return prepared
  }
  const drawn = await inBatches({ count, key, watch }, async (batch) => {
    const starts = startRows(known, batch.count, batch.key)
    const out = { coordinates: matrix(batch.count, rows.coordinates.cols), codes: takeEncoded(rows, starts).codes }
    for (let g = 0; g < combinations.rows.length; g++) {
      const places = Array.from(starts.keys()).filter((i) => combinations.ofRow[starts[i]!] === g)
      if (places.length === 0) continue
      const own = { count: places.length, key: keyFor(batch.key, `combination ${g}`), watch: batch.watch }
      const part = await sampleFiniteTime({ ...(await bridgeOf(g)), ...own })
      places.forEach((place, k) => {
        out.coordinates.data.set(rowOf(part, k), place * part.cols)
      })
    }
    return out
  })
  return stackEncoded(drawn)
}

/** A bridge runs in coordinates alone, at one ε. */
function refuseBridge({ training, kernel }: GlobalModel): void {
  const mode = categoryMode(training.encoder, training.rows.codes)
  if (mode !== 'sweep' && kernel.kind === 'fixed') return
  const langevin = '--dynamics langevin'
  throw kernel.kind === 'fixed'
    ? notTogether(
        '--dynamics bridge for categories whose combinations hardly recur',
        langevin,
        'combinations of categories with several rows each'
      )
    : notTogether('--dynamics bridge with --kernel variable', langevin, '--kernel fixed')
}
