import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const ZONES = ['+01:00', '+02:00', '-05:00']
const cells = Array.from({ length: 40 }, (_, i) =>
  i % 9 === 4 ? null : `2024-03-${String(1 + (i % 28)).padStart(2, '0')}T1${i % 10}:30:00${ZONES[((i * i) % 7) % 3]}`
)
const raw: RawTable = {
  rowCount: 40,
  columns: [
    { name: 'sent', source: 'text', values: cells },
    { name: 'size', source: 'text', values: Array.from({ length: 40 }, (_, i) => String((i * 17) % 23)) }
  ]
}

test('offsets that go to and fro are a category of their own, and come back with their times', () => {
  const { table, formats, notes } = inferTable(raw)
  expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['sent', 'datetime'],
    ['sent offset', 'category'],
    ['size', 'integer']
  ])
  expect(notes.join()).toContain('a column of their own, sent offset')
  expect(presentTable(table, formats, 'text').columns.map(({ name, values }) => [name, values])).toEqual([
    ['sent', cells],
    ['size', raw.columns[1]!.values]
  ])
  expect(presentTable(table, formats, 'typed').columns.map(({ name }) => name)).toEqual(['sent', 'size'])
})

test('other rows have the column where these had it, and a column of that name in the file stays what it is', () => {
  const one = {
    ...raw,
    columns: [{ ...raw.columns[0]!, values: cells.map((cell) => cell?.replace(/[+-]..:00$/, 'Z') ?? null) }, raw.columns[1]!]
  } as RawTable
  expect(inferTable(one).table.columns).toHaveLength(2)
  const types = { sent: 'datetime', 'sent offset': 'category' } as const
  expect(inferTable(one, { types }).table.columns[1]).toMatchObject({ name: 'sent offset', levels: ['Z'] })
  const taken = { ...raw, columns: [raw.columns[0]!, { ...raw.columns[1]!, name: 'sent offset' }] } as RawTable
  const { table, formats } = inferTable(taken)
  expect(table.columns.map(({ kind }) => kind)).toEqual(['datetime', 'integer'])
  expect(presentTable(table, formats, 'text').columns).toHaveLength(2)
})
