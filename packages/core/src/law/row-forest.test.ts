import { expect, test } from 'vitest'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, uniforms } from '../num/random.js'
import { growRowForest, rowWeightsAt } from './row-forest.js'

const n = 300
const features = matrix(
  n,
  3,
  uniforms(keyFromSeed(1), 3 * n).map((u) => 2 * u - 1)
)
const side = (row: number) => (features.data[3 * row]! > 0 ? 1 : -1)
const every = Uint32Array.from({ length: n }, (_, i) => i)
/** The first target steps at nought of the first feature, the second follows the sum of the others. */
const targets = matrix(
  n,
  2,
  Float64Array.from({ length: 2 * n }, (_, at) => {
    const row = Math.floor(at / 2)
    return at % 2 === 0 ? side(row) : features.data[3 * row + 1]! + features.data[3 * row + 2]!
  })
)
const forest = growRowForest({ features, targets, rows: every, key: keyFromSeed(2) })

test('rows weigh where all targets are alike, and sum to one', () => {
  for (const x of [-0.8, -0.3, 0.3, 0.8])
    for (const [a, b] of [
      [0.7, 0.7],
      [-0.7, -0.7]
    ] as const) {
      const { rows, weights } = rowWeightsAt(forest, Float64Array.of(x, a, b))
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12)
      const meanOf = (target: number) => rows.reduce((sum, row, k) => sum + weights[k]! * targets.data[2 * row + target]!, 0)
      expect(meanOf(0) * Math.sign(x)).toBeGreaterThan(0.8)
      expect(Math.abs(meanOf(1) - (a + b))).toBeLessThan(0.6)
    }
})

test('rows that are not allowed have no weight, and the others the whole', () => {
  const point = Float64Array.of(0.5, 0, 0)
  const { rows, weights } = rowWeightsAt(forest, point, (row) => row % 2 === 0)
  expect(rows.every((row) => row % 2 === 0)).toBe(true)
  expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12)
  expect(rowWeightsAt(forest, point, () => false).rows).toEqual([])
})

test('rows that do not count are in no leaf', () => {
  const some = every.filter((row) => row % 3 === 0)
  const few = growRowForest({ features, targets, rows: some, key: keyFromSeed(3) })
  expect(rowWeightsAt(few, Float64Array.of(0.2, 0.1, -0.4)).rows.every((row) => row % 3 === 0)).toBe(true)
})
