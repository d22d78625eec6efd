import { expect, it } from 'vitest'
import { keyFromSeed, normals } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { largeScaleWarnings } from './large-scale.js'

/** Rows of d columns: a number that all of them share, times `shared`, and one of their own. */
const field = ({ n, d, seed, shared }: { n: number; d: number; seed: number; shared: number }): Table => {
  const z = normals(keyFromSeed(seed), n * (d + 1))
  const own = Math.sqrt(1 - shared * shared)
  const columns = Array.from({ length: d }, (_, c) => ({
    name: `x${c}`,
    kind: 'number' as const,
    values: Float64Array.from({ length: n }, (_, i) => shared * z[i]! + own * z[n * (c + 1) + i]!)
  }))
  return { columns, rowCount: n }
}

const told = async (real: Table, drawn: Table) => (await largeScaleWarnings(real, drawn)).map(({ message }) => message)

it('fields that share less than the data are told, with the ratio of variances', async () => {
  // The mean of 20 varies by 0.8² + 0.36/20 = 0.658, and by 0.4² + 0.84/20 = 0.202: 31 %.
  const [message] = await told(field({ n: 800, d: 20, seed: 1, shared: 0.8 }), field({ n: 2000, d: 20, seed: 2, shared: 0.4 }))
  const [mean, component] = [...message!.matchAll(/has ([\d.]+) % of the variance/g)].map(([, share]) => Number(share))
  expect(Math.abs(mean! - 31)).toBeLessThan(5)
  expect(Math.abs(component! - 31)).toBeLessThan(7)
  expect(message).toContain('--local auto')
})

it('fresh fields are not, of which the first component of few rows varies more than it should', async () => {
  for (let seed = 10; seed < 30; seed += 2)
    for (const shared of [0, 0.5])
      expect(await told(field({ n: 100, d: 64, seed, shared }), field({ n: 1000, d: 64, seed: seed + 1, shared }))).toEqual([])
})

it('a few drawn rows, or tables of another shape, tell nothing', async () => {
  const real = field({ n: 800, d: 20, seed: 1, shared: 0.8 })
  expect(await told(real, field({ n: 10, d: 20, seed: 2, shared: 0.1 }))).toEqual([])
  expect(await told(real, field({ n: 500, d: 3, seed: 2, shared: 0.1 }))).toEqual([])
})

it('curves that are rougher than those of the data are told, also where mean and component vary as they do', async () => {
  // All columns are one number but for a hundredth of the variance; drawn rows have a fifth of their own.
  const shared = (share: number, seed: number, n: number) => field({ n, d: 30, seed, shared: Math.sqrt(share) })
  const [message, ...others] = await told(shared(0.99, 41, 100), shared(0.8, 42, 200))
  expect(others).toEqual([])
  expect(message).not.toContain('the mean of all columns')
  const [, share] = message!.match(/what that component leaves has (\d+) % of the variance/)!
  // (1 − 0.8)/(1 − 0.99) = 20 times.
  expect(Math.abs(Number(share) - 2000)).toBeLessThan(200)
  expect(await told(shared(0.99, 41, 100), shared(0.99, 43, 200))).toEqual([])
})
