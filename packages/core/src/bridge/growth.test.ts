import { describe, expect, it } from 'vitest'
import { exp, log, normalQuantile } from '../num/elementary.js'
import { matrixFromRows } from '../num/matrix.js'
import { scaleRectangular } from '../scaling/rectangular.js'
import { cloud } from '../space/cloud.js'
import { conditionalWeights } from './coupling.js'
import { learnGrowth } from './growth.js'

const kernelOf = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  cols: rows[0]!.length,
  fillRow: (i: number, out: Float64Array) => out.set(rows[i]!)
})
const logs = (values: readonly number[]) => Float64Array.from(values, log)

describe('a coupling whose marginals may give way', () => {
  it('of one atom each weighs exp((−c + (1 + ρ) log ab)/(1 + 2ρ))', async () => {
    for (const [a, b, c, price] of [
      [1, 2, 0.7, 0.3],
      [0.4, 3, 2, 5]
    ] as const) {
      const problem = {
        kernel: kernelOf([[-c]]),
        fromLogWeights: logs([a]),
        toLogWeights: logs([b]),
        relaxation: { from: price, to: price }
      }
      const { state } = await scaleRectangular(problem, { tolerance: 1e-14 })
      const mass = exp(state.from[0]! + state.to[0]! - c) * a * b
      expect(mass).toBeCloseTo(exp((-c + (1 + price) * log(a * b)) / (1 + 2 * price)), 12)
    }
  })
  it('shares one target among sources as a k^{1/(1 + ρ)}', async () => {
    const [weights, values, price] = [[0.2, 0.5, 0.3], [-1, -4, -0.5], 2] as const
    const problem = {
      kernel: kernelOf(values.map((v) => [v])),
      fromLogWeights: logs(weights),
      toLogWeights: logs([1]),
      relaxation: { from: price }
    }
    const { state } = await scaleRectangular(problem, { tolerance: 1e-14 })
    const shares = weights.map((a, i) => a * exp(values[i]! / (1 + price)))
    const total = shares.reduce((sum, x) => sum + x, 0)
    weights.forEach((a, i) => {
      expect(a * exp(state.from[i]! + values[i]! + state.to[0]!)).toBeCloseTo(shares[i]! / total, 12)
      expect(a * exp(-state.from[i]! / price)).toBeCloseTo(shares[i]! / total, 12)
    })
  })
  it('of two Gaussians has the potentials of their quadratic recursion, masses 1 and 2', async () => {
    const [price, noise] = [1.5, 0.3]
    const [from, to] = [
      { mean: -0.3, variance: 0.5, mass: 1 },
      { mean: 0.6, variance: 0.8, mass: 2 }
    ]
    const grid = Float64Array.from({ length: 181 }, (_, i) => -7 + (14 * i) / 180)
    const density = ({ mean, variance, mass }: typeof from) =>
      grid.map((x) => log((mass * (14 / 180)) / Math.sqrt(2 * Math.PI * variance)) - (x - mean) ** 2 / (2 * variance))
    const rows = Array.from(grid, (x) => Array.from(grid, (y) => -((x - y) ** 2) / (2 * noise)))
    const problem = { kernel: kernelOf(rows), fromLogWeights: density(from), toLogWeights: density(to), relaxation: { from: price } }
    const { state } = await scaleRectangular(problem, { tolerance: 1e-13, turns: 3000 })
    // A potential is −q x²/2 + l x + c; minus the logarithm of its integral against a Gaussian and the kernel is one again.
    const integrated = (p: readonly number[], { mean, variance, mass }: typeof from): number[] => {
      const [q, l, c] = p as [number, number, number]
      const precision = q + 1 / variance + 1 / noise
      const slope = l + mean / variance
      return [
        -(1 / noise - 1 / (noise * noise * precision)),
        -slope / (noise * precision),
        -(c + Math.log(mass / Math.sqrt(variance * precision)) - (mean * mean) / (2 * variance) + (slope * slope) / (2 * precision))
      ]
    }
    let [f, g] = [
      [0, 0, 0],
      [0, 0, 0]
    ] as [number[], number[]]
    for (let turn = 0; turn < 500; turn++) {
      f = integrated(g, to).map((x) => (x * price) / (1 + price))
      g = integrated(f, from)
    }
    for (const i of [60, 90, 120])
      for (const [potential, known] of [
        [state.from, f],
        [state.to, g]
      ] as const)
        expect(potential[i]!).toBeCloseTo((-known[0]! * grid[i]! ** 2) / 2 + known[1]! * grid[i]! + known[2]!, 9)
  })
})

describe('growth between two snapshots', () => {
  const line = (values: readonly number[]) => cloud(matrixFromRows(values.map((x) => [x])))
  const problem = {
    from: line([-1.1, -1, -0.9, 0.9, 1, 1.1]),
    to: line([-1.05, -0.95, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2]),
    variances: Float64Array.of(0.02)
  }
  it('is told from motion: where two of three stayed, four of five are now', async () => {
    const { logOffspring, coupling } = await learnGrowth({ ...problem, price: 1 })
    for (const i of [0, 1, 2]) expect(exp(logOffspring[i]!)).toBeCloseTo(0.4, 1)
    for (const i of [3, 4, 5]) expect(exp(logOffspring[i]!)).toBeCloseTo(1.6, 1)
    const mean = logOffspring.reduce((sum, g) => sum + exp(g) / 6, 0)
    expect(mean).toBeCloseTo(1, 12)
    expect(coupling.problem.fromLogWeights).toEqual(logOffspring.map((g) => g - log(6)))
    // What all share is drift, however far: particles in front had all offspring.
    const moved = await learnGrowth({ ...problem, to: line(Array.from(problem.to.points.data, (x) => x + 50)), price: 1 })
    moved.logOffspring.forEach((g, i) => {
      expect(g).toBeCloseTo(logOffspring[i]!, 6)
    })
  })
  it.each([
    [24, true, 0.5],
    [30, true, 0.5],
    [30, false, 3.5]
  ])(
    'is not what a stem that parts is taken for: %i of 40 arrive above, and about as many went there (noise learned: %s)',
    async (above, learnsNoise, most) => {
      const around = (count: number, mean: number, deviation: number) =>
        Array.from({ length: count }, (_, i) => mean + deviation * normalQuantile((i + 0.5) / count))
      const to = line([...around(above, 1, 0.08), ...around(40 - above, -1, 0.08)])
      const { coupling } = await learnGrowth({
        from: line(around(40, 0, 0.15)),
        to,
        variances: Float64Array.of(0.001),
        learnsNoise,
        price: 1
      })
      const weights = new Float64Array(40)
      let went = 0
      for (let i = 0; i < 40; i++) {
        conditionalWeights(coupling, i, weights)
        for (let j = 0; j < above; j++) went += weights[j]!
      }
      expect(Math.abs(went - above)).toBeLessThan(most)
    }
  )
  it('leaves open where neighbours of a stem go: as noise, where none is known', async () => {
    const around = (count: number, mean: number, deviation: number) =>
      Array.from({ length: count }, (_, i) => mean + deviation * normalQuantile((i + 0.5) / count))
    const parting = { from: line(around(40, 0, 0.15)), to: line([...around(20, 1, 0.08), ...around(20, -1, 0.08)]), price: 1 }
    const variances = Float64Array.of(0.001)
    const upward = async (learnsNoise: boolean, i: number) => {
      const { coupling, variances: noise } = await learnGrowth({ ...parting, variances, learnsNoise })
      const weights = new Float64Array(40)
      conditionalWeights(coupling, i, weights)
      return { share: weights.slice(0, 20).reduce((sum, w) => sum + w, 0), noise: noise[0]! }
    }
    // The particle next to the middle, and the one farthest up.
    const [known, learned, far] = [await upward(false, 20), await upward(true, 20), await upward(true, 39)]
    expect(known.noise).toBe(0.001)
    expect(known.share).toBeGreaterThan(0.999)
    expect(learned.noise).toBeGreaterThan(0.001)
    expect(learned.share).toBeLessThan(0.95)
    expect(learned.share).toBeGreaterThan(0.5)
    expect(far.share).toBeGreaterThan(0.999)
  })
  it('is none at an infinite price, and what was expected at an infinite price of differing from it', async () => {
    const none = await learnGrowth({ ...problem, price: Number.POSITIVE_INFINITY })
    for (const g of none.logOffspring) expect(g).toBeCloseTo(0, 12)
    const expected = Float64Array.of(0, 0, 0, log(3), log(3), log(3))
    const known = await learnGrowth({ ...problem, expected, price: Number.POSITIVE_INFINITY })
    known.logOffspring.forEach((g, i) => {
      expect(exp(g)).toBeCloseTo(i < 3 ? 0.5 : 1.5, 12)
    })
  })
})
