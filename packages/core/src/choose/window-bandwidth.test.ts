import { describe, expect, it } from 'vitest'
import { drawWindow } from '../draw/window-chain.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { coordinateEvidence } from '../know/evidence.js'
import { lawAt } from '../law/target-law.js'
import { fitWindow, type WindowBandwidth, type WindowRows, windowLaw } from '../law/window.js'
import { uniformLogWeights } from '../num/log-space.js'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { chooseWindowBandwidth, variancePerTarget } from './window-bandwidth.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

/** y = 0.8 g + 0.6 ξ, g standard normal: y | g is N(0.8 g, 0.36). */
function gaussianRows(count: number, seed: number): WindowRows {
  const key = keyFromSeed(seed)
  const g = normals(keyFor(key, 'g'), count)
  const xi = normals(keyFor(key, 'xi'), count)
  return {
    targets: matrix(
      count,
      1,
      g.map((x, i) => 0.8 * x + 0.6 * xi[i]!)
    ),
    givens: matrix(count, 1, g),
    logWeights: uniformLogWeights(count)
  }
}

async function lawFor(rows: WindowRows, bandwidth: WindowBandwidth) {
  return windowLaw(rows, bandwidth, await fitWindow(rows, bandwidth, { engine }))
}

/** The target of every row observed as `value`. */
const observed = (n: number, value: number, precision: number) =>
  coordinateEvidence(0, { value: new Float64Array(n).fill(value), precision: new Float64Array(n).fill(precision) })

describe('a window', () => {
  it.each([
    { target: 'free' as const, given: 1 },
    { target: 'free' as const, given: 0.05 },
    { target: 0.36, given: 0.1 },
    { target: 1.5, given: 0.5 }
  ])('draws the Gaussian conditional at %o', async (bandwidth) => {
    const law = await lawFor(gaussianRows(400, 1), bandwidth)
    const { targets, acceptance } = await drawWindow(law, matrix(600, 1, new Float64Array(600).fill(1)), {
      engine,
      key: keyFromSeed(2),
      steps: 6
    })
    // Regression on 400 rows: standard errors 0.04 of the mean and 0.025 of the variance; draws add 0.025 and 0.02.
    expect(Math.abs(mean(targets.data) - 0.8)).toBeLessThan(0.16)
    expect(Math.abs(variance(targets.data) - 0.36)).toBeLessThan(0.12)
    expect(acceptance).toBeGreaterThan(0.8)
  })

  it('takes in an observation of its target: product of two Gaussians', async () => {
    const law = await lawFor(gaussianRows(400, 3), { target: 'free', given: 1 })
    const n = 800
    const evidence = observed(n, 2, 4)
    const { targets } = await drawWindow(law, matrix(n, 1, new Float64Array(n).fill(1)), { engine, key: keyFromSeed(4), evidence })
    const v = 1 / (1 / 0.36 + 4)
    expect(Math.abs(mean(targets.data) - v * (0.8 / 0.36 + 8))).toBeLessThan(0.1)
    expect(Math.abs(variance(targets.data) - v)).toBeLessThan(0.035)
  })

  it('the training rows said to be behind a draw are those at the place where its chain stays, moved or not', async () => {
    const law = await lawFor(gaussianRows(200, 3), { target: 0.05, given: 0.5 })
    const n = 200
    const draw = {
      engine,
      key: keyFromSeed(4),
      steps: 3,
      evidence: observed(n, 4, 400)
    }
    const givens = matrix(n, 1)
    const { targets, effectiveCount, acceptance } = await drawWindow(law, givens, draw)
    expect(acceptance).toBeLessThan(0.9)
    expect(effectiveCount).toEqual((await lawAt(law, targets, givens, draw)).effectiveCount)
  })

  it('starts where the observation is: a sharp one far from most rows is met', async () => {
    const law = await lawFor(gaussianRows(400, 6), { target: 0.02, given: 1 })
    const n = 400
    const evidence = observed(n, 2, 100)
    const { targets } = await drawWindow(law, matrix(n, 1), { engine, key: keyFromSeed(8), evidence })
    // Product of N(0, 0.36) and N(2, 0.01).
    expect(Math.abs(mean(targets.data) - (2 * 0.36) / 0.37)).toBeLessThan(0.05)
  })

  it('keeps two modes with a kernel on the target, and the search asks for one', { tags: ['slow'] }, async () => {
    const count = 600
    const key = keyFromSeed(5)
    const g = normals(keyFor(key, 'g'), count)
    const xi = normals(keyFor(key, 'xi'), count)
    const u = uniforms(keyFor(key, 'u'), count)
    const targets = matrix(
      count,
      1,
      g.map((x, i) => (u[i]! < 0.5 ? -1 : 1) + 0.3 * x + 0.15 * xi[i]!)
    )
    const rows = { targets, givens: matrix(count, 1, g), logWeights: uniformLogWeights(count) }
    const choice = await chooseWindowBandwidth({ problems: [rows], engine, key })
    expect(choice.targetFactor).not.toBe('free')
    const law = await lawFor(rows, { target: (choice.targetFactor as number) * 1.02, given: choice.given })
    const drawn = await drawWindow(law, matrix(400, 1), { engine, key })
    const between = drawn.targets.data.filter((x) => Math.abs(x) < 0.4).length
    // Between the modes the truth has a share below 0.001; a Gaussian of this variance has 0.31.
    expect(between / 400).toBeLessThan(0.2)
  })

  it('asks for no kernel on a Gaussian target, and a wide one on the given', async () => {
    const choice = await chooseWindowBandwidth({ problems: [gaussianRows(300, 6)], engine, key: keyFromSeed(7) })
    expect(choice.targetFactor).toBe('free')
    expect(choice.given).toBeGreaterThan(0.1)
    const law = await lawFor(gaussianRows(400, 8), { target: 'free', given: 4 })
    expect(Math.abs(variancePerTarget(law) - 0.36)).toBeLessThan(0.1)
  })

  it('stays near the data when the given lies far outside', async () => {
    const law = await lawFor(gaussianRows(200, 9), { target: 'free', given: 0.05 })
    const { targets } = await drawWindow(law, matrix(50, 1, new Float64Array(50).fill(1e6)), { engine, key: keyFromSeed(1) })
    for (const x of targets.data) expect(Math.abs(x)).toBeLessThan(12)
  })

  it('gives noise and no NaN for constant givens, repeated rows and exact functions', async () => {
    const g = Float64Array.from({ length: 60 }, (_, i) => (i % 6) / 3)
    const exact = {
      targets: matrix(
        60,
        1,
        g.map((x) => 2 * x)
      ),
      givens: matrix(60, 1, g),
      logWeights: uniformLogWeights(60)
    }
    const constant = { ...exact, givens: matrix(60, 1) }
    for (const rows of [exact, constant]) {
      for (const target of ['free', 0.1] as const) {
        const law = await lawFor(rows, { target, given: 0.3 })
        const { targets } = await drawWindow(law, matrix(20, 1), { engine, key: keyFromSeed(1) })
        expect(targets.data.every(Number.isFinite)).toBe(true)
      }
    }
  })
})
