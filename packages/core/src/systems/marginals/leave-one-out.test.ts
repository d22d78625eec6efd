import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { InputError, StopError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { familyOf } from './families.js'
import type { Family, FamilyContext } from './family.js'
import { loadTrajectories, saveTrajectories } from './save.js'
import type { SnapshotTable } from './snapshot-table.js'
import { tellReference } from './tell.js'
import { fitTrajectories, type SnapshotsFit, type TrajectoriesModel } from './trajectories.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const ANGLE = 0.7
const SHRINK = 0.85

/** Fresh particles of N(m(t), s(t)² I), the exact law of a flow that turns and shrinks: dX = A X dt, X(0) ~ N((3, 0), ½² I). */
const linearFlow = (times: readonly number[], n: number, seed: number): SnapshotTable => ({
  times,
  clouds: times.map((time, k): Cloud => {
    const z = normals(keyFromSeed(seed + k), 2 * n)
    const size = SHRINK ** time
    const mean = [3 * size * Math.cos(ANGLE * time), 3 * size * Math.sin(ANGLE * time)]
    return cloud(
      matrix(
        n,
        2,
        z.map((x, i) => mean[i % 2]! + 0.5 * size * x)
      )
    )
  }),
  columnNames: ['x', 'y'],
  order: ['time', 'x', 'y'],
  decimals: new Map()
})

const fitted = (table: SnapshotTable, options: SnapshotsFit = {}): Promise<TrajectoriesModel> =>
  fitTrajectories(table, { reference: 'linear', leaveOneOut: true, intervals: 'none', ...options }, { engine })

describe('a linear Gaussian flow', { tags: ['slow'] }, () => {
  const times = [0, 1, 2, 3, 4]
  let model: TrajectoriesModel
  beforeAll(async () => {
    model = await fitted(linearFlow(times, 80, 10))
  })

  it('every left-out snapshot is found within sampling error, and what knows no flow misses it by far', () => {
    const { scores } = model.leftOut!
    expect(scores.map(({ time }) => time)).toEqual([1, 2, 3])
    for (const { w1, w2, squaredMmd, mmd, sliced, straightLine, floor, sanity } of scores) {
      // Halves have half as many particles, so that a whole snapshot of the right law is nearer than they are to each other but
      // for chance: of 60 scores of other seeds 56 were below 1, three at 1.03 to 1.06, one at 1.6.
      expect(w1).toBeLessThan(1.1 * floor)
      expect(w2).toBeGreaterThanOrEqual(w1)
      expect(sliced).toBeLessThan(w2)
      expect(mmd ** 2).toBeCloseTo(squaredMmd, 12)
      expect(straightLine).toBe(sanity.straightLines.w1)
      for (const name of ['w1', 'w2', 'squaredMmd', 'sliced'] as const) {
        const own = { w1, w2, squaredMmd, sliced }[name]
        expect(sanity.straightLines[name]).toBeGreaterThan(1.2 * own)
        expect(sanity.persistence[name]).toBeGreaterThan(2 * sanity.straightLines[name])
      }
    }
  })

  it('persistence is the distance between the laws of two snapshots: far apart, that of their means', () => {
    const { sanity } = model.leftOut!.scores[0]!
    const moved = Math.hypot(3 * SHRINK * Math.cos(ANGLE) - 3, 3 * SHRINK * Math.sin(ANGLE))
    // W2² of N(m, s² I) and N(m', s'² I) is |m − m'|² + 2 (s − s')²; each mean is known to 0.5/√80 a coordinate.
    const exact = Math.sqrt(moved ** 2 + 2 * (0.5 * (1 - SHRINK)) ** 2)
    expect(Math.abs(sanity.persistence.w2 - exact)).toBeLessThan(5 * 0.5 * Math.sqrt(2 / 80))
  })

  it('leaves the fit to all snapshots as it is, and goes with the model into its file', async () => {
    const plain = await fitted(linearFlow(times, 80, 10), { leaveOneOut: false })
    expect(plain.leftOut).toBeUndefined()
    expect([...model.marginals.theta]).toEqual([...plain.marginals.theta])
    const again = loadTrajectories(unpackModel(packModel(saveTrajectories(model))))
    expect(again.leftOut).toEqual(model.leftOut)
    expect(tellReference(again).json.leftOut).toEqual(model.leftOut!.scores)
    expect(tellReference(again).topics.map(({ id }) => id)).toContain('left-out')
  })
})

describe('what is asked for', () => {
  it('is refused where no snapshot lies between others', async () => {
    await expect(fitted(linearFlow([0, 1], 20, 1))).rejects.toMatchObject({
      code: 'leave-one-out-few',
      got: expect.stringMatching(/^2 snapshots/)
    })
  })
  it('names the time at which a fit without it fails, and says what only that fit had to say', async () => {
    const onlyNear = ({ interval, ...context }: FamilyContext): Family => {
      if (interval > 1) throw new InputError({ code: 'far', got: 'snapshots far apart', expected: 'near ones', try: 'more of them' })
      return familyOf(
        'linear',
        { interval, ...context },
        { smoothness: { lengthScale: 1, amplitude: 1, frequencyCount: 1 }, key: keyFromSeed(1) }
      )
    }
    await expect(fitted(linearFlow([0, 1, 2], 20, 1), { reference: onlyNear })).rejects.toMatchObject({
      code: 'far',
      got: 'without the snapshot at 1: snapshots far apart',
      remedy: 'more of them; or no --leave-one-out'
    })
    const smooth = await fitted(linearFlow([0, 1, 2, 3], 30, 1), { reference: 'smooth' })
    for (const note of smooth.leftOut!.notes) expect(note).toMatch(/^Without the snapshot at [12]: /)
    expect(smooth.leftOut!.notes.length).toBeGreaterThan(0)
  })
  it('tells of its stages, each moving on to its end, and stops', async () => {
    const events: { stage: string; done: number; total: number }[] = []
    const stop = { aborted: false }
    const running = fitTrajectories(
      linearFlow([0, 1, 2, 3], 30, 1),
      { reference: 'linear', leaveOneOut: true },
      {
        engine,
        stop,
        progress: (event) => {
          events.push(event)
          if (event.stage === 'without snapshot 3 of 4') stop.aborted = true
        }
      }
    )
    await expect(running).rejects.toBeInstanceOf(StopError)
    const of = events.filter(({ stage }) => stage === 'without snapshot 2 of 4').map(({ done }) => done)
    expect(of.length).toBeGreaterThan(3)
    expect(of).toEqual([...of].sort((a, b) => a - b))
    expect(of.at(-1)).toBeCloseTo(1, 6)
  })
})
