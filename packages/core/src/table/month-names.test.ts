import { describe, expect, it } from 'vitest'
import { dateStyle } from '../systems/encoder-file.js'
import { parseDateTime } from './date-cell.js'
import { readDates } from './date-column.js'
import { formatDateTime } from './date-style.js'
import { MONTHS } from './months.js'

const styleOf = (cells: readonly string[]) => {
  const read = readDates(cells)
  if (!read || 'rows' in read) throw new RangeError('no dates')
  return read.style
}

const OCTOBER = Date.UTC(2022, 9, 3)

describe('months by name', () => {
  it.each([
    ['German', ['14. März 2024', '1. Mai 2023'], '3. Oktober 2022'],
    ['German, cut short', ['14. Mär. 2024', '1. Mai 2023', '1. Dez. 2023'], '3. Okt. 2022'],
    ['French', ['14 févr. 2024', '1 mai 2023'], '3 oct. 2022'],
    ['Spanish', ['14 de enero de 2024', '1 de mayo de 2023'], '3 de octubre de 2022'],
    ['Polish', ['14 stycznia 2024', '1 maja 2023'], '3 października 2022'],
    ['capitals', ['14-JAN-24', '01-FEB-23'], '03-OCT-22'],
    ['English with points', ['Jan. 14, 2024', 'Feb. 1, 2023'], 'Oct. 3, 2022'],
    ['English, cut short', ['14 Jan 2024', '01 May 2023'], '03 Oct 2022'],
    ['endings of days', ['January 14th, 2024', 'May 1st, 2023'], 'October 3rd, 2022'],
    ['weekdays', ['Sunday, January 14, 2024', 'Monday, May 1, 2023'], 'Monday, October 3, 2022'],
    ['weekdays cut short', ['Sun, 14 Jan 2024', 'Mon, 01 May 2023'], 'Mon, 03 Oct 2022']
  ])('%s: one that no cell has is spelled as the others, read again, and kept in a model file', (_, cells, expected) => {
    const style = styleOf(cells)
    expect(formatDateTime(OCTOBER, style)).toBe(expected)
    expect(parseDateTime(expected, style)).toBe(OCTOBER)
    expect(dateStyle(JSON.parse(JSON.stringify(style)), 'date')).toEqual(style)
  })

  it('every day of a year is written and read as it was', () => {
    for (const cells of [['14. März 2024'], ['January 14th, 2024'], ['Sun, 14 Jan 2024 10:00:00 GMT'], ['14 août 2024']]) {
      const style = styleOf(cells)
      for (let day = 0; day < 366; day++) {
        const time = Date.UTC(2024, 0, 1 + day, 10)
        const own = style.separator === '' ? Date.UTC(2024, 0, 1 + day) : time
        expect(parseDateTime(formatDateTime(own, style), style)).toBe(own)
      }
    }
  })

  it.each([
    ['a weekday of another date', ['Monday, January 14, 2024', 'Monday, May 1, 2023']],
    ['an ending of another day', ['January 14st, 2024', 'May 1st, 2023']],
    ['months of two languages', ['14. März 2024', '1 août 2023']],
    ['a day that its month lacks', ['31. Juni 2024', '1. Mai 2023']],
    ['words with a month among them', ['sales of May 2024', 'sales of June 2024']]
  ])('%s is text', (_, cells) => {
    expect(readDates(cells)).toBeUndefined()
  })

  it('a model file with eleven names is refused', () => {
    const style = { ...styleOf(['14. März 2024']), months: MONTHS.slice(1) }
    expect(() => dateStyle(style, 'date')).toThrow(expect.objectContaining({ got: expect.stringContaining('11') }))
  })
})
