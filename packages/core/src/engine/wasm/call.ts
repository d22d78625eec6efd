import type { Noise, Pair } from '../../kernel/engine.js'
import type { Matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { blockOrder } from '../../space/blocks.js'
import type { Arena } from './arena.js'
import type { Desk } from './arrange.js'
import * as job from './job.js'
import { uploadLogs, uploadMatrix, uploadWidths } from './upload.js'
import type { UploadedCloud } from './uploaded.js'

/** Nats below a row's reference, which is less than its sum, at which a block is left out: 1e-14 and, in float32, 6e-9 of it a point. */
const CUT = { float64: 32.2, float32: 19 }

/**
 * Blocks from which queries are put in order, which one thread does: a row's result does not depend on it, and among fewer hardly any
 * block can be left out. Of 13 blocks it saved 8 % of a draw at d = 1 and cost 9 % at d = 4 and 6; of 25 it saved 10 to 24 % up to d = 3.
 */
const ORDERED_BLOCKS = 24

/** Operations of one unit, at most: about 30 ms. */
const UNIT_WORK = 1e8

/** Of the fields as every call writes them, in their order: looking each up by its name took a hundredth of a report of penguins. */
let places: readonly number[] | undefined

/** What one call asks for. */
export interface Request {
  readonly mode: number
  readonly log?: Float64Array
  readonly values?: Matrix
  readonly noise?: Noise
  readonly neighbours?: number
}

/** Addresses of a call's results, each where its row was asked for. */
export interface Placed {
  readonly fields: job.JobFields
  /** In which queries are taken; undefined where it is as they come. */
  readonly order: Uint32Array | undefined
}

/** Uploads a request above the clouds and reserves memory for its results. */
export async function placeCall(
  desk: Desk,
  { pair, request, cloud, special }: { pair: Pair; request: Request; cloud: UploadedCloud; special?: Partial<job.JobFields> }
): Promise<Placed> {
  const { arena, precision } = desk
  const { values } = request
  const n = pair.from.points.rows
  const self = values !== undefined && values.data === pair.to.points.data
  const order = orderOf(pair, cloud)
  const uploadedValues = values === undefined ? undefined : self ? cloud : await uploadMatrix(desk, values, cloud)
  const logs = request.log && (await uploadLogs(desk, request.log, cloud))
  const widths = pair.kernel.kind === 'variable' ? uploadWidths(arena, precision, pair.kernel.toWidth, cloud) : undefined
  const c = values?.cols ?? 0
  const keys = request.noise && noiseFields(request.noise.key)
  const numbers = (length: number): number => arena.take(length * 8)
  const fields: job.JobFields = {
    mode: request.mode,
    queryCount: n,
    dimension: pair.from.points.cols,
    valueCount: c,
    blockCount: cloud.blockCount,
    queryBlock: queryBlock(n, workOfQuery(pair, request), desk.threads),
    queries: numbers(n * pair.from.points.cols),
    queryWidths: pair.kernel.kind === 'variable' ? numbers(n) : 0,
    points: cloud.data,
    centres: cloud.centres,
    boxes: cloud.boxes,
    logs: logs?.data ?? 0,
    logMaxima: logs?.maxima ?? 0,
    widths: widths?.data ?? 0,
    widthMaxima: widths?.maxima ?? 0,
    values: uploadedValues?.data ?? 0,
    valueCentres: uploadedValues?.centres ?? 0,
    chains: request.noise?.chains ? arena.take(n * 4) : 0,
    outLogSum: numbers(n),
    outEffective: numbers(n),
    outMean: numbers(n * c),
    outSecond: numbers(n * secondCount(request)),
    outIndices: arena.take(n * 4 * (request.neighbours ?? 1)),
    scratch: 0,
    scratchStride: 0,
    neighbourCount: request.neighbours ?? 0,
    order: cloud.orderAddress,
    seedLow: keys?.seedLow ?? 0,
    seedHigh: keys?.seedHigh ?? 0,
    keyStep: keys?.keyStep ?? 0,
    pickStream: keys?.pickStream ?? 0,
    normalStream: keys?.normalStream ?? 0,
    selfValues: self ? 1 : 0,
    logMinima: logs?.minima ?? 0,
    stripe: 0,
    stripeCount: 0,
    stripeSums: 0,
    norms: cloud.norms,
    radii: cloud.radii,
    runCount: cloud.runCount,
    splitAxes: cloud.splitAxes,
    splitValues: cloud.splitValues,
    nodeBoxes: cloud.nodeBoxes,
    nodeLogMaxima: logs?.nodeMaxima ?? 0,
    nodeWidthMaxima: widths?.nodeMaxima ?? 0,
    queryOrder: order === cloud.order ? cloud.orderAddress : order ? arena.take(n * 4) : 0,
    raw: 0,
    centred: 0,
    runBoxes: 0,
    keys: 0,
    runs: 0,
    times: 0,
    pointCount: cloud.order.length,
    ...special
  }
  writeQueries(arena, { pair, request, order, fields })
  const { kernel } = pair
  const reals = arena.float64(job.REAL_ADDRESS, 2)
  reals[0] = kernel.kind === 'gaussian' ? 1 / (4 * kernel.epsilon) : 1 / (2 * kernel.epsilon)
  reals[1] = desk.dense ? Number.POSITIVE_INFINITY : CUT[precision]
  return { fields: reserveScratch(desk, fields), order }
}

/** Of the queries: undefined where they are taken as they come. */
function orderOf({ from, to }: Pair, cloud: UploadedCloud): Uint32Array | undefined {
  if (from.points.data === to.points.data) return cloud.order
  return cloud.blockCount < ORDERED_BLOCKS ? undefined : blockOrder(from.points)
}

/** As they were asked for: kernels take them in their order. */
function writeQueries(
  arena: Arena,
  { pair, request, order, fields }: { pair: Pair; request: Request; order: Uint32Array | undefined; fields: job.JobFields }
): void {
  const { data, rows } = pair.from.points
  arena.float64(fields.queries, data.length).set(data)
  if (pair.kernel.kind === 'variable') arena.float64(fields.queryWidths, rows).set(pair.kernel.fromWidth)
  if (request.noise?.chains) arena.uint32(fields.chains, rows).set(request.noise.chains)
  if (order && fields.queryOrder !== fields.order) arena.uint32(fields.queryOrder, rows).set(order)
}

function reserveScratch({ arena, kernels, threads }: Desk, fields: job.JobFields): job.JobFields {
  write(arena, fields)
  const scratchStride = Math.ceil((kernels.scratchBytes() >>> 0) / 4096) * 4096
  const scratch = arena.take(scratchStride * threads)
  const words = arena.uint32(job.JOB_ADDRESS, job.JOB_WORDS)
  words[job.FIELDS.scratch] = scratch
  words[job.FIELDS.scratchStride] = scratchStride
  return { ...fields, scratchStride, scratch }
}

function write(arena: Arena, fields: job.JobFields): void {
  const words = arena.uint32(job.JOB_ADDRESS, job.JOB_WORDS)
  places ??= Object.keys(fields).map((name) => job.FIELDS[name as keyof job.JobFields])
  const values = Object.values(fields)
  for (let k = 0; k < values.length; k++) words[places[k]!] = values[k]!
}

/** Second numbers of a query: covariances, noise, or squared distances. */
export function secondCount({ mode, values, neighbours }: Request): number {
  const c = values?.cols ?? 0
  if (mode & job.COVARIANCE) return (c * (c + 1)) / 2
  return mode & job.DRAW ? c : (neighbours ?? 0)
}

/** Operations of one query. */
export function workOfQuery(pair: Pair, { mode, values }: Request): number {
  const c = values?.cols ?? 0
  return pair.to.points.rows * (pair.from.points.cols + 12 + (mode & job.COVARIANCE ? c * (c + 1) : c))
}

/** Queries a unit: few enough that there are units to share, where there are threads to share them, and that none is long. Results do not depend on it. */
function queryBlock(n: number, workOfOne: number, threads: number): number {
  let size = threads === 1 || n >= 512 ? 64 : n >= 128 ? 16 : 4
  while (size > 4 && size * workOfOne > UNIT_WORK) size /= 4
  return size
}

function noiseFields(key: Key): { seedLow: number; seedHigh: number; keyStep: number; pickStream: number; normalStream: number } {
  const pick = keyFor(key, 'pick')
  return {
    seedLow: pick.seedLow,
    seedHigh: pick.seedHigh,
    keyStep: pick.step,
    pickStream: pick.stream,
    normalStream: keyFor(key, 'normal').stream
  }
}
