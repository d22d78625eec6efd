import { expect, test } from 'vitest'
import { placingOf, unplaced } from './axis.js'

test('rows that share a value are spread on the way to the next one, and by no more', () => {
  const fees = { name: 'fee', kind: 'number', values: Float64Array.from({ length: 300 }, (_, i) => [19.9, 34.9, 36.4][i % 3]!) } as const
  const { axis, place } = placingOf(fees)
  const places = place(fees, 0)
  expect(new Set(places).size).toBe(300)
  const { from, to } = axis.range!
  for (const [k, at] of places.entries()) expect(Math.abs(from + at * (to - from) - fees.values[k]!)).toBeLessThan(0.75 / 2 + 1e-5)
})

test('levels that only drawn rows have lie beyond those of the axis, others where they are, whatever their codes', () => {
  const column = (levels: string[], codes: number[]) => ({ name: 'c', kind: 'category', levels, codes: Int32Array.from(codes) }) as const
  const { place } = placingOf(column(['a', 'b', 'c'], [0, 1, 2]))
  const places = place(column(['c', 'other', 'a'], [0, 1, 2, -1]), 0)
  expect(Math.floor(3 * places[0]!)).toBe(2)
  expect(places[1]).toBeGreaterThan(1)
  expect(Math.floor(3 * places[2]!)).toBe(0)
  expect(places[3]).toBeNaN()
})

test('whole numbers stay in their picture, whose ticks are whole too', () => {
  const hits = { name: 'hits', kind: 'integer', values: Float64Array.from({ length: 300 }, (_, i) => i % 3) } as const
  const { axis, place } = placingOf(hits)
  const places = place(hits, 0)
  expect(unplaced(Float32Array.from([...places].flatMap((x) => [x, x])))).toEqual({ missing: 0, outside: 0 })
  expect(new Set(places).size).toBe(300)
  expect(axis.ticks.map(({ label }) => label)).toEqual(['0', '1', '2'])
})
