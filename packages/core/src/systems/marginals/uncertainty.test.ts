// @module-tag slow

import { expect, test } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'

/** Exact snapshots of dx = (c + a x) dt + s dW in each of two columns apart, particles drawn anew at every time. */
function relaxing({ a, c, s, n, times }: { a: number[]; c: number[]; s: number; n: number; times: number[] }, seed: number) {
  const clouds = times.map((time, k) => {
    const points = matrix(n, 2)
    const z = normals(keyFor(keyFromSeed(seed), `time ${k}`), 2 * n)
    for (let i = 0; i < n; i++)
      for (const b of [0, 1]) {
        const decay = Math.exp(a[b]! * time)
        const mean = (b === 0 ? -2 : 2) * decay + (c[b]! / a[b]!) * (decay - 1)
        points.data[2 * i + b] = mean + Math.sqrt(0.36 * decay ** 2 + (s * s * (decay ** 2 - 1)) / (2 * a[b]!)) * z[2 * i + b]!
      }
    return cloud(points)
  })
  return { times, clouds }
}

test('95 % intervals of a linear drift hold the truth about so often where the noise is estimated too', async () => {
  const [truth, fits] = [[-0.6, 0, 0, -0.9, 0.5, 0.3], 10]
  const held = new Float64Array(6)
  for (let seed = 1; seed <= fits; seed++) {
    const input = relaxing({ a: [-0.6, -0.9], c: [0.5, 0.3], s: 0.4, n: 40, times: [0, 0.8, 1.6, 2.4] }, seed)
    const { intervals } = await fitMarginals(input, { reference: 'linear' }, { key: keyFromSeed(seed) })
    intervals.forEach(({ lower, upper }, k) => {
      held[k] = held[k]! + (lower <= truth[k]! && truth[k]! <= upper ? 1 : 0)
    })
  }
  // With the noise taken for known: 36 of 60. Of 60 that go together by sixes 57 are expected, give or take four.
  expect(held.reduce((sum, x) => sum + x, 0)).toBeGreaterThan(47)
})
