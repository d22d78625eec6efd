import { expect, test } from 'vitest'
import { exp } from '../../num/elementary.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'
import { sampleTrajectories, trajectoriesAt } from './sample.js'
import type { Snapshot } from './snapshots.js'

const key = keyFromSeed(5)
const TIMES = [0, 1, 2, 3, 4, 5]

/** Relaxation of rate 1 to a mean that may jump at time 3, from N(0, 1/4): 30 particles a time, none followed. */
function relaxing(means: readonly [number, number]): { times: number[]; clouds: Snapshot['cloud'][] } {
  const z = normals(key, 30 * TIMES.length * TIMES.length)
  let q = 0
  const clouds = TIMES.map((end) =>
    cloud(
      matrix(
        30,
        1,
        Float64Array.from({ length: 30 }, () => {
          let x = 0.5 * z[q++]!
          for (let t = 0; t < end; t++) {
            const mean = t < 3 ? means[0] : means[1]
            x = mean + (x - mean) * exp(-1) + 0.5 * Math.sqrt((1 - exp(-2)) / 2) * z[q++]!
          }
          return x
        })
      )
    )
  )
  return { times: TIMES, clouds }
}

const fitted = (means: readonly [number, number], varying: 'auto' | 'off') =>
  fitMarginals(relaxing(means), { reference: 'linear', intervals: 'none', rounds: 4, varying }, { key })

test('a mean that jumps is found where it jumps, and only one that does', { tags: ['slow'] }, async () => {
  const model = await fitted([1, -2], 'auto')
  const { theta, varying } = model
  expect(varying!.size).toBeGreaterThan(0)
  expect(varying!.knots).toEqual([1, 2, 3, 4])
  // From each snapshot to the next the reference arrives where the particles are, which one with a single mean cannot.
  const missed = (of: typeof model) => of.stepFits.reduce((sum, { w1 }) => sum + w1 / of.stepFits.length, 0)
  expect(missed(model)).toBeLessThan(0.4 * missed(await fitted([1, -2], 'off')))
  // The largest step of the offset is the jump's.
  const steps = [0, 1, 2, 3].map((m) => Math.abs(theta[2 * (m + 1) + 1]!))
  expect(steps.indexOf(Math.max(...steps))).toBe(2)
  const constant = await fitted([1, 1], 'auto')
  expect(constant.varying!.size).toBe(0)
  expect(constant.theta.length).toBe(2)
  const drawn = sampleTrajectories(model, { count: 20, times: [3.5], key })
  expect(trajectoriesAt(drawn, 3.5).data.every(Number.isFinite)).toBe(true)
})
