import { describe, expect, it } from 'vitest'
import { matrixFromRows } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { completeDrift, type Drift } from './drift.js'
import { GuidedBridge, planBridge } from './guided-bridge.js'

/** Mean and covariance of many bridges at their inner times. */
function moments(drift: Drift, sigma: number[], ends: [number[], number[]], times: number[], count: number) {
  const reference = { drift, theta: new Float64Array(drift.parameterCount), sigma: Float64Array.from(sigma) }
  const plan = planBridge(reference, [0, 1.5], times, Float64Array.from(ends[0]))
  const bridge = new GuidedBridge(plan)
  const d = sigma.length
  const out = new Float64Array(times.length * d)
  const sum = new Float64Array(times.length * d)
  const square = new Float64Array(times.length * d)
  let settled = true
  for (let k = 0; k < count; k++) {
    settled =
      bridge.draw(Float64Array.from(ends[0]), Float64Array.from(ends[1]), normals(keyFromSeed(3), plan.normalCount, k), out) && settled
    out.forEach((x, e) => {
      sum[e] = sum[e]! + x / count
      square[e] = square[e]! + (x * x) / count
    })
  }
  return { mean: sum, variance: square.map((s, e) => s - sum[e]! ** 2), settled }
}

const zero: Drift = {
  dimension: 1,
  parameterCount: 0,
  value: (_x, _t, _th, out) => void out.fill(0),
  jacobian: (_x, _t, _th, out) => void out.fill(0),
  gradient: () => {},
  linear: () => ({ matrix: matrixFromRows([[0]]), offset: new Float64Array(1) })
}
const pull = (rate: number, closed: boolean): Drift =>
  completeDrift({
    dimension: 1,
    parameterCount: 0,
    value: (x, _t, _th, out) => void out.fill(-rate * x[0]!),
    ...(closed && { linear: () => ({ matrix: matrixFromRows([[-rate]]), offset: new Float64Array(1) }) })
  })

describe('guided bridges', () => {
  const times = [0.2, 0.5, 0.75, 1, 1.4]
  it('Brownian: mean on the line, variance σ² t (T − t)/T (five standard errors)', () => {
    const count = 4000
    const { mean, variance } = moments(zero, [0.7], [[1], [-2]], times, count)
    times.forEach((t, k) => {
      const truth = (0.49 * t * (1.5 - t)) / 1.5
      expect(Math.abs(mean[k]! - (1 - (3 * t) / 1.5))).toBeLessThan(5 * Math.sqrt(truth / count))
      expect(Math.abs(variance[k]! / truth - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
    })
  })
  it('Ornstein–Uhlenbeck: the closed form, whether the drift is known to be linear or not', () => {
    const rate = 1.3
    const count = 3000
    for (const closed of [true, false]) {
      const { mean, variance, settled } = moments(pull(rate, closed), [0.5], [[1], [0.8]], times, count)
      expect(settled).toBe(true)
      times.forEach((t, k) => {
        const s = (u: number): number => Math.sinh(rate * u)
        const centre = (s(1.5 - t) * 1 + s(t) * 0.8) / s(1.5)
        const spread = (0.25 / rate) * ((s(t) * s(1.5 - t)) / s(1.5))
        expect(Math.abs(mean[k]! - centre)).toBeLessThan(5 * Math.sqrt(spread / count) + 1e-4)
        expect(Math.abs(variance[k]! / spread - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
      })
    }
  })
  it('relinearises: a bridge against a strong rotation settles on a path that obeys the drift', () => {
    const turn = completeDrift({
      dimension: 2,
      parameterCount: 0,
      value: (x, _t, _th, out) => {
        const speed = 1.2 * (1 + 0.3 * (x[0]! * x[0]! + x[1]! * x[1]!))
        out[0] = -speed * x[1]!
        out[1] = speed * x[0]!
      }
    })
    const { settled, mean } = moments(
      turn,
      [0.05, 0.05],
      [
        [1, 0],
        [Math.cos(2.34), Math.sin(2.34)]
      ],
      [0.75],
      40
    )
    expect(settled).toBe(true)
    expect(Math.hypot(mean[0]! - Math.cos(1.17), mean[1]! - Math.sin(1.17))).toBeLessThan(0.05)
  })
  it('names a drift that cannot be followed', () => {
    const explode = completeDrift({ dimension: 1, parameterCount: 0, value: (x, _t, _th, out) => void out.fill(x[0]! ** 3) })
    expect(() => moments(explode, [0.1], [[5], [6]], [0.5], 1)).toThrow(/leaves every bound/)
  })
})
