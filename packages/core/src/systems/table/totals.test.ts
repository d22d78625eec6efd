import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import type { TableFit, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

const context = { engine: new ReferenceEngine() }
const ROWS = 60
const OPTIONS = { bandwidth: 0.3, scaling: 'standard', kernel: 'fixed' } as const
const dice = (label: string): Float64Array => uniforms(keyFor(keyFromSeed(5), label), ROWS)

interface Entry {
  readonly day: number
  readonly account: string
  readonly cents: number
}

/** Payments of two accounts, day by day. */
const entries: readonly Entry[] = Array.from({ length: ROWS }, (_, i) => ({
  day: 1 + Math.floor((2 * i) / 3),
  account: dice('account')[i]! < 0.4 ? 'A' : 'B',
  cents: Math.round(100 * (90 * dice('amount')[i]! - 40))
}))

const money = (cents: number): string => (cents / 100).toFixed(2)
const dayOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString().slice(0, 10)

function rawOf(rows: readonly Record<string, string>[]): RawTable {
  const names = Object.keys(rows[0]!)
  return { rowCount: rows.length, columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]!) })) }
}

/** Amounts with the balance before and after them, and that in other units. */
function statement(): RawTable {
  let cents = 100_000
  return rawOf(
    entries.map(({ day, cents: amount }) => {
      const opening = cents
      cents += amount
      return { day: dayOf(day), opening: money(opening), amount: money(amount), balance: money(cents), twice: money(2 * cents) }
    })
  )
}

/** The same by account, with how many each had so far. */
function accounts(): RawTable {
  const so: Record<string, { cents: number; count: number }> = { A: { cents: 5_000, count: 0 }, B: { cents: 70_000, count: 0 } }
  return rawOf(
    entries.map(({ day, account, cents }) => {
      const own = so[account]!
      own.cents += cents
      own.count++
      return { day: dayOf(day), account, n: String(own.count), amount: money(cents), balance: money(own.cents) }
    })
  )
}

const reversed = ({ rowCount, columns }: RawTable): RawTable => ({
  rowCount,
  columns: columns.map((column) => ({ ...column, values: [...column.values].reverse() })) as RawTable['columns']
})

const fit = (input: RawTable, options: TableFit = {}): Promise<TableModel> =>
  fitModel(tables, { input, options: { ...OPTIONS, ...options } }, context)

async function rowsOf(model: TableModel, request: TableRequest = {}): Promise<Record<string, string>[]> {
  const drawn = await drawModel(tables, { model, request: { steps: 2, ...request } }, context)
  const { columns, rowCount } = tables.present(model, drawn, 'text')
  return Array.from({ length: rowCount }, (_, i) => Object.fromEntries(columns.map(({ name, values }) => [name, String(values[i])])))
}

const centsOf = (text: string | undefined): number => Math.round(100 * Number(text))

test('a balance, what it was before and what is said of it are those of the drawn amounts, to the cent', async () => {
  const model = await fit(statement())
  expect(tables.summary(model)).toMatchObject({
    totals: ['opening = opening before + amount of the row before', 'balance = balance before + amount']
  })
  const read = await tables.load(unpackModel(packModel(tables.save(model))), context)
  const drawn = await rowsOf(model, { rows: 90 })
  expect(await rowsOf(read, { rows: 90 })).toEqual(drawn)
  expect(tables.training(read).columns.map(({ name }) => name)).toEqual(['day', 'opening', 'amount', 'balance', 'twice'])
  let cents = 100_000
  for (const { opening, amount, balance, twice } of drawn) {
    expect(centsOf(opening)).toBe(cents)
    cents += centsOf(amount)
    expect([balance, twice]).toEqual([money(cents), money(2 * cents)])
  }
})

test('newest first, the oldest begins', async () => {
  const drawn = (await rowsOf(await fit(reversed(statement())))).reverse()
  let cents = 100_000
  for (const { amount, balance } of drawn) {
    cents += centsOf(amount)
    expect(balance).toBe(money(cents))
  }
})

test('balances and counts of every account', async () => {
  const so: Record<string, { cents: number; count: number }> = { A: { cents: 5_000, count: 0 }, B: { cents: 70_000, count: 0 } }
  for (const { account, amount, balance, n } of await rowsOf(await fit(accounts()))) {
    const own = so[account!]!
    own.cents += centsOf(amount)
    own.count++
    expect([balance, n]).toEqual([money(own.cents), String(own.count)])
  }
  expect(Math.min(so.A!.count, so.B!.count)).toBeGreaterThan(5)
})

/** Prices of days: the last one, what it rose by, and the highest, at most half a unit above it. */
function prices(): RawTable {
  let cents = 100_000
  return rawOf(
    entries.map(({ day, cents: change }, i) => {
      cents += change
      return { day: dayOf(day), high: money(cents + Math.floor(50 * dice('high')[i]!)), close: money(cents), change: money(change) }
    })
  )
}

test('what moves with a total keeps to it', async () => {
  const model = await fit(prices())
  const read = await tables.load(unpackModel(packModel(tables.save(model))), context)
  const drawn = await rowsOf(read)
  expect(await rowsOf(model)).toEqual(drawn)
  const above = drawn.map(({ high, close }) => centsOf(high) - centsOf(close))
  expect(Math.min(...above)).toBeGreaterThanOrEqual(-1)
  expect(Math.max(...above)).toBeLessThanOrEqual(55)
  expect(new Set(drawn.map(({ close }) => close)).size).toBeGreaterThan(50)
  const own = prices().columns.map(({ values }) => [...values])
  expect(
    tables
      .present(model, { ...(await drawModel(tables, { model, request: { steps: 1 } }, context)), table: tables.training(model) }, 'text')
      .columns.map(({ values }) => [...values])
  ).toEqual(own)
})

test('what is known of a total is refused by a model, and makes it a column as others where it is known before', async () => {
  const input = statement()
  const model = await fit(input)
  await expect(rowsOf(model, { given: { balance: '900..990' } })).rejects.toMatchObject({ code: 'total-given' })
  const known = { asked: { givens: [{ balance: '900..990' }], observe: [] } }
  expect(tables.optionsFor(input, {}, known).types).toMatchObject({ balance: 'number' })
  const modelled = await fit(input, { types: { balance: 'number', opening: 'number' } })
  expect(modelled).not.toHaveProperty('totals')
  expect(await fit(input, { rules: 'off' })).not.toHaveProperty('totals')
})

/** Marks of two classes, their ranks and medals, and the share of each in what its class has together. */
function marks(): RawTable {
  const rows = entries.map(({ account }, i) => ({
    class: account,
    mark: 1 + Math.floor(40 * dice('mark')[i]!) + (account === 'B' ? 20 : 0)
  }))
  return rawOf(
    rows.map((row) => {
      const own = rows.filter((one) => one.class === row.class)
      const rank = 1 + own.filter(({ mark }) => mark > row.mark).length
      const sum = own.reduce((all, { mark }) => all + mark, 0)
      const share = ((100 * row.mark) / sum).toFixed(1)
      return { class: row.class, mark: String(row.mark), rank: String(rank), medal: rank <= 12 ? 'yes' : 'no', share }
    })
  )
}

test('ranks and shares are those among the drawn rows, and what is told by a rank is so by the new one', async () => {
  const model = await fit(marks())
  const texts = ['rank = rank of mark in each class, the largest first', 'share = 100 * mark / sum of mark in each class']
  expect(tables.tell(model).json).toMatchObject({ standings: texts })
  const again = (await tables.load(unpackModel(packModel(tables.save(model))), context)) as TableModel
  expect(again.totals).toEqual(model.totals)
  expect(tables.stretches!(again, { rows: 30 }, context as never)).toBeUndefined()
  const rows = await rowsOf(again, { rows: 30, seed: 2 })
  expect(Object.keys(rows[0]!)).toEqual(['class', 'mark', 'rank', 'medal', 'share'])
  for (const row of rows) {
    const own = rows.filter((one) => one.class === row.class)
    const rank = 1 + own.filter(({ mark }) => Number(mark) > Number(row.mark)).length
    expect(row).toMatchObject({ rank: String(rank), medal: rank <= 12 ? 'yes' : 'no' })
    const sum = own.reduce((all, { mark }) => all + Number(mark), 0)
    expect(Math.abs(Number(row.share) - (100 * Number(row.mark)) / sum)).toBeLessThan(0.0501)
  }
  await expect(rowsOf(model, { given: { rank: 1 } })).rejects.toThrow(expect.objectContaining({ code: 'total-given' }))
  const drawn = await fit(marks(), { types: { rank: 'integer' } })
  expect(drawn.totals!.standings.map(({ column }) => column)).toEqual(['share'])
})

test('of two columns that each tell where rows stand by the other one is drawn', async () => {
  // A field of 9 rows and 7 columns beside where they are from its middle.
  const field = Array.from({ length: 126 }, (_, i) => ({ site: i < 63 ? 'S1' : 'S2', row: Math.floor((i % 63) / 7), col: i % 7 }))
  const input = rawOf(
    field.map(({ site, row, col }, i) => ({
      site,
      row: String(row + 1),
      col: String(col + 1),
      linrow: (0.1 * row - (site === 'S1' ? 0.4 : 0.45)).toFixed(2),
      lincol: (col - (site === 'S1' ? 3 : 2.5)).toFixed(1),
      yield: (5 + dice('yield')[i % ROWS]!).toFixed(2)
    }))
  )
  const model = await fit(input)
  for (const { column, of, by } of model.totals?.standings ?? [])
    expect(model.totals!.standings.some((one) => one.column !== column && [of, ...by].includes(one.column))).toBe(false)
  expect(await rowsOf(model, { rows: 126 })).toHaveLength(126)
})

test('means and sums of each sample are those of its drawn rows, also from a model file, and a note says that they belong together', async () => {
  const numbers = Array.from({ length: ROWS }, (_, i) => Math.round(1000 * dice('reading')[i]!) + 200 * Math.floor(i / 3))
  const samples = Array.from({ length: ROWS / 3 }, (_, g) => numbers.slice(3 * g, 3 * g + 3))
  const sumOf = (own: readonly number[]) => own.reduce((a, b) => a + b)
  const tableOf = (among: (own: readonly number[]) => Record<string, string>, shift = 0) =>
    rawOf(
      numbers.map((reading, i) => {
        const [sample, own] = [`S-${100 + Math.floor(i / 3)}`, samples[(Math.floor(i / 3) + shift) % samples.length]!]
        return { sample, replicate: String(1 + (i % 3)), reading: String(reading), ...among(own) }
      })
    )
  const model = await fit(tableOf((own) => ({ mean: (sumOf(own) / 3).toFixed(1) })))
  expect(tables.tell(model).json).toMatchObject({ standings: ['mean = mean of reading in each sample'] })
  expect(tables.tell(model).notes).toContainEqual(expect.stringMatching('^3 rows per sample .* --group sample'))
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), context)
  const rows = await rowsOf(loaded)
  expect(rows).toEqual(await rowsOf(model))
  for (const row of rows) {
    const own = rows.filter((one) => one.sample === row.sample).map(({ reading }) => Number(reading))
    expect(Math.abs(Number(row.mean) - sumOf(own) / own.length)).toBeLessThanOrEqual(0.0501)
  }
  const total = (own: readonly number[]) => ({ total: String(sumOf(own)) })
  expect((await fit(tableOf(total))).totals!.standings).toEqual([{ kind: 'sum', column: 'total', of: 'reading', by: ['sample'] }])
  // What is another sample's is none.
  expect((await fit(tableOf(total, 1))).totals).toBeUndefined()
})

test('a number of each row, marks that some rows do not keep to, and pieces of what has one price are no ranks', async () => {
  const { columns, rowCount } = marks()
  const numbers = { name: 'place', source: 'text' as const, values: Array.from({ length: rowCount }, (_, i) => String(i + 1)) }
  const ranks = columns.find(({ name }) => name === 'rank')!
  const wrong = { ...ranks, values: Array.from(ranks.values as string[], (x, i) => (i === 3 ? String(Number(x) + 1) : x)) } as typeof ranks
  const model = await fit({ rowCount, columns: [columns[0]!, columns[1]!, wrong, numbers] })
  expect(model.totals).toBeUndefined()
  const orders = entries.map(({ account }, i) => ({ account, pieces: 1 + Math.floor(4 * dice('pieces')[i]!) }))
  const priced = orders.map(({ account, pieces }) => ({
    account,
    pieces: String(pieces),
    amount: money(pieces * (account === 'A' ? 325 : 750))
  }))
  expect((await fit(rawOf(priced))).totals).toBeUndefined()
})

test('lines of orders are counted, and stand together, where no order has many', async () => {
  const sizes = Array.from({ length: 40 }, (_, k) => 1 + (k % 3))
  const lines = sizes.flatMap((size, k) => Array.from({ length: size }, (_, line) => ({ k, line })))
  for (const base of [0, 1]) {
    const raw = rawOf(
      lines.map(({ k, line }, i) => ({
        order: `R-${500 + 7 * k}`,
        day: dayOf(1 + Math.floor(k / 2)),
        line: String(base + line),
        amount: money(500 + Math.round(9000 * dice('amount')[i % ROWS]!))
      }))
    )
    const model = await fit(raw)
    expect(tables.summary(model)).toMatchObject({ totals: ['line = line before + 1 in each order'] })
    const drawn = await rowsOf(model, { rows: 80 })
    const seen = new Set<string>()
    for (const [i, { order, line }] of drawn.entries()) {
      const before = drawn[i - 1]
      const isFirst = before?.order !== order
      expect(Number(line)).toBe(isFirst ? base : 1 + Number(before!.line))
      expect(isFirst && seen.has(order!)).toBe(false)
      seen.add(order!)
    }
  }
})

test('more lines than an order of the data has are told of, and as many are not', async () => {
  const raw = rawOf(
    Array.from({ length: 40 }, (_, k) => Array.from({ length: 1 + (k % 3) }, (_, line) => ({ k, line })))
      .flat()
      .map(({ k, line }, i) => ({
        order: `R-${500 + 7 * k}`,
        line: String(1 + line),
        amount: money(500 + Math.round(9000 * dice('amount')[i % ROWS]!))
      }))
  )
  const model = await fit(raw)
  const warningsOf = async (rows: number) => (await drawModel(tables, { model, request: { steps: 2, rows, seed: 1 } }, context)).warnings
  expect(await warningsOf(400)).toContainEqual({
    name: 'range-left',
    message: expect.stringMatching(
      /^line is above 3 in \d+ % of the drawn rows, up to \d+, .*: it counts the rows of each order, .*; --group order /
    )
  })
  expect(await warningsOf(20)).toEqual([])
})

test('what counts or ranks the rows of a design is drawn as any other column: no new row has a value beyond it', async () => {
  const [patients, visits] = [15, 4]
  const designed = Array.from({ length: patients * visits }, (_, i) => ({
    patient: String(1 + Math.floor(i / visits)),
    visit: String(1 + (i % visits)),
    score: money(5000 + 1000 * (i % visits) + Math.round(900 * dice('amount')[i]!)),
    district: String(1 + Math.floor(dice('amount')[i]! * 3))
  }))
  for (const rows of [
    designed,
    designed.map(({ score: _, ...one }, i) => ({
      ...one,
      load: money(90_000 - 1000 * (i % visits) + Math.round(800 * dice('amount')[i]!))
    }))
  ]) {
    const model = await fit(rawOf(rows), { scaling: 'quantile' })
    expect(model.totals).toBeUndefined()
    const drawn = await rowsOf(model, { rows: 300 })
    expect(drawn.every(({ visit }) => Number(visit) >= 1 && Number(visit) <= visits)).toBe(true)
    expect(drawn.every(({ patient }) => Number(patient) >= 1 && Number(patient) <= patients)).toBe(true)
  }
  // A row less, and visits are counted, as lines of orders are.
  expect((await fit(rawOf(designed.slice(0, -1)))).totals).toBeDefined()
})

test('a visit that the day of a plan tells is no rank among new rows: its number and its name stay together', async () => {
  const names = ['Screening', 'Week 2', 'Week 4', 'Week 6', 'Week 8']
  const days = uniforms(keyFor(keyFromSeed(5), 'days'), 240)
  const rows = Array.from({ length: 60 }, (_, k) => Array.from({ length: 3 + (k % 3) }, (_, place) => ({ k, place })))
    .flat()
    .map(({ k, place }, i) => ({
      patient: `P-${100 + k}`,
      visit: names[place]!,
      visit_no: String(1 + place),
      day: String(place === 0 ? 0 : 14 * place + Math.floor(7 * days[i]!) - 3),
      score: money(5000 + Math.round(900 * days[239 - i]!))
    }))
  const model = await fit(rawOf(rows))
  const drawn = await rowsOf(model, { rows: 300 })
  expect(drawn.filter((row) => names[Number(row.visit_no) - 1] !== row.visit)).toEqual([])
})

test('a count that other numbers go along with is drawn with them: intervals of patients and their places', async () => {
  const rows = Array.from({ length: 40 }, (_, k) => Array.from({ length: 1 + (k % 3) }, (_, place) => ({ k, place })))
    .flat()
    .map(({ k, place }, i) => ({
      patient: `P-${100 + k}`,
      place: String(1 + place),
      start: place === 0 ? '0' : String(20 * place + Math.round(15 * dice('amount')[i % ROWS]!))
    }))
  const model = await fit(rawOf(rows), { scaling: 'quantile' })
  expect(model.totals).toBeUndefined()
  const drawn = await rowsOf(model, { rows: 200 })
  expect(drawn.every(({ place }) => ['1', '2', '3'].includes(place!))).toBe(true)
  const startsAt = (wanted: string) => drawn.filter(({ place }) => place === wanted).map(({ start }) => Number(start))
  const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  expect(meanOf(startsAt('3')) - meanOf(startsAt('1'))).toBeGreaterThan(30)
})

test('a total that goes below nought where none of the data does is told of, and one that is there too is not', async () => {
  const warningsOf = async (least: number) => {
    let left = 0
    const raw = rawOf(
      entries.map(({ day, account, cents }) => {
        const moved = Math.max(least - left, Math.min(6000 - left, cents - 500))
        left += moved
        return { day: dayOf(day), account, moved: money(moved), left: money(left) }
      })
    )
    const model = await fit(raw)
    expect(tables.summary(model)).toMatchObject({ totals: ['left = left before + moved'] })
    const drawn = await drawModel(tables, { model, request: { steps: 2, rows: 300, seed: 2 } }, context)
    return drawn.warnings.filter(({ message }) => message.startsWith('left is below 0 in '))
  }
  expect(await warningsOf(0)).toMatchObject([{ name: 'range-left', message: expect.stringContaining('--types left=number') }])
  expect(await warningsOf(-3000)).toEqual([])
})
