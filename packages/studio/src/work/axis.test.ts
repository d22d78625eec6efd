import { expect, test } from 'vitest'
import { placingOf, unplaced } from './axis.js'

test('whole numbers stay in their picture, whose ticks are whole too', () => {
  const hits = { name: 'hits', kind: 'integer', values: Float64Array.from({ length: 300 }, (_, i) => i % 3) } as const
  const { axis, place } = placingOf(hits)
  const places = place(hits, 0)
  expect(unplaced(Float32Array.from([...places].flatMap((x) => [x, x])))).toEqual({ missing: 0, outside: 0 })
  expect(new Set(places).size).toBe(300)
  expect(axis.ticks.map(({ label }) => label)).toEqual(['0', '1', '2'])
})
