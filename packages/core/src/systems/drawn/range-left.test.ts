import { expect, test } from 'vitest'
import { keyFromSeed, uniforms } from '../../num/random.js'
import { RANGE_WARNING, rangeWarnings } from './range-left.js'

const column = (name: string, values: Float64Array) => ({ name, isDate: false, unit: 0.01, values })

test('computed columns that leave the range of the data in more rows than fresh ones do are told, each end by itself', () => {
  const u = uniforms(keyFromSeed(5), 400)
  const real = [column('rate', u), column('drawn', u)]
  // One fresh law, so that ends move by chance alone: told once in a hundred tables.
  const fresh = [column('rate', uniforms(keyFromSeed(6), 2000))]
  expect(rangeWarnings(['rate'], { real, drawn: fresh })).toEqual([])
  const wide = uniforms(keyFromSeed(7), 2000).map((x) => (x < 0.1 ? 1 + x : x))
  const drawn = [column('rate', wide), column('drawn', wide)]
  expect(rangeWarnings([], { real, drawn })).toEqual([])
  const [told, ...others] = rangeWarnings(['rate'], { real, drawn })
  expect(others).toEqual([])
  expect(told!.name).toBe(RANGE_WARNING)
  expect(told!.message).toMatch(
    /^rate is above [01][.\d]* in 12 % of the drawn rows, up to 1\.\d+, and in no row of the data: a rule computes it/
  )
})
