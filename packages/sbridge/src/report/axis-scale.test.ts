import { expect, it } from 'vitest'
import { axisScale, ticksApart } from './axis-scale.js'

const ticks = (...values: readonly number[]): unknown =>
  (axisScale({ kind: 'number' }, Float64Array.from(values)).axis as { ticks: unknown }).ticks

it('an axis asks for as many numbers as have room by their letters', () => {
  expect(ticks(0, 1, 2)).toBe(5)
  expect(ticks(100, 9000, 14_000)).toBeLessThan(5)
  expect(ticks(0, 300_000, 550_000)).toBeLessThan(5)
})

it('values are named one by one where they have room, else every second or third', () => {
  expect(ticksApart([0, 1], String)).toEqual([0, 1])
  expect(ticksApart([1992, 1994, 1996, 1998, 2000, 2002, 2004], String)).toEqual([1992, 1996, 2000, 2004])
  expect(ticksApart([0], () => 'x'.repeat(90))).toEqual([0])
})
