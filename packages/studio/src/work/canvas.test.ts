import { expect, test } from 'vitest'
import { crowdOf } from './canvas.js'

const ground = { width: 100, height: 100, size: 5 }

test('a lone dot covers its ground well, and more dots in one place cover more, but never all', () => {
  const lone = [0.9, 0.9]
  const pair = [0.5, 0.5, 0.51, 0.51]
  const heap = Array.from({ length: 64 }, () => [0.1, 0.1]).flat()
  const { levels, covers } = crowdOf(Float32Array.from([...lone, ...pair, ...heap]), ground)
  expect([...levels.slice(0, 3)]).toEqual([0, 1, 1])
  expect(new Set(levels.slice(3))).toEqual(new Set([6]))
  expect(covers).toHaveLength(7)
  for (let k = 1; k < covers.length; k++) expect(covers[k]).toBeGreaterThan(covers[k - 1]!)
  expect(covers[0]).toBeGreaterThan(0.5)
  expect(covers[6]).toBeLessThan(1)
})

test('a cloud without crowds is drawn alike whatever its size, and dots without a place crowd nobody', () => {
  const places = Float32Array.from([0.1, 0.1, 0.9, 0.9, Number.NaN, 0.1, 1.4, 0.1])
  expect(crowdOf(places, ground)).toEqual({ levels: Uint8Array.of(0, 0, 0, 0), covers: [crowdOf(places.slice(0, 2), ground).covers[0]] })
})
