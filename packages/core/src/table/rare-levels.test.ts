import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import { mergeRareLevels } from './rare-levels.js'
import type { RawTable } from './raw.js'

const many = (...parts: readonly (readonly [string, number])[]) => parts.flatMap(([word, count]) => new Array<string>(count).fill(word))
const raw: RawTable = {
  rowCount: 40,
  columns: [
    { name: 'diagnosis', source: 'text', values: many(['flu', 20], ['cold', 14], ['gout', 3], ['mumps', 2], ['scurvy', 1]) },
    { name: 'ward', source: 'text', values: many(['a', 20], ['b', 18], ['c', 2]) },
    { name: 'kind', source: 'text', values: many(['x', 30], ['other', 8], ['y', 2]) },
    { name: 'died', source: 'text', values: many(['false', 38], ['true', 2]) },
    { name: 'age', source: 'number', values: Float64Array.from({ length: 40 }, (_, i) => 20 + i) }
  ]
}

test('rare levels are merged, or left empty where they are too few together; each is said', () => {
  const data = inferTable(raw)
  const { table, formats, notes } = mergeRareLevels(data, 5)
  const cells = presentTable(table, formats, 'text').columns.map(({ values }) => {
    const counts: Record<string, number> = {}
    for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1
    return counts
  })
  expect(cells.slice(0, 4)).toEqual([
    { flu: 20, cold: 14, other: 6 },
    { a: 17, b: 18, null: 5 },
    { x: 30, other: 10 },
    { false: 35, null: 5 }
  ])
  expect(notes.slice(data.notes.length)).toEqual([
    'diagnosis: 3 levels of fewer than 5 rows (6 rows together) are merged into “other”',
    'ward: a level of fewer than 5 rows (2 rows together) is left empty, with 3 rows more, so that empty cells do not point to them',
    'kind: a level of fewer than 5 rows (2 rows together) is merged into “other”',
    'died: a level of fewer than 5 rows (2 rows together) is left empty, with 3 rows more, so that empty cells do not point to them'
  ])
  expect(table.columns[4]).toBe(data.table.columns[4])
})

test('where most rows have a rare level they are names, and others can be written', () => {
  const names = Array.from({ length: 40 }, (_, i) => `N${i < 12 ? 0 : Math.floor(i / 2)}`)
  const { notes } = mergeRareLevels(inferTable({ rowCount: 40, columns: [{ name: 'who', source: 'text', values: names }] }), 5)
  expect(notes.at(-1)).toBe(
    'who: 14 levels of fewer than 5 rows (28 rows together) are merged into “other”; --types who=identifier writes others like them'
  )
})

test('columns without rare levels stay as they are', () => {
  const data = inferTable(raw)
  expect(mergeRareLevels(data, 1).table.columns).toEqual(data.table.columns)
})

test('of rows that belong to groups groups are counted: what one has in many rows is rare', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    key: `k${Math.floor(i / 6)}`,
    town: i < 6 ? 'Lone' : i < 12 ? 'Sole' : i < 18 ? 'Only' : 'Big'
  }))
  const text = (name: 'key' | 'town') => ({ name, source: 'text' as const, values: rows.map((row) => row[name]) })
  const data = inferTable({ rowCount: 60, columns: [text('key'), text('town')] }, { types: { key: 'category' } })
  const of = Int32Array.from(rows, (_, i) => Math.floor(i / 6))
  const { table, notes } = mergeRareLevels(data, 3, { of, column: 'key' })
  const [key, town] = table.columns
  expect(key).toBe(data.table.columns[0])
  expect(town).toMatchObject({ levels: ['Big', 'other'] })
  expect(notes.at(-1)).toBe('town: 3 levels of fewer than 3 groups (3 groups together) are merged into “other”')
  expect(mergeRareLevels(data, 3).table.columns).toEqual(data.table.columns)
})

test('empty cells are no class of few rows: they join those that are empty, or others are emptied with them', () => {
  const emptyIn = (values: (string | null)[], k: number) => {
    const data = inferTable({ rowCount: values.length, columns: [{ name: 'x', source: 'text', values }] }, { types: { x: 'category' } })
    const { table, formats } = mergeRareLevels(data, k)
    const cells = presentTable(table, formats, 'text').columns[0]!.values as (string | null)[]
    return Object.fromEntries([...new Set(cells)].map((cell) => [String(cell), cells.filter((one) => one === cell).length]))
  }
  expect(emptyIn([...many(['a', 20], ['b', 10], ['kuru', 1]), null, null, null, null], 5)).toEqual({ a: 20, b: 10, null: 5 })
  expect(emptyIn([...many(['a', 20], ['b', 10], ['kuru', 1]), null], 5)).toEqual({ a: 17, b: 10, null: 5 })
  // The commonest would be rare by that.
  expect(emptyIn(many(['a', 6], ['b', 5], ['kuru', 1]), 5)).toEqual({ b: 5, null: 7 })
  expect(emptyIn(many(['a', 2], ['b', 1]), 5)).toEqual({ null: 3 })
})
