import { describe, expect, it } from 'vitest'
import type { CellStyle } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { resolveTimes, spellDates } from './calendar.js'
import { snapshotsOf } from './snapshot-table.js'
import { presentTrajectories, writtenOf } from './trajectories.js'

const rows = 12
const x: RawColumn = { name: 'x', source: 'number', values: Float64Array.from({ length: rows }, (_, i) => i / 4) }
const long = (time: RawColumn): RawTable => ({ rowCount: rows, columns: [time, x] })
const text = (...days: string[]): RawColumn => ({
  name: 'when',
  source: 'text',
  values: Array.from({ length: rows }, (_, i) => days[i % days.length]!)
})
const numbers = (...days: number[]): RawColumn => ({
  name: 'when',
  source: 'number',
  integer: true,
  values: Float64Array.from({ length: rows }, (_, i) => days[i % days.length]!)
})
const read = (time: RawColumn) => snapshotsOf(long(time), { time: 'when' })

describe('times of snapshots that are written as digits', () => {
  it.each([
    ['days in text', text('20240131', '20240201', '20240301'), [0, 1, 30]],
    ['days in numbers', numbers(20240131, 20240201, 20240301), [0, 1, 30]],
    ['months', numbers(202312, 202401, 202402), [0, 31, 62]]
  ])('%s count as days since the first, as a note says', (_, time, days) => {
    const { times, calendar, notes } = read(time)
    expect(times).toEqual(days)
    expect(notes).toEqual([expect.stringMatching(/^when: its whole numbers are (days|months), .* count as dates$/)])
    expect(spellDates(calendar!, days)).toEqual(Array.from(new Set(Array.from(time.values as ArrayLike<unknown>)), String))
  })

  it('are asked for in digits, or in days since the first', () => {
    const { calendar } = read(numbers(20240131, 20240201, 20240301))
    expect(resolveTimes('--at', [20240210, '20240210', '2024-02-10', 2.5], calendar)).toEqual([10, 10, 10, 2.5])
    expect(() => resolveTimes('--at', [20231231], calendar)).toThrow(/a date from the first snapshot at 20240131 on/)
  })

  it('stay numbers where one is no day', () => {
    expect(read(numbers(20240131, 20240132)).calendar).toBeUndefined()
    expect(read(numbers(3, 8)).times).toEqual([3, 8])
  })

  const written = (time: RawColumn, times: readonly number[], as: CellStyle) => {
    const table = read(time)
    const values = { data: new Float64Array(times.length), rows: times.length, cols: 1 }
    const paths = { times, values, count: 1 } as unknown as Parameters<typeof presentTrajectories>[0]
    const { source, values: cells } = presentTrajectories(paths, writtenOf(table), as).columns[1]!
    return { source, cells: [...cells] }
  }

  it('are written as they were stored', () => {
    const stored = numbers(20240131, 20240201, 20240301)
    const spelled = text('20240131', '20240201', '20240301')
    const times = [Date.UTC(2024, 0, 31), Date.UTC(2024, 1, 10)]
    expect(written(stored, [0, 10], 'text')).toEqual({ source: 'text', cells: ['20240131', '20240210'] })
    expect(written(stored, [0, 10], 'source')).toEqual({ source: 'number', cells: [20240131, 20240210] })
    expect(written(spelled, [0, 10], 'source')).toEqual({ source: 'text', cells: ['20240131', '20240210'] })
    expect(written(spelled, [0, 10], 'json')).toEqual({ source: 'number', cells: [20240131, 20240210] })
    expect(written(spelled, [0, 10], 'typed')).toEqual({ source: 'datetime', cells: times })
  })

  it('are written with a time of day, or a day of the month, where digits would hide it', () => {
    expect(written(numbers(20240131, 20240201), [0.5], 'text').cells).toEqual(['2024-01-31T12:00'])
    expect(written(numbers(202401, 202402), [10, 31], 'text').cells).toEqual(['2024-01-11', '2024-02-01'])
  })
})
