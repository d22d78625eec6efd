import { float64Array, record, SCALE, SCALED, whole } from '../../model-file/reading.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Codec, CodecContents, CodecPlaces } from '../../spectral/codec.js'
import { dot } from '../../spectral/columns.js'
import { principalComponents } from '../../spectral/principal-components.js'

interface PcaOptions {
  /** Number of components; `auto` explains 90 % of the variance. */
  readonly dimension: number | 'auto'
  /** Every coordinate of unit variance, instead of unit variance on average. Default false. */
  readonly whiten?: boolean
  readonly watch?: Watch | undefined
}

export interface PcaCodec extends Codec {
  readonly places: CodecPlaces
}

/** `auto` takes the fewest components that explain this share … */
const EXPLAINED = 0.9
/** … and at most this many: a kernel in more dimensions needs more rows than anyone has. */
const MOST_AUTOMATIC = 64

/**
 * Principal components as a codec. Coordinates have mean 0, and variance 1 on average (each, with `whiten`), so that a
 * bandwidth means the same for every data set.
 * Throws `InputError`: more components than min(D, M − 1), constant data, directions without variance when whitening.
 */
export async function fitPca(rows: Matrix, { dimension, whiten = false, watch }: PcaOptions): Promise<PcaCodec> {
  const wanted = dimension === 'auto' ? Math.min(MOST_AUTOMATIC, rows.cols, rows.rows - 1) : dimension
  const found = await principalComponents(rows, wanted, watch)
  const count = dimension === 'auto' ? automaticDimension(found.variances, found.totalVariance) : dimension
  const variances = found.variances.slice(0, count)
  const rank = variances.filter((v) => v > 1e-12 * found.totalVariance).length
  if (rank < count) {
    throw new InputError({
      code: 'dimension-above-rank',
      got: `pca:${count} for data of rank ${rank}`,
      expected: `at most ${rank} components`,
      try: `pca:${rank}`
    })
  }
  const average = variances.reduce((a, b) => a + b, 0) / count
  const scales = variances.map((v) => Math.sqrt(whiten ? v : average))
  const spectrum = { kind: 'variance' as const, values: [...found.variances], total: found.totalVariance }
  return { ...pcaCodec(found.mean, matrix(count, rows.cols, found.directions.data.slice(0, count * rows.cols)), scales), spectrum }
}

function automaticDimension(variances: Float64Array, total: number): number {
  let sum = 0
  const at = variances.findIndex((v) => {
    sum += v
    return sum >= EXPLAINED * total
  })
  return at < 0 ? variances.length : at + 1
}

function pcaCodec(offset: Float64Array, directions: Matrix, scales: Float64Array): PcaCodec {
  const { rows: k, cols: d } = directions
  const basis = matrix(
    k,
    d,
    directions.data.map((x, at) => x * scales[Math.floor(at / d)]!)
  )
  return {
    kind: 'pca',
    dataDimension: d,
    latentDimension: k,
    linear: { offset, basis },
    async encode(rows) {
      const shift = productRow(directions, offset)
      const out = matrix(rows.rows, k)
      for (let i = 0; i < rows.rows; i++) {
        const image = productRow(directions, rows.data.subarray(i * d, (i + 1) * d))
        for (let a = 0; a < k; a++) out.data[i * k + a] = (image[a]! - shift[a]!) / scales[a]!
      }
      return out
    },
    async decode(latents) {
      const out = matrix(latents.rows, d)
      for (let i = 0; i < latents.rows; i++) {
        const row = out.data.subarray(i * d, (i + 1) * d)
        row.set(offset)
        for (let a = 0; a < k; a++) {
          const z = latents.data[i * k + a]!
          for (let c = 0; c < d; c++) row[c] = row[c]! + z * basis.data[a * d + c]!
        }
      }
      return out
    },
    places: placesOf(offset, directions, scales),
    save: (): CodecContents => ({
      meta: { kind: 'pca', latentDimension: k, dataDimension: d },
      arrays: { offset, directions: directions.data, scales }
    })
  }
}

/** Components, and the distance from their plane: that of decoded rows is 0, and that of rows what the codec leaves out of them. */
function placesOf(offset: Float64Array, directions: Matrix, scales: Float64Array): CodecPlaces {
  const { rows: k, cols: d } = directions
  return {
    async decoded(latents) {
      const out = matrix(latents.rows, k + 1)
      latents.data.forEach((z, at) => {
        out.data[Math.floor(at / k) * (k + 1) + (at % k)] = z * scales[at % k]!
      })
      return out
    },
    async given(rows) {
      const out = matrix(rows.rows, k + 1)
      for (let i = 0; i < rows.rows; i++) {
        const centred = rows.data.subarray(i * d, (i + 1) * d).map((x, c) => x - offset[c]!)
        const image = productRow(directions, centred)
        out.data.set(image, i * (k + 1))
        out.data[i * (k + 1) + k] = Math.sqrt(Math.max(0, dot(centred, centred) - dot(image, image)))
      }
      return out
    }
  }
}

/** Σ_c directions_ac x_c [K]. */
function productRow(directions: Matrix, x: Float64Array): Float64Array {
  const out = new Float64Array(directions.rows)
  for (let a = 0; a < out.length; a++) out[a] = dot(directions.data.subarray(a * directions.cols, (a + 1) * directions.cols), x)
  return out
}

/** The codec that `save` wrote. Throws `FormatError` (code `model-damaged`). */
export function loadPca({ meta, arrays }: CodecContents, field = 'meta.codec'): PcaCodec {
  const { latentDimension: k, dataDimension: d } = record<Record<'latentDimension' | 'dataDimension', number>>({
    latentDimension: whole({ least: 1 }),
    dataDimension: whole({ least: 1 })
  })(meta, field)
  const directions = matrix(k, d, float64Array(arrays, 'directions', k * d, SCALED))
  return pcaCodec(float64Array(arrays, 'offset', d, SCALED), directions, float64Array(arrays, 'scales', k, SCALE))
}
