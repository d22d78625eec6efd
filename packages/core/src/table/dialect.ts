/**
 * How a file is written, besides the styles of numbers and dates, which the formats of its columns keep: found by its reader, kept
 * in the model, followed by the writer of the same kind of file.
 */
export type Dialect = DelimitedDialect | JsonDialect | SheetDialect | TypedDialect

/** How characters became bytes. */
export interface TextEncoding {
  /** As the WHATWG calls it: `utf-8`, `utf-16le`, `utf-16be`, or one of single bytes, such as `windows-1252`. */
  readonly encoding: string
  readonly byteOrderMark: boolean
}

/** Between the cells of a line; a blank stands for any number of them. */
export type Separator = ',' | ';' | '\t' | '|' | ' '

/** Cells between separators, a row a line. */
export interface DelimitedDialect extends TextEncoding {
  readonly kind: 'delimited'
  /** Between cells, where the name of the file does not say it. */
  readonly separator?: Separator
  /** Separated by blanks: cells are padded, so that columns stand below their names. */
  readonly aligned?: boolean
  /** Cells of a line of units below the names. */
  readonly units?: readonly string[]
  readonly lineEnd: '\n' | '\r\n' | '\r'
  /** Columns whose cells stand in quotes whether they need them or not. */
  readonly quoted: readonly string[]
  /** Whether all names do, and whether empty cells of quoted columns do. */
  readonly quotedNames: boolean
  readonly quotedMissing: boolean
  /** Columns that have no name there, as that of row numbers. */
  readonly unnamed?: readonly string[]
  /** Columns that have the name of an earlier one there: that name. */
  readonly repeated?: Readonly<Record<string, string>>
  /** Whether empty cells at the end of a line are left out, as some spreadsheets write them. */
  readonly trimmed?: boolean
}

/** An array of objects, an object a line, or an object of columns. */
export interface JsonDialect extends TextEncoding {
  readonly kind: 'json'
  /** An object of columns: lists, or objects by the labels of rows. */
  readonly layout?: 'lists' | 'labels'
  /** The name that the list of rows has in an object. */
  readonly under?: string
  /** Where the values of columns stand that are in objects or lists of a row. */
  readonly nested?: Readonly<Record<string, readonly (string | number)[]>>
  /** Columns with text among numbers. */
  readonly mixed?: readonly string[]
  /** Columns of lists and empty objects, whose cells are their JSON text. */
  readonly lists?: readonly string[]
  /** Between values: each indented on a line of its own; or blanks behind commas and colons, and a row a line. */
  readonly spacing?: { readonly indent?: string; readonly blanks?: boolean; readonly rows?: boolean }
  /** Whether characters beyond ASCII stand as escapes: `\u00f6`. */
  readonly escaped?: boolean
}

/** A sheet of a workbook. */
export interface SheetDialect {
  readonly kind: 'sheet'
  /** Its name. */
  readonly sheet: string
  /** Codes of the formats in which columns show numbers and dates, where they are not General. */
  readonly formats: Readonly<Record<string, string>>
  /** Columns with text among numbers. */
  readonly mixed: readonly string[]
  /** Cells of a row of units below the names. */
  readonly units?: readonly string[]
  /** Columns that have the name of an earlier one there: that name. */
  readonly repeated?: Readonly<Record<string, string>>
}

/** In what a column counts times. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

/**
 * The type that a column has where it is stored, in the words that Parquet, Arrow and databases share. All but text and floats are
 * whole numbers of something: of decimals, days or parts of a second.
 */
export type StoredType =
  | { readonly kind: 'whole'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  /** Time of day; a zone where the format says that it is one in UTC. */
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly zone?: string }
  /** Without a zone, as a clock on the wall shows it. */
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly zone?: string }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  /** Texts that are listed once, and numbered by so many bits. */
  | { readonly kind: 'dictionary'; readonly bits: 8 | 16 | 32 }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'json' }
  | { readonly kind: 'enum' }

/** A table whose columns have types: of Parquet, Arrow or a database. */
export interface TypedDialect {
  readonly kind: 'typed'
  /** Those of its columns, where they are not text or truth values. */
  readonly types: Readonly<Record<string, StoredType>>
}
