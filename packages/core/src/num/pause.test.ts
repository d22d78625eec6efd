import { expect, it } from 'vitest'
import { iterate } from './iterate.js'
import { now, SLICE } from './pause.js'

it('a stop request of the same thread reaches a loop that never waits, and none leaves its result alone', async () => {
  const method = {
    init: async () => 0,
    step: async (_: null, turns: number) => {
      for (const start = now(); now() - start < SLICE / 10; );
      return turns + 1
    },
    error: () => 1
  }
  const options = { stage: 'waiting', turns: 30, tolerance: 0, patience: 0 }
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 0)
  await expect(iterate(method, null, { ...options, stop: controller.signal })).rejects.toThrow(/stop request/)
  const calm = await iterate(method, null, { ...options, stop: new AbortController().signal })
  expect(calm).toEqual(await iterate(method, null, options))
  expect(calm.state).toBe(30)
})
