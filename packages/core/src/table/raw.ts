/**
 * What a file reader hands over and a writer takes: columns as the format stores them, before any inference.
 * `missing[i] = 1` marks an empty cell (the value there is ignored); text marks it with null. A column of lists or
 * objects may be left out: reading its `values` throws the reader's `InputError`.
 */
export type RawColumn =
  | { readonly name: string; readonly source: 'text'; readonly values: readonly (string | null)[] }
  | {
      readonly name: string
      readonly source: 'number'
      readonly values: Float64Array
      readonly missing?: Uint8Array /** The format declares whole numbers. */
      readonly integer?: boolean
    }
  | { readonly name: string; readonly source: 'boolean'; readonly values: readonly (boolean | null)[] }
  /** Milliseconds since 1970-01-01T00:00Z. */
  | { readonly name: string; readonly source: 'datetime'; readonly values: Float64Array; readonly missing?: Uint8Array }

export interface RawTable {
  readonly columns: readonly RawColumn[]
  readonly rowCount: number
}
