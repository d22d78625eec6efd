import { expect, it } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'
import { identifiabilityNotes } from './identifiability.js'
import { linearFamily } from './linear.js'

const context = { dimension: 2, columnNames: ['x', 'y'], interval: 1, mean: new Float64Array(2), spread: Float64Array.of(2, 2) }
const snapshots = [0, 1, 2].map((time) => ({ time, cloud: cloud(matrix(40, 2, normals(keyFromSeed(time), 80))) }))
const noted = (theta: readonly number[], count: number, estimated = true): string =>
  identifiabilityNotes(
    { family: linearFamily(context), theta: Float64Array.from(theta), estimated },
    snapshots.slice(0, count),
    context
  ).join(' ')

it('counts what snapshots tell against what is free', () => {
  const still = [-0.1, 0, 0, -0.1, 0, 0]
  // d + d(d + 1)/2 = 5 numbers an interval; a matrix, an offset and two σ are 8, without σ 6.
  expect(noted(still, 2)).toMatch(/tell 5 numbers, and 8 are free/)
  expect(noted(still, 2, false)).toMatch(/tell 5 numbers, and 6 are free/)
  expect(noted(still, 3)).toBe('')
})

it('a rotation is told by its angle from 90° a gap on, and no relaxation or shear is', () => {
  const turning = (angle: number) => noted([0, -angle, angle, 0, 0, 0], 3)
  expect(turning(1.4)).toBe('')
  expect(turning(2)).toMatch(/turn by up to 11[45]° between two snapshots \(intervals 1, 2\)/)
  expect(noted([-3, 0, 0, -0.5, 0, 0], 3)).toBe('')
  expect(noted([0, 3, 0, 0, 0, 0], 3)).toBe('')
})

it('the fit from snapshot to snapshot is near its floor under the right drift, and far from it under a wrong one', async () => {
  const shifted = [0, 1, 2].map((time) =>
    cloud(
      matrix(
        150,
        2,
        normals(keyFromSeed(10 + time), 300).map((z, e) => 0.4 * z + (e % 2 ? 0 : 2 * time))
      )
    )
  )
  const fitted = (rounds: number) =>
    fitMarginals(
      { times: [0, 1, 2], clouds: shifted },
      { reference: 'linear', rounds, sigma: [0.2], intervals: 'none' },
      { key: keyFromSeed(1) }
    )
  const mean = (fits: readonly { w1: number; floor: number }[]) => fits.reduce((sum, { w1, floor }) => sum + w1 / floor / fits.length, 0)
  // With no round θ stays where it starts, at no drift: particles go nowhere, and the means lie 2 apart.
  const [right, wrong] = [await fitted(15), await fitted(0)]
  expect(mean(right.stepFits)).toBeLessThan(2)
  expect(mean(wrong.stepFits)).toBeGreaterThan(10)
})
