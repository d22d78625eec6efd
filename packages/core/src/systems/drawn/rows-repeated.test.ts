import { expect, test } from 'vitest'
import type { Column, Table } from '../../table/table.js'
import { REPEATED_WARNING, repeatedWarnings } from './rows-repeated.js'

const amounts = (rows: number, step: number): Table => ({
  rowCount: rows,
  columns: [
    {
      name: 'amount',
      kind: 'number',
      values: Float64Array.from({ length: rows }, (_, i) => (i === 7 ? 987_654.21 : 1000 + ((i + 1) * step) / 100))
    },
    { name: 'kind', kind: 'category', levels: ['a', 'b'], codes: Int32Array.from({ length: rows }, (_, i) => i % 2) },
    { name: 'id', kind: 'identifier' }
  ]
})

test('drawn rows that are the one far row of the data are told, by name; other columns are compared with nothing', () => {
  const [data, drawn] = [amounts(400, 1701), amounts(400, 1703)]
  const [warning, ...more] = repeatedWarnings(drawn, data)
  expect(more).toEqual([])
  expect(warning!.name).toBe(REPEATED_WARNING)
  expect(warning!.message).toMatch(/^1 drawn row repeats 1 row of the data in every cell, .* it may point to somebody; --min-cell 5 /)
  const others = {
    ...drawn,
    columns: drawn.columns.map((one): Column => (one.name === 'kind' ? { name: 'kind', kind: 'identifier' } : one))
  }
  expect(repeatedWarnings(others, data)).toEqual([])
})
