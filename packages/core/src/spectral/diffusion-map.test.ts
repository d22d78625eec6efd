import { beforeAll, expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine } from '../kernel/engine.js'
import { normalQuantile } from '../num/elementary.js'
import { columnOf, type Matrix, matrix, matrixFromRows } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { componentsAt, spanningTree } from './connectivity.js'
import { diffusionCoordinates, diffusionMap, placePoints } from './diffusion-map.js'
import { chooseDimension } from './gap.js'
import { liftPoints } from './lifting.js'
import { liftingOf, measureRoundTrip, relativeError } from './round-trip.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  const centre = (x: ArrayLike<number>) => Array.from(x).reduce((s, v) => s + v / n, 0)
  const [ma, mb] = [centre(a), centre(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

/** Correlation of the ranks: 1 or −1 for monotone functions of each other. */
function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const ranks = (x: Float64Array) => {
    const out = new Float64Array(x.length)
    Array.from(x.keys())
      .sort((i, j) => x[i]! - x[j]!)
      .forEach((i, rank) => {
        out[i] = rank
      })
    return out
  }
  return correlation(ranks(a), ranks(b))
}

/** Share of a column's variance inside the span of other columns (mean zero, mutually orthogonal). */
function explained(target: Float64Array, basis: Float64Array[]): number {
  return basis.reduce((sum, column) => sum + correlation(target, column) ** 2, 0)
}

const points = (count: number, place: (i: number) => number[]): Matrix => matrixFromRows(Array.from({ length: count }, (_, i) => place(i)))

test('circle of equal steps: P is circulant, its eigenvalues are known exactly', async () => {
  const n = 200
  const epsilon = 0.01
  const circle = points(n, (i) => [Math.cos((2 * Math.PI * i) / n), Math.sin((2 * Math.PI * i) / n)])
  const map = await diffusionMap({ cloud: cloud(circle), engine, dimension: 6, epsilon, scalingTolerance: 1e-13, tolerance: 1e-10 })
  const weight = (j: number) => Math.exp(-(2 - 2 * Math.cos((2 * Math.PI * j) / n)) / (4 * epsilon))
  const total = Array.from({ length: n }, (_, j) => weight(j)).reduce((a, b) => a + b)
  map.eigenvalues.forEach((value, k) => {
    const frequency = Math.floor(k / 2) + 1
    const exact =
      Array.from({ length: n }, (_, j) => weight(j) * Math.cos((2 * Math.PI * frequency * j) / n)).reduce((a, b) => a + b) / total
    expect(value).toBeCloseTo(exact, 10)
    // The Laplacian's e^{−k²ε}, up to the curvature of order ε².
    expect(value).toBeCloseTo(Math.exp(-frequency * frequency * epsilon), 2)
  })
  const [first, second] = [columnOf(map.eigenvectors, 0), columnOf(map.eigenvectors, 1)]
  expect(explained(columnOf(circle, 0), [first, second])).toBeCloseTo(1, 8)
  for (const column of [first, second]) {
    expect(column.reduce((s, v) => s + v * v, 0) / n).toBeCloseTo(1, 10)
    const largest = column.reduce((best, v) => (Math.abs(v) > Math.abs(best) * (1 + 1e-9) ? v : best), 0)
    expect(largest).toBeGreaterThan(0)
  }
  for (const residual of map.report.residuals) expect(residual).toBeLessThan(1e-9)
})

test('circle: two coordinates by the spectral gap, connected', async () => {
  const circle = points(300, (i) => [Math.cos((2 * Math.PI * i) / 300), Math.sin((2 * Math.PI * i) / 300)])
  const map = await diffusionMap({ cloud: cloud(circle), engine })
  expect(map.eigenvalues).toHaveLength(2)
  expect(map.report.components.sizes).toHaveLength(1)
  expect(map.report.gaps[1]!.ratio).toBeGreaterThan(3.5)
})

test('interval: Neumann cosines with rates 1, 4, 9', async () => {
  const n = 400
  const map = await diffusionMap({ cloud: cloud(points(n, (i) => [(i + 0.5) / n])), engine, dimension: 3, epsilon: 4e-5 })
  for (let k = 1; k <= 3; k++) {
    const cosine = Float64Array.from({ length: n }, (_, i) => Math.cos((k * Math.PI * (i + 0.5)) / n))
    expect(Math.abs(correlation(columnOf(map.eigenvectors, k - 1), cosine))).toBeGreaterThan(0.999)
    const rate = -Math.log(map.eigenvalues[k - 1]!) / 4e-5
    expect(Math.abs(rate / (k * Math.PI) ** 2 - 1)).toBeLessThan(0.05)
  }
})

test('sphere: a threefold eigenvalue, spanned by x, y, z', { tags: ['slow'] }, async () => {
  const n = 1000
  const golden = Math.PI * (3 - Math.sqrt(5))
  const sphere = points(n, (i) => {
    const z = 1 - (2 * i + 1) / n
    const r = Math.sqrt(1 - z * z)
    return [r * Math.cos(golden * i), r * Math.sin(golden * i), z]
  })
  const map = await diffusionMap({ cloud: cloud(sphere), engine, dimension: 3, epsilon: 0.02 })
  const columns = [0, 1, 2].map((k) => columnOf(map.eigenvectors, k))
  for (let c = 0; c < 3; c++) expect(explained(columnOf(sphere, c), columns)).toBeGreaterThan(0.999)
  for (const value of map.eigenvalues) expect(Math.abs(-Math.log(value) / (2 * 0.02) - 1)).toBeLessThan(0.03)
  expect((await diffusionMap({ cloud: cloud(sphere), engine, epsilon: 0.02 })).eigenvalues).toHaveLength(3)
})

test('N(0, s²): eigenvalues c^k and Hermite polynomials, Nyström agrees at new points', async () => {
  const [n, s, epsilon] = [1500, 1.3, 0.4]
  const ratio = epsilon / s ** 2
  const c = Math.sqrt(1 + ratio ** 2) - ratio
  const data = matrix(
    n,
    1,
    Float64Array.from({ length: n }, (_, i) => s * normalQuantile((i + 0.5) / n))
  )
  const map = await diffusionMap({ cloud: cloud(data), engine, dimension: 3, epsilon })
  const hermite = [(x: number) => x, (x: number) => (x * x - 1) / Math.sqrt(2), (x: number) => (x ** 3 - 3 * x) / Math.sqrt(6)]
  const queries = [-1.1, -0.3, 0.45, 1.2]
  const placed = await placePoints(map, matrixFromRows(queries.map((x) => [s * x])), engine, 0)
  hermite.forEach((polynomial, k) => {
    expect(Math.abs(map.eigenvalues[k]! / c ** (k + 1) - 1)).toBeLessThan(0.012 * (k + 1))
    const exact = data.data.map((x) => polynomial(x / s))
    const sign = Math.sign(correlation(columnOf(map.eigenvectors, k), exact))
    expect(sign * correlation(columnOf(map.eigenvectors, k), exact)).toBeGreaterThan(0.997)
    queries.forEach((x, i) => {
      expect(Math.abs(sign * placed.data[i * 3 + k]! - polynomial(x))).toBeLessThan(0.02 * (k + 1))
    })
  })
  const again = await placePoints(map, data, engine)
  const own = diffusionCoordinates(map)
  again.data.forEach((value, i) => {
    expect(Math.abs(value - own.data[i]!)).toBeLessThan(1e-6)
  })
})

test('α = 1 removes the density: cosines on unevenly sampled points of an interval', async () => {
  const n = 1200
  // Density (1 + x)/1.5 on [0, 1] by its quantile function.
  const x = Float64Array.from({ length: n }, (_, i) => Math.sqrt(1 + (3 * (i + 0.5)) / n) - 1)
  const cosine = x.map((value) => Math.cos(Math.PI * value))
  const correlationAt = async (alpha: number) => {
    const map = await diffusionMap({ cloud: cloud(matrix(n, 1, x)), engine, dimension: 1, epsilon: 5e-5, alpha })
    return { value: Math.abs(correlation(columnOf(map.eigenvectors, 0), cosine)), rate: -Math.log(map.eigenvalues[0]!) / 5e-5 }
  }
  const flat = await correlationAt(1)
  expect(flat.value).toBeGreaterThan(0.9995)
  expect(Math.abs(flat.rate / Math.PI ** 2 - 1)).toBeLessThan(0.05)
  expect((await correlationAt(0)).value).toBeLessThan(flat.value)
})

/** The standardised swiss roll and the squared angle, which is the arc length up to a constant, nearly. */
function swissRoll(n: number, seed: number): { rows: Matrix; arc: Float64Array } {
  const u = uniforms(keyFromSeed(seed), 2 * n)
  const angle = Float64Array.from({ length: n }, (_, i) => 1.5 * Math.PI * (1 + 2 * u[2 * i]!))
  const raw = points(n, (i) => [angle[i]! * Math.cos(angle[i]!), 21 * u[2 * i + 1]!, angle[i]! * Math.sin(angle[i]!)])
  for (let c = 0; c < 3; c++) {
    const column = columnOf(raw, c)
    const mean = column.reduce((s, v) => s + v / n, 0)
    const spread = Math.sqrt(column.reduce((s, v) => s + (v - mean) ** 2 / n, 0))
    for (let i = 0; i < n; i++) raw.data[i * 3 + c] = (column[i]! - mean) / spread
  }
  return { rows: raw, arc: angle.map((t) => t * t) }
}

test('swiss roll: the automatic bandwidth unrolls it, and it comes back from its coordinates', { tags: ['slow'] }, async () => {
  const { rows, arc } = swissRoll(1200, 1)
  const options = { cloud: cloud(rows), engine, dimension: 6, tolerance: 1e-5 }
  const map = await diffusionMap(options)
  expect(map.epsilon).toBeLessThan(0.05)
  expect(Math.abs(correlation(columnOf(map.eigenvectors, 0), arc))).toBeGreaterThan(0.95)
  expect(Math.abs(rankCorrelation(columnOf(map.eigenvectors, 0), arc))).toBeGreaterThan(0.99)
  // With a bandwidth that takes short cuts between the turns the first coordinate folds the roll.
  const folded = await diffusionMap({ ...options, epsilon: 0.05 })
  expect(Math.abs(rankCorrelation(columnOf(folded.eigenvectors, 0), arc))).toBeLessThan(0.6)
  const roundTrip = await measureRoundTrip(map, options, keyFromSeed(3))
  expect(roundTrip.relativeError).toBeLessThan(0.25)
  const lifting = liftingOf(map, rows, roundTrip.neighbourCount)
  const back = await liftPoints(lifting, diffusionCoordinates(map), engine)
  expect(relativeError(rows, back, rows)).toBeLessThan(roundTrip.relativeError)
})

test('lifting reproduces a linear map, and points of the training set', async () => {
  const coordinates = matrix(200, 2, normals(keyFromSeed(5), 400))
  const rows = points(200, (i) => [1 + 2 * coordinates.data[2 * i]! - coordinates.data[2 * i + 1]!, coordinates.data[2 * i + 1]!])
  const lifted = await liftPoints({ coordinates, rows, neighbourCount: 12 }, matrixFromRows([[0.3, -0.2]]), engine)
  expect(lifted.data[0]).toBeCloseTo(1.8, 2)
  expect(lifted.data[1]).toBeCloseTo(-0.2, 2)
  await expect(liftPoints({ coordinates, rows, neighbourCount: 12 }, matrix(1, 3), engine)).rejects.toMatchObject({ code: 'column-count' })
})

test('separate parts are named with their rows; a spanning tree has the exact links', async () => {
  const near = normals(keyFromSeed(6), 160)
  const rows = points(80, (i) => [near[2 * i]! * 0.1 + (i < 30 ? 0 : 50), near[2 * i + 1]! * 0.1])
  const map = await diffusionMap({ cloud: cloud(rows), engine, dimension: 2 })
  expect([...map.report.components.sizes]).toEqual([50, 30])
  expect(map.report.components.labels[0]).toBe(1)
  expect(map.eigenvalues[0]).toBeCloseTo(1, 8)
  const tree = await spanningTree(matrixFromRows([[0], [1], [3], [10]]), engine)
  expect(tree.map((link) => link.squaredLength)).toEqual([1, 4, 49])
  expect([...componentsAt(tree, 4, 4).sizes]).toEqual([3, 1])
})

test('bad input: constant data, k above the rank, ε that leaves only separate points, α out of range', async () => {
  const make = (rows: number[][], more: object) => diffusionMap({ cloud: cloud(matrixFromRows(rows)), engine, ...more })
  const line = Array.from({ length: 10 }, (_, i) => [i])
  await expect(make(Array(5).fill([1, 2]), {})).rejects.toMatchObject({ code: 'constant-data' })
  await expect(make([[1]], {})).rejects.toMatchObject({ code: 'constant-data' })
  await expect(make(line, { dimension: 10 })).rejects.toMatchObject({
    code: 'dimension-above-rank',
    got: expect.stringContaining('10 different rows')
  })
  await expect(make(line, { dimension: 8, epsilon: 100 })).rejects.toMatchObject({ code: 'dimension-above-rank' })
  await expect(make(line, { dimension: 2, epsilon: 1e-4 })).rejects.toMatchObject({ code: 'disconnected' })
  await expect(make(line, { dimension: 2, epsilon: -1 })).rejects.toMatchObject({ code: 'epsilon-not-positive' })
  await expect(make(line, { dimension: 1.5 })).rejects.toMatchObject({ code: 'dimension' })
  await expect(make(line, { dimension: 2, alpha: 9 })).rejects.toMatchObject({ code: 'alpha' })
})

test('dimension from the gap: harmonics of an interval, ten equal rates', () => {
  const at = (rates: number[]) => chooseDimension(Float64Array.from(rates, (r) => Math.exp(-r))).dimension
  expect(at([0.01, 0.04, 0.09, 0.16])).toBe(1)
  expect(at([...Array(10).fill(0.2), 0.4, 0.4])).toBe(10)
  expect(at([0.3])).toBe(1)
})
