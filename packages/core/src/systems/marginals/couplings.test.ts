import { expect, it } from 'vitest'
import { matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import { couplingProblem, startByLevels } from './couplings.js'
import { lotkaVolterraFamily } from './lotka-volterra.js'

it('a coupling that starts from that of a quarter of the particles takes fewer turns, to the same end', async () => {
  const xi = normals(keyFromSeed(2), 1600, 0)
  const snapshot = (time: number, k: number) => ({
    time,
    cloud: cloud(matrixFromRows(Array.from({ length: 400 }, (_, i) => [0.3 * xi[800 * k + 2 * i]! + time, 0.3 * xi[800 * k + 2 * i + 1]!])))
  })
  const [from, to] = [snapshot(0, 0), snapshot(0.5, 1)]
  const about = { interval: 0.5, mean: Float64Array.of(1, 1), spread: Float64Array.of(0.3, 0.3) }
  const family = lotkaVolterraFamily({ dimension: 2, columnNames: ['prey', 'predator'], ...about })
  const at = { family, diffusion: 'proportional' as const, theta: Float64Array.of(1, 0.5, 0.5, 0.5), sigma: Float64Array.of(0.2, 0.2) }
  const { problem } = couplingProblem({ problem: at, theta: at.theta }, { sigma: at.sigma, from, to })
  const cold = await scaleRectangular(problem, {
    tolerance: 1e-6,
    start: { from: new Float64Array(400).fill(Number.NaN), to: new Float64Array(400) }
  })
  const start = await startByLevels({ ...at, widen: false, from, to, stage: 'coupling' }, undefined)
  const warm = await scaleRectangular(problem, { tolerance: 1e-6, start, accelerated: Number.POSITIVE_INFINITY })
  expect([cold.ending, warm.ending]).toEqual(['converged', 'converged'])
  expect(warm.turns).toBeLessThan(cold.turns)
  // Potentials are known up to what one side has more and the other less.
  const shift = warm.state.to[0]! - cold.state.to[0]!
  for (const [j, g] of warm.state.to.entries()) expect(g - cold.state.to[j]!).toBeCloseTo(shift, 3)
})
