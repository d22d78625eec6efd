import { InputError } from '@sbridge/core'
import { addressOf, withoutPassword } from './address.js'
import { QUERY_SECONDS, type Session, type Several, type TableSet } from './contract.js'
import { storeOf } from './database.js'
import { filledTables } from './filled-tables.js'
import { keysWithin, layersOf } from './layers.js'
import { tableFrom, writeBehind } from './session.js'

const accessTo = (name: string, to: 'read' | 'write') => ({ name, at: addressOf(name).at, to, seconds: QUERY_SECONDS }) as const

/** Runs with all tables of a database of a kind that has them. */
async function withTables<T>(name: string, to: 'read' | 'write', use: (session: Session, all: Several) => Promise<T>): Promise<T> {
  const store = await storeOf(addressOf(name))
  return store.open(accessTo(name, to), (session) => use(session, session.several!))
}

/** All tables of a database, of one moment, with their keys and what makes them. Memory O(cells). Throws what `readDatabase` throws, `FormatError` for none. */
export function readAllTables(name: string): Promise<TableSet> {
  return withTables(name, 'read', async (session, all) => {
    const names = await all.tables()
    const read: [string, Awaited<ReturnType<typeof tableFrom>>][] = []
    for (const table of names) read.push([table, await tableFrom(session, { table: session.quoted(table) }, false)])
    const filled = filledTables(read, {
      got: `${withoutPassword(name)}, ${names.length === 0 ? 'which has no tables' : 'whose tables have no rows'}`,
      expected: 'a database with rows',
      remedy: 'another one'
    })
    const there = new Set(Object.keys(filled.tables))
    const { primary, foreign } = await all.keys()
    return {
      ...filled,
      // A key into a table without rows is empty throughout.
      keys: {
        primary: Object.fromEntries(Object.entries(primary).filter(([table]) => there.has(table))),
        foreign: foreign.filter((key) => there.has(key.table) && there.has(key.to.table))
      },
      made: await all.made(),
      files: {}
    }
  })
}

/** Refuses a database with tables, before anything is computed. Throws `InputError` (code `output-exists`). */
export function checkNoTables(name: string): Promise<void> {
  return withTables(name, 'read', async (session) => refuseTables(name, await session.tables()))
}

function refuseTables(name: string, tables: readonly string[]): void {
  if (tables.length === 0) return
  throw new InputError({
    code: 'output-exists',
    got: `${withoutPassword(name)}, in which there are tables already`,
    expected: 'a database without tables',
    try: 'the address of another one'
  })
}

/** Writes tables into a database without any: rows, then what they are held to; all or none. Throws `InputError`. */
export function writeAllTables(name: string, { tables, keys, made }: Pick<TableSet, 'tables' | 'keys' | 'made'>): Promise<void> {
  const { kind } = addressOf(name)
  return withTables(name, 'write', async (session, all) => {
    refuseTables(name, await session.tables())
    const own = made?.by === kind ? made : all.statements(tables, keys)
    try {
      for (const statement of own.tables) await all.run(statement)
      for (const [table, rows] of Object.entries(tables)) {
        const parts = (all.isStrict && layersOf(rows, keysWithin(table, keys))) || [rows]
        for (const part of parts) await writeBehind(session, session.quoted(table), part)
      }
      for (const statement of own.constraints) await all.run(statement)
    } catch (error) {
      await all.undo?.(await session.tables())
      throw error
    }
  })
}
