// What holds of every database that rows are read from and written to.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staff, writeCsv } from '../../../bench/tables/schemas.mjs'
import { readTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { freePort } from './postgres-server.js'

export const ROWS = 80
export const FIT = ['--seed', '3', '--steps', '1', '--bandwidth', '0.5']
export const STATES = ['new', 'paid', 'sent'] as const

/** Orders with a key, two columns whose order is checked, lists, and cells that are missing. */
export const rows = Array.from({ length: ROWS }, (_, i) => {
  const net = 10 + ((37 * i) % 50) + 0.25 * (i % 4)
  return {
    id: i + 1,
    code: `A-${1000 + 7 * i}`,
    state: STATES[i % 3]!,
    way: i % 4 === 0 ? 'post' : 'van',
    net,
    gross: net + (i % 7),
    paid: i % 2 === 0,
    note: i % 5 === 0 ? null : `tab\t, quote ' and \\ ${i % 3}`,
    day: `2024-0${1 + (i % 9)}-1${i % 10}`
  }
})

const literal = (value: unknown) =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)

/** Statements that make the table of orders; `state`: the type of its column. */
export const madeOrders = (state = "VARCHAR(9) CHECK (state IN ('new', 'paid', 'sent'))"): string[] => [
  `CREATE TABLE orders (id BIGINT PRIMARY KEY, code VARCHAR(20) NOT NULL UNIQUE, state ${state}, way VARCHAR(9) CHECK (way IN ('post', 'van')), net DECIMAL(10, 2), gross DECIMAL(10, 2), paid BOOLEAN, note TEXT, day DATE, CHECK (net <= gross AND net > 0), CHECK (gross BETWEEN 0 AND 1000), CHECK (net IS NOT NULL), CHECK (net + gross > 1))`,
  `INSERT INTO orders VALUES ${rows.map((row) => `(${Object.values(row).map(literal).join(', ')})`).join(', ')}`
]

export interface TestedStore {
  readonly url: string
  /** Of a server. */
  readonly port?: number
  /** Rows of an answer, as arrays. */
  sql(statement: string): Promise<readonly (readonly unknown[])[]>
  stop(): Promise<void>
}

type Refused = readonly [words: readonly string[], message: string]

const REFUSED: readonly Refused[] = [
  [['--table', 'order'], 'one of '],
  [['--query', 'SELECT missing FROM orders'], 'missing'],
  [['--query', 'DELETE FROM orders'], ''],
  [['--query', 'DROP TABLE orders'], ''],
  [['--query', 'SELECT 1 AS a, 2 AS b; DROP TABLE orders'], ''],
  [['--query', 'SELECT * FROM orders WHERE net > 1000'], 'no row'],
  [['--table', 'orders', '--columns', 'net,price'], 'price']
]

interface Laws {
  /** Makes a database with the table of orders. */
  readonly start: (folder: string) => Promise<TestedStore>
  /** What a query gives of new columns: a whole number, text, a number, a truth, a day. */
  readonly sources: readonly string[]
  /** Words of a statement that is refused, and part of what is said. */
  readonly refused: readonly Refused[]
}

const PASSWORD = 's3cret'

/** Tests what holds of a database; `own` adds what is its own. */
export function testStore(
  name: string,
  { start, sources, refused }: Laws,
  own: (at: () => TestedStore & { readonly folder: string }) => void = () => undefined
): void {
  describe(name, () => {
    let folder: string
    let store: TestedStore
    const counted = async (table: string) => Number((await store.sql(`SELECT count(*) FROM ${table}`))[0]![0])
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sbridge-store-'))
      store = await start(folder)
    })
    afterAll(async () => {
      await store?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    it('a table is read with its kinds, keys and rules', async () => {
      const table = await readTable(store.url, { table: 'orders' })
      expect(table).toMatchObject({
        rowCount: ROWS,
        schema: {
          types: { id: 'identifier', code: 'identifier', state: 'category', way: 'category' },
          rules: ['`gross` >= `net`'],
          bounds: { net: { least: 0.01, most: 1000 }, gross: { least: 0.01, most: 1000 } }
        },
        notes: [expect.stringMatching(/^CHECK \(.*net.* \+ .*gross.* > .*1.*\) of the database is no rule here/)]
      })
      const column = (of: string) => table.columns.find((one) => one.name === of)!
      expect(column('id')).toMatchObject({ source: 'number', integer: true })
      for (const of of ['id', 'code', 'state', 'net', 'gross', 'paid', 'note'] as const)
        expect([of, ...column(of).values]).toEqual([of, ...rows.map((row) => row[of])])
    })

    it('rows are drawn into a new table, then behind its rows; no password is said anywhere', async () => {
      const words = ['sample', store.url, '--table', 'orders', '-n', '60', ...FIT, '-o', store.url, '--into', 'more']
      const isServer = store.port !== undefined
      const first = await sbridge(folder, ...words)
      expect(first, first.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('60 rows in ') })
      const [drawn] = await store.sql(
        'SELECT count(*), count(DISTINCT code), sum(CASE WHEN gross >= net AND net > 0 AND gross <= 1000 THEN 1 ELSE 0 END) FROM more'
      )
      expect(drawn!.map(Number)).toEqual([60, 60, 60])
      const again = await sbridge(folder, ...words)
      expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('the table more, which is there already') })
      const appended = await sbridge(folder, ...words, '--append', '--json')
      expect(appended, appended.stderr).toMatchObject({ status: 0 })
      expect(await counted('more')).toBe(120)
      const table = await readTable(store.url, { query: 'SELECT id, code, net, paid, day FROM more' })
      expect(table.columns.map(({ source }) => source)).toEqual(sources)
      if (!isServer) return
      const few = ['--table', 'orders', '--columns', 'net,gross', '--bandwidth', '0.5', '--seed', '1']
      await sbridge(folder, 'sample', store.url, ...few, '-n', '20', '--report', 'report.html', '-o', 'x.csv')
      await sbridge(folder, 'fit', store.url, ...few, '-o', 'model.sbridge')
      const said = [first, again, appended].map(({ stdout, stderr }) => stdout + stderr)
      expect(said[0]).toContain('//owner:***@')
      const files = ['report.html', 'model.sbridge'].map((file) => readFileSync(join(folder, file), 'latin1'))
      for (const text of [...said, ...files]) expect(text).not.toContain(PASSWORD)
    })

    it.each<Refused>([...REFUSED, ...refused])('%j is refused', async (words, message) => {
      const answer = await sbridge(folder, 'sample', store.url, ...words, ...FIT, '-o', 'x.csv')
      expect(answer).toMatchObject({ status: 2, stderr: expect.stringContaining(message) })
      expect(answer.stderr).not.toContain(PASSWORD)
      expect(await counted('orders')).toBe(ROWS)
    })

    it('nothing is written where a column is no longer there, or a row is refused', async () => {
      await store.sql('CREATE TABLE narrow (net FLOAT)')
      await store.sql('CREATE TABLE rounded (net BIGINT, gross FLOAT)')
      await store.sql('CREATE TABLE strict (net FLOAT CHECK (net < 20), gross FLOAT)')
      const words = ['sample', store.url, '--query', 'SELECT net, gross FROM orders', ...FIT, '-o', store.url, '--append', '--into']
      expect(await sbridge(folder, ...words, 'narrow')).toMatchObject({ status: 2, stderr: expect.stringContaining('gross') })
      expect(await sbridge(folder, ...words, 'strict')).toMatchObject({ status: 2, stderr: expect.stringMatching(/check|constraint/i) })
      expect(await sbridge(folder, ...words, 'rounded')).toMatchObject({ status: 2, stderr: expect.stringContaining('whole numbers') })
      expect(await Promise.all(['narrow', 'strict', 'rounded'].map(counted))).toEqual([0, 0, 0])
      expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([])
    })

    it('what the database computes itself it computes of the rows that go into a table', async () => {
      const stored = name.startsWith('PostgreSQL') ? ' STORED' : ''
      const computed = `tax DECIMAL(10, 2) GENERATED ALWAYS AS (gross - net)${stored}`
      await store.sql(`CREATE TABLE billed (id BIGINT PRIMARY KEY, net DECIMAL(10, 2) NOT NULL, ${computed}, gross DECIMAL(10, 2))`)
      await store.sql('INSERT INTO billed (id, net, gross) SELECT id, net, gross FROM orders')
      await store.sql(`CREATE TABLE empty_billed (id BIGINT PRIMARY KEY, net DECIMAL(10, 2), ${computed}, gross DECIMAL(10, 2))`)
      const words = ['sample', store.url, '--table', 'billed', '-n', '30', ...FIT, '-o', store.url, '--append', '--into', 'empty_billed']
      const answer = await sbridge(folder, ...words)
      expect(answer, answer.stderr).toMatchObject({ status: 0 })
      expect(await counted('empty_billed WHERE tax = gross - net AND tax >= 0')).toBe(30)
    })

    it('a wrong password, no server, and connections that are lost halfway', async () => {
      const { url, port } = store
      if (port === undefined) return
      const wrong = await sbridge(folder, 'info', url.replace(PASSWORD, 'gu3ssed'), '--table', 'orders')
      expect(wrong).toMatchObject({ status: 4, stderr: expect.stringMatching(/password/) })
      expect(wrong.stderr).not.toContain('gu3ssed')
      const at = (other: number) => url.replace(`:${port}`, `:${other}`)
      const none = await sbridge(folder, 'info', at(await freePort()), '--table', 'orders')
      expect(none).toMatchObject({ status: 4, stderr: expect.stringContaining('cannot be reached or was lost') })
      const line = await cutLine(port, 30_000)
      const query = 'SELECT a.net AS x, b.net AS y FROM orders a, orders b'
      const cut = await sbridge(folder, 'sample', at(line.port), '--query', query, ...FIT, '-o', 'x.csv')
      expect(cut).toMatchObject({ status: 4, stderr: expect.stringContaining('was lost') })
      const words = ['sample', url, '--table', 'orders', ...FIT, '-n', '2000', '-o', at(line.port), '--into', 'lost']
      expect(await sbridge(folder, ...words)).toMatchObject({ status: 4, stderr: expect.stringContaining('was lost') })
      expect(await sbridge(folder, 'info', url, '--table', 'lost')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('no table lost')
      })
      line.close()
    })

    own(() => ({ ...store, folder }))
  })
}

/** A line to a server that is cut after so many bytes either way. */
async function cutLine(server: number, bytes: number): Promise<{ readonly port: number; close(): void }> {
  const sockets: Socket[] = []
  const line = createServer((here) => {
    const there = connect(server, '127.0.0.1')
    let passed = 0
    for (const [from, to] of [
      [here, there],
      [there, here]
    ] as const) {
      sockets.push(from.on('error', () => undefined))
      from.on('data', (piece) => {
        passed += piece.length
        if (passed < bytes) to.write(piece)
        else for (const one of [here, there]) one.destroy()
      })
      from.on('end', () => to.end())
    }
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const close = () => {
    line.close()
    for (const one of sockets) one.destroy()
  }
  return { port: (line.address() as { port: number }).port, close }
}

/** Several tables of a kind of database: from a folder, into one of its kind with what made them, and into a folder. */
export async function testSeveral(
  folder: string,
  {
    addresses: [first, second],
    ask
  }: { readonly addresses: readonly [string, string]; ask(of: string, statement: string): Promise<readonly (readonly unknown[])[]> }
): Promise<void> {
  const quick = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1', '--threads', '1']
  const keys = 'employees.manager_id -> employees.employee_id, absences.employee_id -> employees.employee_id'
  await writeCsv(join(folder, 'staff'), staff({ employees: 15 }))
  const drawn = async (...words: string[]) => {
    const answer = await sbridge(folder, 'sample', ...words, ...quick)
    expect(answer, answer.stderr).toMatchObject({ status: 0 })
    expect(answer.stdout + answer.stderr).not.toContain(PASSWORD)
  }
  await drawn('staff', '-o', first, '--keys', keys)
  await drawn(first, '-o', second)
  const counts = async (of: string, condition: string) =>
    Number((await ask(of, `SELECT count(*) FROM absences LEFT JOIN employees USING (employee_id) WHERE ${condition}`))[0]![0])
  for (const of of [first, second]) {
    expect(await counts(of, 'employees.born IS NULL')).toBe(0)
    expect(await counts(of, 'employees.born IS NOT NULL')).toBeGreaterThan(10)
    // The keys are there: a row of nobody's is refused.
    await expect(ask(of, "INSERT INTO absences VALUES (999, '2024-01-01', 1, 'care')")).rejects.toThrow(/foreign key/i)
    await expect(ask(of, 'UPDATE employees SET manager_id = 999')).rejects.toThrow(/foreign key/i)
  }
  await drawn(second, '-o', 'from-database')
  expect(readdirSync(join(folder, 'from-database')).sort()).toEqual(['absences.csv', 'employees.csv'])
  const again = await sbridge(folder, 'sample', 'staff', '-o', second, ...quick)
  expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/already/) })
}
