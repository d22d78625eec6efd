import { expect, test } from 'vitest'
import { fitScaler, unscaleValues } from '../table/scaling.js'
import type { Condition } from './conditions.js'
import { boundsOf } from './places.js'

test('ranges of an incomplete list keep to their bounds, though values between the listed ones are drawn', () => {
  // Values 6 to 8 apart that occur once or twice, so that ranks at their ends lead to values beside them.
  const value = (k: number) => 7 * k + (k % 3 === 0 ? 1 : 0)
  const values = Float64Array.from({ length: 300 }, (_, i) => value(i < 200 ? Math.floor(i / 2) : i))
  const scaler = fitScaler(values, 'quantile')
  const encoder = {
    columns: [{ name: 'x', carries: 'coordinate' as const, coordinate: 0, scaler }],
    formats: [],
    kinds: [],
    coordinateCount: 1,
    factors: []
  }
  const condition = { numbers: [], levels: [], ranges: [{ column: 0, low: value(10), high: value(50) }] } as unknown as Condition
  const bounds = boundsOf(encoder, condition, { given: [], ranged: [0], free: [] } as never)
  const [low, high] = [bounds.low[0]!, bounds.high[0]!]
  const drawn = unscaleValues(
    scaler,
    Float64Array.from({ length: 2001 }, (_, i) => low + ((high - low) * i) / 2000)
  )
  expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([value(10), value(50)])
  // There is something to keep out: values that are not listed are drawn inside.
  expect(drawn.some((x) => !values.includes(x))).toBe(true)
})
