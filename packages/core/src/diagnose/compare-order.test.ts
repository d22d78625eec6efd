import { expect, test } from 'vitest'
import { keyFromSeed, normals, permutation } from '../num/random.js'
import { takeTableRows } from '../table/rows.js'
import type { NumericColumn, Table } from '../table/table.js'
import { compareOrder, orderGrade, orderWords } from './compare-order.js'

const DAY = 86_400_000
const ROWS = 400

/** A walk and noise by day. */
function walk(seed: number): Table {
  const z = normals(keyFromSeed(seed), 2 * ROWS)
  const price = new Float64Array(ROWS)
  for (let i = 1; i < ROWS; i++) price[i] = price[i - 1]! + z[i]!
  const date: NumericColumn = { name: 'date', kind: 'datetime', values: Float64Array.from(price, (_, i) => i * DAY) }
  return {
    columns: [date, { name: 'price', kind: 'number', values: price }, { name: 'noise', kind: 'number', values: z.slice(ROWS) }],
    rowCount: ROWS
  }
}

/** The same values at any time, as rows that are drawn each by itself. */
function shuffled(table: Table): Table {
  const order = permutation(keyFromSeed(5), table.rowCount)
  const { columns } = takeTableRows(table, order)
  return { ...table, columns: [table.columns[0]!, ...columns.slice(1)] }
}

test('rows of a series that are drawn each by itself have lost its order, and another stretch of it has not', () => {
  const real = walk(1)
  const lost = compareOrder({ real, synthetic: shuffled(real) })!
  expect(lost.columns.map(({ name }) => name)).toEqual(['price'])
  expect(lost.time).toBe('date')
  expect(orderGrade(lost.columns[0]!)).toBe('poor')
  // Of independent rows neighbours differ as any two do.
  expect(lost.columns[0]!.synthetic).toBeCloseTo(1, 1)
  expect(orderWords(lost).words).toMatch(/^from row to row by date, price changes \d+(\.\d)? times as much as in the real table$/)
  const again = walk(2)
  // A walk at another level, and as wide as it happened to be.
  const kept = compareOrder({ real, synthetic: again })!
  expect(kept.columns[0]!.synthetic).toBeLessThan(0.2)
  expect(compareOrder({ real, synthetic: takeTableRows(real, permutation(keyFromSeed(3), ROWS)) })!.columns[0]!.synthetic).toBe(
    kept.columns[0]!.real
  )
})

test('fewer rows are held against real ones as far apart, and a table that is no series has no order', () => {
  const real = walk(1)
  const synthetic = takeTableRows(
    real,
    Array.from({ length: ROWS / 8 }, (_, i) => 8 * i)
  )
  expect(orderGrade(compareOrder({ real, synthetic })!.columns[0]!)).toBe('good')
  const mixed = takeTableRows(real, permutation(keyFromSeed(7), ROWS))
  expect(compareOrder({ real: mixed, synthetic: mixed })).toBeUndefined()
  const alone = { ...real, columns: real.columns.filter(({ name }) => name !== 'price') }
  expect(compareOrder({ real: alone, synthetic: alone })).toBeUndefined()
})
