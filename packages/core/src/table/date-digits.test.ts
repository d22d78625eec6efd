import { expect, it } from 'vitest'
import { textTable } from '../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { prepareRows } from '../systems/prepare.js'
import { parseDateTime } from './date-cell.js'
import { areClockDigits, digitDates, parseDigits } from './date-digits.js'
import { inferTable } from './infer.js'
import { nearestStart } from './periods.js'
import { presentTable, roundToFormat } from './present.js'

const U = Array.from(uniforms(keyFor(keyFromSeed(7), 'days'), 200))
const DAY = 86_400_000
const isoOf = (u: number): string => new Date(Date.UTC(2021, 0, 1) + Math.floor(900 * u) * DAY).toISOString().slice(0, 10)
const DAYS = U.map((u) => isoOf(u).replaceAll('-', ''))
const MONTHS = DAYS.map((day) => day.slice(0, 6))
const numbers = (cells: readonly (string | number)[]) => Float64Array.from(cells, Number)

it('whole numbers that are all days, or months, are dates, and are written so again', () => {
  const table = prepareRows(textTable({ day: DAYS, month: MONTHS, x: U.map(String) })).data
  const columns = table.table.columns.map(({ kind }) => kind)
  expect(columns).toEqual(['datetime', 'datetime', 'number'])
  expect(table.notes.filter((note) => note.includes('count as dates'))).toHaveLength(2)
  const [day, month] = presentTable(table.table, table.formats, 'text').columns
  expect([day!.values, month!.values]).toEqual([DAYS, MONTHS])
  // JSON has numbers, and no dates.
  expect(presentTable(table.table, table.formats, 'json').columns[0]).toMatchObject({ source: 'number', values: numbers(DAYS) })
  expect(presentTable(table.table, table.formats, 'plain').columns[0]!.values).toEqual(U.map(isoOf))
})

it('so are those that a format stores as numbers, with their gaps', () => {
  const missing = Uint8Array.from(U, (_, i) => (i % 9 === 0 ? 1 : 0))
  const values = numbers(DAYS).map((value, i) => (missing[i] ? 0 : value))
  const raw = { columns: [{ name: 'day', source: 'number' as const, integer: true, values, missing }], rowCount: values.length }
  const { table, formats } = inferTable(raw)
  expect(table.columns[0]!.kind).toBe('datetime')
  expect(presentTable(table, formats, 'source').columns[0]).toEqual({ name: 'day', source: 'number', integer: true, values, missing })
})

it('numbers that are days or months by chance stay numbers, unless somebody says otherwise', () => {
  const kinds = (cells: readonly string[], types = {}) => prepareRows(textTable({ n: cells }), { types }).data.table.columns[0]!.kind
  const other = [...DAYS.slice(1), '20230963']
  expect(kinds(other)).toBe('integer')
  expect(() => kinds(other, { n: 'datetime' })).toThrow('20230963')
  // Days of one month are any numbers, as are months of one year.
  const august = U.map((u) => String(20230801 + Math.floor(31 * u)))
  expect([kinds(august), kinds(august, { n: 'datetime' })]).toEqual(['integer', 'datetime'])
  expect(kinds(U.map((u) => String(202301 + Math.floor(12 * u))))).toBe('integer')
  expect(kinds(DAYS, { n: 'integer' })).toBe('integer')
  expect(digitDates(numbers([20230101, 20230201]), undefined, false)).toBeUndefined()
})

it('times of day without a mark are told by endings below 60, not by round numbers', () => {
  const minutes = U.map((u) => Math.floor(1440 * u))
  const clock = numbers(minutes.map((m) => 100 * Math.floor(m / 60) + (m % 60)))
  expect(areClockDigits(clock, undefined)).toBe(true)
  expect(
    areClockDigits(
      clock.map((time) => time - (time % 5)),
      undefined
    )
  ).toBe(true)
  for (const other of [
    minutes,
    U.map((u) => 50 * Math.floor(40 * u)),
    U.map((u) => Math.floor(60 * u)),
    U.map((u) => 1990 + Math.floor(34 * u)),
    // Rooms: 18 on each of four floors.
    U.map((u, i) => 100 * (1 + (i % 4)) + 1 + Math.floor(18 * u))
  ])
    expect(areClockDigits(numbers(other), undefined)).toBe(false)
})

it('digits are read where a column has them, and months are rounded to the first day of the nearest', () => {
  const style = { date: 'YYYYMMDD', separator: '', seconds: 'none', zone: '' } as const
  expect([parseDateTime('20240229', style), parseDateTime('2024-02-29', style)]).toEqual([Date.UTC(2024, 1, 29), Date.UTC(2024, 1, 29)])
  expect(parseDateTime('20240229')).toBeUndefined()
  expect(['20230229', '202313', '2023', '202312'].map(parseDigits)).toEqual([undefined, undefined, undefined, Date.UTC(2023, 11, 1)])
  const format = { name: 'm', source: 'text', kind: 'datetime', date: { ...style, date: 'YYYYMM' } } as const
  expect(roundToFormat(Date.UTC(2024, 1, 20), format)).toBe(Date.UTC(2024, 2, 1))
  const quarter = { ...format, date: { ...style, date: 'YYYY Q' } }
  expect([1, 2].map((month) => roundToFormat(Date.UTC(2024, month, 20), quarter))).toEqual([Date.UTC(2024, 3, 1), Date.UTC(2024, 3, 1)])
  const week = { ...format, date: { ...style, date: 'YYYY-W' } }
  expect(roundToFormat(Date.UTC(2021, 0, 2), week)).toBe(Date.UTC(2021, 0, 4))
  expect(nearestStart(Date.UTC(9999, 11, 31), { period: 'month', last: Date.UTC(9999, 11, 31) })).toBe(Date.UTC(9999, 11, 1))
})
