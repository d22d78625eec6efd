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
  /** Present where fewer columns than D tell distances. */
  readonly places?: CodecPlaces
  /** What the coordinates were chosen by, as the fit found it. */
  readonly spectrum?: CodecSpectrum
  /** Relative reconstruction error on rows that were held out while fitting, where that was measured. */
  readonly heldOutError?: number
  save(): CodecContents
}

/** Variances of principal components, or eigenvalues of a diffusion operator, largest first. Plain JSON. */
export interface CodecSpectrum {
  readonly kind: 'variance' | 'eigenvalue'
  readonly values: readonly number[]
  /** Variance of all columns together. */
  readonly total?: number
}

/**
 * Points in q columns in which decoded rows have the distances from each other, and from rows, that they have in D columns.
 */
export interface CodecPlaces {
  /** Of the rows that coordinates [n, K] are decoded to [n, q]. */
  decoded(latents: Matrix): Promise<Matrix>
  /** Of rows [n, D] as they stand [n, q]; among themselves these may come nearer than they are. */
  given(rows: Matrix): Promise<Matrix>
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
