import { expect, it } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'

const key = keyFromSeed(5)

/** Forty particles at each of three times, the second column in moving twice as fast, in these units. */
function snapshots(units: readonly [number, number]) {
  const times = [0, 1, 2]
  const clouds = times.map((t) => {
    const z = normals(keyFromSeed(60 + t), 80)
    return cloud(
      matrix(
        40,
        2,
        z.map((v, i) => (i % 2 === 0 ? units[0] * (v + t) : units[1] * (v + 2 * t)))
      )
    )
  })
  return { times, clouds, columnNames: ['u', 'v'] }
}

// A ridge in the steps, and the end of the rounds, were of the largest of all units: in units of 1e9 both offsets were nought, the rates
// 2.4 times too large; with u in millionths c[u] was nought, and the rounds ended as settled.
it.each([
  ['small and large', [1e-6, 1e3]],
  ['one of a million', [1e6, 1]],
  ['both of 1e9', [1e9, 1e9]]
] as const)('a linear drift goes with the units of its columns: %s', async (_, units) => {
  const fitted = async (units: readonly [number, number]) => {
    const { theta, sigma } = await fitMarginals(snapshots(units), { reference: 'linear', intervals: 'none', rounds: 8 }, { key })
    const [u, v] = units
    return [1, v / u, u / v, 1, 1 / u, 1 / v].map((unit, k) => theta[k]! * unit).concat([sigma[0]! / u, sigma[1]! / v])
  }
  const plain = await fitted([1, 1])
  // Flows are solved to 1e-5.
  for (const [k, value] of (await fitted(units)).entries()) expect(Math.abs(value - plain[k]!)).toBeLessThan(1e-2)
  expect(plain[5]!).toBeGreaterThan(1)
})
