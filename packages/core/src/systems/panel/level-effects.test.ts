import { expect, it } from 'vitest'
import { columnOf, matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { Encoder } from '../../table/encoder.js'
import { levelEffects, toldByLevels } from './level-effects.js'

const encoderOf = (...levels: readonly number[]) =>
  ({ factors: levels.map((levelCount) => ({ name: '', levelCount, places: matrix(levelCount, levelCount) })) }) as unknown as Encoder
const encoder = encoderOf(20, 5, 7)
const key = keyFromSeed(3)
const SHOPS = [-1, -0.5, 0, 0.5, 1]
const PRODUCTS = [...normals(keyFor(key, 'products'), 20)]

/** Rows of a number to which product and shop add something each, and days nothing. Shops go with products. */
function rows(n: number) {
  const [u, noise] = [uniforms(keyFor(key, 'levels'), 3 * n), normals(keyFor(key, 'noise'), n)]
  const codes = new Int32Array(3 * n)
  const coordinates = matrix(n, 1)
  for (let i = 0; i < n; i++) {
    codes[3 * i] = Math.floor(20 * u[3 * i]!)
    codes[3 * i + 1] = u[3 * i + 1]! < 0.5 ? codes[3 * i]! % 5 : Math.floor(10 * (u[3 * i + 1]! - 0.5))
    codes[3 * i + 2] = Math.floor(7 * u[3 * i + 2]!)
    coordinates.data[i] = 5 + PRODUCTS[codes[3 * i]!]! + SHOPS[codes[3 * i + 1]!]! + noise[i]!
  }
  return { coordinates, codes }
}

it('effects of levels are found beside each other, and none where there are none', () => {
  const { effects } = levelEffects(encoder, rows(4000))
  const of = (from: number, count: number) => [...effects.data.subarray(from, from + count)]
  const off = (found: readonly number[], all: readonly number[]) => found.map((x, l) => Math.abs(x - found[0]! - (all[l]! - all[0]!)))
  // 200 rows a product, half of which stand in any shop: standard errors of differences are below 0.15, and 0.1 of shops.
  expect(Math.max(...off(of(0, 20), PRODUCTS))).toBeLessThan(0.6)
  expect(Math.max(...off(of(20, 5), SHOPS))).toBeLessThan(0.4)
  expect(Math.max(...of(25, 7).map(Math.abs))).toBeLessThan(0.1)
  expect(toldByLevels(encoder, Int32Array.of(3, 2, 6), effects).data[0]).toBeCloseTo(
    effects.data[3]! + effects.data[22]! + effects.data[31]!,
    12
  )
})

it('rows are told by all other rows, not by themselves', () => {
  const { coordinates, codes } = rows(400)
  // One row has a level of its own, and is off by much.
  const lone = codes.slice()
  lone[2] = 7
  const far = matrix(400, 1, coordinates.data.slice())
  far.data[0]! += 100
  const [near, moved] = [coordinates, far].map(
    (values) => levelEffects(encoderOf(20, 5, 8), { coordinates: values, codes: lone }).told.data[0]!
  )
  expect(Math.abs(moved! - near!)).toBeLessThan(1)
  // Numbers that are noise: what rows are told goes with them as little as chance has it, of 4 standard errors.
  const noise = matrix(400, 1, normals(keyFor(key, 'alone'), 400))
  const { told } = levelEffects(encoder, { coordinates: noise, codes })
  expect(told.cols).toBe(1)
  const product = columnOf(told, 0).reduce((sum, x, i) => sum + x * noise.data[i]!, 0)
  const square = Math.sqrt(columnOf(told, 0).reduce((sum, x) => sum + x * x, 0) * 400)
  expect(product).toBeLessThan((4 / 20) * Math.max(square, 1e-9))
})
