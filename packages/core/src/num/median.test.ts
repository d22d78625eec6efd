import { expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { median, quantileOfSorted, sorted } from './statistics.js'

test('numbers are sorted as the host sorts them: ties, both zeros, far ones, no ranges, and what is no number', () => {
  const few = fc.array(fc.constantFrom(-1, -0, 0, 0.5, 7), { maxLength: 80 })
  const many = fc.array(fc.double({ min: -1e9, max: 1e9 }), { maxLength: 400 })
  const far = fc.array(fc.oneof(fc.double(), fc.constantFrom(1e308, -1e308, 1, 2)), { maxLength: 60 })
  fc.assert(
    fc.property(fc.oneof(few, many, far), (values) => {
      expect(sorted(values)).toEqual(Float64Array.from(values).sort())
    })
  )
})

test('the median is the half quantile of the sorted numbers: ties, few and many, and what is no number', () => {
  const few = fc.array(fc.constantFrom(-1, 0, 0.5, 2, 7), { minLength: 1, maxLength: 60 })
  const many = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 400 })
  const any = fc.array(fc.constantFrom(1, Number.NaN, 3), {
    minLength: 1,
    maxLength: 9
  })
  fc.assert(
    fc.property(fc.oneof(few, many, any), (values) => {
      expect(median(values) + 0).toBe(quantileOfSorted(sorted(values), 0.5) + 0)
    })
  )
  for (const count of [1000, 1001]) {
    const pipe = Float64Array.from({ length: count }, (_, k) => Math.min(k, count - k))
    for (const values of [pipe, pipe.map((x) => -x), sorted(pipe)]) expect(median(values)).toBe(quantileOfSorted(sorted(values), 0.5))
  }
  // The half quantile of these is none: what is beside the middle one has no part in it.
  expect(median([1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(1)
})
