import { gaussianKernel } from '../../kernel/kernel.js'
import { log } from '../../num/elementary.js'
import { ENDING_WORDS } from '../../num/iterate.js'
import { normaliseLogWeights, uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import {
  type DiffusionPlacing,
  type DiffusionReport,
  diffusionCoordinates,
  diffusionMap,
  placePoints
} from '../../spectral/diffusion-map.js'
import { liftPoints } from '../../spectral/lifting.js'
import { measureRoundTrip, type RoundTrip } from '../../spectral/round-trip.js'
import { decodeTable, type Encoder, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { embedEncoded } from '../../table/standing.js'
import { isEmpty, isNumeric, type Table } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import type { Context } from '../context.js'

export interface EmbeddingOptions {
  /** Number of coordinates. Default `auto`: the largest spectral gap. */
  readonly dimension?: number | 'auto'
  readonly bandwidth?: number | 'auto'
  readonly alpha?: number
  /** Coordinates are λ_k^t ψ_k. Default 1; 0 gives ψ_k of mean square 1. */
  readonly time?: number
  /** Default `standard`. */
  readonly scaling?: ScalingMethod | Readonly<Record<string, ScalingMethod>>
  /** Row weights [M]. */
  readonly weights?: Float64Array
}

/** Diffusion coordinates of a table: enough to place new rows, and to lift coordinates back. */
export interface EmbeddingModel {
  readonly encoder: Encoder
  readonly map: DiffusionPlacing
  readonly time: number
  /** Scaled numeric columns of the map's points [M, coordinates], and their categories. */
  readonly rows: Matrix
  readonly codes: Int32Array
  readonly neighbourCount: number
  readonly summary: EmbeddingSummary
}

/** What a report says about an embedding. Plain JSON. */
export interface EmbeddingSummary {
  readonly rowCount: number
  readonly epsilon: number
  readonly dimension: number
  readonly eigenvalues: readonly number[]
  readonly residuals: readonly number[]
  readonly spectrum: readonly number[]
  readonly gaps: DiffusionReport['gaps']
  readonly bandwidth: DiffusionReport['bandwidth']
  readonly scaling: DiffusionReport['scaling']
  readonly componentSizes: readonly number[]
  readonly roundTrip: RoundTrip
  readonly notes: readonly string[]
}

/**
 * Diffusion-map coordinates of a table's rows, in their order [n, K]. Cost as `diffusionMap`, and one more on at most 2,000
 * rows for the round trip. Throws `InputError` as `diffusionMap` does, and for unknown columns in `scaling`.
 */
export async function fitEmbedding(
  data: InferredTable,
  options: EmbeddingOptions,
  context: Context
): Promise<{ model: EmbeddingModel; coordinates: Matrix; report: DiffusionReport }> {
  const { table, formats } = data
  const { engine, watch } = context
  const key = keyFor(context.key, 'embed')
  const encoder = fitEncoder(table, formats, methodFor(table, options.scaling ?? 'standard'))
  const encoded = encodeTable(encoder, table, keyFor(key, 'encode'))
  const logWeights = options.weights ? normaliseLogWeights(options.weights.map((w) => log(w))) : uniformLogWeights(table.rowCount)
  const points = embedEncoded(encoder, encoded)
  const settings = {
    cloud: cloud(points, logWeights),
    engine,
    dimension: options.dimension ?? ('auto' as const),
    epsilon: options.bandwidth ?? ('auto' as const),
    alpha: options.alpha ?? 0.5,
    key,
    watch
  }
  const map = await diffusionMap(settings)
  const roundTrip = await measureRoundTrip(map, settings, key)
  const time = options.time ?? 1
  const all = map.rows.length === table.rowCount
  const coordinates = all ? diffusionCoordinates(map, time) : await placePoints(map, points, engine, time)
  const width = encoder.factors.length
  const codes = Int32Array.from(
    { length: map.rows.length * width },
    (_, at) => encoded.codes[map.rows[Math.floor(at / width)]! * width + (at % width)]!
  )
  const { report, ...placing } = map
  const summary = summaryOf(data, { map: placing, report, roundTrip })
  const model = {
    encoder,
    map: placing,
    time,
    rows: takeRows(encoded.coordinates, map.rows),
    codes,
    neighbourCount: roundTrip.neighbourCount,
    summary
  }
  return { model, coordinates, report }
}

function methodFor(table: Table, scaling: NonNullable<EmbeddingOptions['scaling']>): (name: string) => ScalingMethod {
  if (typeof scaling === 'string') return () => scaling
  const numeric = table.columns.filter(isNumeric)
  const unknown = Object.keys(scaling).find((name) => !numeric.some((column) => column.name === name))
  if (unknown === undefined) return (name) => scaling[name] ?? 'standard'
  throw unknownColumn(unknown, numeric, { got: `a scaling for ${unknown}`, which: 'a numeric column:' })
}

function summaryOf(
  data: InferredTable,
  { map, report, roundTrip }: { map: DiffusionPlacing; report: DiffusionReport; roundTrip: RoundTrip }
): EmbeddingSummary {
  const sizes = [...report.components.sizes]
  const notes = [...data.notes]
  if (sizes.length > 1) {
    const shown = sizes.slice(0, 6).join(', ')
    notes.push(
      `the data fall into ${sizes.length} parts that the kernel does not join (${shown}${sizes.length > 6 ? ', …' : ''} rows): the first ${sizes.length - 1} coordinates tell them apart; ε = ${Number(report.bandwidth.connectingEpsilon.toPrecision(2))} would join them`
    )
  }
  if (report.isolated.length > 0)
    notes.push(
      isolatedNote(
        Array.from(report.isolated, (i) => map.rows[i]! + 1),
        report.bandwidth
      )
    )
  if (report.eigenpairs.ending !== 'converged')
    notes.push(
      `the search for eigenvectors ${ENDING_WORDS[report.eigenpairs.ending]}: residual ${Math.max(...report.residuals).toExponential(1)}`
    )
  if (report.scaling.ending !== 'converged')
    notes.push(`the scaling ${ENDING_WORDS[report.scaling.ending]}: error ${report.scaling.error.toExponential(1)}`)
  if (data.table.columns.some((column) => isNumeric(column) && column.missing && !isEmpty(column)))
    notes.push('missing numbers stand at the mean of their column')
  return {
    rowCount: data.table.rowCount,
    epsilon: map.epsilon,
    dimension: map.eigenvalues.length,
    eigenvalues: [...map.eigenvalues],
    residuals: [...report.residuals],
    spectrum: [...report.spectrum],
    gaps: report.gaps,
    bandwidth: report.bandwidth,
    scaling: report.scaling,
    componentSizes: sizes.slice(0, 100),
    roundTrip,
    notes
  }
}

/** Rows that a note names. */
const NAMED_ROWS = 6

/** Of rows, counted from 1, that keep all their weight: an eigenvalue of 1 each, and so the first coordinates. */
function isolatedNote(rows: readonly number[], { epsilon, connectingEpsilon }: DiffusionReport['bandwidth']): string {
  const named = rows.slice(0, NAMED_ROWS).join(', ')
  const one = rows.length === 1
  const seen = one
    ? `row ${named} sees only itself`
    : `${rows.length} rows see only themselves (${named}${rows.length > NAMED_ROWS ? ', …' : ''})`
  const joined = connectingEpsilon > epsilon ? `; ε = ${Number(connectingEpsilon.toPrecision(2))} would join ${one ? 'it' : 'them'}` : ''
  return `${seen} at this bandwidth: the first coordinates tell ${one ? 'it' : 'them'} from all others and say little else; leave ${one ? 'it' : 'them'} out${joined}`
}

/** Coordinates of new rows with the columns of the training table [n, K]. Throws `InputError` for other columns or unknown categories. */
export async function placeTable(model: EmbeddingModel, table: Table, { engine, key }: Context): Promise<Matrix> {
  const encoded = encodeTable(model.encoder, table, keyFor(key, 'encode'))
  return placePoints(model.map, embedEncoded(model.encoder, encoded), engine, model.time)
}

/** Rows at coordinates [n, K]: numbers by local linear regression, categories from the nearest training row. */
export async function liftTable(model: EmbeddingModel, coordinates: Matrix, { engine }: Pick<Context, 'engine'>): Promise<Table> {
  const own = diffusionCoordinates(model.map, model.time)
  const lifted = await liftPoints({ coordinates: own, rows: model.rows, neighbourCount: model.neighbourCount }, coordinates, engine)
  const width = model.encoder.factors.length
  const codes = new Int32Array(coordinates.rows * width)
  if (width > 0) {
    const { indices } = await engine.nearest({ from: cloud(coordinates), to: cloud(own), kernel: gaussianKernel(1) }, 1)
    indices.forEach((row, i) => {
      codes.set(model.codes.subarray(row * width, (row + 1) * width), i * width)
    })
  }
  return decodeTable(model.encoder, { coordinates: lifted, codes })
}

/** The rows of the map, decoded: those of the training table, a row that stands for several of its kind once. */
export function embeddedTable({ encoder, rows, codes }: EmbeddingModel): Table {
  return decodeTable(encoder, { coordinates: rows, codes })
}
