import type { Dialect } from './dialect.js'
import { stackNumbers } from './stack-numbers.js'

/** How plain numbers are spelled, taken together: what `numberStyle` and the kinds of text ask of the cells, without them. */
export interface Spelling {
  /** Most and fewest digits behind the point. */
  readonly decimals: number
  readonly least: number
  /** Whether a fraction ends in a zero, and a number has an exponent. */
  readonly padded: boolean
  /** Whether one of two digits or more does, which no program writes beside shorter ones. */
  readonly trailing: boolean
  readonly exponents: boolean
  /** Whether all are digits alone, perhaps behind a sign. */
  readonly whole: boolean
  /** Of those with a point: whether there are some, and whether one shows that it parts no thousands. */
  readonly pointed: boolean
  readonly decided: boolean
}

/** A column of text of which cells spell plain numbers. */
export interface SpelledNumbers {
  /** 0 where a cell spells none. */
  readonly values: Float64Array
  /** 1 where a cell spells none; absent where all do. */
  readonly missing?: Uint8Array
  /** The cells that spell none, empty ones too: how often each stands, in the order in which they first do. */
  readonly others: ReadonlyMap<string, number>
  readonly spelling: Spelling
  /** Whether every number is spelled without a plus, an exponent, or blanks around it. */
  readonly bare: boolean
  /** Whether some number has a plus in front. */
  readonly plus: boolean
}

/** The least and the largest value that a column may have, whatever those are that it has: of times in milliseconds. */
export interface Bounds {
  readonly least?: number
  readonly most?: number
  /** That its type holds no others, which says nothing of what it tells. */
  readonly byType?: boolean
}

/**
 * What a file reader hands over and a writer takes: columns as the format stores them, before any inference.
 * `missing[i] = 1` marks an empty cell (the value there is ignored); text marks it with null. A column of lists or
 * objects may be left out: reading its `values` throws the reader's `InputError`.
 */
export type RawColumn =
  | {
      readonly name: string
      readonly source: 'text'
      readonly values: readonly (string | null)[]
      /** Its format marks missing cells by itself: no word stands for one, and an empty text is one. */
      readonly marked?: true
      /** Drawn cells: the word of the input for a missing one, or that of each row; nothing where it leaves them empty. */
      readonly absent?: string | readonly string[]
      /** Its plain numbers, where its reader made them from bytes; copies of the column go without (`withSpelledNumbers`). */
      readonly numbers?: SpelledNumbers
    }
  | {
      readonly name: string
      readonly source: 'number'
      readonly values: Float64Array
      readonly missing?: Uint8Array /** The format declares whole numbers. */
      readonly integer?: boolean
      /** What its reader knows of values that may be there: new ones keep to it. */
      readonly bounds?: Bounds | undefined
    }
  | { readonly name: string; readonly source: 'boolean'; readonly values: readonly (boolean | null)[] }
  /** Milliseconds since 1970-01-01T00:00Z. */
  | {
      readonly name: string
      readonly source: 'datetime'
      readonly values: Float64Array
      readonly missing?: Uint8Array
      /** Days that came as midnights of the calendar of this place: as `Date` they are so again. */
      readonly local?: boolean
      readonly bounds?: Bounds | undefined
    }

export interface RawTable {
  readonly columns: readonly RawColumn[]
  readonly rowCount: number
  /** How the file is written that it was read from, and is to be written in one of that kind. */
  readonly dialect?: Dialect
  /** What its reader did that a person should know. */
  readonly notes?: readonly string[]
}

/** Words that stand for a missing cell in a file of text, whatever else does; `\N` is that of databases. */
export const MISSING_WORDS = ['', 'NA', 'N/A', 'null', 'NULL', '<NA>', '\\N']

/** The words that stand for a missing cell of a column, besides those that somebody names. */
export const missingWordsOf = (column: RawColumn): readonly string[] => (column.source === 'text' && column.marked ? [] : MISSING_WORDS)

/** Whether every cell of a raw column is missing. */
export function isEmptyColumn(column: RawColumn): boolean {
  if (column.source === 'text') {
    const words = missingWordsOf(column)
    return column.values.every((cell) => cell === null || words.includes(cell.trim()))
  }
  if (column.source === 'boolean') return column.values.every((cell) => cell === null)
  return column.missing?.every((mark) => mark === 1) === true
}

/** The rows `indices` of a raw table, in that order, as a copy. Cost O(cells taken). */
export function takeRawRows(table: RawTable, indices: ArrayLike<number>): RawTable {
  const rows = Uint32Array.from(indices)
  const columns = table.columns.map((column): RawColumn => {
    if (column.source === 'text') {
      const { values, absent } = column
      const words = typeof absent === 'object' ? { absent: Array.from(rows, (i) => absent[i]!) } : {}
      return { ...column, values: Array.from(rows, (i) => values[i]!), ...words }
    }
    if (column.source === 'boolean') return { ...column, values: Array.from(rows, (i) => column.values[i]!) }
    const values = Float64Array.from(rows, (i) => column.values[i]!)
    return column.missing ? { ...column, values, missing: Uint8Array.from(rows, (i) => column.missing![i]!) } : { ...column, values }
  })
  return { ...table, columns, rowCount: rows.length }
}

/**
 * Rows of tables with the same columns, one below the other; at least one table. Where a column is stored in several ways, it is text.
 * Cost O(cells).
 */
export function stackRawTables(tables: readonly RawTable[]): RawTable {
  const columns = tables[0]!.columns.map((first, c) => stackRaw(tables.map((table) => table.columns[c] ?? first)))
  return { ...tables[0]!, columns, rowCount: tables.reduce((sum, { rowCount }) => sum + rowCount, 0) }
}

type RawNumbers = Extract<RawColumn, { source: 'number' | 'datetime' }>

function stackRaw(parts: readonly RawColumn[]): RawColumn {
  const first = parts[0]!
  const { name } = first
  const all = <S extends RawColumn['source']>(source: S): boolean => parts.every((part) => part.source === source)
  if (all('boolean')) return { name, source: 'boolean', values: parts.flatMap(({ values }) => values as readonly (boolean | null)[]) }
  if (all('number') || all('datetime')) {
    const numbers = parts as readonly RawNumbers[]
    const { missing: _, ...rest } = first as RawNumbers
    const { values, missing } = stackNumbers(numbers)
    const whole = numbers.every((part) => part.source === 'number' && part.integer === true)
    const column = rest.source === 'number' ? { ...rest, values, integer: whole } : { ...rest, values }
    return missing?.includes(1) ? { ...column, missing } : column
  }
  return { name, source: 'text', values: parts.flatMap(textsOf) }
}

function textsOf(column: RawColumn): (string | null)[] {
  if (column.source === 'text') return [...column.values]
  if (column.source === 'boolean') return column.values.map((cell) => (cell === null ? null : String(cell)))
  return Array.from(column.values, (value, i) =>
    column.missing?.[i] ? null : column.source === 'datetime' ? new Date(value).toISOString() : String(value)
  )
}
