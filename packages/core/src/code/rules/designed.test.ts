import { expect, test } from 'vitest'
import type { Table } from '../../table/table.js'
import { designedSize } from './designed.js'

const tableOf = (columns: Readonly<Record<string, readonly number[]>>): Table => ({
  rowCount: Object.values(columns)[0]!.length,
  columns: Object.entries(columns).map(([name, values]) => ({ kind: 'integer', name, values: Float64Array.from(values) }))
})
const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

test('groups of one size are a design where rows thrown into groups would hardly have it', () => {
  // 100! / 20!⁵ / 5¹⁰⁰ = 1.4e-4.
  expect(designedSize(['run'], tableOf({ run: range(100).map((i) => i % 5) }))).toBe(20)
  // 4! / 2!² / 2⁴ = 0.375.
  expect(designedSize(['run'], tableOf({ run: [0, 0, 1, 1] }))).toBeUndefined()
  expect(designedSize(['run'], tableOf({ run: [...range(100).map((i) => i % 5), 0] }))).toBeUndefined()
})

test('so are groups by two columns', () => {
  const table = tableOf({ group: range(64).map((i) => Math.floor(i / 16)), age: range(64).map((i) => Math.floor(i / 4) % 4) })
  expect(designedSize(['group', 'age'], table)).toBe(4)
  expect(designedSize(['group'], table)).toBe(16)
})
