import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { matrix } from '../../num/matrix.js'
import type { Encoded } from '../../table/encoder.js'
import { bothDistances, distancesBeside, distancesTo } from './bandwidth.js'

const column = (...values: number[]) => matrix(values.length, 1, Float64Array.from(values))
const drawn = (...values: number[]): Encoded => ({ coordinates: column(...values), codes: new Int32Array(0) })
const place = async ({ coordinates }: Encoded) => coordinates

test('two measures as one: r is the geometric mean of both, its relative error their mean', async () => {
  const engine = new ReferenceEngine()
  const training = column(0, 2, 4, 6)
  const near = (await distancesTo(training, place, engine))!
  // The rows themselves stand four times as far from each other as they do at these places.
  const far = (await distancesBeside(Float64Array.of(64, 64, 64, 64), { training, place, engine }))!
  expect([near.typicalFresh, far.typicalFresh]).toEqual([2, 8])
  const rows = drawn(0.5, 2.25, 3, 6.75)
  const [a, b] = [await near.typical(rows), await far.typical(rows)]
  const both = bothDistances(near, far)
  const found = await both.typical(rows)
  expect(found.value / both.typicalFresh).toBeCloseTo(Math.sqrt((a.value / 2) * (b.value / 8)), 12)
  expect(found.standardError / found.value).toBeCloseTo(a.standardError / a.value, 12)
})
