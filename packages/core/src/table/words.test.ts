import { expect, test } from 'vitest'
import { type InferOptions, inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const n = 60
const raw = (cells: readonly (string | null)[]): RawTable => ({
  rowCount: cells.length,
  columns: [
    { name: 'result', source: 'text', values: cells },
    { name: 'age', source: 'text', values: Array.from(cells, (_, i) => String((i * 17) % 23)) }
  ]
})
const kindsOf = (cells: readonly (string | null)[], options?: InferOptions) =>
  inferTable(raw(cells), options).table.columns.map(({ name, kind }) => `${name}: ${kind}`)
const rows = (cell: (i: number) => string | null) => Array.from({ length: n }, (_, i) => cell(i))
const result = (i: number): string => (i / 7 + 0.015).toFixed(2)
const worded = rows((i) => (i === 5 ? null : i % 4 === 1 ? 'clotted' : i % 15 === 2 ? 'pending' : result(i)))

test('words among figures are a category while rows are modelled, and stand in the cells when they are written', () => {
  const { table, formats, notes } = inferTable(raw(worded))
  expect(table.columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(['result: number', 'result word: category', 'age: integer'])
  expect(notes).toEqual([
    expect.stringMatching(
      /^result: 17 of 60 cells are words, as “clotted”, “pending”: .*column of their own, result word; --types result=category/
    )
  ])
  for (const as of ['text', 'plain', 'typed', 'json', 'source'] as const) {
    const written = presentTable(table, formats, as)
    expect(written.columns.map(({ name }) => name)).toEqual(['result', 'age'])
    expect(written.columns[0]).toEqual({ name: 'result', source: 'text', values: worded })
  }
})

test.each([
  ['limits', rows((i) => (i % 9 === 0 ? 'QNS' : i % 7 === 0 ? '<0.5' : result(i))), 'number'],
  ['decimal commas and currencies', rows((i) => (i % 9 === 0 ? 'on request' : `${result(i).replace('.', ',')} €`)), 'number'],
  ['dates', rows((i) => (i % 9 === 0 ? 'open' : `2024-03-${String(1 + (i % 28)).padStart(2, '0')}`)), 'datetime'],
  ['times of day', rows((i) => (i % 9 === 0 ? 'closed' : `${String(8 + (i % 9)).padStart(2, '0')}:${10 + ((i * 7) % 50)}`)), 'number'],
  ['ages, of which most recur', rows((i) => (i % 19 === 0 ? 'refused' : String(20 + (i % 9)))), 'integer']
])('among %s', (_, cells, kind) => {
  expect(kindsOf(cells)).toEqual([`result: ${kind}`, 'result word: category', 'age: integer'])
  const { table, formats } = inferTable(raw(cells))
  expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(cells)
})

test.each([
  ['floors', rows((i) => ['ground', '1', '2', '3', 'attic'][i % 5]!)],
  ['sizes', rows((i) => ['S', 'M', '38', '40'][i % 4]!)],
  ['ranges', rows((i) => ['1–2 days', '3–5 days', 'on request', '1 week'][i % 4]!)],
  ['names of which each is another', rows((i) => (i % 8 === 0 ? 'abcdefgh'[i / 8]! : result(i)))],
  ['the word that other rows have', rows((i) => (i % 9 === 0 ? 'value' : result(i)))]
])('among %s there are none', (_, cells) => {
  expect(kindsOf(cells)).toEqual(
    ['result: category', 'age: integer'].map((kind) => expect.stringMatching(kind.replace('category', '(category|identifier)')))
  )
})

test('rows that are read as others need none; cells that count as one kind keep to it, and infinities are refused', () => {
  const types = { result: 'number', 'result word': 'category' } as const
  const read = inferTable(raw(['1.5', '-', 'pending', '2']), { types }).table.columns
  expect(read[0]).toMatchObject({ missing: Uint8Array.of(0, 1, 1, 0) })
  expect(read[1]).toMatchObject({ levels: ['-', 'pending', 'value'], codes: Int32Array.of(2, 0, 1, 2) })
  expect(inferTable(raw(['1.5', '2']), { types }).table.columns[1]).toMatchObject({ levels: ['value'], codes: Int32Array.of(0, 0) })
  expect(kindsOf(worded, { types: { result: 'category' } })).toEqual(['result: category', 'age: integer'])
  expect(() => inferTable(raw(worded), { types: { result: 'number' } })).toThrow('clotted')
  expect(() => inferTable(raw(rows((i) => (i === 3 ? 'inf' : result(i)))))).toThrow('finite')
})
