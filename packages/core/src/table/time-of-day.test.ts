import { expect, test } from 'vitest'
import { columnFacts } from './column-facts.js'
import { decodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const table = (values: readonly (string | null)[]): RawTable => ({
  rowCount: values.length + 1,
  columns: [{ name: 'at', source: 'text', values: [...values, values[0]!] }]
})

test.each([
  [
    ['06:05', '07:30', '12:00', '13:59', '23:10', '18:45'],
    [365, 450, 720, 839, 1390, 1125]
  ],
  [
    ['6:05', '7:30', '12:00', '13:59', '23:10', '18:45'],
    [365, 450, 720, 839, 1390, 1125]
  ],
  [
    ['6:05 AM', '7:30 AM', '12:00 PM', '1:59 PM', '11:10 PM', '6:45 PM'],
    [365, 450, 720, 839, 1390, 1125]
  ],
  [
    ['06:05:01', '07:30:00', '12:00:00', '13:59:00', '23:10:59', '18:45:00'],
    [21901, 27000, 43200, 50340, 83459, 67500]
  ]
])('times of day are numbers, written as they were: %j', (cells, numbers) => {
  const raw = table(cells)
  const { table: read, formats, notes } = inferTable(raw)
  expect(read.columns[0]).toMatchObject({ kind: 'number', values: Float64Array.of(...numbers, numbers[0]!) })
  expect(notes).toEqual([expect.stringMatching(/^at: times of day, which count (minutes|seconds) since midnight/)])
  for (const style of ['text', 'typed', 'json'] as const)
    expect(presentTable(read, formats, style).columns[0]).toMatchObject({ values: [...cells, cells[0]!] })
  const ends = [cells[0], cells[4]]
  expect(columnFacts(read.columns[0]!, formats[0]).summary).toBe(ends.join(' to '))
  // Beyond a day there is none.
  const encoder = fitEncoder(read, formats, () => 'standard')
  const drawn = decodeTable(encoder, { coordinates: { rows: 2, cols: 1, data: Float64Array.of(-30, 30) }, codes: new Int32Array(0) })
  const last = (presentTable(drawn, formats, 'text').columns[0]!.values as string[])[1]
  expect(last).toMatch(/^(23:59|23:59:59|11:59 PM)$/)
})

test('a list of times, as of shifts, is drawn as it stands', () => {
  const cells = ['08:00', '12:05', '18:00', '08:00', '12:05', '18:00', '18:00', '08:00', '12:05', '08:00']
  const { table: read, formats } = inferTable(table(cells))
  expect(read.columns[0]).toMatchObject({ kind: 'number' })
  const encoder = fitEncoder(read, formats, () => 'quantile')
  const coordinates = { rows: 201, cols: 1, data: Float64Array.from({ length: 201 }, (_, k) => (k - 100) / 40) }
  const drawn = presentTable(decodeTable(encoder, { coordinates, codes: new Int32Array(0) }), formats, 'text').columns[0]!
  expect(new Set(drawn.values as string[])).toEqual(new Set(cells))
})

test.each([
  ['durations', ['26:15', '30:10', '12:00', '13:59', '23:10', '18:45']],
  ['of two kinds', ['06:05', '07:30:00', '12:00', '13:59', '23:10', '18:45']]
])('%s are none', (_, cells) => {
  expect(inferTable(table(cells)).formats[0]!.number?.clock).toBeUndefined()
})
