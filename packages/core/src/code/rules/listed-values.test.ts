import { expect, it } from 'vitest'
import { keyFromSeed, normals } from '../../num/random.js'
import { listedValues, toListed } from './listed-values.js'

const COUNT = 600
const key = keyFromSeed(3)
const degrees = (z: Float64Array) => z.map((x) => Number(((Math.round(10 * x) * 5) / 9 + 15).toFixed(1)))

it('degrees that were read in another unit stand on few tenths, and sums are put on them', () => {
  const list = listedValues(degrees(normals(key, COUNT)), 0.1)!
  const place = toListed(list)
  const known = new Set(list.values)
  // As many numbers as would be drawn, on every tenth.
  const sums = normals(keyFromSeed(4), COUNT).map((z) => Number((15 + 5.5 * z).toFixed(1)))
  const shares = [sums, sums.map((x) => place(x, Number.NEGATIVE_INFINITY))].map((all) => all.filter((x) => !known.has(x)).length / COUNT)
  expect(shares[0]).toBeGreaterThan(0.6)
  expect(shares[1]).toBeLessThan(0.03)
  for (const value of list.values) expect(place(value, value)).toBe(value)
  for (const x of sums) expect(Math.abs(place(x, x) - x)).toBeLessThan(3)
  for (const x of sums) expect(place(x, x)).toBeGreaterThanOrEqual(x)
})

it('numbers of which another row has a new one, or that stand on all places, are none', () => {
  const z = normals(key, COUNT)
  expect(listedValues(z, 0)).toBeUndefined()
  expect(
    listedValues(
      z.map((x) => Math.round(10 * x)),
      1
    )
  ).toBeUndefined()
})

it('an atom among others says nothing of whether these recur', () => {
  const withZeros = (values: Float64Array) => Float64Array.of(...new Float64Array(4 * COUNT), ...values)
  // Refunds of a few orders: each has its own cents.
  const refunds = normals(key, COUNT).map((z) => Number((100 + 20 * z).toFixed(2)))
  expect(listedValues(withZeros(refunds), 0.01)).toBeUndefined()
  expect(listedValues(withZeros(degrees(normals(key, COUNT))), 0.1)).toBeDefined()
})

it('numbers of which none has one row alone, though on all places, have no others', () => {
  const markers = normals(key, COUNT).map((z) => Math.max(-1, Math.min(1, Math.round(z))))
  const place = toListed(listedValues(markers, 1)!)
  expect([-3, -1, 0, 1, 2, 5].map((x) => place(x, Number.NEGATIVE_INFINITY))).toEqual([-1, -1, 0, 1, 1, 1])
})
