import { describe, expect, it } from 'vitest'
import fc from '../../../../test/property.js'
import { type ReadDates, readDates } from './date-column.js'
import { type DateStyle, formatDateTime } from './date-style.js'
import { type InferOptions, inferTable } from './infer.js'
import { presentTable, timeBounds } from './present.js'
import type { RawTable } from './raw.js'

const table = (columns: Readonly<Record<string, readonly (string | null)[]>>): RawTable => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })),
  rowCount: Object.values(columns)[0]!.length
})

const utc = (year: number, month: number, day: number, ...time: number[]): number => Date.UTC(year, month - 1, day, ...time)

function timesOf(cells: readonly string[], options: InferOptions = {}): { kind: string; times: number[]; back: unknown; notes: string } {
  const { table: read, formats, notes } = inferTable(table({ x: cells, y: cells.map((_, i) => String(i * i)) }), options)
  const [column] = read.columns
  return {
    kind: column!.kind,
    times: 'values' in column! ? [...column.values] : [],
    back: presentTable(read, formats, 'text').columns[0]!.values,
    notes: notes.join('\n')
  }
}

describe('dates in text', () => {
  it.each<[string, string[], number[]]>([
    ['US, without zeros', ['3/14/2024', '12/1/2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['US, with zeros', ['03/14/2024', '12/01/2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['British', ['14/03/2024', '01/12/2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['German', ['14.3.2024', '1.12.2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['German, with zeros, two digits of a year', ['14.03.24', '01.12.99'], [utc(2024, 3, 14), utc(1999, 12, 1)]],
    ['hyphens', ['14-03-2024', '01-12-2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['ISO without zeros', ['2024-3-14', '2023-12-1'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['slashes, year first', ['2024/03/14', '2023/12/01'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month by name', ['14 Mar 2024', '01 Dec 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month by name, as Oracle has it', ['14-Mar-24', '01-Dec-23'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month by its whole name', ['March 14, 2024', 'December 1, 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month in capitals', ['14-MAR-24', '01-DEC-23'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month in German', ['14. März 2024', '1. Dezember 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    [
      'a month in German, cut short',
      ['14. Mär. 2024', '1. Dez. 2023', '2. Mai 2022'],
      [utc(2024, 3, 14), utc(2023, 12, 1), utc(2022, 5, 2)]
    ],
    ['a month in French', ['14 mars 2024', '1 décembre 2023', '3 août 2023'], [utc(2024, 3, 14), utc(2023, 12, 1), utc(2023, 8, 3)]],
    ['a month in Spanish', ['14 de marzo de 2024', '1 de diciembre de 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['a month in Russian', ['14 марта 2024', '1 декабря 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    ['months alone in German', ['März 2024', 'Dezember 2023'], [utc(2024, 3, 1), utc(2023, 12, 1)]],
    [
      'a day with its ending',
      ['March 3rd, 2024', 'December 11th, 2023', 'May 21st, 2023'],
      [utc(2024, 3, 3), utc(2023, 12, 11), utc(2023, 5, 21)]
    ],
    ['weekdays in front', ['Thursday, March 14, 2024', 'Friday, December 1, 2023'], [utc(2024, 3, 14), utc(2023, 12, 1)]],
    [
      'moments of e-mails',
      ['Thu, 14 Mar 2024 10:05:09 +0000', 'Fri, 01 Dec 2023 23:00:00 +0000'],
      [utc(2024, 3, 14, 10, 5, 9), utc(2023, 12, 1, 23)]
    ],
    ['May beside whole names', ['May 14, 2024', 'December 1, 2023', 'May 2, 2023'], [utc(2024, 5, 14), utc(2023, 12, 1), utc(2023, 5, 2)]],
    ['May beside short names', ['14 May 2024', '01 Dec 2023'], [utc(2024, 5, 14), utc(2023, 12, 1)]],
    ['morning and afternoon', ['3/14/2024 12:05 AM', '12/1/2023 1:30 PM'], [utc(2024, 3, 14, 0, 5), utc(2023, 12, 1, 13, 30)]],
    [
      'the same in small letters',
      ['14/03/2024, 12:05:09pm', '01/12/2023, 01:30:00am'],
      [utc(2024, 3, 14, 12, 5, 9), utc(2023, 12, 1, 1, 30)]
    ],
    ['an offset', ['2024-03-14T10:00:00+02:00', '2023-12-01T00:30:00+02:00'], [utc(2024, 3, 14, 8), utc(2023, 11, 30, 22, 30)]],
    ['Z', ['2024-03-14T10:00:16Z', '2023-12-01T00:30:00Z'], [utc(2024, 3, 14, 10, 0, 16), utc(2023, 12, 1, 0, 30)]],
    [
      'microseconds',
      ['2024-03-14 10:00:00.123000', '2023-12-01 00:30:00.500000'],
      [utc(2024, 3, 14, 10, 0, 0, 123), utc(2023, 12, 1, 0, 30, 0, 500)]
    ],
    ['quarters', ['1998 Q1', '2020 Q4'], [utc(1998, 1, 1), utc(2020, 10, 1)]],
    ['quarters with a hyphen', ['1998-Q1', '2020-Q4'], [utc(1998, 1, 1), utc(2020, 10, 1)]],
    ['quarters before their year', ['Q1 1998', 'Q4 2020'], [utc(1998, 1, 1), utc(2020, 10, 1)]],
    ['quarters as Stata has them', ['1998q1', '2020q4'], [utc(1998, 1, 1), utc(2020, 10, 1)]],
    ['months', ['1996-01', '2001-12'], [utc(1996, 1, 1), utc(2001, 12, 1)]],
    ['months by name', ['Jan 1996', 'May 2001'], [utc(1996, 1, 1), utc(2001, 5, 1)]],
    ['months by their whole name', ['January-1996', 'April-2001'], [utc(1996, 1, 1), utc(2001, 4, 1)]],
    ['months behind their year', ['1996 Jan', '2001 May'], [utc(1996, 1, 1), utc(2001, 5, 1)]],
    ['months before their year', ['1/1996', '12/2001'], [utc(1996, 1, 1), utc(2001, 12, 1)]],
    ['months with a zero in front', ['03-1996', '12-2001'], [utc(1996, 3, 1), utc(2001, 12, 1)]],
    ['months as spreadsheets have them', ['Oct-75', 'Aug-07'], [utc(1975, 10, 1), utc(2007, 8, 1)]],
    [
      'such of a few years',
      ['Jan-23', 'Feb-23', 'Mar-23', 'Nov-23', 'Jan-24', 'Feb-24', 'Apr-24', 'May-24'],
      [1, 2, 3, 11, 13, 14, 16, 17].map((month) => utc(2023, month, 1))
    ],
    ['months of short years', ['1/86', '2/86', '4/86', '6/86', '9/87'], [1, 2, 4, 6, 21].map((month) => utc(1986, month, 1))],
    ['weeks', ['1991 W06', '2020 W53', '2021 W01'], [utc(1991, 2, 4), utc(2020, 12, 28), utc(2021, 1, 4)]]
  ])('%s are read, and written as they were', (_, cells, times) => {
    expect(timesOf(cells)).toEqual({ kind: 'datetime', times, back: cells, notes: '' })
  })

  it.each([
    ['versions', ['1.2.10', '1.3.4']],
    ['part numbers', ['12-10-24', '13-11-25']],
    ['seasons', ['2008-09', '2009-10', '2011-12']],
    ['months that no year has', ['2008-10', '2009-13']],
    ['days of months', ['Jun-01', 'Jul-01', 'Jun-15', 'Jul-15']],
    ['parts of wholes', ['1/64', '3/64', '5/64', '7/64', '9/64', '11/64', '3/32']],
    ['dilutions', ['1/10', '1/20', '1/40', '1/80']],
    ['points of those that there are', ['8/10', '12/20', '9/15', '10/40']],
    ['weeks that no year has', ['2020 W53', '2021 W53']],
    ['days that no calendar has', ['31.02.2024', '30.02.2024']],
    ['two spellings, of which one has a time', ['2024-03-14', '14.03.2024 10:00']],
    ['versions that have a date among them', ['1.2.10', '1.3.4', '14.03.2024']],
    ['hours after noon that are none', ['3/14/2024 13:05 PM', '3/14/2024 1:05 PM']]
  ])('%s are none', (_, cells) => {
    expect(timesOf(cells).kind).not.toBe('datetime')
  })

  it('a flag that one row has is a level, and a remark of one row a text of its own', () => {
    const kindOf = (cell: string) => {
      const values = Array.from({ length: 30 }, (_, i) => (i === 7 ? cell : null))
      return inferTable({
        rowCount: 30,
        columns: [
          { name: 'x', source: 'text', values },
          { name: 'y', source: 'text', values: values.map((_v, i) => String(i % 7)) }
        ]
      }).table.columns[0]!.kind
    }
    expect(kindOf('Y')).toBe('category')
    expect(kindOf('moved to 12 Elm St')).toBe('identifier')
  })

  it('in several spellings are dates, written as most are, with a note', () => {
    const cells = ['14.3.2024', '1.4.24', '2024-05-06', '2.5.2024', '7 Jun 2024', '31.12.2023']
    const times = [utc(2024, 3, 14), utc(2024, 4, 1), utc(2024, 5, 6), utc(2024, 5, 2), utc(2024, 6, 7), utc(2023, 12, 31)]
    expect(timesOf(cells)).toEqual({
      kind: 'datetime',
      times,
      back: ['14.3.2024', '1.4.2024', '6.5.2024', '2.5.2024', '7.6.2024', '31.12.2023'],
      notes: expect.stringMatching(/^x: 3 of its dates are spelled otherwise than the others \(row 2\), and new ones as D\.M\.YYYY;/)
    })
    // Each spelling shows by itself which number is the day.
    const both = ['3/14/2024', '14.03.2024', '3/4/2024', '05.03.2024', '3/5/2024']
    expect(timesOf(both).times).toEqual([utc(2024, 3, 14), utc(2024, 3, 14), utc(2024, 3, 4), utc(2024, 3, 5), utc(2024, 3, 5)])
  })

  it('which of two numbers is the day: some row, another column, the user; otherwise a note', () => {
    const open = ['03/04/2024', '05/06/2024']
    const us = [utc(2024, 3, 4), utc(2024, 5, 6)]
    const british = [utc(2024, 4, 3), utc(2024, 6, 5)]
    expect(timesOf(open)).toMatchObject({
      times: us,
      back: open,
      notes: expect.stringMatching(/day or the month first.*--date-order day-first/)
    })
    expect(timesOf(open, { dateOrder: 'day-first' })).toEqual({ kind: 'datetime', times: british, back: open, notes: '' })
    expect(timesOf(open, { dateOrder: 'month-first' })).toEqual({ kind: 'datetime', times: us, back: open, notes: '' })
    const beside = inferTable(table({ x: open, y: ['1/2/2024', '31/12/2024'] }))
    expect([...(beside.table.columns[0] as { values: Float64Array }).values]).toEqual(british)
    expect(beside.notes).toEqual([])
    expect(timesOf(['03.04.2024', '05.06.2024'])).toMatchObject({ times: british, notes: '' })
  })

  it('rows that disagree are asked about, not guessed', () => {
    const cells = ['13/04/2024', '05/06/2024', '04/14/2024']
    expect(() => timesOf(cells)).toThrow(expect.objectContaining({ name: 'InputError', code: 'date-order-mixed' }))
    expect(() => timesOf(cells)).toThrow(/day can stand first in 13\/04\/2024 in row 1, only the month in 04\/14\/2024 in row 3/)
    const told = timesOf(cells, { dateOrder: 'day-first' })
    expect(told.times).toEqual([utc(2024, 4, 13), utc(2024, 6, 5), utc(2024, 4, 14)])
    expect(told.notes).toMatch(/1 of its dates can only have the month first \(row 3\)/)
    expect(inferTable(table({ x: cells, y: ['1', '2', '4'] }), { exclude: ['x'] }).table.columns).toHaveLength(1)
  })

  it('offsets that differ are the right times, written as they were, and said', () => {
    const cells = ['2024-01-01T10:00+01:00', '2024-07-01T10:00+02:00', '2024-02-01T10:00+01:00']
    const { times, back, notes } = timesOf(cells)
    expect(times[1]).toBe(utc(2024, 7, 1, 8))
    expect(back).toEqual(cells)
    expect(notes).toContain('+01:00, +02:00')
  })

  it('times of logs of web servers are read as they were written', () => {
    const cells = ['05/May/2025:05:33:27 +0000', '12/Jan/2024:23:00:05 +0000']
    const { times, style } = readDates(cells) as ReadDates
    expect([...times]).toEqual([Date.UTC(2025, 4, 5, 5, 33, 27), Date.UTC(2024, 0, 12, 23, 0, 5)])
    expect([...times].map((time) => formatDateTime(time, style))).toEqual(cells)
  })

  it('any time in any style is read as it was written', () => {
    const zones = ['', 'Z', '+02:00', '-0530', ' +00:00']
    const styles: fc.Arbitrary<DateStyle> = fc
      .record({
        date: fc.constantFrom(
          undefined,
          'YYYY/MM/DD',
          'DD.MM.YYYY',
          'D.M.YYYY',
          'MM/DD/YYYY',
          'M/D/YYYY',
          'DD-Mon-YYYY',
          'Mon D, YYYY',
          'M/D/YY'
        ),
        separator: fc.constantFrom('' as const, ' ' as const, ', ' as const),
        clock: fc.constantFrom(undefined, 'H', 'hh PM', 'h:am', 'h p.m.'),
        seconds: fc.constantFrom('none' as const, 'whole' as const, 'milliseconds' as const),
        fraction: fc.constantFrom(undefined, 6),
        zone: fc.constantFrom(...zones)
      })
      .map(({ date, clock, fraction, ...style }) => ({
        ...style,
        zone: style.separator === '' ? '' : style.zone,
        ...(date ? { date } : {}),
        ...(clock && style.separator !== '' ? { clock } : {}),
        ...(fraction && style.seconds === 'milliseconds' ? { fraction } : {})
      }))
    const times = fc.array(fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(styles, times, (style, some) => {
        const [first, last] = timeBounds({ name: 'x', source: 'text', kind: 'datetime', date: style })
        const cells = [...some.filter((time) => time >= first && time <= last), utc(2001, 11, 27), utc(2003, 4, 5)].map((time) =>
          formatDateTime(time, style)
        )
        const found = readDates(cells)
        if (!found || 'rows' in found) throw new Error(`not read: ${cells.join(' | ')}`)
        expect([...found.times].map((time) => formatDateTime(time, found.style))).toEqual(cells)
        expect([...found.times].map((time) => formatDateTime(time, style))).toEqual(cells)
      }),
      { numRuns: 400 }
    )
  })
})

it('offsets that change with the date, as with daylight saving, are kept; those that go to and fro are not', () => {
  const [summer, winter] = [utc(2024, 3, 31, 1), utc(2024, 10, 27, 1)]
  const times = Array.from({ length: 60 }, (_, k) => utc(2024, 1, 1, 12, 30) + ((k * 37) % 60) * 6 * 864e5)
  const zoneAt = (time: number) => (time >= summer && time < winter ? '+02:00' : '+01:00')
  const cells = times.map((time) => formatDateTime(time, { separator: 'T', seconds: 'none', zone: zoneAt(time) }))
  const { table: read, formats, notes } = inferTable(table({ at: cells }))
  expect(presentTable(read, formats, 'text').columns[0]!.values).toEqual(cells)
  expect(notes).toEqual([])
  const mixed = cells.map((cell, k) => cell.replace(/..:..$/, k % 2 ? '05:00' : '09:00'))
  expect(inferTable(table({ at: mixed })).notes.join()).toMatch(/offsets from UTC differ/)
})
