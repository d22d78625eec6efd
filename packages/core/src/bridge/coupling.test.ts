import { describe, expect, it } from 'vitest'
import { normalisedWeights, normaliseLogWeights } from '../num/log-space.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { scaleRectangular } from '../scaling/rectangular.js'
import { cloud } from '../space/cloud.js'
import { conditionalWeights, drawEvenly, drawPartners, indexAt } from './coupling.js'
import { densityKernel } from './transition.js'

const weighted = (n: number, seed: number) =>
  cloud(
    matrix(n, 2, normals(keyFromSeed(seed), 2 * n)),
    normaliseLogWeights(uniforms(keyFromSeed(seed + 50), n).map((u) => Math.log(0.2 + u)))
  )

describe('stratified draws', () => {
  it('each particle comes ⌊N a_i⌋ or ⌈N a_i⌉ times', () => {
    const from = weighted(70, 1)
    const weights = normalisedWeights(from.logWeights)
    for (const [count, u] of [
      [25, 0.1],
      [70, 0.73],
      [1000, 0.999]
    ] as const) {
      const counts = new Float64Array(70)
      for (const i of drawEvenly(from, count, u)) counts[i] = counts[i]! + 1
      const off = counts.filter((c, i) => c < Math.floor(count * weights[i]! + 1e-9) || c > Math.ceil(count * weights[i]! - 1e-9))
      expect(off).toHaveLength(0)
    }
  })

  const [from, to] = [weighted(60, 1), weighted(80, 2)]
  const coupled = async () => {
    const problem = {
      kernel: densityKernel({ means: from.points, covariances: matrix(1, 3, Float64Array.of(0.05, 0, 0.05)) }, to.points),
      fromLogWeights: from.logWeights,
      toLogWeights: to.logWeights
    }
    return { problem, potentials: (await scaleRectangular(problem)).state }
  }
  const count = 320
  const sources = drawEvenly(from, count, 0.4)
  const draw = (coupling: Awaited<ReturnType<typeof coupled>>, u: number) =>
    drawPartners(coupling, { sources, from: from.points, to: to.points, u })

  it('every path draws from π(·|source): the share of offsets that lead to a partner is its probability', async () => {
    const coupling = await coupled()
    const [path, repeats] = [137, 500]
    const seen = new Float64Array(80)
    for (let r = 0; r < repeats; r++) {
      const j = draw(coupling, (r + 0.5) / repeats)[path]!
      seen[j] = seen[j]! + 1 / repeats
    }
    const law = new Float64Array(80)
    conditionalWeights(coupling, sources[path]!, law)
    // Offsets on a grid: the share of each partner is its probability to one grid step at both ends.
    expect(Math.max(...law)).toBeGreaterThan(0.05)
    law.forEach((p, j) => {
      expect(Math.abs(seen[j]! - p)).toBeLessThan(2.5 / repeats)
    })
  })
  it('they reproduce the later snapshot better than independent draws, in squared error', async () => {
    const coupling = await coupled()
    const weights = normalisedWeights(to.logWeights)
    const squaredError = (partners: ArrayLike<number>): number => {
      const counts = new Float64Array(80)
      for (const j of Array.from(partners)) counts[j] = counts[j]! + 1
      return counts.reduce((sum, c, j) => sum + (c - count * weights[j]!) ** 2, 0)
    }
    const row = new Float64Array(80)
    let [stratified, independent] = [0, 0]
    for (let r = 0; r < 20; r++) {
      const u = uniforms(keyFromSeed(100 + r), count + 1)
      stratified += squaredError(draw(coupling, u[count]!))
      independent += squaredError(
        Array.from(sources, (source, p) => {
          conditionalWeights(coupling, source, row)
          return indexAt(row, u[p]!)
        })
      )
    }
    expect(stratified).toBeLessThan(0.6 * independent)
  })
})
