import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { resolutionSigmas } from '../../bridge/resolution.js'
import { densityKernel } from '../../bridge/transition.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { normalQuantile } from '../../num/elementary.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import type { Family } from './family.js'
import { fitMarginals } from './fit.js'
import type { MarginalsOptions } from './options.js'
import { sampleTrajectories, type Trajectories, trajectoriesAt } from './sample.js'
import { scoreHeldOut } from './score.js'
import { logWeightsFrom, type SnapshotInput } from './snapshots.js'

const key = keyFromSeed(5)

/** n points of N(mean, deviation²) at evenly spread levels: no sampling error. */
const gaussian = (n: number, mean: number, deviation: number): Cloud =>
  cloud(
    matrix(
      n,
      1,
      Float64Array.from({ length: n }, (_, i) => mean + deviation * normalQuantile((i + 0.5) / n))
    )
  )

const varianceOf = (m: Matrix): { mean: number; variance: number } => {
  const mean = m.data.reduce((s, x) => s + x, 0) / m.rows
  return { mean, variance: m.data.reduce((s, x) => s + (x - mean) ** 2, 0) / m.rows }
}

/** A family without parameters: b(x) = −rate x. */
const pull = (rate: number): Family => ({
  name: 'pull',
  parameters: [],
  starts: 1,
  drift: {
    dimension: 1,
    parameterCount: 0,
    value: (x, _t, _th, out) => void out.fill(-rate * x[0]!, 0, 1),
    jacobian: (_x, _t, _th, out) => void out.fill(-rate),
    gradient: () => {},
    linear: () => ({ matrix: matrixFromRows([[-rate]]), offset: new Float64Array(1) })
  }
})

describe('the bridge between two Gaussians is the closed form', () => {
  const [m0, s0, m1, s1, sigma, T] = [1, 0.5, -1.5, 0.9, 0.8, 1.5]
  const times = [0.2, 0.5, 0.75, 1, 1.4]
  const input: SnapshotInput = { times: [0, T], clouds: [gaussian(300, m0, s0), gaussian(300, m1, s1)] }
  const count = 3000

  it.each([
    ['Brownian', 0],
    ['Ornstein–Uhlenbeck', 1.1]
  ])('%s reference, five times (five standard errors)', async (_, rate) => {
    const reference = rate === 0 ? ('brownian' as const) : () => pull(rate)
    const model = await fitMarginals(input, { reference, sigma: [sigma] }, { key })
    const paths = sampleTrajectories(model, { count, times, key })
    const f = (u: number): number => (rate === 0 ? 1 : Math.exp(-rate * u))
    const q = (u: number): number => (rate === 0 ? sigma ** 2 * u : (sigma ** 2 * (1 - Math.exp(-2 * rate * u))) / (2 * rate))
    const beta = f(T) / q(T)
    const cross = (Math.sqrt(1 + (2 * beta * s0 * s1) ** 2) - 1) / (2 * beta)
    for (const t of times) {
      // X_t given both ends: gain b on the end, the rest on the start.
      const b = (q(t) * f(T - t)) / q(T)
      const a = f(t) - b * f(T)
      const inner = q(t) - b * f(T - t) * q(t)
      const mean = a * m0 + b * m1
      const variance = a * a * s0 * s0 + b * b * s1 * s1 + 2 * a * b * cross + inner
      const seen = varianceOf(trajectoriesAt(paths, t))
      expect(Math.abs(seen.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / count))
      expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count) + 0.01)
    }
  })
  it('brownian without refit has exactly the couplings of the plain bridge', async () => {
    const model = await fitMarginals(input, { reference: 'brownian', sigma: [sigma] }, { key })
    const [from, to] = input.clouds as [Cloud, Cloud]
    const kernel = densityKernel({ means: from.points, covariances: matrix(1, 1, Float64Array.of(sigma * sigma * T)) }, to.points)
    const plain = await scaleRectangular(
      { kernel, fromLogWeights: uniformLogWeights(300), toLogWeights: uniformLogWeights(300) },
      { tolerance: 1e-4 }
    )
    expect([...model.couplings[0]!.potentials.to]).toEqual([...plain.state.to])
    expect(model.history).toEqual([])
    expect(model.ending).toBe('converged')
  })
  it('a whole batch of paths is the same whatever their number', async () => {
    const few: SnapshotInput = { times: [0, T], clouds: [gaussian(20, m0, s0), gaussian(30, m1, s1)] }
    const model = await fitMarginals(few, { reference: 'brownian', sigma: [sigma] }, { key })
    const [batch, more] = [BATCH_ROWS, BATCH_ROWS + 1000].map(
      (count) => sampleTrajectories(model, { count, times: [0.3, 2], key }).values.data
    )
    expect(more!.subarray(0, batch!.length)).toStrictEqual(batch)
  })
  it('same key, same bytes', async () => {
    const few: SnapshotInput = { times: [0, T], clouds: [gaussian(60, m0, s0), gaussian(60, m1, s1)] }
    const draw = async (): Promise<number[]> => {
      const model = await fitMarginals(few, { reference: 'brownian' }, { key })
      return [...sampleTrajectories(model, { count: 20, times: [0.3], key }).values.data]
    }
    expect(await draw()).toEqual(await draw())
  })
})

describe('the plain bridge without a given σ', () => {
  const drawn = (n: number, d: number, seed: number, map: (x: number, k: number) => number): Cloud =>
    cloud(matrix(n, d, normals(keyFromSeed(seed), n * d).map(map)))
  const moving = (s = 1): SnapshotInput => ({
    times: [0, 1, 3],
    clouds: [0, 1, 2].map((t) => drawn(60, 2, 20 + t, (x, k) => s * (x + (k % 2 === 0 ? 2 * t : 0))))
  })

  it('has the σ that particles resolve: coordinates ten times as large, σ and paths ten times as large', async () => {
    const [model, large] = [
      await fitMarginals(moving(), { reference: 'brownian' }, { key }),
      await fitMarginals(moving(10), { reference: 'brownian' }, { key })
    ]
    expect(model.sigmaFrom).toBe('resolution')
    expect(model.intervalSigmas.map((s) => s[0])).toEqual(Array.from(resolutionSigmas(model.snapshots)))
    model.intervalSigmas.forEach((sigma, k) => {
      expect(large.intervalSigmas[k]![0]! / sigma[0]!).toBeCloseTo(10, 9)
      expect(sigma[1]).toBe(sigma[0])
    })
    expect(model.sigma[0]).toBeCloseTo((model.intervalSigmas[0]![0]! + model.intervalSigmas[1]![0]!) / 2, 12)
    const [paths, longer] = [model, large].map((m) => sampleTrajectories(m, { count: 7, times: [0.4, 2], key })) as [
      Trajectories,
      Trajectories
    ]
    paths.values.data.forEach((x, k) => {
      expect(longer.values.data[k]).toBeCloseTo(10 * x, 6)
    })
  })
  it('between Gaussian clouds it has the closed form at that σ (five standard errors)', async () => {
    const input = {
      times: [0, 2],
      clouds: [drawn(300, 2, 31, (x) => 0.5 * x), drawn(300, 2, 32, (x, k) => 0.9 * x + (k % 2 === 0 ? 3 : 0))]
    }
    const model = await fitMarginals(input, { reference: 'brownian' }, { key })
    const count = 1200
    const seen = trajectoriesAt(sampleTrajectories(model, { count, times: [1], key }), 1)
    const noise = model.sigma[0]! ** 2 * 2
    const column = (m: Matrix, a: number): Matrix =>
      matrix(
        m.rows,
        1,
        m.data.filter((_, k) => k % 2 === a)
      )
    for (const a of [0, 1]) {
      const [first, last] = input.clouds.map((c) => varianceOf(column(c.points, a))) as [
        ReturnType<typeof varianceOf>,
        ReturnType<typeof varianceOf>
      ]
      const cross = (Math.sqrt(4 * first.variance * last.variance + noise ** 2) - noise) / 2
      const variance = (first.variance + last.variance + 2 * cross + noise) / 4
      const own = varianceOf(column(seen, a))
      expect(Math.abs(own.mean - (first.mean + last.mean) / 2)).toBeLessThan(5 * Math.sqrt(variance / count))
      // Clouds are Gaussian up to their own sampling error.
      expect(Math.abs(own.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 300))
    }
  })
  it('is as near to held-out snapshots as straight lines, where the σ of the likelihood is far off; twice and three times σ do as well', async () => {
    const input: SnapshotInput = {
      times: [0, 1, 2, 3, 4],
      clouds: [0, 1, 2, 3, 4].map((t) =>
        cloud(
          matrixFromRows(
            Array.from({ length: 60 }, (_, i) => {
              const z = normals(keyFromSeed(40 + t), 2, i)
              return [3 * Math.cos(t / 2) + 0.3 * z[0]!, 3 * Math.sin(t / 2) + 0.3 * z[1]!]
            })
          )
        )
      )
    }
    const against = async (sigma: MarginalsOptions['sigma']): Promise<number> => {
      const model = await fitMarginals(input, { reference: 'brownian', holdOut: [1, 3], sigma: sigma! }, { key })
      const scores = await scoreHeldOut(model, key)
      return scores.reduce((sum, s) => sum + s.w1, 0) / scores.reduce((sum, s) => sum + s.straightLine!, 0)
    }
    const { sigma } = await fitMarginals(input, { reference: 'brownian', holdOut: [1, 3] }, { key })
    expect(await against('auto')).toBeLessThan(1.02)
    expect(await against([2 * sigma[0]!])).toBeLessThan(1.03)
    expect(await against([3 * sigma[0]!])).toBeLessThan(1.05)
    expect(await against('estimate')).toBeGreaterThan(1.5)
  })
  it('draws bridges with half of σ², with all of a σ that is given', async () => {
    const model = await fitMarginals(moving(), { reference: 'brownian' }, { key })
    const sigma = model.intervalSigmas[0]!
    const given = await fitMarginals(moving(), { reference: 'brownian', sigma: Array.from(sigma) }, { key })
    const [share, whole] = [model, given].map((one) => {
      const { times, values, count } = sampleTrajectories(one, { count: 400, times: [0.5], key })
      const place = (path: number, t: number, a: number) => values.data[(path * times.length + t) * 2 + a]!
      let squares = 0
      for (let path = 0; path < count; path++)
        for (const a of [0, 1]) squares += (place(path, 1, a) - (place(path, 0, a) + place(path, 2, a)) / 2) ** 2
      return squares / (2 * count) / (sigma[0]! ** 2 / 4)
    }) as [number, number]
    expect(Math.abs(share - 0.5)).toBeLessThan(0.08)
    expect(Math.abs(whole - 1)).toBeLessThan(0.16)
  })
  it('widens an interval whose coupling cannot have its marginals, and says so; notes columns of unequal scale', async () => {
    // Three particles against two: with next to no noise the middle one would have to split exactly.
    const uneven = { times: [0, 1], clouds: [drawn(60, 1, 51, (x) => x), drawn(41, 1, 52, (x) => x * x * x + 40)] }
    const model = await fitMarginals(uneven, { reference: 'brownian' }, { key })
    const resolution = resolutionSigmas(model.snapshots)[0]!
    const doublings = Math.log2((model.sigma[0]! / resolution) ** 2)
    expect(doublings).toBeCloseTo(Math.round(doublings), 9)
    expect(doublings).toBeGreaterThan(0.5)
    expect(model.couplingEndings[0]!.error).toBeLessThanOrEqual(1e-3)
    expect(model.notes.join()).toMatch(/Interval 1: .*σ² was doubled/)
    const unequal = { times: [0, 1], clouds: [1, 2].map((seed) => drawn(40, 2, seed, (x, k) => (k % 2 === 0 ? 1000 * x : x))) }
    expect((await fitMarginals(unequal, { reference: 'brownian' }, { key })).notes.join()).toMatch(/x0 spreads .* times as far as x1/)
    expect((await fitMarginals(moving(), { reference: 'brownian' }, { key })).notes).toEqual([])
  })
  it('refuses a column that never varies inside a snapshot, by name', async () => {
    const flat = {
      times: [0, 1],
      clouds: [1, 2].map((seed) => drawn(9, 2, seed, (x, k) => (k % 2 === 0 ? x : 5))),
      columnNames: ['depth', 'level']
    }
    await expect(fitMarginals(flat, { reference: 'brownian' }, { key })).rejects.toThrow(/the column level, which is the same/)
  })
  it('a stop takes effect wherever the fit is', { tags: ['slow'] }, async () => {
    const input: SnapshotInput = { times: [0, 1], clouds: [drawn(200, 2, 61, (x) => x), drawn(200, 2, 62, (x) => x + 1)] }
    let polls = 0
    const counted = {
      get aborted() {
        polls++
        return false
      }
    }
    const run = async (stop: { readonly aborted: boolean }) => {
      const model = await fitMarginals(input, { reference: 'brownian' }, { key, watch: { stop } })
      return sampleTrajectories(model, { count: 300, times: [0.5], key, watch: { stop } })
    }
    await run(counted)
    const all = polls
    for (const share of [0.01, 0.3, 0.97]) {
      let left = Math.floor(share * all)
      const stop = {
        get aborted() {
          return left-- <= 0
        }
      }
      await expect(run(stop)).rejects.toThrow(/stop request/)
      expect(left).toBe(-1)
    }
  })
})

describe('paths', () => {
  it('pass through particles at snapshot times with the snapshots’ weights, and weights count as copies', async () => {
    const points = matrix(40, 2, normals(keyFromSeed(1), 80))
    const weights = Float64Array.from({ length: 40 }, (_, i) => (i < 10 ? 3 : 1))
    const later = cloud(
      matrix(
        30,
        2,
        normals(keyFromSeed(2), 60).map((x) => x + 1)
      )
    )
    const weighted = { times: [0, 1], clouds: [cloud(points, logWeightsFrom(weights)), later] }
    const copied = matrix(60, 2)
    for (let i = 0, row = 0; i < 40; i++)
      for (let c = 0; c < weights[i]!; c++, row++) copied.data.set(points.data.subarray(2 * i, 2 * i + 2), 2 * row)
    const options = { reference: 'brownian' as const, sigma: [0.7] }
    const model = await fitMarginals(weighted, options, { key })
    const same = await fitMarginals({ times: [0, 1], clouds: [cloud(copied), later] }, options, { key })
    model.couplings[0]!.potentials.to.forEach((g, j) => {
      expect(g).toBeCloseTo(same.couplings[0]!.potentials.to[j]!, 3)
    })
    const count = 3000
    const paths = sampleTrajectories(model, { count, times: [0.5, 1.3], key })
    expect([...paths.times]).toEqual([0, 0.5, 1, 1.3])
    for (const [time, cloudAt, share] of [
      [0, points, 3 / 60],
      [1, later.points, 1 / 30]
    ] as const) {
      const at = trajectoriesAt(paths, time)
      const rows = new Map<string, number>()
      for (let p = 0; p < count; p++) {
        const name = String(at.data.subarray(2 * p, 2 * p + 2))
        rows.set(name, (rows.get(name) ?? 0) + 1)
      }
      expect(rows.size).toBe(cloudAt.rows)
      const first = rows.get(String(cloudAt.data.subarray(0, 2)))!
      expect(Math.abs(first / count - share)).toBeLessThan(5 * Math.sqrt(share / count))
    }
    // After the last snapshot the reference runs on: variance grows by σ² t (five standard errors).
    const beyond = trajectoriesAt(paths, 1.3)
    const last = trajectoriesAt(paths, 1)
    const steps = matrix(
      2 * count,
      1,
      beyond.data.map((x, k) => x - last.data[k]!)
    )
    expect(Math.abs(varianceOf(steps).variance / (0.49 * 0.3) - 1)).toBeLessThan(5 * Math.sqrt(1 / count))
    expect(() => sampleTrajectories(model, { count: 5, times: [-1], key })).toThrow(/first snapshot at 0/)
  })
})

describe('refit', () => {
  it('Lotka–Volterra: θ within 3 % of the truth, held-out W1 near the floor, truth inside the intervals', { tags: ['slow'] }, async () => {
    const rows = readFileSync(new URL('../../../../../examples/data/lotka-volterra.csv', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number))
    const times = [0, 2, 3, 4, 6, 8]
    const clouds = times.map((t) =>
      cloud(
        matrixFromRows(
          rows
            .filter((r) => r[0] === t)
            .slice(0, 80)
            .map((r) => r.slice(1))
        )
      )
    )
    const model = await fitMarginals(
      { times, clouds, columnNames: ['prey', 'predator'] },
      { reference: 'lotka-volterra', holdOut: [3] },
      { key }
    )
    expect(model.ending).toBe('converged')
    expect(model.diffusion).toBe('proportional')
    ;[1, 0.4, 0.4, 0.1].forEach((truth, k) => {
      expect(Math.abs(model.theta[k]! / truth - 1)).toBeLessThan(0.03)
      expect(model.intervals[k]!.lower).toBeLessThan(truth)
      expect(model.intervals[k]!.upper).toBeGreaterThan(truth)
    })
    model.sigma.forEach((s) => {
      expect(Math.abs(s / 0.02 - 1)).toBeLessThan(0.5)
    })
    const [score] = await scoreHeldOut(model, key)
    expect(score!.w1).toBeLessThan(0.06)
    expect(score!.straightLine).toBeGreaterThan(3 * score!.w1)
  })
  it('a linear family finds its matrix from moving Gaussians', { tags: ['slow'] }, async () => {
    const A = [
      [-0.3, 1],
      [-1, -0.3]
    ]
    const b = (x: number[]): number[] => A.map((row) => row[0]! * x[0]! + row[1]! * x[1]!)
    const clouds = [0, 1, 2, 3].map((t) => {
      const z = normals(keyFromSeed(70 + t), 2 * 60 * (1 + 60 * t))
      let at = 0
      const start = Array.from({ length: 60 }, () => [2 + 0.4 * z[at++]!, 0.4 * z[at++]!])
      for (let s = 0; s < 60 * t; s++) {
        for (const x of start) {
          const f = b(x)
          for (const a of [0, 1]) x[a] = x[a]! + f[a]! / 60 + 0.1 * Math.sqrt(1 / 60) * z[at++]!
        }
      }
      return cloud(matrixFromRows(start))
    })
    const model = await fitMarginals({ times: [0, 1, 2, 3], clouds }, { reference: 'linear' }, { key })
    ;[-0.3, 1, -1, -0.3].forEach((truth, k) => {
      expect(Math.abs(model.theta[k]! - truth)).toBeLessThan(0.15)
    })
    expect(model.family.drift.linear).toBeDefined()
  })
})
