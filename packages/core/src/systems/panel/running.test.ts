import { beforeAll, expect, it, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import type { PanelModel } from './model.js'
import { readPanel } from './read.js'
import { putRunningBack, runningText, takeRunningOut } from './running.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const [GROUPS, MONTHS] = [20, 6]
const noise = (label: string) => normals(keyFor(keyFromSeed(9), label), GROUPS * MONTHS)

/** Accounts by month: what comes in, what goes out (no cell in every third month, where nothing does), the balance after it, and the one that the month begins with. */
function accounts(): RawTable {
  const [credits, debits, others] = [noise('credit'), noise('debit'), noise('other')]
  const rows: Record<string, string>[] = []
  for (let g = 0; g < GROUPS; g++) {
    let cents = 100_000 + 7919 * g
    for (let t = 0; t < MONTHS; t++) {
      const i = g * MONTHS + t
      const [credit, out] = [Math.round(20_000 * Math.abs(credits[i]!)), Math.round(15_000 * Math.abs(debits[i]!))]
      const debit = i % 3 === 0 ? 0 : out
      const opening = cents
      cents += credit - debit
      const money = (amount: number) => (amount / 100).toFixed(2)
      rows.push({
        account: `A-${1000 + 13 * g}`,
        month: `2024-0${t + 1}-01`,
        opening: money(opening),
        credit: money(credit),
        debit: debit === 0 ? '' : money(debit),
        balance: money(cents),
        other: others[i]!.toFixed(2)
      })
    }
  }
  return {
    rowCount: rows.length,
    columns: Object.keys(rows[0]!).map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]!) }))
  }
}

const asked = { group: 'account', time: 'month' }

it('sums that run on through groups are found, and come back as they were', () => {
  const raw = accounts()
  const { running, first, constant } = readPanel(raw, asked)
  expect(running.map(runningText)).toEqual([
    'opening = opening before + credit before - debit before',
    'balance = balance before + credit - debit'
  ])
  expect(constant).toContain('opening')
  const off = readPanel(raw, { ...asked, rules: 'off' })
  expect(off.running).toEqual([])
  const without = takeRunningOut(running, off.data, first)
  expect(without.table).not.toEqual(off.data.table)
  expect(putRunningBack(running, without, first).table).toEqual(off.data.table)
})

it('new groups keep them in every row, from a model file too', async () => {
  const raw = accounts()
  const options = { ...asked, seed: 1, bandwidth: 1, scaling: 'standard' as const }
  const model = (await fitModel(tables, { input: raw, options }, { engine })) as PanelModel
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
  const texts = async (of: typeof model) => {
    const { columns } = tables.present(of, await drawModel(tables, { model: of, request: { seed: 2 } }, { engine }), 'text')
    return Object.fromEntries(columns.map(({ name, values }) => [name, [...values].map((cell) => String(cell ?? ''))]))
  }
  const drawn = await texts(model)
  expect(await texts(loaded as PanelModel)).toEqual(drawn)
  const cents = (name: string, i: number) => Math.round(100 * Number(drawn[name]![i]))
  const { account } = drawn
  expect(new Set(account).size).toBe(GROUPS)
  for (const [i, key] of account!.entries()) {
    expect(cents('balance', i)).toBe(cents('opening', i) + cents('credit', i) - cents('debit', i))
    if (i > 0 && key === account![i - 1]) expect(cents('opening', i)).toBe(cents('balance', i - 1))
  }
})

/** Purses that are never overdrawn: pay comes in now and then, what is spent is at most what is there. */
function purses(): RawTable {
  const [pays, spent] = [noise('pay'), noise('spent')]
  const rows = Array.from({ length: GROUPS }, (_, g) => {
    let left = 40
    return Array.from({ length: MONTHS }, (_, t) => {
      const i = g * MONTHS + t
      const kind = i % 4 === 1 ? 'pay' : 'card'
      const amount = kind === 'pay' ? Math.round(60 + 5 * pays[i]!) : -Math.min(left, Math.round(40 * Math.abs(spent[i]!)))
      left += amount
      return { purse: `P-${100 + 7 * g}`, month: `2024-0${t + 1}-01`, kind, amount: String(amount), left: String(left) }
    })
  }).flat()
  const names = ['purse', 'month', 'kind', 'amount', 'left'] as const
  return { rowCount: rows.length, columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]) })) }
}

it('amounts know the sum so far: none is overdrawn where none of the data is, and kinds keep to their side of nought', async () => {
  const raw = purses()
  const options = { group: 'purse', time: 'month', seed: 1, bandwidth: 1, scaling: 'standard' as const }
  expect(readPanel(raw, options).walls).toEqual([
    { column: 'amount', side: 1, where: { column: 'kind', level: 'pay' } },
    { column: 'amount', side: -1, where: { column: 'kind', level: 'card' } },
    { column: 'left', side: 1 }
  ])
  const model = (await fitModel(tables, { input: raw, options }, { engine })) as PanelModel
  const contents = tables.save(model)
  const meta = contents.meta as { panel: { walls: unknown } }
  for (const walls of [
    undefined,
    [{ column: 'kind', side: 1 }],
    [{ column: 'left', side: 1, where: { column: 'amount', level: 'pay' } }]
  ]) {
    const damaged = { ...contents, meta: { ...meta, panel: { ...meta.panel, walls } } }
    await expect(tables.load(damaged, { engine })).rejects.toMatchObject({ code: 'model-damaged' })
  }
  const { warnings, ...drawn } = await drawModel(tables, { model, request: { seed: 2, groups: 100 } }, { engine })
  // Scaled by standard, as asked, nothing keeps what is left at nothing.
  expect(warnings.map(({ name }) => name)).toEqual(['spike-moved'])
  const { columns, rowCount } = tables.present(model, { ...drawn, warnings }, 'text')
  const cell = (name: string, i: number) => String([...columns.find((one) => one.name === name)!.values][i])
  expect(rowCount).toBe(600)
  for (let i = 0; i < rowCount; i++) {
    expect(Number(cell('left', i))).toBeGreaterThanOrEqual(0)
    expect((cell('kind', i) === 'pay' ? 1 : -1) * Number(cell('amount', i))).toBeGreaterThanOrEqual(0)
  }
})

test('sums and counts of groups are those of the rows that are drawn', async () => {
  const [prices, sizes] = [noise('price'), noise('size')]
  const rows: Record<string, string>[] = []
  for (let g = 0; g < GROUPS; g++) {
    const cents = Array.from(
      { length: 1 + Math.min(4, Math.floor(2 * Math.abs(sizes[g]!))) },
      (_, k) => 100 + Math.round(900 * Math.abs(prices[5 * g + k]!))
    )
    const total = (cents.reduce((sum, x) => sum + x) / 100).toFixed(2)
    for (const x of cents)
      rows.push({ invoice: `R-${700 + 3 * g}`, due: String(10 + (g % 7)), price: (x / 100).toFixed(2), total, lines: String(cents.length) })
  }
  const raw: RawTable = {
    rowCount: rows.length,
    columns: Object.keys(rows[0]!).map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]!) }))
  }
  const options = { group: 'invoice', seed: 1, bandwidth: 1, scaling: 'standard' as const }
  const model = await fitModel(tables, { input: raw, options }, { engine })
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
  expect(tables.tell(loaded).json).toMatchObject({
    groupSums: ['total = sum of price in each group', 'lines = number of rows in each group']
  })
  const { columns } = tables.present(loaded, await drawModel(tables, { model: loaded, request: { seed: 2 } }, { engine }), 'text')
  const [invoice, , price, total, lines] = columns.map(({ values }) => [...values].map(String))
  for (const key of new Set(invoice)) {
    const own = [...invoice!.keys()].filter((i) => invoice![i] === key)
    const cents = own.reduce((sum, i) => sum + Math.round(100 * Number(price![i])), 0)
    for (const i of own) expect([total![i], lines![i]]).toEqual([(cents / 100).toFixed(2), String(own.length)])
  }
  expect(columns.map(({ name }) => name)).toEqual(raw.columns.map(({ name }) => name))
})

/** Movements of items in stores: how much there is, what it is worth, and the month and year of each. */
function stock(): RawTable {
  const [sizes, days] = [noise('size'), noise('day')]
  const rows = Array.from({ length: GROUPS }, (_, g) => {
    let [left, day] = [200, g]
    return Array.from({ length: MONTHS }, (_, t) => {
      const i = g * MONTHS + t
      left += Math.round(20 * sizes[i]!)
      day += 1 + Math.round(40 * Math.abs(days[i]!))
      const date = new Date(Date.UTC(2023, 9, 1 + day))
      const cost = 3 + (g % 7) / 4
      return {
        item: `I-${100 + 3 * g}`,
        line: String(t + 1),
        date: date.toISOString().slice(0, 10),
        year: String(date.getUTCFullYear()),
        month: String(date.getUTCMonth() + 1),
        moved: String(Math.round(20 * sizes[i]!)),
        left: String(left),
        cost: cost.toFixed(2),
        worth: (left * cost).toFixed(2)
      }
    })
  }).flat()
  const names = ['item', 'line', 'date', 'year', 'month', 'moved', 'left', 'cost', 'worth'] as const
  return { rowCount: rows.length, columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]) })) }
}

test('what times and sums that run on say is computed once rows have these, and lines are counted', async () => {
  const raw = stock()
  const options = { group: 'item', time: 'date', seed: 1, bandwidth: 1, scaling: 'standard' as const }
  const panel = readPanel(raw, options)
  expect(panel.running.map(runningText)).toEqual(['line = line before + 1', 'left = left before + moved'])
  expect(panel.constant).toContain('cost')
  const model = (await fitModel(tables, { input: raw, options }, { engine })) as PanelModel
  expect(tables.summary(model)).toMatchObject({ rules: ['month(date) -> month', 'year(date) -> year', 'worth = left * cost'] })
  const contents = tables.save(model)
  const loaded = await tables.load(unpackModel(packModel(contents)), { engine })
  const meta = contents.meta as { late: { rules: readonly object[]; columns: unknown } }
  const late = { ...meta.late, rules: meta.late.rules.slice(1) }
  await expect(tables.load({ ...contents, meta: { ...meta, late } }, { engine })).rejects.toMatchObject({ code: 'model-damaged' })
  const texts = async (of: PanelModel) => {
    const { columns } = tables.present(of, await drawModel(tables, { model: of, request: { seed: 2, groups: 30 } }, { engine }), 'text')
    return Object.fromEntries(columns.map(({ name, values }) => [name, [...values].map(String)]))
  }
  const drawn = await texts(model)
  expect(await texts(loaded as PanelModel)).toEqual(drawn)
  expect(Object.keys(drawn)).toEqual(raw.columns.map(({ name }) => name))
  for (const [i, item] of drawn.item!.entries()) {
    const cell = (name: string) => drawn[name]![i]!
    expect([cell('year'), cell('month')]).toEqual([cell('date').slice(0, 4), String(Number(cell('date').slice(5, 7)))])
    expect(Number(cell('worth'))).toBeCloseTo(Number(cell('left')) * Number(cell('cost')), 1)
    const first = drawn.item!.indexOf(item)
    expect([cell('line'), cell('cost')]).toEqual([String(1 + i - first), drawn.cost![first]])
  }
})

test('lines are counted where rows have no times too, and what has its own steps is none', () => {
  const raw = stock()
  const without = (names: readonly string[]) => ({ ...raw, columns: raw.columns.filter(({ name }) => !names.includes(name)) })
  expect(readPanel(without(['date', 'left', 'worth']), { group: 'item' }).running.map(runningText)).toEqual(['line = line before + 1'])
  expect(readPanel(without(['date', 'line']), { group: 'item' }).running).toEqual([])
})

test('groups begin in the order of dates in which those of the data do, and their keys run on', async () => {
  const sizes = noise('lines')
  const rows = Array.from({ length: 80 }, (_, g) =>
    Array.from({ length: 1 + (g % 3) }, (_row, t) => ({
      order: String(5000 + g),
      date: new Date(Date.UTC(2024, 0, 1 + 2 * g)).toISOString().slice(0, 10),
      price: (9 + sizes[(g * 3 + t) % sizes.length]!).toFixed(2)
    }))
  ).flat()
  const names = ['order', 'date', 'price'] as const
  const raw: RawTable = {
    rowCount: rows.length,
    columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]) }))
  }
  const model = await fitModel(tables, { input: raw, options: { group: 'order', seed: 1, bandwidth: 1, scaling: 'standard' } }, { engine })
  const { columns } = tables.present(model, await drawModel(tables, { model, request: { seed: 2, groups: 50 } }, { engine }), 'text')
  const [order, date] = columns.map(({ values }) => [...values].map(String))
  expect(new Set(order).size).toBe(50)
  expect(order).toEqual([...order!].sort())
  expect(date).toEqual([...date!].sort())
  // Rows of one order stay together, of one date each.
  expect(new Set(order!.map((key, i) => `${key} ${date![i]}`)).size).toBe(50)
})
