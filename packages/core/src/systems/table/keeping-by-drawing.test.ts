import { expect, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { eachRule } from '../../code/rules/families.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { rowsOfTable } from '../../table/records.js'
import { linesOf } from '../../tell/telling.js'
import { ORDER_WARNING } from '../drawn/crossed-orders.js'
import { drawModel, fitModel } from '../system.js'
import type { TableFit, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
const OPTIONS = { bandwidth: 1.5, scaling: 'standard', kernel: 'fixed' } as const
const ROWS = 140
const EVENTS = ['relapse', 'transplant', 'infection', 'fracture', 'move', 'operation']
const own = (label: string) => uniforms(keyFor(keyFromSeed(3), label), ROWS)

/** Days until people were last seen, and until what happened to one in six of them; `isBefore`: never after that. */
function people(isBefore: boolean) {
  const last = own('last').map((u) => Math.round(200 + 1500 * u))
  const days = (name: string) => {
    const [has, when] = [own(`has ${name}`), own(name)]
    const end = (i: number) => (isBefore ? last[i]! : 1700)
    return Array.from(has, (u, i) => (u < 1 / 6 ? Math.ceil(end(i) * (0.5 + 0.5 * when[i]!)) : null))
  }
  return textTable({ last: [...last], ...Object.fromEntries(EVENTS.map((name) => [name, days(name)])), other: [...own('other')] })
}

const fit = (isBefore: boolean, options: TableFit = {}): Promise<TableModel> =>
  fitModel(tables, { input: people(isBefore), options: { ...OPTIONS, ...options } }, context)

const draw = (model: TableModel, rows = 400) => drawModel(tables, { model, request: { steps: 2, rows } }, context)

const rowsOf = async (model: TableModel) => rowsOfTable(tables.present(model, await draw(model), 'text'))

async function brokenIn(model: TableModel): Promise<number> {
  const rows = await rowsOf(model)
  return rows.filter((row) => EVENTS.some((name) => row[name] !== null && Number(row[name]) > Number(row.last))).length
}

test('rows that break an order which too few rows have for a rule are drawn again', async () => {
  const model = await fit(true)
  expect('rules' in model && model.rules).toBeFalsy()
  expect(model.again!.orders).toEqual(expect.arrayContaining(EVENTS.map((low) => ({ low, high: 'last' }))))
  const { again: _, ...plain } = model
  expect(await brokenIn(plain)).toBeGreaterThan(20)
  expect(await brokenIn(model)).toBe(0)
  const drawn = await draw(model)
  expect(drawn.warnings.filter(({ name }) => name === ORDER_WARNING)).toEqual([])
  // What obeys them stays where it is.
  const [rows, before] = [await rowsOf(model), await rowsOf(plain)]
  const same = rows.filter((row, i) => row.last === before[i]!.last).length
  expect(same).toBeGreaterThan(0.6 * rows.length)
  const told = linesOf(tables.tell(model)).flatMap((line) => (line.startsWith('rule: ') ? eachRule(line.slice('rule: '.length)) : []))
  expect(told).toContain('last >= relapse')
  const again = await tables.load(unpackModel(packModel(tables.save(model))), context)
  expect(again.again).toEqual(model.again)
  expect((await draw(again)).table).toEqual(drawn.table)
})

const under = (model: TableModel, given: readonly Record<string, number>[] | Record<string, number>, request: TableRequest = {}) =>
  drawModel(tables, { model, request: { steps: 2, conditionBandwidth: 1, rows: 200, given, ...request } as TableRequest }, context)

test('so are they under conditions and observations, which they keep', { tags: ['slow'] }, async () => {
  const model = await fit(true)
  const { again: _, ...plain } = model
  const broken = async (one: TableModel, given: Parameters<typeof under>[1], request?: TableRequest) => {
    const drawn = await under(one, given, request)
    const rows = rowsOfTable(tables.present(one, drawn, 'text'))
    return { drawn, rows, count: rows.filter((row) => EVENTS.some((name) => Number(row[name] ?? 0) > Number(row.last))).length }
  }
  const [own, before] = [await broken(model, { other: 0.5 }), await broken(plain, { other: 0.5 })]
  expect(before.count).toBeGreaterThan(10)
  expect(own.count).toBe(0)
  expect(own.rows.every((row) => Number(row.other) === 0.5)).toBe(true)
  expect(own.drawn.warnings.filter(({ name }) => name === ORDER_WARNING)).toEqual([])
  // Each condition has the rows that it has alone, and one that is asked for twice has others.
  const several = await broken(model, [{ other: 0.5 }, { other: 0.2 }, { other: 0.5 }])
  expect(several.count).toBe(0)
  expect(several.rows.slice(0, 200)).toEqual(own.rows)
  expect(several.rows.slice(400)).not.toEqual(own.rows)
  const observe = { given: {}, observe: 'other = 0.5 ± 0.1' }
  expect((await broken(plain, {}, observe)).count).toBeGreaterThan(10)
  expect((await broken(model, {}, observe)).count).toBe(0)
  // One row alone may break it by chance; nothing is drawn again for what is given.
  expect(
    (
      await broken(
        model,
        Array.from({ length: 20 }, (_, i) => ({ other: 0.3 + i / 100 })),
        { rows: 1 }
      )
    ).count
  ).toBe(0)
  const against = await broken(model, { last: 300, relapse: 900 })
  expect(against.rows.every((row) => Number(row.last) === 300 && Number(row.relapse) === 900)).toBe(true)
})

test('none are where columns have nothing to do with each other, and under --rules off', async () => {
  expect((await fit(false)).again).toBeUndefined()
  expect((await fit(true, { rules: 'off' })).again).toBeUndefined()
})

test('so are rows in which a rule computes what is beyond all rows of the data', async () => {
  // Prices go by what is in them, and what is left of each is never little.
  const [costs, left] = [own('cost'), own('left')]
  const cost = costs.map((u) => Math.round(20 + 400 * u))
  const rest = left.map((u) => Math.round(30 + 8 * u * u))
  const input = textTable({ cost: [...cost], rest: [...rest], price: Array.from(cost, (x, i) => x + rest[i]!), other: [...own('other')] })
  const options = { ...OPTIONS, rule: ['rest = price - cost'] }
  const model = await fitModel(tables, { input, options }, context)
  const least = Math.min(...rest)
  expect(model.again!.ends).toContainEqual({ column: 'rest', side: -1, end: least, isDate: false })
  const below = async (one: TableModel) => (await rowsOf(one)).filter((row) => Number(row.rest) < least).length
  const { again: _, ...plain } = model
  expect(await below(plain)).toBeGreaterThan(20)
  expect(await below(model)).toBe(0)
  expect(linesOf(tables.tell(model))).toContain(`rule: rest >= ${least}`)
})

test('so are rows that break an order which is stated, where a formula computes its column and sees to it nearly always', async () => {
  const pieces = own('pieces').map((u) => 1 + Math.floor(5 * u))
  const price = own('price').map((u) => Math.round(500 + 9500 * u) / 100)
  const total = Array.from(price, (one, i) => Math.round(100 * one * pieces[i]!) / 100)
  const input = textTable({ pieces: [...pieces], price: [...price], total, other: [...own('other')] })
  const model = await fitModel(tables, { input, options: { ...OPTIONS, rule: 'total >= price' } }, context)
  const lines = linesOf(tables.tell(model))
  expect(lines).toContain('rule: total = pieces * price')
  expect(lines.join('\n')).toContain('“total >= price” follows from “total = pieces * price”')
  expect(model.again!.orders).toContainEqual({ low: 'price', high: 'total' })
  const rows = await rowsOf(model)
  expect(rows.every((row) => Number(row.total) >= Number(row.price))).toBe(true)
  expect(rows.every((row) => Math.abs(Number(row.total) - Number(row.pieces) * Number(row.price)) < 0.006)).toBe(true)
})
