import { expect, it } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'

const key = keyFromSeed(7)

/** Forty particles at each of three times, the second column in moving twice as fast, at these places and in these units. */
function snapshots([u, v]: readonly [number, number], place: number) {
  const times = [0, 1, 2]
  const clouds = times.map((t) => {
    const z = normals(keyFromSeed(80 + t), 80)
    const points = z.map((x, i) => (i % 2 === 0 ? u * (x + t + place) : v * (x + 2 * t)))
    return cloud(matrix(40, 2, points))
  })
  return { times, clouds, columnNames: ['u', 'v'] }
}

// With z = (x − m)/s the law is the same one: A = s A′ s⁻¹ and c = s c′ − A m. Rates, noise, intervals and the drift at a place go with it.
it.each([
  ['far from 0', [1, 1], 1e5],
  ['units 18 decades apart', [1e9, 1e-9], 0]
] as const)('a linear drift is told the same by columns %s', async (_, units, place) => {
  const fitted = async ([u, v]: readonly [number, number], at: number) => {
    const { theta, sigma, intervals } = await fitMarginals(snapshots([u, v], at), { reference: 'linear', rounds: 8 }, { key })
    const rates = [1, v / u, u / v, 1]
    const drift = [theta[4]! + theta[0]! * u * at, theta[5]! + theta[2]! * u * at]
    const widths = intervals.slice(0, 4).map(({ lower, upper }, k) => (upper - lower) * rates[k]!)
    return [...rates.map((unit, k) => theta[k]! * unit), drift[0]! / u, drift[1]! / v, sigma[0]! / u, sigma[1]! / v, ...widths]
  }
  const plain = await fitted([1, 1], 0)
  for (const [k, value] of (await fitted(units, place)).entries()) expect(Math.abs(value / plain[k]! - 1)).toBeLessThan(1e-2)
})
