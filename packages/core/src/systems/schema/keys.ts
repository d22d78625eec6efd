import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import type { RawTable } from '../../table/raw.js'

/** Tables by their names. */
export type Tables = Readonly<Record<string, RawTable>>

/** A column of a table of several. */
export interface Place {
  readonly table: string
  readonly column: string
}

/** A foreign key: every value of a column is one of another table's key. */
export interface ForeignKey extends Place {
  readonly to: Place
}

/** Which columns of several tables are keys, and which refer to them. Plain data. */
export interface SchemaKeys {
  /** Primary keys of one column, by table. */
  readonly primary: Readonly<Record<string, string>>
  readonly foreign: readonly ForeignKey[]
}

export const NO_KEYS: SchemaKeys = { primary: {}, foreign: [] }

const NAME = '(`[^`]+`|[^`.,>]+?)'
const KEY = new RegExp(`^\\s*${NAME}\\s*\\.\\s*${NAME}\\s*->\\s*${NAME}\\s*\\.\\s*${NAME}\\s*$`)

/** `orders.customer_id -> customers.id, …` → foreign keys. Throws `InputError` (code `keys-malformed`). */
export function parseKeys(text: string): ForeignKey[] {
  const parts = (text.match(/(`[^`]*`|[^,`])+/g) ?? []).filter((part) => part.trim() !== '')
  return parts.map((part) => {
    const names = KEY.exec(part)
      ?.slice(1)
      .map((name) => name.trim().replace(/^`(.*)`$/, '$1'))
    if (names) return { table: names[0]!, column: names[1]!, to: { table: names[2]!, column: names[3]! } }
    throw new InputError({
      code: 'keys-malformed',
      got: `the key “${part.trim()}”`,
      expected: 'TABLE.COLUMN -> TABLE.COLUMN',
      try: "'orders.customer_id -> customers.id'; names with dots, commas or arrows in backquotes"
    })
  })
}

/** A foreign key as people write it. */
export const keyText = ({ table, column, to }: ForeignKey): string => `${table}.${column} -> ${to.table}.${to.column}`

/** The keys of a schema with those that are stated beside them; a stated one goes before what the schema says of its column. */
export function withKeys({ primary, foreign }: SchemaKeys, stated: readonly ForeignKey[]): SchemaKeys {
  const same = (a: Place, b: Place) => a.table === b.table && a.column === b.column
  return { primary, foreign: [...foreign.filter((one) => !stated.some((other) => same(one, other))), ...stated] }
}

/** Refuses keys of tables or columns that are not there. Throws `InputError` (codes `table-unknown`, `column-unknown`). */
export function checkKeyNames(tables: Tables, { foreign }: SchemaKeys): void {
  for (const key of foreign) for (const place of [key, key.to]) checkPlace(tables, place, key)
}

function checkPlace(tables: Tables, { table, column }: Place, key: ForeignKey): void {
  if (!Object.hasOwn(tables, table))
    throw new InputError({
      code: 'table-unknown',
      got: `the key ${keyText(key)}, of a table ${table} that is not there`,
      expected: `one of ${listed(Object.keys(tables))}`,
      try: 'the names as they stand in the folder or the database, without an extension'
    })
  const names = tables[table]!.columns.map(({ name }) => name)
  if (names.includes(column)) return
  throw new InputError({
    code: 'column-unknown',
    got: `the key ${keyText(key)}, of a column ${column} that ${table} lacks`,
    expected: `one of ${listed(names)}`,
    try: 'the name as it stands in the header'
  })
}

/** References of a table to others; those to itself are drawn with its own keys. */
export const referencesOf = ({ foreign }: SchemaKeys, table: string): ForeignKey[] =>
  foreign.filter((key) => key.table === table && key.to.table !== table)

interface OrderedTables {
  readonly order: readonly string[]
  /** Keys that were left out of circles. */
  readonly late: readonly ForeignKey[]
}

/**
 * The tables, each behind those that it refers to. A circle is opened at the first of its keys of which `mayBreak` says that not
 * every row has one. Throws `InputError` (code `keys-cyclic`) where there is none.
 */
export function inOrderOfKeys(names: readonly string[], all: SchemaKeys, mayBreak: (key: ForeignKey) => boolean): OrderedTables {
  const ordered: string[] = []
  const late: ForeignKey[] = []
  const left = new Set(names)
  let keys = all
  while (left.size > 0) {
    const ready = [...left].filter((name) => referencesOf(keys, name).every(({ to }) => !left.has(to.table)))
    if (ready.length === 0) {
      const circle = circleIn(left, keys)
      const weak = circle.find(mayBreak)
      if (!weak) throw cyclic(circle)
      late.push(weak)
      keys = { ...keys, foreign: keys.foreign.filter((key) => key !== weak) }
      continue
    }
    for (const name of ready) {
      ordered.push(name)
      left.delete(name)
    }
  }
  return { order: ordered, late }
}

function circleIn(left: ReadonlySet<string>, keys: SchemaKeys): ForeignKey[] {
  const circle: ForeignKey[] = []
  let at = [...left][0]!
  const seen = new Set<string>()
  while (!seen.has(at)) {
    seen.add(at)
    const next = referencesOf(keys, at).find(({ to }) => left.has(to.table))!
    circle.push(next)
    at = next.to.table
  }
  return circle.slice(circle.findIndex(({ table }) => table === at))
}

function cyclic(circle: readonly ForeignKey[]): InputError {
  return new InputError({
    code: 'keys-cyclic',
    got: `keys that lead in a circle: ${circle.map(keyText).join(', ')}`,
    expected:
      'tables that can be drawn one after the other, parents first, or a key among these that is empty in some rows: it is drawn last',
    try: `drawing without one of these tables, or leaving out the column of one of these keys`
  })
}
