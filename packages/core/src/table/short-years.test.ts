import { describe, expect, it } from 'vitest'
import { parseDateTime } from './date-cell.js'
import { readDates } from './date-column.js'
import { formatDateTime } from './date-style.js'
import { inferTable } from './infer.js'
import { timeBounds } from './present.js'

/** Years that dates with these years of two digits are read as. */
function yearsOf(years: readonly number[]): number[] {
  const read = readDates(years.map((year, i) => `${13 + (i % 10)}/08/${String(year).padStart(2, '0')}`))
  if (!read || 'rows' in read) throw new RangeError('no dates')
  return Array.from(read.times, (time) => new Date(time).getUTCFullYear())
}

describe('years of two digits', () => {
  it.each([
    ['births, of which none is to come', [45, 62, 71, 99, 3, 5], [1945, 1962, 1971, 1999, 2003, 2005]],
    ['a study of the sixties', [63, 64, 63], [1963, 1964, 1963]],
    ['the turn of the century', [98, 99, 0, 1], [1998, 1999, 2000, 2001]],
    ['this decade', [19, 22, 24], [2019, 2022, 2024]],
    ['mortgages to come', [25, 31, 45], [2025, 2031, 2045]],
    ['as single dates where stretches are as wide', [10, 60], [2010, 2060]],
    ['seventy years', [70, 99, 20, 39], [1970, 1999, 2020, 2039]]
  ])('%s', (_, years, expected) => {
    expect(yearsOf(years)).toEqual(expected)
  })

  it('a column says it, keeps it in its style, has room on both sides, and reads what is given so', () => {
    const raw = { rowCount: 4, columns: [{ name: 'born', source: 'text' as const, values: ['25/11/63', '29/10/64', null, '1/12/58'] }] }
    const { table, formats, notes } = inferTable(raw, { types: { born: 'datetime' } })
    const [column, { date }] = [table.columns[0]!, formats[0]!]
    expect('values' in column && new Date(column.values[0]!).toISOString()).toBe('1963-11-25T00:00:00.000Z')
    expect(notes).toEqual([expect.stringMatching(/^born: years of two digits are read as 1958 to 1964, /)])
    const [first, last] = timeBounds(formats[0]!).map((time) => new Date(time).getUTCFullYear()) as [number, number]
    expect(last - first).toBe(99)
    expect(Math.abs(1958 - first - (last - 1964))).toBeLessThanOrEqual(1)
    expect(parseDateTime('3/4/41', date)).toBe(Date.UTC(1941, 3, 3))
    expect(parseDateTime('3/4/2041', date)).toBe(Date.UTC(2041, 3, 3))
    expect(formatDateTime(Date.UTC(1941, 3, 3), date!)).toBe('3/4/41')
  })

  it('a 29 February that the century lacks leaves years as those of single dates', () => {
    const read = readDates(['29/02/00', '25/11/30', '14/11/51', '30/11/52', '13/11/53', '13/11/54', '13/11/55'])
    const days = read && 'times' in read ? Array.from(read.times, (time) => new Date(time).toISOString().slice(0, 10)) : []
    expect(days.slice(0, 3)).toEqual(['2000-02-29', '2030-11-25', '2051-11-14'])
    expect(yearsOf([0, 30, 51, 52, 53, 54, 55])[0]).toBe(1900)
  })
})
