// @module-tag slow
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { readTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { hasMariadb, startMariadb } from './mariadb-server.js'
import { FIT, madeOrders, ROWS, type TestedStore, testSeveral, testStore } from './stores.js'

async function start(folder: string): Promise<TestedStore> {
  const { url, port, stop } = await startMariadb(folder)
  const connection = await mysql.createConnection({ uri: url, rowsAsArray: true })
  const sql = async (statement: string) => (await connection.query<mysql.RowDataPacket[][]>(statement))[0]
  await sql("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
  for (const statement of madeOrders("ENUM('new', 'paid', 'sent')")) await sql(statement)
  return { url, port, sql, stop: () => connection.end().then(stop) }
}

describe.skipIf(!hasMariadb())('a server', () =>
  testStore(
    'MariaDB',
    {
      start,
      sources: ['number', 'text', 'number', 'boolean', 'datetime'],
      refused: [
        [['--query', 'SELECT sleep(30) AS a', '--query-seconds', '0.2'], 'longer than it may'],
        [['--query', "SELECT 1 AS a INTO OUTFILE '/dev/full'"], 'refusal'],
        [['--query', 'SELECT 1 AS a, 2 AS a'], "'a'"],
        [['--query', 'SELECT net, CAST(code AS BINARY(3)) AS bytes FROM orders'], '--exclude bytes']
      ]
    },
    (at) => {
      it('several tables go there and back with their keys; where one is refused none is left', async () => {
        const { folder, sql, url } = at()
        for (const name of ['one', 'two', 'three']) await sql(`CREATE DATABASE ${name}`)
        const address = (name: string) => url.replace(/shop$/, name)
        const ask = async (of: string, statement: string) => {
          const connection = await mysql.createConnection({ uri: of, rowsAsArray: true })
          try {
            return (await connection.query<mysql.RowDataPacket[][]>(statement))[0]
          } finally {
            await connection.end()
          }
        }
        await testSeveral(folder, { addresses: [address('one'), address('two')], ask })
        await ask(
          address('two'),
          'ALTER TABLE absences ADD CHECK (days < 1000), ADD COLUMN twice INT AS (2 * days), ADD COLUMN scan BLOB NOT NULL'
        )
        const refused = await sbridge(folder, 'sample', address('two'), '-o', address('three'), ...FIT.slice(0, 2), '--bandwidth', '0.5')
        expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('scan') })
        expect(await ask(address('three'), 'SHOW TABLES')).toEqual([])
      })

      it('types of its own are read, or said to be none of a table; an order of columns stands in the order of the key', async () => {
        const { sql, url } = at()
        await sql(
          "CREATE TABLE types (id INT UNSIGNED PRIMARY KEY, big BIGINT UNSIGNED, at DATETIME(3), stamp TIMESTAMP NULL, bit BIT(1), small TINYINT(1), year YEAR, hour TIME, `set` SET('a', 'b'), json JSON)"
        )
        await sql("SET SESSION time_zone = '+01:00'")
        await sql(
          "INSERT INTO types VALUES (2, 1, NULL, NULL, NULL, 7, 2000, '0:0:1', 'a', NULL), (1, 18446744073709551615, '2024-01-02 03:04:05.5', '2024-01-02 03:04:05', 1, 0, 2024, '10:00:00', 'a,b', '[1]')"
        )
        const { columns } = await readTable(url, { table: 'shop.types' })
        expect(() => columns.at(-1)!.values).toThrow('--exclude json')
        const [first] = columns[0]!.values
        expect(first).toBe(1)
        expect(columns.slice(1, -1).map(({ values }) => values[0])).toEqual([
          '18446744073709551615',
          Date.parse('2024-01-02T03:04:05.5Z'),
          Date.parse('2024-01-02T02:04:05Z'),
          true,
          0,
          2024,
          '10:00:00',
          'a,b'
        ])
      })

      it('decimals keep the digits of their type in a file, and a new table the types of the one that was read', async () => {
        const { folder, sql, url } = at()
        await sql(
          'CREATE TABLE priced (small SMALLINT, many INT UNSIGNED, price DECIMAL(8, 2), tax DECIMAL(6, 3) UNSIGNED, weight FLOAT, at DATETIME, seen DATETIME(6), day DATE)'
        )
        const rows = Array.from({ length: 60 }, (_, i) => {
          const day = `2024-0${1 + (i % 9)}-1${i % 10}`
          return `(${(7 * i) % 50}, ${3_000_000_000 + 977 * ((i * i) % 59)}, ${(i % 13) - 4}.${i % 7}0, ${i % 11}.5, ${i}.25, '${day} 0${i % 10}:15:00', '${day} 0${i % 10}:15:00.25', '${day}')`
        })
        await sql(`INSERT INTO priced VALUES ${rows.join(', ')}`)
        const words = ['sample', url, '--table', 'priced', '-n', '30', ...FIT, '-o']
        const toFile = await sbridge(folder, ...words, 'priced.csv')
        expect(toFile, toFile.stderr).toMatchObject({ status: 0 })
        const cells = readFileSync(join(folder, 'priced.csv'), 'utf8').trim().split('\n').slice(1)
        for (const line of cells) expect(line).toMatch(/^\d+,\d+,-?\d+\.\d\d,\d+\.\d{3},/)
        const toTable = await sbridge(folder, ...words, url, '--into', 'new_priced')
        expect(toTable, toTable.stderr).toMatchObject({ status: 0 })
        const types = (await sql('SHOW COLUMNS FROM new_priced')).map(([, type]) => String(type).replace(/\((?:6|10)\)( unsigned)?$/, '$1'))
        expect(types).toEqual(['smallint', 'int unsigned', 'decimal(8,2)', 'decimal(6,3)', 'float', 'datetime', 'datetime', 'date'])
      })

      it('rows go into a table that can take them back only, and into another kind of database', async () => {
        const { folder, sql, url } = at()
        await sql('CREATE TABLE stays (net DOUBLE) ENGINE = MyISAM')
        const words = ['sample', url, '--query', 'SELECT net FROM orders ORDER BY id', ...FIT, '-o']
        const stays = await sbridge(folder, ...words, url, '--into', 'stays', '--append')
        expect(stays).toMatchObject({ status: 2, stderr: expect.stringContaining('has no transactions') })
        const other = await sbridge(
          folder,
          'sample',
          url,
          '--table',
          'orders',
          ...FIT,
          '-n',
          String(ROWS),
          '-o',
          'duckdb:other.duckdb',
          '--into',
          'orders'
        )
        expect(other, other.stderr).toMatchObject({ status: 0 })
        const back = [
          'sample',
          'duckdb:other.duckdb',
          '--table',
          'orders',
          '--exclude',
          'day',
          ...FIT,
          '-n',
          '30',
          '-o',
          url,
          '--into',
          'back'
        ]
        expect(await sbridge(folder, ...back)).toMatchObject({ status: 0 })
        expect((await sql('SELECT count(*) FROM back'))[0]).toEqual([30])
        expect(existsSync(join(folder, 'other.duckdb'))).toBe(true)
      })
    }
  )
)
