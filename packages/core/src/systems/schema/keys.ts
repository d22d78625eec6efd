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

/** A foreign key: every value of a column is one of another table's key; or of several columns together. */
export interface ForeignKey extends Place {
  readonly to: Place
  /** Further columns, of which each is one of the other table's. */
  readonly and?: readonly ColumnPair[] | undefined
}

interface ColumnPair {
  readonly column: string
  readonly to: string
}

/** The columns of a key, each with the one that it is of in the other table. */
export const pairsOf = ({ column, to, and = [] }: ForeignKey): readonly ColumnPair[] => [{ column, to: to.column }, ...and]

/** Which columns of several tables are keys, and which refer to them. Plain data. */
export interface SchemaKeys {
  /** Primary keys of one column, by table. */
  readonly primary: Readonly<Record<string, string>>
  readonly foreign: readonly ForeignKey[]
}

export const NO_KEYS: SchemaKeys = { primary: {}, foreign: [] }

const NAME = '(?:`[^`]+`|[^`.,>+]+?)'
const NAMES = `(${NAME}(?:\\s*\\+\\s*${NAME})*)`
const KEY = new RegExp(`^\\s*(${NAME})\\s*\\.\\s*${NAMES}\\s*->\\s*(${NAME})\\s*\\.\\s*${NAMES}\\s*$`)

const bare = (name: string): string => name.trim().replace(/^`(.*)`$/, '$1')
const partsOf = (names: string): string[] => (names.match(/(`[^`]*`|[^`+])+/g) ?? []).map(bare)

/** `orders.customer_id -> customers.id, a.x+y -> b.x+y, …` → foreign keys. Throws `InputError` (code `keys-malformed`). */
export function parseKeys(text: string): ForeignKey[] {
  const parts = (text.match(/(`[^`]*`|[^,`])+/g) ?? []).filter((part) => part.trim() !== '')
  return parts.map((part) => {
    const [, table, columns = '', other, targets = ''] = KEY.exec(part) ?? []
    const [[column, ...more], [to, ...others]] = [partsOf(columns), partsOf(targets)]
    if (table !== undefined && column !== undefined && to !== undefined && more.length === others.length)
      return {
        table: bare(table),
        column,
        to: { table: bare(other!), column: to },
        ...(more.length > 0 ? { and: more.map((name, k) => ({ column: name, to: others[k]! })) } : {})
      }
    throw new InputError({
      code: 'keys-malformed',
      got: `the key “${part.trim()}”`,
      expected: 'TABLE.COLUMN -> TABLE.COLUMN, or with as many columns on both sides TABLE.COLUMN+COLUMN -> TABLE.COLUMN+COLUMN',
      try: "'orders.customer_id -> customers.id'; names with dots, commas, arrows or a plus in backquotes"
    })
  })
}

/** A foreign key as people write it. */
export const keyText = (key: ForeignKey): string => {
  const names = (of: 'column' | 'to') => pairsOf(key).map((pair) => pair[of])
  return `${key.table}.${names('column').join('+')} -> ${key.to.table}.${names('to').join('+')}`
}

/**
 * The keys of a schema with those that are stated beside them; a stated one goes before what the schema says of its columns. A key of
 * which a column stands in one of several columns is said by that, where it leads to the same key by way of its table. Throws
 * `InputError` (code `keys-overlap`) for keys that share a column otherwise.
 */
export function withKeys({ primary, foreign }: SchemaKeys, stated: readonly ForeignKey[]): SchemaKeys {
  const all = [...foreign.filter((one) => !stated.some((other) => shares(one, other))), ...stated]
  const kept = all.filter((one) => !all.some((other) => other !== one && isSaidBy(one, other, all)))
  for (const [k, one] of kept.entries()) {
    const other = kept.slice(0, k).find((before) => shares(one, before))
    if (!other) continue
    throw new InputError({
      code: 'keys-overlap',
      got: `the keys ${keyText(other)} and ${keyText(one)}, which share a column`,
      expected: 'one key for each column',
      try: '--keys with one of them'
    })
  }
  return { primary, foreign: kept }
}

const shares = (a: ForeignKey, b: ForeignKey): boolean =>
  a.table === b.table && pairsOf(a).some(({ column }) => pairsOf(b).some((pair) => pair.column === column))

/** Whether a key of one column follows from one of several: orders of the lines that shipments are of are orders. */
function isSaidBy(one: ForeignKey, several: ForeignKey, all: readonly ForeignKey[]): boolean {
  if (one.and || !several.and || one.table !== several.table) return false
  const pair = pairsOf(several).find(({ column }) => column === one.column)
  return all.some(
    (key) =>
      !key.and &&
      pair &&
      key.table === several.to.table &&
      key.column === pair.to &&
      key.to.table === one.to.table &&
      key.to.column === one.to.column
  )
}

/** Refuses keys of tables or columns that are not there. Throws `InputError` (codes `table-unknown`, `column-unknown`). */
export function checkKeyNames(tables: Tables, { foreign }: SchemaKeys): void {
  for (const key of foreign)
    for (const { column, to } of pairsOf(key)) {
      checkPlace(tables, { table: key.table, column }, key)
      checkPlace(tables, { table: key.to.table, column: to }, key)
    }
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

/** Whether the rows of a table are chosen by others, or choose among themselves or last: what they say is needed. */
export const isReferredTo = (name: string, foreign: readonly ForeignKey[], late: readonly ForeignKey[] = []): boolean =>
  foreign.some(({ to }) => to.table === name) || late.some(({ table }) => table === name)

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

/** The tables, each behind those that it refers to, and of pairs the first behind the second, where that leads in no circle. */
export function inOrderBehind(
  names: readonly string[],
  keys: SchemaKeys,
  pairs: readonly (readonly [string, string])[]
): readonly string[] {
  let behind = keys
  for (const [table, before] of pairs) {
    const own = { table, column: '', to: { table: before, column: '' } }
    if (!leadsTo(before, table, behind)) behind = { ...behind, foreign: [...behind.foreign, own] }
  }
  return inOrderOfKeys(names, behind, () => false).order
}

function leadsTo(from: string, table: string, keys: SchemaKeys): boolean {
  const seen = new Set([from])
  for (const name of seen) for (const { to } of referencesOf(keys, name)) seen.add(to.table)
  return seen.has(table)
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
