import { expect, test } from 'vitest'
import { exceeds } from './codes.js'

test('a number has more than so many cells', () => {
  const values = Float64Array.of(1, 2, Number.NaN, 2, Number.NaN, Number.NaN, 0, -0, 2)
  expect([1, 2, 3].map((most) => exceeds(values, most))).toEqual([true, true, false])
})
