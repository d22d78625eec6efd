import type { Engine } from '../kernel/engine.js'
import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { normaliseLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { startRows } from '../sampling/run.js'
import { cloud } from '../space/cloud.js'
import type { Codec, CodecContents, CodecSpectrum } from '../spectral/codec.js'
import { distancesTo } from '../systems/global/bandwidth.js'
import { categoryMode, Generator, takeEncoded } from '../systems/global/generator.js'
import {
  type Context,
  constantNotes,
  encodeTrainingRows,
  type FitSummary,
  fitTraining,
  type GlobalModel,
  rowLogWeights,
  type SampleRequest
} from '../systems/global/model.js'
import type { TrainingHistory } from '../systems/latent/autoencoder.js'
import { distanceMap } from '../systems/latent/bandwidth.js'
import { checkFinite, fitCodec, measureReconstruction, type Reconstruction } from '../systems/latent/codecs.js'
import { sampleFiniteTime } from '../systems/latent/finite-time.js'
import { codecResidual } from '../systems/latent/observation.js'
import { type LatentSpecification, parseLatent } from '../systems/latent/specification.js'
import { combinationsOf } from '../table/categories.js'
import { sharesOneRange, withCommonScale } from '../table/common-scale.js'
import { type ColumnCode, decodeTable, type Encoded, type Encoder, fitEncoder } from '../table/encoder.js'
import { duplicateRowCount } from '../table/rows.js'
import type { ScalingMethod } from '../table/scaling.js'
import { isNumeric, type Table } from '../table/table.js'
import { contextOf, type FitJob, type JobContext, prepareTable, type SampleJob } from './job.js'
import { unitCodec, unitRows } from './latent-units.js'

/** A fit behind a codec: plain data. */
export interface LatentJob extends FitJob {
  /** `pca:8`, `diffusion-map:8`, `autoencoder:16`, `onnx:ENCODER,DECODER`, or the same taken apart. */
  readonly latent: string | LatentSpecification
  /** Whether all numbers share one scale; `auto`: where at least half of the columns share one range. Default auto. */
  readonly commonScale?: 'auto' | boolean
}

export interface LatentDraw extends SampleJob {
  /**
   * `langevin`: chains; `bridge`: the finite-time bridge on [0, 1], from the Gaussian-convolved data or, with `start` noise,
   * from a Gaussian. Default `langevin`.
   */
  readonly dynamics?: 'langevin' | 'bridge'
}

/** How a host reads networks; a browser or a test may have none. */
export interface NetworkHost {
  /** The codec of two ONNX files for rows of numbers in the units of the table [M, D]. */
  load(specification: Extract<LatentSpecification, { kind: 'onnx' }>, rows: Matrix): Promise<Codec>
  /** The codec that its `save` wrote. */
  restore(contents: CodecContents): Promise<Codec>
}

export interface LatentJobContext extends JobContext {
  readonly networks?: NetworkHost
}

/** What is known of a codec apart from any sampling. Plain JSON. */
export interface CodecSummary {
  readonly kind: string
  readonly dimension: number
  /** Numeric columns that vary. */
  readonly dataDimension: number
  readonly commonScale: boolean
  readonly reconstruction: Reconstruction
  readonly spectrum?: CodecSpectrum
  readonly history?: TrainingHistory
}

export interface LatentSummary extends FitSummary {
  readonly codec: CodecSummary
}

/** A sampler of a table in the coordinates of a codec. */
export interface LatentTableModel {
  readonly codec: Codec
  /** Of the table; its coordinates are what the codec encodes. */
  readonly encoder: Encoder
  /** Training rows before the codec: coordinates [M, D] and codes. */
  readonly rows: Encoded
  /** What the codec cannot reproduce: mean squared error of each coordinate [D]. */
  readonly residual: Float64Array
  /** The sampler of latent coordinates [M, K] and categories. */
  readonly inner: GlobalModel
  readonly summary: LatentSummary
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
export async function fitLatentTable(
  source: Parameters<typeof prepareTable>[0],
  job: LatentJob,
  jobContext: LatentJobContext
): Promise<LatentTableModel> {
  const specification = typeof job.latent === 'string' ? parseLatent(job.latent) : job.latent
  const { data, weights } = prepareTable(source, job)
  const { engine, key: seedKey, watch } = contextOf(job.seed ?? 1, jobContext)
  const key = keyFor(seedKey, 'latent fit')
  const { encoder, commonScale } = encoderFor(data, job)
  const rows = await encodeTrainingRows(data.table, encoder, { engine, key: keyFor(key, 'encode') })
  const codec =
    specification.kind === 'onnx' && jobContext.networks
      ? unitCodec(await jobContext.networks.load(specification, unitRows(encoder, rows.coordinates)), encoder)
      : await fitCodec(rows.coordinates, specification, { engine, key: keyFor(key, 'codec'), watch })
  const training = {
    encoder: latentEncoder(encoder, codec.latentDimension),
    rows: { coordinates: checkFinite(await codec.encode(rows.coordinates), 'encoder'), codes: rows.codes },
    logWeights: rowLogWeights(data.table, weights)
  }
  const reconstruction = await measureReconstruction(codec, rows.coordinates, { engine, key, watch, specification })
  const inner = await fitTraining(
    {
      training,
      searched: { rowLimit: SEARCH_ROWS, part: (chosen) => searchedPart(codec, training, chosen, engine) },
      scaling: { methods: methodsOf(encoder) },
      duplicateCount: duplicateRowCount(data.table),
      notes: [...data.notes, ...constantNotes(encoder)]
    },
    job,
    { engine, key, watch }
  )
  const { dataDimension, latentDimension: dimension, kind, spectrum } = codec
  const history = 'history' in codec ? { history: codec.history as TrainingHistory } : {}
  const about = { kind, dimension, dataDimension, commonScale, reconstruction, ...(spectrum ? { spectrum } : {}), ...history }
  const residual = await codecResidual(codec, rows.coordinates)
  return { codec, encoder, rows, residual, inner, summary: { ...inner.summary, codec: about } }
}

/** The encoder of the table: columns scaled each by itself, or all by one scale. */
function encoderFor(
  { table, formats }: ReturnType<typeof prepareTable>['data'],
  job: LatentJob
): { encoder: Encoder; commonScale: boolean } {
  const { scaling = 'auto', commonScale = 'auto' } = job
  const methodOf = (name: string): ScalingMethod =>
    typeof scaling === 'object' ? (scaling[name] ?? 'standard') : scaling === 'auto' ? 'standard' : scaling
  const encoder = fitEncoder(table, formats, methodOf)
  if (encoder.coordinateCount === 0) {
    throw new InputError({
      code: 'latent-no-numbers',
      got: `--latent for ${table.columns.length} columns of which none is a number that varies`,
      expected: 'numeric columns to encode',
      try: table.columns.some(isNumeric) ? 'a table in which numbers differ' : 'leaving --latent out'
    })
  }
  const shared = commonScale === 'auto' ? scaling === 'auto' && sharesOneRange(table) : commonScale
  return shared ? { encoder: withCommonScale(encoder, table), commonScale: true } : { encoder, commonScale: false }
}

const methodsOf = (encoder: Encoder): Record<string, ScalingMethod> =>
  Object.fromEntries(encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? [[code.name, code.scaler.method]] : [])))

async function searchedPart(codec: Codec, training: GlobalModel['training'], chosen: Uint32Array | undefined, engine: Engine) {
  const part = chosen
    ? {
        ...training,
        rows: takeEncoded(training.rows, chosen),
        logWeights: normaliseLogWeights(Float64Array.from(chosen, (row) => training.logWeights[row]!))
      }
    : training
  const place = distanceMap(codec)
  const distances = await distancesTo(await place(part.rows.coordinates), (drawn) => place(drawn.coordinates), engine)
  return { training: part, distances }
}

/** Latent coordinates as columns of numbers beside the categories of the table: what the sampler models. */
function latentEncoder(encoder: Encoder, dimension: number): Encoder {
  // Names that no column of the table has, so that conditions on these cannot mean them.
  let prefix = 'latent '
  while (encoder.columns.some(({ name }) => name.startsWith(prefix))) prefix = `_${prefix}`
  const names = Array.from({ length: dimension }, (_, k) => `${prefix}${k + 1}`)
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

/** Draws rows: latent coordinates and categories, then the decoder. Throws `InputError`: as `sampleGlobal`, decoder NaN. */
export async function sampleLatentTable(model: LatentTableModel, job: LatentDraw, jobContext: JobContext): Promise<Table> {
  const context = contextOf(job.seed ?? 1, jobContext)
  return decodeLatents(model, await drawLatents(model, { ...job, count: job.rows ?? model.summary.rowCount }, context))
}

/** The training rows of a model, as the model itself would call the data: before the codec. */
export function trainingLatentTable({ encoder, rows }: LatentTableModel): Table {
  return decodeTable(encoder, rows)
}

/** Latent rows as a table. Throws `InputError` (code `decoder-not-finite`). */
export async function decodeLatents({ codec, encoder }: LatentTableModel, { coordinates, codes }: Encoded): Promise<Table> {
  return decodeTable(encoder, { coordinates: checkFinite(await codec.decode(coordinates)), codes })
}

export interface LatentRequest extends Omit<SampleRequest, 'onStep'>, Pick<LatentDraw, 'dynamics'> {
  /** Levels of factors that are known, for `bridge`. */
  readonly levels?: ReadonlyMap<number, number>
}

/** Latent coordinates and codes of new rows, before they are decoded. */
export async function drawLatents(model: LatentTableModel, request: LatentRequest, { engine, key, watch }: Context): Promise<Encoded> {
  const { count, steps = 20, noise = 'covariance', dynamics = 'langevin', start } = request
  if (!(Number.isInteger(count) && count >= 1 && count <= 1e8)) {
    throw new InputError({ code: 'count', got: `n = ${count}`, expected: 'a whole number of rows from 1 to 100000000', try: '-n 1000' })
  }
  const own = keyFor(key, 'sample')
  if (dynamics === 'bridge') return drawBridges(model, { ...request, count, steps }, { engine, key: own, watch })
  const { training, potentials, kernel } = model.inner
  const generator = await Generator.create(training, potentials, kernel, engine)
  return generator.generate({ count, steps, noise, start, key: own, watch })
}

/** A finite-time bridge for every combination of categories, in the proportions of the training rows. */
async function drawBridges(
  { inner }: LatentTableModel,
  { count, steps, start, levels }: LatentRequest & { steps: number },
  { engine, key, watch }: { engine: Engine; key: Key; watch?: Watch | undefined }
): Promise<Encoded> {
  const { rows, logWeights, encoder } = inner.training
  refuseBridge(inner)
  const combinations = combinationsOf(rows.codes, logWeights.length)
  const width = encoder.factors.length
  const fits = (row: number) => [...(levels ?? [])].every(([factor, level]) => rows.codes[row * width + factor] === level)
  const known = logWeights.map((weight, row) => (fits(row) ? weight : Number.NEGATIVE_INFINITY))
  const starts = startRows(known, count, key)
  const out = { coordinates: matrix(count, rows.coordinates.cols), codes: takeEncoded(rows, starts).codes }
  for (let g = 0; g < combinations.rows.length; g++) {
    const places = Array.from(starts.keys()).filter((i) => combinations.ofRow[starts[i]!] === g)
    if (places.length === 0) continue
    const members = combinations.rows[g]!
    const target = cloud(takeRows(rows.coordinates, members), normaliseLogWeights(Float64Array.from(members, (row) => logWeights[row]!)))
    const { epsilon } = inner.kernel
    const drawn = await sampleFiniteTime({
      target,
      engine,
      epsilon,
      start: start === 'noise' ? 'gaussian' : 'convolved',
      steps,
      count: places.length,
      key: keyFor(key, `combination ${g}`),
      watch
    })
    places.forEach((place, k) => {
      out.coordinates.data.set(drawn.data.subarray(k * drawn.cols, (k + 1) * drawn.cols), place * drawn.cols)
    })
  }
  return out
}

/** A bridge runs in coordinates alone, at one ε. */
function refuseBridge({ training, kernel, summary }: GlobalModel): void {
  const mode = categoryMode(training.encoder, combinationsOf(training.rows.codes, summary.rowCount))
  if (mode !== 'sweep' && kernel.kind === 'fixed') return
  throw new InputError({
    code: 'option-combination',
    got:
      kernel.kind === 'fixed'
        ? '--dynamics bridge for categories whose combinations hardly recur'
        : '--dynamics bridge with --kernel variable',
    expected: kernel.kind === 'fixed' ? 'combinations of categories with several rows each' : '--kernel fixed',
    try: '--dynamics langevin'
  })
}
