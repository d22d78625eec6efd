import type { Draw, Engine, Moments, Neighbours, Noise, Pair } from '../../kernel/engine.js'
import { EngineError, InputError } from '../../num/errors.js'
import type { StopSignal } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { blockOrder } from '../../space/blocks.js'
import { checkNeighbourCount, checkPair } from '../check.js'
import { Arena } from './arena.js'
import { CloudCache } from './cloud-cache.js'
import { plainHost, type WasmHost } from './host.js'
import * as job from './job.js'
import { compileVariant, type Precision } from './module.js'
import { Pool } from './pool.js'
import { isSymmetric, isSymmetricProduct, planSymmetric, type SymmetricPlan, symmetricLogSums, symmetricMeans } from './symmetric.js'
import { blockRows, uploadLogs, uploadMatrix, uploadWidths } from './upload.js'
import type { UploadedCloud } from './uploaded.js'
import { MOST_PAGES, type WasmKernels, type WasmMemory, webAssembly } from './webassembly.js'

interface WasmEngineOptions {
  readonly precision: Precision
  /** Fused multiply-add: faster, and the same bytes on one host only. */
  readonly relaxed: boolean
  /** Threads, the calling one included. */
  readonly threads: number
  /** Default: one thread, in any environment. */
  readonly host?: WasmHost
  /** Looked at about every 50 ms of a long call, which then ends with `StopError`. */
  readonly stop?: StopSignal
  /** Visit every block, also those that cannot matter: for measurements. */
  readonly dense?: boolean
  /** The engine that this one is the rough one of: it finds its neighbours. */
  readonly exact?: Engine
}

/** Nats below a row's reference, which is less than its sum, at which a block is left out: 1e-14 and, in float32, 6e-9 of it a point. */
const CUT = { float64: 32.2, float32: 19 }

/** Blocks from which queries are put in order: among fewer hardly any can be left out, and a row's result does not depend on it. */
const ORDERED_BLOCKS = 8

/** Arithmetic operations below which a job is not worth waking the workers. */
const SHARED_WORK = 4e6
/** Operations of a pick or a draw from which it is made in float32: some thousand points. Not of all of a call: a row is drawn alike among any. */
const QUICK_WORK = 2e4
/** Operations of one unit, at most: about 30 ms. */
const UNIT_WORK = 1e8

const FIELD_PLACES = Object.entries(job.FIELDS) as readonly (readonly [keyof job.JobFields, number])[]

/** What one call asks for. */
interface Request {
  readonly mode: number
  readonly log?: Float64Array
  readonly values?: Matrix
  readonly noise?: Noise
  readonly neighbours?: number
}

/** Addresses of a call's results, rows in query order. */
interface Placed {
  readonly fields: job.JobFields
  readonly order: Uint32Array
}

/**
 * The engine of hand-tiled SIMD kernels: blocks of queries against blocks of points, blocks that cannot reach 1e-14 of
 * a row's sum skipped. A row's results depend on nothing but the row, the cloud and the kernel, bit for bit: not on the number
 * of threads nor on the rows beside it. Sums over a cloud against itself (the same array) take each pair once, all rows together. Throws `EngineError` where the host lacks SIMD.
 */
export async function createWasmEngine(options: WasmEngineOptions): Promise<Engine> {
  const host = options.host ?? plainHost()
  if (!(Number.isInteger(options.threads) && options.threads >= 1 && options.threads <= 256)) {
    throw new InputError({
      code: 'threads',
      got: `${options.threads} threads`,
      expected: 'a whole number from 1 to 256',
      try: 'threads: 1'
    })
  }
  const shared = options.threads > 1 && host.shared && host.startWorker !== undefined
  const module = await compileVariant(options, { shared })
  const memory = createMemory(shared)
  const instance = await webAssembly()!.instantiate(module, { env: { memory } })
  const kernels = instance.exports as WasmKernels
  kernels.initialise()
  const pool = new Pool({ memory, module, kernels, host, threads: shared ? options.threads : 1, stop: options.stop })
  return new WasmEngine(options, { memory, kernels, pool, threads: shared ? options.threads : 1 })
}

/** Room for growth is reserved at once, in addresses: memory is used only as it grows. */
function createMemory(shared: boolean): WasmMemory {
  const { Memory } = webAssembly()!
  try {
    return new Memory(shared ? { initial: 16, maximum: MOST_PAGES, shared } : { initial: 16, maximum: MOST_PAGES })
  } catch {
    throw new EngineError({
      code: 'engine-memory',
      got: 'a process whose addresses do not suffice for the memory of WebAssembly',
      expected: 'some 16 GB of addresses, of which few are used',
      try: "no limit of addresses (`ulimit -v unlimited`), or engine 'reference'"
    })
  }
}

interface Machine {
  readonly memory: WasmMemory
  readonly kernels: WasmKernels
  readonly pool: Pool
  readonly threads: number
}

class WasmEngine implements Engine {
  readonly name: string
  readonly #options: WasmEngineOptions
  readonly #machine: Machine
  readonly #arena: Arena
  readonly #clouds: CloudCache
  #queue: Promise<unknown> = Promise.resolve()
  /** Neighbours are always found in float64: ties must be exact. */
  #exact: Promise<Engine> | undefined
  /** In float32, at half the cost; long picks and draws are made by it, since what is drawn is chance in far more than its seventh digit. */
  #quick: Promise<Engine> | undefined

  constructor(options: WasmEngineOptions, machine: Machine) {
    this.name = options.relaxed ? 'wasm-relaxed' : 'wasm'
    this.#options = options
    this.#machine = machine
    this.#arena = new Arena(machine.memory)
    this.#clouds = new CloudCache(this.#arena, options.precision)
  }

  async logSum(pair: Pair, log: Float64Array): Promise<Float64Array> {
    checkPair(pair, log)
    if (isSymmetric(pair, log, this.#options.precision)) return this.#symmetric(pair, { log }, symmetricLogSums)
    return this.#call(pair, { mode: 0, log }, (placed) => this.#column(placed, placed.fields.outLogSum))
  }

  async mean(pair: Pair, log: Float64Array, values: Matrix): Promise<Matrix> {
    checkPair(pair, log, values)
    if (isSymmetricProduct(pair, log, values, this.#options.precision)) return this.#symmetric(pair, { log, values }, symmetricMeans)
    return this.#call(pair, { mode: job.WITH_VALUES, log, values }, (placed) => this.#rows(placed, placed.fields.outMean, values.cols))
  }

  async draw(pair: Pair, log: Float64Array, values: Matrix, noise: Noise): Promise<Draw> {
    checkPair(pair, log, values)
    const mode = job.WITH_VALUES | job.WITH_SQUARES | job.WITH_PARTIALS | job.DRAW
    if (this.#isLong(pair, { mode, values })) return (await this.rough()).draw(pair, log, values, noise)
    return this.#call(pair, { mode, log, values, noise }, (placed) => ({
      mean: this.#rows(placed, placed.fields.outMean, values.cols),
      noise: this.#rows(placed, placed.fields.outSecond, values.cols),
      logSum: this.#column(placed, placed.fields.outLogSum),
      effectiveCount: this.#column(placed, placed.fields.outEffective)
    }))
  }

  async moments(pair: Pair, log: Float64Array, values: Matrix): Promise<Moments> {
    checkPair(pair, log, values)
    const mode = job.WITH_VALUES | job.WITH_SQUARES | job.COVARIANCE
    return this.#call(pair, { mode, log, values }, (placed) => ({
      mean: this.#rows(placed, placed.fields.outMean, values.cols),
      covariance: this.#rows(placed, placed.fields.outSecond, (values.cols * (values.cols + 1)) / 2),
      logSum: this.#column(placed, placed.fields.outLogSum),
      effectiveCount: this.#column(placed, placed.fields.outEffective)
    }))
  }

  async pick(pair: Pair, log: Float64Array, noise: Noise): Promise<Uint32Array> {
    checkPair(pair, log)
    const mode = job.WITH_PARTIALS | job.PICK
    if (this.#isLong(pair, { mode })) return (await this.rough()).pick(pair, log, noise)
    return this.#call(pair, { mode, log, noise }, ({ fields, order }) => {
      const sorted = this.#arena.uint32(fields.outIndices, order.length)
      const out = new Uint32Array(order.length)
      for (let i = 0; i < order.length; i++) out[order[i]!] = sorted[i]!
      return out
    })
  }

  #isLong(pair: Pair, request: Request): boolean {
    return this.#options.precision === 'float64' && workOfQuery(pair, request) > QUICK_WORK
  }

  async rough(): Promise<Engine> {
    if (this.#options.precision === 'float32') return this
    this.#quick ??= createWasmEngine({ ...this.#options, precision: 'float32', exact: this })
    return this.#quick
  }

  async nearest(pair: Pair, count: number): Promise<Neighbours> {
    checkPair(pair)
    checkNeighbourCount(count, pair.to.points.rows)
    const { precision, exact } = this.#options
    if (exact) return exact.nearest(pair, count)
    if (precision === 'float32') {
      this.#exact ??= createWasmEngine({ ...this.#options, precision: 'float64', relaxed: false })
      return (await this.#exact).nearest(pair, count)
    }
    return this.#call(pair, { mode: job.NEAREST, neighbours: count }, (placed) => ({
      indices: this.#indices(placed, count),
      squaredDistances: this.#rows(placed, placed.fields.outSecond, count).data,
      count
    }))
  }

  async close(): Promise<void> {
    await this.#queue
    this.#machine.pool.stop()
    await (await this.#exact)?.close()
    await (await this.#quick)?.close()
  }

  #call<T>(pair: Pair, request: Request, read: (placed: Placed) => T): Promise<T> {
    return this.#alone(pair, request.mode, async (cloud) => {
      const placed = this.#place(pair, request, cloud)
      const { queryCount, queryBlock } = placed.fields
      await this.#run(placed.fields, Math.ceil(queryCount / queryBlock))
      return read(placed)
    })
  }

  /** Each unordered pair of points once. */
  #symmetric<T>(
    pair: Pair,
    { log, values }: { readonly log: Float64Array; readonly values?: Matrix },
    read: (arena: Arena, plan: SymmetricPlan, order: Uint32Array) => T
  ): Promise<T> {
    const { precision } = this.#options
    return this.#alone(pair, job.SYMMETRIC, async (cloud) => {
      const plan = planSymmetric(this.#arena, { precision, log, cloud, ...(values ? { values } : {}) })
      const special = {
        queryBlock: blockRows(precision),
        logMaxima: plan.maxima,
        logMinima: plan.minima,
        stripe: plan.stripe,
        stripeCount: plan.stripeCount,
        stripeSums: plan.sums,
        valueCount: plan.columnCount,
        values: plan.factors
      }
      const placed = this.#place(pair, { mode: job.SYMMETRIC }, cloud, special)
      await this.#run(placed.fields, plan.units)
      return read(this.#arena, plan, cloud.order)
    })
  }

  /** Calls share one memory: each waits for the one before it, and leaves only its cloud behind. */
  #alone<T>(pair: Pair, mode: number, work: (cloud: UploadedCloud) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      const cloud = this.#clouds.upload(pair.to.points, mode !== job.NEAREST)
      const mark = this.#arena.top
      try {
        return await work(cloud)
      } finally {
        this.#arena.cutBack(mark)
      }
    })
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Uploads a request above the clouds and reserves memory for its results. */
  #place(pair: Pair, request: Request, cloud: UploadedCloud, special: Partial<job.JobFields> = {}): Placed {
    const arena = this.#arena
    const { precision } = this.#options
    const { values } = request
    const n = pair.from.points.rows
    const self = values !== undefined && values.data === pair.to.points.data
    const order = this.#orderOf(pair, cloud)
    const uploadedValues =
      values === undefined ? undefined : self ? cloud : uploadMatrix(arena, { precision, centred: true }, values, cloud.order)
    const logs = request.log && uploadLogs(arena, precision, request.log, cloud)
    const widths = pair.kernel.kind === 'variable' ? uploadWidths(arena, precision, pair.kernel.toWidth, cloud) : undefined
    const c = values?.cols ?? 0
    const keys = request.noise && noiseFields(request.noise.key)
    const fields: job.JobFields = {
      mode: request.mode,
      queryCount: n,
      dimension: pair.from.points.cols,
      valueCount: c,
      blockCount: cloud.blockCount,
      queryBlock: queryBlock(n, workOfQuery(pair, request), this.#machine.threads),
      queries: this.#takeFloat64(n * pair.from.points.cols),
      queryWidths: pair.kernel.kind === 'variable' ? this.#takeFloat64(n) : 0,
      points: cloud.data,
      centres: cloud.centres,
      boxes: cloud.boxes,
      logs: logs?.data ?? 0,
      logMaxima: logs?.maxima ?? 0,
      widths: widths?.data ?? 0,
      widthMaxima: widths?.maxima ?? 0,
      values: uploadedValues?.data ?? 0,
      valueCentres: uploadedValues?.centres ?? 0,
      chains: request.noise ? arena.take(n * 4) : 0,
      outLogSum: this.#takeFloat64(n),
      outEffective: this.#takeFloat64(n),
      outMean: this.#takeFloat64(n * c),
      outSecond: this.#takeFloat64(n * secondCount(request)),
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
      ...special
    }
    this.#writeQueries(pair, request, order, fields)
    const { kernel } = pair
    const reals = arena.float64(job.REAL_ADDRESS, 2)
    reals[0] = kernel.kind === 'gaussian' ? 1 / (4 * kernel.epsilon) : 1 / (2 * kernel.epsilon)
    reals[1] = this.#options.dense ? Number.POSITIVE_INFINITY : CUT[precision]
    return { fields: this.#reserveScratch(fields), order }
  }

  #orderOf({ from, to }: Pair, cloud: UploadedCloud): Uint32Array {
    if (from.points.data === to.points.data) return cloud.order
    return cloud.blockCount < ORDERED_BLOCKS ? rowNumbers(from.points.rows) : blockOrder(from.points)
  }

  #takeFloat64(length: number): number {
    return this.#arena.take(length * 8)
  }

  #writeQueries(pair: Pair, request: Request, order: Uint32Array, fields: job.JobFields): void {
    const { data, cols } = pair.from.points
    const rows = this.#arena.float64(fields.queries, order.length * cols)
    for (let i = 0; i < order.length; i++) {
      for (let c = 0; c < cols; c++) rows[i * cols + c] = data[order[i]! * cols + c]!
    }
    if (pair.kernel.kind === 'variable') {
      const width = this.#arena.float64(fields.queryWidths, order.length)
      for (let i = 0; i < order.length; i++) width[i] = pair.kernel.fromWidth[order[i]!]!
    }
    if (!request.noise) return
    const chains = this.#arena.uint32(fields.chains, order.length)
    for (let i = 0; i < order.length; i++) chains[i] = request.noise.chains?.[order[i]!] ?? order[i]!
  }

  #reserveScratch(fields: job.JobFields): job.JobFields {
    this.#write(fields)
    const scratchStride = Math.ceil((this.#machine.kernels.scratchBytes() >>> 0) / 4096) * 4096
    const whole = { ...fields, scratchStride, scratch: this.#arena.take(scratchStride * this.#machine.threads) }
    this.#write(whole)
    return whole
  }

  #write(fields: job.JobFields): void {
    const words = this.#arena.uint32(job.JOB_ADDRESS, 64)
    for (const [name, place] of FIELD_PLACES) words[place] = fields[name]
  }

  async #run(fields: job.JobFields, units: number): Promise<void> {
    if (fields.queryCount === 0) return
    const { queryCount, blockCount, dimension, valueCount } = fields
    const work = queryCount * blockCount * blockRows(this.#options.precision) * (dimension + valueCount + 12)
    await this.#machine.pool.run(units, { share: work > SHARED_WORK })
  }

  #column({ order }: Placed, address: number): Float64Array {
    const sorted = this.#arena.float64(address, order.length)
    const out = new Float64Array(order.length)
    for (let i = 0; i < order.length; i++) out[order[i]!] = sorted[i]!
    return out
  }

  #rows({ order }: Placed, address: number, cols: number): Matrix {
    const sorted = this.#arena.float64(address, order.length * cols)
    const out = matrix(order.length, cols)
    for (let i = 0; i < order.length; i++) {
      for (let c = 0; c < cols; c++) out.data[order[i]! * cols + c] = sorted[i * cols + c]!
    }
    return out
  }

  #indices({ fields, order }: Placed, count: number): Uint32Array {
    const sorted = this.#arena.uint32(fields.outIndices, order.length * count)
    const out = new Uint32Array(order.length * count)
    for (let i = 0; i < order.length; i++) {
      for (let k = 0; k < count; k++) out[order[i]! * count + k] = sorted[i * count + k]!
    }
    return out
  }
}

let numbered: Uint32Array = new Uint32Array(0)

/** 0 … n − 1. */
function rowNumbers(n: number): Uint32Array {
  if (numbered.length < n) numbered = Uint32Array.from({ length: Math.max(n, 1024) }, (_, i) => i)
  return numbered.subarray(0, n)
}

function secondCount({ mode, values, neighbours }: Request): number {
  const c = values?.cols ?? 0
  if (mode & job.COVARIANCE) return (c * (c + 1)) / 2
  return mode & job.DRAW ? c : (neighbours ?? 0)
}

function workOfQuery(pair: Pair, { mode, values }: Request): number {
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
