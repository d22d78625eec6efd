import type { KeptKeys } from '../../code/keys/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { Dialect } from '../../table/dialect.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { RowOrder } from '../../table/row-order.js'
import type { FurtherLaw } from '../panel/draw.js'
import type { Ticks } from '../panel/ticks.js'
import type { TableModel } from '../table/options.js'
import type { Aggregate } from './aggregates.js'
import type { Bound } from './bounds.js'
import type { Copy } from './copies.js'
import type { CountLaw } from './counts.js'
import type { EndDate, EndLaw } from './end-law.js'
import type { Exclusive } from './exclusive.js'
import type { FoundKey } from './find-keys.js'
import type { GivenLaw } from './given-law.js'
import type { KeptTable } from './kept-tables.js'
import type { ForeignKey, SchemaKeys } from './keys.js'
import type { Kin } from './kin.js'
import type { LateLaw } from './late-law.js'
import type { LineNumbers } from './line-numbers.js'
import type { ParentLookup } from './parent-lookups.js'
import type { PickLaw } from './pick-law.js'
import type { RuleInput } from './rule-inputs.js'
import type { Siblings } from './siblings.js'
import type { StartLaw } from './start-law.js'
import type { ThroughKey } from './through-keys.js'
import type { ToldApart } from './told-apart.js'

/** Columns of a parent under names beside those of its rows. */
export type Besides = readonly { readonly column: string; readonly name: string }[]

/** When rows stand. */
interface TimeLaw {
  readonly name: string
  readonly ticks: Ticks
  readonly start: StartLaw | undefined
  /** Where steps are shares of the way there. */
  readonly end?: EndLaw | undefined
  /** Where they are not, the last tick of all, beyond which is nothing: of what comes every month there is as much as the time allows; absent in models of before. */
  readonly cut?: number | undefined
  /** And the date of the parent's. */
  readonly until?: EndDate | undefined
}

/** How rows of a table come about that refer to rows of another. Plain data. */
export interface ChildLaw {
  readonly key: ForeignKey
  /** A column that numbers the rows of each parent. */
  readonly lines?: LineNumbers | undefined
  /** How many rows refer to a parent, given its row. */
  readonly counts: CountLaw
  /** What rows copy from the row that they refer to by `key`; absent in models of before. */
  readonly copies?: readonly Copy[] | undefined
  /** What the rows lead to that rows refer to by `key`, of whose columns others go by; absent in models of before. */
  readonly kin?: readonly Kin[] | undefined
  /** What rows keep to, and columns that are not put right for it; absent in models of before. */
  readonly bounds?: readonly Bound[] | undefined
  readonly told?: readonly string[] | undefined
  /** What rows have from those before and after them of the same parent; absent in models of before. */
  readonly siblings?: Siblings | undefined
  /** Rows that rows have for themselves between two dates, by which key; absent in models of before. */
  readonly exclusive?: readonly Exclusive[] | undefined
  /** Columns that tell rows apart, with keys by which they choose; absent in models of before. */
  readonly unique?: readonly ToldApart[] | undefined
  /** How rows choose those of further tables that they refer to. */
  readonly picks: readonly PickLaw[]
  /** Columns that categories tell of the rows that they refer to by `key` or by one that goes without saying; absent in models of before. */
  readonly lookups?: readonly ParentLookup[] | undefined
  /** Keys that go without saying, by another one; absent in models of before. */
  readonly through?: readonly ThroughKey[] | undefined
  /** The first of them, given the parent's row and their number; without `further`, every row where these vary. */
  readonly heads: GivenLaw
  /** Each further one, given these and the rows before. */
  readonly further?: FurtherLaw | undefined
  /** Whether every row is drawn by the law of first rows. */
  readonly alone: boolean
  /** What of the columns of first rows is known of further ones. */
  readonly constants: Encoder
  /** Categories of the parent that may make classes of rows; absent in models of before. */
  readonly besides?: Besides | undefined
  /** Rows without a parent, for each that has one. */
  readonly orphanRate: number
  /** What stands for the row of a parent where there is none. */
  readonly none: Float64Array
  readonly names: FurtherLaw['panel']['names']
  readonly time?: TimeLaw | undefined
  /** What the laws draw, with what is a key, in the order that rules were taken out of. */
  readonly formats: readonly ColumnFormat[]
  readonly rules?: KeptRules | undefined
  /** Columns of rows that these lead to, of which rules compute theirs; absent in models of before. */
  readonly ruleInputs?: readonly RuleInput[] | undefined
  readonly keys?: KeptKeys | undefined
  /** Columns of rows that these lead to, which tell parts of their keys; absent in models of before. */
  readonly keyInputs?: readonly RuleInput[] | undefined
  readonly rowOrder?: RowOrder | undefined
}

/** One table of several. */
export interface SchemaTable {
  readonly rowCount: number
  /** A table that refers to no other, as one by itself; absent where it holds keys alone. */
  readonly root?: TableModel | undefined
  readonly child?: ChildLaw | undefined
  /** Of one that stays as it is; absent in models of before. */
  readonly kept?: KeptTable | undefined
  /** Of a table of keys alone. */
  readonly keys?: KeptKeys | undefined
  /** How its rows refer to each other. */
  readonly within: readonly LateLaw[]
  /** Its own columns as numbers. */
  readonly context: Encoder
  /** All columns, in their order, and how they are written. */
  readonly layout: readonly ColumnFormat[]
  /** Of keys into other tables, as in `KeptKeys`; absent in models of before. */
  readonly empty?: KeptKeys['empty']
  readonly dialect?: Dialect | undefined
  readonly notes: readonly string[]
}

/** Laws of several tables that refer to each other. Plain data. */
export interface SchemaModel {
  readonly tables: Readonly<Record<string, SchemaTable>>
  /** Names of the tables, each behind those that it refers to. */
  readonly order: readonly string[]
  readonly keys: SchemaKeys
  /** What speaks for keys that nobody stated. */
  readonly found: readonly FoundKey[]
  /** Keys that are followed once all tables are drawn: they were left out of a circle. */
  readonly late: readonly LateLaw[]
  /** Columns that rows of other tables say; absent in models of before. */
  readonly aggregates?: readonly Aggregate[] | undefined
  /** Tables of one row, which stay empty; absent in models of before. */
  readonly left?: readonly string[] | undefined
}

/** The rules of a table's own columns. */
export const rulesOfTable = ({ root, child }: Pick<SchemaTable, 'root' | 'child'>): KeptRules | undefined =>
  root ? ('rules' in root ? root.rules : undefined) : child?.rules

/** The keys that a table's rows have anew. */
export const keysOfTable = ({ root, child, keys }: Pick<SchemaTable, 'root' | 'child' | 'keys'>): KeptKeys | undefined =>
  (root ?? child)?.keys ?? keys
