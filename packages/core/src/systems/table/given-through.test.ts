import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const ROWS = 300
const u = uniforms(keyFromSeed(11), 6 * ROWS)
const each = (name: string, cell: (i: number, u: (k: number) => number) => string) => ({
  name,
  source: 'text' as const,
  values: Array.from({ length: ROWS }, (_, i) => cell(i, (k) => u[6 * i + k]!))
})
const tableOf = (...columns: readonly ReturnType<typeof each>[]): RawTable => ({ rowCount: ROWS, columns })

async function drawn(input: RawTable, given: NonNullable<TableRequest['given']>) {
  const options = { bandwidth: 0.3, scaling: 'quantile' as const, seed: 3 }
  const model = (await fitModel(tables, { input, options }, { engine })) as TableModel
  const request = { seed: 4, rows: 60, ridge: 1e-3, given }
  const rows = (await drawModel(tables, { model, request }, { engine })) as DrawnRows
  const written = tables.present(model, rows, 'text')
  return {
    warnings: rows.warnings.map(({ name }) => name),
    effectiveRows: rows.posterior && 'effectiveRows' in rows.posterior ? rows.posterior.effectiveRows : undefined,
    cells: (name: string) => written.columns.find((one) => one.name === name)!.values as readonly string[]
  }
}

describe('a number that is given to more digits than its column is written to', () => {
  // Sixteen digits in few cells, as programs leave the last ones out of most.
  const digits = (x: number, i: number) => String(Number(x.toPrecision(i % 30 === 0 ? 17 : 15)))
  const start = (u: (k: number) => number) => 3 * u(0) * u(5)
  const end = (u: (k: number) => number) => start(u) + 9 * u(1) * u(4)
  const times = tableOf(
    each('start', (i, u) => digits(start(u), i)),
    each('end', (i, u) => digits(end(u), i)),
    each('last', (i, u) => digits(end(u) + (i % 3 === 0 ? 0 : 4 * u(2) * u(3)), i))
  )
  const given = '1.512073237508594'

  it('is written so, and what ends there is no digit below it', async () => {
    const { cells } = await drawn(times, { end: given })
    expect(new Set(cells('end'))).toEqual(new Set([given]))
    const last = cells('last')
    expect(last.every((cell) => Number(cell) >= Number(given))).toBe(true)
    expect(last.filter((cell) => cell === given).length).toBeGreaterThan(5)
  })

  it('is written so where no rule has to do with it, and with powers of ten', async () => {
    const table = tableOf(
      each('x', (i, u) => digits(9 * u(0) * u(1), i)),
      each('small', (_, u) => (1e-5 * (1 + u(2))).toExponential(2))
    )
    const { cells } = await drawn(table, { x: given, small: '1.23456e-5' })
    expect(new Set(cells('x'))).toEqual(new Set([given]))
    expect(new Set(cells('small').map(Number))).toEqual(new Set([1.23456e-5]))
  })
})

describe('an interval beside a number', () => {
  it('is no farther from rows that lie in it than from others there, though its middle be', async () => {
    const terms = tableOf(
      each('start', (_, u) => String(1000 + Math.floor(600 * u(3)))),
      each('months', (_, u) => String(u(0) < 0.5 ? 6 : 12)),
      each('amount', (_, u) => (100 * u(1)).toFixed(2))
    )
    const { cells, warnings } = await drawn(terms, { start: '1300', months: '5..18' })
    expect(warnings).not.toContain('condition-outside-data')
    expect(new Set(cells('months'))).toEqual(new Set(['6', '12']))
    expect((await drawn(terms, { start: '1300', months: '8..10' })).warnings).toContain('condition-outside-data')
  })
})

describe('a number that is computed of one other number', () => {
  const rate = (u: (k: number) => number) => (1 + 8 * u(0)).toFixed(2)
  const qty = (u: (k: number) => number) => 1 + Math.floor(30 * u(1))
  const price = (u: (k: number) => number) => (5 + 60 * u(2) ** 2).toFixed(2)
  const income = (u: (k: number) => number) => 8000 + Math.round(60_000 * u(3) ** 3)
  const sales = tableOf(
    each('rate', (_, u) => rate(u)),
    each('inverse', (_, u) => (1 / Number(rate(u))).toFixed(4)),
    each('qty', (_, u) => String(qty(u))),
    each('price', (_, u) => price(u)),
    each('total', (_, u) => (qty(u) * Number(price(u))).toFixed(2)),
    each('income', (_, u) => String(income(u))),
    each('thousands', (_, u) => String(Math.round(income(u) / 1000)))
  )

  it('is that number, which is given', async () => {
    const { cells, warnings } = await drawn(sales, { inverse: '0.2' })
    expect(warnings).not.toContain('rule-observed')
    expect(new Set(cells('rate').map(Number))).toEqual(new Set([5]))
    expect(new Set(cells('inverse').map(Number))).toEqual(new Set([0.2]))
  })

  it('is that number where all others are given', async () => {
    const { cells, warnings } = await drawn(sales, { total: '200', qty: '10' })
    expect(warnings).not.toContain('rule-observed')
    expect(new Set(cells('price').map(Number))).toEqual(new Set([20]))
    expect(new Set(cells('total').map(Number))).toEqual(new Set([200]))
  })

  it('is the interval that rounding leaves, where this has rows enough', async () => {
    const { cells, warnings } = await drawn(sales, { thousands: '8' })
    expect(warnings).not.toContain('rule-observed')
    expect(new Set(cells('thousands').map(Number))).toEqual(new Set([8]))
    expect(new Set(cells('income')).size).toBeGreaterThan(20)
    expect((await drawn(sales, { thousands: '40' })).warnings).toContain('rule-observed')
  })
})

it('an end whose start is free is met by as many rows as bear a distribution', async () => {
  const spans = tableOf(
    each('start', (_, u) => (20 + 40 * u(0)).toFixed(2)),
    each('end', (_, u) => (20 + 40 * u(0) + 20 * u(1)).toFixed(2))
  )
  const { cells, effectiveRows } = await drawn(spans, { end: '50' })
  expect(new Set(cells('end').map(Number))).toEqual(new Set([50]))
  expect(cells('start').every((cell) => Number(cell) <= 50)).toBe(true)
  // Within a hundredth of the spread of ends 2.7 of 300 rows agreed.
  expect(effectiveRows).toBeGreaterThan(10)
})
