import { expect, it } from 'vitest'
import { keyFromSeed } from '../num/random.js'
import { resampled } from './resample.js'

it('takes a candidate in proportion to its weight', () => {
  const n = 20_000
  const ratios = Float64Array.from({ length: 4 * n }, (_, i) => Math.log([1, 2, 3, 4][i % 4]!))
  const { chosen, effective } = resampled(ratios, 4, keyFromSeed(1))
  const counts = [0, 0, 0, 0]
  for (const [i, place] of chosen.entries()) counts[place - 4 * i]!++
  // Four standard errors of a share of 20,000.
  for (const [k, count] of counts.entries()) expect(Math.abs(count / n - (k + 1) / 10)).toBeLessThan(0.014)
  expect(effective).toBeCloseTo(100 / 30, 10)
})

it('counts all candidates where they weigh the same, and one where it decides', () => {
  expect(resampled(new Float64Array(40), 4, keyFromSeed(1)).effective).toBe(4)
  const steep = Float64Array.from({ length: 40 }, (_, i) => (i % 4 === 2 ? 900 : -900))
  const { chosen, effective } = resampled(steep, 4, keyFromSeed(1))
  expect(effective).toBe(1)
  expect([...chosen]).toEqual(Array.from({ length: 10 }, (_, i) => 4 * i + 2))
})

it('takes the same for a row however many follow', () => {
  const ratios = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i))
  expect(resampled(ratios.subarray(0, 200), 4, keyFromSeed(2)).chosen).toEqual(resampled(ratios, 4, keyFromSeed(2)).chosen.slice(0, 50))
})
