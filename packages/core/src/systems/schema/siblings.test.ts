import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type Table } from '../../table/table.js'
import { drawSchema } from './draw.js'
import { fitSchema } from './fit.js'

const PARENTS = 30
const DAY = 86_400_000
const dice = (label: string, count: number) => uniforms(keyFor(keyFromSeed(8), label), count)
const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const date = (day: number) => new Date(Date.UTC(2023, 0, 1) + day * DAY).toISOString().slice(0, 10)

/** Contracts, of which each but the last of a firm ends the day before the next one; vehicles' trips; movements of accounts with their balance. */
function siblings() {
  const sizes = Array.from(dice('sizes', PARENTS), (u) => 2 + Math.floor(4 * u))
  const of = sizes.flatMap((size, p) => new Array<number>(size).fill(p))
  const u = Array.from({ length: 4 }, (_, k) => dice(`u${k}`, of.length))
  const rows = { start: [] as string[], end: [] as (string | null)[], from: [] as string[], to: [] as string[], length: [] as string[] }
  const [amount, balance] = [[] as string[], [] as string[]]
  let [day, km, sum] = [0, 0, 0]
  for (const [i, p] of of.entries()) {
    if (of[i - 1] !== p) [day, km, sum] = [Math.floor(200 * u[0]![i]!), 1000 + Math.floor(9000 * u[1]![i]!), 0]
    rows.start.push(date(day))
    day += 20 + Math.floor(60 * u[2]![i]!)
    rows.end.push(of[i + 1] === p ? date(day - 1) : null)
    const length = 5 + Math.floor(90 * u[3]![i]!)
    rows.from.push(String(km))
    km += length
    rows.to.push(String(km))
    rows.length.push(String(length))
    const change = sum === 0 || u[1]![i]! < 0.5 ? 50 + Math.floor(500 * u[2]![i]!) : -1 - Math.floor(0.8 * sum * u[3]![i]!)
    sum += change
    amount.push(String(change))
    balance.push(String(sum))
  }
  const key = text('firm_id', of.map((p) => `f${p}`)) // biome-ignore format: one line
  return {
    firms: table(text('id', sizes.map((_, p) => `f${p}`)), text('size', sizes.map((size) => String(size * 10)))), // biome-ignore format: one line
    contracts: table(key, text('starts_on', rows.start), text('ends_on', rows.end)),
    trips: table(key, text('driven_on', rows.start), text('start_km', rows.from), text('end_km', rows.to), text('length', rows.length)),
    movements: table(key, text('booked_on', rows.start), text('amount', amount), text('balance', balance))
  }
}
const KEYS = ['contracts.firm_id -> firms.id', 'trips.firm_id -> firms.id', 'movements.firm_id -> firms.id']

const numbersIn = (from: Table, name: string) => {
  const column = from.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) throw new Error(name)
  return Array.from(column.values, (x, i) => (column.missing?.[i] ? undefined : x))
}

it('rows of one parent follow each other as in the data: dates, what starts where the last ended, and sums that run on', async () => {
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const model = await fitSchema({ tables: siblings() }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, context)
  const lawOf = (name: string) => model.tables[name]!.child!.siblings
  expect(lawOf('contracts')!.ahead).toEqual([{ column: 'ends_on', gap: DAY }])
  expect(lawOf('trips')).toMatchObject({
    carried: [{ column: 'start_km', from: 'end_km' }],
    bases: [{ column: 'end_km', from: 'start_km' }]
  })
  expect(lawOf('movements')!.running).toMatchObject([{ column: 'balance', terms: [{ column: 'amount', sign: 1 }] }])
  const drawn = await drawSchema(model, { seed: 2 }, context)
  const rowsOf = (name: string) => {
    const own = drawn.get(name)!.table
    const key = own.columns.find((column) => column.name === 'firm_id')!
    const cells = 'cells' in key ? key.cells! : []
    const later = Array.from(cells.keys()).filter((i) => i > 0 && cells[i] === cells[i - 1])
    expect(later.length).toBeGreaterThan(30)
    return { later, first: Array.from(cells.keys()).filter((i) => !later.includes(i)), of: (column: string) => numbersIn(own, column) }
  }
  const contracts = rowsOf('contracts')
  const [start, end] = [contracts.of('starts_on'), contracts.of('ends_on')]
  for (const i of contracts.later) expect(start[i]! - end[i - 1]!).toBe(DAY)
  const trips = rowsOf('trips')
  const [from, to, length] = [trips.of('start_km'), trips.of('end_km'), trips.of('length')]
  for (const i of trips.later) expect(from[i]).toBe(to[i - 1])
  for (const [i, km] of from.entries()) expect(to[i]).toBe(km! + length[i]!)
  const movements = rowsOf('movements')
  const [amount, balance] = [movements.of('amount'), movements.of('balance')]
  for (const i of movements.later) expect(balance[i]).toBe(balance[i - 1]! + amount[i]!)
  for (const i of movements.first) expect(balance[i]).toBe(amount[i])
  // No row of the data is below nought.
  for (const x of balance) expect(x).toBeGreaterThanOrEqual(0)
})

it('one row that follows otherwise is no law', async () => {
  const tables = siblings()
  const values = [...(tables.contracts.columns[2]!.values as (string | null)[])]
  const at = values.findIndex((cell) => cell !== null)
  values[at] = date(Number(new Date(values[at]!)) / DAY - Date.UTC(2023, 0, 1) / DAY - 1)
  const contracts = { ...tables.contracts, columns: [...tables.contracts.columns.slice(0, 2), text('ends_on', values)] }
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const model = await fitSchema(
    { tables: { firms: tables.firms, contracts } },
    { keys: KEYS.slice(0, 1), bandwidth: 0.5, scaling: 'standard', seed: 1 },
    context
  )
  expect(model.tables.contracts!.child!.siblings).toBeUndefined()
})
