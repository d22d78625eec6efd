import { expect, test } from 'vitest'
import { inferTable } from './infer.js'
import { formatMagnitude, magnitudesOf, readMagnitude } from './magnitudes.js'
import { formatParts, partsOf, readParts } from './mixed-units.js'
import { presentTable, roundToFormat } from './present.js'

test.each([
  [
    ['5\'11"', '6\'0"', null, '5\'8"'],
    [71, 72, 0, 68]
  ],
  [
    ['5 ft 11', '6 ft 0', '5 ft 8'],
    [71, 72, 68]
  ],
  [
    ['7 lb 3 oz', '8 lb 15 oz'],
    [115, 143]
  ],
  [
    ['1h 20m', '45m', '2h'],
    [80, 45, 120]
  ],
  [
    ['1d 2h 5m', '3h 0m', '2m'],
    [1565, 180, 2]
  ],
  [
    ['27:06:38', '03:00:09'],
    [97_598, 10_809]
  ],
  [
    ['75:20', '9:05'],
    [4520, 545]
  ],
  [
    ['1h 05m', '0h 59m', '12h 30m'],
    [65, 59, 750]
  ],
  [
    ['PT1H30M', 'PT45M', 'PT2H', null],
    [90, 45, 120, 0]
  ],
  [
    ['1 1/2', '3/4', '2', '10 1/8'],
    [12, 6, 16, 81]
  ]
])('%j are numbers of the smallest unit, and written so', (cells, values) => {
  const { style, values: read } = partsOf(cells)!
  expect([...read]).toEqual(values)
  for (const cell of cells) if (cell !== null) expect(formatParts(readParts(cell, style)!, style)).toBe(cell)
  // All that is written is read again.
  for (let value = 0; value < 200; value++) expect(readParts(formatParts(value, style), style)).toBe(value)
})

test.each([
  [['5\'13"']],
  [['1h 75m', '2h 3m']],
  [['12 m', '13 m']],
  [['A1 m', '2h 3m']],
  [['1m 2h', '3m 4h']],
  [['75:60']],
  [['1h 20m', '1h 20 min']],
  [['PT1H30M', '1H30M']],
  [['PT90M', 'PT1H']],
  [['1 2/4', '1/2']],
  [['1 3/2', '1/2']],
  [['1/2', '3/4']],
  [['1 1/97', '1/2']],
  [['1 1/0', '1/2']]
])('%j are none', (cells) => {
  expect(partsOf(cells)).toBeUndefined()
})

test('numbers behind other parts have their zeros, where all have', () => {
  const { style, values } = partsOf(['2h 19m', '1h 05m', '2h 00m', '0h 45m'])!
  expect([...values]).toEqual([139, 65, 120, 45])
  expect([61, 9, 130].map((value) => formatParts(value, style))).toEqual(['1h 01m', '0h 09m', '2h 10m'])
  const short = partsOf(['1h 05m', '45m', '9m'])!.style
  expect([61, 9].map((value) => formatParts(value, short))).toEqual(['1h 01m', '9m'])
})

test('an amount of money may have the same letter in all rows, and a word or a decimal comma', () => {
  const { style, values } = magnitudesOf(['$30.8M', '$8.0M', null, '$0.4M'])!
  expect([...values]).toEqual([30_800_000, 8_000_000, 0, 400_000])
  expect([61_000_000, 30_000].map((value) => formatMagnitude(value, style))).toEqual(['$61.0M', '$0.0M'])
  const german = magnitudesOf(['12,5 Mio. €', '1,25 Mrd. €'])!
  expect([...german.values]).toEqual([12_500_000, 1_250_000_000])
  expect(formatMagnitude(2_300_000, german.style)).toBe('2,3 Mio. €')
  expect(readMagnitude('2.3 Mio. €', german.style)).toBeUndefined()
  expect(magnitudesOf(['EUR 3 million', 'EUR 4 million'])!.values[1]).toBe(4_000_000)
  // Amounts of one size, with a currency behind them or none, are plain numbers of a unit.
  for (const plain of [
    ['12 EUR', '13 EUR'],
    ['1.5M', '2.5M'],
    ['$1.5M', '€2.5M'],
    ['$1,5M', '$2.5M']
  ])
    expect(magnitudesOf(plain)).toBeUndefined()
})

test('letters are powers of ten', () => {
  const { style, values } = magnitudesOf(['4.7k', null, '1.2M', '959', '-12k'])!
  expect([...values]).toEqual([4700, 0, 1_200_000, 959, -12_000])
  expect([999_960, 4049, 12, 0, -4700].map((value) => formatMagnitude(value, style))).toEqual(['1M', '4k', '12', '0', '-4.7k'])
  expect(readMagnitude('2.5M', style)).toBe(2_500_000)
  for (const names of [
    ['3B', '12', '4'],
    ['1.5k', '2.5k'],
    ['1.5k', '12a'],
    ['0.9k', '900']
  ])
    expect(magnitudesOf(names)).toBeUndefined()
})

test('columns of them are written as they came, and without units as programs write them', () => {
  const text = (name: string, values: string[]) => ({ name, source: 'text' as const, values })
  const { table, formats, notes } = inferTable({
    rowCount: 4,
    columns: [
      text('height', ['5\'11"', '6\'0"', '5\'8"', '6\'1"']),
      text('views', ['4.7k', '1.2M', '830', '2.1k']),
      text('x', ['1', '2', '4', '3'])
    ]
  })
  expect(table.columns.map(({ kind }) => kind)).toEqual(['number', 'number', 'integer'])
  expect(notes).toEqual([
    expect.stringContaining('height: written in 2 units'),
    expect.stringContaining('views: numbers whose letters (k, M)')
  ])
  const cells = (as: 'text' | 'plain') => presentTable(table, formats, as).columns.map(({ values }) => [...values].map(String))
  expect(cells('text')[1]).toEqual(['4.7k', '1.2M', '830', '2.1k'])
  expect(cells('plain').slice(0, 2)).toEqual([
    ['71', '72', '68', '73'],
    ['4700', '1200000', '830', '2100']
  ])
  expect([roundToFormat(70.6, formats[0]!), roundToFormat(4049, formats[1]!)]).toEqual([71, 4000])
})
