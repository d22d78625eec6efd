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

/** Contents with one more entry of their JSON, where there is one. */
export const withEntry = (contents: ModelContents, name: string, entry: unknown): ModelContents =>
  entry === undefined ? contents : { ...contents, meta: { ...(contents.meta as object), [name]: entry } }

/** Arrays of a part, under names of its own; the inverse of `arraysUnder`. */
export const arraysNamed = (prefix: string, arrays: ModelContents['arrays']): Record<string, ModelArray> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]))

export type ModelArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array
