import { countedRowNotes } from '../code/keys/counted-rows.js'
import { leaveKeysOut } from '../code/keys/leave-keys-out.js'
import type { NumberKeyOptions } from '../code/keys/number-keys.js'
import type { StatedReferences } from '../code/keys/reference.js'
import { defined } from '../num/defined.js'
import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { type InferOptions, type InferredTable, inferTable } from '../table/infer.js'
import { mergeRareLevels } from '../table/rare-levels.js'
import type { RawTable } from '../table/raw.js'
import { crossingIn, repeatedKeyNotes } from '../table/repeated-keys.js'
import { isNumeric, type Table } from '../table/table.js'
import { keepingLast } from './keeping-last.js'
import type { DisclosureOptions } from './privacy/disclosure-options.js'

/** How a raw table is read. */
export interface TableOptions extends InferOptions, DisclosureOptions {
  /** A column of row weights: used as weights, not modelled, and written as 1. */
  readonly weights?: string | undefined
  /** Columns that refer to rows of the same table, each with the key that it names, as the keys of several tables say; others are found. */
  readonly refers?: StatedReferences | undefined
}

/** What a system says of the tables that it reads; no option of a job. */
export interface Forms {
  /** Text that others tell in part is modelled by its form unless `off`. */
  readonly forms?: 'off' | undefined
  /** Rare levels are merged already, as those of all rows that these are some of. */
  readonly levels?: 'merged' | undefined
}

/** What of the options of a fit is about reading its table. */
export function readingOf({
  types,
  columns,
  exclude,
  missing,
  decimal,
  dateOrder,
  weights,
  minCell,
  refers,
  forms,
  levels
}: TableOptions & Forms): TableOptions & Forms {
  return defined({ types, columns, exclude, missing, decimal, dateOrder, weights, minCell, refers, forms, levels })
}

/** A table with kinds, ready to fit, and its row weights. */
export interface PreparedTable {
  readonly data: InferredTable
  readonly weights?: Float64Array
}

/** Infers kinds and takes the weights column out. Throws what `inferTable` throws. */
export function prepareTable(raw: RawTable, options: TableOptions & Forms = {}): PreparedTable {
  const minCell = options.levels === 'merged' ? undefined : options.minCell
  const inferred = inferTable(raw, minCell === undefined ? options : { ...options, mergesSingles: true })
  const data = minCell === undefined ? inferred : mergeRareLevels(inferred, minCell)
  if (options.weights === undefined) return { data }
  const place = data.table.columns.findIndex((column) => column.name === options.weights)
  const column = data.table.columns[place]
  if (!column || !isNumeric(column) || column.missing) {
    throw new InputError({
      code: 'weights-column',
      got: `the weights column ${options.weights}${column ? ' with cells that are not numbers' : ', which the table lacks'}`,
      expected: 'a column of numbers without missing cells',
      try: `one of ${listed(data.table.columns.filter((c) => isNumeric(c) && !c.missing).map((c) => c.name))}`
    })
  }
  // Drawn rows have equal weight: the column becomes the constant 1.
  const ones = { ...column, values: new Float64Array(data.table.rowCount).fill(1) }
  const columns = data.table.columns.map((c, i) => (i === place ? ones : c))
  const notes = [...data.notes, `${options.weights} is used as row weight and written as 1`]
  return { data: { ...data, table: { ...data.table, columns }, notes }, weights: column.values }
}

/** A table as it came, or one that is ready. */
export type TableInput = RawTable | PreparedTable

/** What is ready as it is, and what is not by `prepareTable`. */
export function preparedFrom(input: TableInput, options: TableOptions = {}): PreparedTable {
  return 'data' in input ? input : prepareTable(input, options)
}

type RowOptions = TableOptions & Forms & Pick<NumberKeyOptions, 'scaling'> & { readonly group?: string | undefined }

/** As `prepareTable`, for models of rows: keys, and what refers to them, are left out of these and written anew, and rows that repeat per key have a note. Kept for the options that were asked last. */
export const prepareRows = (raw: RawTable, options: RowOptions = {}): PreparedTable => keptRows(raw, options)

/** What says that rows belong together: once. */
function togetherNotes(table: Table): string[] {
  const repeated = repeatedKeyNotes(table)
  // Rows and columns of a field count each other.
  return repeated.length > 0 || crossingIn(table) ? repeated : countedRowNotes(table)
}

const keptRows = keepingLast(
  // Rows of groups are drawn one after the other, with text as it stands.
  ({ group, forms = group === undefined ? undefined : 'off', ...options }: RowOptions): RowOptions => ({
    ...readingOf(options),
    ...defined({ scaling: options.scaling, forms })
  }),
  (raw, options): PreparedTable => {
    const { data, ...weights } = prepareTable(raw, options)
    const rows = leaveKeysOut(raw, data, options)
    return { data: { ...rows, notes: [...rows.notes, ...togetherNotes(rows.table)] }, ...weights }
  }
)
