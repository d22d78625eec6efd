// @module-tag slow
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFor, keyFromSeed, uniforms } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import sqlite from 'node-sqlite3-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bank, shop, staff, writeCsv } from '../../../bench/tables/schemas.mjs'
import { fitSchema, loadModel, loadSchema, readTables, sampleSchema, saveSchema, writeTables } from '../src/index.js'
import { sbridge } from './command.js'

const QUICK = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1', '--threads', '1']
const BANK = 'transactions.account_id -> accounts.account_id'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-tables-'))
  await writeCsv(join(folder, 'bank'), bank({ accounts: 30 }))
  const numbers = (name: string, count: number, most: number) => ({
    columns: ['id', name].map((own, c) => ({
      name: own,
      source: 'text' as const,
      values: Array.from({ length: count }, (_, i) => String(c === 0 ? i + 1 : 1 + ((i * 7) % most)))
    })),
    rowCount: count
  })
  await writeCsv(join(folder, 'apart'), { tables: { people: numbers('grade', 50, 9), visits: numbers('room', 80, 12) } })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...words: string[]) => sbridge(folder, ...words)
const text = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
const rowsOf = (...path: string[]) => {
  const [head, ...lines] = text(...path)
    .trimEnd()
    .split(/\r?\n/)
  const separator = head!.includes(';') ? ';' : ','
  const names = head!.split(separator)
  return lines.map((line) => Object.fromEntries(line.split(separator).map((cell, c) => [names[c]!, cell])))
}

describe('a folder of tables', () => {
  it('refers to none as the data do: by an empty text or null as often, in a database by null, in CSV by each word', async () => {
    const none = ['', '', null, 'NA'] as const
    const people = Array.from({ length: 60 }, (_, i) => ({ id: `P${100 + 3 * i}`, age: 20 + ((i * 7) % 50) }))
    const visits = Array.from({ length: 400 }, (_, i) => ({
      patient: i % 2 === 0 ? `P${100 + 3 * ((i * 7) % 60)}` : none[((i - 1) / 2) % 3]!,
      cost: 10 + ((i * 11) % 23) / 2
    }))
    const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    const csv = (rows: readonly object[]) => `${[Object.keys(rows[0]!), ...rows.map(Object.values)].join('\n')}\n`
    for (const [format, write] of [
      ['jsonl', lines],
      ['csv', csv]
    ] as const) {
      // biome-ignore format: one line
      mkdirSync(join(folder, `clinic-${format}`))
      writeFileSync(join(folder, `clinic-${format}`, `people.${format}`), write(people))
    }
    writeFileSync(join(folder, 'clinic-jsonl', 'visits.jsonl'), lines(visits))
    writeFileSync(
      join(folder, 'clinic-csv', 'visits.csv'),
      csv(visits.map((row, i) => ({ ...row, patient: row.patient || none[2 + (i % 4 === 1 ? 1 : 0)] })))
    )
    const options = ['--keys', 'visits.patient -> people.id', ...QUICK]
    for (const to of ['clinic-new', 'clinic.sqlite'])
      expect(await run('sample', 'clinic-jsonl', '-o', to, ...options)).toMatchObject({ status: 0 })
    const cells = text('clinic-new', 'visits.jsonl').trimEnd().split('\n').map((line) => (JSON.parse(line) as { patient: string | null }).patient) // biome-ignore format: one line
    const [empty, missing] = ['', null].map((one) => cells.filter((cell) => cell === one).length) as [number, number]
    // Of some 200 cells without a key two in three are empty: within four standard errors of 0.033.
    expect(Math.abs(empty / (empty + missing) - 2 / 3)).toBeLessThan(0.14)
    const db = new sqlite.Database(join(folder, 'clinic.sqlite'))
    const [row] = db.all("select count(*) n, sum(patient = '') e from visits where patient is null or patient = ''")
    db.close()
    expect(row).toMatchObject({ n: empty + missing })
    expect(row!.e ?? 0).toBe(0)
    expect(await run('sample', 'clinic-csv', '-o', 'clinic-words', ...options)).toMatchObject({ status: 0 })
    const words = rowsOf('clinic-words', 'visits.csv').map(({ patient }) => patient!).filter((cell) => !cell.startsWith('P')) // biome-ignore format: one line
    expect(new Set(words)).toEqual(new Set(['', 'NA']))
  })
  it('is drawn whole: every key leads to a new row, in any number of threads the same bytes', async () => {
    const one = await run('sample', 'bank', '-o', 'one', ...QUICK)
    expect(one).toMatchObject({ status: 0, stderr: '' })
    expect(one.stdout).toContain('one after the other along date')
    expect(one.stdout).toContain('key found transactions.account_id -> accounts.account_id: its name says so, all 24 values are there')
    expect(one.stdout).toContain('--keys states all of them instead')
    const [accounts, transactions] = [rowsOf('one', 'accounts.csv'), rowsOf('one', 'transactions.csv')]
    const keys = new Set(accounts.map((row) => row.account_id))
    expect(keys.size).toBe(30)
    expect(transactions.length).toBeGreaterThan(75)
    expect(transactions.every((row) => keys.has(row.account_id))).toBe(true)
    const old = new Set(rowsOf('bank', 'accounts.csv').map((row) => row.account_id))
    expect([...keys].some((key) => old.has(key))).toBe(false)
    expect(new Set(transactions.map((row) => row.transaction_id)).size).toBe(transactions.length)
    const dates = transactions.map((row) => row.date!)
    expect(dates).toEqual([...dates].sort())
    await run('sample', 'bank', '-o', 'two', '--keys', BANK, ...QUICK.slice(0, -1), '2')
    for (const name of ['accounts.csv', 'transactions.csv']) expect(text('two', name)).toBe(text('one', name))
  })

  it('is planned: tables in the order in which they are drawn, time and memory, and nothing is written', async () => {
    const planned = await run('sample', 'bank', '--dry-run', '--scale', '2', '--threads', '1')
    expect(planned).toMatchObject({ status: 0, stderr: '' })
    const [parents, rows] = ['accounts', 'transactions'].map((name) => rowsOf('bank', `${name}.csv`).length) as [number, number]
    expect(planned.stdout).toMatch(
      new RegExp(
        `^${parents + rows} rows, 10 coordinates, ${2 * (parents + rows)} rows to draw: (?:a few seconds|about \\d+ s) and 1 MB of working memory\n`
      )
    )
    expect(planned.stdout).toContain(`accounts: ${parents} rows\ntransactions: ${rows} rows, drawn by ${BANK}\n`)
    expect(existsSync(join(folder, 'planned'))).toBe(false)
    const wrong = await run('sample', 'bank', '-o', 'planned', '--dry-run', '--keys', 'transactions.account_id -> accounts.nr')
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('of a column nr that accounts lacks') })
  })

  it('becomes a model file, which draws the same bytes without the folder', async () => {
    const fitted = await run('fit', 'bank', '-o', 'bank.sbridge', ...QUICK)
    expect(fitted, fitted.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('model of 2 tables') })
    const drawn = await run('sample', 'bank.sbridge', '-o', 'from-model', '--seed', '1', '--threads', '1')
    expect(drawn, drawn.stderr).toMatchObject({ status: 0 })
    for (const name of ['accounts.csv', 'transactions.csv']) expect(text('from-model', name)).toBe(text('one', name))
    // Keys are numbers, and all else is the same.
    const numbered = await run('sample', 'bank.sbridge', '-o', 'numbered', '--pseudonyms', 'numbers', '--seed', '1', '--threads', '1')
    expect(numbered, numbered.stderr).toMatchObject({ status: 0 })
    const accounts = rowsOf('from-model', 'accounts.csv')
    const numberOf = new Map(accounts.map((row, i) => [row.account_id, String(i + 1)]))
    const renamed = (rows: readonly Record<string, string>[]) => rows.map((row) => ({ ...row, account_id: numberOf.get(row.account_id!) }))
    expect(rowsOf('numbered', 'accounts.csv')).toEqual(renamed(accounts))
    expect(rowsOf('numbered', 'transactions.csv')).toEqual(renamed(rowsOf('from-model', 'transactions.csv')))
    expect((await run('info', 'bank.sbridge')).stdout).toContain('of each row of accounts by account_id')
    expect((await run('sample', 'bank.sbridge', '-o', 'x', '--keys', BANK)).stderr).toContain('--keys with a model file')
    expect((await run('fit', 'bank', '-o', 'bank.model')).stderr).toContain('a name that ends in .sbridge')
    expect((await run('fit', 'bank', '-o', 'x.sbridge', '--scale', '2')).status).not.toBe(0)
  })

  it('is compared with new ones: keys, numbers of rows, correlations and each table beside what two halves differ by', async () => {
    const { status, stdout } = await run('evaluate', 'bank', 'one', '--report', 'tables.html', '--threads', '1')
    expect(status).toBe(0)
    expect(stdout).toContain('No key dangles')
    expect(stdout).toContain('dangling 0 (real 0), empty 0 % (real 0 %), numbers of rows 0 (floor ')
    expect(text('tables.html')).toContain('Where keys lead')
    // Amounts of other accounts, and a key of none.
    mkdirSync(join(folder, 'loose'))
    writeFileSync(join(folder, 'loose', 'accounts.csv'), text('bank', 'accounts.csv'))
    const [head, ...lines] = text('bank', 'transactions.csv').trimEnd().split('\n')
    const ids = lines.map((line) => line.split(',')[1]!)
    const others = lines.map((line, i) => line.replace(/^(\d+),\d+/, `$1,${i === 0 ? 999 : ids[(i + 101) % ids.length]}`))
    writeFileSync(join(folder, 'loose', 'transactions.csv'), `${[head, ...others].join('\n')}\n`)
    const { keys, verdict } = JSON.parse((await run('evaluate', 'bank', 'loose', '--json', '--threads', '1')).stdout)
    expect(verdict).toMatchObject({ grade: 'poor', sentence: expect.stringContaining('eys dangle: 1 row by transactions.account_id') })
    expect(keys[0].dangling).toEqual([0, 1])
    // A list of names alone is compared by its keys, and keeps nothing from being compared.
    mkdirSync(join(folder, 'named'))
    for (const file of ['accounts.csv', 'transactions.csv']) writeFileSync(join(folder, 'named', file), text('bank', file))
    writeFileSync(join(folder, 'named', 'offices.csv'), 'name\nAa Ost\nBo West\nCe Nord\nDu Mitte\n')
    const named = await run('evaluate', 'named', 'named', '--keys', 'transactions.account_id -> accounts.account_id', '--threads', '1')
    expect(named.stderr).toBe('')
    expect(named.stdout).toContain('nothing but keys')
    // Running numbers of new rows go on behind those of the data, by which nothing is told apart.
    const { tables } = JSON.parse((await run('evaluate', 'bank', 'one', '--json', '--threads', '1')).stdout)
    expect(tables.transactions.sentence).not.toContain('above that of every real row')
    const refused = async (...words: string[]) => (await run('evaluate', ...words)).stderr
    expect(await refused('bank', 'apart')).toContain('no table accounts among the synthetic ones')
    expect(await refused('bank')).toContain('several tables on both sides')
    expect(await refused('bank', 'one', '--target', 'kind')).toContain('--target with several tables')
    expect(await refused('bank', 'one', '--require', 'auc<0.6')).toContain('--require of auc with several tables')
  })

  it('is refused by --require where more rules between the tables are broken than it allows', async () => {
    const days = (k: number) => `2024-${String(1 + (k % 9)).padStart(2, '0')}-${String(1 + ((7 * k) % 28)).padStart(2, '0')}`
    const write = (name: string, wrong: number) => {
      mkdirSync(join(folder, name))
      const counts = Array.from({ length: 80 }, (_, i) => (i * 7) % 5)
      const shops = counts.map((count, i) => `s${i},${days(i)},${i < wrong ? count + 1 : count}`)
      const sales = counts.flatMap((count, i) => Array.from({ length: count }, (_, k) => `s${i},${((13 * i + 29 * k) % 97) + 0.5}`))
      writeFileSync(join(folder, name, 'shops.csv'), `shop,opened,sales\n${shops.join('\n')}\n`)
      writeFileSync(join(folder, name, 'sales.csv'), `shop,price\n${sales.join('\n')}\n`)
    }
    write('counted', 0)
    write('miscounted', 3)
    const words = ['--keys', 'sales.shop -> shops.shop', '--require', 'rules<=0', '--threads', '1']
    const [kept, broken] = [await run('evaluate', 'counted', 'counted', ...words), await run('evaluate', 'counted', 'miscounted', ...words)]
    expect(kept.stdout).toContain('rule shops.sales = count(sales) by sales.shop -> shops.shop: broken by 0 of 80')
    expect([kept.status, broken.status]).toEqual([0, 5])
    expect(broken.stdout).toContain('broken by 3 of 80, share 3.8 %')
    expect(broken.stderr).toContain('rules<=0: 1')
  })

  it('keeps the dialect of each file, and the number of rows follows --scale', async () => {
    mkdirSync(join(folder, 'german'))
    writeFileSync(join(folder, 'german', 'accounts.csv'), text('bank', 'accounts.csv'))
    const german = text('bank', 'transactions.csv')
      .replaceAll(',', ';')
      .replace(/\.(\d\d)$/gm, ',$1')
      .replaceAll('\n', '\r\n')
    writeFileSync(join(folder, 'german', 'transactions.csv'), german)
    const drawn = await run('sample', 'german', '-o', 'new-german', '--keys', BANK, '--scale', '0.5', ...QUICK)
    expect(drawn.status).toBe(0)
    expect(rowsOf('new-german', 'accounts.csv')).toHaveLength(15)
    expect(text('new-german', 'transactions.csv')).toMatch(
      /^transaction_id;account_id;date;kind;amount\r\n\d+;\d+;2\d{3}-\d\d-\d\d;\w+;\d+,\d\d\r\n/
    )
  })

  it('references within a table and to another one go together', async () => {
    await writeCsv(join(folder, 'staff'), staff({ employees: 80 }))
    const keys = 'employees.manager_id -> employees.employee_id, absences.employee_id -> employees.employee_id'
    expect((await run('sample', 'staff', '-o', 'new-staff', '--keys', keys, ...QUICK)).status).toBe(0)
    const employees = rowsOf('new-staff', 'employees.csv')
    const known = new Set(employees.map((row) => row.employee_id))
    expect(employees.filter((row) => row.manager_id === '')).toHaveLength(1)
    expect(employees.every((row) => row.manager_id === '' || known.has(row.manager_id!))).toBe(true)
    const absences = rowsOf('new-staff', 'absences.csv')
    expect(absences.every((row) => known.has(row.employee_id!))).toBe(true)
    // As many employees as in the data have as many absences.
    const sizes = (rows: readonly Record<string, string>[], of: readonly Record<string, string>[]) =>
      of.map(({ employee_id: id }) => rows.filter((row) => row.employee_id === id).length).sort((a, b) => a - b)
    expect(sizes(absences, employees)).toEqual(sizes(rowsOf('staff', 'absences.csv'), rowsOf('staff', 'employees.csv')))
    // Managers stand before those whom they lead, in the same department but right below the top: by chance a third would.
    const place = new Map(employees.map((row, i) => [row.employee_id, i]))
    const led = employees.filter((row) => row.manager_id !== '')
    expect(led.every((row) => place.get(row.manager_id)! < place.get(row.employee_id)!)).toBe(true)
    const matches = led.filter((row) => employees[place.get(row.manager_id)!]!.department === row.department).length
    expect(matches / led.length).toBeGreaterThan(0.75)
  })

  it('a reference within a table that is stated is one though numbers in a row from 1 would hold any', async () => {
    const count = 40
    const cells = (of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i))
    const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
    const columns = [
      text(
        'id',
        cells((i) => String(i + 1))
      ),
      text(
        'name',
        cells((i) => `Name ${String.fromCharCode(65 + (i % 26))}${i}`)
      ),
      text(
        'boss',
        cells((i) => (i < 2 ? '' : String(1 + ((i * i) % i || i % 2))))
      )
    ]
    const paid = text(
      'salary',
      cells((i) => String(40000 + 100 * ((i * 37) % 300)))
    )
    const keys = ['--keys', 'people.boss -> people.id']
    for (const [name, table] of [
      ['paid', { columns: [...columns, paid], rowCount: count }],
      ['unpaid', { columns, rowCount: count }]
    ] as const) {
      await writeCsv(join(folder, name), { tables: { people: table } })
      expect(await run('sample', name, '-o', `new-${name}`, ...keys, ...QUICK)).toMatchObject({ status: 0 })
      const people = rowsOf(`new-${name}`, 'people.csv')
      const ids = new Set(people.map((row) => row.id))
      const led = people.filter((row) => row.boss !== '')
      expect(led.length).toBeGreaterThan(count / 2)
      expect(led.every((row) => ids.has(row.boss!) && row.boss !== row.id)).toBe(true)
    }
  })

  it('keys in a circle are opened at one that some rows lack, and every key leads somewhere', async () => {
    const { tables } = staff({ employees: 60 })
    const employees = tables.employees!
    const departments = [...new Set(employees.columns[2]!.values)]
    const heads = departments.map((name, d) => (d === 1 ? null : employees.columns[0]!.values[employees.columns[2]!.values.indexOf(name)]!))
    const column = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
    const units = Array.from({ length: 12 }, (_, i) => i)
    const ids = units.map((i) => `D-${700 + 13 * i}`)
    const table = (columns: readonly ReturnType<typeof column>[]) => ({ columns, rowCount: columns[0]!.values.length })
    const unitOf = employees.columns[0]!.values.map((id: string) => ids[(Number(id) * 7) % 12]!)
    await writeCsv(join(folder, 'circle'), {
      tables: {
        units: table([
          column('unit', ids),
          column(
            'size',
            units.map((i) => String(10 + (i % 5)))
          ),
          column(
            'head',
            units.map((i) => heads[i % heads.length] ?? null)
          )
        ]),
        people: table([
          column('person', employees.columns[0]!.values as string[]),
          column('unit', unitOf),
          column('born', employees.columns[5]!.values as string[])
        ])
      }
    })
    const keys = 'people.unit -> units.unit, units.head -> people.person'
    const done = await run('sample', 'circle', '-o', 'new-circle', '--keys', keys, ...QUICK)
    expect([done.status, done.stderr]).toEqual([0, ''])
    expect(done.stdout).toContain('units.head')
    const [drawn, people] = [rowsOf('new-circle', 'units.csv'), rowsOf('new-circle', 'people.csv')]
    expect(people.every((row) => drawn.some(({ unit }) => unit === row.unit))).toBe(true)
    expect(drawn.every((row) => row.head === '' || people.some(({ person }) => person === row.head))).toBe(true)
    const empty = (rows: readonly Record<string, string>[]) => rows.filter(({ head }) => head === '').length
    expect(empty(drawn)).toBe(empty(rowsOf('circle', 'units.csv')))
  })

  it('rows that refer to two tables are counted by one and choose of the other', async () => {
    const { tables, keys } = shop({ customers: 40, products: 16 })
    const sku = tables.products!.columns[0]!.values
    const prices = new Map(sku.map((name: string, i: number) => [name, tables.products!.columns[2]!.values[i]!]))
    const lines = tables.order_lines!
    const priced = {
      name: 'unit_price',
      source: 'text' as const,
      values: lines.columns[1]!.values.map((name: string) => prices.get(name)!)
    }
    await writeCsv(join(folder, 'shop'), { tables: { ...tables, order_lines: { ...lines, columns: [...lines.columns, priced] } } })
    const { status, stdout } = await run('sample', 'shop', '-o', 'new-shop', '--keys', keys, ...QUICK)
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('of each row of orders by order_id, each given those before it, choosing rows of products by sku')
    ])
    const products = new Map(rowsOf('new-shop', 'products.csv').map((row) => [row.sku, row]))
    const orders = new Map(rowsOf('new-shop', 'orders.csv').map((row) => [row.order_id, row]))
    const customers = new Map(rowsOf('new-shop', 'customers.csv').map((row) => [row.customer_id, row]))
    const drawn = rowsOf('new-shop', 'order_lines.csv')
    expect(drawn.length).toBe(lines.rowCount)
    // Products are sold as often as those of the data: all alike would be off three times as far at least.
    const sold = (names: readonly (string | null | undefined)[]) => {
      const counts = new Map<unknown, number>()
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
      return Array.from({ length: 16 }, (_, k) => [...counts.values()].sort((a, b) => b - a)[k] ?? 0)
    }
    const [real, own] = [sold(lines.columns[1]!.values as string[]), sold(drawn.map((row) => row.sku))]
    const off = (of: (k: number) => number) => real.reduce((sum, count, k) => sum + Math.abs(count - of(k)), 0)
    expect(3 * off((k) => own[k]!)).toBeLessThan(off(() => drawn.length / 16))
    expect(new Set(drawn.map((row) => `${row.order_id} ${row.sku}`)).size).toBe(drawn.length)
    for (const line of drawn) expect(products.get(line.sku)!.price).toBe(line.unit_price)
    // Every order stands after its customer has joined, as in the data.
    for (const order of orders.values()) expect(order.ordered! >= customers.get(order.customer_id)!.joined!).toBe(true)
    // Businesses buy for the office: 0.54 of their lines, 0.07 of those of others; a fair share each would be off by 0.02.
    const office = (segment: string) => {
      const own = drawn.filter((line) => customers.get(orders.get(line.order_id)!.customer_id)!.segment === segment)
      return own.filter((line) => products.get(line.sku)!.category === 'office').length / own.length
    }
    expect(office('business') - office('private')).toBeGreaterThan(0.15)
  })

  it.each([
    [['apart', '-o', 'x'], 'of which none refers to another beyond chance'],
    [['bank', '-o', 'x', '--keys', 'transactions.account_id+kind -> accounts.account_id'], 'as many columns on both sides'],
    [['bank', '-o', 'x', '--keys', 'transactions.account -> accounts.account_id'], 'a column account that transactions lacks'],
    [['bank', '-o', 'x', '--keys', 'moves.account_id -> accounts.account_id'], 'a table moves that is not there'],
    [['bank', '-o', 'x', '--keys', 'transactions to accounts'], 'TABLE.COLUMN -> TABLE.COLUMN'],
    [['bank', '-o', 'x', '--keys', `${BANK}, accounts.account_id -> transactions.transaction_id`], 'keys that lead in a circle'],
    [['bank', '-o', 'x', '--keys', 'transactions.kind -> accounts.statement'], 'statement = '],
    [['bank', '-o', 'x', '--keys', 'accounts.age -> transactions.transaction_id'], 'not one row refers to a row that is there'],
    [['bank', '-o', 'x.csv', '--keys', BANK], 'the name of a new folder'],
    [['bank', '-o', 'bank', '--keys', BANK], 'which is there already'],
    [['bank', '-o', 'x', '--keys', BANK, '-n', '5'], '--scale 2'],
    [['bank', '-o', 'x', '--keys', BANK, '--given', 'age=4'], '--given with several tables'],
    [['bank/accounts.csv', '-o', 'x.csv', '--keys', BANK], '--keys with bank/accounts.csv']
  ])('%j is refused, and nothing is written', async (words, message) => {
    const before = readdirSync(folder)
    const { status, stderr } = await run('sample', ...words, ...QUICK)
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)])
    expect(readdirSync(folder)).toEqual(before)
  })

  it('rows whose key leads nowhere are counted, kept as a rate, or refused', async () => {
    await writeCsv(join(folder, 'lost'), bank({ accounts: 30 }))
    const lines = text('lost', 'transactions.csv').split('\n')
    // A fifth of the accounts is no longer there.
    writeFileSync(
      join(folder, 'lost', 'accounts.csv'),
      text('lost', 'accounts.csv')
        .split('\n')
        .filter((line) => !/^\d*[05],/.test(line))
        .join('\n')
    )
    const lost = lines.filter((line) => /^\d+,\d*[05],/.test(line)).length
    const { status, stdout } = await run('sample', 'lost', '-o', 'new-lost', '--keys', BANK, ...QUICK)
    expect(status).toBe(0)
    expect(stdout).toContain(`transactions.account_id: ${lost} rows whose accounts is not there`)
    const drawn = rowsOf('new-lost', 'transactions.csv')
    const [rate, share] = [lost / (lines.length - 2), drawn.filter((row) => row.account_id === '').length / drawn.length]
    expect(Math.abs(share - rate)).toBeLessThan(0.01)
    const refused = await run('sample', 'lost', '-o', 'no-lost', '--keys', BANK, '--orphans', 'refuse', ...QUICK)
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(`${lost} rows of transactions whose account_id`)])
    expect(existsSync(join(folder, 'no-lost'))).toBe(false)
  })
})

describe('a file of SQLite', () => {
  const open = (file: string) => new sqlite.Database(join(folder, file))
  const ask = (file: string, sql: string) => {
    const database = open(file)
    try {
      return database.all(sql) as Record<string, unknown>[]
    } finally {
      database.close()
    }
  }
  const SCHEMA = [
    'CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, district TEXT NOT NULL, age INTEGER, statement TEXT, opened DATE)',
    "CREATE TABLE transactions (transaction_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES Accounts, date DATE NOT NULL, kind TEXT CHECK (kind IN ('card', 'cash', 'transfer')), amount REAL CHECK (amount > 0))",
    'CREATE TABLE remarks (id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts, remark TEXT)',
    'CREATE INDEX by_account ON transactions (account_id)'
  ]

  beforeAll(() => {
    const database = open('bank.sqlite')
    for (const statement of SCHEMA) database.exec(statement)
    for (const [name, { columns, rowCount }] of Object.entries<RawTable>(bank({ accounts: 30 }).tables)) {
      for (let i = 0; i < rowCount; i++) {
        const cells = columns.map((column) => (/_id|age|amount/.test(column.name) ? Number(column.values[i]) : column.values[i]!))
        database.run(`INSERT INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`, cells)
      }
    }
    database.close()
  })

  it('is drawn by the keys of its schema into a file of the same schema', async () => {
    const { status, stdout } = await run('sample', 'bank.sqlite', '-o', 'new.sqlite', ...QUICK)
    expect([status, stdout]).toEqual([0, expect.stringContaining('of each row of accounts by account_id')])
    expect(ask('new.sqlite', 'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL').map(({ sql }) => sql)).toEqual(SCHEMA)
    expect(ask('new.sqlite', 'PRAGMA foreign_key_check')).toEqual([])
    const [{ rows, kinds }] = ask(
      'new.sqlite',
      'SELECT count(*) AS rows, count(DISTINCT typeof(amount) || typeof(date)) AS kinds FROM transactions'
    ) as [{ rows: number; kinds: number }]
    expect(rows).toBeGreaterThan(75)
    expect(kinds).toBe(1)
    expect(ask('new.sqlite', 'SELECT typeof(amount) AS amount, typeof(date) AS date FROM transactions LIMIT 1')).toEqual([
      { amount: 'real', date: 'text' }
    ])
    expect(ask('new.sqlite', 'SELECT count(*) AS n FROM remarks')).toEqual([{ n: 0 }])
  })

  it('unusual names, computed columns, bytes, two keys into one table, tables of one row and without any', async () => {
    const database = open('odd.sqlite')
    for (const statement of [
      'CREATE TABLE "group" ("order" INTEGER PRIMARY KEY, "select" TEXT CHECK ("select" IN (\'a\', \'b\')), [from] REAL CHECK ([from] > 0 AND [from] < 5))',
      'CREATE TABLE "größe ""x""" ("group" INT NOT NULL REFERENCES "group", other INT REFERENCES "group", "no" INT, start DATE, stop DATE, price REAL CHECK (price BETWEEN 1 AND 9), twice REAL AS (2 * price) STORED, bytes BLOB, PRIMARY KEY ("group", "no"), CHECK (start <= stop)) WITHOUT ROWID',
      'CREATE TABLE settings (version INT)',
      'INSERT INTO settings VALUES (3)',
      'CREATE TABLE none (id INTEGER PRIMARY KEY, "group" INT REFERENCES "group")',
      'CREATE VIEW seen AS SELECT * FROM "größe ""x"""'
    ])
      database.exec(statement)
    for (let i = 1; i <= 20; i++) database.run('INSERT INTO "group" VALUES (?, ?, ?)', [i, i % 3 === 0 ? 'a' : 'b', (i % 5) + 0.5])
    for (let i = 0; i < 45; i++) {
      const day = (plus: number) => new Date(Date.UTC(2024, 0, 1 + ((i * 7) % 50) + plus)).toISOString().slice(0, 10)
      const row = [
        1 + (i % 15),
        i % 4 === 0 ? null : 1 + ((i * 3) % 20),
        1 + Math.floor(i / 15),
        day(0),
        day(i % 6),
        1 + ((i * 11) % 80) / 10
      ]
      database.run('INSERT INTO "größe ""x""" VALUES (?, ?, ?, ?, ?, ?, ?)', [...row, new Uint8Array([i])])
    }
    database.close()
    const { status, stdout, stderr } = await run('sample', 'odd.sqlite', '-o', 'even.sqlite', ...QUICK)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('settings: one row')
    expect(stdout).toContain('bytes: lists, objects or bytes')
    expect(stdout).not.toContain('CHECK')
    const [counts] = ask(
      'even.sqlite',
      'SELECT (SELECT count(*) FROM "group") AS parents, (SELECT count(*) FROM settings) + (SELECT count(*) FROM none) AS empty, sum(twice = 2 * price) AS computed, count(*) AS rows, count(other) AS others FROM seen'
    )
    expect(counts).toMatchObject({ parents: 20, empty: 0, computed: 45, rows: 45 })
    expect(ask('even.sqlite', 'PRAGMA foreign_key_check')).toEqual([])
    expect(ask('even.sqlite', 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('keys of several columns lead to rows, and lines are numbered from 1 in every order', async () => {
    const { tables } = shop({ customers: 20, products: 12 })
    const lines = tables.order_lines!
    const [orders, , quantity] = lines.columns.map(({ values }: { values: string[] }) => values)
    const seen = new Map<string, number>()
    const numbers = orders!.map((order: string) => {
      seen.set(order!, (seen.get(order!) ?? 0) + 1)
      return seen.get(order!)!
    })
    const database = open('lines.sqlite')
    database.exec('CREATE TABLE orders (order_id INTEGER PRIMARY KEY, channel TEXT, shipping REAL)')
    database.exec(
      'CREATE TABLE lines (order_id INTEGER REFERENCES orders, line_no INTEGER, quantity INTEGER, PRIMARY KEY (order_id, line_no))'
    )
    database.exec(
      'CREATE TABLE returns (return_id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders, line INTEGER, pieces INTEGER, FOREIGN KEY (order_id, line) REFERENCES lines)'
    )
    const { columns, rowCount } = tables.orders!
    for (let i = 0; i < rowCount; i++)
      database.run('INSERT INTO orders VALUES (?, ?, ?)', [
        Number(columns[0]!.values[i]),
        columns[3]!.values[i]!,
        Number(columns[4]!.values[i])
      ])
    for (const [i, order] of orders!.entries())
      database.run('INSERT INTO lines VALUES (?, ?, ?)', [Number(order), numbers[i]!, Number(quantity![i])])
    for (let i = 0; i < orders!.length; i += 3)
      database.run('INSERT INTO returns VALUES (?, ?, ?, ?)', [i, Number(orders![i]), numbers[i]!, 1 + (i % 2)])
    database.close()
    const { status, stdout } = await run('sample', 'lines.sqlite', '-o', 'new-lines.sqlite', ...QUICK)
    expect([status, stdout]).toEqual([0, expect.stringContaining('of each row of lines by order_id+line')])
    expect(ask('new-lines.sqlite', 'PRAGMA foreign_key_check')).toEqual([])
    const gaps = 'SELECT order_id FROM lines GROUP BY order_id HAVING max(line_no) <> count(*) OR min(line_no) <> 1'
    expect(ask('new-lines.sqlite', gaps)).toEqual([])
    const [{ rows }] = ask('new-lines.sqlite', 'SELECT count(*) AS rows FROM returns') as [{ rows: number }]
    expect(rows).toBe(Math.ceil(orders!.length / 3))
    await run('sample', 'lines.sqlite', '-o', 'new-lines', ...QUICK)
    const keys = 'lines.order_id -> orders.order_id, returns.order_id+line -> lines.order_id+line_no'
    expect((await run('sample', 'new-lines', '-o', 'back.sqlite', '--keys', keys, ...QUICK)).status).toBe(0)
    expect(ask('back.sqlite', 'PRAGMA foreign_key_check')).toEqual([])
    expect(ask('back.sqlite', 'PRAGMA foreign_key_list(returns)')).toHaveLength(2)
    const alike = await run('sample', 'new-lines', '-o', 'no', '--keys', keys.replaceAll('+line_no', '+quantity'), ...QUICK)
    expect([alike.status, alike.stderr]).toEqual([2, expect.stringContaining('order_id + quantity')])
  })

  it('becomes a folder, and a folder becomes one with keys', async () => {
    await run('sample', 'bank.sqlite', '-o', 'from-file', ...QUICK)
    expect(readdirSync(join(folder, 'from-file'))).toEqual(['accounts.csv', 'transactions.csv'])
    expect((await run('sample', 'bank', '-o', 'made.sqlite', '--keys', BANK, ...QUICK)).status).toBe(0)
    expect(ask('made.sqlite', 'PRAGMA foreign_key_list(transactions)')).toMatchObject([
      { table: 'accounts', from: 'account_id', to: 'account_id' }
    ])
    expect(ask('made.sqlite', 'SELECT typeof(account_id) AS id FROM transactions LIMIT 1')).toEqual([{ id: 'integer' }])
  })
})

describe('the law of children', () => {
  const PARENTS = 160
  const key = (name: string) => keyFor(keyFromSeed(5), name)
  const column = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })

  it('given their parent and their number: means of both by the parent’s column, and what siblings share', async () => {
    // Gold customers have 6 or 8 orders about 30, others none or 2 about 10; all orders of one stand about a level of its own.
    const [u, level] = [uniforms(key('kind'), PARENTS), uniforms(key('level'), PARENTS)]
    const gold = Array.from(u, (x) => x < 0.4)
    const counts = Array.from(level, (x, i) => (gold[i] ? 6 : 0) + ((x * 16) % 1 < 0.5 ? 2 : 0))
    const parents = {
      columns: [
        column(
          'id',
          [...counts.keys()].map((i) => i + 1)
        ),
        column(
          'tier',
          gold.map((is) => (is ? 'gold' : 'plain'))
        )
      ],
      rowCount: PARENTS
    }
    const rows = counts.flatMap((count, i) => Array.from({ length: count }, (_, k) => ({ i, k })))
    const noise = uniforms(key('noise'), rows.length)
    const spent = rows.map(({ i }, r) => ((gold[i] ? 30 : 10) + 8 * (level[i]! - 0.5) + 2 * (noise[r]! - 0.5)).toFixed(2))
    const children = {
      columns: [
        column(
          'customer',
          rows.map(({ i }) => i + 1)
        ),
        column('spent', spent)
      ],
      rowCount: rows.length
    }
    const model = await fitSchema(
      { tables: { parents, children } },
      { keys: 'children.customer -> parents.id', seed: 1, scaling: 'standard', threads: 1 }
    )
    const drawn = await sampleSchema(model, { seed: 2, threads: 1 })
    const tier = new Map<unknown, unknown>(
      [...drawn.parents!.columns[0]!.values].map((id, i) => [id, drawn.parents!.columns[1]!.values[i]])
    )
    const amounts = [...drawn.children!.columns[1]!.values]
    const own = new Map<unknown, number[]>([...tier.keys()].map((id) => [id, []]))
    for (const [r, id] of [...drawn.children!.columns[0]!.values].entries()) own.get(id)!.push(Number(amounts[r]))
    const of = (which: string) => [...own].filter(([id]) => tier.get(id) === which).map(([, values]) => values)
    const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
    // Standard errors of means over 60 parents and more: 0.13 of counts, 0.3 of amounts; four of them.
    expect(Math.abs(mean(of('gold').map(({ length }) => length)) - 7)).toBeLessThan(0.5)
    expect(Math.abs(mean(of('plain').map(({ length }) => length)) - 1)).toBeLessThan(0.5)
    expect(of('plain').some(({ length }) => length === 0)).toBe(true)
    expect(Math.abs(mean(of('gold').flat()) - 30)).toBeLessThan(1.2)
    expect(Math.abs(mean(of('plain').flat()) - 10)).toBeLessThan(1.2)
    // Of the variance within gold customers' orders, 5.33 of 5.67 is between customers.
    const gathered = of('gold').filter(({ length }) => length > 1)
    const within = mean(gathered.map((values) => values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / (values.length - 1)))
    const between = mean(gathered.map((values) => (mean(values) - mean(gathered.map(mean))) ** 2))
    expect(between / (between + within)).toBeGreaterThan(0.85)
  })
})

it('a model of several tables that a program saves is one of the command, and the other way round', async () => {
  const at = (name: string) => join(folder, name)
  const { tables, ...kept } = await readTables(at('bank'))
  const model = await fitSchema({ tables }, { keys: BANK, bandwidth: 0.5, scaling: 'standard', seed: 1, threads: 1 })
  await saveSchema(at('library.sbridge'), model, kept)
  expect((await run('fit', 'bank', '-o', 'command.sbridge', '--keys', BANK, ...QUICK)).status).toBe(0)
  expect(readFileSync(at('library.sbridge'))).toEqual(readFileSync(at('command.sbridge')))
  const known = await loadSchema(at('command.sbridge'))
  await writeTables(at('from-library'), { ...known.kept, tables: await sampleSchema(known.model, { seed: 3, threads: 1 }) })
  expect((await run('sample', 'library.sbridge', '-o', 'from-command', '--seed', '3', '--threads', '1')).status).toBe(0)
  for (const name of ['accounts.csv', 'transactions.csv']) expect(text('from-library', name)).toBe(text('from-command', name))
  await expect(loadModel(at('library.sbridge'))).rejects.toMatchObject({ code: 'model-kind', remedy: 'loadSchema' })
  expect((await run('fit', 'bank/accounts.csv', '-o', 'one.sbridge', ...QUICK)).status).toBe(0)
  await expect(loadSchema(at('one.sbridge'))).rejects.toMatchObject({ code: 'model-kind', remedy: 'loadModel' })
})

it('numbers keep to the class of their parent, dates to the end that those of the data have', async () => {
  // Retail customers order 1 to 3 pieces, business ones 5 to 29, each anywhere in the year after they joined.
  const draw = (label: string, rows: number) => uniforms(keyFor(keyFromSeed(8), label), rows)
  const [kinds, joins, some] = [draw('kind', 90), draw('join', 90), draw('some', 90)]
  const day = (days: number) => new Date(Math.round(days) * 864e5).toISOString().slice(0, 10)
  const customers = Array.from(kinds, (u, i) => ({
    id: `C-${100 + 3 * i}`,
    segment: u < 0.6 ? 'retail' : 'business',
    joined: 19_000 + Math.floor(500 * joins[i]!)
  }))
  const of = customers.flatMap((customer, i) => Array<number>((customer.segment === 'retail' ? 1 : 5) + Math.floor(3 * some[i]!)).fill(i))
  const [after, pieces] = [draw('after', of.length), draw('pieces', of.length)]
  const column = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const model = await fitSchema(
    {
      tables: {
        customers: {
          columns: [
            column(
              'id',
              customers.map(({ id }) => id)
            ),
            column(
              'segment',
              customers.map(({ segment }) => segment)
            ),
            column(
              'joined',
              customers.map(({ joined }) => day(joined))
            )
          ],
          rowCount: customers.length
        },
        orders: {
          columns: [
            column(
              'customer',
              of.map((i) => customers[i]!.id)
            ),
            column(
              'ordered',
              of.map((i, r) => day(customers[i]!.joined + Math.floor(365 * after[r]!)))
            ),
            column(
              'qty',
              of.map((i, r) => (customers[i]!.segment === 'retail' ? 1 + Math.floor(3 * pieces[r]!) : 5 + Math.floor(25 * pieces[r]!)))
            )
          ],
          rowCount: of.length
        }
      }
    },
    { keys: 'orders.customer -> customers.id', seed: 1, bandwidth: 0.5, threads: 1 }
  )
  const drawn = await sampleSchema(model, { seed: 2, threads: 1 })
  const cells = (table: string, name: string) => [...drawn[table]!.columns.find((one) => one.name === name)!.values].map(String)
  const place = new Map(cells('customers', 'id').map((id, i) => [id, i]))
  const parents = cells('orders', 'customer').map((id) => place.get(id)!)
  const segments = cells('customers', 'segment')
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)]
  const pieceOf = (segment: string) =>
    cells('orders', 'qty')
      .map(Number)
      .filter((_, r) => segments[parents[r]!] === segment)
  expect(range(pieceOf('retail'))).toEqual([1, 3])
  const [low, high] = range(pieceOf('business'))
  expect([low! >= 5, high! <= 29]).toEqual([true, true])
  const joined = cells('customers', 'joined').map((one) => Date.parse(one) / 864e5)
  const since = cells('orders', 'ordered').map((one, r) => Date.parse(one) / 864e5 - joined[parents[r]!]!)
  expect(range(since)[0]).toBeGreaterThanOrEqual(0)
  expect(range(since)[1]).toBeLessThan(365)
  // A standard error of the mean of so many days anywhere in a year is 6 days, of as many customers at most 12; of two samples four of them.
  expect(Math.abs(since.reduce((sum, x) => sum + x / since.length, 0) - 182)).toBeLessThan(60)
})

it('rules hold within each table, of parents and of children', async () => {
  const draw = (label: string, rows: number) => uniforms(keyFor(keyFromSeed(6), label), rows)
  const tableOf = (rows: readonly Readonly<Record<string, string>>[]): RawTable => ({
    columns: Object.keys(rows[0]!).map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]!) })),
    rowCount: rows.length
  })
  const day = (days: number) => new Date(Math.floor(days) * 864e5).toISOString().slice(0, 10)
  const [births, joins, tiers] = [draw('birth', 60), draw('join', 60), draw('tier', 60)]
  const customers = Array.from(births, (u, i) => {
    const [born, joined] = [day(8000 * u), day(17_000 + 2000 * joins[i]!)]
    const age = Number(joined.slice(0, 4)) - Number(born.slice(0, 4)) - (joined.slice(5) < born.slice(5) ? 1 : 0)
    const tier = 'ABC'[Math.floor(3 * tiers[i]!)]!
    return { id: `C-${100 + 3 * i}`, born, joined, age: String(age), tier, limit: { A: '500', B: '900', C: '2000' }[tier]! }
  })
  const [counts, prices] = [draw('count', 180), draw('price', 180)]
  const orders = Array.from(counts, (u, i) => {
    const [qty, cents] = [1 + Math.floor(5 * u), 300 + Math.floor(5000 * prices[i]!)]
    return { customer: customers[i % 60]!.id, qty: String(qty), price: (cents / 100).toFixed(2), total: ((qty * cents) / 100).toFixed(2) }
  })
  const model = await fitSchema(
    { tables: { customers: tableOf(customers), orders: tableOf(orders) } },
    { keys: 'orders.customer -> customers.id', seed: 1, bandwidth: 0.5, scaling: 'standard', threads: 1 }
  )
  const drawn = await sampleSchema(model, { seed: 2, threads: 1 })
  const cells = (table: string) => (name: string) => [...drawn[table]!.columns.find((one) => one.name === name)!.values].map(String)
  const [of, line] = [cells('customers'), cells('orders')]
  const limits = new Map(of('tier').map((tier, i) => [tier, of('limit')[i]]))
  for (const [i, born] of of('born').entries()) {
    const joined = of('joined')[i]!
    const age = Number(joined.slice(0, 4)) - Number(born.slice(0, 4)) - (joined.slice(5) < born.slice(5) ? 1 : 0)
    expect([of('age')[i], of('limit')[i]]).toEqual([String(age), limits.get(of('tier')[i]!)])
  }
  expect([limits.get('A'), limits.get('C')]).toEqual(['500', '2000'])
  for (const [i, qty] of line('qty').entries()) expect(Number(line('total')[i])).toBeCloseTo(Number(qty) * Number(line('price')[i]), 6)
})

it('keys say what their rows and what these refer to say: an order its year, a line its order and number', async () => {
  const u = uniforms(keyFor(keyFromSeed(4), 'orders'), 500)
  const day = (i: number) => new Date(Date.UTC(2023, 0, 1 + 5 * i)).toISOString().slice(0, 10)
  const orders = Array.from({ length: 140 }, (_, i) => ({
    id: `${day(i).slice(0, 4)}-${String(1 + (i % 73)).padStart(4, '0')}`,
    day: day(i)
  }))
  const lines = orders.flatMap(({ id }, i) =>
    Array.from({ length: 1 + Math.floor(3 * u[i]!) }, (_, k) => ({
      id: `${id}/${1 + k}`,
      order: id,
      line: 1 + k,
      pieces: 1 + ((7 * i + k) % 9)
    }))
  )
  const csv = <T extends object>(rows: readonly T[]) =>
    [Object.keys(rows[0]!).join(), ...rows.map((row) => Object.values(row).join())].join('\n')
  mkdirSync(join(folder, 'told'))
  writeFileSync(join(folder, 'told', 'orders.csv'), csv(orders))
  writeFileSync(join(folder, 'told', 'lines.csv'), csv(lines))
  const told = await run('sample', 'told', '-o', 'told-new', '--keys', 'lines.order -> orders.id', ...QUICK)
  expect(told).toMatchObject({ status: 0, stderr: '' })
  expect(told.stdout).toMatch(/key of orders: id like 202[34]-\d{4}, with year of day in it, running on/)
  expect(told.stdout).toMatch(/key of lines: id, of order and line/)
  const [newOrders, newLines] = [rowsOf('told-new', 'orders.csv'), rowsOf('told-new', 'lines.csv')]
  expect(newOrders.map(({ id }) => id!.slice(0, 4))).toEqual(newOrders.map((row) => row.day!.slice(0, 4)))
  const ids = new Set(newOrders.map(({ id }) => id))
  expect(new Set([...ids, ...orders.map(({ id }) => id)]).size).toBe(280)
  expect(newLines.every(({ order }) => ids.has(order))).toBe(true)
  expect(newLines.map(({ id }) => id)).toEqual(newLines.map(({ order, line }) => `${order}/${line}`))
  expect(new Set(newLines.map(({ id }) => id)).size).toBe(newLines.length)
})

describe('documents', () => {
  const shops = () =>
    Array.from({ length: 24 }, (_, i) => ({
      nr: `s-${100 + i}`,
      area: 20 + ((i * 7) % 30),
      lines:
        i % 8 === 4
          ? null
          : Array.from({ length: i % 4 }, (_, k) => ({ price: 2 + ((i + 3 * k) % 9), kind: ['tea', 'rice'][(i + k) % 2] })),
      note: null
    }))

  it('are drawn as documents, by number, from the file and from a model; or into a folder', async () => {
    writeFileSync(join(folder, 'shops.json'), JSON.stringify(shops(), null, 2))
    const drawn = await run('sample', 'shops.json', '-n', '12', '-o', 'new.json', ...QUICK)
    expect(drawn).toMatchObject({ status: 0, stderr: '' })
    expect(drawn.stdout).toContain('shops: 12 rows (24 in the data)')
    expect(text('new.json')).toMatch(/^\[\n {2}\{\n {4}"nr": "s-/)
    const rows = JSON.parse(text('new.json')) as ReturnType<typeof shops>
    expect(rows.map((row) => Object.keys(row).join())).toEqual(rows.map(() => 'nr,area,lines,note'))
    expect(rows.map(({ lines }) => lines?.length ?? 0).sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    for (const line of rows.flatMap(({ lines }) => lines ?? []))
      expect([Object.keys(line).join(), typeof line.price]).toEqual(['price,kind', 'number'])
    await run('fit', 'shops.json', '-o', 'shops.sbridge', ...QUICK)
    await run('sample', 'shops.sbridge', '-n', '12', '-o', 'again.json', '--seed', '1', '--threads', '1')
    expect(text('again.json')).toBe(text('new.json'))
    await run('sample', 'shops.sbridge', '--scale', '0.5', '-o', 'shops', '--seed', '1', '--threads', '1')
    expect(rowsOf('shops', 'shops_lines.csv').map(({ price, kind }) => ({ price: Number(price), kind }))).toEqual(
      rows.flatMap(({ lines }) => lines ?? [])
    )
    const facts = await run('info', 'shops.json')
    expect(facts.stdout).toMatch(
      /^shops: table of 24 rows, 5 columns\n[\s\S]*lines_empty .*2 levels: a list, no list\n[\s\S]*\nshops_lines: table of 36 rows, 3 columns\n/
    )
    await run('sample', 'shops.sbridge', '-n', '96', '-o', 'many.json', '--seed', '2', '--threads', '1')
    const many = JSON.parse(text('many.json')) as ReturnType<typeof shops>
    // Of 24 that have no lines in the data half are null.
    expect(Math.abs(many.filter(({ lines }) => lines === null).length - 12)).toBeLessThan(9)
    const compared = await run('evaluate', 'shops.json', 'new.json')
    expect(compared.stdout).toContain('30 rows in 2 tables against shops.json')
  })

  it('are one table without their lists, and nothing else', async () => {
    const alone = await run('sample', 'shops.json', '--exclude', 'lines', '-n', '3', '-o', 'alone.csv', ...QUICK)
    expect(alone).toMatchObject({ status: 0, stderr: '' })
    expect(text('alone.csv')).toMatch(/^nr,area,note\n/)
    const refused = async (...words: string[]) => {
      const told = await run('sample', 'shops.json', ...words, ...QUICK)
      expect(told.status).toBe(2)
      return told.stderr
    }
    expect(await refused('-o', 'one.csv')).toContain('a name that ends in .json or .jsonl')
    expect(await refused('-n', '3', '--scale', '2', '-o', 'one.json')).toContain('-n with --scale')
    expect(await refused('--given', 'area=30', '-o', 'one.json')).toContain('--given with several tables')
    for (const name of ['one.csv', 'one.json']) expect(existsSync(join(folder, name))).toBe(false)
  })
})

describe('what rows copy from the row that they refer to', () => {
  const u = (label: string, count: number) => uniforms(keyFor(keyFromSeed(3), label), count)
  const column = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values: [...values] })
  /** Customers with what their orders come to, and orders with the country of their customer, and with that sum. */
  function shopOfCopies(): Record<string, RawTable> {
    const customers = 60
    const [lands, sizes, amounts] = [u('land', customers), u('size', customers), u('amount', 8 * customers)]
    const countries = Array.from(lands, (x) => ['DE', 'FR', 'IT', 'ES'][Math.floor(4 * x)]!)
    const customerOf = Array.from(sizes).flatMap((x, i) => new Array<number>(2 + Math.floor(4 * x)).fill(i))
    const cents = customerOf.map((i, k) => 500 + Math.floor((2000 + 900 * 'DE FR IT ES'.indexOf(countries[i]!)) * amounts[k]!))
    const sums = countries.map((_, i) => cents.reduce((sum, x, k) => sum + (customerOf[k] === i ? x : 0), 0))
    const euros = (x: number) => (x / 100).toFixed(2)
    const table = (...columns: ReturnType<typeof column>[]) => ({ columns, rowCount: columns[0]!.values.length })
    return {
      customers: table(
        column(
          'id',
          countries.map((_, i) => `c${i + 1}`)
        ),
        column('country', countries),
        column('total', sums.map(euros))
      ),
      orders: table(
        column(
          'customer_id',
          customerOf.map((i) => `c${i + 1}`)
        ),
        column(
          'country',
          customerOf.map((i) => countries[i]!)
        ),
        column('amount', cents.map(euros)),
        column(
          'of_total',
          customerOf.map((i) => euros(sums[i]!))
        )
      )
    }
  }

  it('is what that row says, also where the rows themselves say it, and is told', async () => {
    const schema = { tables: shopOfCopies() }
    const model = await fitSchema(schema, {
      keys: 'orders.customer_id -> customers.id',
      bandwidth: 0.5,
      scaling: 'standard',
      seed: 1
    })
    expect(model.tables.orders!.child!.copies).toEqual([
      { column: 'country', from: 'country' },
      { column: 'of_total', from: 'total' }
    ])
    expect(model.aggregates!.map(({ column, way, of }) => [column, way, of])).toEqual([['total', 'sum', ['amount']]])
    const drawn = await sampleSchema(model, { seed: 2, scale: 2, threads: 1 })
    const rows = (name: string) => {
      const { columns, rowCount } = drawn[name]!
      return Array.from({ length: rowCount }, (_, i) => Object.fromEntries(columns.map((one) => [one.name, String(one.values[i])])))
    }
    const customers = new Map(rows('customers').map((one) => [one.id!, one]))
    const orders = rows('orders')
    expect(customers.size).toBe(120)
    for (const { customer_id, country, of_total } of orders) {
      const own = orders.filter((one) => one.customer_id === customer_id)
      expect(country).toBe(customers.get(customer_id!)!.country)
      expect(of_total).toBe(customers.get(customer_id!)!.total)
      expect(Number(of_total)).toBeCloseTo(
        own.reduce((sum, one) => sum + Number(one.amount), 0),
        6
      )
    }
  })
})
