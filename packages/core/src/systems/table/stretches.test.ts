import { expect, it } from 'vitest'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import type { RawTable } from '../../table/raw.js'
import { rowsOfTable } from '../../table/records.js'
import { stackTables } from '../../table/rows.js'
import type { DrawnRows, TableModel } from './options.js'
import { drawnInAll } from './stretches.js'
import { tables } from './system.js'

const context = { engine: new ReferenceEngine() }
it('batches are small here', () => expect(BATCH_ROWS).toBe(32))
const ROWS = 300

/** Keys that run on with dates, a total that some rows miss, one of the rows so far, empty cells. */
function input(): RawTable {
  const rows = Array.from({ length: 60 }, (_, i) => i)
  const x = rows.map((i) => Number((3 * Math.sin(i)).toFixed(2)))
  const y = rows.map((i) => Number((5 + Math.cos(2 * i)).toFixed(2)))
  const day = (i: number) => new Date(Date.UTC(2020, 0, 1 + 2 * i + (i % 2))).toISOString().slice(0, 10)
  const text = (name: string, values: (string | null)[]) => ({ name, source: 'text' as const, values })
  return {
    rowCount: rows.length,
    columns: [
      text(
        'id',
        rows.map((i) => `K-${1000 + 3 * i}`)
      ),
      text('day', rows.map(day)),
      text(
        'x',
        x.map((value, i) => (i % 9 === 4 ? (i % 2 === 0 ? '-' : 'n/a') : value.toFixed(2)))
      ),
      text(
        'y',
        y.map((value) => value.toFixed(2))
      ),
      text(
        'double',
        y.map((value, i) => (2 * value + (i % 20 === 7 ? 1 : 0)).toFixed(2))
      ),
      text(
        'so far',
        y.map((_, i) => (50 + y.slice(0, i + 1).reduce((sum, value) => sum + value)).toFixed(2))
      )
    ]
  }
}

async function model(): Promise<TableModel> {
  const options = { bandwidth: 0.3, scaling: 'standard' as const, kernel: 'fixed' as const, rule: 'double = 2 * y but for 3 rows' }
  return tables.fit(input(), tables.optionsFor(input(), options, {}), context)
}

async function inStretches(model: TableModel): Promise<readonly DrawnRows[]> {
  const found: DrawnRows[] = []
  for await (const drawn of tables.stretches!(model, { rows: ROWS, steps: 1 }, context)!) found.push(drawn)
  return found
}

const presented = (model: TableModel, drawn: DrawnRows) =>
  tables.present(model, drawn, 'text').columns.map((column) => [column.name, [...column.values], 'absent' in column && column.absent])

it('draws in stretches what one draw does: keys, dates in order, exceptions of rules, candidates', async () => {
  const plain = await model()
  for (const one of [plain, { ...plain, privacy: { nearest: 0.2 } as NonNullable<TableModel['privacy']> }]) {
    const whole = await tables.draw(one, { rows: ROWS, steps: 1 }, context)
    const stretches = await inStretches(one)
    expect(stretches.length).toBe(3)
    const { near } = drawnInAll(stretches)
    expect(near).toBe(whole.near)
    const table = stackTables(stretches.map((drawn) => drawn.table))
    expect(presented(one, { ...whole, table })).toEqual(presented(one, whole))
    const wordsIn = (drawn: DrawnRows) => presented(one, drawn).map(([, , words]) => words)[2] as readonly string[]
    expect(new Set(wordsIn(whole))).toEqual(new Set(['', '-', 'n/a']))
    expect(stretches.flatMap(wordsIn)).toEqual(wordsIn(whole))
  }
  expect(plain.keys?.keys.map(({ column }) => column)).toEqual(['id'])
  expect(plain.order?.column).toBe('day')
  expect(plain.totals?.totals).toMatchObject([{ column: 'so far', starts: [{ value: 50 }] }])
})

it('keeps rows apart over stretches as in one draw, and the first batches whatever their number', async () => {
  const levels = (of: (i: number) => number) => Array.from({ length: 60 }, (_, i) => `${of(i) % 20}`)
  const column = (name: string, values: string[]) => ({ name, source: 'text' as const, values })
  const columns = [
    column(
      'seat',
      levels((i) => i)
    ),
    column(
      'row',
      levels((i) => 7 * i + Math.floor(i / 20))
    ),
    column(
      'x',
      levels((i) => 3 * i * i).map((x) => `${x}.5`)
    )
  ]
  const raw = { rowCount: 60, columns }
  const options = {
    bandwidth: 0.3,
    scaling: 'standard' as const,
    kernel: 'fixed' as const,
    types: { seat: 'integer', row: 'integer' } as const,
    rule: 'unique(seat, row)'
  }
  const fitted = await tables.fit(raw, options, context)
  const stretches = await inStretches(fitted)
  const whole = await tables.draw(fitted, { rows: ROWS, steps: 1 }, context)
  const table = stackTables(stretches.map((drawn) => drawn.table))
  expect(presented(fitted, { ...whole, table })).toEqual(presented(fitted, whole))
  const rows = (drawn: DrawnRows) => rowsOfTable(tables.present(fitted, drawn, 'text')).map((row) => JSON.stringify(row))
  const seats = rowsOfTable(tables.present(fitted, whole, 'text')).map(({ seat, row }) => `${seat} ${row}`)
  expect(new Set(seats).size).toBe(ROWS)
  const fewer = await tables.draw(fitted, { rows: 200, steps: 1 }, context)
  expect(rows(fewer).slice(0, 192)).toEqual(rows(whole).slice(0, 192))
})

it('gives what draws do not find in a batch to that batch, whatever comes behind it', async () => {
  const of = (name: string, cell: (i: number) => string) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: 60 }, (_, i) => cell(i))
  })
  // Two thirds of the rows weigh next to nothing: draws hardly find their seats, which a batch of 32 needs and a later one may meet.
  const columns = [
    of('seat', (i) => 'ABCDEF'[i % 6]!),
    of('aisle', (i) => 'abcdefghij'[Math.floor(i / 6)]!),
    of('w', (i) => (i % 3 === 0 ? '1' : '0.004'))
  ]
  const options = { bandwidth: 0.3, scaling: 'standard' as const, kernel: 'fixed' as const, weights: 'w', rule: 'unique(seat, aisle)' }
  const fitted = await tables.fit({ rowCount: 60, columns }, options, context)
  const firstBatch = async (rows: number, seed: number) => {
    const drawn = await tables.draw(fitted, { rows, seed, steps: 1 }, context)
    return JSON.stringify(rowsOfTable(tables.present(fitted, drawn, 'text')).slice(0, 32))
  }
  for (const seed of [1, 2, 3, 4]) expect(await firstBatch(60, seed)).toBe(await firstBatch(32, seed))
})

it('draws few rows, rows under conditions and keys that refer to each other at once', async () => {
  const one = await model()
  const bytes = (rows: number) => tables.plan({ model: one }, { rows }).bytes
  expect(bytes(10_000)).toBe(bytes(1_000_000))
  expect(bytes(10)).toBeLessThan(bytes(1_000_000))
  expect(tables.stretches!(one, { rows: 100 }, context)).toBeUndefined()
  expect(tables.stretches!(one, { rows: ROWS, asked: { givens: [{ y: 5 }], observe: [] } as never }, context)).toBeUndefined()
  const reference = { column: 'parent', to: 'id' } as never
  const referring = { ...one, keys: { ...one.keys!, references: [reference] } }
  expect(tables.stretches!(referring, { rows: ROWS }, context)).toBeUndefined()
})
