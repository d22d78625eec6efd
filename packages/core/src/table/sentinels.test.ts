import { describe, expect, test } from 'vitest'
import { inferTable } from './infer.js'
import type { RawColumn } from './raw.js'

const notesOf = (cells: readonly string[] | Float64Array, options: Parameters<typeof inferTable>[1] = {}): readonly string[] => {
  const column: RawColumn =
    cells instanceof Float64Array ? { name: 'x', source: 'number', values: cells } : { name: 'x', source: 'text', values: cells }
  return inferTable({ rowCount: cells.length, columns: [column] }, options).notes.filter((note) => note.startsWith('x: '))
}
const with3 = (cells: readonly string[], ...marks: readonly string[]) => [...cells, ...marks.flatMap((mark) => [mark, mark, mark])]
const temperatures = Array.from({ length: 30 }, (_, k) => ((k * 7) % 30) + 0.5).map(String)
const ratings = Array.from({ length: 40 }, (_, k) => String((k * 5) % 6))

describe('values that may stand for missing ones', () => {
  test.each([
    ['-999', with3(temperatures, '-999')],
    ['-99.90', with3(temperatures, '-99.90')],
    ['99', with3(ratings, '99')],
    ['9', with3(['0', '1', '2', '2', '1', '0'], '9')],
    ['9999-12-31', with3(['2024-01-03', '2024-02-05', '2024-03-01', '2024-03-02'], '9999-12-31')]
  ])('%s, far from all others, has a note that names it as the file spells it', (mark, cells) => {
    expect(notesOf(cells)).toEqual([expect.stringContaining(`${mark} in 3 of ${cells.length} cells lies far from all others`)])
    expect(notesOf(cells)[0]).toContain(`--missing ${mark}`)
    expect(notesOf(cells, { missing: [mark] })).toEqual([])
  })

  test('of several codes at one end each has one; what types store is null in their place', () => {
    expect(notesOf(with3(ratings, '97', '98', '99'))).toHaveLength(3)
    expect(notesOf(Float64Array.from(with3(temperatures, '-999'), Number))).toEqual([expect.stringContaining('store null in its place')])
  })

  test('is said of no value that is near, comes once, is of other digits, or stands beside two others', () => {
    expect(
      notesOf(
        with3(
          Array.from({ length: 60 }, (_, k) => String(20 + k)),
          '99'
        )
      )
    ).toEqual([])
    expect(notesOf([...temperatures, '-999'])).toEqual([])
    expect(notesOf(with3(temperatures, '-500'))).toEqual([])
    expect(notesOf(with3(['1.99', '2.49', '1.49', '1.99'], '9.99'))).toEqual([])
    expect(notesOf(['1', '2', '1', '2', '1', '99', '99', '99'])).toEqual([])
    expect(notesOf(with3(temperatures, '-999'), { types: { x: 'number' } })).toEqual([])
  })
})

test('levels that only capitals or blanks tell apart have a note, signs of one letter none', () => {
  const towns = Array.from({ length: 60 }, (_, k) => ['Berlin', 'BERLIN', 'Bonn', 'bonn ', 'Ulm'][k % 5]!)
  expect(notesOf(towns)).toEqual([
    expect.stringMatching(/^x: “BERLIN” and “Berlin” differ only in capitals or blanks, as do 1 other level/)
  ])
  expect(notesOf(Array.from({ length: 60 }, (_, k) => ['a', 'A', 'bb'][k % 3]!))).toEqual([])
})
