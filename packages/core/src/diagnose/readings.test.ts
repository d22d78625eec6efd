import { expect, it } from 'vitest'
import { aucReading, ratioReading } from './readings.js'

it('a measure at the end of what chance allows, but for the rounding of its sums, is within it', () => {
  // Distances on a grid of tenths: one of 60 heights, found once along the rows and once along half of them.
  const [value, low] = [0.49999999999992945, 0.49999999999993244]
  expect(ratioReading({ value, floor: 1, floorRange: [low, 2] }).grade).toBe('good')
  expect(ratioReading({ value: 2.00000000000002, floor: 1, floorRange: [low, 2] }).grade).toBe('good')
  expect(ratioReading({ value: 0.4999, floor: 1, floorRange: [low, 2] })).toEqual({ reading: 'too near: copying', grade: 'poor' })
  expect(aucReading({ value: 0.4, floor: 0.5, floorRange: [0.4 + 1e-15, 0.6] }).grade).toBe('good')
})
