import { expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { median, midQuantile, quantileOfSorted, sorted } from './statistics.js'

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

const distinct = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 })
const tied = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 })

test('the mid-quantile of one half is the median where all numbers differ, to the bit', () => {
  fc.assert(
    fc.property(distinct, (numbers) => {
      const values = Float64Array.from(numbers, (x) => x / 7)
      expect(midQuantile(values, 0.5) + 0).toBe(median(values) + 0)
    })
  )
})

test('the mid-quantile: weights count as that many rows, equals are told apart by no rounding, and more below move it down', () => {
  fc.assert(
    fc.property(tied, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, p) => {
      const values = Float64Array.from(numbers)
      const found = midQuantile(values, p)
      const different = Float64Array.from(new Set(numbers))
      const weights = different.map((value) => numbers.filter((x) => x === value).length)
      expect(midQuantile(different, p, weights)).toBeCloseTo(found, 12)
      expect(
        midQuantile(
          values.map((x, i) => x * (1 + (i % 3) * 1e-13)),
          p
        )
      ).toBeCloseTo(found, 9)
      expect(midQuantile(Float64Array.from([...numbers, Math.min(...numbers)]), p)).toBeLessThanOrEqual(found + 1e-12)
      expect(found).toBeGreaterThanOrEqual(Math.min(...numbers))
      expect(found).toBeLessThanOrEqual(Math.max(...numbers))
    })
  )
  // Half of six zeros lie below them, 3 of 10; of four ones 8: five lie 2/5 of the way.
  expect(midQuantile(Float64Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0, 1), 0.5)).toBeCloseTo(0.4, 15)
  expect(() => midQuantile(new Float64Array(0), 0.5)).toThrow('no values')
})
