import type { DateStyle } from './date-style.js'
import type { NumberStyle } from './number-style.js'
import type { Numbering } from './numbering.js'
import type { Bounds, RawColumn } from './raw.js'
import type { Column, ColumnKind } from './table.js'

/** What stands around the number of each cell of a column and what else is in it, and the column that has that: a second number, or a unit. */
export interface PairStyle {
  readonly before: string
  readonly between: string
  readonly after: string
  readonly second: string
  /** Whether the second stands in front, as a currency may. */
  readonly turned?: boolean
}

/** How lists are written. */
export interface ListStyle {
  readonly before: string
  readonly between: string
  readonly after: string
  /** The values, in the order in which lists have them. */
  readonly members: readonly string[]
  /** Whether they stand in that order in all cells; else the first one stands first, and the others behind it are in that order. */
  readonly ordered: boolean
}

/** A word for a missing cell, and the share of missing cells that it stands in. */
export interface AbsentWord {
  readonly word: string
  readonly share: number
}

/** How a column is written back: as the format stored it, with the input's decimals, dates and spelling. */
export interface ColumnFormat {
  readonly name: string
  readonly source: RawColumn['source']
  readonly kind: ColumnKind
  readonly number?: NumberStyle
  /** Numbers that are the first of two in a cell, or have a unit of their own. */
  readonly pair?: PairStyle
  /** Lists, which have columns of their values. */
  readonly list?: ListStyle
  /** The column that has the form of text of which others tell the rest. */
  readonly form?: string
  /** The column that has the words among figures. */
  readonly words?: string
  readonly date?: DateStyle
  /** Days that came as midnights of a place: as `Date` they are so again. */
  readonly local?: boolean
  /** What its reader knows of values that may be there. */
  readonly bounds?: Bounds | undefined
  /** The word that most missing cells in text have, where they are not left empty. */
  readonly absent?: string
  /** All words for its missing cells, empty ones too, where there are several. */
  readonly absents?: readonly AbsentWord[]
  /** Booleans in text: the spellings of false and true. */
  readonly spelling?: readonly [string, string]
  readonly integer?: boolean
  /** Identifiers that are running numbers: how they go on. */
  readonly numbering?: Numbering
}

/** A column with its kind, and how it is written. */
export interface Inferred {
  readonly column: Column
  readonly format: ColumnFormat
  /** Columns that stand behind it while rows are modelled, and are written as part of it. */
  readonly beside?: readonly Inferred[]
}
