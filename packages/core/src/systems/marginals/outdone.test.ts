import { describe, expect, it } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { linesOf } from '../../tell/telling.js'
import { MOST_ERROR } from './couplings.js'
import { type MarginalsOptions, REFERENCES } from './options.js'
import { tellTrajectories } from './tell.js'
import { drawTrajectories, type SnapshotsFit } from './trajectories.js'
import { BESIDE_LINES } from './transport-baselines.js'

/** Particles of a group that moves at a constant speed in every coordinate: straight lines are the truth. */
function moving(d: number, times: readonly number[], speed: (a: number) => number) {
  const rows = 16
  const columnNames = ['x', 'y', 'z'].slice(0, d)
  return {
    times,
    clouds: times.map((t) => {
      const z = normals(keyFromSeed(60 + t), rows * d)
      return cloud(
        matrix(
          rows,
          d,
          z.map((v, i) => 5 + 0.3 * v + speed(i % d) * t)
        )
      )
    }),
    columnNames,
    order: ['time', ...columnNames],
    decimals: new Map()
  }
}

const told = async (d: number, times: readonly number[], options: SnapshotsFit) => {
  const table = moving(d, times, () => 1)
  const drawn = await drawTrajectories(table, { intervals: 'none', rows: 2, ...options }, { engine: new ReferenceEngine() })
  const mean = (of: (one: (typeof drawn.scores)[number]) => number) => drawn.scores.reduce((sum, one) => sum + of(one), 0)
  const telling = tellTrajectories(drawn)
  const { warnings, json } = telling
  expect(json.warnings).toEqual(warnings)
  const sentence = linesOf(telling).find((line) => line.startsWith('At held-out times'))!
  return { warnings, sentence, ratio: mean(({ w1 }) => w1) / mean(({ straightLine }) => straightLine!) }
}

describe('straight lines are the arbiter', () => {
  const field: MarginalsOptions = { lengthScale: 2, amplitude: 0.5, frequencies: 2 }
  const columns = (reference: string): number => (reference === 'repressilator' ? 3 : 2)

  it.each(REFERENCES)('%s: paths that noise frays are told of, with what to do instead', async (reference) => {
    const options = { reference, diffusion: 'additive', sigma: [3], rounds: 1, holdOut: [1, 3], ...field } as const
    const { warnings, sentence, ratio } = await told(columns(reference), [0, 1, 2, 3, 4], options)
    expect(ratio).toBeGreaterThan(BESIDE_LINES)
    expect(warnings.map(({ name }) => name)).toEqual(['reference-outdone'])
    expect(sentence).toContain('; straight lines along optimal couplings come nearer, at ')
    const plain = reference === 'brownian' || reference === 'smooth'
    expect(warnings[0]!.message).toContain(plain ? '--sigma auto' : '--reference brownian')
  })

  it('whatever comes out, there is a warning if and only if the score says so', async () => {
    const seen = new Set<boolean>()
    for (const sigma of [0.2, 3]) {
      const { warnings, sentence, ratio } = await told(2, [0, 1, 2, 3], { reference: 'brownian', sigma: [sigma], holdOut: [2] })
      expect(warnings.length > 0).toBe(ratio > BESIDE_LINES)
      expect(sentence).toContain(ratio > BESIDE_LINES ? 'come nearer, at' : ratio > 1 ? 'do no worse, at' : 'miss by')
      seen.add(warnings.length > 0)
    }
    expect(seen.size).toBe(2)
  })

  it('the plain bridge at the σ of the particles has nothing simpler beside it', async () => {
    expect((await told(2, [0, 1, 2], { reference: 'brownian', holdOut: [1] })).warnings).toEqual([])
  })
})

it('says that nothing was checked where no snapshot was kept from the fit, and how it can be', async () => {
  const plain = { reference: 'brownian', sigma: [0.3], rows: 2 } as const
  const unchecked = async (times: readonly number[], options: SnapshotsFit = {}) =>
    tellTrajectories(
      await drawTrajectories(
        moving(1, times, () => 1),
        { ...plain, ...options },
        { engine: new ReferenceEngine() }
      )
    )
      .notes.filter((note) => note.startsWith('No snapshot was held out'))
      .join()
  expect(await unchecked([0, 1, 2])).toMatch(/--hold-out 1 tells.*--leave-one-out/)
  expect(await unchecked([0, 1])).toMatch(/between two there is none that could check/)
  expect(await unchecked([0, 1, 2], { holdOut: [1] })).toBe('')
  expect(await unchecked([0, 1, 2], { leaveOneOut: true })).toBe('')
})

/** Sixteen that keep their places in three heaps far apart, weighed every week and once the day after, as rats of a diet; one may then have drunk. */
function heaps(drunk: number) {
  const columnNames = ['weight']
  const times = [0, 7, 14, 21, 22, 29, 36]
  const bases = [240, 245, 250, 252, 257, 260, 266, 275, 405, 412, 440, 470, 505, 520, 535, 560]
  const clouds = times.map((t, k) => {
    const z = normals(keyFromSeed(90 + k), bases.length)
    return cloud(
      matrix(
        bases.length,
        1,
        Float64Array.from(bases, (base, i) => Math.round(base + 0.9 * t + 3 * z[i]! + (k === 4 && i === 11 ? drunk : 0)))
      )
    )
  })
  return { times, clouds, columnNames, order: ['time', ...columnNames], decimals: new Map() }
}

describe('few particles', () => {
  it('the noise of a fit is made larger where couplings do not find their marginals with it, and a note says so', async () => {
    const { model } = await drawTrajectories(
      heaps(20),
      { reference: 'linear', intervals: 'none', rows: 2 },
      { engine: new ReferenceEngine() }
    )
    // One of these ended stalled, with a relative error of 0.03 here, and of 5 for rats: its paths left a heap for another.
    for (const { error } of model.couplingEndings) expect(error).toBeLessThanOrEqual(MOST_ERROR)
    expect(model.notes.join()).toMatch(/Interval \d: the coupling had not found its marginals .* at the σ of the fit; σ² was doubled/)
  })

  it('are scored by as many paths as leave their scatter small, and where lines are nearer still it is said why', async () => {
    const drawn = await drawTrajectories(heaps(0), { reference: 'brownian', leaveOneOut: true, rows: 2 }, { engine: new ReferenceEngine() })
    const scores = drawn.leftOut!.scores
    const mean = (of: (one: (typeof scores)[number]) => number) => scores.reduce((sum, one) => sum + of(one), 0)
    const ratio = mean(({ w1 }) => w1) / mean(({ straightLine }) => straightLine!)
    // With four paths a particle it had 1.36.
    expect(ratio).toBeLessThan(1.25)
    const { warnings } = tellTrajectories(drawn)
    expect(warnings.map(({ name }) => name)).toEqual(['reference-outdone'])
    expect(warnings[0]!.message).toMatch(/16 in a snapshot lie far apart\. --sigma [\d.]+ follows the lines/)
  })
})

describe('a column without dynamics', () => {
  it('is named: the fit says what it forgot, and that σ stands at its bound', async () => {
    const n = 60
    const times = [0, 1, 2, 3]
    const clouds = times.map((t) => {
      const z = normals(keyFromSeed(80 + t), 2 * n)
      return cloud(
        matrix(
          n,
          2,
          z.map((v, i) => (i % 2 === 0 ? t + 0.4 * v : v))
        )
      )
    })
    const table = { times, clouds, columnNames: ['moves', 'still'], order: ['time', 'moves', 'still'], decimals: new Map() }
    const drawn = await drawTrajectories(table, { reference: 'linear', intervals: 'none', rows: 2 }, { engine: new ReferenceEngine() })
    const notes = drawn.model.notes.join('\n')
    expect(notes).toMatch(/forget their still from each snapshot to the next.*--exclude/)
    expect(notes).toMatch(/σ of moves stands at the least that is tried.*--sigma/)
  })
})

it('whether the estimates have settled is said in words, with what to do', async () => {
  const saying = async (rounds: number) => {
    const drawn = await drawTrajectories(
      moving(2, [0, 1, 2], () => 1),
      { intervals: 'none', rows: 2, reference: 'linear', sigma: [0.3], rounds },
      { engine: new ReferenceEngine() }
    )
    const line = linesOf(tellTrajectories(drawn)).find((one) => one.includes('coupling and refit'))
    return { ending: drawn.model.ending, line }
  }
  expect(await saying(1)).toEqual({
    ending: 'turns-used',
    line: 'The estimates have not settled in 1 round of coupling and refit: --rounds allows more.'
  })
  expect((await saying(0)).line).toBeUndefined()
  const { ending, line } = await saying(300)
  expect(ending).toBe('converged')
  expect(line).toMatch(/^The alternation of coupling and refit settled after \d+ rounds\.$/)
})
