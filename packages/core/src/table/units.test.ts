import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const n = 80
const raw = (cells: readonly (string | null)[]): RawTable => ({
  rowCount: cells.length,
  columns: [
    { name: 'price', source: 'text', values: cells },
    { name: 'age', source: 'text', values: Array.from(cells, (_, i) => String((i * 17) % 23)) }
  ]
})
const rows = (cell: (i: number) => string | null) => Array.from({ length: n }, (_, i) => cell(i))
const amount = (i: number): string => (5 + ((i * 37) % 61) * 1.37).toFixed(2)
const currency = (i: number): string => ['EUR', 'EUR', 'USD', 'CHF'][(i * 7) % 4]!

test('numbers in several units are two columns while rows are modelled, and one when they are written', () => {
  const cells = rows((i) => (i === 7 ? null : `${amount(i)} ${currency(i)}`))
  const { table, formats, notes } = inferTable(raw(cells))
  expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['price', 'number'],
    ['price unit', 'category'],
    ['age', 'integer']
  ])
  expect(notes).toEqual([
    'price: numbers in several units, as “CHF”, “EUR”, “USD”: while rows are modelled these are a column of their own, price unit; --types price=category repeats the cells as they stand'
  ])
  for (const as of ['text', 'plain', 'typed', 'json'] as const)
    expect(presentTable(table, formats, as).columns[0]).toMatchObject({ name: 'price', values: cells })
})

test.each([
  ['prices for a kilogram or a litre, with decimal commas', rows((i) => `${amount(i).replace('.', ',')} €/${i % 3 ? 'kg' : 'l'}`), true],
  ['currencies in front', rows((i) => `${['€', '$', 'US$'][i % 3]}${amount(i)}`), true],
  ['codes of currencies in front', rows((i) => `${currency(i)} ${amount(i)}`), true],
  ['percent or an amount, with marks of thousands', rows((i) => (i % 2 ? `${(i * 37) % 61} %` : `1,${100 + i} €`)), true],
  ['doses', rows((i) => `${5 * (1 + ((i * 37) % 61))}${i % 3 ? 'mg' : 'ml'}`), true],
  ['one unit, which is part of the notation', rows((i) => `${amount(i)} €`), false],
  ['sizes of packs', rows((i) => ['500 g', '1 kg', '250 ml'][i % 3]!), false],
  ['seats', rows((i) => `${1 + ((i * 37) % 61)}${'ABCDEF'[i % 6]}`), false],
  ['houses of streets', rows((i) => `${1 + ((i * 37) % 61)} ${['Oak', 'Elm'][i % 2]}`), false],
  ['days of months', rows((i) => `${1 + ((i * 37) % 28)} ${['mai', 'juin', 'juil'][i % 3]}`), false],
  ['one day and several', rows((i) => (i % 9 ? `${2 + ((i * 37) % 61)} days` : '1 day')), false],
  ['places in an order', rows((i) => `${i % 10 === 1 ? 10 * i + 1 : 10 * i + 4}${i % 10 === 1 ? 'st' : 'th'}`), false],
  ['codes in front of whole numbers', rows((i) => `${['ABC', 'XYZ'][i % 2]} ${100 + ((i * 37) % 61)}`), false],
  ['flights', rows((i) => `${['LH', 'BA'][i % 2]} ${100 + ((i * 37) % 61)}`), false]
])('%s', (_, cells, areMeasures) => {
  const { table, formats } = inferTable(raw(cells))
  expect(table.columns).toHaveLength(areMeasures ? 3 : 2)
  if (areMeasures) expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(cells)
})
