import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { normaliseLogWeights } from '../num/log-space.js'
import { columnOf, type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { bridgePaths, drawPairs } from './between.js'
import { bridgeCost } from './divergence.js'
import { schrodingerBridge } from './schrodinger.js'
import { sparseCoupling } from './sparse-coupling.js'
import { carry } from './transport-map.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const key = keyFromSeed(1)

/** N(centre, sd²) on a lattice so fine and wide that sums over it are integrals to 1e-12. */
function line(centre: number, sd: number, { step = sd / 6, width = 9 } = {}): Cloud {
  const count = 2 * Math.ceil((width * sd) / step) + 1
  const points = matrix(
    count,
    1,
    Float64Array.from({ length: count }, (_, i) => centre + (i - (count - 1) / 2) * step)
  )
  return cloud(points, normaliseLogWeights(points.data.map((x) => -((x - centre) ** 2) / (2 * sd * sd))))
}

/** The product of two lines, turned by an angle. */
function plane(centre: readonly [number, number], sds: readonly [number, number], angle: number): Cloud {
  const [first, second] = sds.map((sd) => line(0, sd, { step: sd / 2, width: 5 })) as [Cloud, Cloud]
  const count = first.points.rows * second.points.rows
  const points = matrix(count, 2)
  const weights = new Float64Array(count)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  for (let i = 0; i < count; i++) {
    const [a, b] = [Math.floor(i / second.points.rows), i % second.points.rows]
    const [u, v] = [first.points.data[a]!, second.points.data[b]!]
    points.data.set([centre[0] + cos * u - sin * v, centre[1] + sin * u + cos * v], 2 * i)
    weights[i] = first.logWeights[a]! + second.logWeights[b]!
  }
  return cloud(points, normaliseLogWeights(weights))
}

const sample = (n: number, d: number, label: string, shift = 0): Matrix =>
  matrix(
    n,
    d,
    normals(keyFor(key, label), n * d).map((z) => z + shift)
  )

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((most, error) => Math.max(most, error), 0)

describe('between two Gaussians on a line', () => {
  const [a, b, mu, epsilon] = [1, 1.7, 0.8, 0.2]
  const tau = 2 * epsilon
  const c = Math.sqrt(a * a * b * b + (tau * tau) / 4) - tau / 2
  const solved = schrodingerBridge({ from: line(0, a), to: line(mu, b), epsilon, engine, tolerance: 1e-12 })
  const places = matrix(5, 1, Float64Array.of(-2, -0.7, 0, 1, 2.5))

  it('carries to the conditional mean μ + c x/a², and without its bias near to μ + b x/a', async () => {
    const { bridge, report } = await solved
    expect(report.ending).toBe('converged')
    const partners = await carry(bridge, places, { as: 'barycentric', engine, key })
    expect(
      worst(
        partners.data,
        places.data.map((x) => mu + (c * x) / (a * a))
      )
    ).toBeLessThan(1e-8)
    const own = Math.sqrt(a ** 4 + (tau * tau) / 4) - tau / 2
    const debiased = await carry(bridge, places, { engine, key })
    expect(
      worst(
        debiased.data,
        places.data.map((x) => x + mu + ((c - own) * x) / (a * a))
      )
    ).toBeLessThan(1e-8)
    const slope = 1 + c - own
    expect([Math.abs(slope - b / a) < Math.abs(c / (a * a) - b / a) / 4, Math.abs(c / (a * a) - b / a) > 0.1]).toEqual([true, true])
  })

  it('has the variance (1−t)²a² + t²b² + 2t(1−t)c + τt(1−t) on its way', { tags: ['slow'] }, async () => {
    const { bridge } = await solved
    const times = [0, 0.25, 0.5, 1]
    const { sources, targets } = await drawPairs(bridge, 20_000, key, engine)
    const at = (rows: Uint32Array, side: Cloud) =>
      matrix(
        rows.length,
        1,
        Float64Array.from(rows, (i) => side.points.data[i]!)
      )
    const paths = bridgePaths({ starts: at(sources, bridge.from), ends: at(targets, bridge.to) }, { epsilon, times, key })
    times.forEach((t, k) => {
      const values = columnOf(paths[k]!, 0)
      const wanted = (1 - t) ** 2 * a * a + t * t * b * b + 2 * t * (1 - t) * c + tau * t * (1 - t)
      // Variances of 20,000 draws err by 1 %: five of these are one chance in a million.
      expect(Math.abs(variance(values) / wanted - 1)).toBeLessThan(0.05)
      expect(Math.abs(mean(values) - t * mu)).toBeLessThan((5 * Math.sqrt(wanted)) / Math.sqrt(20_000))
    })
  })

  it('costs what the closed form says: (a² + b² + μ²) − 2c + τ-terms', async () => {
    const { bridge } = await solved
    const { cost, divergence } = await bridgeCost(bridge, engine)
    // min E|x − y|² + 2τ KL over Gaussian couplings of covariance c: KL = −½ log(1 − c²/(a²b²)).
    const entropic = (s: number, r: number, shift: number) => {
      const cov = Math.sqrt(s * s * r * r + (tau * tau) / 4) - tau / 2
      return s * s + r * r + shift * shift - 2 * cov - tau * log(1 - (cov * cov) / (s * s * r * r))
    }
    expect(cost).toBeCloseTo(entropic(a, b, mu), 6)
    expect(divergence).toBeCloseTo(entropic(a, b, mu) - (entropic(a, a, 0) + entropic(b, b, 0)) / 2, 5)
  })
})

it('in two dimensions carries as the closed form of Janati and others (2020)', async () => {
  const epsilon = 0.25
  const tau = 2 * epsilon
  const from = plane([0, 0], [1, 0.6], 0)
  const angle = 0.7
  const to = plane([1, -0.5], [1.4, 0.7], angle)
  const { bridge } = await schrodingerBridge({ from, to, epsilon, engine, tolerance: 1e-9 })
  // Cross-covariance C = A^{1/2}(A^{1/2} B A^{1/2} + τ²/4)^{1/2} A^{-1/2} − τ/2, and T(x) = μ + Cᵀ A^{-1} x.
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [p, q] = [1.4 ** 2, 0.7 ** 2]
  const B = [cos * cos * p + sin * sin * q, cos * sin * (p - q), sin * sin * p + cos * cos * q] as const
  const root = [1, 0.6] as const
  const inner = [root[0] ** 2 * B[0] + tau ** 2 / 4, root[0] * root[1] * B[1], root[1] ** 2 * B[2] + tau ** 2 / 4] as const
  const det = Math.sqrt(inner[0] * inner[2] - inner[1] ** 2)
  const t = Math.sqrt(inner[0] + inner[2] + 2 * det)
  const S = [(inner[0] + det) / t, inner[1] / t, (inner[2] + det) / t] as const
  const C = [S[0] - tau / 2, (root[0] * S[1]) / root[1], (root[1] * S[1]) / root[0], S[2] - tau / 2] as const
  const places = matrix(3, 2, Float64Array.of(0.5, 0.3, -1.2, 0.4, 0.1, -0.9))
  const wanted = [0, 1, 2].flatMap((i) => {
    const [x, y] = [places.data[2 * i]! / root[0] ** 2, places.data[2 * i + 1]! / root[1] ** 2]
    return [1 + C[0] * x + C[2] * y, -0.5 + C[1] * x + C[3] * y]
  })
  const got = await carry(bridge, places, { as: 'barycentric', engine, key })
  expect(worst(got.data, wanted)).toBeLessThan(5e-4)
})

describe('between samples', () => {
  it('leaves everything in place where both clouds are one', { tags: ['slow'] }, async () => {
    const points = sample(300, 3, 'one')
    const { bridge } = await schrodingerBridge({ from: cloud(points), to: cloud(points), epsilon: 0.1, engine })
    const elsewhere = sample(50, 3, 'elsewhere')
    expect(worst((await carry(bridge, elsewhere, { engine, key })).data, elsewhere.data)).toBeLessThan(1e-6)
    expect((await bridgeCost(bridge, engine)).divergence).toBe(0)
  })

  it('draws and averages by the same coupling', async () => {
    const [from, to] = [sample(60, 2, 'a'), sample(80, 2, 'b', 1)]
    const { bridge } = await schrodingerBridge({ from: cloud(from), to: cloud(to), epsilon: 0.3, engine })
    const sparse = sparseCoupling(bridge, { share: 1 })
    const sums = [new Float64Array(60), new Float64Array(80)]
    const means = matrix(60, 2)
    sparse.masses.forEach((mass, k) => {
      const [i, j] = [sparse.sources[k]!, sparse.targets[k]!]
      sums[0]![i] = sums[0]![i]! + mass
      sums[1]![j] = sums[1]![j]! + mass
      for (let c = 0; c < 2; c++) means.data[2 * i + c] = means.data[2 * i + c]! + 60 * mass * to.data[2 * j + c]!
    })
    expect(worst(sums[0]!, new Float64Array(60).fill(1 / 60))).toBeLessThan(1e-9)
    expect(worst(sums[1]!, new Float64Array(80).fill(1 / 80))).toBeLessThan(1e-9)
    expect(worst(means.data, (await carry(bridge, from, { as: 'barycentric', engine, key })).data)).toBeLessThan(1e-6)
    const drawn = await Promise.all(Array.from({ length: 40 }, (_, k) => carry(bridge, from, { as: 'drawn', engine, key: keyFor(key, k) })))
    const averaged = means.data.map((_, at) => mean(drawn.map(({ data }) => data[at]!)))
    expect(worst(averaged, means.data)).toBeLessThan(0.6)
  })

  it('keeps the heaviest partners of every row, 95 % of its mass and no more than it takes', async () => {
    const { bridge } = await schrodingerBridge({ from: cloud(sample(40, 2, 'a')), to: cloud(sample(50, 2, 'b')), epsilon: 0.05, engine })
    const { sources, masses, kept } = sparseCoupling(bridge)
    for (let i = 0; i < 40; i++) {
      const own = [...masses].filter((_, k) => sources[k] === i).map((mass) => 40 * mass)
      const sum = own.reduce((a, b) => a + b, 0)
      expect(sum).toBeGreaterThanOrEqual(0.95)
      expect(sum - own.at(-1)!).toBeLessThan(0.95)
      expect(own).toEqual([...own].sort((a, b) => b - a))
    }
    expect(kept).toBeGreaterThanOrEqual(0.95)
    expect(sparseCoupling(bridge, { most: 2 }).masses.length).toBe(80)
  })

  it('starts large clouds from some of their points, with the same answer', { tags: ['slow'] }, async () => {
    const [from, to] = [cloud(sample(30, 1, 'a')), cloud(sample(4100, 1, 'b', 2))]
    const { bridge, report } = await schrodingerBridge({ from, to, epsilon: 0.2, engine })
    expect(report.ending).toBe('converged')
    const { sources, targets, masses } = sparseCoupling(bridge, { share: 1 })
    const sums = [new Float64Array(30), new Float64Array(4100)] as const
    masses.forEach((mass, k) => {
      sums[0][sources[k]!] = sums[0][sources[k]!]! + 30 * mass
      sums[1][targets[k]!] = sums[1][targets[k]!]! + 4100 * mass
    })
    expect(worst(sums[0], new Float64Array(30).fill(1))).toBeLessThan(1e-4)
    expect(worst(sums[1], new Float64Array(4100).fill(1))).toBeLessThan(1e-4)
  })

  it('refuses an ε that is none', async () => {
    const side = cloud(sample(5, 1, 'a'))
    await expect(schrodingerBridge({ from: side, to: side, epsilon: 0, engine })).rejects.toThrow(InputError)
  })
})
