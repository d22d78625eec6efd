// @module-tag slow
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import sqlite from 'node-sqlite3-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutPassword } from '../src/database/address.js'
import { readTable, writeTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { FIT, madeOrders, type TestedStore, testSeveral, testStore } from './stores.js'

const ask = (file: string, sql: string) => {
  const database = new sqlite.Database(file)
  try {
    return database.all(sql) as Record<string, unknown>[]
  } finally {
    database.close()
  }
}

async function startSqlite(folder: string): Promise<TestedStore> {
  const file = join(folder, 'shop.sqlite')
  for (const statement of madeOrders()) ask(file, statement)
  return { url: `sqlite:${file}`, sql: async (statement) => ask(file, statement).map(Object.values), stop: async () => undefined }
}

async function askDuckdb(file: string, statement: string) {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(statement)).getRowsJS()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function startDuckdb(folder: string): Promise<TestedStore> {
  const file = join(folder, 'shop.duckdb')
  const sql = (statement: string) => askDuckdb(file, statement)
  await sql("CREATE TYPE state AS ENUM ('new', 'paid', 'sent')")
  for (const statement of madeOrders('state')) await sql(statement)
  return { url: `duckdb:${file}`, sql, stop: async () => undefined }
}

testStore('SQLite', {
  start: startSqlite,
  sources: ['number', 'text', 'number', 'number', 'text'],
  refused: [
    [['--query', 'DELETE FROM orders RETURNING *'], 'a query that writes'],
    [['--table', 'orders', '--query', 'SELECT 1'], '--table and --query'],
    [[], 'neither --table nor --query'],
    [['--table', 'orders', '--skip', '1'], '--skip with sqlite:'],
    [['--table', 'orders', '--query-seconds', '9'], 'whose driver only the command line can stop']
  ]
})

testStore(
  'DuckDB',
  {
    start: startDuckdb,
    sources: ['number', 'text', 'number', 'boolean', 'datetime'],
    refused: [
      [['--query', "COPY orders TO 'orders.csv'"], 'a query that writes'],
      [['--query', 'SELECT count(*) AS n FROM range(100000000000) AS a', '--query-seconds', '0.2'], 'longer than it may'],
      [['--query', "SELECT 'infinity'::DOUBLE AS a"], 'a finite number'],
      [['--query', "SELECT 'infinity'::TIMESTAMP AS a"], 'a time of the calendar'],
      [['--query', 'SELECT 1 AS a, 2 AS a'], 'the name "a"'],
      [['--query', 'SELECT net, [net] AS list FROM orders'], '--exclude list']
    ]
  },
  (at) => {
    it('several tables go there and back with their keys', () => {
      const { folder } = at()
      const ask = (of: string, statement: string) => askDuckdb(join(folder, of.replace('duckdb:', '')), statement)
      return testSeveral(folder, { addresses: ['duckdb:one.duckdb', 'two.duckdb'], ask })
    })

    it('new tables have the types of the table that was read, of the database itself and of Parquet, wherever it runs', async () => {
      const { folder } = at()
      const columns = [
        '(i % 100)::TINYINT AS i8, (i * 7 % 300)::SMALLINT AS i16, (i * i % 999)::INTEGER AS i32, (i * 7 % 50)::UTINYINT AS u8, (i * 3 % 77)::UBIGINT AS u64',
        '(i % 13 + 0.5)::FLOAT AS f32, (sin(i) * 10)::DOUBLE AS f64, round(i * 7 % 90 * 1.37, 2)::DECIMAL(10, 2) AS price',
        "DATE '2024-01-01' + (i * 7 % 90)::INTEGER AS day, TIME '08:00:00' + to_seconds(i * 37 % 3000) AS at, uuid() AS id",
        "TIMESTAMP '2024-01-01' + to_seconds(i * 3601 % 99991) AS local, (TIMESTAMP '2024-01-01' + to_minutes(i * 31 % 999))::TIMESTAMPTZ AS moment, i % 3 = 0 AS flag"
      ]
      const typed = join(folder, 'typed.duckdb')
      await askDuckdb(typed, `CREATE TABLE t AS SELECT ${columns.join(', ')} FROM range(80) AS rows(i)`)
      const typesIn = async (file: string, of: string) => (await askDuckdb(file, `DESCRIBE ${of}`)).map(([name, type]) => [name, type])
      const wanted = await typesIn(typed, 't')
      const zone = process.env.TZ
      process.env.TZ = 'America/New_York'
      try {
        const words = ['--seed', '1', '--rules', 'off', '--bandwidth', '0.5', '--scaling', 'standard', '--threads', '1']
        expect(await sbridge(folder, 'sample', 'duckdb:typed.duckdb', '--table', 't', ...words, '-o', 'typed.parquet')).toMatchObject({
          status: 0
        })
        expect(await sbridge(folder, 'sample', 'typed.parquet', ...words, '-o', 'duckdb:typed-new.duckdb', '--into', 'r')).toMatchObject({
          status: 0
        })
      } finally {
        if (zone === undefined) delete process.env.TZ
        else process.env.TZ = zone
      }
      expect(await typesIn(join(folder, 'typed-new.duckdb'), `SELECT * FROM '${join(folder, 'typed.parquet')}'`)).toEqual(wanted)
      expect(await typesIn(join(folder, 'typed-new.duckdb'), 'r')).toEqual(wanted)
      // Of moments the range of the data, not one some hours away.
      const range = "SELECT min(moment) >= '2024-01-01 00:00:00+00' AND max(moment) < '2024-01-01 17:00:00+00' FROM r"
      expect(await askDuckdb(join(folder, 'typed-new.duckdb'), range)).toEqual([[true]])
    })

    it('no file, one of another program and one that is held are refused; a new one has its name once it is whole', async () => {
      const { folder, url, sql } = at()
      writeFileSync(join(folder, 'text.duckdb'), 'no database, but long enough to be looked at as if it were one of them\n'.repeat(200))
      for (const [file, said] of Object.entries({ text: 'not a valid DuckDB database', none: 'does not exist' }))
        expect(await sbridge(folder, 'info', `duckdb:${file}.duckdb`, '--table', 'orders')).toMatchObject({
          status: 4,
          stderr: expect.stringContaining(said)
        })
      const query = "SELECT TIMESTAMPTZ '2024-01-02 03:04:05.5+01' AS at, 9007199254740993 AS big, TIME '01:02:03' AS hour FROM orders"
      const words = ['sample', url, '--table', 'orders', ...FIT, '-n', '20', '-o', 'duckdb:new.duckdb', '--into']
      expect(await sbridge(folder, ...words, 'order by')).toMatchObject({ status: 0 })
      const table = await readTable(url, { query })
      expect(table.columns.map(({ values }) => values[0])).toEqual([Date.parse('2024-01-02T02:04:05.5Z'), '9007199254740993', '01:02:03'])
      expect(await readTable(`duckdb:${join(folder, 'new.duckdb')}`, { table: 'order by' })).toMatchObject({ rowCount: 20 })
      expect(await sbridge(folder, ...words, 'order by')).toMatchObject({ status: 2, stderr: expect.stringContaining('already') })
      await sql('DROP TABLE IF EXISTS more')
    })
  }
)

describe('SQLite', () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sbridge-databases-'))
    await startSqlite(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

  it('columns that are unique together are so in new rows, of one table and of several', async () => {
    const made = (statement: string) => ask(join(folder, 'halls.sqlite'), statement)
    made('CREATE TABLE seats (id INTEGER PRIMARY KEY, hall TEXT NOT NULL, seat INTEGER NOT NULL, price REAL, UNIQUE (hall, seat))')
    made('CREATE TABLE tickets (seat_id INTEGER REFERENCES seats, fee REAL)')
    for (let k = 0; k < 60; k++) {
      const place = (17 * k) % 60
      const price = 10 + ((7 * k) % 23)
      made(`INSERT INTO seats VALUES (${k + 1}, '${'ABC'[place % 3]}', ${1 + Math.floor(place / 3)}, ${price})`)
    }
    for (let k = 0; k < 60; k++) made(`INSERT INTO tickets VALUES (${1 + ((11 * k) % 60)}, ${1 + ((13 * k) % 7)})`)
    const run = (...words: string[]) => sbridge(folder, 'sample', ...words, '--seed', '3', '--bandwidth', '0.5', '--scaling', 'standard')
    expect(await run('halls.sqlite', '-o', 'new.sqlite')).toMatchObject({ status: 0 })
    expect(await run('sqlite:halls.sqlite', '--table', 'seats', '-o', 'sqlite:new.sqlite', '--into', 'more')).toMatchObject({ status: 0 })
    for (const table of ['seats', 'more'])
      expect(ask(join(folder, 'new.sqlite'), `SELECT count(*) AS rows FROM (SELECT DISTINCT hall, seat FROM ${table})`)).toEqual([
        { rows: 60 }
      ])
    expect(await run('sqlite:halls.sqlite', '--table', 'seats', '-n', '80', '-o', 'x.csv')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('at most 60 rows')
    })
    // What tells rows apart says nothing of cells that are filled.
    for (const words of [['info'], ['impute', '-o', 'x.csv']])
      expect(await sbridge(folder, words[0]!, 'sqlite:halls.sqlite', '--table', 'seats', ...words.slice(1))).toMatchObject({ status: 0 })
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
      const names = ask(join(folder, `${verb}.sqlite`), "SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name)
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
      'state=category,way=category,code=identifier',
      '--rule',
      'gross >= net',
      '-o',
      'a.csv'
    )
    await sbridge(folder, 'sample', 'sqlite:shop.sqlite', '--table', 'orders', ...options, '-o', 'b.csv')
    expect(readFileSync(join(folder, 'b.csv'), 'utf8')).toBe(readFileSync(join(folder, 'a.csv'), 'utf8'))
  })

  it('what is no database, and options of databases beside files, are refused', async () => {
    writeFileSync(join(folder, 'text.sqlite'), 'no database, but long enough to be looked at as if it were one of them\n'.repeat(20))
    expect(await sbridge(folder, 'info', 'sqlite:text.sqlite', '--table', 'orders')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('not a database')
    })
    expect((await sbridge(folder, 'info', 'sqlite:none.sqlite', '--table', 'orders')).status).toBe(4)
    expect((await sbridge(folder, 'info', 'mysql:shop', '--table', 'orders')).stderr).toContain('mysql://USER@HOST')
    writeFileSync(join(folder, 'plain.csv'), 'a,b\n1,2\n3,4\n')
    for (const words of [['--table', 'orders'], ['--into', 'x'], ['--append']])
      expect((await sbridge(folder, 'sample', 'plain.csv', ...words, '-o', 'x.csv')).stderr).toContain(`${words[0]} with the file`)
    expect((await sbridge(folder, 'sample', 'text.sqlite', '--table', 'orders', '-o', 'x.csv')).stderr).toContain('try sqlite:text.sqlite')
  })
})

it('passwords are blotted out wherever they stand', () => {
  expect(withoutPassword('at postgres://u:p:w/d@h:5/d?password=x&a=b and https://a.b/c')).toBe(
    'at postgres://u:***@h:5/d?password=***&a=b and https://a.b/c'
  )
  expect(withoutPassword(`["mysql://u:a'b"c@h/d","x@y"]`)).toBe('["mysql://u:***@h/d","x@y"]')
})
