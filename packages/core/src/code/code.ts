import { InputError } from '../num/errors.js'
import { evenly } from '../num/evenly.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import type { Codec, CodecPlaces } from '../spectral/codec.js'
import type { Encoded, Encoder } from '../table/encoder.js'

/** The way from rows of a table to coordinates and back: its encoder and, behind that, a codec. */
export interface Code {
  /** Of the table; its coordinates are what the codec encodes. */
  readonly encoder: Encoder
  readonly codec: Codec
  /** What the codec cannot reproduce: mean squared error of each coordinate of the encoder [D]. */
  readonly residual: Float64Array
  /** Encoded rows [n, D] → the same behind the codec [n, K]. Throws `InputError` (code `encoder-not-finite`). */
  encode(rows: Encoded): Promise<Encoded>
  /** And back. Throws `InputError` (code `decoder-not-finite`). */
  decode(rows: Encoded): Promise<Encoded>
}

/** A codec behind an encoder. */
export function stack(encoder: Encoder, codec: Codec, residual: Float64Array): Code {
  return {
    encoder,
    codec,
    residual,
    encode: async ({ coordinates, codes }) => ({ coordinates: checkFinite(await codec.encode(coordinates), 'encoder'), codes }),
    decode: async ({ coordinates, codes }) => ({ coordinates: checkFinite(await codec.decode(coordinates)), codes })
  }
}

/** Rows that measure what a codec cannot reproduce, at most. */
const RESIDUAL_ROWS = 2000

/** Mean squared error of each column after encoding and decoding, on at most 2,000 of the rows [D]. */
export async function codecResidual(codec: Codec, rows: Matrix): Promise<Float64Array> {
  const some = takeRows(rows, evenly(rows.rows, RESIDUAL_ROWS))
  const back = await codec.decode(await codec.encode(some))
  const residual = new Float64Array(rows.cols)
  for (let at = 0; at < some.data.length; at++)
    residual[at % rows.cols] = residual[at % rows.cols]! + (some.data[at]! - back.data[at]!) ** 2 / some.rows
  return residual
}

/** Where decoded rows and rows stand to each other: in the columns of the codec's places, or in all. `decoded` throws `InputError` where the decoder returns NaN. */
export function decodedPlaces(codec: Codec): CodecPlaces {
  const { places } = codec
  return {
    decoded: async (latents) => checkFinite(await (places ? places.decoded(latents) : codec.decode(latents))),
    given: async (rows) => (places ? places.given(rows) : rows)
  }
}

/** Numbers as a codec gave them. Throws `InputError` (code `decoder-not-finite`, `encoder-not-finite`) at NaN or an infinity. */
export function checkFinite(rows: Matrix, what: 'encoder' | 'decoder' = 'decoder'): Matrix {
  for (let at = 0; at < rows.data.length; at++) {
    if (Number.isFinite(rows.data[at])) continue
    throw new InputError({
      code: `${what}-not-finite`,
      got: `${rows.data[at]} from the ${what}, in row ${Math.floor(at / rows.cols) + 1}, column ${(at % rows.cols) + 1}`,
      expected: 'finite numbers',
      try: `another ${what}, or numbers scaled as it was trained on`
    })
  }
  return rows
}
