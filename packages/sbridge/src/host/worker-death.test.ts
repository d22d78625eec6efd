// @module-tag slow
import { syncBuiltinESMExports } from 'node:module'
import workerThreads, { type Worker } from 'node:worker_threads'
import { cloud, gaussianKernel, keyFromSeed, matrix, normals } from '@sbridge/core/kernels'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEngine } from './node.js'

// The threads that the host starts, to be killed from outside.
const threads: Worker[] = []
const { Worker: Real } = workerThreads
beforeAll(() => {
  workerThreads.Worker = class extends Real {
    constructor(...args: ConstructorParameters<typeof Real>) {
      super(...args)
      threads.push(this)
    }
  }
  syncBuiltinESMExports()
})
afterAll(() => {
  workerThreads.Worker = Real
  syncBuiltinESMExports()
})
afterEach(() => {
  threads.length = 0
})

const many = matrix(20_000, 8, normals(keyFromSeed(4), 160_000))
const pair = { from: cloud(many), to: cloud(many), kernel: gaussianKernel(10) }
const GONE = { name: 'EngineError', code: 'engine-worker', got: expect.stringContaining('ended with code') }

describe('threads of the engine under Node', () => {
  test('one that is killed ends the call with an error, and every later one', async () => {
    const engine = await createEngine('wasm', { threads: 3 })
    const long = engine.mean(pair, new Float64Array(20_000), many)
    const refused = expect(long).rejects.toMatchObject(GONE)
    await vi.waitFor(() => expect(threads.length).toBe(2))
    await threads[0]!.terminate()
    await refused
    await expect(engine.logSum(pair, new Float64Array(20_000))).rejects.toMatchObject(GONE)
    await engine.close()
  })

  test('closing an engine is no death', async () => {
    const few = matrix(2000, 3, many.data.subarray(0, 6000))
    const small = { from: cloud(few), to: cloud(few), kernel: gaussianKernel(1) }
    const engine = await createEngine('wasm', { threads: 2 })
    const before = await engine.mean(small, new Float64Array(2000), few)
    await engine.close()
    await vi.waitFor(() => expect(threads[0]!.threadId).toBe(-1))
    expect(await engine.mean(small, new Float64Array(2000), few)).toStrictEqual(before)
    await engine.close()
  })
})
