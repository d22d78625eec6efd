import { expect, test } from 'vitest'
import { firstAbove, firstFrom } from './ascending.js'

test('places among ascending values, of which some are equal', () => {
  const values = [1, 2, 2, 2, 5]
  for (const x of [0, 1, 1.5, 2, 3, 5, 6]) {
    const [from, above] = [values.findIndex((value) => value >= x), values.findIndex((value) => value > x)]
    expect(firstFrom(values, x)).toBe(from < 0 ? 5 : from)
    expect(firstAbove(values, x)).toBe(above < 0 ? 5 : above)
  }
  expect([firstFrom([], 1), firstAbove(Float64Array.of(), 1)]).toEqual([0, 0])
})
