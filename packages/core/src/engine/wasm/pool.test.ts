import { afterEach, describe, expect, test, vi } from 'vitest'
import { type WasmMemory, webAssembly } from '../../num/webassembly.js'
import { ACTIVE, browserHost, plainHost, type WasmHost } from './host.js'
import { Pool } from './pool.js'

/** A pool of two threads, the second one as `start` has it; kernels that do nothing. */
function poolWith(start: (active: Int32Array, died: (cause: string) => void) => void): { pool: Pool; stopped: () => number } {
  let stopped = 0
  const memory: WasmMemory = new (webAssembly()!.Memory)({ initial: 1, maximum: 1, shared: true })
  const host: WasmHost = {
    ...plainHost(),
    startWorker: (_, died) => {
      start(new Int32Array(memory.buffer), died)
      return { stop: () => void stopped++ }
    }
  }
  const kernels = { initialise: () => {}, scratchBytes: () => 0, run: () => {} }
  return { pool: new Pool({ memory, module: {}, kernels, host, threads: 2 }), stopped: () => stopped }
}

test('the calling thread does something else while others have work that takes long enough', async () => {
  const memory: WasmMemory = new (webAssembly()!.Memory)({ initial: 1, maximum: 1, shared: true })
  let clock = 0
  const left: number[] = []
  const host: WasmHost = {
    ...plainHost(),
    now: () => clock,
    startWorker: () => ({ stop: () => {} }),
    meanwhile: (milliseconds) => void left.push(milliseconds)
  }
  const kernels = {
    initialise: () => {},
    scratchBytes: () => 0,
    run: () => {
      clock += 60
    }
  }
  const pool = new Pool({ memory, module: {}, kernels, host, threads: 2 })
  await pool.run({ first: 0, end: 4 }, { work: 1 })
  expect(left).toEqual([])
  await pool.run({ first: 0, end: 4 }, { work: 1e9 })
  expect(left).toEqual([240, 180, 120, 60])
})

const GONE = { name: 'EngineError', code: 'engine-worker' }

describe('a worker that dies', () => {
  test('ends the call that waits for it, and every later one, with its cause', async () => {
    const { pool, stopped } = poolWith((control, died) => {
      Atomics.add(control, ACTIVE, 1)
      setTimeout(() => died('out of memory'), 20)
    })
    for (const work of [1e9, 1e9, 0])
      await expect(pool.run({ first: 0, end: 4 }, { work })).rejects.toMatchObject({
        ...GONE,
        got: expect.stringContaining('out of memory')
      })
    expect(stopped()).toBe(1)
  })

  test('between two calls ends the next one; the first cause is the one that is told', async () => {
    let die = (_cause: string): void => {}
    const { pool } = poolWith((_, died) => {
      die = died
    })
    await pool.run({ first: 0, end: 4 }, { work: 1e9 })
    die('killed')
    die('something later')
    await expect(pool.run({ first: 0, end: 4 }, { work: 1e9 })).rejects.toMatchObject({ ...GONE, got: expect.stringContaining('killed') })
  })

  test('may not even have started', async () => {
    const { pool } = poolWith(() => {
      throw new Error('no room for a thread')
    })
    await expect(pool.run({ first: 0, end: 4 }, { work: 1e9 })).rejects.toMatchObject({
      ...GONE,
      got: expect.stringContaining('no room for a thread')
    })
  })
})

describe('a worker of a page that dies', () => {
  afterEach(() => vi.unstubAllGlobals())

  test.each([
    [{ message: 'RangeError: out of memory' }, 'RangeError: out of memory'],
    [{}, 'its script could not be loaded']
  ])('with the event %j is told of', (event, cause) => {
    const made: { onerror?: (event: object) => void }[] = []
    class PageWorker {
      onerror?: (event: object) => void
      constructor() {
        made.push(this)
      }
      postMessage(): void {}
      terminate(): void {}
    }
    vi.stubGlobal('crossOriginIsolated', true)
    vi.stubGlobal('Worker', PageWorker)
    const died = vi.fn()
    browserHost({ workerUrl: 'thread.js' }).startWorker!({ memory: {}, module: {}, thread: 1 }, died)
    made[0]!.onerror!(event)
    expect(died.mock.calls).toEqual([[cause]])
  })
})
