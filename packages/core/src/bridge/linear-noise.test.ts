import { describe, expect, it } from 'vitest'
import { matrixFromRows } from '../num/matrix.js'
import { cellFlow } from './cell-flow.js'
import { completeDrift, type Drift, workingDrift } from './drift.js'
import { type Flow, linearNoiseFlow } from './linear-noise.js'
import { linearStep } from './linear-step.js'
import { estimateSigma } from './noise-size.js'
import { unitTransitions } from './reference-transitions.js'

const A = [
  [-0.8, 1.5],
  [-1.1, 0.1]
]
const linear: Drift = completeDrift({
  dimension: 2,
  parameterCount: 2,
  value: (x, _t, theta, out) => {
    out[0] = A[0]![0]! * x[0]! + A[0]![1]! * x[1]! + theta[0]!
    out[1] = A[1]![0]! * x[0]! + A[1]![1]! * x[1]! + theta[1]!
  }
})
const points = matrixFromRows([
  [1, 2],
  [-0.5, 0.3]
])
const theta = Float64Array.of(0.4, -0.2)

describe('transitions', () => {
  it('the linear-noise approximation is exact for a linear drift', () => {
    const flow = linearNoiseFlow(
      { drift: linear, theta, points, interval: [0.5, 2.2] },
      { covariance: true },
      { relative: 1e-9, absolute: 1e-12 }
    )
    const closed = unitTransitions(
      { drift: { ...linear, linear: () => ({ matrix: matrixFromRows(A), offset: theta }) }, theta, sigma: Float64Array.of(1, 1) },
      points,
      [0.5, 2.2]
    )
    flow.means.data.forEach((x, k) => {
      expect(x).toBeCloseTo(closed.means.data[k]!, 7)
    })
    for (let i = 0; i < 2; i++)
      for (let k = 0; k < 6; k++) expect(flow.unitCovariances!.data[i * 6 + k]).toBeCloseTo(closed.unitCovariances.data[k]!, 7)
  })
  it('the closed form in one dimension, also over many relaxation times', () => {
    for (const h of [0.1, 1, 60]) {
      const step = linearStep({ matrix: matrixFromRows([[-2]]), offset: Float64Array.of(3) }, h)
      expect(step.propagator.data[0]! / Math.exp(-2 * h)).toBeCloseTo(1, 9)
      expect(step.offset[0]).toBeCloseTo((1 - Math.exp(-2 * h)) * 1.5, 11)
      expect(step.unitCovariances[0]!.data[0]).toBeCloseTo((1 - Math.exp(-4 * h)) / 4, 11)
    }
  })
  it('sensitivities are the derivatives of the flow, by both ways of computing them', () => {
    const curved = completeDrift({
      dimension: 2,
      parameterCount: 3,
      value: (x, t, th, out) => {
        out[0] = th[0]! * x[1]! - x[0]! ** 3 / 3
        out[1] = -th[1]! * x[0]! + Math.sin(th[2]! * t)
      }
    })
    const at = Float64Array.of(1.1, 0.7, 0.9)
    const flow = (th: Float64Array): Float64Array =>
      linearNoiseFlow({ drift: curved, theta: th, points, interval: [0, 1.5] }, {}, { relative: 1e-10, absolute: 1e-12 }).means.data
    const problem = { drift: curved, theta: at, points, interval: [0, 1.5] as const }
    const carried = linearNoiseFlow(problem, { sensitivity: true }, { relative: 1e-9, absolute: 1e-12 }).sensitivities!
    const { sensitivities: stepped, unitCovariances } = cellFlow(problem, { sensitivity: true, covariance: true }) as Required<Flow>
    const exact = linearNoiseFlow(problem, { covariance: true }, { relative: 1e-9, absolute: 1e-12 }).unitCovariances!
    exact.data.forEach((x, e) => {
      expect(unitCovariances.data[e]).toBeCloseTo(x, 3)
    })
    for (let k = 0; k < 3; k++) {
      const high = at.slice()
      const low = at.slice()
      high[k] = high[k]! + 1e-5
      low[k] = low[k]! - 1e-5
      const [up, down] = [flow(high), flow(low)]
      for (let e = 0; e < 4; e++) {
        const truth = (up[e]! - down[e]!) / 2e-5
        expect(carried.data[e * 3 + k]).toBeCloseTo(truth, 6)
        expect(stepped.data[e * 3 + k]).toBeCloseTo(truth, 3)
      }
    }
  })
  it('geometric Brownian motion in working coordinates: log X drifts by −σ²/2, its Jacobian is right', () => {
    const growth = completeDrift({
      dimension: 1,
      parameterCount: 1,
      value: (x, _t, th, out) => void out.fill(th[0]! * x[0]! - x[0]! ** 2)
    })
    const working = workingDrift({ drift: growth, diffusion: 'proportional', sigma: Float64Array.of(0.4) })
    const out = new Float64Array(1)
    const z = (x: number): Float64Array => Float64Array.of(Math.log(x))
    working.value(z(0.3), 0, Float64Array.of(2), out)
    expect(out[0]).toBeCloseTo(2 - 0.3 - 0.08, 12)
    working.jacobian(z(0.3), 0, Float64Array.of(2), out)
    expect(out[0]).toBeCloseTo(-0.3, 7)
  })
  it('names the particle and the parameters of a drift that explodes or is stiff', () => {
    const explode = completeDrift({ dimension: 1, parameterCount: 1, value: (x, _t, th, out) => void out.fill(th[0]! * x[0]! ** 2) })
    const run = (drift: Drift, start: number[][]): unknown =>
      linearNoiseFlow({ drift, theta: Float64Array.of(7), points: matrixFromRows(start), interval: [0, 1] })
    expect(() => run(explode, [[0.01], [3]])).toThrow(/from particle 1, with parameters \(7\)/)
    const stiff = completeDrift({ dimension: 1, parameterCount: 1, value: (x, t, _th, out) => void out.fill(-1e7 * (x[0]! - t)) })
    expect(() => run(stiff, [[1]])).toThrow(/steps used up/)
  })
  it('σ from second moments is exact when they are', () => {
    const unit = Float64Array.of(1, 0.2, 0.1, 0.3, -0.1, 2)
    const carried = Float64Array.of(0.5, 0.1, 0.8)
    const observed = carried.map((x, k) => x + 0.09 * unit[k]! + 0.49 * unit[3 + k]!)
    const sigma = estimateSigma([{ observed, carried, unit, count: 100 }], Float64Array.of(1, 1), Float64Array.of(1e-6, 1e-6))
    expect(sigma[0]).toBeCloseTo(0.3, 3)
    expect(sigma[1]).toBeCloseTo(0.7, 3)
  })
})
