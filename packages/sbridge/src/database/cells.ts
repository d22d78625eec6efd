import { InputError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  booleanColumn,
  columnNested,
  DAY,
  datetimeColumn,
  isMissing,
  numberColumn,
  textColumn,
  unusableColumn,
  wholeNumberColumn
} from '../format/columns.js'

/** What a column of a database holds; `nested`: lists, objects or bytes, which no table holds. */
export type CellKind = 'whole' | 'number' | 'boolean' | 'time' | 'text' | 'nested'

/** A column as a database gives it; an absent cell is null. */
export interface DatabaseColumn {
  readonly name: string
  readonly kind: CellKind
  readonly cells: readonly (string | number | bigint | boolean | null)[]
}

/** A column of a table. Throws `InputError` (code `value-unreadable`) for a number or time that is none, as `infinity`. */
export function rawColumn({ name, kind, cells }: DatabaseColumn): RawColumn {
  const read = (of: (cell: string | number | bigint | boolean) => number) =>
    cells.map((cell) => {
      if (cell === null) return null
      const value = of(cell)
      if (Number.isFinite(value)) return value
      throw new InputError({
        code: 'value-unreadable',
        got: `${String(cell)} in the column ${name}`,
        expected: kind === 'time' ? 'a time of the calendar' : 'a finite number',
        try: `a --query that leaves such rows out, or --exclude ${name}`
      })
    })
  switch (kind) {
    case 'whole':
      return wholeNumberColumn(
        name,
        cells.map((cell) => (cell === null ? null : BigInt(cell)))
      )
    case 'number':
      return numberColumn(name, read(Number), false)
    case 'boolean':
      return booleanColumn(name, cells)
    case 'time':
      return datetimeColumn(
        name,
        read((cell) => Date.parse(String(cell)))
      )
    case 'nested':
      return unusableColumn(name, columnNested(`lists, objects or bytes in the column ${name}`, name))
    default:
      return textColumn(name, cells)
  }
}

/** Types of columns that a database is told, for what a table holds. */
export interface ColumnTypes {
  readonly whole: string
  readonly number: string
  readonly boolean: string
  readonly time: string
  readonly day: string
  readonly text: string
}

/** The type of a column. */
export function typeOf(column: RawColumn, types: ColumnTypes): string {
  if (column.source === 'text') return types.text
  if (column.source === 'boolean') return types.boolean
  if (column.source === 'number') return column.integer ? types.whole : types.number
  return isDays(column) ? types.day : types.time
}

const isDays = (column: RawColumn & { source: 'datetime' }): boolean =>
  column.values.every((value, i) => isMissing(column, i) || value % DAY === 0)

/** A cell as text or number; null where it is missing. Times are ISO 8601 in UTC without a zone, days alone where all are. */
export function cellsOf(column: RawColumn): (row: number) => string | number | boolean | null {
  if (column.source !== 'datetime') return (i) => (isMissing(column, i) ? null : column.values[i]!)
  const days = isDays(column)
  return (i) => {
    if (isMissing(column, i)) return null
    const text = new Date(column.values[i]!).toISOString()
    return days ? text.slice(0, 10) : text.slice(0, -1).replace('T', ' ')
  }
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** `schema.table` and `table`, quoted; quotes of one's own are kept. */
export const quotedTable = (name: string): string => (name.includes('"') ? name : name.split('.').map(quoted).join('.'))

/** A table of columns, with what the database says of them. */
export interface DatabaseTable extends RawTable {
  readonly schema: Schema
}

/** What a database says of a table: kinds of columns, and rules that its rows obey, in the words of the options `types` and `rule`. */
export interface Schema {
  readonly types: Readonly<Record<string, string>>
  readonly rules: readonly string[]
}

export const NO_SCHEMA: Schema = { types: {}, rules: [] }

/** Kinds and rules in the constraints of a table: unique columns are keys; of CHECKs those that order two columns or list values. */
export function schemaOf(
  columns: readonly DatabaseColumn[],
  at: { readonly unique: readonly string[]; readonly checks: readonly string[] }
): Schema {
  const kindOf = new Map(columns.map(({ name, kind }) => [name, kind]))
  const types: Record<string, string> = {}
  for (const name of at.unique) if (kindOf.get(name) === 'text' || kindOf.get(name) === 'whole') types[name] = 'identifier'
  const rules: string[] = []
  const isNumber = (name: string) => ['whole', 'number', 'time'].includes(kindOf.get(name) ?? '')
  for (const check of at.checks) {
    const order = ORDER.exec(check)
    const [left, right] = [order?.[1], order?.[3]].map((name) => name?.replaceAll('"', ''))
    if (left !== undefined && right !== undefined && isNumber(left) && isNumber(right))
      rules.push(order![2]!.startsWith('<') ? `\`${right}\` >= \`${left}\`` : `\`${left}\` >= \`${right}\``)
    const listed = LIST.exec(check)?.[1]?.replaceAll('"', '')
    if (listed !== undefined && kindOf.get(listed) === 'text') types[listed] = 'category'
  }
  return { types, rules }
}

const NAME = '("[^"]+"|[A-Za-z_][\\w$]*)'
/** `((a <= b))`: an order of two columns and nothing else. */
const ORDER = new RegExp(`^[\\s(]*${NAME}\\s*(<=|>=|<|>)\\s*${NAME}[\\s)]*$`)
/** `a IN ('x', 'y')`, and `(a = ANY (ARRAY[…` as PostgreSQL writes it. */
const LIST = new RegExp(`^[\\s(]*${NAME}\\)?(?:::[\\w ]+)?\\s*(?:=\\s*ANY|IN)\\s*\\(`, 'i')
