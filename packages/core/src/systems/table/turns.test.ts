import { expect, test } from 'vitest'
import { findOneAtATime, overlappingRows } from '../../code/rules/one-at-a-time.js'
import { uniqueText } from '../../code/rules/unique.js'
import { evaluateTables } from '../../diagnose/evaluate.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { numbersOf } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import { drawModel, fitModel } from '../system.js'
import type { TableFit, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'
import { UNIQUE_WARNING } from './unique.js'

const context = { engine: new ReferenceEngine() }
const OPTIONS = { bandwidth: 0.3, scaling: 'standard', kernel: 'fixed' } as const
const DAY = 86_400_000
const [ROOMS, DAYS] = [6, 200]
const date = (day: number) => new Date(Date.UTC(2024, 0, 1) + day * DAY).toISOString().slice(0, 10)

interface Stay {
  readonly room: number
  readonly from: number
  readonly nights: number
}

/** Stays in rooms, of which no two are in one room at once and which leave about as many days free as they take; `free`: in any room. */
function stays({ free = false, rooms = ROOMS, days = DAYS } = {}): readonly Stay[] {
  const u = uniforms(keyFor(keyFromSeed(4), 'stays'), 3 * rooms * days)
  let k = 0
  const out: Stay[] = []
  for (let room = 0; room < rooms; room++)
    for (let day = Math.floor(5 * u[k++]!); day < days; day += Math.floor(7 * u[k++]!)) {
      const nights = 1 + Math.floor(5 * u[k++]! ** 2)
      if (day + nights > days) break
      out.push({ room: free ? Math.floor(rooms * u[k++]!) : room, from: day, nights })
      day += nights
    }
  const order = permutation(keyFromSeed(5), out.length)
  return Array.from(order, (i) => out[i]!)
}

const column = (name: string, all: readonly Stay[], of: (stay: Stay) => string) => ({ name, source: 'text' as const, values: all.map(of) })
const bookings = (all: readonly Stay[], more: readonly RawTable['columns'][number][] = []): RawTable => ({
  rowCount: all.length,
  columns: [
    column('room', all, ({ room }) => `r${room}`),
    column('beds', all, ({ room }) => String(1 + (room % 2))),
    column('from', all, ({ from }) => date(from)),
    column('to', all, ({ from, nights }) => date(from + nights)),
    column('paid', all, ({ nights }) => String(40 * nights)),
    ...more
  ]
})
const LAW = { columns: ['room', 'from', 'to'], pause: 0 }
const found = (raw: RawTable) => findOneAtATime(inferTable(raw).table)
const fit = (input: RawTable, options: TableFit = {}): Promise<TableModel> =>
  fitModel(tables, { input, options: { ...OPTIONS, ...options } }, context)
const draw = (model: TableModel, request: TableRequest) => drawModel(tables, { model, request: { steps: 1, ...request } }, context)
const lengths = (table: Table) => numbersOf(table, 'to').values.map((to, i) => (to - numbersOf(table, 'from').values[i]!) / DAY)

test('what is one at a time is told of one column, of two, of all rows, and of numbers; not of rows that happen to lie apart', () => {
  const all = stays()
  expect(found(bookings(all))).toEqual([LAW])
  expect(found(bookings(stays({ free: true })))).toEqual([])
  // Of what says the same more finely nothing more is said.
  const fine = column('bed', all, ({ room, from }) => `r${room}.${from % 2}`)
  expect(found(bookings(all, [fine]))).toEqual([LAW])
  expect(found(bookings(stays({ rooms: 1, days: 4 * DAYS })))).toEqual([{ columns: ['from', 'to'], pause: 0 }])
  const two = bookings(all).columns.filter(({ name }) => name !== 'room' && name !== 'beds')
  const house = column('house', all, ({ room }) => 'AB'[room % 2]!)
  const floor = column('floor', all, ({ room }) => 'ijk'[Math.floor(room / 2)]!)
  expect(found({ rowCount: all.length, columns: [...two, house, floor] })).toEqual([
    { columns: ['house', 'floor', 'from', 'to'], pause: 0 }
  ])
  const places = [column('from', all, ({ from }) => String(from)), column('to', all, ({ from, nights }) => String(from + nights))]
  expect(found({ rowCount: all.length, columns: [bookings(all).columns[0]!, ...places] })).toEqual([LAW])
})

test('new rows are one at a time, as many of each room, as long and in the days of the data, and rules follow', async () => {
  const raw = bookings(stays())
  const rows = raw.rowCount
  const model = await fit(raw)
  expect(model.unique).toEqual([LAW])
  const { table, warnings } = await draw(model, { rows, seed: 3 })
  expect(overlappingRows(LAW, table)).toEqual([])
  expect(warnings.filter(({ name }) => name === UNIQUE_WARNING)).toEqual([])
  const own = inferTable(raw).table
  const ends = (of: Table) => [
    numbersOf(of, 'from').values.reduce((a, b) => Math.min(a, b)),
    numbersOf(of, 'to').values.reduce((a, b) => Math.max(a, b))
  ]
  expect(ends(table)[0]).toBeGreaterThanOrEqual(ends(own)[0]!)
  expect(ends(table)[1]).toBeLessThanOrEqual(ends(own)[1]!)
  expect(numbersOf(table, 'paid').values).toEqual(lengths(table).map((nights) => 40 * nights))
  const off = await draw(await fit(raw, { rules: 'off' }), { rows, seed: 3 })
  expect(overlappingRows(LAW, off.table).length).toBeGreaterThan(rows / 10)
  const mean = (of: Float64Array) => of.reduce((sum, x) => sum + x, 0) / of.length
  // Rows that are drawn until they fit would be shorter than those of the data, by a sixth.
  expect(Math.abs(mean(lengths(table)) / mean(lengths(own)) - 1)).toBeLessThan(0.08)
})

test('of more rows than there is time for it is said how many are at once, and a file says the same', async () => {
  const raw = bookings(stays())
  const model = await fit(raw)
  const request = { rows: 3 * raw.rowCount, seed: 2 }
  const drawn = await draw(model, request)
  const left = overlappingRows(LAW, drawn.table).length
  expect(left).toBeGreaterThan(raw.rowCount / 10)
  const [warning] = drawn.warnings.filter(({ name }) => name === UNIQUE_WARNING)
  expect(Number(/^(\d+) of \d+ rows begin before another one has ended/.exec(warning!.message)![1])).toBeGreaterThanOrEqual(left)
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), context)
  expect((await draw(loaded as TableModel, request)).table).toEqual(drawn.table)
  expect(uniqueText(LAW)).toBe('to <= from of the next by room')
})

test('evaluate counts rows that are at once', async () => {
  const all = stays()
  const real = inferTable(bookings(all)).table
  const twice = all.map((stay, i) => (i % 3 === 0 ? { ...stay, room: (stay.room + 1) % ROOMS } : stay))
  const { rules } = await evaluateTables({
    real,
    synthetic: inferTable(bookings(twice)).table,
    engine: context.engine,
    key: keyFromSeed(1),
    watch: {}
  })
  const one = rules.find(({ rule }) => rule === 'to <= from of the next by room')
  expect(one?.broken).toBe(overlappingRows(LAW, inferTable(bookings(twice)).table).length)
  expect(one?.broken).toBeGreaterThan(20)
})
