import { describe, expect, it } from 'vitest'
import { cycleStart } from './cycles.js'
import { cyclesOf } from './find-cycles.js'

const DAY = 86_400_000
const MONDAY = Date.UTC(2024, 2, 4)

/** A table of stamps, every 37 minutes of so many days, and a number that each says. */
function stamps(days: number, says: (time: number, i: number) => number) {
  const rowCount = Math.floor((days * 1440) / 37)
  const values = Float64Array.from({ length: rowCount }, (_, i) => MONDAY + i * 37 * 60_000)
  const of = (name: string, own: Float64Array) => ({ name, kind: 'number' as const, values: own })
  return { columns: [{ name: 'at', kind: 'datetime' as const, values }, of('says', values.map(says))], rowCount }
}

const scatter = (i: number) => (((i * 7919 + 13) % 1009) / 1009) * 2

describe('dates that go round', () => {
  it('begin days at midnight and weeks on Mondays, before 1970 too', () => {
    for (const time of [MONDAY + 5.5 * DAY, -DAY * 400.25]) {
      expect(new Date(cycleStart('day', time)).toISOString()).toMatch(/T00:00:00.000Z$/)
      expect(cycleStart('day', time)).toBeLessThanOrEqual(time)
      const week = cycleStart('week', time)
      expect(new Date(week).getUTCDay()).toBe(1)
      expect(time - week).toBeGreaterThanOrEqual(0)
      expect(time - week).toBeLessThan(7 * DAY)
    }
  })

  it('are told by days where the hour or the weekday tells a number, by weeks where they have no hours, and stay whole where neither does', () => {
    const hour = (time: number) => Math.floor((time % DAY) / 3_600_000)
    const found = (days: number, says: (time: number, i: number) => number) => cyclesOf(stamps(days, says)).get('at')
    expect(found(20, (time, i) => (hour(time) >= 9 && hour(time) < 17 ? 1 : 0) + scatter(i))).toBe('day')
    const weekend = (time: number, i: number) => (new Date(time).getUTCDay() % 6 === 0 ? 1 : 0) + scatter(i)
    expect(found(70, weekend)).toBe('day')
    const { columns, rowCount } = stamps(70, weekend)
    const days = { ...columns[0]!, values: columns[0]!.values.map((time) => time - (time % DAY)) }
    expect(cyclesOf({ columns: [days, columns[1]!], rowCount }).get('at')).toBe('week')
    expect(found(70, (_, i) => scatter(i))).toBeUndefined()
    // Pay days are one a week: which weekday it is says who is paid, and the week says which it is.
    const paid = Float64Array.from({ length: 240 }, (_, i) => MONDAY + DAY * (28 * (i % 24) + ((i % 24) % 5)))
    const bonus = {
      name: 'bonus',
      kind: 'number' as const,
      values: paid.map((time, i) => (new Date(time).getUTCDay() === 1 ? 5 : 0) + scatter(i))
    }
    expect(cyclesOf({ columns: [{ name: 'at', kind: 'datetime', values: paid }, bonus], rowCount: 240 }).size).toBe(0)
    // What grows from day to day says nothing of hours.
    expect(found(70, (time, i) => (time - MONDAY) / DAY / 30 + scatter(i))).toBeUndefined()
    // A few days are no cycle.
    expect(found(4, (time, i) => (hour(time) >= 9 && hour(time) < 17 ? 1 : 0) + scatter(i))).toBeUndefined()
  })
})
