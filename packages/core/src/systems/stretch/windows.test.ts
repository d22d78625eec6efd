import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawColumn } from '../../table/raw.js'
import { numbersOf } from '../../table/rows.js'
import { findWindows, rowsBefore, windowColumns, windowText } from './windows.js'

const ROWS = 120
const z = normals(keyFromSeed(4), ROWS)
const price = Array.from(z, (_, i) => Number((100 + z.slice(0, i + 1).reduce((sum, x) => sum + x, 0)).toFixed(2)))
const column = (name: string, of: (i: number) => number | null, digits = 2): RawColumn => ({
  name,
  source: 'text',
  values: Array.from({ length: ROWS }, (_, i) => of(i)?.toFixed(digits) ?? null)
})
const mean = (i: number, rows: number) =>
  price.slice(Math.max(0, i + 1 - rows), i + 1).reduce((sum, x) => sum + x, 0) / Math.min(rows, i + 1)
/** y = y before + 2 / (span + 1) · (price − y before), written to four digits. */
function smoothed(span: number, begin = 0): number[] {
  let last = mean(begin, begin + 1)
  return Array.from(price, (x, i) => {
    if (i > begin) last += (2 / (span + 1)) * (x - last)
    return last
  })
}
const seeded = smoothed(6, 5)
const table = (...columns: RawColumn[]) =>
  inferTable({ rowCount: ROWS, columns: [{ name: 't', source: 'number', values: Float64Array.from(z.keys()) }, ...columns] })
const found = (...columns: RawColumn[]) => {
  const { table: own, formats } = table(...columns)
  return findWindows(own, formats, 't')
}

describe('what the last rows of another column say', () => {
  const close = column('close', (i) => price[i]!)
  test.each([
    ['the day before', column('y', (i) => price[i - 1] ?? null), { kind: 'lag', rows: 1, start: 'empty' }],
    ['a mean with empty cells first', column('y', (i) => (i < 6 ? null : mean(i, 7)), 3), { kind: 'mean', rows: 7, start: 'empty' }],
    ['a mean of what is there', column('y', (i) => mean(i, 5)), { kind: 'mean', rows: 5, start: 'partial' }],
    ['a change, nought first', column('y', (i) => (i < 1 ? 0 : price[i]! - price[i - 1]!)), { kind: 'change', rows: 1, start: 'zero' }],
    [
      'a return',
      column('y', (i) => (i < 1 ? null : 100 * (price[i]! / price[i - 1]! - 1)), 4),
      { kind: 'percent', rows: 1, start: 'empty' }
    ],
    [
      'a change in per cent of what was rounded later',
      column(
        'y',
        (i) => (i < 6 ? null : 100 * ((price[i]! + 0.004 * ((i % 3) - 1)) / (price[i - 6]! + 0.004 * (((i - 6) % 5) / 2 - 1)) - 1)),
        2
      ),
      { kind: 'percent', rows: 6, start: 'empty' }
    ],
    ['a sum', column('y', (i) => (i < 2 ? null : price[i]! + price[i - 1]! + price[i - 2]!)), { kind: 'sum', rows: 3, start: 'empty' }],
    ['what began before', column('y', (i) => price[i - 1] ?? 99), { kind: 'lag', rows: 1, start: 'before' }],
    ['the lowest so far', column('y', (i) => Math.min(...price.slice(0, i + 1))), { kind: 'lowest', rows: 1, start: 'before' }],
    ['an exponential mean', column('y', (i) => smoothed(12)[i]!, 4), { kind: 'smoothed', rows: 12, start: 'before' }],
    [
      'an exponential mean that begins with a mean',
      column('y', (i) => (i < 5 ? null : seeded[i]!), 4),
      { kind: 'smoothed', rows: 6, start: 'before', after: 5 }
    ]
  ] as const)('%s', (_, y, expected) => {
    const [own, ...others] = found(close, y)
    expect(others).toEqual([])
    expect(own).toEqual({ column: 'y', of: 'close', ...expected })
    const all = table(close, y)
    const formatOf = (name: string) => all.formats.find((format) => format.name === name)!
    const [made] = windowColumns([own!], all.table, { formatOf, first: 0, time: 't' })
    const real = numbersOf(all.table, 'y')
    const first = rowsBefore([own!])
    expect(first).toBe(expected.start === 'before' && expected.kind === 'lag' ? 1 : 0)
    for (let i = first; i < ROWS; i++) {
      expect(made!.missing?.[i] ?? 0).toBe(real.missing?.[i] ?? 0)
      if (!made!.missing?.[i]) expect(made!.values[i]).toBeCloseTo(real.values[i]!, 1)
    }
    expect(windowText(own!)).toMatch(/^y = .*close/)
  })

  test('an exponential mean and a lowest value go on from where they stood before the series', () => {
    const means: number[] = []
    for (const [i, x] of price.entries()) means.push(0.8 * (means[i - 1] ?? 150) + 0.2 * x)
    const y = column('y', (i) => means[i]!, 4)
    const low = column('low', (i) => Math.min(99.5, ...price.slice(0, i + 1)))
    const windows = found(close, y, low)
    expect(windows.find((one) => one.column === 'y')).toMatchObject({ kind: 'smoothed', rows: 9 })
    expect(windows.find((one) => one.column === 'y')!.from).toBeCloseTo(150, 2)
    const all = table(close, y, low)
    const made = windowColumns(windows, all.table, {
      formatOf: (name) => all.formats.find((format) => format.name === name)!,
      first: 0,
      time: 't'
    })
    for (const { name, values } of made)
      for (let i = 0; i < ROWS; i++) expect(Math.abs(values[i]! - numbersOf(all.table, name).values[i]!)).toBeLessThan(2e-3)
  })

  test('a total of what is rare goes on from what it was before', () => {
    const rare = (i: number) => Number(z[i]! > 1)
    const deaths = column('deaths', rare, 0)
    const total = column('total', (i) => 7 + Array.from({ length: i + 1 }, (_, k) => rare(k)).reduce((a, b) => a + b, 0), 0)
    expect(found(deaths, total)).toEqual([{ column: 'total', kind: 'total', of: 'deaths', rows: 1, start: 'before', from: 7 }])
  })

  test.each(['year', 'month', 'week'] as const)('a total begins anew with each %s', (restart) => {
    const day = (i: number) => new Date(Date.UTC(2022, 10, 20 + i))
    const periods = {
      year: (i: number) => day(i).getUTCFullYear(),
      month: (i: number) => day(i).getUTCMonth(),
      // 20 November 2022 was a Sunday.
      week: (i: number) => Math.floor((i + 6) / 7)
    }
    let sum = 0
    const units = (i: number) => Math.round(50 + 10 * z[i]!)
    const totals = Array.from(z, (_, i) => {
      sum = (i > 0 && periods[restart](i) !== periods[restart](i - 1) ? 0 : sum) + units(i)
      return sum
    })
    const date: RawColumn = { name: 'date', source: 'text', values: Array.from(z, (_, i) => day(i).toISOString().slice(0, 10)) }
    const { table: own, formats } = inferTable({
      rowCount: ROWS,
      columns: [date, column('units', units, 0), column('so far', (i) => totals[i]!, 0)]
    })
    const windows = findWindows(own, formats, 'date')
    expect(windows).toEqual([{ column: 'so far', kind: 'total', of: 'units', rows: 1, start: 'before', restart }])
    expect(windowText(windows[0]!)).toBe(`so far = running total of units in each ${restart}`)
    const formatOf = (name: string) => formats.find((format) => format.name === name)!
    expect(Array.from(windowColumns(windows, own, { formatOf, first: 0, time: 'date' })[0]!.values)).toEqual(totals)
  })

  test('one row that is otherwise, another column, and few values are no rule', () => {
    expect(
      found(
        close,
        column('y', (i) => (i === 50 ? 1 : (price[i - 1] ?? null)))
      )
    ).toEqual([])
    const other = normals(keyFor(keyFromSeed(4), 'other'), ROWS)
    expect(
      found(
        close,
        column('y', (i) => other[i]!)
      )
    ).toEqual([])
    expect(
      found(
        column('flag', (i) => Number(i > 60), 0),
        column('y', (i) => Number(i > 61), 0)
      )
    ).toEqual([])
  })
})
