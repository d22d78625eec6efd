import { type Draw, type Engine, type Moments, type Neighbours, type Noise, type Pair, QUICK_WORK } from '../../kernel/engine.js'
import { EngineError, InputError } from '../../num/errors.js'
import type { Crew, StopSignal } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { MOST_PAGES, type WasmMemory, webAssembly } from '../../num/webassembly.js'
import { checkCall, checkNeighbourCount } from '../check.js'
import type { Exchange } from '../exchange.js'
import { Arena } from './arena.js'
import type { Desk } from './arrange.js'
import { type Placed, placeCall, type Request, workOfQuery } from './call.js'
import { CloudCache } from './cloud-cache.js'
import { plainHost, type WasmHost } from './host.js'
import * as job from './job.js'
import { compileVariant, type Precision, type WasmKernels } from './module.js'
import { piecesOf, type Running, shareJob } from './pieces.js'
import { Pool } from './pool.js'
import { columnAt, indicesOf, rowsAt } from './results.js'
import { finishSymmetric, isSymmetric, isSymmetricProduct, planSymmetric } from './symmetric.js'
import { blockRows } from './upload.js'
import type { UploadedCloud } from './uploaded.js'

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
  /** Has other processes compute pieces of long calls. */
  readonly exchange?: Exchange
  /** Threads for what is no reduction: the caller's, who ends them. */
  readonly crew?: Crew
  /** The engine that this one is the rough one of: it finds its neighbours. */
  readonly exact?: Engine
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
  const module = await compileVariant(options, { shared }, host)
  const memory = createMemory(shared)
  const instance = await webAssembly()!.instantiate(module, { env: { memory } })
  const kernels = instance.exports as WasmKernels
  kernels.initialise()
  const pool = new Pool({ memory, module, kernels, host, threads: shared ? options.threads : 1, stop: options.stop })
  return new WasmEngine(options, { memory, kernels, pool, host, threads: shared ? options.threads : 1 })
}

/**
 * 16 MB, in addresses: memory is used only as it is written to. The first growth of all detaches what stood there, and from then on
 * V8 throws away what it had compiled of all code with arrays: a twentieth of a small job went there, and small jobs take less than this.
 * No more, since V8 counts the addresses of one thread as used: after each 64 MB it looks through everything for what is not, and with as
 * many here a process that fits and draws small tables all the time spent a tenth to a quarter of its own there.
 */
const FIRST_PAGES = 256

/** Room for growth is reserved at once, in addresses too. */
function createMemory(shared: boolean): WasmMemory {
  const { Memory } = webAssembly()!
  try {
    return new Memory(shared ? { initial: FIRST_PAGES, maximum: MOST_PAGES, shared } : { initial: FIRST_PAGES, maximum: MOST_PAGES })
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
  readonly host: WasmHost
  readonly threads: number
}

class WasmEngine implements Engine {
  readonly name: string
  readonly crew: Crew | undefined
  readonly #options: WasmEngineOptions
  readonly #machine: Machine
  readonly #arena: Arena
  readonly #clouds: CloudCache
  readonly #desk: Desk
  #queue: Promise<unknown> = Promise.resolve()
  /** Calls that are not done. */
  #asked = 0
  /** Neighbours are always found in float64: ties must be exact. */
  #exact: Promise<Engine> | undefined
  /** In float32, at half the cost; long picks and draws are made by it, since what is drawn is chance in far more than its seventh digit. */
  #quick: Promise<Engine> | undefined

  constructor(options: WasmEngineOptions, machine: Machine) {
    this.name = [options.relaxed ? 'wasm-relaxed' : 'wasm', options.precision, ...(options.dense ? ['dense'] : [])].join(' ')
    this.crew = options.crew
    this.#options = options
    this.#machine = machine
    this.#arena = new Arena(machine.memory)
    const { kernels, pool, threads } = machine
    this.#desk = { arena: this.#arena, kernels, pool, threads, precision: options.precision, dense: options.dense ?? false }
    this.#clouds = new CloudCache(this.#desk)
  }

  async logSum(pair: Pair, log: Float64Array): Promise<Float64Array> {
    checkCall(pair, log)
    const read = (placed: Placed) => columnAt(this.#arena, placed, placed.fields.outLogSum)
    return isSymmetric(pair, log, this.#options.precision) ? this.#symmetric(pair, { log }, read) : this.#call(pair, { mode: 0, log }, read)
  }

  async mean(pair: Pair, log: Float64Array, values: Matrix): Promise<Matrix> {
    checkCall(pair, log, values)
    const read = (placed: Placed) => rowsAt(this.#arena, placed, placed.fields.outMean, values.cols)
    return isSymmetricProduct(pair, log, values, this.#options.precision)
      ? this.#symmetric(pair, { log, values }, read)
      : this.#call(pair, { mode: job.WITH_VALUES, log, values }, read)
  }

  async draw(pair: Pair, log: Float64Array, values: Matrix, noise: Noise): Promise<Draw> {
    checkCall(pair, log, values)
    const mode = job.WITH_VALUES | job.WITH_SQUARES | job.WITH_PARTIALS | job.DRAW
    if (this.#isLong(pair, { mode, values })) return (await this.rough()).draw(pair, log, values, noise)
    return this.#call(pair, { mode, log, values, noise }, (placed) => ({
      mean: rowsAt(this.#arena, placed, placed.fields.outMean, values.cols),
      noise: rowsAt(this.#arena, placed, placed.fields.outSecond, values.cols),
      logSum: columnAt(this.#arena, placed, placed.fields.outLogSum),
      effectiveCount: columnAt(this.#arena, placed, placed.fields.outEffective)
    }))
  }

  async moments(pair: Pair, log: Float64Array, values: Matrix): Promise<Moments> {
    checkCall(pair, log, values)
    const mode = job.WITH_VALUES | job.WITH_SQUARES | job.COVARIANCE
    return this.#call(pair, { mode, log, values }, (placed) => ({
      mean: rowsAt(this.#arena, placed, placed.fields.outMean, values.cols),
      covariance: rowsAt(this.#arena, placed, placed.fields.outSecond, (values.cols * (values.cols + 1)) / 2),
      logSum: columnAt(this.#arena, placed, placed.fields.outLogSum),
      effectiveCount: columnAt(this.#arena, placed, placed.fields.outEffective)
    }))
  }

  async pick(pair: Pair, log: Float64Array, noise: Noise): Promise<Uint32Array> {
    checkCall(pair, log)
    const mode = job.WITH_PARTIALS | job.PICK
    if (this.#isLong(pair, { mode })) return (await this.rough()).pick(pair, log, noise)
    return this.#call(pair, { mode, log, noise }, (placed) => indicesOf(this.#arena, placed, 1))
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
    checkCall(pair)
    checkNeighbourCount(count, pair.to.points.rows)
    const { precision, exact } = this.#options
    if (exact) return exact.nearest(pair, count)
    if (precision === 'float32') {
      this.#exact ??= createWasmEngine({ ...this.#options, precision: 'float64', relaxed: false })
      return (await this.#exact).nearest(pair, count)
    }
    return this.#call(pair, { mode: job.NEAREST, neighbours: count }, (placed) => ({
      indices: indicesOf(this.#arena, placed, count),
      squaredDistances: rowsAt(this.#arena, placed, placed.fields.outSecond, count).data,
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
      const placed = await placeCall(this.#desk, { pair, request, cloud })
      const { queryCount, queryBlock } = placed.fields
      await this.#run({ pair, request, ...placed, units: Math.ceil(queryCount / queryBlock) })
      return read(placed)
    })
  }

  /** Each unordered pair of points once. */
  #symmetric<T>(
    pair: Pair,
    { log, values }: { readonly log: Float64Array; readonly values?: Matrix },
    read: (placed: Placed) => T
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
        values: plan.factors,
        outMean: this.#arena.take(values ? values.data.length * 8 : 0)
      }
      const placed = await placeCall(this.#desk, { pair, request: { mode: job.SYMMETRIC }, cloud, special })
      await this.#run({
        pair,
        request: { mode: job.SYMMETRIC, log, ...(values ? { values } : {}) },
        fields: placed.fields,
        units: plan.units
      })
      await finishSymmetric(this.#desk, plan, cloud.order)
      return read(placed)
    })
  }

  /** Calls share one memory: each waits for the one before it, and leaves only its cloud behind. */
  #alone<T>(pair: Pair, mode: number, work: (cloud: UploadedCloud) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      const cloud = await this.#clouds.upload(pair.to.points, mode !== job.NEAREST)
      const mark = this.#arena.top
      try {
        return await work(cloud)
      } finally {
        this.#arena.cutBack(mark)
      }
    })
    this.#queue = result.catch(() => undefined)
    return this.#given(result)
  }

  /** Whoever waits comes first: where others share the work, what is done with a result goes on while they work at the next call. */
  async #given<T>(result: Promise<T>): Promise<T> {
    this.#asked++
    try {
      return await result
    } finally {
      if (--this.#asked > 0 && this.#machine.threads > 1) await this.#machine.host.pause()
    }
  }

  async #run(running: Running): Promise<void> {
    const { fields, units } = running
    if (fields.queryCount === 0) return
    const { queryCount, blockCount, dimension, valueCount } = fields
    const work = queryCount * blockCount * blockRows(this.#options.precision) * (dimension + valueCount + 12)
    const { exchange } = this.#options
    const pieces = exchange ? piecesOf(work, exchange.pieceWork) : 1
    if (!(pieces > 1)) return this.#machine.pool.run({ first: 0, end: units }, { work })
    await shareJob(exchange!, { engine: this.name, pieces, work: work / pieces, arena: this.#arena, pool: this.#machine.pool }, running)
  }
}
