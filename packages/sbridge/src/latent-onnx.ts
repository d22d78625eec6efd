import { FormatError, InputError } from '@sbridge/core'
import type { Codec, CodecContents, NetworkHost } from '@sbridge/core/internal'
import { type Matrix, matrix } from '@sbridge/core/kernels'
import { readBytes } from './format/table-file.js'
import { withPackage } from './host/optional-package.js'

/** What is used of onnxruntime-web; its own types want the browser's. */
interface Runtime {
  readonly env: { wasm: { numThreads?: number }; logLevel?: string }
  readonly InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<Session> }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor
}

interface Tensor {
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
  readonly type: string
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly inputMetadata?: readonly { readonly shape?: readonly (number | string)[]; readonly type?: string }[]
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
}

interface OnnxFiles {
  /** Bytes of a network from rows [n, D] (or images [n, 1, height, width]) to coordinates [n, K], float32. */
  readonly encoder: Uint8Array
  /** Bytes of a network from coordinates [n, K] to rows. */
  readonly decoder: Uint8Array
}

/** Networks from files, run by onnxruntime-web. */
export const fileNetworks: NetworkHost = {
  load: async ({ encoder, decoder }, rows) => loadOnnxCodec({ encoder: await readBytes(encoder), decoder: await readBytes(decoder) }, rows),
  restore: (contents) => restoreOnnxCodec(contents)
}

/** Rows a call of the network. */
const BATCH = 256

/**
 * An encoder and a decoder given as ONNX files as a codec for the rows [M, D] it will be used on. Coordinates are shifted and
 * scaled to mean 0 and variance 1 over these rows, so that a bandwidth means the same for every network.
 *
 * Throws `EngineError` where onnxruntime-web is not installed, `FormatError` for bytes that are no network, `InputError`
 * (code `onnx-shape`) for networks whose shapes do not fit the rows or each other, and `decoder-not-finite`.
 */
export async function loadOnnxCodec(files: OnnxFiles, rows: Matrix): Promise<Codec> {
  const { encoder, decoder } = await openBoth(files)
  const raw = await encoder.apply(rows, 'the encoder')
  const { mean, scale } = moments(raw)
  const back = await decoder.apply(takeFirst(raw), 'the decoder')
  if (back.cols !== rows.cols) throw wrongShape(`a decoder that returns ${back.cols} numbers a row`, `${rows.cols}, as the rows have`)
  return codecOf(files, { encoder, decoder, mean, scale, dataDimension: rows.cols })
}

/** The codec that `save` wrote. */
export async function restoreOnnxCodec({ meta, arrays }: CodecContents): Promise<Codec> {
  const files = { encoder: arrays.encoder as Uint8Array, decoder: arrays.decoder as Uint8Array }
  const networks = await openBoth(files)
  return codecOf(files, {
    ...networks,
    mean: arrays.mean as Float64Array,
    scale: arrays.scale as Float64Array,
    dataDimension: meta.dataDimension as number
  })
}

async function openBoth(files: OnnxFiles): Promise<{ encoder: Network; decoder: Network }> {
  const runtime = await loadRuntime()
  return {
    encoder: await Network.open(runtime, files.encoder, 'the encoder'),
    decoder: await Network.open(runtime, files.decoder, 'the decoder')
  }
}

async function loadRuntime(): Promise<Runtime> {
  const name = 'onnxruntime-web'
  const loaded = await withPackage(name, (): Promise<{ default?: Runtime } & Runtime> => import(name))
  const runtime = loaded.InferenceSession ? loaded : loaded.default!
  // One thread: sums in one order, so that the same input gives the same bytes.
  runtime.env.wasm.numThreads = 1
  runtime.env.logLevel = 'error'
  return runtime
}

/** One network with one input and one output. */
class Network {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
    /** Length of a row, where the file says it. */
    private readonly expected: number | undefined,
    /** Dimensions of one row as the network wants them. */
    private readonly rowShape: readonly number[] | undefined
  ) {}

  static async open(runtime: Runtime, bytes: Uint8Array, what: string): Promise<Network> {
    let session: Session
    try {
      session = await runtime.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' })
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
      throw new FormatError({
        code: 'onnx-unreadable',
        got: `bytes of ${what} that cannot be read (${reason})`,
        expected: 'an ONNX file',
        try: 'exporting the network again'
      })
    }
    if (session.inputNames.length !== 1) throw wrongShape(`${what} with ${session.inputNames.length} inputs`, 'one input')
    const meta = session.inputMetadata?.[0]
    if (meta?.type !== undefined && meta.type !== 'float32') throw wrongShape(`${what} with input of type ${meta.type}`, 'float32')
    const shape = meta?.shape?.slice(1)
    const known = shape?.every((size): size is number => typeof size === 'number' && size > 0) ? shape : undefined
    return new Network(
      runtime,
      session,
      known?.reduce((a, b) => a * b, 1),
      known
    )
  }

  /** Rows [n, a] → rows [n, b], in batches. */
  async apply(rows: Matrix, what: string): Promise<Matrix> {
    if (this.expected !== undefined && this.expected !== rows.cols)
      throw wrongShape(`${what} for rows of ${this.expected} numbers`, `${rows.cols}, as the rows have`)
    let out: Matrix | undefined
    for (let from = 0; from < rows.rows; from += BATCH) {
      const count = Math.min(BATCH, rows.rows - from)
      const result = await this.batch(Float32Array.from(rows.data.subarray(from * rows.cols, (from + count) * rows.cols)), count, what)
      out ??= matrix(rows.rows, result.length / count)
      if (result.length !== count * out.cols)
        throw wrongShape(`${what} with ${result.length} numbers for ${count} rows`, 'the same number for each row')
      out.data.set(Array.from(result), from * out.cols)
    }
    return out ?? matrix(0, 0)
  }

  private async batch(data: Float32Array, count: number, what: string): Promise<ArrayLike<number>> {
    const dims = [count, ...(this.rowShape ?? [data.length / count])]
    try {
      const results = await this.session.run({ [this.session.inputNames[0]!]: new this.runtime.Tensor('float32', data, dims) })
      const result = results[this.session.outputNames[0]!]!
      if (result.data.length % count !== 0)
        throw wrongShape(`${what} returning ${result.data.length} numbers for ${count} rows`, 'a first dimension for the rows')
      return result.data
    } catch (error) {
      if (error instanceof InputError) throw error
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
      throw wrongShape(`${what} that refuses rows of shape ${dims.join(' × ')} (${reason})`, 'a network for these rows')
    }
  }
}

function wrongShape(got: string, expected: string): InputError {
  return new InputError({
    code: 'onnx-shape',
    got,
    expected,
    try: 'an encoder from rows to K coordinates and a decoder back, float32, first dimension free'
  })
}

function takeFirst(rows: Matrix): Matrix {
  return matrix(Math.min(1, rows.rows), rows.cols, rows.data.slice(0, rows.cols))
}

function moments(raw: Matrix): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(raw.cols)
  const squares = new Float64Array(raw.cols)
  for (let at = 0; at < raw.data.length; at++) mean[at % raw.cols] = mean[at % raw.cols]! + raw.data[at]! / raw.rows
  for (let at = 0; at < raw.data.length; at++)
    squares[at % raw.cols] = squares[at % raw.cols]! + (raw.data[at]! - mean[at % raw.cols]!) ** 2 / raw.rows
  if (!squares.every(Number.isFinite)) {
    throw new InputError({
      code: 'encoder-not-finite',
      got: 'NaN or an infinity from the encoder',
      expected: 'finite coordinates',
      try: 'rows scaled as the encoder was trained on'
    })
  }
  return { mean, scale: squares.map((v) => (v > 1e-20 ? Math.sqrt(v) : 1)) }
}

interface Parts {
  readonly encoder: Network
  readonly decoder: Network
  readonly mean: Float64Array
  readonly scale: Float64Array
  readonly dataDimension: number
}

function codecOf(files: OnnxFiles, { encoder, decoder, mean, scale, dataDimension }: Parts): Codec {
  const k = mean.length
  const mapped = (m: Matrix, change: (value: number, a: number) => number) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value, at) => change(value, at % k))
    )
  return {
    kind: 'onnx',
    dataDimension,
    latentDimension: k,
    encode: async (rows) => mapped(await encoder.apply(rows, 'the encoder'), (value, a) => (value - mean[a]!) / scale[a]!),
    decode: async (latents) => {
      const rows = await decoder.apply(
        mapped(latents, (value, a) => value * scale[a]! + mean[a]!),
        'the decoder'
      )
      if (rows.rows > 0 && rows.cols !== dataDimension)
        throw wrongShape(`a decoder that returns ${rows.cols} numbers a row`, `${dataDimension}`)
      return rows
    },
    save: () => ({
      meta: { kind: 'onnx', latentDimension: k, dataDimension },
      arrays: { encoder: files.encoder, decoder: files.decoder, mean, scale }
    })
  }
}
