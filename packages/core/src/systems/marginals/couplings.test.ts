import { expect, it } from 'vitest'
import { matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import { couplingProblem } from './couplings.js'
import { lotkaVolterraFamily } from './lotka-volterra.js'

it('a coupling that starts from that of cells ends where one that knows no cells does', { tags: ['slow'] }, async () => {
  const count = 1100
  const xi = normals(keyFromSeed(2), 4 * count, 0)
  // A tenth stands far apart, where potentials are steep.
  const snapshot = (time: number, k: number) => ({
    time,
    cloud: cloud(
      matrixFromRows(
        Array.from({ length: count }, (_, i) => {
          const wide = i % 10 === 0 ? 0.5 : 0.15
          return [wide * xi[2 * (count * k + i)]! + time, wide * xi[2 * (count * k + i) + 1]!]
        })
      )
    )
  })
  const [from, to] = [snapshot(0, 0), snapshot(0.5, 1)]
  const about = { interval: 0.5, mean: Float64Array.of(1, 1), spread: Float64Array.of(0.3, 0.3) }
  const family = lotkaVolterraFamily({ dimension: 2, columnNames: ['prey', 'predator'], ...about })
  const [theta, sigma] = [Float64Array.of(1, 0.5, 0.5, 0.5), Float64Array.of(0.2, 0.2)]
  const { problem } = couplingProblem({ problem: { family, diffusion: 'proportional' }, theta }, { sigma, from, to })
  const { among, blocks, ...plain } = problem.kernel
  expect([among, blocks]).not.toContain(undefined)
  const options = { tolerance: 1e-5, turns: 2000 }
  const byCells = await scaleRectangular(problem, options)
  const without = await scaleRectangular({ ...problem, kernel: plain }, options)
  expect([byCells.ending, without.ending]).toEqual(['converged', 'converged'])
  // Cells of the kernel itself leave little that is wrong to the turns of all points.
  expect(byCells.errors[0]![1]).toBeLessThan(0.2)
  // Potentials are known up to what one side has more and the other less.
  const shift = byCells.state.to[0]! - without.state.to[0]!
  expect(Math.max(...byCells.state.to.map((g, j) => Math.abs(g - without.state.to[j]! - shift)))).toBeLessThan(1e-2)
})
