import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const n = 60
const raw = (cells: readonly (string | null)[], name = 'pressure'): RawTable => ({
  rowCount: cells.length,
  columns: [
    { name, source: 'text', values: cells },
    { name: 'age', source: 'text', values: Array.from(cells, (_, i) => String((i * 17) % 23)) }
  ]
})
const kindsOf = (cells: readonly (string | null)[]) => inferTable(raw(cells)).table.columns.map(({ name, kind }) => `${name}: ${kind}`)
const rows = (cell: (i: number) => string | null) => Array.from({ length: n }, (_, i) => cell(i))
// 19 and 29 have no divisor in common, and the last row has the first one's cell.
const pressures = rows((i) => (i === 7 ? null : `${110 + ((i % 59) % 19)}/${70 + ((i % 59) % 29)}`))

test('cells of two numbers are two columns while rows are modelled, and one when they are written', () => {
  const { table, formats, notes } = inferTable(raw(pressures))
  expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['pressure', 'integer'],
    ['pressure 2', 'integer'],
    ['age', 'integer']
  ])
  expect(notes.join()).toContain('pressure: cells of two numbers')
  for (const as of ['text', 'plain', 'typed', 'json'] as const)
    expect(presentTable(table, formats, as).columns.map(({ name, values }) => [name, name === 'age' ? 0 : [...values]])).toEqual([
      ['pressure', pressures],
      ['age', 0]
    ])
})

test.each([
  ['places with decimals, which differ in every row', rows((i) => `${(48 + i / 7).toFixed(4)}, ${(-3 + i / 11).toFixed(4)}`), true],
  ['sizes with a unit', rows((i) => `${20 + (i % 29)} x ${30 + ((i * i) % 31)} cm`), true],
  ['in brackets', rows((i) => `(${(i / 7).toFixed(2)}; ${(i / 3).toFixed(1)})`), true],
  ['goals, which have nothing to do with each other', rows((i) => `(${((i * i) % 7) % 4}:${((i * 7) % 11) % 3})`), true],
  ['scores', rows((i) => `${((i * i) % 7) % 4}-${((i * 7) % 11) % 3}`), true],
  ['ages from one to another', rows((i) => `${i % 29}-${(i % 29) + 1 + ((i * i) % 31)}`), false],
  ['rooms', rows((i) => `${1000 + (i % 29)}-${(i * 7) % 13}`), false],
  ['rates of two screens', rows((i) => ['16:9', '4:3'][i % 2]!), false],
  ['points of several totals', rows((i) => `${8 + ((i * i) % (i % 2 ? 13 : 29))}/${i % 2 ? 20 : 40}`), true],
  ['points of several totals in words', rows((i) => `${8 + ((i * i) % (i % 2 ? 13 : 29))} of ${i % 2 ? 20 : 40}`), true],
  ['parts of an inch', rows((i) => ['1/2', '1/4', '3/4', '1/8', '3/8', '5/8', '7/8'][i % 7]!), false],
  ['pages', rows((i) => ['1/1', '1/2', '2/2'][i % 3]!), false],
  ['a list of a few sizes', rows((i) => ['20x30', '30x40', '40x50'][i % 3]!), false],
  ['numbers of orders in a year', rows((i) => `2024/${(i * 7) % 50}`), false],
  ['numbers that never come again', rows((i) => `${i % 7}/${i}`), false],
  ['versions', rows((i) => `${i % 5}.${(i * 7) % 50}.${i % 11}`), false],
  ['codes with zeros in front', rows((i) => `${10 + (i % 29)}/0${i % 9}`), false],
  ['telephones', rows((i) => `${555 + (i % 29)}-${1000 + ((i * 37) % 47)}`), false],
  ['telephones with blanks', rows((i) => `${555 + (i % 29)} ${100 + ((i * 37) % 47)}`), false],
  ['decimal commas', rows((i) => `${i % 29},${(i * i) % 31}`), false],
  ['two ways to write them', rows((i) => `${100 + (i % 29)}${i % 2 ? '/' : ' / '}${60 + ((i * i) % 31)}`), false]
])('%s', (_, cells, arePairs) => {
  expect(inferTable(raw(cells)).table.columns).toHaveLength(arePairs ? 3 : 2)
  if (!arePairs) return
  const { table, formats } = inferTable(raw(cells))
  expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(cells)
})

test('commas part two numbers where points part decimals, and decimals where nothing else says what they part', () => {
  const depths = rows((i) => `${10 + (((i % 59) * 7) % 29)},${((i % 59) * (i % 59) * 13) % 131}`)
  const beside = (name: string, values: (string | null)[]): RawTable => ({
    rowCount: n,
    columns: [
      { name: 'depths', source: 'text', values: depths },
      { name, source: 'text', values }
    ]
  })
  const kinds = (table: RawTable) => inferTable(table).table.columns.map(({ name, kind }) => `${name}: ${kind}`)
  expect(
    kinds(
      beside(
        'part',
        rows((i) => `${((i * 37) % 101) / 100}`)
      )
    )
  ).toEqual(['depths: integer', 'depths 2: integer', 'part: number'])
  expect(
    kinds(
      beside(
        'count',
        rows((i) => `${(i * 37) % 101}`)
      )
    )
  ).toEqual(['depths: number', 'count: integer'])
  // Prices of two decimals each, or without zeros at the end, are numbers beside points too.
  for (const prices of [rows((i) => `${3 + i},${10 + ((i * 7) % 90)}`), rows((i) => `${3 + i},${1 + ((i * 7) % 9)}`)])
    expect(
      inferTable({
        ...beside(
          'part',
          rows((i) => `0.${1 + (i % 9)}`)
        ),
        columns: [
          { name: 'price', source: 'text', values: prices },
          { name: 'part', source: 'text', values: rows((i) => `0.${1 + (i % 9)}`) }
        ]
      }).table.columns
    ).toHaveLength(2)
})

test('other rows are read as these were; a column of that name in the file keeps its own, and so does one that counts as a category', () => {
  const types = { pressure: 'number', 'pressure 2': 'number' } as const
  expect(inferTable(raw(['120/80', '120/80']), { types }).table.columns[1]).toMatchObject({ name: 'pressure 2', kind: 'number' })
  expect(inferTable(raw([null, null]), { types }).table.columns[1]).toMatchObject({ missing: Uint8Array.of(1, 1) })
  expect(() => inferTable(raw(['120', '121']), { types })).toThrow('pressure 2')
  const taken = raw(pressures)
  const beside = { ...taken, columns: [taken.columns[0]!, { ...taken.columns[1]!, name: 'pressure 2' }] } as RawTable
  expect(inferTable(beside).table.columns).toHaveLength(2)
  expect(inferTable(raw(pressures), { types: { pressure: 'category' } }).table.columns[0]!.kind).toBe('category')
  expect(kindsOf(['120/80', '121/80'])).not.toContain('pressure 2: integer')
})
