import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { fitWidthField, type KernelChoice } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { type Bridge, bridgeOf } from '../law/bridge.js'
import { normalQuantile } from '../num/elementary.js'
import { type Matrix, matrix, matrixFromRows } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { runSteps, startRows } from './run.js'
import { bridgeStep, type NoiseKind } from './step.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const fixed = (epsilon: number): KernelChoice => ({ kind: 'fixed', epsilon })

async function bridgeFor(points: Matrix, epsilon: number): Promise<Bridge> {
  const training = cloud(points)
  const { potentials } = await symmetricScaling({ cloud: training, kernel: gaussianKernel(epsilon), engine, tolerance: 1e-9 })
  return bridgeOf(training, potentials, fixed(epsilon), engine)
}

const run = (bridge: Bridge, noise: NoiseKind, start: Matrix, steps: number, seed = 1): Promise<Matrix> =>
  runSteps(start, (state, key) => bridgeStep(bridge, state, { engine, noise, key }), { steps, key: keyFromSeed(seed) })

const variance = (values: Float64Array): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
}

describe('stationary variance on Gaussian data (closed forms of sections 3 and 4)', () => {
  // Training points are normal quantiles, so the only sampling error is that of the chains: relative standard error
  // √(2/n) = 2.2 %. The bounds are five of them, a false alarm in 1.7 million runs, plus 1 % for the finite grid.
  const n = 4000
  const grid = matrix(
    800,
    1,
    Float64Array.from({ length: 800 }, (_, i) => normalQuantile((i + 0.5) / 800))
  )
  const start = matrix(n, 1, normals(keyFromSeed(3), n))
  for (const epsilon of [0.3, 1]) {
    const c = Math.sqrt(1 + epsilon * epsilon) - epsilon
    const expected: [NoiseKind, number][] = [
      ['covariance', 1],
      ['split', c],
      ['constant', 1 / c]
    ]
    for (const [noise, value] of expected) {
      it(`${noise} at ε = ${epsilon}: ${value.toFixed(3)}`, async () => {
        const bridge = await bridgeFor(grid, epsilon)
        const end = await run(bridge, noise, start, 10)
        expect(Math.abs(variance(end.data) / value - 1)).toBeLessThan(5 * Math.sqrt(2 / n) + 0.01)
      })
    }
  }
})

describe('laws of a step', () => {
  const points = matrix(300, 2, normals(keyFromSeed(5), 600))

  it('split stays in the convex hull of the data', async () => {
    const triangle = matrixFromRows([
      [0, 0],
      [1, 0],
      [0, 1],
      [0.2, 0.2]
    ])
    const bridge = await bridgeFor(triangle, 0.3)
    const end = await run(bridge, 'split', matrix(500, 2), 10)
    for (let i = 0; i < end.rows; i++) {
      const [x, y] = [end.data[2 * i]!, end.data[2 * i + 1]!]
      expect(Math.min(x, y, 1 - x - y)).toBeGreaterThanOrEqual(-1e-12)
    }
  })

  it('a translation of the data translates the rows, a scale with ε scales them', async () => {
    const start = matrix(50, 2, points.data.slice(0, 100))
    const plain = await run(await bridgeFor(points, 0.2), 'covariance', start, 5)
    const map = (x: number) => 8 * x + 16
    const mapped = await run(
      await bridgeFor(matrix(300, 2, points.data.map(map)), 0.2 * 64),
      'covariance',
      matrix(50, 2, start.data.map(map)),
      5
    )
    for (let i = 0; i < 100; i++) expect(mapped.data[i]!).toBeCloseTo(map(plain.data[i]!), 7)
  })

  it('the order of the training rows does not matter (where no row is picked)', async () => {
    const reversed = matrix(300, 2)
    for (let i = 0; i < 300; i++) reversed.data.set(points.data.subarray(2 * i, 2 * i + 2), 2 * (299 - i))
    const start = matrix(50, 2, points.data.slice(0, 100))
    const a = await run(await bridgeFor(points, 0.2), 'split', start, 5)
    const b = await run(await bridgeFor(reversed, 0.2), 'split', start, 5)
    for (let i = 0; i < 100; i++) expect(b.data[i]!).toBeCloseTo(a.data[i]!, 7)
  })

  it('the variable kernel with ρ ≡ 1 is the fixed kernel', async () => {
    const bridge = await bridgeFor(points, 0.2)
    const field = { points, logWidths: new Float64Array(300), smoothing: 1 }
    const variable = await bridgeOf(
      bridge.training,
      bridge.logTerms.map((l, j) => l - bridge.training.logWeights[j]!),
      { kind: 'variable', epsilon: 0.2, field },
      engine
    )
    for (const noise of ['covariance', 'split', 'constant'] as const) {
      const start = matrix(20, 2, points.data.slice(0, 40))
      const [a, b] = [await run(variable, noise, start, 3), await run(bridge, noise, start, 3)]
      // The fixed kernel's squared distances are expanded: other roundings.
      for (let i = 0; i < 40; i++) expect(b.data[i]!).toBeCloseTo(a.data[i]!, 11)
    }
  })

  it('ρ has geometric mean 1 and is larger where points are sparse', async () => {
    const stretched = matrix(
      300,
      2,
      points.data.map((x) => x * x * x)
    )
    const field = await fitWidthField(stretched, engine)
    const { widthsAt } = await import('../kernel/bandwidth.js')
    const widths = await widthsAt(field, stretched, engine)
    expect(widths.reduce((sum, w) => sum + Math.log(w), 0) / 300).toBeCloseTo(0, 10)
    const [far, near] = await widthsAt(
      field,
      matrixFromRows([
        [8, 8],
        [0, 0]
      ]),
      engine
    )
    expect(far! / near!).toBeGreaterThan(3)
  })
})

describe('starts', () => {
  it('use every row as equally often as the count allows, and follow weights', () => {
    const counts = new Float64Array(10)
    for (const row of startRows(new Float64Array(10).fill(-Math.log(10)), 25, keyFromSeed(2))) counts[row] = counts[row]! + 1
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...counts)).toBeLessThanOrEqual(3)
    const weighted = startRows(Float64Array.from([0, Number.NEGATIVE_INFINITY, Math.log(3)]), 400, keyFromSeed(2))
    expect([0, 1, 2].map((row) => weighted.filter((w) => w === row).length)).toEqual([100, 0, 300])
  })
})
