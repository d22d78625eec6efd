import type { Matrix } from '../num/matrix.js'

/** Arrays that a model file can hold. */
type CodecArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

/** A way from rows to few coordinates and back, in front of any sampler. */
export interface Codec {
  readonly kind: string
  /** D */
  readonly dataDimension: number
  /** K */
  readonly latentDimension: number
  /** Rows [n, D] → coordinates [n, K]. */
  encode(rows: Matrix): Promise<Matrix>
  /** Coordinates [n, K] → rows [n, D]. */
  decode(latents: Matrix): Promise<Matrix>
  /** Present when decode(z) = offset + z · basis exactly. */
  readonly linear?: LinearDecoder
  /** Relative reconstruction error on rows that were held out while fitting, where that was measured. */
  readonly heldOutError?: number
  save(): CodecContents
}

export interface LinearDecoder {
  /** [D] */
  readonly offset: Float64Array
  /** [K, D] */
  readonly basis: Matrix
}

/** A codec as plain data: JSON and arrays, for a model file. */
export interface CodecContents {
  readonly meta: Readonly<Record<string, unknown>> & { readonly kind: string }
  readonly arrays: Readonly<Record<string, CodecArray>>
}
