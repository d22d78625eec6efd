import { expect, test } from 'vitest'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel, variableKernel } from '../kernel/kernel.js'
import { normalQuantile } from '../num/elementary.js'
import { uniformLogWeights } from '../num/log-space.js'
import { matrix, matrixFromRows } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { extendPotentials, landmarksOf } from './landmarks.js'
import { LARGEST_RESIDUAL, symmetricScaling } from './symmetric.js'

const engine = new ReferenceEngine()
const wasm = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

/** Row and column sums of P_ij = v_i k_ij v_j w_j, written out entry by entry with the host's exp. */
function rowSums(points: Float64Array[], potentials: Float64Array, logWeights: Float64Array, epsilon: number): number[] {
  return points.map((x, i) =>
    points.reduce((sum, y, j) => {
      const squared = x.reduce((s, value, c) => s + (value - y[c]!) ** 2, 0)
      return sum + Math.exp(potentials[i]! + potentials[j]! + logWeights[j]! - squared / (4 * epsilon))
    }, 0)
  )
}

function gaussianRows(n: number, d: number, seed: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => normals(keyFromSeed(seed), d, i))
}

test('the scaled operator is doubly stochastic to 1e-10', async () => {
  const rows = gaussianRows(200, 3, 1)
  const data = cloud(matrixFromRows(rows))
  const scaling = await symmetricScaling({ cloud: data, kernel: gaussianKernel(0.1), engine, tolerance: 1e-11 })
  expect(scaling.ending).toBe('converged')
  for (const sum of rowSums(rows, scaling.potentials, data.logWeights, 0.1)) expect(Math.abs(sum - 1)).toBeLessThan(1e-10)
})

test('two points have the closed form v² (1 + q)/2 = 1', async () => {
  const scaling = await symmetricScaling({
    cloud: cloud(matrixFromRows([[0], [1]])),
    kernel: gaussianKernel(0.5),
    engine,
    tolerance: 1e-13
  })
  const expected = -0.5 * Math.log((1 + Math.exp(-0.5)) / 2)
  expect(scaling.potentials[0]).toBeCloseTo(expected, 12)
  expect(scaling.potentials[1]).toBeCloseTo(expected, 12)
})

test('unequal weights: rows sum to one, and a row of weight zero changes nothing', async () => {
  const rows = gaussianRows(60, 2, 2)
  const raw = rows.map((_, i) => Math.log(1 + (i % 5)))
  const total = Math.log(raw.reduce((s, a) => s + Math.exp(a), 0))
  const logWeights = Float64Array.from(raw, (a) => a - total)
  const kernel = gaussianKernel(0.2)
  const plain = await symmetricScaling({ cloud: cloud(matrixFromRows(rows), logWeights), kernel, engine, tolerance: 1e-11 })
  for (const sum of rowSums(rows, plain.potentials, logWeights, 0.2)) expect(Math.abs(sum - 1)).toBeLessThan(1e-10)
  const longer = cloud(matrixFromRows([...rows, Float64Array.of(30, -30)]), Float64Array.of(...logWeights, Number.NEGATIVE_INFINITY))
  const extended = await symmetricScaling({ cloud: longer, kernel, engine, tolerance: 1e-11 })
  expect(extended.ending).toBe('converged')
  plain.potentials.forEach((f, i) => {
    expect(extended.potentials[i]).toBeCloseTo(f, 9)
  })
  expect(Number.isFinite(extended.potentials[60])).toBe(true)
  expect(extended.isolated).not.toContain(60)
})

test('for N(0, 1) the conditional mean is c x and the variance 2εc (quantile points, M = 2000)', async () => {
  const count = 2000
  const points = matrix(
    count,
    1,
    Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count))
  )
  const epsilon = 0.3
  const c = Math.sqrt(1 + epsilon * epsilon) - epsilon
  const data = cloud(points)
  const scaling = await symmetricScaling({ cloud: data, kernel: gaussianKernel(epsilon), engine: wasm, tolerance: 1e-9 })
  const query = cloud(matrixFromRows([[-1.5], [-0.5], [0], [0.7], [1.5]]))
  const log = scaling.potentials.map((f, j) => f + data.logWeights[j]!)
  const moments = await wasm.moments({ from: query, to: data, kernel: gaussianKernel(epsilon) }, log, points)
  query.points.data.forEach((x, i) => {
    expect(moments.mean.data[i]).toBeCloseTo(c * x, 2)
    expect(Math.abs(moments.covariance.data[i]! / (2 * epsilon * c) - 1)).toBeLessThan(0.02)
  })
})

test('duplicated rows, isolated rows and constant columns are named', async () => {
  const rows = [...gaussianRows(40, 2, 3), Float64Array.of(50, 50), Float64Array.of(-70, 0), Float64Array.of(-70, 0)]
  const points = matrixFromRows(rows.map((row) => Float64Array.of(row[0]!, 4, row[1]!)))
  const scaling = await symmetricScaling({ cloud: cloud(points), kernel: gaussianKernel(0.5), engine })
  expect(scaling.ending).toBe('converged')
  expect([...scaling.isolated]).toEqual([40, 41, 42])
  expect(scaling.duplicateCount).toBe(1)
  expect(scaling.constantColumns).toEqual([1])
})

test('all rows equal: every potential is zero', async () => {
  const scaling = await symmetricScaling({ cloud: cloud(matrix(30, 2)), kernel: gaussianKernel(0.1), engine })
  expect(scaling.ending).toBe('converged')
  for (const f of scaling.potentials) expect(Math.abs(f)).toBeLessThan(1e-6)
  expect(scaling.duplicateCount).toBe(29)
})

test('a warm start takes fewer turns, and an exhausted budget is a named ending', async () => {
  const data = cloud(matrixFromRows(gaussianRows(150, 2, 4)))
  const cold = await symmetricScaling({ cloud: data, kernel: gaussianKernel(0.1), engine })
  const warm = await symmetricScaling({ cloud: data, kernel: gaussianKernel(0.1), engine, initial: cold.potentials })
  expect(cold.turns).toBeLessThan(25)
  expect(warm.turns).toBeLessThan(cold.turns / 2)
  const short = await symmetricScaling({ cloud: data, kernel: gaussianKernel(0.1), engine, turns: 2 })
  expect(short.ending).toBe('turns-used')
  expect(short.errors).toHaveLength(2)
})

test('a variable kernel converges to a stochastic operator', async () => {
  const rows = gaussianRows(120, 2, 5)
  const data = cloud(matrixFromRows(rows))
  const width = Float64Array.from(rows, (row) => 0.5 + row[0]! ** 2)
  const kernel = variableKernel(0.1, width, width)
  const { potentials, ending } = await symmetricScaling({ cloud: data, kernel, engine, tolerance: 1e-10 })
  expect(ending).toBe('converged')
  const log = potentials.map((f, j) => f + data.logWeights[j]!)
  const sums = await engine.logSum({ from: data, to: data, kernel }, log)
  sums.forEach((sum, i) => {
    expect(Math.abs(sum + potentials[i]!)).toBeLessThan(1e-9)
  })
})

test('large clouds start from a subsample and need fewer full turns', { tags: ['slow'] }, async () => {
  const sizes: number[] = []
  const counting: Engine = Object.assign(Object.create(engine), {
    logSum: (pair: Parameters<Engine['logSum']>[0], log: Float64Array) => {
      sizes.push(pair.from.points.rows)
      return engine.logSum(pair, log)
    }
  })
  const count = 900
  const points = matrix(
    count,
    1,
    Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count))
  )
  const options = { cloud: cloud(points), kernel: gaussianKernel(0.1), engine: counting, tolerance: 1e-3, subsampleAbove: 800 }
  const cold = await symmetricScaling({ ...options, initial: new Float64Array(count) })
  sizes.length = 0
  const levelled = await symmetricScaling(options)
  expect(sizes[0]).toBe(Math.ceil(count / 8))
  expect(levelled.turns).toBeLessThan(cold.turns)
  expect(levelled.errors.at(-1)![1]).toBeLessThanOrEqual(1e-3)
})

test('bad input: no weight, wrong initial, coordinates that are not finite', async () => {
  const kernel = gaussianKernel(1)
  await expect(symmetricScaling({ cloud: cloud(matrix(0, 1)), kernel, engine })).rejects.toMatchObject({ code: 'no-weight' })
  const none = cloud(matrix(2, 1), new Float64Array(2).fill(Number.NEGATIVE_INFINITY))
  await expect(symmetricScaling({ cloud: none, kernel, engine })).rejects.toMatchObject({ code: 'no-weight' })
  const two = cloud(matrix(2, 1), uniformLogWeights(2))
  await expect(symmetricScaling({ cloud: two, kernel, engine, initial: new Float64Array(3) })).rejects.toMatchObject({
    code: 'initial-length'
  })
  const broken = cloud(matrixFromRows([[Number.NaN], [1]]))
  await expect(symmetricScaling({ cloud: broken, kernel, engine })).rejects.toMatchObject({ code: 'pair-shape' })
  const stop = { aborted: true }
  await expect(symmetricScaling({ cloud: two, kernel, engine, watch: { stop } })).rejects.toMatchObject({ code: 'stopped' })
})

test('landmarks: a row without any neighbour stands at w^(−1/2), one among many at −LSE over the landmarks', async () => {
  const rows = [...gaussianRows(400, 2, 5), Float64Array.of(40, -40)]
  const data = cloud(matrixFromRows(rows))
  const problem = { cloud: data, kernel: gaussianKernel(0.3), engine }
  const part = landmarksOf(problem, 100)
  expect(part.rows).not.toContain(400)
  const { potentials } = await symmetricScaling({ ...problem, cloud: part.cloud, tolerance: 1e-10 })
  const extended = await extendPotentials(problem, part, potentials)
  expect(extended[400]).toBeCloseTo(0.5 * Math.log(401), 10)
  const terms = potentials.map((f, k) => f + part.cloud.logWeights[k]!)
  const sums = await engine.logSum({ ...problem, from: data, to: part.cloud }, terms)
  for (let i = 0; i < 400; i++) {
    // v (S + w v) = 1, as it stands in the book.
    const [v, S] = [Math.exp(extended[i]!), Math.exp(sums[i]!)]
    expect(v * (S + v / 401)).toBeCloseTo(1, 10)
  }
})

test('landmarks stand for the weight of their runs, whatever their own', async () => {
  const raw = Float64Array.from({ length: 300 }, (_, i) => (i % 4 === 0 ? Number.NEGATIVE_INFINITY : Math.log(1 + (i % 7))))
  const total = Math.log(raw.reduce((s, a) => s + Math.exp(a), 0))
  const data = cloud(
    matrixFromRows(gaussianRows(300, 2, 6)),
    raw.map((a) => a - total)
  )
  const { cloud: part } = landmarksOf({ cloud: data, kernel: gaussianKernel(0.3), engine }, 40)
  expect(part.points.rows).toBe(40)
  expect(part.logWeights.reduce((sum, a) => sum + Math.exp(a), 0)).toBeCloseTo(1, 12)
})

test('landmarks: the residual bounds the error, and turns on all rows are taken as long as it asks', { tags: ['slow'] }, async () => {
  const problem = { cloud: cloud(matrixFromRows(gaussianRows(3000, 2, 7))), kernel: gaussianKernel(0.05), engine: wasm }
  const exact = await symmetricScaling({ ...problem, tolerance: 1e-9 })
  const error = ({ potentials }: { potentials: Float64Array }) =>
    Math.sqrt(potentials.reduce((sum, f, i) => sum + (f - exact.potentials[i]!) ** 2, 0) / 3000)
  const some = await symmetricScaling({ ...problem, landmarks: 1000 })
  expect(some).toMatchObject({ landmarks: 1000, ending: 'converged', turns: 0 })
  const residual = some.errors.at(-1)![1]
  expect(residual).toBeLessThan(LARGEST_RESIDUAL)
  // The Jacobian lies between 1 and 2.
  expect(error(some)).toBeLessThan(1.1 * residual)
  expect(error(some)).toBeGreaterThan(0.4 * residual)
  const few = await symmetricScaling({ ...problem, landmarks: 30 })
  expect(few.turns).toBeGreaterThan(0)
  expect(few.errors).toHaveLength(few.turns + 1)
  expect(few.errors[0]![1]).toBeGreaterThan(LARGEST_RESIDUAL)
  expect(few.errors.at(-1)![1]).toBeLessThan(LARGEST_RESIDUAL)
  expect(await symmetricScaling({ ...problem, landmarks: 3000, tolerance: 1e-9 })).toEqual(exact)
})
