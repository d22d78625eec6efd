import { expect, it } from 'vitest'
import { completeDrift } from '../../bridge/drift.js'
import { momentLogLikelihood } from '../../bridge/noise-size.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed } from '../../num/random.js'
import { positiveParameter } from './family.js'
import { bestStart } from './starts.js'

/** Turning by ω, or by one whole turn more, takes every point to the same place in a unit of time. */
it('where starts end in several solutions, the likelihood chooses', async () => {
  const [slow, fast] = [1.2, 1.2 + 2 * Math.PI]
  const drift = completeDrift({
    dimension: 2,
    parameterCount: 1,
    value: (x, _t, theta, out) => {
      out[0] = -theta[0]! * x[1]!
      out[1] = theta[0]! * x[0]!
    }
  })
  const family = { name: 'turning', drift, parameters: [positiveParameter('omega', 3)], starts: 8 }
  const points = matrix(2, 2, Float64Array.of(1, 0, 0, 2))
  const [cos, sin] = [Math.cos(slow), Math.sin(slow)]
  const target = {
    interval: [0, 1] as const,
    points,
    targets: matrix(2, 2, Float64Array.of(cos, sin, -2 * sin, 2 * cos)),
    counts: new Float64Array(2).fill(1),
    precisions: { inverseFactors: matrix(1, 3, Float64Array.of(10, 0, 10)), logDeterminants: Float64Array.of(0) }
  }
  const chosen = async (logLikelihood: (theta: Float64Array) => number) =>
    (
      await bestStart(
        { family, key: keyFromSeed(1) },
        { targets: [target], start: Float64Array.of(3), drift, velocities: undefined, logLikelihood },
        {}
      )
    )[0]
  expect(await chosen(([omega]) => -omega!)).toBeCloseTo(slow, 4)
  expect(await chosen(([omega]) => -Math.abs(omega! - fast))).toBeCloseTo(fast, 4)
})

it('the likelihood of moments is that of a Gaussian, at its highest where the covariance is the observed one', () => {
  const evidence = (variance: number) => [
    { observed: Float64Array.of(variance), carried: Float64Array.of(1), unit: Float64Array.of(2), count: 7 }
  ]
  const [sigma, observed] = [1.5, 3]
  const model = 1 + 2 * sigma ** 2
  expect(momentLogLikelihood(evidence(observed), Float64Array.of(sigma))).toBeCloseTo(-3.5 * (Math.log(model) + observed / model), 12)
  const best = momentLogLikelihood(evidence(model), Float64Array.of(sigma))
  for (const other of [1.4, 1.6]) expect(momentLogLikelihood(evidence(model), Float64Array.of(other))).toBeLessThan(best)
})
