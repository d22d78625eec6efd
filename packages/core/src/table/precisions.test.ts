import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const day = (i: number) => `201${i % 4}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + ((i * 5) % 28)).padStart(2, '0')}`
const cells = Array.from({ length: 60 }, (_, i) => (i % 9 === 4 ? null : day(i).slice(0, i % 7 === 2 ? 4 : i % 7 === 5 ? 7 : 10)))
const tableOf = (values: readonly (string | null)[], name = 'size'): RawTable => ({
  rowCount: values.length,
  columns: [
    { name: 'began', source: 'text', values },
    { name, source: 'text', values: values.map((_, i) => String((i * 17) % 23)) }
  ]
})
const began = (raw: RawTable, types = {}) => inferTable(raw, { types })
const kinds = (values: readonly (string | null)[]) => began(tableOf(values)).table.columns.map(({ name, kind }) => [name, kind])

test('how much dates say is a category of its own, and they come back saying as much', () => {
  const { table, formats, notes } = began(tableOf(cells))
  expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['began', 'datetime'],
    ['began precision', 'category'],
    ['size', 'integer']
  ])
  expect(notes.join()).toContain('began: of its dates 8 say the year, 7 say the month, 38 say the day')
  for (const as of ['text', 'typed', 'json'] as const) {
    const { columns } = presentTable(table, formats, as)
    expect(columns.map(({ name }) => name)).toEqual(['began', 'size'])
    expect(columns[0]!.values).toEqual(cells)
  }
})

test('a drawn date that says the year or month alone says the nearest one', () => {
  const { table, formats } = began(tableOf(cells))
  const moved = table.columns.map((column) =>
    column.kind === 'datetime' ? { ...column, values: column.values.map((time) => time - 9 * 86_400_000) } : column
  )
  const [written] = presentTable({ ...table, columns: moved }, formats, 'text').columns
  for (const [i, cell] of cells.entries()) if (cell && cell.length < 10) expect(written!.values[i]).toBe(cell)
})

test('days beside moments stay days', () => {
  const some = cells.map((_, i) => day(i) + (i % 3 === 0 ? '' : 'T10:45'))
  const { table, formats } = began(tableOf(some))
  expect(table.columns[1]).toMatchObject({ name: 'began precision', levels: ['day', 'time'] })
  expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(some)
})

test('other rows have the column where these had it, whatever they say', () => {
  const types = { began: 'datetime', 'began precision': 'category' }
  for (const [length, level] of [
    [10, 'day'],
    [7, 'month'],
    [4, 'year']
  ] as const) {
    const some = cells.map((_, i) => day(i).slice(0, length))
    const { table, formats } = began(tableOf(some), types)
    expect(table.columns[1]).toMatchObject({ name: 'began precision', levels: [level] })
    expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(some)
  }
})

test('what are no parts of dates stay what they are', () => {
  // A number further off than a century, no month, another mark, the day first, and a file's own column of that name.
  for (const one of ['1023', '2013-13', '2013/05', '05-2013', '13']) expect(kinds([...cells, one])[0]![1]).not.toBe('datetime')
  expect(kinds(cells.map((_, i) => day(i)))).toHaveLength(2)
  expect(kinds(cells.map((_, i) => day(i).slice(0, 4)))).toEqual([
    ['began', 'integer'],
    ['size', 'integer']
  ])
  expect(began(tableOf(cells, 'began precision')).table.columns).toHaveLength(2)
})
