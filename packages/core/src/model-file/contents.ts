/** What a model file holds; `packModel` says how it lies in bytes. */
export interface ModelContents {
  /** Which system wrote it, e.g. `global`. */
  readonly kind: string
  /** Of contents that were read: which rows a seed drew when the file was written, as `DRAW_BYTES` counts. */
  readonly bytes?: number
  /** Plain JSON. */
  readonly meta: unknown
  readonly arrays: Readonly<Record<string, ModelArray>>
}

export type ModelArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array
