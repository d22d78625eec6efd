import { uniqueText } from '../../code/rules/unique.js'
import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import { numberingOf } from '../../table/numbering.js'
import type { RawTable } from '../../table/raw.js'
import { checkKeyNames, type ForeignKey, keyText, pairsOf, type SchemaKeys, type Tables } from './keys.js'
import { tellsApart } from './line-numbers.js'
import { cellsIn, type Links } from './links.js'
import { keysOfTable, type SchemaTable } from './model.js'
import type { OneTable } from './rows-of-table.js'

/** Refuses keys that name nothing, and several tables without any. Throws `InputError` (`keys-none`, and what `checkKeyNames` throws). */
export function checkTables(tables: Tables, keys: SchemaKeys): void {
  const names = Object.keys(tables)
  checkKeyNames(tables, keys)
  if (names.length > 1 && keys.foreign.length === 0)
    throw new InputError({
      code: 'keys-none',
      got: `${counted(names.length, 'table')} (${listed(names)}) of which none refers to another beyond chance`,
      expected: 'foreign keys between them',
      try: "--keys 'orders.customer_id -> customers.id', or sampling each table by itself"
    })
}

/**
 * Keys, and columns that others refer to, are no numbers to be drawn; and neither are running numbers of rows that refer to others: that
 * other columns follow them says no more than that the rows of one parent stand together. Cost O(cells).
 */
export function keyTypes(name: string, { primary, foreign }: SchemaKeys, { tables, missing }: TypedTables): Record<string, string> {
  const referred = foreign.filter(({ to, and }) => to.table === name && !and).map(({ to }) => to.column)
  const own = Object.hasOwn(primary, name) ? [primary[name]!] : []
  const refers = foreign.filter(({ table }) => table === name).flatMap((key) => pairsOf(key).map(({ column }) => column))
  const numbers = foreign.some(({ table, to }) => table === name && to.table !== name) ? runningNumbers(tables[name]!, missing) : []
  const keys = [...referred, ...own, ...numbers].filter((column) => !refers.includes(column))
  return Object.fromEntries(keys.map((column) => [column, 'identifier']))
}

/** Of a table of which a database says nothing. */
export const NOTHING_SAID = { types: {}, rules: [] } as const

/**
 * What a database says of a table's columns, without its keys into other tables, which are left out of what is read: that each value of one comes once is said of
 * the rows (an order has one parcel).
 */
export function saidOfColumns(
  name: string,
  { types, rules }: { readonly types: Readonly<Record<string, string>>; readonly rules: readonly string[] },
  { primary, foreign }: SchemaKeys
): { readonly types: Readonly<Record<string, string>>; readonly rules: readonly string[] } {
  const own = foreign.filter(({ table, to }) => table === name && to.table !== name)
  const columns = [...new Set(own.flatMap((key) => pairsOf(key).map(({ column }) => column)))]
  const single = own.filter(({ and }) => !and).map(({ column }) => column)
  const once = [...new Set(single)].filter((column) => types[column] === 'identifier' || primary[name] === column)
  return {
    types: Object.fromEntries(Object.entries(types).filter(([column]) => !columns.includes(column))),
    rules: [...rules, ...once.map((column) => uniqueText({ columns: [column] }))]
  }
}

interface TypedTables {
  readonly tables: Tables
  readonly missing?: readonly string[] | undefined
}

/** So few rows may be evenly spaced by chance, or by hand. */
const LEAST_NUMBERED = 10

const runningNumbers = (raw: RawTable, missing: readonly string[] | undefined): string[] =>
  raw.rowCount < LEAST_NUMBERED || raw.columns.length < 2
    ? []
    : raw.columns.flatMap(({ name, source }) => {
        // Days that follow each other are times, however a database hands them over.
        if (source === 'datetime') return []
        const cells = cellsIn(raw, name, missing)
        const isNumber = (cell: string | null) => cell !== null && /^\d+$/.test(cell)
        return isNumber(cells[0]!) && cells.every(isNumber) && numberingOf(cells.map(Number)) ? [name] : []
      })

/** Keys of one column that stay within a table. */
export const refersWithin = (name: string, { foreign }: SchemaKeys): Pick<OneTable, 'refers'> => {
  const own = foreign.filter((key) => key.table === name && key.to.table === name && !key.and)
  return own.length === 0 ? {} : { refers: Object.fromEntries(own.map(({ column, to }) => [column, to.column])) }
}

/** References within a table are drawn with its keys; one that is not read as such would dangle. Throws `InputError` (code `key-dangling`). */
export function refuseUnread(name: string, { foreign }: SchemaKeys, table: SchemaTable): void {
  const references = keysOfTable(table)?.references ?? []
  for (const key of foreign) {
    if (key.table !== name || key.to.table !== name || references.some(({ column, to }) => column === key.column && to === key.to.column))
      continue
    throw new InputError({
      code: 'key-dangling',
      got: `the key ${keyText(key)} within one table, which has one value, or some that no row has`,
      expected: `values of ${key.to.column}, in at least two rows`,
      try: `leaving the column ${key.column} out, or correcting it`
    })
  }
}

/** Refuses keys of several columns that drawn rows might share. Throws `InputError` (code `key-composite`). */
export function refuseAlike(name: string, into: readonly ForeignKey[], own: Parameters<typeof tellsApart>[1]): void {
  for (const key of into) {
    if (tellsApart(key, own)) continue
    throw new InputError({
      code: 'key-composite',
      got: `the key ${keyText(key)}, whose columns in ${name} new rows might share`,
      expected: 'a key of one of them, or numbers 1, 2, … and the key that they run along',
      try: `giving ${name} a key of one column`
    })
  }
}

/** What a person should know of where keys lead. */
export function linkNotes({ key, empty, orphans }: Links): string[] {
  if (orphans === 0) return empty === 0 ? [] : [`${key.table}.${key.column}: empty in ${counted(empty, 'row')}, and as often in new ones`]
  return [
    `${key.table}.${key.column}: ${counted(orphans, 'row')} whose ${key.to.table} is not there; as often new rows refer to none; --orphans refuse stops instead`
  ]
}
