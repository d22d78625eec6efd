import { expect, it } from 'vitest'
import { linearStep } from '../../bridge/linear-step.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { inverse, multiply, transpose } from '../../num/linear-algebra.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { familyOf } from './families.js'
import { filledKnots } from './fill-gaps.js'
import { contextOf, fitMarginals } from './fit.js'
import { sampleTrajectories, trajectoriesAt } from './sample.js'
import { loadTrajectories, saveTrajectories } from './save.js'

const key = keyFromSeed(3)
/** Independent normal coordinates of these standard deviations; NaN where it is 0. */
const gaussian = (n: number, seed: number, spreads: readonly number[], mean = 0): Cloud =>
  cloud(
    matrix(
      n,
      2,
      normals(keyFromSeed(seed), 2 * n).map((z, e) => (spreads[e % 2] === 0 ? Number.NaN : mean + spreads[e % 2]! * z))
    )
  )
const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0)
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2 / values.length, 0) }
}
const column = ({ data, cols }: { data: Float64Array; cols: number }, a: number) => Array.from(data).filter((_, e) => e % cols === a)

it('a coordinate that was not measured at a time is the bridge between the times at which it was, the other goes through its particles', async () => {
  const [n, sigma] = [300, 0.6]
  const clouds = [gaussian(n, 1, [0.5, 0.7]), gaussian(n, 2, [0.8, 0]), gaussian(n, 3, [0.6, 0.4], 1)]
  const model = await fitMarginals(
    { times: [0, 1, 2], clouds, columnNames: ['a', 'b'] },
    { reference: 'brownian', sigma: [sigma] },
    { key }
  )
  expect(model.notes.join()).toMatch(/Empty cells \(b at 1 of 3 times\)/)
  const paths = sampleTrajectories(model, { count: 2000, times: [], key })
  const [first, middle, last] = [0, 1, 2].map((t) => trajectoriesAt(paths, t))
  const b = [first!, middle!, last!].map((at) => column(at, 1))
  // Coordinates are independent, so that b at 1 is the middle of both ends and the noise of a bridge, σ²/2.
  const ends = momentsOf(b[0]!.map((x, path) => (x + b[2]![path]!) / 2))
  const seen = momentsOf(b[1]!)
  const expected = ends.variance + sigma ** 2 / 2
  expect(Math.abs(seen.mean - ends.mean)).toBeLessThan(5 * Math.sqrt(expected / 2000))
  expect(Math.abs(seen.variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / 2000))
  // Cost through the other coordinate only: by itself it has the same couplings.
  const alone = clouds.map(({ points }) => cloud(matrix(n, 1, Float64Array.from(column(points, 0)))))
  const line = await fitMarginals({ times: [0, 1, 2], clouds: alone }, { reference: 'brownian', sigma: [sigma] }, { key })
  const row = (of: typeof model): Float64Array => {
    const out = new Float64Array(n)
    of.couplings[0]!.problem.kernel.fillRow(7, out)
    return out.map((x, j) => Math.exp(x + of.couplings[0]!.potentials.from[7]! + of.couplings[0]!.potentials.to[j]!))
  }
  const [partial, single] = [row(model), row(line)]
  partial.forEach((x, j) => {
    expect(Math.abs(x - single[j]!)).toBeLessThan(2e-3 * (1 + single[j]!))
  })
  const columns = { columnNames: ['a', 'b'], order: ['t', 'a', 'b'], decimals: new Map() }
  const saved = saveTrajectories({ marginals: model, columns, reference: 'brownian', seed: 1 })
  const again = sampleTrajectories(loadTrajectories(unpackModel(packModel(saved))).marginals, { count: 2000, times: [], key })
  expect([...again.values.data]).toEqual([...paths.values.data])
})

it('under a linear reference a gap is filled by the Gaussian law given both neighbours and what was measured', () => {
  const columnNames = ['x', 'y']
  const clouds = [gaussian(2, 4, [1, 1]), gaussian(2, 5, [1, 1]), gaussian(2, 6, [1, 1])]
  const snapshots = clouds.map((of, time) => ({ time: time * 0.7, cloud: of }))
  const family = familyOf('linear', contextOf({ snapshots, columnNames }), {
    smoothness: { lengthScale: 1, amplitude: 1, frequencyCount: 1 },
    key
  })
  const theta = Float64Array.of(-0.3, -1, 0.8, -0.2, 0, 0)
  const sigma = Float64Array.of(0.4, 0.7)
  const spread = matrix(2, 3, Float64Array.of(0, 0, 1, 0, 0, 1))
  const model = {
    ...{ family, theta, sigma, snapshots, columnNames },
    diffusion: 'additive',
    intervalSigmas: [sigma, sigma],
    spreads: [undefined, spread, undefined]
  }
  const points = clouds.map((of) => of.points)
  const count = 4000
  const chain = points.map(() => new Uint32Array(count))
  const knots = filledKnots(model as never, { points, chain }, key)
  const step = linearStep({ matrix: matrix(2, 2, theta.slice(0, 4)), offset: new Float64Array(2) }, 0.7)
  const noise = matrix(2, 2)
  step.unitCovariances.forEach((unit, c) => {
    unit.data.forEach((u, e) => {
      noise.data[e] = noise.data[e]! + sigma[c]! ** 2 * u
    })
  })
  const [x0, x1, x2] = points.map((of) => matrix(2, 1, of.data.slice(0, 2)))
  const q = inverse(noise)
  const back = multiply(transpose(step.propagator), q)
  const precision = multiply(back, step.propagator).data.map((x, e) => x + q.data[e]!)
  const pull = multiply(multiply(q, step.propagator), x0!).data.map((x, a) => x + multiply(back, x2!).data[a]!)
  const [mean, variance] = [(pull[1]! - precision[2]! * x1!.data[0]!) / precision[3]!, 1 / precision[3]!]
  const drawn = momentsOf(column(knots[1]!, 1))
  expect(Math.abs(drawn.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / count))
  expect(Math.abs(drawn.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
  expect(new Set(column(knots[1]!, 0))).toEqual(new Set([x1!.data[0]!]))
})

it('refuses what gaps leave no sense of, and says nothing where there are none', async () => {
  const whole = [gaussian(4, 1, [1, 1]), gaussian(4, 2, [1, 1]), gaussian(4, 3, [1, 1])]
  const fitted = (clouds: Cloud[], options: object) =>
    fitMarginals({ times: [0, 1, 2], clouds }, { reference: 'brownian', ...options }, { key })
  const gap = gaussian(4, 2, [1, 0])
  await expect(fitted([whole[0]!, gap, whole[2]!], { reference: 'smooth' })).rejects.toThrow(/empty cells with the reference smooth/)
  await expect(fitted([whole[0]!, gap, gap], {})).rejects.toThrow(/1 snapshot with two or more particles/)
  await expect(fitted([whole[0]!, gap, whole[2]!], { holdOut: [1] })).rejects.toThrow(/held-out time 1/)
  await expect(fitted([whole[0]!, gaussian(4, 2, [0, 0]), whole[2]!], {})).rejects.toThrow(/without a single coordinate/)
  expect((await fitted(whole, {})).spreads).toBeUndefined()
})
