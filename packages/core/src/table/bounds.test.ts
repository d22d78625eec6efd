import { expect, test } from 'vitest'
import { roundedWithin, withinBounds } from './bounds.js'
import type { ColumnFormat } from './column-format.js'

const format = (bounds: ColumnFormat['bounds'], decimals?: number): ColumnFormat => ({
  name: 'x',
  source: 'number',
  kind: 'number',
  number: { padded: false, ...(decimals === undefined ? {} : { decimals }) },
  bounds
})

test('what falls beyond a bound is reflected at it, and set on the other where it falls beyond that', () => {
  const of = (x: number) => withinBounds(x, format({ least: 1, most: 9 }))
  expect([5, 1, 0.25, 9.5, -20, 30].map(of)).toEqual([5, 1, 1.75, 8.5, 9, 1])
  expect(withinBounds(-3, format({ most: 2 }))).toBe(-3)
  expect(withinBounds(-3, format(undefined))).toBe(-3)
})

test('a rounded value beyond a bound is the nearest inside that can be written', () => {
  expect(roundedWithin(10, format({ most: 9.996 }, 2))).toBe(9.99)
  expect(roundedWithin(0, format({ least: 0.004 }, 2))).toBe(0.01)
  expect(roundedWithin(0.3, format({ least: 0.3 }, 1))).toBe(0.3)
  expect(roundedWithin(12, format({ most: 9.996 }))).toBe(9.996)
  expect(roundedWithin(12, { ...format({ most: 9.5 }), kind: 'integer' })).toBe(9)
})
