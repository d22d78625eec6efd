import { beforeAll, expect, test } from 'vitest'
import { energyDistance } from '../diagnose/pairwise.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine } from '../kernel/engine.js'
import { type Matrix, matrixFromRows, rowOf } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { sampleFiniteTime } from './finite-time.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})
const key = keyFromSeed(11)

/** Three Gaussians in the plane, weights ½, ¼, ¼. */
function mixture(n: number, seed: number): Matrix {
  const u = uniforms(keyFromSeed(seed), n)
  const e = normals(keyFromSeed(seed + 100), 2 * n)
  const centres = [
    [-2, 0],
    [-2, 0],
    [1.5, 1.5],
    [1.5, -1.5]
  ]
  return matrixFromRows(
    Array.from({ length: n }, (_, i) => centres[Math.floor(4 * u[i]!)]!.map((centre, c) => centre + 0.3 * e[2 * i + c]!))
  )
}

test.each(['gaussian', 'convolved'] as const)(
  'the finite-time bridge from a %s start reproduces a mixture: energy distance at the floor',
  async (start) => {
    // 800 rows against 800: the standard deviation of the unbiased energy distance between equal laws is about 0.003 here,
    // of the same size as that between two real samples; 0.015 would be a false alarm at five of them.
    const target = cloud(mixture(800, 1))
    const rows = await sampleFiniteTime({ target, engine, epsilon: 0.02, start, sigma: 1.5, count: 800, key, steps: 20 })
    expect(await energyDistance({ first: rows, second: mixture(800, 2), key })).toBeLessThan(0.015)
    const left = Array.from({ length: 800 }, (_, i) => rowOf(rows, i)[0]! < 0).filter(Boolean).length / 800
    expect(Math.abs(left - 0.5)).toBeLessThan(0.09)
  }
)

test('the bridge converges with the number of steps, and the covariance scheme needs fewer', { tags: ['slow'] }, async () => {
  const target = cloud(mixture(600, 1))
  const fresh = mixture(1500, 3)
  const distance = async (steps: number, scheme: 'euler' | 'covariance') => {
    const rows = await sampleFiniteTime({ target, engine, epsilon: 0.01, start: 'gaussian', sigma: 1.5, count: 1500, key, steps, scheme })
    return energyDistance({ first: rows, second: fresh, key })
  }
  const euler = [await distance(3, 'euler'), await distance(8, 'euler'), await distance(40, 'euler')]
  expect(euler[0]!).toBeGreaterThan(2 * euler[1]!)
  expect(euler[1]!).toBeGreaterThan(euler[2]!)
  expect(euler[2]!).toBeLessThan(0.02)
  expect(await distance(8, 'covariance')).toBeLessThan(euler[1]!)
})
