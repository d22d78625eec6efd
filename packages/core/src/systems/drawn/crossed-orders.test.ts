import { expect, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { NumericColumn } from '../../table/table.js'
import { series } from '../forecast/system.js'
import { prepareRows } from '../prepare.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { comparedNumbers } from './compared-numbers.js'
import { crossedInAll, ORDER_WARNING, ordersCrossed, orderWarnings } from './crossed-orders.js'

const context = { engine: new ReferenceEngine() }
const DAYS = 60

/** Days whose highest price is a little above the last, at times far above it. */
function prices(): RawTable {
  const of = (label: string) => normals(keyFor(keyFromSeed(6), label), DAYS)
  const [moves, ups] = [of('move'), of('up')]
  let last = 20
  const close = Array.from(moves, (z) => (last = 20 + 0.7 * (last - 20) + 2 * z))
  const column = (name: string, values: readonly number[]) => ({ name, source: 'text' as const, values: values.map((x) => x.toFixed(2)) })
  return {
    rowCount: DAYS,
    columns: [
      column(
        'high',
        close.map((x, i) => x + 0.2 + 0.3 * Math.exp(1.3 * ups[i]!))
      ),
      column('close', close)
    ]
  }
}

const told = (warnings: readonly { readonly name: string; readonly message: string }[]) =>
  warnings.filter(({ name }) => name === ORDER_WARNING).map(({ message }) => message)
const MESSAGE =
  /^of the drawn rows high is below close in [\d.]+ %, and in no row of the data: if that can never be, fit with --rule 'high >= close' and without --rules off$/

test('drawn rows that break an order of all rows are told, with the rule that keeps it', async () => {
  const options = { bandwidth: 0.3, scaling: 'standard', kernel: 'fixed' } as const
  const rows = 400
  const drawWith = async (more: { readonly rule?: string[]; readonly rules?: 'off' }) => {
    const model = await fitModel(tables, { input: prices(), options: { ...options, ...more } }, context)
    const drawn = await drawModel(tables, { model, request: { rows, steps: 2 } }, context)
    return { model, drawn }
  }
  const { model, drawn } = await drawWith({ rules: 'off' })
  expect('rules' in model && model.rules).toBeFalsy()
  expect(drawn.crossed).toMatchObject([{ low: 'close', high: 'high', rows }])
  expect(told(drawn.warnings)).toEqual([expect.stringMatching(MESSAGE)])
  expect(told(tables.tell(model, { answer: drawn, request: { rows } }).warnings)).toEqual(told(drawn.warnings))
  const numbers = (name: string) => (drawn.table.columns.find((one) => one.name === name) as NumericColumn).values
  const [high, close] = [numbers('high'), numbers('close')]
  const cents = (x: number) => Math.round(100 * x)
  expect(drawn.crossed![0]!.count).toBe(high.filter((x, i) => cents(x) < cents(close[i]!)).length)
  const kept = await drawWith({ rule: ['high >= close'] })
  expect(kept.drawn.crossed).toBeUndefined()
  expect(told(kept.drawn.warnings)).toEqual([])
  // Where both are given the question is not one.
  const given = { givens: [{ high: 19, close: 21 }], observe: [] }
  const asked = await drawModel(tables, { model, request: { rows: 100, steps: 2, asked: given } }, context)
  expect(asked.crossed).toBeUndefined()
})

test('rows of a forecast keep such an order where it shows, and are told to break it under --rules off', async () => {
  const warnings = async (more: { readonly rule?: string[]; readonly rules?: 'off' }) => {
    const model = await fitModel(series, { input: prices(), options: { memory: 1, ...more } }, context)
    return (await drawModel(series, { model, request: { rows: 100, steps: 3 } }, context)).warnings
  }
  expect((await warnings({ rules: 'off' })).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^\d+ of 300 rows break high >= close, which all rows of the series keep: a rule is not kept with --rules off/)
  ])
  expect(await warnings({})).toEqual([])
  expect(await warnings({ rule: ['high >= close'] })).toEqual([])
})

test('rows are compared as they are written, with data that are few', () => {
  const { data } = prepareRows(
    textTable({ low: Array.from({ length: 200 }, (_, i) => i), high: Array.from({ length: 200 }, (_, i) => i + 1) })
  )
  const column = (name: string, values: Float64Array): NumericColumn => ({ name, kind: 'integer', values })
  const drawnWith = (gap: number) => {
    const low = Float64Array.from({ length: 200 }, (_, i) => i)
    return {
      table: {
        rowCount: 200,
        columns: [
          column('low', low),
          column(
            'high',
            low.map((x) => x + gap)
          )
        ]
      },
      formats: data.formats
    }
  }
  const compared = (drawn: ReturnType<typeof drawnWith>, rowCount = 200) =>
    comparedNumbers({ model: {}, rowCount, written: () => data, drawn })
  // By one; by less, which is not written.
  expect(ordersCrossed(compared(drawnWith(-1))!)).toEqual([{ low: 'low', high: 'high', count: 200, rows: 200 }])
  expect(ordersCrossed(compared(drawnWith(-0.4))!)).toEqual([])
  expect(compared(drawnWith(-1), 20_001)).toBeUndefined()
})

test('orders that too few rows break by themselves are told together, where others would be only by chance', () => {
  const [days, rows] = [60, 500]
  const of = (label: string) => normals(keyFor(keyFromSeed(6), label), DAYS)
  const open = Array.from(of('open'), (z) => 20 + 2 * z)
  const up = Array.from(of('up'), (z) => 0.1 + Math.abs(z))
  const quantity = (name: string, values: ArrayLike<number>) => ({ name, values: Float64Array.from(values), isDate: false, unit: 0.01 })
  const real = [
    quantity('open', open),
    quantity(
      'high',
      open.map((x, i) => x + up[i]!)
    ),
    quantity(
      'low',
      open.map((x, i) => x - up[days - 1 - i]!)
    ),
    quantity(
      'close',
      open.map((x, i) => x + (i % 2 === 0 ? 0.4 * up[i]! : -0.4 * up[days - 1 - i]!))
    )
  ]
  /** Of each order so many rows, and other ones than of the others, break it. */
  const drawnWith = (orders: number, each: number) => {
    const broken = (order: number, i: number) => order < orders && i >= order * each && i < (order + 1) * each
    const at = (cell: (i: number) => number) => Array.from({ length: rows }, (_, i) => cell(i))
    return [
      quantity(
        'open',
        at(() => 20)
      ),
      quantity(
        'high',
        at((i) => (broken(0, i) ? 19.9 : broken(1, i) ? 20.1 : 22))
      ),
      quantity(
        'low',
        at((i) => (broken(2, i) ? 20.1 : broken(3, i) ? 19.9 : 18))
      ),
      quantity(
        'close',
        at((i) => (broken(0, i) ? 19 : broken(1, i) ? 20.5 : broken(2, i) ? 20.5 : broken(3, i) ? 19.5 : 20.05))
      )
    ]
  }
  const told = (orders: number, each: number) =>
    ordersCrossed({ real, equal: [], drawn: drawnWith(orders, each) }).map(({ low, high, count }) => `${high} >= ${low}: ${count}`)
  expect(told(4, 30)).toEqual(expect.arrayContaining(['high >= open: 30', 'open >= low: 30', 'high >= close: 30', 'close >= low: 30']))
  expect(told(2, 30)).toEqual([])
  expect(told(4, 15)).toEqual([])
})

test('of the rows of groups their times are not told of, which no rule names', async () => {
  const days = 8
  const rows = 40 * days
  const noise = normals(keyFromSeed(5), rows)
  const of = (cell: (i: number) => number) => Array.from({ length: rows }, (_, i) => cell(i))
  const day = (i: number) => i % days
  const input = textTable({
    who: of((i) => Math.floor(i / days) + 100),
    day: of(day),
    score: of((i) => day(i) + Math.round(10 * (0.05 + 0.4 * Math.exp(1.3 * noise[i]!))) / 10),
    other: of((i) => noise[(i * 7) % rows]!)
  })
  const model = await fitModel(tables, { input, options: { group: 'who', time: 'day', bandwidth: 0.5, rules: 'off' } }, context)
  const drawn = await drawModel(tables, { model, request: { groups: 60 } }, context)
  const numbers = (name: string) => (drawn.table.columns.find((one) => one.name === name) as NumericColumn).values
  expect(numbers('score').filter((x, i) => x < numbers('day')[i]!).length).toBeGreaterThan(0.05 * drawn.table.rowCount)
  expect(told(drawn.warnings)).toEqual([])
})

test('draws in parts are told of together, those first that most rows break', () => {
  const one = { low: 'a', high: 'b', count: 10, rows: 100 }
  const other = { low: 'a', high: 'c', count: 30, rows: 100 }
  const all = crossedInAll([[one], [], [{ ...one, count: 20, rows: 50 }, other]])
  expect(all).toEqual([{ ...one, count: 30, rows: 150 }, other])
  expect(orderWarnings(all).map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^of the drawn rows c is below a in 30 %, b is below a in 20 %, .* fit with --rule 'c >= a' --rule 'b >= a' and without --rules off$/
    )
  ])
  const many = Array.from({ length: 9 }, (_, k) => ({ ...one, high: `b${k}`, count: 10 + k }))
  expect(orderWarnings(many)[0]!.message).toContain('so are 3 other orders')
  expect(orderWarnings([])).toEqual([])
})
