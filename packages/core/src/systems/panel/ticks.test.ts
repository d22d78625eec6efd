import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { NumericColumn } from '../../table/table.js'
import { prepareRows } from '../prepare.js'
import { tickOf, timeAt } from './ticks.js'
import { timesOf } from './times.js'

const [HOUR, DAY] = [3_600_000, 86_400_000]
const [GROUPS, EACH] = [40, 5]
const u = uniforms(keyFor(keyFromSeed(4), 'visits'), GROUPS * EACH)

/** Visits on weekdays from 8 to 17, every half an hour. */
const visits = Float64Array.from(u, (x, i) => {
  const day = 260 * x
  const weeks = Math.floor(day / 5)
  const slot = Math.floor(18 * ((x * 7919 + i / 7) % 1))
  return Date.UTC(2024, 0, 1) + DAY * (7 * weeks + Math.floor(day - 5 * weeks)) + 8 * HOUR + (slot * HOUR) / 2
})
const first = Uint32Array.from({ length: GROUPS + 1 }, (_, g) => g * EACH)
for (let g = 0; g < GROUPS; g++) visits.subarray(g * EACH, (g + 1) * EACH).sort()
const clock: NumericColumn = { name: 'at', kind: 'datetime', values: visits }
const written = (values: Float64Array) => ({
  name: 'at',
  source: 'text' as const,
  values: Array.from(values, (time) => new Date(time).toISOString().slice(0, 16).replace('T', ' '))
})
const [format] = prepareRows({ columns: [written(visits)], rowCount: visits.length }, {}).data.formats as [ColumnFormat]

it('ticks count open time where times keep to hours and days: whatever is between two of them is at such an hour', () => {
  const { ticks, at } = timesOf(clock, [format], first)
  expect(ticks.clock).toHaveLength(GROUPS * EACH)
  for (const [i, tick] of at.entries()) {
    expect(timeAt(ticks, tick, format)).toBe(visits[i])
    expect(tickOf(ticks, visits[i]!)).toBe(tick)
  }
  const last = Math.max(...at)
  for (let k = 0; k <= 500; k++) {
    const time = new Date(timeAt(ticks, (last * k) / 500, format))
    expect([0, 6]).not.toContain(time.getUTCDay())
    expect(time.getUTCHours()).toBeGreaterThanOrEqual(8)
    expect(time.getUTCHours()).toBeLessThan(17)
  }
})

it('times all over day and week are counted as they are', () => {
  const values = Float64Array.from(u, (x) => Date.UTC(2024, 0, 1) + Math.floor(300 * 24 * 60 * x) * 60_000)
  for (let g = 0; g < GROUPS; g++) values.subarray(g * EACH, (g + 1) * EACH).sort()
  expect(timesOf({ ...clock, values }, [format], first).ticks.clock).toBeUndefined()
})
