// @module-tag slow
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutPassword } from '../src/database/address.js'
import { readTables, writeTables } from '../src/database/table-set.js'
import { readTable, writeTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { freePort, hasPostgres, type PostgresServer, startPostgres } from './postgres-server.js'

const ROWS = 80
const SEVERAL = ['--seed', '3', '--bandwidth', '0.5', '--scaling', 'standard', '--threads', '1']
const FIT = ['--seed', '3', '--steps', '1', '--bandwidth', '0.5']

/** Orders with a key, an order of two columns that is checked, a list, and cells that are missing. */
const rows = Array.from({ length: ROWS }, (_, i) => {
  const net = 10 + ((37 * i) % 50) + 0.25 * (i % 4)
  return {
    id: i + 1,
    code: `A-${1000 + 7 * i}`,
    state: ['new', 'paid', 'sent'][i % 3]!,
    net,
    gross: net + (i % 7),
    paid: i % 2 === 0,
    note: i % 5 === 0 ? null : `tab\t, quote ' and \\ ${i % 3}`
  }
})
const literal = (value: unknown) =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
const inserts = (day: (i: number) => string) =>
  rows.map((row, i) => `INSERT INTO orders VALUES (${[...Object.values(row).map(literal), literal(day(i))].join(', ')});`).join('\n')
const dayOf = (i: number) => `2024-0${1 + (i % 9)}-1${i % 10}`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-databases-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('SQLite', () => {
  const ask = (file: string, sql: string) => {
    const database = new sqlite.Database(join(folder, file))
    try {
      return database.all(sql) as Record<string, unknown>[]
    } finally {
      database.close()
    }
  }
  beforeAll(() => {
    const database = new sqlite.Database(join(folder, 'shop.sqlite'))
    database.exec(
      `CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, state TEXT CHECK (state IN ('new', 'paid', 'sent')), net NUMERIC, gross NUMERIC, paid BOOLEAN, note TEXT, day DATE, CHECK (net <= gross));
      ${inserts(dayOf)}`
    )
    database.close()
  })

  it('a table is read with its kinds, keys and rules', async () => {
    const table = await readTable(`sqlite:${join(folder, 'shop.sqlite')}`, { table: 'orders' })
    expect(table).toMatchObject({
      rowCount: ROWS,
      schema: { types: { id: 'identifier', code: 'identifier', state: 'category' }, rules: ['`gross` >= `net`'] }
    })
    const column = (name: string) => table.columns.find((one) => one.name === name)!
    expect(column('id')).toMatchObject({ source: 'number', integer: true })
    expect([...column('net').values]).toEqual(rows.map(({ net }) => net))
    expect(column('paid').values).toEqual(rows.map(({ paid }) => paid))
    expect(column('note').values).toEqual(rows.map(({ note }) => note))
  })

  it('one of which a write was cut short is refused: half of it would be read', async () => {
    const path = join(folder, 'cut.sqlite')
    const database = new sqlite.Database(join(folder, 'whole.sqlite'))
    database.exec(
      `CREATE TABLE t (x); INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x FROM n`
    )
    database.exec('PRAGMA cache_size = 5; BEGIN IMMEDIATE; UPDATE t SET x = -x')
    for (const end of ['', '-journal']) copyFileSync(join(folder, `whole.sqlite${end}`), `${path}${end}`)
    database.close()
    const run = await sbridge(folder, 'info', 'sqlite:cut.sqlite', '--table', 't')
    expect(run).toMatchObject({ status: 4, stderr: expect.stringContaining('of which a write was cut short or goes on') })
    // The journal of a write that is over says nothing.
    writeFileSync(`${path}-journal`, new Uint8Array(512))
    copyFileSync(join(folder, 'whole.sqlite'), path)
    expect((await sbridge(folder, 'info', 'sqlite:cut.sqlite', '--table', 't')).status).toBe(0)
  })

  it('rows are drawn into a new table, and into it again with --append only', async () => {
    const words = ['sample', 'sqlite:shop.sqlite', '--table', 'orders', '-n', '50', ...FIT, '-o', 'sqlite:new.sqlite', '--into', 'more']
    const first = await sbridge(folder, ...words)
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('50 rows in sqlite:new.sqlite') })
    const drawn = ask('new.sqlite', 'SELECT * FROM more')
    expect(drawn).toHaveLength(50)
    for (const { net, gross, state, code, paid } of drawn as { net: number; gross: number; state: string; code: string; paid: number }[]) {
      expect(gross).toBeGreaterThanOrEqual(net)
      expect(['new', 'paid', 'sent']).toContain(state)
      expect(code).toMatch(/^A-\d{4}$/)
      expect(rows.map((row) => row.code)).not.toContain(code)
      expect([0, 1]).toContain(paid)
    }
    expect(await sbridge(folder, ...words)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the table more, which is there already')
    })
    expect((await sbridge(folder, ...words, '--append')).status).toBe(0)
    expect(ask('new.sqlite', 'SELECT count(*) AS n FROM more')[0]!.n).toBe(100)
  })

  it('every verb that writes rows writes them into the table that is named, and refuses the name beside a file', async () => {
    writeFileSync(
      join(folder, 'line.csv'),
      ['t,x,y', ...Array.from({ length: 60 }, (_, i) => `${i % 3},${i % 7},${(i * i) % 11}`), ''].join('\n')
    )
    expect((await sbridge(folder, 'embed', 'line.csv', '-o', 'at.csv', '--model', 'line.sbridge', '-k', '1')).status).toBe(0)
    const verbs: readonly string[][] = [
      ['lift', 'line.sbridge', 'at.csv'],
      ['impute', 'line.csv', '--bandwidth', '0.5'],
      ['score', 'line.csv'],
      ['bridge', 'line.csv', 'line.csv', '-n', '20'],
      ['forecast', 'line.csv', '--steps', '2', '-n', '5'],
      ['trajectories', 'line.csv', '--time', 't', '-n', '5']
    ]
    for (const words of verbs) {
      const [verb] = words
      const beside = await sbridge(folder, ...words, '-o', 'out.csv', '--into', 'given')
      expect([verb, beside.status, beside.stderr]).toEqual([verb, 2, expect.stringContaining('--into with the file')])
      const written = await sbridge(folder, ...words, '-o', `sqlite:${verb}.sqlite`, '--into', 'given')
      expect([verb, written.status, written.stderr]).toEqual([verb, 0, expect.any(String)])
      const names = ask(`${verb}.sqlite`, "SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name)
      expect([verb, ...names]).toEqual([verb, 'given'])
    }
  })

  it('the same rows as from a file', async () => {
    const options = ['--exclude', 'id', '-n', '50', ...FIT]
    const table = await readTable(`sqlite:${join(folder, 'shop.sqlite')}`, { table: 'orders' })
    await writeTable(join(folder, 'orders.parquet'), table)
    await sbridge(
      folder,
      'sample',
      'orders.parquet',
      ...options,
      '--types',
      'state=category,code=identifier',
      '--rule',
      'gross >= net',
      '-o',
      'a.csv'
    )
    await sbridge(folder, 'sample', 'sqlite:shop.sqlite', '--table', 'orders', ...options, '-o', 'b.csv')
    expect(readFileSync(join(folder, 'b.csv'), 'utf8')).toBe(readFileSync(join(folder, 'a.csv'), 'utf8'))
  })

  it.each([
    [['--table', 'order'], 2, 'one of orders'],
    [[], 2, 'neither --table nor --query'],
    [['--table', 'orders', '--query', 'SELECT 1'], 2, '--table and --query'],
    [['--query', 'SELECT no FROM orders'], 2, 'no such column: no'],
    [['--query', 'DELETE FROM orders RETURNING *'], 2, 'readonly'],
    [['--table', 'orders', '--skip', '1'], 2, '--skip with sqlite:shop.sqlite'],
    [['--query', 'SELECT * FROM orders WHERE net > 1000'], 2, 'no row'],
    [['--table', 'orders', '--columns', 'net,price'], 2, 'price']
  ])('%j is refused', async (words, status, message) => {
    const answer = await sbridge(folder, 'sample', 'sqlite:shop.sqlite', ...words, ...FIT, '-o', 'x.csv')
    expect(answer).toMatchObject({ status, stderr: expect.stringContaining(message) })
    expect(ask('shop.sqlite', 'SELECT count(*) AS n FROM orders')[0]!.n).toBe(ROWS)
  })

  it('what is no database, and options of databases beside files, are refused', async () => {
    writeFileSync(join(folder, 'text.sqlite'), 'no database, but long enough to be looked at as if it were one of them\n'.repeat(20))
    expect(await sbridge(folder, 'info', 'sqlite:text.sqlite', '--table', 'orders')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('not a database')
    })
    expect((await sbridge(folder, 'info', 'sqlite:none.sqlite', '--table', 'orders')).status).toBe(4)
    expect((await sbridge(folder, 'info', 'mysql://u:geheim@h/d', '--table', 'orders')).stderr).toMatch(
      /the database mysql:\/\/u:\*\*\*@h\/d/
    )
    writeFileSync(join(folder, 'plain.csv'), 'a,b\n1,2\n3,4\n')
    for (const words of [['--table', 'orders'], ['--into', 'x'], ['--append']])
      expect((await sbridge(folder, 'sample', 'plain.csv', ...words, '-o', 'x.csv')).stderr).toContain(`${words[0]} with the file`)
  })

  it('nothing is written when a row is refused', async () => {
    const database = new sqlite.Database(join(folder, 'strict.sqlite'))
    database.exec('CREATE TABLE "rows" (net NUMERIC CHECK (net < 20), gross NUMERIC)')
    database.close()
    const words = [
      'sample',
      'sqlite:shop.sqlite',
      '--query',
      'SELECT net, gross FROM orders',
      ...FIT,
      '-o',
      'sqlite:strict.sqlite',
      '--append'
    ]
    expect(await sbridge(folder, ...words)).toMatchObject({ status: 2, stderr: expect.stringContaining('CHECK constraint failed') })
    expect(ask('strict.sqlite', 'SELECT count(*) AS n FROM "rows"')[0]!.n).toBe(0)
  })
})

it('passwords are blotted out wherever they stand', () => {
  expect(withoutPassword('at postgres://u:p:w/d@h:5/d?password=x&a=b and https://a.b/c')).toBe(
    'at postgres://u:***@h:5/d?password=***&a=b and https://a.b/c'
  )
})

describe.skipIf(!hasPostgres())('PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    server.sql(`CREATE TYPE state AS ENUM ('new', 'paid', 'sent');
      CREATE TABLE orders (id bigint PRIMARY KEY, code text NOT NULL UNIQUE, state state, net numeric(10, 2), gross numeric(10, 2), paid boolean, note text, day date, CHECK (net <= gross));
      ${inserts(dayOf)}
      ALTER TABLE orders ADD at timestamptz, ADD tags text[];
      UPDATE orders SET at = day + interval '1 hour 0.5 second', tags = '{a}';`)
  })
  afterAll(() => server?.stop())

  it('a table is read with its kinds, keys and rules', async () => {
    const table = await readTable(server.url, { table: 'public.orders' })
    expect(table).toMatchObject({
      rowCount: ROWS,
      schema: { types: { id: 'identifier', code: 'identifier', state: 'category' }, rules: ['`gross` >= `net`'] }
    })
    const column = (name: string) => table.columns.find((one) => one.name === name)!
    expect([...column('net').values]).toEqual(rows.map(({ net }) => net))
    expect(column('paid').values).toEqual(rows.map(({ paid }) => paid))
    expect(column('note').values).toEqual(rows.map(({ note }) => note))
    expect([...column('day').values]).toEqual(rows.map((_, i) => Date.parse(dayOf(i))))
    expect([...column('at').values]).toEqual(rows.map((_, i) => Date.parse(dayOf(i)) + 3_600_500))
    expect(() => column('tags').values).toThrow('--exclude tags')
  })

  it('rows are drawn into a new table, in one transaction; no password is said anywhere', async () => {
    const words = ['sample', server.url, '--table', 'orders', '--exclude', 'tags', '-n', '60', ...FIT, '-o', server.url, '--into', 'more']
    const first = await sbridge(folder, ...words, '--report', 'report.html')
    expect(first, first.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('60 rows in postgres://owner:***@') })
    expect(server.sql('SELECT count(*), count(DISTINCT code), bool_and(gross >= net) FROM more;').trim()).toBe('60|60|t')
    expect(
      server
        .sql("SELECT string_agg(data_type, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'more';")
        .trim()
    ).toBe('bigint,text,text,double precision,double precision,boolean,text,date,timestamp without time zone')
    expect(await sbridge(folder, ...words)).toMatchObject({ status: 2, stderr: expect.stringContaining('which is there already') })
    expect((await sbridge(folder, ...words, '--append', '--json')).stdout).toContain('owner:***@')
    expect(server.sql('SELECT count(*) FROM more;').trim()).toBe('120')
    await sbridge(folder, 'fit', server.url, '--table', 'orders', '--exclude', 'tags', '--seed', '1', '-o', 'model.sbridge')
    for (const file of ['report.html', 'model.sbridge']) expect(readFileSync(join(folder, file), 'latin1')).not.toContain('s3cret')
  })

  it.each([
    [['--table', 'order'], 2, 'relation "order" does not exist'],
    [['--query', 'SELECT no FROM orders'], 2, 'column "no" does not exist'],
    [['--query', 'SELECT 1; DROP TABLE orders'], 2, 'syntax error'],
    [['--query', "SELECT nextval('numbers') AS n"], 2, 'does not exist'],
    [['--query', 'WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone'], 2, 'refusal'],
    [['--query', 'SELECT pg_sleep(30)::text AS a', '--query-seconds', '0.2'], 2, 'longer than it may'],
    [['--query', "SELECT 'infinity'::float8 AS a"], 2, 'a finite number'],
    [['--query', 'SELECT 1 AS a, 2 AS a'], 2, 'the name "a"']
  ])('%j is refused', async (words, status, message) => {
    const answer = await sbridge(folder, 'sample', server.url, ...words, ...FIT, '-o', 'x.csv')
    expect(answer).toMatchObject({ status, stderr: expect.stringContaining(message) })
    expect(answer.stderr).not.toContain('s3cret')
    expect(server.sql('SELECT count(*) FROM orders;').trim()).toBe(String(ROWS))
  })

  it('a wrong password, no server, and a connection that is lost halfway', async () => {
    const wrong = await sbridge(folder, 'info', server.url.replace('s3cret', 'gu3ssed'), '--table', 'orders')
    expect(wrong).toMatchObject({ status: 4, stderr: expect.stringContaining('password authentication failed') })
    expect(wrong.stderr).not.toContain('gu3ssed')
    const none = await sbridge(folder, 'info', server.url.replace(`:${server.port}`, `:${await freePort()}`), '--table', 'orders')
    expect(none).toMatchObject({ status: 4, stderr: expect.stringContaining('cannot be reached or was lost') })
    // A line that is cut after so many bytes of the server's.
    const sockets: Socket[] = []
    const line = createServer((here) => {
      const there = connect(server.port, '127.0.0.1')
      let passed = 0
      here.pipe(there)
      there.on('data', (piece) => {
        passed += piece.length
        if (passed < 100_000) here.write(piece)
        else for (const one of [here, there]) one.destroy()
      })
      for (const one of [here, there]) sockets.push(one.on('error', () => undefined))
    })
    await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
    const { port } = line.address() as { port: number }
    const query = 'SELECT a.net AS x, b.net AS y FROM orders a, orders b, generate_series(1, 20)'
    const cut = await sbridge(folder, 'sample', server.url.replace(`:${server.port}`, `:${port}`), '--query', query, ...FIT, '-o', 'x.csv')
    expect(cut).toMatchObject({ status: 4, stderr: expect.stringContaining('was lost') })
    line.close()
    for (const one of sockets) one.destroy()
  })

  it('nothing is written where a column is no longer there, or a row is refused', async () => {
    server.sql('CREATE TABLE narrow (net float8 CHECK (net < 20)); CREATE TABLE strict (net float8 CHECK (net < 20), gross float8);')
    const words = ['sample', server.url, '--query', 'SELECT net, gross FROM orders', ...FIT, '-o', server.url, '--append', '--into']
    expect(await sbridge(folder, ...words, 'narrow')).toMatchObject({ status: 2, stderr: expect.stringContaining('column "gross"') })
    expect(await sbridge(folder, ...words, 'strict')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('violates check constraint')
    })
    expect(server.sql('SELECT (SELECT count(*) FROM narrow) + (SELECT count(*) FROM strict);').trim()).toBe('0')
  })

  it('all tables of a schema go into a new one with their types and keys, or into a file, and back', async () => {
    const kind = (i: number) => ['card', 'cash', 'transfer'][i % 3]!
    server.sql(`CREATE SCHEMA bank; SET search_path = bank;
      CREATE TYPE kind AS ENUM ('card', 'cash', 'transfer');
      CREATE TABLE branches (branch_id int PRIMARY KEY, city text NOT NULL, head int);
      CREATE TABLE accounts (account_id bigint PRIMARY KEY, branch_id int NOT NULL REFERENCES branches, age int CHECK (age > 17), opened date);
      ALTER TABLE branches ADD FOREIGN KEY (head) REFERENCES accounts;
      CREATE TABLE moves (account_id bigint REFERENCES accounts, no int, kind kind, amount numeric(10, 2), PRIMARY KEY (account_id, no));
      CREATE TABLE notes (account_id bigint, no int, pages int NOT NULL, FOREIGN KEY (account_id, no) REFERENCES moves);
      CREATE TABLE empty (id int PRIMARY KEY, account_id bigint REFERENCES accounts);
      INSERT INTO branches SELECT i, (ARRAY['Graz', 'Linz', 'Wien'])[1 + i % 3], NULL FROM generate_series(11, 22) i;
      INSERT INTO accounts SELECT 100 + i, 11 + (i * 7) % 12, 18 + (i * 13) % 60, date '2020-01-01' + i FROM generate_series(1, 60) i;
      UPDATE branches SET head = 100 + branch_id WHERE branch_id % 3 > 0;
      ${Array.from({ length: 150 }, (_, i) => `INSERT INTO moves VALUES (${101 + (i % 50)}, ${1 + Math.floor(i / 50)}, '${kind(i)}', ${20 + (i % 30)}.5);`).join('\n')}
      INSERT INTO notes SELECT account_id, no, 1 + no FROM moves WHERE account_id % 3 = 0;`)
    const schema = (name: string) => `${server.url}?schema=${name}`
    const done = await sbridge(folder, 'sample', schema('bank'), '-o', schema('drawn'), ...SEVERAL)
    expect(done, done.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('of each row of moves by account_id+no') })
    expect(done.stdout).not.toContain('s3cret')
    // Keys were made behind the rows: all lead somewhere.
    const keys = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'drawn'::regnamespace AND contype IN ('p', 'f') AND convalidated;"
    expect(server.sql(keys).trim()).toBe('9')
    const counts = (name: string) =>
      server.sql(
        `SELECT count(*) FROM ${name}.accounts; SELECT count(*) FROM ${name}.moves; SELECT count(head) FROM ${name}.branches; SELECT count(*) FROM ${name}.empty;`
      )
    expect(counts('drawn')).toBe(counts('bank'))
    expect(server.sql('SELECT count(*) FROM drawn.accounts JOIN bank.accounts USING (account_id);').trim()).toBe('0')
    expect(await sbridge(folder, 'sample', schema('bank'), '-o', schema('drawn'), ...SEVERAL)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('in which there are tables already')
    })
    expect(await sbridge(folder, 'sample', schema('none'), '-o', 'none', ...SEVERAL)).toMatchObject({ status: 4 })
    await writeTables(join(folder, 'drawn.sqlite'), await readTables(schema('drawn')))
    await writeTables(schema('back'), await readTables(join(folder, 'drawn.sqlite')))
    expect(server.sql('SELECT count(*) FROM back.moves;')).toBe(server.sql('SELECT count(*) FROM bank.moves;'))
  })

  it('shards are planned from a database without its password, and merged into files only', async () => {
    const words = [
      'shards',
      'plan',
      'sample',
      server.url,
      '--table',
      'orders',
      '--exclude',
      'tags',
      '-n',
      '17000',
      ...FIT,
      '--shards',
      '2',
      '--plan',
      'p.json'
    ]
    expect((await sbridge(folder, ...words, '-o', server.url)).stderr).toContain('expected a file')
    expect((await sbridge(folder, ...words, '-o', 'x.csv')).status).toBe(0)
    expect(readFileSync(join(folder, 'p.json'), 'utf8')).not.toContain('s3cret')
  })
})
