// @module-tag slow
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTables, writeTables } from '../src/database/table-set.js'
import { readTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { hasPostgres, startPostgres } from './postgres-server.js'
import { FIT, madeOrders, rows, type TestedStore, testStore } from './stores.js'

const SEVERAL = ['--seed', '3', '--bandwidth', '0.5', '--scaling', 'standard', '--threads', '1']

async function start(): Promise<TestedStore> {
  const server = await startPostgres()
  const sql = async (text: string) =>
    server
      .sql(text)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('|'))
  await sql("CREATE TYPE state AS ENUM ('new', 'paid', 'sent')")
  for (const statement of madeOrders('state')) await sql(statement)
  return { url: server.url, port: server.port, sql, stop: server.stop }
}

describe.skipIf(!hasPostgres())('a server', () =>
  testStore(
    'PostgreSQL',
    {
      start,
      sources: ['number', 'text', 'number', 'boolean', 'datetime'],
      refused: [
        [['--query', 'WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone'], 'refusal'],
        [['--query', "SELECT nextval('numbers') AS n"], 'does not exist'],
        [['--query', 'SELECT pg_sleep(30)::text AS a', '--query-seconds', '0.2'], 'longer than it may'],
        [['--query', "SELECT 'infinity'::float8 AS a"], 'a finite number'],
        [['--query', 'SELECT 1 AS a, 2 AS a'], 'the name "a"'],
        [['--query', 'SELECT net, ARRAY[net] AS list FROM orders'], '--exclude list']
      ]
    },
    (at) => {
      it('times, days and casts in CHECKs are understood; a CHECK that need not hold is none', async () => {
        const { sql, url } = at()
        await sql(
          "CREATE TABLE times AS SELECT day, day + interval '1 hour 0.5 second' AS begun, (day + 1)::timestamptz AS ended, id::int AS low, net AS high FROM orders"
        )
        await sql('ALTER TABLE times ADD CHECK (low <= high + 100), ADD CHECK (begun <= ended), ADD CHECK (high >= low) NOT VALID')
        const { columns, schema } = (await readTable(url, { table: 'public.times' })) as Awaited<ReturnType<typeof readTable>> & {
          schema: object
        }
        const column = (name: string) => Array.from(columns.find((one) => one.name === name)!.values as ArrayLike<number>)
        const days = rows.map(({ day }) => Date.parse(day))
        expect(column('day').toSorted()).toEqual(days.toSorted())
        expect(column('begun').toSorted()).toEqual(days.map((day) => day + 3_600_500).toSorted())
        expect(schema).toEqual({ types: {}, rules: ['`ended` >= `begun`'], bounds: {}, unsaid: [expect.stringContaining('100')] })
      })

      it('new tables have the types of the table that was read', async () => {
        const { sql, url, folder } = at()
        await sql(
          "CREATE TABLE typed AS SELECT (i % 50)::smallint AS small, (i * i % 999)::int AS medium, (i % 13 + 0.5)::real AS single, (i * 7 % 90 * 1.25)::numeric(10, 2) AS price, day, time '08:00' + i * 37 * interval '1 second' AS at, day + i * interval '1 hour' AS local, (day + i * interval '1 hour')::timestamptz AS moment, gen_random_uuid() AS id FROM (SELECT id::int AS i, day FROM orders) AS rows"
        )
        const words = ['--seed', '1', '--rules', 'off', '--bandwidth', '0.5', '--scaling', 'standard', '--threads', '1']
        expect(await sbridge(folder, 'sample', url, '--table', 'typed', ...words, '-o', url, '--into', 'typed_new')).toMatchObject({
          status: 0
        })
        const types = (table: string) =>
          sql(
            `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 ORDER BY attnum`
          )
        expect(await types('typed_new')).toEqual(await types('typed'))
      })

      it('what numbers the rows of a table goes on behind rows that are written, and what refuses them says what to do', async () => {
        const { folder, sql, url } = at()
        await sql('CREATE SCHEMA "Own"')
        await sql(
          'CREATE TABLE "Own"."Items" ("No" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, qty int NOT NULL, size float8, tags text[], data bytea)'
        )
        await sql('INSERT INTO "Own"."Items" (qty, size) SELECT 1 + i % 7, sqrt(i) FROM generate_series(1, 60) AS i')
        const words = ['--seed', '1', '--bandwidth', '0.5', '--scaling', 'standard', '--threads', '1']
        const items = ['sample', url, '--table', '"Own"."Items"', ...words]
        expect((await sbridge(folder, ...items, '-o', 'out.csv')).stderr).toContain('--exclude tags,data,')
        const drawn = [...items, '--exclude', 'tags,data']
        const append = ['-o', url, '--into', '"Own"."Items"', '--append']
        expect(await sbridge(folder, ...drawn, '-n', '25', ...append)).toMatchObject({ status: 0 })
        expect(await sql('INSERT INTO "Own"."Items" (qty) VALUES (1) RETURNING "No"')).toEqual([['86']])
        await sql('CREATE TABLE "Own".kept (qty int UNIQUE, size float8, other int)')
        const kept = await sbridge(folder, ...drawn, '--columns', 'qty,size', '-o', url, '--into', '"Own".kept', '--append')
        expect(kept).toMatchObject({
          status: 2,
          stderr: expect.stringMatching(/Key \(qty\)=\(\d\) already exists.*try a table without these rows/s)
        })
        expect(await sql('SELECT count(*) FROM "Own".kept')).toEqual([['0']])
      })

      it('a target that may only be read is said to be one', async () => {
        const { folder, url } = at()
        const target = `${url}?options=-c%20default_transaction_read_only%3Don`
        const answer = await sbridge(folder, 'sample', url, '--table', 'orders', ...FIT, '-n', '9', '-o', target, '--into', 'closed')
        expect(answer).toMatchObject({ status: 2, stderr: expect.stringContaining('a user that may write') })
      })

      it('all tables of a schema go into a new one with their types and keys, or into a file, and back', async () => {
        const kind = (i: number) => ['card', 'cash', 'transfer'][i % 3]!
        const { folder, url, sql } = at()
        await sql(`CREATE SCHEMA bank; SET search_path = bank;
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
        const schema = (name: string) => `${url}?schema=${name}`
        const done = await sbridge(folder, 'sample', schema('bank'), '-o', schema('drawn'), ...SEVERAL)
        expect(done, done.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('of each row of moves by account_id+no') })
        expect(done.stdout).not.toContain('s3cret')
        // Keys were made behind the rows: all lead somewhere.
        const keys =
          "SELECT count(*) FROM pg_constraint WHERE connamespace = 'drawn'::regnamespace AND contype IN ('p', 'f') AND convalidated;"
        expect(await sql(keys)).toEqual([['9']])
        const counts = (name: string) =>
          sql(
            `SELECT (SELECT count(*) FROM ${name}.accounts), (SELECT count(*) FROM ${name}.moves), (SELECT count(head) FROM ${name}.branches), (SELECT count(*) FROM ${name}.empty)`
          )
        expect(await counts('drawn')).toEqual(await counts('bank'))
        expect(await sql('SELECT count(*) FROM drawn.accounts JOIN bank.accounts USING (account_id)')).toEqual([['0']])
        expect(await sbridge(folder, 'sample', schema('bank'), '-o', schema('drawn'), ...SEVERAL)).toMatchObject({
          status: 2,
          stderr: expect.stringContaining('in which there are tables already')
        })
        expect(await sbridge(folder, 'sample', schema('none'), '-o', 'none', ...SEVERAL)).toMatchObject({ status: 4 })
        await writeTables(join(folder, 'drawn.sqlite'), await readTables(schema('drawn')))
        await writeTables(schema('back'), await readTables(join(folder, 'drawn.sqlite')))
        expect(await sql('SELECT count(*) FROM back.moves')).toEqual(await sql('SELECT count(*) FROM bank.moves'))
      })

      it('shards are planned from a database without its password, and merged into files only', async () => {
        const { folder, url } = at()
        const words = ['shards', 'plan', 'sample', url, '--table', 'orders', '-n', '17000', ...FIT, '--shards', '2', '--plan', 'p.json']
        expect((await sbridge(folder, ...words, '-o', url)).stderr).toContain('expected a file')
        expect((await sbridge(folder, ...words, '-o', 'x.csv')).status).toBe(0)
        expect(readFileSync(join(folder, 'p.json'), 'utf8')).not.toContain('s3cret')
      })
    }
  )
)
