import { expect, test } from 'vitest'
import { ThreadCrew } from './crew.js'

test('an errand is done while others work longer than it takes, once, unless it was withdrawn', () => {
  const crew = new ThreadCrew(2, undefined)
  const done: string[] = []
  crew.later(() => done.push('long'), 1e9)
  const withdraw = crew.later(() => done.push('withdrawn'), 1)
  crew.later(() => done.push('short'), 1e6)
  withdraw()
  crew.meanwhile(100)
  expect(done).toEqual(['short'])
  crew.meanwhile(100)
  crew.meanwhile(1e6)
  crew.meanwhile(1e6)
  expect(done).toEqual(['short', 'long'])
})

test('who waits for what takes other threads long does an errand meanwhile, whatever it takes', async () => {
  const crew = new ThreadCrew(2, undefined)
  let done = 0
  crew.later(() => done++, 1e12)
  crew.rest()
  expect(done).toBe(0)
  await new Promise((resolve) => setTimeout(resolve))
  expect(done).toBe(1)
})

test('threads in which engines of tasks are at work are not free, nor is this one', async () => {
  const crew = new ThreadCrew(4, undefined, { name: 'wasm', precision: 'float64', threads: 2 })
  expect([crew.engines, crew.free]).toEqual([true, 3])
  // Nobody does such a task, and what has no thread that does it fails.
  const failed = expect(crew.run('no such task', {}, {}, 'with engine')).rejects.toThrow(Error)
  expect(crew.free).toBe(1)
  expect(crew.least(1)).toBeLessThan(Number.POSITIVE_INFINITY)
  const another = expect(crew.run('no such task', {}, {}, 'with engine')).rejects.toThrow(Error)
  expect(crew.least(1)).toBe(Number.POSITIVE_INFINITY)
  await Promise.all([failed, another])
  expect(crew.free).toBe(3)
  crew.close()
  expect(new ThreadCrew(2, undefined).engines).toBe(false)
})
