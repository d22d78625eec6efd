import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Column, Table } from '../../table/table.js'
import { findBounds, keptWithin } from './bounds.js'

const ROWS = 200
const u = (label: string) => uniforms(keyFor(keyFromSeed(3), label), ROWS)
const number = (name: string, values: Float64Array): Column => ({ name, kind: 'number', values })
const table = (...columns: Column[]): Table => ({ columns, rowCount: ROWS })

const [cost, more, stock, some] = ['cost', 'more', 'stock', 'some'].map(u) as [Float64Array, Float64Array, Float64Array, Float64Array]
const price = cost.map((x, i) => x + more[i]!)
const parent = { columns: [number('stock', stock)], rowCount: ROWS }
const led = [{ key: 'lines.product -> products.id', table: parent, rowOf: Int32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i) }]
const quantity = some.map((x, i) => x * stock[ROWS - 1 - i]!)
const isFree = (name: string) => name !== 'cost'

it('bounds are what no row breaks and others would, between columns of a row and of the row that it refers to', () => {
  const own = table(number('cost', cost), number('price', price), number('quantity', quantity))
  expect(findBounds({ own, led, isFree })).toEqual([
    { low: 'cost', high: 'price' },
    { low: 'quantity', high: 'stock', parent: 'high', key: led[0]!.key }
  ])
  const broken = table(number('cost', cost), number('price', price.with(7, -1)), number('quantity', quantity.with(9, 2)))
  expect(findBounds({ own: broken, led, isFree })).toEqual([])
  // What may not be put right, or is so wherever numbers stand, says nothing.
  expect(findBounds({ own, led, isFree: () => false })).toEqual([])
  expect(findBounds({ own: table(number('cost', cost), number('far', cost.map((x) => 9 - x))), led: [], isFree })).toEqual([]) // biome-ignore format: one line
})

it('rows beyond a bound have the number of a row that is not, and all others stay as they are', () => {
  const wrong = new Set([3, 50, 51])
  const own = table(
    number('cost', cost),
    number('price', price.map((x, i) => (wrong.has(i) ? -1 : x))), // biome-ignore format: one line
    number('quantity', quantity.map((x, i) => (wrong.has(i) ? 5 : x))) // biome-ignore format: one line
  )
  const formats = own.columns.map(({ name }) => ({ name, source: 'number' as const, kind: 'number' as const }))
  const bounds = findBounds({ own: table(number('cost', cost), number('price', price), number('quantity', quantity)), led, isFree })
  const how = { led, parentOf: new Int32Array(ROWS), isOrdered: false, rules: undefined, time: undefined, isFree, key: keyFromSeed(1) }
  const { table: kept } = keptWithin(bounds, { table: own, formats }, how)
  const of = (name: string) => kept.columns.find((column) => column.name === name) as Column & { readonly values: Float64Array }
  expect(of('cost').values).toEqual(cost)
  for (let i = 0; i < ROWS; i++) {
    expect(of('price').values[i]).toBeGreaterThanOrEqual(cost[i]!)
    expect(of('quantity').values[i]).toBeLessThanOrEqual(stock[ROWS - 1 - i]!)
    if (wrong.has(i)) expect(price).toContain(of('price').values[i])
    else expect([of('price').values[i], of('quantity').values[i]]).toEqual([price[i], quantity[i]])
  }
})
