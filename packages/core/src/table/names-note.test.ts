import { describe, expect, it } from 'vitest'
import { namesNote } from './names-note.js'
import type { RawColumn } from './raw.js'

const text = (name: string, ...values: string[]): RawColumn => ({ name, source: 'text', values })
const numbers = (...names: string[]): RawColumn[] =>
  names.map((name) => ({ name, source: 'number', values: new Float64Array([1.5, 2.5, 4]) }))
const isNoted = (columns: readonly RawColumn[]): boolean => namesNote(columns).some((note) => note.startsWith(columns[0]!.name))

describe('names of columns that may be the first row', () => {
  it.each([
    ['whole numbers', numbers('30', '75', '69', '16')],
    ['one number', numbers('2024')],
    ['numbers that fall', numbers('3', '2', '1')],
    ['equal numbers, as the reader calls them', numbers('3', '3_2', '3_3')],
    ['numbers and an empty cell', numbers('3', 'unnamed_2', '7')],
    ['fractions', numbers('1.25', '-0.5')],
    ['a date and a number', [text('2024-01-01', '2024-01-02', '2024-01-03'), ...numbers('7')]],
    ['a word of its column and a number', [text('Bern', 'Genf', 'Bern'), ...numbers('7')]]
  ])('are noted: %s', (_, columns) => {
    expect(isNoted(columns)).toBe(true)
  })
  it.each([
    ['words', [text('place', 'Bern', 'Genf'), ...numbers('7', '3')]],
    ['years beside a word', [text('place', 'Bern', 'Genf'), ...numbers('2019', '2021')]],
    ['years', numbers('2019', '2020', '2021')],
    ['two years', numbers('2019', '2020')],
    ['numbers from 0, below an index', numbers('unnamed_1', '0', '1', '2')],
    ['wavelengths', numbers('400', '405', '410')],
    ['numbered words', numbers('x', 'x_2', 'x_3')],
    ['a word of another column', [text('Bern', 'Genf', 'Basel'), text('place', 'Bern', 'Bern')]]
  ])('are not: %s', (_, columns) => {
    expect(isNoted(columns)).toBe(false)
  })
  it('are asked about one by one where they have a fraction, and years are not', () => {
    const place = text('place', 'Bern', 'Genf')
    expect(namesNote([place, ...numbers('17.25')])).toEqual([
      '17.25 is the name of a column: if that is the first row, write a line of names above it'
    ])
    expect(namesNote([place, ...numbers('2024')])).toEqual([])
  })
  it('are shown with what to do', () => {
    expect(namesNote(numbers('5', '9'))).toEqual(['5, 9 are names of columns: if that is the first row, write a line of names above it'])
  })
})
