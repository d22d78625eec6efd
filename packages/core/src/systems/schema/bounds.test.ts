import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Column, Table } from '../../table/table.js'
import { betweenText, findBounds, fitting, fittingChosen, keptWithin } from './bounds.js'

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
const least = (high: Float64Array, low: Float64Array) => Math.min(...high.map((x, i) => x - low[i]!))

it('bounds are what no row breaks and others would, between columns of a row and of the row that it refers to', () => {
  const own = table(number('cost', cost), number('price', price), number('quantity', quantity))
  expect(findBounds({ own, led, isFree })).toEqual([
    { low: 'cost', high: 'price', apart: least(price, cost) },
    { low: 'quantity', high: 'stock', parent: 'high', key: led[0]!.key, apart: least(stock.toReversed(), quantity) }
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

it('a stay of no nights is one of one, where all have some, and what is put right by one bound breaks no other', () => {
  const [day, nights, season] = ['day', 'nights', 'season'].map(u) as [Float64Array, Float64Array, Float64Array]
  const arrives = day.map((x) => Math.floor(90 * x))
  const leaves = arrives.map((x, i) => x + 1 + Math.floor(6 * nights[i]! ** 2))
  const closes = leaves.map((x, i) => x + Math.floor(30 * season[i]!))
  const closing = [{ key: 'stays.hotel -> hotels.id', table: table(number('closes', closes)), rowOf: Int32Array.from(day.keys()) }]
  const bounds = findBounds({ own: table(number('arrives', arrives), number('leaves', leaves)), led: closing, isFree: () => true })
  expect(bounds).toContainEqual({ low: 'arrives', high: 'leaves', apart: 1 })
  const [none, late] = [new Set([4, 40, 41]), new Set([7, 70])]
  const own = table(
    number('arrives', arrives.map((x, i) => (late.has(i) ? closes[i]! - 1 : x))), // biome-ignore format: one line
    number('leaves', leaves.map((x, i) => (none.has(i) ? arrives[i]! : late.has(i) ? closes[i]! + 5 : x))) // biome-ignore format: one line
  )
  const formats = own.columns.map(({ name }) => ({ name, source: 'number' as const, kind: 'number' as const }))
  const how = { led: closing, parentOf: new Int32Array(ROWS), isOrdered: false, rules: undefined, time: undefined, isFree: () => true, key: keyFromSeed(1) } // biome-ignore format: one line
  const { table: kept } = keptWithin(bounds, { table: own, formats }, how)
  const of = (name: string) => (kept.columns.find((column) => column.name === name) as Column & { readonly values: Float64Array }).values
  const [from, to] = [of('arrives'), of('leaves')]
  for (let i = 0; i < ROWS; i++) {
    expect(to[i]! - from[i]!).toBeGreaterThanOrEqual(1)
    expect(to[i]).toBeLessThanOrEqual(closes[i]!)
    if (none.has(i)) expect(to[i]! - from[i]!).toBe(1)
  }
})

const [CLASSES, ROOMS] = [20, 15]
const KEYS = [
  { table: 'lessons', column: 'class_id', to: { table: 'classes', column: 'id' } },
  { table: 'lessons', column: 'room_id', to: { table: 'rooms', column: 'id' } }
]
const [OF, IN] = ['lessons.class_id -> classes.id', 'lessons.room_id -> rooms.id'] as const
const size = Float64Array.from({ length: CLASSES }, (_, c) => 14 + ((7 * c) % 17))
const capacity = Float64Array.from({ length: ROOMS }, (_, r) => 20 + ((4 * r) % 15))

/** Lessons of classes in rooms, and those that are in one that is too small. */
function lessons(isTight: boolean) {
  const [ofClass, inRoom] = [u('class').map((x) => Math.floor(CLASSES * x)), u('room')]
  const roomOf = ofClass.map((c, i) => {
    const open = [...capacity.keys()].filter((r) => !isTight || capacity[r]! >= size[c]!)
    return open[Math.floor(open.length * inRoom[i]!)]!
  })
  const led = [
    { key: OF as string, table: { columns: [number('size', size)], rowCount: CLASSES }, rowOf: Int32Array.from(ofClass) },
    { key: IN as string, table: { columns: [number('capacity', capacity)], rowCount: ROOMS }, rowOf: Int32Array.from(roomOf) }
  ]
  return { led, small: [...ofClass.keys()].filter((i) => capacity[roomOf[i]!]! < size[ofClass[i]!]!) }
}
const BETWEEN = { low: 'size', high: 'capacity', parent: 'low' as const, key: OF, other: IN }
const none = { columns: [], rowCount: ROWS }

it('bounds between rows that rows refer to by two keys are told where rows choose one of them, and where chance would break them', () => {
  const { led } = lessons(true)
  const isChosen = (key: string | undefined) => key === IN
  expect(findBounds({ own: none, led, isFree, isChosen })).toEqual([BETWEEN])
  expect(betweenText(BETWEEN, KEYS)).toBe('room_id.capacity >= class_id.size')
  expect(findBounds({ own: none, led, isFree })).toEqual([])
  const free = lessons(false)
  expect(free.small.length).toBeGreaterThan(20)
  expect(findBounds({ own: none, led: free.led, isFree, isChosen })).toEqual([])
})

it('rows that chose what they may not change it with others, so that each is chosen as often, and no other row changes more than it must', () => {
  const { led, small } = lessons(false)
  const fits = fitting([BETWEEN], { own: none, led }, IN)!
  const rowOf = led[1]!.rowOf
  expect([...rowOf.keys()].filter((i) => !fits(i, rowOf[i]!))).toEqual(small)
  const targets = { places: { data: capacity, rows: ROOMS, cols: 1 }, classes: new Array<string>(ROOMS).fill('') }
  const chosen = fittingChosen(fits, { rowOf, targets, among: () => undefined, apart: [] })
  expect([...chosen.keys()].filter((i) => !fits(i, chosen[i]!))).toEqual([])
  const times = (all: Int32Array) => Array.from({ length: ROOMS }, (_, r) => all.filter((one) => one === r).length)
  expect(times(chosen)).toEqual(times(rowOf))
  expect(chosen.filter((one, i) => one !== rowOf[i]).length).toBeLessThanOrEqual(2 * small.length)
  // Of those that a row may choose alone, and no two rows of one parent the same.
  const parentOf = Int32Array.from({ length: ROWS }, (_, i) => Math.floor(i / 2))
  const apart = Int32Array.from(rowOf, (r, i) => (i % 2 ? (r === rowOf[i - 1] ? (r + 1) % ROOMS : r) : r))
  const some = fittingChosen(fits, { rowOf: apart, targets, among: () => new Set([12, 13, 14, 5]), apart: [(i) => String(parentOf[i])] })
  for (let i = 0; i < ROWS; i++) {
    if (some[i] !== apart[i]) expect([12, 13, 14, 5]).toContain(some[i])
    if (i % 2) expect(some[i]).not.toBe(some[i - 1])
  }
})
