import { resolve } from 'node:path'
import { withPackage } from '../host/optional-package.js'

export type Cell = string | number | bigint | boolean | null
export type Row = Readonly<Record<string, Cell | Uint8Array>>

/** What is used of a driver. */
export interface Sqlite {
  /** A folder that stands as a lock while the file is held, of a driver that undoes no write of others; undefined where the system locks. */
  readonly lock: string | undefined
  all(sql: string): readonly Row[]
  exec(sql: string): void
  /** A statement that is run for many rows. */
  prepare(sql: string): { run(values: readonly Cell[]): void; finish(): void }
  close(): void
}

/** The driver of Node where it has one (22.5 and later), else `node-sqlite3-wasm`. Throws `EngineError` (code `package-missing`). */
export async function driver(): Promise<(file: string, readOnly: boolean) => Sqlite> {
  // The names are no literals: neither the compiler nor the bundler is to look for them.
  const [own, other]: string[] = ['node:sqlite', 'node-sqlite3-wasm']
  if (Number(process.versions.node.split('.')[0]) >= 23) {
    const { DatabaseSync } = (await import(own!)) as NodeSqlite
    return (file, readOnly) => nodeSqlite(DatabaseSync, file, readOnly)
  }
  const found = (await withPackage(other!, () => import(other!))) as { readonly default: WasmSqlite } & WasmSqlite
  return (file, readOnly) => wasmSqlite((found.default ?? found).Database, file, readOnly)
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
    options: { readonly readOnly: boolean }
  ) => {
    prepare(sql: string): { all(): Row[]; run(...values: Cell[]): unknown; setReadBigInts(on: boolean): void }
    exec(sql: string): void
    close(): void
  }
}

function nodeSqlite(Database: NodeSqlite['DatabaseSync'], file: string, readOnly: boolean): Sqlite {
  const database = new Database(file, { readOnly })
  return {
    lock: undefined,
    all(sql) {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return statement.all()
    },
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { run: (values) => void statement.run(...values), finish: () => undefined }
    },
    close: () => database.close()
  }
}

interface WasmSqlite {
  readonly Database: new (
    file: string,
    options: { readonly readOnly: boolean }
  ) => {
    all(sql: string): Row[]
    exec(sql: string): void
    prepare(sql: string): { run(values: readonly Cell[]): unknown; finalize(): void }
    close(): void
  }
}

function wasmSqlite(Database: WasmSqlite['Database'], file: string, readOnly: boolean): Sqlite {
  const database = new Database(file, { readOnly })
  return {
    lock: `${resolve(file)}.lock`,
    all: (sql) => database.all(sql),
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { run: (values) => void statement.run(values), finish: () => statement.finalize() }
    },
    close: () => database.close()
  }
}
