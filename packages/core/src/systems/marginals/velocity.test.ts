import { describe, expect, it } from 'vitest'
import { conditionalWeights } from '../../bridge/coupling.js'
import { stateTransition, type VelocityKernel, velocityProcess } from '../../bridge/velocity.js'
import { inverse, multiply } from '../../num/linear-algebra.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { lastError } from './couplings.js'
import { fitMarginals } from './fit.js'
import { sampleTrajectories } from './sample.js'
import { loadTrajectories, saveTrajectories } from './save.js'
import { scoreHeldOut } from './score.js'
import { coupleAllByVelocity, coupleByVelocity, couplingsOf } from './velocity-couplings.js'
import { beliefsAfter, hintsFrom, noHints, priorBeliefs, velocityKernel } from './velocity-kernel.js'
import { leftOutWeights } from './velocity-prediction.js'

const key = keyFromSeed(7)
const MATERN: VelocityKernel = { shape: 'matern-3/2', rate: 0.7, frequency: 0 }

/** A group on an arc of a circle, seen by other particles each time. */
function turning(times: readonly number[], { count = 60, rate = 0.6, seed = 90 } = {}) {
  return {
    times,
    clouds: times.map((t, k) => {
      const z = normals(keyFromSeed(seed + k), 2 * count)
      return cloud(
        matrixFromRows(
          Array.from({ length: count }, (_, i) => {
            const [angle, radius] = [0.5 * z[2 * i]! + rate * t, 1 + 0.1 * z[2 * i + 1]!]
            return [radius * Math.cos(angle), radius * Math.sin(angle)]
          })
        )
      )
    })
  }
}

describe('couplings that know velocities', () => {
  const process = velocityProcess(MATERN)
  it('log-weights of a pair are the integral over the velocity, by quadrature', () => {
    // One coordinate; the oscillator without damping of its second entry has q = 2: use q = 1 for a plain integral.
    const ou = velocityProcess({ shape: 'matern-1/2', rate: 0.7, frequency: 0 })
    const transition = stateTransition(ou, 1.3)
    const from = matrixFromRows([[0], [0.5], [-1]])
    const to = matrixFromRows([[0.2], [1.4], [-0.6]])
    const beliefs = { means: matrixFromRows([[0.4], [-0.3], [0.9]]), covariance: matrixFromRows([[0.6]]) }
    const hints = { vectors: matrixFromRows([[0.8], [-1.1], [0.3]]), precision: matrixFromRows([[0.9]]) }
    const integral = (i: number, j: number): number => {
      const [b, a] = [transition.map.data[1]!, transition.map.data[3]!]
      const [qxx, qxh, qhh] = [transition.noise.data[0]!, transition.noise.data[1]!, transition.noise.data[3]!]
      let total = 0
      // Over the velocities before (h) and after (g).
      for (let h = -6; h <= 6; h += 0.05)
        for (let g = -6; g <= 6; g += 0.05) {
          const [m, p] = [beliefs.means.data[i]!, 0.6]
          const [dx, dg] = [to.data[j]! - from.data[i]! - b * h, g - a * h]
          const det = qxx * qhh - qxh * qxh
          const square = (qhh * dx * dx - 2 * qxh * dx * dg + qxx * dg * dg) / det
          total += Math.exp(-0.5 * (square + (h - m) ** 2 / p) + hints.vectors.data[j]! * g - 0.45 * g * g)
        }
      return Math.log(total)
    }
    const kernel = velocityKernel({ from, to, beliefs, hints, transition }, 1)
    const rows = [0, 1, 2].map((i) => {
      const row = new Float64Array(3)
      kernel.fillRow(i, row)
      return row
    })
    // Terms of i or j alone leave a coupling as it is; the temperature is one factor.
    const across = (of: (i: number, j: number) => number, i: number, j: number): number => of(0, 0) - of(i, 0) - of(0, j) + of(i, j)
    const factor = across((i, j) => rows[i]![j]!, 1, 1) / across(integral, 1, 1)
    for (const [i, j] of [
      [1, 2],
      [2, 1],
      [2, 2]
    ] as const)
      expect(across((a, b) => rows[a]![b]!, i, j) / factor).toBeCloseTo(across(integral, i, j), 6)
  })

  it('from the last snapshot they are those from the first, though no two snapshots have as many particles', async () => {
    const snapshots = [12, 20, 15, 9].map((count, k) => {
      const { times, clouds } = turning([k], { count, seed: 40 + k })
      return { time: times[0]!, cloud: clouds[0]! }
    })
    const partners = async (start: 'first' | 'last') => {
      const parts = { snapshots, widths: [0.01, 0.01, 0.01] }
      const couplings = couplingsOf(await coupleByVelocity({ ...parts, process, start }), parts)
      return couplings.map(({ problem, potentials }) =>
        Array.from({ length: problem.kernel.rows }, (_, i) => {
          const row = new Float64Array(problem.kernel.cols)
          problem.kernel.fillRow(i, row)
          return row.map((x, j) => Math.exp(x + potentials.from[i]! + potentials.to[j]! + problem.toLogWeights[j]!))
        })
      )
    }
    const [first, last] = [await partners('first'), await partners('last')]
    // Each coupling goes on from the sweeps before, which end at other places of one slope: little of the partners differs.
    for (const [k, rows] of first.entries()) {
      const apart = rows.map((row, i) => row.reduce((sum, x, j) => sum + Math.abs(x - last[k]![i]![j]!) / 2, 0))
      expect(apart.reduce((sum, x) => sum + x / rows.length, 0)).toBeLessThan(0.08)
      for (const row of rows)
        expect(
          row.reduce((sum, x) => sum + x, 0),
          'a row that is whole'
        ).toBeCloseTo(1, 2)
    }
  })

  it('of all from those of some: groups that pass through each other keep their partners', async () => {
    const snapshots = [-2, -1, 0, 1, 2].map((time, k) => {
      const z = normals(keyFromSeed(60 + k), 24)
      return {
        time,
        cloud: cloud(matrixFromRows(Array.from(z, (e, i) => [(i % 2 ? 1 : -1) * time + 0.1 * e, (i % 2 ? 0.1 : -0.1) + 0.02 * e])))
      }
    })
    const some = snapshots.map(({ time, cloud: { points } }) => ({ time, cloud: cloud(matrix(8, 2, points.data.slice(0, 16))) }))
    const parts = { process: velocityProcess({ ...MATERN, rate: 0.1 }), widths: [0.02, 0.02, 0.02, 0.02] }
    const { pairs } = await coupleByVelocity({ ...parts, snapshots: some, start: 'first' })
    const all = await coupleAllByVelocity({ pairs, clouds: some.map((one) => one.cloud) }, { ...parts, snapshots })
    const row = new Float64Array(24)
    for (const coupling of couplingsOf(all, { ...parts, snapshots })) {
      let kept = 0
      for (let i = 0; i < 24; i++) {
        conditionalWeights(coupling, i, row)
        row.forEach((weight, j) => {
          if ((i - j) % 2 === 0) kept += weight / 24
        })
      }
      expect(kept).toBeGreaterThan(0.9)
    }
  })

  it('couplings without their marginals are found at a wider resolution, and only where it is one', async () => {
    const snapshots = [0, 1, 2].map((time, k) => ({ time, cloud: cloud(matrix(16, 2, normals(keyFromSeed(80 + k), 32))) }))
    const parts = { snapshots, process: velocityProcess(MATERN), widths: [1e-5, 1e-5] }
    const [sharp, wide] = [
      await coupleByVelocity({ ...parts, start: 'first' }),
      await coupleByVelocity({ ...parts, start: 'first', widen: true })
    ]
    expect(Math.max(...sharp.outcomes.map(lastError))).toBeGreaterThan(1e-3)
    expect(sharp.doublings).toEqual([0, 0])
    expect(Math.max(...wide.doublings)).toBeGreaterThan(0)
    const row = new Float64Array(16)
    for (const coupling of couplingsOf(wide, parts)) {
      const columns = new Float64Array(16)
      for (let i = 0; i < 16; i++) {
        conditionalWeights(coupling, i, row)
        row.forEach((weight, j) => {
          columns[j] = columns[j]! + weight
        })
      }
      expect(Math.max(...columns.map((sum) => Math.abs(sum - 1)))).toBeLessThan(2e-3)
    }
  })

  it('with one particle a snapshot, beliefs and hints together are the smoother', async () => {
    const times = [0, 1, 2.2, 3]
    const places = [0, 0.7, 0.4, 1.5]
    const snapshots = times.map((time, k) => ({ time, cloud: cloud(matrixFromRows([[places[k]!]]), uniformLogWeights(1)) }))
    const { pairs } = await coupleByVelocity({ snapshots, process, widths: [1, 1, 1], start: 'first' })
    // Beliefs before the second snapshot's later interval, and what its own hints add.
    const { covariance, means } = pairs[1]!.beliefs
    const hints = pairs[0]!.hints
    const information = inverse(covariance)
    const both = matrix(
      2,
      2,
      information.data.map((x, k) => x + hints.precision.data[k]!)
    )
    const vector = multiply(information, matrix(2, 1, means.data)).data.map((x, k) => x + hints.vectors.data[k]!)
    const velocity = multiply(inverse(both), matrix(2, 1, vector)).data[0]!
    const h = 1e-4
    const near = (at: number): number => pathAt(MATERN, times, places, at)
    expect(velocity).toBeCloseTo((near(1 + h) - near(1 - h)) / (2 * h), 5)
  })
  it('beliefs that learned nothing hint at nothing, and the sign of the velocity turns with time', () => {
    const at = matrixFromRows([[0, 0]])
    const { vectors, precision } = hintsFrom(process, priorBeliefs(process, at))
    expect(Math.max(...vectors.data.map(Math.abs), ...precision.data.map(Math.abs))).toBeLessThan(1e-12)
    const sure = {
      means: matrixFromRows([[2, 0, 0, 0]]),
      covariance: matrixFromRows([
        [0.01, 0],
        [0, 1]
      ])
    }
    expect(hintsFrom(process, sure).vectors.data[0]).toBeCloseTo(-200, 6)
  })
  it('beliefs after a coupling average over partners, and their spread widens the covariance', () => {
    const transition = stateTransition(process, 1)
    const from = matrixFromRows([[0], [2]])
    const to = matrixFromRows([[1], [1]])
    const pair = { from, to, transition, beliefs: priorBeliefs(process, from), hints: noHints(process, to) }
    const kernel = velocityKernel(pair, 1e9)
    const coupling = {
      problem: { kernel, fromLogWeights: uniformLogWeights(2), toLogWeights: uniformLogWeights(2) },
      potentials: { from: new Float64Array(2), to: new Float64Array(2) }
    }
    const mixed = beliefsAfter(pair, coupling)
    expect(mixed.means.data[0]).toBeCloseTo(0, 6)
    const alone = beliefsAfter({ ...pair, from: matrixFromRows([[0], [0]]) }, coupling)
    expect(mixed.covariance.data[0]! - alone.covariance.data[0]!).toBeCloseTo((alone.means.data[0]! / 1) ** 2, 6)
  })
})

/** The smoothed path at one time, through weights of the grid. */
function pathAt(kernel: VelocityKernel, times: readonly number[], places: readonly number[], at: number): number {
  const all = Float64Array.from([...times, at]).sort()
  const weights = leftOutWeights(kernel, all)[all.indexOf(at) - 1]!
  return Array.from(all, (t, k) => (t === at ? 0 : weights[k]! * places[times.indexOf(t)]!)).reduce((sum, x) => sum + x, 0)
}

describe('the reference smooth', () => {
  it('goes round where straight lines cut across: under three quarters of their error at held-out times', { tags: ['slow'] }, async () => {
    const input = turning([0, 1, 2, 3, 4, 5, 6, 7, 8], { count: 30 })
    const model = await fitMarginals(input, { reference: 'smooth', holdOut: [1, 3, 5, 7] }, { key })
    expect(model.velocity).toBeDefined()
    const scores = await scoreHeldOut(model, key)
    const mean = (of: (s: (typeof scores)[number]) => number): number => scores.reduce((sum, s) => sum + of(s), 0)
    expect(mean((s) => s.w1)).toBeLessThan(0.75 * mean((s) => s.straightLine!))
  })
  it('with fewer than two interior snapshots is the plain bridge, value by value, and says so', async () => {
    const input = turning([0, 1, 2])
    const draw = async (reference: 'smooth' | 'brownian') => {
      const model = await fitMarginals(input, { reference }, { key })
      return { model, paths: sampleTrajectories(model, { count: 30, times: [0.5, 1.2, 2.5], key }) }
    }
    const [smooth, plain] = [await draw('smooth'), await draw('brownian')]
    expect(smooth.paths.values.data).toEqual(plain.paths.values.data)
    expect(smooth.model.velocity).toBeUndefined()
    expect(smooth.model.notes.join()).toMatch(/Fewer than two snapshots/)
  })
  it('warns of turns beyond 90° a gap, which fit the other way as well', { tags: ['slow'] }, async () => {
    const rotating = async (rate: number) =>
      await fitMarginals(turning([0, 1, 2, 3, 4, 5], { count: 18, rate }), { reference: 'smooth' }, { key })
    const [slow, fast] = [await rotating(0.5), await rotating(1.9)]
    expect(slow.notes.join()).not.toMatch(/beyond 90°/)
    expect(fast.velocity!.kernel.frequency).toBeGreaterThan(Math.PI / 2)
    expect(fast.notes.join()).toMatch(/turn by 1[0-9]{2}° between snapshots: beyond 90°/)
  })
  it('paths pass through particles, are the same whatever their number, and come back from a file byte for byte', {
    tags: ['slow']
  }, async () => {
    const model = await fitMarginals(turning([0, 1, 2, 3, 4], { count: 30 }), { reference: 'smooth' }, { key: keyFromSeed(11) })
    const request = { times: [0.5, 2.5, 4.5], key }
    const paths = sampleTrajectories(model, { ...request, count: 12 })
    const first = model.snapshots[0]!.cloud.points
    const places = new Set(Array.from({ length: first.rows }, (_, i) => String(first.data.subarray(2 * i, 2 * i + 2))))
    for (let p = 0; p < 12; p++) expect(places.has(String(rowAt(paths.values, p * paths.times.length)))).toBe(true)
    const columns = { columnNames: ['x0', 'x1'], order: ['t', 'x0', 'x1'], decimals: new Map() }
    const loaded = loadTrajectories(saveTrajectories({ marginals: model, columns, reference: 'smooth', seed: 11 }))
    expect(sampleTrajectories(loaded.marginals, { ...request, count: 12 }).values.data).toEqual(paths.values.data)
  })
  it('groups that cross pass through each other; of particles that go nowhere nothing is made', { tags: ['slow'] }, async () => {
    const groups = (times: readonly number[], speed: number) => ({
      times,
      clouds: times.map((t, k) => {
        const z = normals(keyFromSeed(40 + k), 90)
        return cloud(
          matrixFromRows(
            Array.from({ length: 30 }, (_, i) => {
              const side = i % 2 === 0 ? 1 : -1
              return [side * (speed * t - 2) + 0.2 * z[3 * i]!, 0.2 * z[3 * i + 1]!, 0.3 * side + 0.02 * z[3 * i + 2]!]
            })
          )
        )
      })
    })
    const keepsSides = async (times: readonly number[], reference: 'smooth' | 'brownian' = 'smooth'): Promise<number> => {
      const model = await fitMarginals(groups(times, 1), { reference }, { key })
      const { times: all, values, count } = sampleTrajectories(model, { count: 200, times: [], key })
      const side = (path: number, place: number): number => Math.sign(values.data[(path * all.length + place) * 3 + 2]!)
      return Array.from({ length: count }, (_, path) => path).filter((p) => side(p, 0) === side(p, all.length - 1)).length / count
    }
    // Nearest particles turn back at the crossing, so that their chains look straight but for there.
    const fine = [0, 0.7, 1.4, 2.1, 2.8, 3.5, 4.2]
    expect(await keepsSides(fine, 'brownian')).toBeLessThan(0.6)
    expect(await keepsSides(fine)).toBeGreaterThan(0.8)
    expect((await fitMarginals(groups([0, 1, 2, 3, 4], 0), { reference: 'smooth' }, { key })).velocity).toBeUndefined()
  })

  it('refuses a likelihood for σ, which has none here', async () => {
    await expect(fitMarginals(turning([0, 1]), { reference: 'smooth', sigma: 'estimate' }, { key })).rejects.toThrow(/reference smooth/)
  })
})

const rowAt = (m: Matrix, i: number): Float64Array => m.data.subarray(i * m.cols, (i + 1) * m.cols)
