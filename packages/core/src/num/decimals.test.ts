import { expect, test } from 'vitest'
import { tenTo, toDecimals } from './decimals.js'
import { keyFromSeed, normals } from './random.js'

const sizes = [1e-9, 1e-3, 1, 1e4, 1e9, 1e15]

test('is what the spelled number reads as, halves and signs of zero included', () => {
  const z = normals(keyFromSeed(1), 300)
  const halves = [0.5, 1.005, 2.675, 8.345, 1e21, 1.5e12 + 0.5]
  const values = sizes.flatMap((size) => Array.from(z, (x) => x * size)).concat([0, -0, Number.NaN, ...halves, ...halves.map((x) => -x)])
  for (let decimals = 0; decimals <= 18; decimals++) {
    const spelled = values.map((x) => Number(x.toFixed(decimals)))
    expect(values.map((x) => toDecimals(x, decimals))).toEqual(spelled)
    expect(spelled.map((x) => toDecimals(x, decimals))).toEqual(spelled.map((x) => Number(x.toFixed(decimals))))
  }
})

test('powers of ten', () => {
  expect(Array.from({ length: 13 }, (_, k) => tenTo(k))).toEqual(Array.from({ length: 13 }, (_, k) => 10 ** k))
})
