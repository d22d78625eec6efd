import { expect, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from './system.js'

const context = { engine: new ReferenceEngine() }
const ROWS = 300
const cents = (x: number) => Math.round(100 * x) / 100

/** Prices that are charged as they were quoted in seven of ten rows. */
function prices() {
  const of = (label: string) => uniforms(keyFor(keyFromSeed(3), label), ROWS)
  const [other, by] = [of('other'), of('by')]
  const quoted = Array.from(normals(keyFromSeed(3), ROWS), (z) => cents(Math.exp(4 + 0.8 * z)))
  const charged = quoted.map((x, i) => (other[i]! < 0.3 ? cents(x * (0.7 + 0.7 * by[i]!)) : x))
  return { quoted, charged }
}

const shareOf = (values: ArrayLike<number>, holds: (x: number, i: number) => boolean) =>
  Array.from(values).filter(holds).length / values.length

test('numbers that are another one in many rows are so in as many new ones, and none falls below 0', async () => {
  const { quoted, charged } = prices()
  const options = { bandwidth: 0.3, kernel: 'fixed' } as const
  const model = await fitModel(tables, { input: textTable({ quoted, charged }), options }, context)
  const rows = 2000
  const numbers = (table: Table, name: string) => (table.columns.find((one) => one.name === name) as NumericColumn).values
  const { table } = await drawModel(tables, { model, request: { rows, steps: 2 } }, context)
  const [one, other] = [numbers(table, 'quoted'), numbers(table, 'charged')]
  const expected = shareOf(charged, (x, i) => x === quoted[i])
  // Five errors of a share of rows that start at those of the data.
  expect(Math.abs(shareOf(other, (x, i) => x === one[i]) - expected)).toBeLessThan(5 * Math.sqrt((0.7 * 0.3) / ROWS))
  expect(Math.min(...other)).toBeGreaterThanOrEqual(0)
  // Those that differ do so as those of the data: between 0.7 and 1.4 times the other one, below it in half of them.
  expect(shareOf(other, (x, i) => x < one[i]!)).toBeCloseTo(
    shareOf(charged, (x, i) => x < quoted[i]!),
    1
  )
  // Given numbers are those that are drawn.
  const asked = { givens: [{ charged: 50 }], observe: [] }
  const given = await drawModel(tables, { model, request: { rows: 200, steps: 20, asked } }, context)
  expect(new Set(numbers(given.table, 'charged'))).toEqual(new Set([50]))
  expect(shareOf(numbers(given.table, 'quoted'), (x) => x === 50)).toBeGreaterThan(0.5)
})
