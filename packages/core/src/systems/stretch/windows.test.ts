import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawColumn } from '../../table/raw.js'
import { numbersOf } from '../../table/rows.js'
import { findWindows, rowsBefore, windowColumns, windowText } from './windows.js'

const ROWS = 120
const z = normals(keyFromSeed(4), ROWS)
const price = Array.from(z, (_, i) => Number((100 + z.slice(0, i + 1).reduce((sum, x) => sum + x, 0)).toFixed(2)))
const column = (name: string, of: (i: number) => number | null, digits = 2): RawColumn => ({
  name,
  source: 'text',
  values: Array.from({ length: ROWS }, (_, i) => of(i)?.toFixed(digits) ?? null)
})
const mean = (i: number, rows: number) =>
  price.slice(Math.max(0, i + 1 - rows), i + 1).reduce((sum, x) => sum + x, 0) / Math.min(rows, i + 1)
const table = (...columns: RawColumn[]) =>
  inferTable({ rowCount: ROWS, columns: [{ name: 't', source: 'number', values: Float64Array.from(z.keys()) }, ...columns] })
const found = (...columns: RawColumn[]) => {
  const { table: own, formats } = table(...columns)
  return findWindows(own, formats, 't')
}

describe('what the last rows of another column say', () => {
  const close = column('close', (i) => price[i]!)
  test.each([
    ['the day before', column('y', (i) => price[i - 1] ?? null), { kind: 'lag', rows: 1, start: 'empty' }],
    ['a mean with empty cells first', column('y', (i) => (i < 6 ? null : mean(i, 7)), 3), { kind: 'mean', rows: 7, start: 'empty' }],
    ['a mean of what is there', column('y', (i) => mean(i, 5)), { kind: 'mean', rows: 5, start: 'partial' }],
    ['a change, nought first', column('y', (i) => (i < 1 ? 0 : price[i]! - price[i - 1]!)), { kind: 'change', rows: 1, start: 'zero' }],
    [
      'a return',
      column('y', (i) => (i < 1 ? null : 100 * (price[i]! / price[i - 1]! - 1)), 4),
      { kind: 'percent', rows: 1, start: 'empty' }
    ],
    ['a sum', column('y', (i) => (i < 2 ? null : price[i]! + price[i - 1]! + price[i - 2]!)), { kind: 'sum', rows: 3, start: 'empty' }],
    ['what began before', column('y', (i) => price[i - 1] ?? 99), { kind: 'lag', rows: 1, start: 'before' }]
  ] as const)('%s', (_, y, expected) => {
    const [own, ...others] = found(close, y)
    expect(others).toEqual([])
    expect(own).toEqual({ column: 'y', of: 'close', ...expected })
    const all = table(close, y)
    const formatOf = (name: string) => all.formats.find((format) => format.name === name)!
    const [made] = windowColumns([own!], all.table, { formatOf, first: 0 })
    const real = numbersOf(all.table, 'y')
    const first = rowsBefore([own!])
    for (let i = first; i < ROWS; i++) {
      expect(made!.missing?.[i] ?? 0).toBe(real.missing?.[i] ?? 0)
      if (!made!.missing?.[i]) expect(made!.values[i]).toBeCloseTo(real.values[i]!, 1)
    }
    expect(windowText(own!)).toMatch(/^y = .*close/)
  })

  test('one row that is otherwise, another column, and few values are no rule', () => {
    expect(
      found(
        close,
        column('y', (i) => (i === 50 ? 1 : (price[i - 1] ?? null)))
      )
    ).toEqual([])
    const other = normals(keyFor(keyFromSeed(4), 'other'), ROWS)
    expect(
      found(
        close,
        column('y', (i) => other[i]!)
      )
    ).toEqual([])
    expect(
      found(
        column('flag', (i) => Number(i > 60), 0),
        column('y', (i) => Number(i > 61), 0)
      )
    ).toEqual([])
  })
})
