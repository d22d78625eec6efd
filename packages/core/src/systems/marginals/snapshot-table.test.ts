import { describe, expect, it } from 'vitest'
import type { RawTable } from '../../table/raw.js'
import { spellDates } from './calendar.js'
import { snapshotsOf } from './snapshot-table.js'

const text = (name: string, values: (string | null)[]): RawTable['columns'][number] => ({ name, source: 'text', values })
const tableOf = (...columns: RawTable['columns'][number][]): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const good = tableOf(
  text('x', ['1.25', '2', '3', '4.5']),
  text('when', ['1', '0', '0', '1']),
  text('y', ['0.1', '0.20', '0.3', '0.4']),
  text('w', ['1', '3', '1', '1'])
)

describe('snapshots from a long table', () => {
  it('groups rows by time, keeps names, order, decimals and weights', () => {
    const snapshots = snapshotsOf(good, { time: 'when', weights: 'w' })
    expect(snapshots.times).toEqual([1, 0])
    expect(snapshots.columnNames).toEqual(['x', 'y'])
    expect(snapshots.order).toEqual(['x', 'when', 'y'])
    expect([...snapshots.clouds[0]!.points.data]).toEqual([1.25, 0.1, 4.5, 0.4])
    expect(Math.exp(snapshots.clouds[1]!.logWeights[0]!)).toBeCloseTo(0.75, 12)
    expect(snapshots.decimals.get('x')).toBe(2)
  })
  it('dates count in days since the first, whatever their spelling or source', () => {
    const x = text('x', ['1', '2', '3', '4'])
    const days = (when: RawTable['columns'][number]) => snapshotsOf(tableOf(when, x), { time: 'when' })
    for (const cells of [
      ['2020-03-01', '2020-01-31', '2020-01-31', '2020-03-01'],
      ['2020/03/01', '2020/01/31', '2020/01/31', '2020/03/01'],
      ['01.03.2020', '31.01.2020', '31.01.2020', '01.03.2020']
    ]) {
      const { times, calendar } = days(text('when', cells))
      expect(times).toEqual([30, 0])
      expect(spellDates(calendar!, [0, 30, 15])).toEqual([cells[1], cells[0], spellDates(calendar!, [15])[0]])
    }
    expect(days(text('when', ['2020-01-31T06:00', '2020-01-31T12:00', '2020-02-01T06:00', '2020-01-31T06:00'])).times).toEqual([0, 0.25, 1])
    const typed = { name: 'when', source: 'datetime', values: Float64Array.of(0, 0, 86_400_000, 86_400_000) } as const
    expect(days(typed).times).toEqual([0, 1])
    expect(() => days({ ...typed, missing: Uint8Array.of(0, 0, 1, 0) })).toThrow(/an empty cell in column when, row 3/)
    expect(() => days(text('when', ['2020-01-31', '31.01.2020', '2020-01-31', null]))).toThrow(/dates in one spelling/)
  })
  it('times of day are spelled where dates alone do not say them, in one spelling for all', () => {
    const { calendar } = snapshotsOf(tableOf(text('when', ['2020-01-31', '2020-03-01']), text('x', ['1', '2'])), { time: 'when' })
    expect(spellDates(calendar!, [0, 15])).toEqual(['2020-01-31', '2020-02-15'])
    expect(spellDates(calendar!, [0, 15.5])).toEqual(['2020-01-31T00:00', '2020-02-15T12:00'])
    expect(spellDates(calendar!, [1 / 86400])).toEqual(['2020-01-31T00:00:01'])
    expect(spellDates(calendar!, [1 / 3 + 1e-7])).toEqual(['2020-01-31T08:00:00.009'])
  })
  it('keeps columns without a value in them, as no coordinates', () => {
    const snapshots = snapshotsOf(tableOf(text('void', ['', null, 'NA', '']), ...good.columns), { time: 'when', weights: 'w' })
    expect([snapshots.columnNames, snapshots.emptyNames, snapshots.order]).toEqual([['x', 'y'], ['void'], ['void', 'x', 'when', 'y']])
    expect(() => snapshotsOf(tableOf(text('t', ['0', '1']), text('void', [null, null])), { time: 't' })).toThrow(/no column besides/)
  })
  it('refuses text, empty cells, unknown columns and weights that are not positive, naming row and column', () => {
    const bad = (table: RawTable, columns: Parameters<typeof snapshotsOf>[1]) => () => snapshotsOf(table, columns)
    expect(bad(tableOf(text('t', ['0', 'Monday']), text('x', ['1', '2'])), { time: 't' })).toThrow(
      /"Monday" in column t, row 2, used as time/
    )
    expect(bad(tableOf(text('t', ['0', null]), text('x', ['1', '2'])), { time: 't' })).toThrow(/an empty cell in column t, row 2/)
    expect(bad(tableOf(text('t', ['0', '1']), text('sex', ['f', 'm'])), { time: 't' })).toThrow(/"f" in column sex, row 1.*--exclude sex/)
    expect(bad(good, { time: 'hour' })).toThrow(/--time hour/)
    expect(bad(good, { time: 'when', exclude: ['x', 'y', 'w'] })).toThrow(/no column besides/)
    expect(bad(tableOf(text('t', ['0', '1']), text('x', ['1', '2']), text('w', ['0', '1'])), { time: 't', weights: 'w' })).toThrow(
      /weight 0 in column w, row 1/
    )
  })
})
