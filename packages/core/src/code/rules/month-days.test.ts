import { describe, expect, test } from 'vitest'
import { MONTHS } from '../../table/months.js'
import type { Column, Table } from '../../table/table.js'
import { datesInParts, withinMonths } from './month-days.js'

const numbers = (name: string, values: readonly number[]): Column => ({ name, kind: 'integer', values: Float64Array.from(values) })
const named = (name: string, months: readonly number[], levels: readonly string[] = MONTHS): Column => ({
  name,
  kind: 'category',
  levels: [...levels],
  codes: Int32Array.from(months, (month) => month - 1)
})
const tableOf = (columns: readonly Column[], rowCount: number): Table => ({ columns: [...columns], rowCount })

/** Every third day of four years, one of them a leap year. */
const days = Array.from({ length: 487 }, (_, k) => new Date(Date.UTC(2021, 0, 1) + 3 * k * 86_400_000))
const [year, month, day] = [days.map((d) => d.getUTCFullYear()), days.map((d) => d.getUTCMonth() + 1), days.map((d) => d.getUTCDate())]
const data = tableOf([numbers('year', year), numbers('month', month), numbers('day', day)], days.length)

describe('dates in parts', () => {
  test('are found by their months and days, and the year that tells leap years', () => {
    expect(datesInParts(data)).toEqual([{ month: 'month', day: 'day', year: 'year' }])
    const spelled = tableOf(
      [
        numbers('d', day),
        named('m', month),
        numbers(
          'size',
          year.map((x) => x / 8)
        )
      ],
      days.length
    )
    expect(datesInParts(spelled)).toEqual([{ month: 'm', day: 'd' }])
  })

  test('are none where a row has another day, where a month never is, or where days end earlier', () => {
    const shifted = day.map((_, i) => day[(i + 11) % day.length]!)
    expect(datesInParts(tableOf([numbers('month', month), numbers('day', shifted)], days.length))).toEqual([])
    expect(
      datesInParts(
        tableOf(
          [
            numbers(
              'month',
              month.map((m) => Math.min(m, 11))
            ),
            numbers('day', day)
          ],
          days.length
        )
      )
    ).toEqual([])
    expect(
      datesInParts(
        tableOf(
          [
            numbers('month', month),
            numbers(
              'day',
              day.map((d) => Math.min(d, 28))
            )
          ],
          days.length
        )
      )
    ).toEqual([])
  })

  test('have the days of their months: a day beyond lies as far before the end, and one that is given changes the month', () => {
    const parts = datesInParts(data)
    const drawn = tableOf(
      [numbers('year', [2023, 2024, 2023, 2023, 2023]), numbers('month', [2, 2, 4, 2, 12]), numbers('day', [29, 29, 31, 31, 31])],
      5
    )
    const valuesOf = (table: Table, name: string) => [
      ...(table.columns.find((one) => one.name === name) as { values: Float64Array }).values
    ]
    expect(
      valuesOf(
        withinMonths(parts, drawn, () => false),
        'day'
      )
    ).toEqual([28, 29, 30, 26, 31])
    const given = withinMonths(parts, drawn, (name) => name === 'day')
    expect([valuesOf(given, 'day'), valuesOf(given, 'month')]).toEqual([
      [29, 29, 31, 31, 31],
      [1, 2, 3, 1, 12]
    ])
    expect(withinMonths(parts, drawn, (name) => name !== 'year')).toBe(drawn)
  })
})
