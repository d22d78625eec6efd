import { expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { tables } from '../../systems/table/system.js'
import { expressionText } from '../../table/expression-text.js'
import type { NumericColumn } from '../../table/table.js'
import { nearProductsOf } from './near-products.js'
import { parseRule } from './parse-rule.js'

const ROWS = 320
const noise = (label: string) => Array.from(normals(keyFor(keyFromSeed(3), label), ROWS))
const sqm = noise('sqm').map((z) => Math.round(Math.exp(4.1 + 0.4 * z)))
const price = noise('price').map((z) => Number((12 * Math.exp(0.25 * z)).toFixed(2)))
const rent = sqm.map((x, i) => 5 * Math.round((x * price[i]!) / 5))
const age = noise('age').map((z) => Math.round(40 + 9 * z))

type Cells = Readonly<Record<string, readonly (string | number | null)[]>>
const found = (columns: Cells, rules: readonly string[] = [], except: readonly string[] = []) =>
  [...nearProductsOf(rules.map(parseRule), prepareRows(textTable(columns)).data, new Set(except))].map(
    ([name, { of }]) => `${name} ~ ${expressionText(of)}`
  )

it('a rent that is rounded to five is nearly the size times the price, and a mass of another day the index times the squared height', () => {
  expect(found({ sqm, price, rent, age })).toEqual(['rent ~ sqm * price'])
  const height = noise('height').map((z) => Number((1.72 * Math.exp(0.05 * z)).toFixed(2)))
  const index = noise('index').map((z) => Number((24 * Math.exp(0.14 * z)).toFixed(1)))
  const mass = height.map((h, i) => Number((h * h * index[i]! * Math.exp(0.006 * noise('day')[i]!)).toFixed(1)))
  expect(found({ height, index, mass, age })).toEqual(['mass ~ height ^ 2 * index'])
})

it('it is none that a rule derives, or that stays, that would be told by itself, nor such as varies as much as the next row', () => {
  expect(found({ sqm, price, rent }, ['rent = 5 * age'])).toEqual([])
  expect(found({ sqm, price, rent }, [], ['rent'])).toEqual([])
  expect(found({ sqm, price, rent, age }, ['sqm = rent + age'])).toEqual([])
  const loose = rent.map((x, i) => Math.round(x * Math.exp(0.2 * noise('loose')[i]!)))
  expect(found({ sqm, price, rent: loose })).toEqual([])
  // One number tells it as nearly.
  expect(found({ sqm, price, twice: sqm.map((x, i) => 2 * x + (i % 2)) })).toEqual([])
  // A power that is none of these.
  expect(found({ sqm, price, raised: sqm.map((x, i) => Math.round(100 * x ** 1.5 * price[i]!)) })).toEqual([])
  expect(found({ sqm, price, rent: rent.map((x, i) => (i === 7 ? 0 : x)) })).toEqual([])
})

it('new rows stand as near to it, where gaps of what it is computed of are no other rows’', async () => {
  const engine = await createWasmEngine({ precision: 'float32', relaxed: false, threads: 1 })
  const raw = textTable({ sqm, price, rent: rent.map((x, i) => (i % 9 === 0 ? null : x)), age })
  const widest = async (rules: 'auto' | 'off') => {
    const model = await tables.fit(raw, { seed: 4, rules }, { engine })
    const { table } = await tables.draw(model, { rows: 300, seed: 5 }, { engine })
    const column = (name: string) => table.columns.find((one) => one.name === name) as NumericColumn
    const [a, b, c] = ['sqm', 'price', 'rent'].map(column) as [NumericColumn, NumericColumn, NumericColumn]
    const off = Array.from(c.values).flatMap((x, i) => (c.missing?.[i] ? [] : [Math.abs(x - a.values[i]! * b.values[i]!)]))
    expect(off.length).toBeGreaterThan(200)
    expect(off.length).toBeLessThan(300)
    return Math.max(...off)
  }
  // Of the rows at most 2.5, and half of what it is rounded to.
  expect(await widest('auto')).toBeLessThan(3.5)
  expect(await widest('off')).toBeGreaterThan(60)
})

it('hours between two times less one of a few breaks have these breaks in new rows, and a mass with its packing is nearly the sum', async () => {
  const pick = (label: string, some: readonly number[]) => noise(label).map((z) => some[Math.floor(Math.abs(z) * 1000) % some.length]!)
  const [begin, long, pause] = [pick('begin', [7, 7.5, 8, 9]), pick('long', [5, 6, 7.5, 8, 9, 10]), pick('pause', [0.5, 0.75])]
  const clock = (x: number) => `${String(Math.floor(x)).padStart(2, '0')}:${String(Math.round((x % 1) * 60)).padStart(2, '0')}`
  const worked = long.map((x, i) => x - (x <= 6 ? 0 : pause[i]!))
  const cells = { start: begin.map(clock), end: begin.map((x, i) => clock(x + long[i]!)), hours: worked }
  expect(found(cells)).toEqual(['hours ~ (end - start) / 60'])
  // Any of many breaks, as wide as a working day, is none of a few.
  expect(found({ ...cells, hours: noise('any').map((z) => Math.round(100 * (8 + z)) / 100) })).toEqual([])
  const [net, tare] = [noise('net').map((z) => Number((50 + 9 * z).toFixed(2))), noise('tare').map((z) => Number((30 + 7 * z).toFixed(2)))]
  const gross = net.map((x, i) => Number((x + tare[i]! + 0.1 * noise('scales')[i]!).toFixed(2)))
  expect(found({ net, tare, gross, age })).toEqual(['gross ~ net + tare'])

  const engine = await createWasmEngine({ precision: 'float32', relaxed: false, threads: 1 })
  const model = await tables.fit(textTable(cells), { seed: 4 }, { engine })
  const { table } = await tables.draw(model, { rows: 200, seed: 5 }, { engine })
  const [start, end, hours] = ['start', 'end', 'hours'].map(
    (name) => (table.columns.find((one) => one.name === name) as NumericColumn).values
  )
  const breaks = new Set(Array.from(hours!, (x, i) => Number(((end![i]! - start![i]!) / 60 - x).toFixed(9))))
  expect([...breaks].sort()).toEqual([0, 0.5, 0.75])
})

it('the days between two dates that go along tell no number that has nothing to do with them', () => {
  const DAY = 86_400_000
  const text = (day: number) => new Date(Date.UTC(2025, 0, 1) + day * DAY).toISOString().slice(0, 10)
  const stays = noise('stay').map((z) => 1 + Math.abs(Math.round(2 * z)))
  const from = stays.map((_, i) => text(i))
  const to = stays.map((x, i) => text(i + x))
  expect(found({ from, to, guests: noise('guests').map((z) => 2 + Math.round(0.5 * z)) })).toEqual([])
})
