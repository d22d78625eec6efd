import { describe, expect, it } from 'vitest'
import { normalQuantile } from '../num/elementary.js'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { clockOf } from './clock.js'
import { decoderOf, fitScaler, scaleValues } from './scaling.js'

const [DAY, HOUR] = [86_400_000, 3_600_000]
const uniform = (label: string, n: number) => uniforms(keyFor(keyFromSeed(5), label), n)
const MONDAY = Date.UTC(2024, 0, 1)

/** Calls between 8 and 18 from Monday to Friday of 20 weeks, to the second. */
const calls = sorted(
  Float64Array.from(uniform('day', 250), (u, i) => {
    const day = Math.floor(100 * u)
    return MONDAY + DAY * (7 * Math.floor(day / 5) + (day % 5)) + 1000 * Math.floor(36_000 * uniform('time', 250)[i]!) + 8 * HOUR
  })
)
/** Shifts that begin at about 22:00 and 6:00, to the minute. */
const shifts = Float64Array.from(
  uniform('shift', 300),
  (u, i) => MONDAY + DAY * (i >> 2) + (i % 2 ? 6 : 22) * HOUR + 60_000 * Math.round(20 * u - 10)
)
const hourOf = (moment: number) => (((moment % DAY) + DAY) % DAY) / HOUR
const weekdayOf = (moment: number) => (Math.floor((moment - MONDAY) / DAY) % 7) + 1
const normalPlaces = Float64Array.from({ length: 4000 }, (_, k) => -3 + (6 * (k + 0.5)) / 4000)

describe('moments that lie between others', () => {
  it('keep to their hours and weekdays, in order', () => {
    const drawn = normalPlaces.map(decoderOf(fitScaler(calls, 'quantile', true)))
    expect(drawn.every((moment) => hourOf(moment) >= 8 && hourOf(moment) <= 18 && weekdayOf(moment) <= 5)).toBe(true)
    expect(drawn).toEqual(sorted(drawn))
    expect(new Set(drawn).size).toBeGreaterThan(3 * calls.length)
  })

  it('keep to the hours of their weekday, where these differ', () => {
    // Late on Thursdays, half of Fridays, from 9 to 18 on other days.
    const hours = [
      [9, 18],
      [9, 18],
      [9, 18],
      [12, 21],
      [9, 13]
    ] as const
    const visits = sorted(
      Float64Array.from(uniform('visit', 600), (u, i) => {
        const day = Math.floor(100 * u)
        const [open, close] = hours[day % 5]!
        const time = open + (close - open) * uniform('visit time', 600)[i]!
        return MONDAY + DAY * (7 * Math.floor(day / 5) + (day % 5)) + 60_000 * Math.floor(60 * time)
      })
    )
    const drawn = normalPlaces.map(decoderOf(fitScaler(visits, 'quantile', true)))
    const isOpen = (moment: number) => {
      const [open, close] = hours[weekdayOf(moment) - 1] ?? [24, 24]
      return hourOf(moment) >= open && hourOf(moment) <= close
    }
    expect(drawn.filter((moment) => !isOpen(moment))).toHaveLength(0)
    expect(drawn).toEqual(sorted(drawn))
    // Where all weekdays have the same hours, few calls of one do not say which.
    expect(clockOf(calls)!.momentOf(2.5) - DAY * Math.floor(clockOf(calls)!.momentOf(2.5) / DAY)).toBe(
      clockOf(calls)!.momentOf(3.5) - DAY * Math.floor(clockOf(calls)!.momentOf(3.5) / DAY)
    )
  })

  it('come as often on each weekday as the others', () => {
    const places = Float64Array.from({ length: 5000 }, (_, k) => normalQuantile((k + 0.5) / 5000))
    const days = Float64Array.from(calls, (moment) => DAY * Math.floor(moment / DAY)).sort()
    for (const moments of [calls, days]) {
      const drawn = places.map(decoderOf(fitScaler(moments, 'quantile', true)))
      const share = (of: Float64Array, weekday: number) => of.filter((moment) => weekdayOf(moment) === weekday).length / of.length
      for (const weekday of [1, 2, 3, 4, 5]) expect(Math.abs(share(drawn, weekday) - share(moments, weekday))).toBeLessThan(0.04)
    }
  })

  it('keep to shifts that have a minute now and then twice', () => {
    const drawn = normalPlaces.map(decoderOf(fitScaler(shifts, 'quantile', true)))
    const near = (moment: number) => Math.min(Math.abs(hourOf(moment) - 6), Math.abs(hourOf(moment) - 22))
    expect(Math.max(...drawn.map(near))).toBeLessThanOrEqual(10.5 / 60)
  })

  it('come from places that they are scaled to', () => {
    const scaler = fitScaler(calls, 'quantile', true)
    const drawn = normalPlaces.map(decoderOf(scaler))
    const again = scaleValues(scaler, drawn).map(decoderOf(scaler))
    for (const [k, moment] of again.entries()) expect(Math.abs(moment - drawn[k]!)).toBeLessThan(1000)
  })
})

it('a clock runs along its moments, and stands still where it is closed', () => {
  const clock = clockOf(calls)!
  for (const moment of calls) expect(Math.abs(clock.momentOf(clock.at(moment)) - moment)).toBeLessThanOrEqual(1)
  const friday = MONDAY + 4 * DAY
  expect(clock.at(friday + 20 * HOUR)).toBe(clock.at(friday + 3 * DAY + 5 * HOUR))
})

it('moments at all hours of all days have no clock, and neither have a few days', () => {
  expect(clockOf(sorted(uniform('any', 300).map((u) => MONDAY + 90 * DAY * u)))).toBeUndefined()
  expect(clockOf(sorted(uniform('few', 300).map((u) => MONDAY + 8 * HOUR + HOUR * u)))).toBeUndefined()
})
