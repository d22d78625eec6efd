import { describe, expect, test } from 'vitest'
import { outOfBagShares } from '../../diagnose/forest.js'
import { errorFrom, plainError } from '../../num/crew.js'
import { EngineError, InputError } from '../../num/errors.js'
import type { Crew } from '../../num/iterate.js'
import { matrix, matrixFromRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { performTask } from '../tasks.js'
import { fitGrowing } from './fit-growing.js'
import type { MarginalsOptions } from './options.js'
import { sampleSharing, sampleTrajectories } from './sample.js'
import { scoreHeldOut } from './score.js'

const key = keyFromSeed(3)

/** What threads do, but for the threads: everything crosses as they would have it, and comes back in another order. */
function crew(): Crew & { readonly asked: Map<string, number> } {
  const asked = new Map<string, number>()
  return {
    engines: false,
    rest: () => {},
    least: () => 0,
    later: () => () => {},
    asked,
    run: async (name, input, watch) => {
      const packed = structuredClone(input)
      asked.set(name, (asked.get(name) ?? 0) + 1)
      if (asked.get(name)! % 2 === 1) await new Promise((resolve) => setTimeout(resolve))
      return structuredClone(await performTask(name, packed, watch, () => Promise.reject(new Error('There is no engine.'))))
    }
  }
}

/** A group on its way round, at each of the times. */
function snapshots(count: number, times: readonly number[]) {
  const xi = normals(keyFromSeed(8), 2 * count * times.length, 0)
  const clouds = times.map((t, k) =>
    cloud(
      matrixFromRows(
        Array.from({ length: count }, (_, i) => {
          const [x, y] = [1 + 0.3 * xi[2 * (k * count + i)]!, 0.3 * xi[2 * (k * count + i) + 1]!]
          return [2 + x * Math.cos(t / 2) - y * Math.sin(t / 2), 2.5 + x * Math.sin(t / 2) + y * Math.cos(t / 2)]
        })
      )
    )
  )
  return { times, clouds, columnNames: ['x', 'y'] }
}

describe('what threads do', () => {
  test.each<[string, readonly string[], MarginalsOptions, ('estimate' | 'off')?]>([
    [
      'a named drift',
      ['couplings', 'flows', 'influences', 'bridges', 'transport', 'comparisons'],
      { reference: 'lotka-volterra', holdOut: [1, 3] }
    ],
    ['refits', ['refits'], { reference: 'linear', rounds: 2, intervals: 'bootstrap' }],
    ['a field', ['trials', 'flows'], { reference: 'free', frequencies: 3, rounds: 2 }],
    ['a remainder', ['trials', 'flows'], { reference: 'linear+smooth', amplitude: 0.5, frequencies: 3, rounds: 2 }],
    ['steps of parameters', ['trials'], { reference: 'linear', varying: 'auto', rounds: 2, intervals: 'none' }],
    ['growth', ['growth'], { reference: 'brownian' }, 'estimate'],
    ['smooth velocities', ['velocities'], { reference: 'smooth' }]
  ])('is to the byte what one does: %s', { tags: ['slow'] }, async (_, tasks, options, growth = 'off') => {
    const others = crew()
    const input = snapshots(8, [0, 1, 2, 3, 4])
    const made = async (watch: object) => {
      const wanted = { growth, fates: false, spell: String }
      const model = await fitGrowing(input, options, wanted, { key, watch })
      const request = { count: 70, times: [0.5], key, watch }
      return { model, paths: await sampleSharing(model, request), scores: await scoreHeldOut(model, key, watch), request }
    }
    const [alone, shared] = [await made({}), await made({ crew: others })]
    for (const name of tasks) expect(others.asked.get(name)).toBeGreaterThan(1)
    expect(shared.paths).toEqual(alone.paths)
    expect(sampleTrajectories(alone.model, alone.request)).toEqual(alone.paths)
    expect(shared.scores).toEqual(alone.scores)
    const { theta, intervals, growth: grown, varying, smoothness } = shared.model
    expect({ theta, intervals, errors: grown?.errors, varying, smoothness }).toEqual({
      ...{ theta: alone.model.theta, intervals: alone.model.intervals, errors: alone.model.growth?.errors },
      ...{ varying: alone.model.varying, smoothness: alone.model.smoothness }
    })
  })

  test('is to the byte what one does: trees of a forest', async () => {
    const others = crew()
    const points = matrix(200, 3, normals(keyFor(key, 'points'), 600))
    const labels = Uint8Array.from({ length: 200 }, (_, i) => (points.data[3 * i]! > normals(keyFor(key, 'labels'), 200)[i]! ? 1 : 0))
    const shares = (watch: object) => outOfBagShares({ points, labels, key, trees: 60, watch })
    expect(await shares({ crew: others })).toEqual(await shares({}))
    expect(others.asked.get('votes')).toBe(3)
  })

  test('stays here where it has code of the caller', async () => {
    const others = crew()
    const drift = {
      dimension: 2,
      parameterCount: 0,
      value: (_x: unknown, _t: number, _theta: unknown, out: Float64Array) => void out.fill(0.1)
    }
    const none = (_x: unknown, _t: number, _theta: unknown, out: Float64Array) => void out.fill(0)
    const reference = () => ({ name: 'own', drift: { ...drift, jacobian: none, gradient: none }, parameters: [], starts: 1 })
    const model = await fitGrowing(
      snapshots(8, [0, 1, 2]),
      { reference, sigma: [0.5] },
      { growth: 'off', fates: false, spell: String },
      { key, watch: { crew: others } }
    )
    await sampleSharing(model, { count: 70, times: [0.5], key, watch: { crew: others } })
    expect([...others.asked.keys()]).toEqual([])
  })

  test('rounds tell of themselves before they are over, and can be stopped there', async () => {
    const told: number[] = []
    const stop = { aborted: false }
    const progress = ({ stage, done }: { stage: string; done: number }) => void (stage === 'rounds' && told.push(done))
    const fitted = () =>
      fitGrowing(
        snapshots(8, [0, 1, 2]),
        { reference: 'linear', rounds: 3 },
        { growth: 'off', fates: false, spell: String },
        { key, watch: { stop, progress } }
      )
    await fitted()
    for (const round of [0, 1, 2]) expect(told.filter((done) => done > round && done < round + 1).length).toBeGreaterThan(3)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    stop.aborted = true
    await expect(fitted()).rejects.toThrow(/stop/)
  })

  test('fails as it would here', () => {
    const parts = { code: 'a-code', got: 'a', expected: 'b', try: 'c' }
    for (const error of [new InputError(parts), new EngineError(parts)]) {
      const again = errorFrom(structuredClone(plainError(error)))
      expect(again).toBeInstanceOf(error.constructor)
      expect(again).toMatchObject({ code: 'a-code', message: error.message })
    }
    expect(errorFrom(plainError(new TypeError('a mistake'))).message).toContain('a mistake')
  })
})
