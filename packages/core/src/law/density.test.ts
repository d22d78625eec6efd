import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { bridgeDensity, leftOutDensities, logDensityOf } from './bridge-density.js'
import { LevelKernels } from './level-kernel.js'
import { type DensityRows, StepMixture, stepMoments } from './step-mixture.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const LOG_2_PI = Math.log(2 * Math.PI)

/** N(0, s²) by equally spaced rows with its density as weights: sums over them are integrals, exact to rounding. */
function gaussianLine(s: number, spacing = 0.1): { readonly points: Float64Array; readonly weights: Float64Array } {
  const count = 2 * Math.round((8 * s) / spacing) + 1
  const points = Float64Array.from({ length: count }, (_, j) => (j - (count - 1) / 2) * spacing)
  const raw = points.map((x) => Math.exp((-x * x) / (2 * s * s)))
  const sum = raw.reduce((a, b) => a + b, 0)
  return { points, weights: raw.map((w) => w / sum) }
}

const rowsOf = (points: Float64Array, weights: Float64Array, cols = 1): DensityRows => ({
  compared: matrix(weights.length, cols, points),
  numbers: matrix(weights.length, cols, points),
  levels: new Int32Array(0),
  levelCounts: [],
  weights,
  rounding: new Float64Array(cols)
})

const sample = (n: number, d: number, seed: number): DensityRows =>
  rowsOf(normals(keyFromSeed(seed), n * d), new Float64Array(n).fill(1 / n), d)

describe('the density of a scaled kernel', () => {
  it.each([0.1, 0.5, 3])('of a Gaussian is N(0, ε/(1 − c)) with mass ((1 + c)/2)^½ at ε = %d s²', async (ratio) => {
    const s = 1.3
    const epsilon = ratio * s * s
    const { points, weights } = gaussianLine(s)
    const side = cloud(matrix(points.length, 1, points), weights.map(Math.log))
    const density = await bridgeDensity(side, epsilon, { engine })
    const c = Math.sqrt(1 + ratio * ratio) - ratio
    expect(density.logMass).toBeCloseTo(0.5 * Math.log((1 + c) / 2), 6)
    const at = matrix(3, 1, Float64Array.of(0, 0.7, -2.1))
    const pair = { from: cloud(at), to: side, kernel: gaussianKernel(epsilon) }
    const sums = await engine.logSum(pair, density.logTerms)
    const means = await engine.mean(pair, density.logTerms, side.points)
    const variance = epsilon / (1 - c)
    at.data.forEach((x, i) => {
      expect(logDensityOf(density, sums[i]!)).toBeCloseTo(-0.5 * (LOG_2_PI + Math.log(variance) + (x * x) / variance), 6)
      // Tweedie: (m(x) − x)/ε is the score, here −x (1 − c)/ε.
      expect((means.data[i]! - x) / epsilon).toBeCloseTo((-x * (1 - c)) / epsilon, 6)
    })
  })

  it('has the score (m(x) − x)/ε and the integral 1, whatever the rows', async () => {
    const { points, weights } = { points: normals(keyFromSeed(4), 40), weights: new Float64Array(40).fill(1 / 40) }
    const side = cloud(matrix(40, 1, points), weights.map(Math.log))
    const epsilon = 0.05
    const density = await bridgeDensity(side, epsilon, { engine })
    const logAt = async (xs: Float64Array) => {
      const pair = { from: cloud(matrix(xs.length, 1, xs)), to: side, kernel: gaussianKernel(epsilon) }
      return (await engine.logSum(pair, density.logTerms)).map((sum) => logDensityOf(density, sum))
    }
    const grid = Float64Array.from({ length: 4001 }, (_, k) => -8 + k * 0.004)
    const mass = (await logAt(grid)).reduce((sum, x) => sum + Math.exp(x) * 0.004, 0)
    expect(mass).toBeCloseTo(1, 8)
    const x = 0.3
    const mean = await engine.mean(
      { from: cloud(matrix(1, 1, Float64Array.of(x))), to: side, kernel: gaussianKernel(epsilon) },
      density.logTerms,
      side.points
    )
    const [above, below] = await logAt(Float64Array.of(x + 1e-4, x - 1e-4))
    expect((above! - below!) / 2e-4).toBeCloseTo((mean.data[0]! - x) / epsilon, 6)
  })

  it('leaves its own rows out: S without the row’s own term', async () => {
    const n = 30
    const points = normals(keyFromSeed(7), n)
    const side = cloud(matrix(n, 1, points))
    const density = await bridgeDensity(side, 0.2, { engine })
    const out = leftOutDensities(density)
    for (const i of [0, 7, 29]) {
      const others = density.logTerms.map((term, j) => (j === i ? Number.NEGATIVE_INFINITY : term))
      const pair = { from: cloud(matrix(1, 1, points.slice(i, i + 1))), to: side, kernel: gaussianKernel(0.2) }
      const sum = (await engine.logSum(pair, others))[0]!
      expect(out[i]).toBeCloseTo(logDensityOf(density, sum - Math.log(1 - 1 / n)), 6)
    }
  })
})

describe('the density of a covariance step from a random row', () => {
  it.each([0.1, 0.5, 3])('of a Gaussian is the Gaussian at ε = %d s²', async (ratio) => {
    const { points, weights } = gaussianLine(1.3)
    const rows = rowsOf(points, weights)
    const moments = await stepMoments(rows, ratio * 1.69, { engine })
    const mixture = new StepMixture(moments, { prior: 0, smoothing: 5 }, { numbers: [0] })
    const slope = new Float64Array(1)
    for (const x of [0, 0.7, -2.1]) {
      expect(mixture.logAt({ numbers: Float64Array.of(x), levels: [] }, slope)).toBeCloseTo(
        -0.5 * (LOG_2_PI + Math.log(1.69) + (x * x) / 1.69),
        4
      )
      expect(slope[0]).toBeCloseTo(-x / 1.69, 4)
    }
  })

  it('has the integral 1, the slope of its logarithm, and marginals that are integrals', { tags: ['slow'] }, async () => {
    const rows = sample(60, 2, 3)
    const moments = await stepMoments(rows, 0.1, { engine })
    const setting = { prior: 0.5, smoothing: 5 }
    const both = new StepMixture(moments, setting, { numbers: [0, 1] })
    const second = new StepMixture(moments, setting, { numbers: [1] })
    const at = (x: number, y: number) => both.logAt({ numbers: Float64Array.of(x, y), levels: [] })
    const step = 0.03
    let mass = 0
    let line = 0
    for (let x = -7; x <= 7; x += step) {
      line += Math.exp(at(x, 0.4)) * step
      for (let y = -7; y <= 7; y += step) mass += Math.exp(at(x, y)) * step * step
    }
    expect(mass).toBeCloseTo(1, 5)
    expect(second.logAt({ numbers: Float64Array.of(0.4), levels: [] })).toBeCloseTo(Math.log(line), 5)
    const slope = new Float64Array(2)
    both.logAt({ numbers: Float64Array.of(0.2, -0.6), levels: [] }, slope)
    const h = 1e-5
    expect(slope[0]).toBeCloseTo((at(0.2 + h, -0.6) - at(0.2 - h, -0.6)) / (2 * h), 5)
    expect(slope[1]).toBeCloseTo((at(0.2, -0.6 + h) - at(0.2, -0.6 - h)) / (2 * h), 5)
  })

  it.each([
    [40, 0],
    [40, 3],
    [3, 3]
  ])('of one Gaussian left out of %d rows is that of the other rows, shrunk by %d rows', async (n, prior) => {
    const d = 3
    const rows = sample(n, d, 9)
    const own = 1
    const moments = await stepMoments(rows, Number.POSITIVE_INFINITY, { engine })
    const all = { prior, smoothing: Number.POSITIVE_INFINITY }
    const left = new StepMixture(moments, all, { numbers: [0, 1, 2] })
    const others = rows.numbers.data.filter((_, k) => Math.floor(k / d) !== own)
    const without = await stepMoments(rowsOf(others, new Float64Array(n - 1).fill(1 / (n - 1)), d), Number.POSITIVE_INFINITY, { engine })
    const exact = new StepMixture(without, all, { numbers: [0, 1, 2] })
    const numbers = rows.numbers.data.slice(own * d, own * d + d)
    const [slope, slopeWithout] = [new Float64Array(d), new Float64Array(d)]
    expect(left.logAt({ numbers, levels: [], own }, slope)).toBeCloseTo(exact.logAt({ numbers, levels: [] }, slopeWithout), 9)
    slope.forEach((x, a) => {
      expect(x).toBeCloseTo(slopeWithout[a]!, 9)
    })
  })

  it.each([0.02, 0.1, 0.5])(
    'left out is near what a scaling of the other rows gives, without a lean: ε = %d',
    { tags: ['slow'] },
    async (epsilon) => {
      const [n, d] = [120, 2]
      const rows = sample(n, d, 11)
      const setting = { prior: 1, smoothing: 5 }
      const moments = await stepMoments(rows, epsilon, { engine })
      const left = new StepMixture(moments, setting, { numbers: [0, 1] })
      const whole = new StepMixture(moments, setting, { numbers: [0, 1] })
      let [lean, flattered] = [0, 0]
      for (let own = 0; own < n; own += 4) {
        const others = rows.numbers.data.filter((_, k) => Math.floor(k / d) !== own)
        const without = await stepMoments(rowsOf(others, new Float64Array(n - 1).fill(1 / (n - 1)), d), epsilon, { engine })
        const numbers = rows.numbers.data.slice(own * d, own * d + d)
        const exact = new StepMixture(without, setting, { numbers: [0, 1] }).logAt({ numbers, levels: [] })
        lean += (left.logAt({ numbers, levels: [], own }) - exact) / 30
        flattered += (whole.logAt({ numbers, levels: [] }) - exact) / 30
      }
      expect(Math.abs(lean)).toBeLessThan(0.06)
      expect(flattered).toBeGreaterThan(3 * Math.abs(lean))
    }
  )
})

describe('kernels between levels', () => {
  const levels = Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2, 2, 2)
  const rows = { levels, levelCounts: [3], weights: new Float64Array(10).fill(0.1) }
  it.each([1, 5, 1e3, Number.POSITIVE_INFINITY])('are laws, and give levels their shares on average: τ = %d', (smoothing) => {
    const kernels = new LevelKernels(rows, smoothing)
    const p = (level: number, j: number) => Math.exp(kernels.logAt([level], j))
    for (const j of [0, 4, 6]) expect(p(0, j) + p(1, j) + p(2, j)).toBeCloseTo(1, 12)
    for (const [level, share] of [0.4, 0.2, 0.4].entries())
      expect(levels.reduce((sum, _, j) => sum + 0.1 * p(level, j), 0)).toBeCloseTo(share, 12)
    expect(kernels.logAt([-1], 3)).toBe(0)
  })
})
