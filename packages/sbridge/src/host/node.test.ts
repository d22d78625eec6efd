import { cloud, gaussianKernel, keyFromSeed, matrix, normals } from '@sbridge/core/kernels'
import { describe, expect, test } from 'vitest'
import { createEngine } from './node.js'

// As many as make a call worth sharing among threads.
const points = matrix(1200, 3, normals(keyFromSeed(1), 3600))
const pair = { from: cloud(points), to: cloud(points), kernel: gaussianKernel(0.1) }
const log = normals(keyFromSeed(2), 1200)
const noise = { key: keyFromSeed(3) }

describe('engines of the Node host', () => {
  test.each([
    ['wasm', 'float64'],
    ['wasm', 'float32'],
    ['wasm-relaxed', 'float64'],
    ['wasm-relaxed', 'float32']
  ] as const)('%s in %s gives the same bytes with 1, 2 and 4 threads, one call at a time and several', async (name, precision) => {
    const results: unknown[] = []
    for (const threads of [1, 2, 4]) {
      const engine = await createEngine(name, { threads, precision })
      // Twice: workers of the first call may start too late to take part.
      for (let turn = 0; turn < 2; turn++) {
        const [sum, mean] = [await engine.logSum(pair, log), await engine.mean(pair, log, points)]
        results.push([await engine.draw(pair, log, points, noise), sum, mean, await engine.moments(pair, log, points)])
      }
      const atOnce = [
        engine.draw(pair, log, points, noise),
        engine.logSum(pair, log),
        engine.mean(pair, log, points),
        engine.moments(pair, log, points)
      ]
      results.push(await Promise.all<unknown>(atOnce))
      await engine.close()
    }
    for (const other of results.slice(1)) expect(other).toStrictEqual(results[0])
  })

  test('unknown engines and precisions are refused', async () => {
    await expect(createEngine('fast')).rejects.toMatchObject({ code: 'engine-unknown' })
    await expect(createEngine('wasm', { precision: 'float16' as never })).rejects.toMatchObject({ code: 'precision-unknown' })
    await expect(createEngine('wasm', { threads: 0 })).rejects.toMatchObject({ code: 'threads' })
  })

  test('a long call ends soon after a stop request, and the event loop has turns meanwhile', async () => {
    const stop = { aborted: false }
    const many = matrix(20000, 8, normals(keyFromSeed(4), 160000))
    const engine = await createEngine('wasm', { threads: 2, stop })
    const long = engine.mean({ from: cloud(many), to: cloud(many), kernel: gaussianKernel(10) }, new Float64Array(20000), many)
    setTimeout(() => {
      stop.aborted = true
    }, 100)
    await expect(long).rejects.toMatchObject({ code: 'stopped' })
    await engine.close()
  })
})
