import { afterEach, expect, test, vi } from 'vitest'
import { LocalGaussian } from '../law/local-gaussian.js'
import { gaussianAt, type LocalPart } from '../law/mixture.js'
import { matrix, rowOf } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { conditioned } from './informed-evidence.js'
import type { InformedProblem } from './informed-problem.js'
import { KnownGaussian } from './known-gaussian.js'

afterEach(() => vi.restoreAllMocks())

/** Covariances B Bᵀ of random B, packed, of so many chains. */
function partOf(part: number, { n, d, rank = d + 2 }: { readonly n: number; readonly d: number; readonly rank?: number }): LocalPart {
  const key = keyFromSeed(10 + part)
  const b = normals(key, n * d * rank)
  const covariance = matrix(n, (d * (d + 1)) / 2)
  for (let i = 0, at = 0; i < n; i++)
    for (let a = 0; a < d; a++)
      for (let c = 0; c <= a; c++, at++)
        for (let k = 0; k < rank; k++) covariance.data[at]! += b[(i * d + a) * rank + k]! * b[(i * d + c) * rank + k]!
  const mean = matrix(n, d, normals(keyFromSeed(20 + part), n * d))
  return { part, logShare: new Float64Array(n), mean, covariance, effectiveCount: new Float64Array(n).fill(30) }
}

test.each([
  ['definite', 7],
  ['of rank 2', 2]
])('parts weigh what clamping them all says, to the last bit, and none is clamped before it is drawn from: %s', async (_, rank) => {
  const [n, d] = [5, 5]
  const split = { given: [4, 2], ranged: [], free: [0, 1, 3] }
  const parts = [0, 1, 2, 3].map((part) => partOf(part, { n, d, rank }))
  const coordinates = matrix(n, d, normals(keyFromSeed(3), n * d))
  const bounds = { low: new Float64Array(0), high: new Float64Array(0) }
  const problem = { split, ridge: 1e-3, conditions: [{ bounds }], conditionOf: new Uint32Array(n) } as unknown as InformedProblem
  const chains = Uint32Array.from({ length: n }, (_, i) => i)
  const clamps = vi.spyOn(LocalGaussian.prototype, 'clamp')
  const from = { coordinates, codes: new Int32Array(0), part: new Uint32Array(n) }
  const { logMass } = await conditioned(problem, new KnownGaussian(problem), { from, chains, parts })
  expect(clamps).not.toHaveBeenCalled()
  const gaussian = new LocalGaussian(split, { ridge: 1e-3 })
  for (let i = 0; i < n; i++)
    for (const [k, part] of parts.entries()) {
      gaussian.clamp(gaussianAt(part, i), rowOf(coordinates, i))
      expect(logMass[i * parts.length + k]).toBe(gaussian.logEvidence)
    }
})

test('a part that is alone, or nearly all of which is given, is clamped once for its weight and its draw', async () => {
  const [n, d] = [3, 4]
  const split = { given: [0, 1, 2], ranged: [], free: [3] }
  const bounds = { low: new Float64Array(0), high: new Float64Array(0) }
  const problem = { split, ridge: 1e-3, conditions: [{ bounds }], conditionOf: new Uint32Array(n) } as unknown as InformedProblem
  const from = { coordinates: matrix(n, d), codes: new Int32Array(0), part: new Uint32Array(n) }
  const known = new KnownGaussian(problem)
  const clamps = vi.spyOn(LocalGaussian.prototype, 'clamp')
  const parts = [partOf(0, { n, d })]
  const draws = (rows: Parameters<NonNullable<Parameters<typeof conditioned>[3]>>[0], k: number) =>
    known.at(rows, { place: 0, k, from: rowOf(from.coordinates, k) })
  await conditioned(problem, known, { from, chains: Uint32Array.of(0, 1, 2), parts }, draws)
  expect(clamps).toHaveBeenCalledTimes(n)
})
