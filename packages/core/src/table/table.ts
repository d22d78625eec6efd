import type { ClockStyle } from './time-of-day.js'

/** Kinds of column that the model knows. An identifier is left out of the model and written anew. */
export type ColumnKind = 'number' | 'integer' | 'category' | 'boolean' | 'datetime' | 'identifier'

/** A number that stands for cells beyond a limit of measurement, and how cells show it: 0.45 as `<0.5`. */
interface LimitText {
  readonly at: number
  readonly text: string
}

/** Numbers, whole numbers and date-times (milliseconds since 1970): finite where not missing. */
export interface NumericColumn {
  readonly name: string
  readonly kind: 'number' | 'integer' | 'datetime'
  /** [n]; ignored where missing. */
  readonly values: Float64Array
  /** 1 marks an empty cell; absent when there is none. */
  readonly missing?: Uint8Array
  /** Of a column with cells beyond limits of measurement. */
  readonly limits?: readonly LimitText[]
  /** Of times of day. */
  readonly clock?: ClockStyle
}

/** Categories and booleans: `codes` [n] index `levels`; −1 is a missing cell. */
export interface CategoricalColumn {
  readonly name: string
  readonly kind: 'category' | 'boolean'
  readonly codes: Int32Array
  readonly levels: readonly string[]
}

interface IdentifierColumn {
  readonly name: string
  readonly kind: 'identifier'
  /** [n], of drawn rows: null where there is none. */
  readonly cells?: readonly (string | null)[]
}

export type Column = NumericColumn | CategoricalColumn | IdentifierColumn

/** A table whose columns have a kind: what models are fitted to and what the measures compare. */
export interface Table {
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Place of the first row, where these are some of all rows; 0 when absent. */
  readonly first?: number
}

export function isNumericKind(kind: ColumnKind): kind is NumericColumn['kind'] {
  return kind === 'number' || kind === 'integer' || kind === 'datetime'
}

export function isNumeric(column: Column): column is NumericColumn {
  return isNumericKind(column.kind)
}

export function isCategorical(column: Column): column is CategoricalColumn {
  return column.kind === 'category' || column.kind === 'boolean'
}

/** A column without its cells: its kind, and its levels where it has some. */
export interface KindOfColumn {
  readonly name: string
  readonly kind: ColumnKind
  readonly levels?: readonly string[] | undefined
}

export function kindOf(column: Column): KindOfColumn {
  const { name, kind } = column
  return isCategorical(column) ? { name, kind, levels: column.levels } : { name, kind }
}

/** Whether every cell is missing. */
export function isEmpty(column: Column): boolean {
  if (isCategorical(column)) return column.codes.every((code) => code < 0)
  return isNumeric(column) && column.missing?.every((mark) => mark === 1) === true
}

/** A column of n missing cells. */
export function emptyColumn(name: string, kind: ColumnKind, n: number): Column {
  if (kind === 'identifier') return { name, kind }
  if (kind === 'category' || kind === 'boolean')
    return { name, kind, levels: kind === 'boolean' ? ['false', 'true'] : [], codes: new Int32Array(n).fill(-1) }
  return { name, kind, values: new Float64Array(n), missing: new Uint8Array(n).fill(1) }
}
