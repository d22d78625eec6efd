import { describe, expect, it } from 'vitest'
import { densityKernel } from '../bridge/transition.js'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { normaliseLogWeights, uniformLogWeights } from '../num/log-space.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import type { Potentials } from './annealed.js'
import { scaleOnEngine } from './on-engine.js'
import type { RectangularProblem } from './problem.js'
import { scaleRectangular } from './rectangular.js'
import type { RowKernel } from './row-kernel.js'
import { cutFor, extendPotential, Turns } from './turns.js'

const points = (n: number, d: number, seed: number): Matrix => matrix(n, d, normals(keyFromSeed(seed), n * d))
const weights = (n: number, seed: number): Float64Array => normaliseLogWeights(uniforms(keyFromSeed(seed), n).map(Math.log))
const shared = (variance: number, d: number): Matrix => {
  const packed = new Float64Array((d * (d + 1)) / 2)
  for (let a = 0; a < d; a++) packed[(a * (a + 1)) / 2 + a] = variance
  return matrix(1, packed.length, packed)
}
const problemOf = (n: number, m: number, variance: number): RectangularProblem => ({
  kernel: densityKernel({ means: points(n, 2, 1), covariances: shared(variance, 2) }, points(m, 2, 2)),
  fromLogWeights: weights(n, 3),
  toLogWeights: weights(m, 4)
})

function marginals({ kernel, fromLogWeights: a, toLogWeights: b }: RectangularProblem, f: Float64Array, g: Float64Array): number {
  const rows = new Float64Array(kernel.rows)
  const cols = new Float64Array(kernel.cols)
  const row = new Float64Array(kernel.cols)
  for (let i = 0; i < kernel.rows; i++) {
    kernel.fillRow(i, row)
    row.forEach((k, j) => {
      const p = Math.exp(f[i]! + a[i]! + k + g[j]! + b[j]!)
      rows[i] = rows[i]! + p
      cols[j] = cols[j]! + p
    })
  }
  return Math.max(...rows.map((p, i) => Math.abs(p / Math.exp(a[i]!) - 1)), ...cols.map((p, j) => Math.abs(p / Math.exp(b[j]!) - 1)))
}

describe('rectangular scaling', () => {
  it('has both marginals, for unequal counts and weights, from blurred to sharp kernels', async () => {
    for (const [n, m, variance] of [
      [30, 45, 1],
      [45, 30, 0.1],
      [40, 40, 0.02]
    ] as const) {
      const problem = problemOf(n, m, variance)
      const outcome = await scaleRectangular(problem, { tolerance: 1e-9, turns: 5000 })
      expect(outcome.ending).toBe('converged')
      expect(marginals(problem, outcome.state.from, outcome.state.to)).toBeLessThan(1e-7)
    }
  })
  it('of more pairs than are kept, cells tell where turns lead: the same potentials in a fifth of the turns', async () => {
    const problem = problemOf(400, 300, 0.02)
    const start = () => ({ from: new Float64Array(400).fill(Number.NaN), to: new Float64Array(300) })
    const run = (most: number) => {
      const turns = new Turns(problem, cutFor(problem, 1e-4), most)
      let state: Potentials = start()
      for (let turn = 1; ; turn++) {
        const { from, to, error, further } = turns.turn(state, {})
        if (error < 1e-4) return { turn, to }
        state = { from, to: further ?? to }
      }
    }
    const [kept, whole] = [run(1e7), run(0)]
    expect(5 * whole.turn).toBeLessThan(kept.turn)
    const level = whole.to[0]! - kept.to[0]!
    whole.to.forEach((g, j) => {
      expect(Math.abs(g - kept.to[j]! - level)).toBeLessThan(0.05)
    })
  })
  it('leaves out blocks without weight, and nothing else', { tags: ['slow'] }, async () => {
    for (const d of [2, 3, 4]) {
      const kernel = densityKernel({ means: points(300, d, 1), covariances: shared(0.05, d) }, points(333, d, 2))
      const { blocks } = kernel
      const row = new Float64Array(333)
      const placed = new Float64Array(333)
      const bounds = blocks!.bounds(new Float64Array(333), blocks!.size)
      let [skippable, wrong] = [0, 0]
      for (let i = 0; i < 300; i += 13) {
        kernel.fillRow(i, row)
        blocks!.fill(i, 0, 333, placed)
        blocks!.order.forEach((j, place) => {
          const bound = bounds(i, Math.floor(place / blocks!.size))
          if (placed[place] !== row[j] || !(row[j]! <= bound)) wrong++
          if (bound < -40) skippable++
        })
      }
      expect(wrong).toBe(0)
      expect(skippable).toBeGreaterThan(500)
      const problem = { kernel, fromLogWeights: weights(300, 3), toLogWeights: weights(333, 4) }
      const whole = { ...problem, kernel: { rows: kernel.rows, cols: kernel.cols, fillRow: kernel.fillRow } }
      const [a, b] = [await scaleRectangular(problem, { turns: 30 }), await scaleRectangular(whole, { turns: 30 })]
      expect(Math.max(...a.state.to.map((g, j) => Math.abs(g - b.state.to[j]!)))).toBeLessThan(1e-6)
    }
  })
  it('two points each: the closed form √(k00 k11 / (k01 k10)) of the odds', async () => {
    const logs = [
      [-0.3, -1.1],
      [-2.2, -0.4]
    ]
    const kernel: RowKernel = { rows: 2, cols: 2, fillRow: (i, out) => void out.set(logs[i]!) }
    const problem = { kernel, fromLogWeights: uniformLogWeights(2), toLogWeights: uniformLogWeights(2) }
    const { state } = await scaleRectangular(problem, { tolerance: 1e-13 })
    const p00 = Math.exp(state.from[0]! + logs[0]![0]! + state.to[0]! - 2 * Math.log(2))
    const odds = Math.exp((logs[0]![0]! + logs[1]![1]! - logs[0]![1]! - logs[1]![0]!) / 2)
    expect(p00).toBeCloseTo((0.5 * odds) / (1 + odds), 12)
  })
  it('agrees with the same scaling on an engine', async () => {
    const [from, to] = [cloud(points(25, 2, 1), weights(25, 3)), cloud(points(35, 2, 2), weights(35, 4))]
    const variance = 0.3
    const onEngine = await scaleOnEngine({ from, to, kernel: gaussianKernel(variance / 2) }, new ReferenceEngine(), { tolerance: 1e-11 })
    const own = await scaleRectangular(problemOf(25, 35, variance), { tolerance: 1e-11 })
    const constant = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]! - (a[0]! - b[0]!))))
    expect(constant(own.state.to, onEngine.state.to)).toBeLessThan(1e-8)
    expect(constant(own.state.from, onEngine.state.from)).toBeLessThan(1e-8)
  })
  it('anneals from as hot as the spread asks for: on a line, at the distance between neighbours', { tags: ['slow'] }, async () => {
    const line = (seed: number): ReturnType<typeof cloud> => cloud(points(60, 1, seed))
    const [from, to] = [line(1), line(2)]
    const variance = 2.5e-4
    const kernel = densityKernel({ means: from.points, covariances: shared(variance, 1) }, to.points)
    const stages: number[] = []
    const options = { tolerance: 1e-4, turns: 400, onTemperature: (temperature: number) => void stages.push(temperature) }
    const own = await scaleRectangular({ kernel, fromLogWeights: from.logWeights, toLogWeights: to.logWeights }, options)
    const onEngine = await scaleOnEngine({ from, to, kernel: gaussianKernel(variance / 2) }, new ReferenceEngine(), options)
    expect([own.ending, onEngine.ending]).toEqual(['converged', 'converged'])
    const ladder = stages.slice(0, stages.length / 2)
    expect(ladder[0]).toBeGreaterThanOrEqual(64)
    expect(ladder.at(-1)).toBe(4)
    ladder.slice(1).forEach((temperature, k) => {
      expect(ladder[k]! / temperature).toBe(4)
    })
    expect(stages.slice(ladder.length)).toEqual(ladder)
    // From nothing the same engine is nowhere after as many turns.
    const cold = { from: new Float64Array(60), to: new Float64Array(60) }
    const unwarmed = await scaleOnEngine({ from, to, kernel: gaussianKernel(variance / 2) }, new ReferenceEngine(), {
      ...options,
      start: cold
    })
    expect(unwarmed.ending).not.toBe('converged')
  })
  it('a start at the solution converges at once, also when extended from a part', async () => {
    const problem = problemOf(30, 45, 0.2)
    const { state } = await scaleRectangular(problem, { tolerance: 1e-10 })
    expect((await scaleRectangular(problem, { tolerance: 1e-6, start: state })).turns).toBe(1)
    const extended = extendPotential(problem, state.from)
    expect(Math.max(...extended.map((g, j) => Math.abs(g - state.to[j]!)))).toBeLessThan(1e-8)
  })
  it('says when it has not converged, names points without a partner, and can be stopped', async () => {
    const sharp = problemOf(60, 60, 1e-5)
    const outcome = await scaleRectangular(sharp, { turns: 3, tolerance: 1e-12 })
    expect(outcome.ending).toBe('turns-used')
    expect(outcome.state.to.every(Number.isFinite)).toBe(true)
    const alone: RowKernel = { rows: 2, cols: 2, fillRow: (i, out) => void out.fill(i === 0 ? Number.NEGATIVE_INFINITY : 0) }
    const problem = { kernel: alone, fromLogWeights: uniformLogWeights(2), toLogWeights: uniformLogWeights(2) }
    await expect(scaleRectangular(problem)).rejects.toThrow(/point 0 of the earlier snapshot/)
    await expect(scaleRectangular({ ...problem, toLogWeights: uniformLogWeights(3) })).rejects.toThrow(/2 and 3 weights/)
    await expect(scaleRectangular(sharp, { stop: { aborted: true } })).rejects.toThrow(/stop request/)
  })
})
