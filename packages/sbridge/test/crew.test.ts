import type { Crew } from '@sbridge/core/internal'
import { afterAll, describe, expect, it } from 'vitest'
import { createEngine } from '../dist/index.js'

const engine = await createEngine('wasm', { threads: 2 })
const crew = engine.crew as Crew
afterAll(() => engine.close())

/** Points on a line, with equal weights. */
const cloud = (count: number, shift: number) => ({
  points: { rows: count, cols: 1, data: Float64Array.from({ length: count }, (_, i) => ((i * 37) % count) + shift) },
  logWeights: new Float64Array(count).fill(-Math.log(count))
})

describe('threads for what is no reduction', () => {
  it('do several tasks at once, whichever ends first', async () => {
    const shifts = [1, 2, 3, 4, 5]
    const plans = await Promise.all(
      shifts.map((shift) => crew.run('transport', [cloud(60 - 10 * shift, 0), cloud(60 - 10 * shift, shift)], {}))
    )
    expect(plans.map((plan) => (plan as { cost: number }).cost).map(Math.round)).toEqual(shifts.map((shift) => shift * shift))
  })

  it('throw what a task throws, by its kind, and go on', async () => {
    const unlike = [cloud(4, 0), { ...cloud(4, 0), logWeights: new Float64Array(4) }]
    await expect(crew.run('transport', unlike, {})).rejects.toMatchObject({ name: 'InputError' })
    await expect(crew.run('no such task', 0, {})).rejects.toThrow('no such task')
    expect(await crew.run('transport', [cloud(4, 0), cloud(4, 1)], {})).toMatchObject({ cost: 1 })
  })

  it('end a task that is long as soon as a stop is asked for, and those that wait', async () => {
    const stop = { aborted: false }
    const long = [0, 1, 2].map(() => crew.run('transport', [cloud(4000, 0), cloud(4000, 0.5)], { stop }))
    setTimeout(() => {
      stop.aborted = true
    }, 100)
    const ended = await Promise.allSettled(long)
    expect(ended.map((one) => one.status === 'rejected' && one.reason.name)).toEqual(['StopError', 'StopError', 'StopError'])
    expect(await crew.run('transport', [cloud(4, 0), cloud(4, 1)], {})).toMatchObject({ cost: 1 })
  })
})
