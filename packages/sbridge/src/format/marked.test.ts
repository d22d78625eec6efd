import { expect, it } from 'vitest'
import { inferTable } from '../../../core/src/table/infer.js'
import { presentTable } from '../../../core/src/table/present.js'
import { readJsonLines } from './json.js'
import { writeJsonLines } from './json-text.js'

const table = (rows: readonly object[]) =>
  readJsonLines(new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')), { source: 'rows.jsonl' })
const ROWS = Array.from({ length: 40 }, (_, i) => ({ i }))

it('an empty text and words for a missing cell are levels where null marks one', () => {
  const rows = ROWS.map(({ i }) => ({ x: i + 0.5, k: ['', 'a', null][i % 3], nul: ['NA', 'null', 'b'][i % 3] }))
  const raw = table(rows)
  const { table: read, formats, notes } = inferTable(raw)
  expect(read.columns.slice(1)).toMatchObject([{ levels: ['', 'a'] }, { levels: ['NA', 'b', 'null'] }])
  expect(notes).toEqual([])
  const written = new TextDecoder().decode(writeJsonLines({ ...presentTable(read, formats, 'json'), dialect: raw.dialect! }))
  expect(
    written
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  ).toEqual(rows)
  const named = inferTable(raw, { missing: ['NA', ''] }).table.columns
  expect(named.slice(1)).toMatchObject([{ levels: ['a'] }, { levels: ['b', 'null'] }])
})

it('among figures they are none, whatever the format', () => {
  const rows = ROWS.map(({ i }) => ({
    n: i % 5 === 0 ? '' : String(3 * i),
    day: i % 4 === 0 ? 'NA' : `2024-01-${10 + (i % 20)}`,
    mixed: i % 7 === 0 ? '' : i / 4
  }))
  const { table: read, notes } = inferTable(table(rows))
  expect(read.columns.map(({ kind }) => kind)).toEqual(['integer', 'datetime', 'number'])
  expect(read.columns.map((column) => ('missing' in column ? column.missing!.reduce((sum, mark) => sum + mark, 0) : 0))).toEqual([8, 10, 6])
  expect(notes.filter((note) => note.includes('counts as missing'))).toHaveLength(3)
})
