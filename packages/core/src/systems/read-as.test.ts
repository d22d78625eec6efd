import { expect, test } from 'vitest'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import type { RawTable } from '../table/raw.js'
import { readAs } from './read-as.js'

const kinds = [
  { name: 'count', kind: 'integer' },
  { name: 'colour', kind: 'category' }
] as const
const rows = (count: (string | null)[], colour: (string | null)[]): RawTable => ({
  columns: [
    { name: 'note', source: 'text', values: count.map(() => 'x') },
    { name: 'count', source: 'text', values: count },
    { name: 'colour', source: 'text', values: colour }
  ],
  rowCount: count.length
})

test('other rows are read in the columns of the table: one row is enough, and whole columns take decimals', () => {
  const { columns, rowCount } = readAs(rows(['2,5'], ['red']), kinds, { decimal: 'comma' })
  expect(rowCount).toBe(1)
  expect(columns).toMatchObject([
    { name: 'count', kind: 'number', values: Float64Array.of(2.5) },
    { name: 'colour', levels: ['red'], codes: Int32Array.of(0) }
  ])
})

test('half way between two whole numbers is half way between their coordinates', () => {
  const { table, formats } = inferTable(rows(['2', '3', '7'], ['red', 'blue', 'red']), { columns: ['count', 'colour'] })
  const encoder = fitEncoder(table, formats, () => 'standard')
  expect(encoder.kinds).toMatchObject(kinds)
  const at = (count: string) => encodeTable(encoder, readAs(rows([count], ['red']), kinds)).coordinates.data[0]!
  expect(at('2.5')).toBeCloseTo((at('2') + at('3')) / 2, 12)
})

test('cells may all be missing, columns may not', () => {
  const empty = readAs(rows([null, null], ['', null]), kinds)
  expect(empty.columns).toMatchObject([{ missing: Uint8Array.of(1, 1) }, { codes: Int32Array.of(-1, -1) }])
  expect(() => readAs({ ...rows(['1'], ['red']), columns: [] }, kinds)).toThrow(/count/)
  expect(() => readAs(rows(['many', '2'], ['red', 'red']), kinds)).toThrow(/count/)
})
