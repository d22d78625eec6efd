import { describe, expect, it } from 'vitest'
import { type Matrix, matrix, matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'
import type { MarginalsOptions } from './options.js'
import { sampleTrajectories } from './sample.js'
import { type HeldOutScore, scoreHeldOut } from './score.js'
import { prepareSnapshots } from './snapshots.js'
import { type UserReference, userFamily } from './user-family.js'

const key = keyFromSeed(1)
const points = (n: number, d: number, seed: number, shift = 0): Matrix =>
  matrix(
    n,
    d,
    normals(keyFromSeed(seed), n * d).map((x) => x + shift)
  )
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
const two = (d: number, shift = 0) => ({ times: [0, 1], clouds: [cloud(points(12, d, 1, shift)), cloud(points(12, d, 2, shift))] })
const fit = (input: Parameters<typeof fitMarginals>[0], options: MarginalsOptions = { reference: 'brownian' }) =>
  fitMarginals(input, options, { key })

describe('snapshots', () => {
  it('sorts times and joins equal ones, with notes', () => {
    const prepared = prepareSnapshots({
      times: [2, 0, 2],
      clouds: [cloud(points(3, 1, 1)), cloud(points(4, 1, 2)), cloud(points(6, 1, 3))]
    })
    expect(prepared.snapshots.map((s) => [s.time, s.cloud.points.rows])).toEqual([
      [0, 4],
      [2, 9]
    ])
    expect(prepared.notes).toHaveLength(2)
    prepared.snapshots[1]!.cloud.logWeights.forEach((w) => {
      expect(w).toBeCloseTo(-Math.log(9), 12)
    })
  })
  it('says so where all particles of a time are alike, as of a default that was written for a measurement', () => {
    const same = cloud(matrixFromRows([[1.5], [1.5], [1.5]]))
    const { notes } = prepareSnapshots({ times: [0, 1, 2], clouds: [cloud(points(4, 1, 1)), same, cloud(points(4, 1, 2))] })
    expect(notes).toEqual([expect.stringMatching(/^All 3 particles at time 1 are alike.*--hold-out 1/)])
  })
  it('takes a single particle, as where all were released: paths begin there, and are half as far from it in the middle', async () => {
    const day = Date.UTC(2024, 1, 27)
    const calendar = { origin: day, style: { separator: '', seconds: 'none', zone: '' } } as const
    const released = { times: [0, 1, 3], clouds: [cloud(matrixFromRows([[9]])), ...two(1).clouds], calendar }
    const model = await fit(released)
    expect(model.notes).toContainEqual(expect.stringMatching(/^A single particle was seen at time 2024-02-27: .*--hold-out 2024-02-27/))
    const { times, values } = sampleTrajectories(model, { count: 2000, times: [0.5], key })
    const meanAt = (time: number) =>
      mean(Array.from({ length: 2000 }, (_, path) => values.data[path * times.length + times.indexOf(time)]!))
    expect(meanAt(0)).toBe(9)
    // Of σ/√2 or so on the way: five standard errors.
    expect(Math.abs(meanAt(0.5) - (9 + meanAt(1)) / 2)).toBeLessThan((5 * model.sigma[0]!) / Math.sqrt(2000))
    const [{ floor, mmd }] = (await scoreHeldOut(
      await fit({ ...released, times: [2, 0, 5] }, { reference: 'brownian', holdOut: [2] }),
      key
    )) as [HeldOutScore]
    expect([floor, Number.isFinite(mmd)]).toEqual([0, true])
    expect(() => prepareSnapshots({ times: [0, 1], clouds: [cloud(points(1, 1, 1)), cloud(points(1, 1, 2))] })).toThrow(/sbridge forecast/)
  })
  it('refuses what it cannot use, in words', async () => {
    await expect(fit({ times: [0], clouds: [cloud(points(5, 1, 1))] })).rejects.toThrow(/at least two different times/)
    await expect(fit({ times: [0, 1], clouds: [cloud(points(5, 1, 1)), cloud(points(0, 1, 2))] })).rejects.toThrow(/no particle at time 1/)
    await expect(fit({ times: [0, 1], clouds: [cloud(points(5, 1, 1)), cloud(points(5, 2, 2))] })).rejects.toThrow(
      /2 coordinates at time 1/
    )
    await expect(fit({ times: [0, Number.NaN], clouds: two(1).clouds })).rejects.toThrow(/finite number/)
    await expect(fit(two(1), { reference: 'brownian', holdOut: [7] })).rejects.toThrow(/hold-out time 7/)
    await expect(fit(two(1), { reference: 'brownian', holdOut: [1] })).rejects.toThrow(/after holding 1 out/)
    await expect(fit(two(2), { reference: 'lotka-volterra', diffusion: 'proportional' })).rejects.toThrow(
      /in column x\d, particle \d+ at time 0/
    )
    await expect(fit(two(3), { reference: 'lotka-volterra' })).rejects.toThrow(/2: prey, predator/)
    await expect(fit(two(2), { reference: 'repressilator' })).rejects.toThrow(/3 \(messengers\)/)
    const constant = { times: [0, 1], clouds: [cloud(matrixFromRows([[1], [1]])), cloud(matrixFromRows([[1], [1]]))] }
    await expect(fit(constant)).rejects.toThrow(/same for all particles/)
    await expect(fit({ ...constant, columnNames: ['level'] }, { reference: 'linear' })).rejects.toThrow(/the column level/)
    const broken = { times: [0, 1], clouds: [cloud(matrixFromRows([[1], [Number.NaN]])), cloud(points(3, 1, 1))] }
    await expect(fit(broken)).rejects.toThrow(/particle 1 at time 0/)
  })
  it('of a drift may have the noise that particles resolve: of each column as its spread is, in any units', async () => {
    const { times, clouds } = two(2)
    const scaled = clouds.map(({ points: p }) =>
      cloud(
        matrix(
          p.rows,
          2,
          p.data.map((x, k) => (k % 2 === 0 ? 1000 * x : x))
        )
      )
    )
    const options = { reference: 'gradient', sigma: 'resolution', rounds: 2 } as const
    const [own, other] = [await fit({ times, clouds }, options), await fit({ times, clouds: scaled }, options)]
    expect([own.sigmaFrom, own.notes.join()]).toEqual(['resolution', expect.not.stringMatching(/spreads/)])
    expect(other.sigma[0]! / own.sigma[0]!).toBeCloseTo(1000, 6)
    expect(other.sigma[1]).toBeCloseTo(own.sigma[1]!, 9)
  })
  it('refuses options that do not exist or are out of range', async () => {
    await expect(fit(two(1), { refrence: 'free' } as never)).rejects.toThrow(/the option refrence/)
    await expect(fit(two(1), { reference: 'brown' as never })).rejects.toThrow(/reference = brown/)
    await expect(fit(two(1), { reference: 'smooth+smooth' as never })).rejects.toThrow(/smooth\+smooth.*lotka-volterra\+smooth/s)
    await expect(fit(two(1), { rounds: -1 })).rejects.toThrow(/rounds = -1/)
    await expect(fit(two(1), { reference: 'brownian', sigma: [0] })).rejects.toThrow(/sigma = 0/)
    await expect(fit(two(1), { reference: 'brownian', sigma: [1, 2] })).rejects.toThrow(/2 values of sigma for 1 column/)
    await expect(fit(two(1), { diffusion: 'loud' as never })).rejects.toThrow(/diffusion = loud/)
  })
})

describe('a user’s module', () => {
  const shifted = { times: [0, 1], clouds: [cloud(points(30, 1, 1)), cloud(points(30, 1, 2, 1.5))] }
  const module = (drift: UserReference['drift'], more: Partial<UserReference> = {}): MarginalsOptions => ({
    reference: userFamily({ parameters: [{ name: 'speed', start: 0.2 }], drift, ...more })
  })
  it('is fitted with differences in place of missing derivatives: a shift of 1.5 in one unit of time', async () => {
    const model = await fit(
      shifted,
      module((_x, _t, theta) => [theta[0]!])
    )
    expect(Math.abs(model.theta[0]! - 1.5)).toBeLessThan(5 * Math.sqrt(2 / 30))
    const withDerivatives = await fit(
      shifted,
      module((_x, _t, theta) => [theta[0]!], { jacobian: () => [[0]], gradient: () => [[1]] })
    )
    expect(withDerivatives.theta[0]).toBeCloseTo(model.theta[0]!, 5)
  })
  it('errors name what was returned, the time, the particle and the parameters', async () => {
    const throwing = module(() => {
      throw new Error('no data')
    })
    await expect(fit(shifted, throwing)).rejects.toThrow(/no data.*from particle 0, with parameters \(0\.2\)/)
    await expect(fit(shifted, throwing)).rejects.toThrow(/at time 0 and state/)
    await expect(
      fit(
        shifted,
        module(() => [1, 2])
      )
    ).rejects.toThrow(/2 numbers from the module's drift.*from particle 0/)
    await expect(
      fit(
        shifted,
        module(() => 3 as never)
      )
    ).rejects.toThrow(/0 numbers/)
    await expect(
      fit(
        shifted,
        module((x) => [x[0]! > 0 ? Number.NaN : 1])
      )
    ).rejects.toThrow(/NaN from the module's drift at time .*speed = 0.2/)
    await expect(
      fit(
        shifted,
        module((_x, _t, th) => [th[0]!], { jacobian: () => [1, 2, 3] })
      )
    ).rejects.toThrow(/module's jacobian/)
  })
  it('explosions and stiffness are named with the parameters', async () => {
    await expect(
      fit(
        shifted,
        module((x) => [100 * x[0]! ** 3])
      )
    ).rejects.toThrow(/leaves every bound.*with parameters/)
    await expect(
      fit(
        shifted,
        module((x, t) => [-1e8 * (x[0]! - t)])
      )
    ).rejects.toThrow(/steps used up.*with parameters/)
  })
  it('a description that is not usable is refused', () => {
    expect(() => userFamily({} as never)).toThrow(/no function `drift`/)
    expect(() => userFamily({ parameters: [{ name: 'a', start: 2, upper: 1 }], drift: () => [0] })).toThrow(/the parameter a/)
  })
})
