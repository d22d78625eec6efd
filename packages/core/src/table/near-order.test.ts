import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { type NearOrder, nearOrderOf, rowsNearlyInOrder } from './near-order.js'
import { takeTableRows } from './rows.js'
import type { Table } from './table.js'

const ROWS = 400
const dates = (values: ArrayLike<number>): Table => ({
  rowCount: values.length,
  columns: [{ name: 'hired', kind: 'datetime', values: Float64Array.from(values) }]
})
const spreadOf = ({ displaced }: NearOrder) => Math.sqrt(displaced.reduce((sum, x) => sum + x * x, 0) / displaced.length)

it('rows that nearly stand in an order are found, and new rows stand as nearly in it', () => {
  for (const seed of [1, 2, 3]) {
    const key = keyFromSeed(seed)
    const jitter = uniforms(key, ROWS)
    for (const sign of [1, -1]) {
      const data = nearOrderOf(dates(jitter.map((u, i) => sign * (22 * i + 600 * u))))!
      expect(data).toMatchObject({ column: 'hired', ...(sign < 0 ? { descending: true } : {}) })
      const drawn = dates(uniforms(keyFor(key, 'drawn'), ROWS).map((u) => 1e4 * u))
      const rows = rowsNearlyInOrder(drawn, data, { part: ROWS, key })!
      expect(new Set(rows).size).toBe(ROWS)
      const again = nearOrderOf(takeTableRows(drawn, rows))!
      expect(again.descending).toBe(data.descending)
      expect(spreadOf(again) / spreadOf(data)).toBeGreaterThan(0.85)
      expect(spreadOf(again) / spreadOf(data)).toBeLessThan(1.15)
    }
    // A part depends on itself alone.
    const drawn = dates(uniforms(keyFor(key, 'more'), 300))
    const order = nearOrderOf(dates(jitter.map((u, i) => 22 * i + 600 * u)))!
    const whole = rowsNearlyInOrder(drawn, order, { part: 100, key })!
    const second = rowsNearlyInOrder(
      takeTableRows(
        drawn,
        Uint32Array.from({ length: 100 }, (_, i) => 100 + i)
      ),
      order,
      { part: 100, key, first: 100 }
    )!
    expect(Array.from(second, (row) => row + 100)).toEqual([...whole.subarray(100, 200)])
  }
})

it('rows in any order, with gaps, and few rows have none', () => {
  const any = uniforms(keyFromSeed(4), ROWS)
  expect(nearOrderOf(dates(any))).toBeUndefined()
  expect(nearOrderOf(dates(any.map(() => 5)))).toBeUndefined()
  expect(nearOrderOf(dates(Array.from({ length: 19 }, (_, i) => i)))).toBeUndefined()
  const [column] = dates(Array.from({ length: ROWS }, (_, i) => i)).columns
  expect(
    nearOrderOf({ rowCount: ROWS, columns: [{ ...column!, missing: new Uint8Array(ROWS) } as typeof column & object] })
  ).toBeUndefined()
})
