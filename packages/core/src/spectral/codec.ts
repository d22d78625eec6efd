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
  /** Points [n, q] that stand to each other as the decoded rows do, up to one factor, where fewer columns than D can say so. */
  decodePlaces?(latents: Matrix): Promise<Matrix>
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
