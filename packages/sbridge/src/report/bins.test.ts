import { expect, test } from 'vitest'
import { drawnBins } from './bins.js'

test('bins of whole numbers hold equally many each, and all that are drawn', () => {
  const stays = Float64Array.from({ length: 400 }, (_, i) => Math.floor((i * i) / 5000))
  const { low, width, count } = drawnBins(stays, stays, true)
  expect(low).toBe(-0.5)
  expect(width).toBe(Math.round(width))
  expect(low + width * count).toBeGreaterThanOrEqual(31.5)
  const plain = drawnBins(stays, stays, false)
  expect(plain).toMatchObject({ low: 0, count: Math.round(31 / plain.width) })
})
