import { describe, expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { StopError } from '../num/errors.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { Calibration } from './calibration.js'
import { energyScore } from './scores.js'
import { CLEARLY, type Search, search } from './search.js'

const noise = normals(keyFor(keyFromSeed(1), 'losses'), 400)

/** Settings 0, 1, 2 … from the simplest, that lose `of(setting, row)`. */
function problem(settings: readonly number[], of: (setting: number, row: number) => number, parts = 2) {
  const scored: string[] = []
  const rows = noise.length / parts
  const asked: Search<number> = {
    stage: 'choosing',
    parts,
    expected: settings.length,
    order: (a, b) => a - b,
    moves: (trials) => (trials.length === 0 ? settings : []),
    async score(setting, part) {
      scored.push(`${setting}/${part}`)
      return Float64Array.from({ length: rows }, (_, i) => of(setting, part * rows + i))
    }
  }
  return { asked, scored }
}

describe('a search', () => {
  test('takes the simplest within one standard error of the paired difference', async () => {
    // Every row's loss varies by 10; what the settings differ by has a standard error of 0.05.
    const loses = (by: number) => (setting: number, row: number) =>
      10 * noise[row]! + (setting === 0 ? by + noise[noise.length - 1 - row]! : 0)
    const excess = mean(noise)
    const error = Math.sqrt(variance(noise) / noise.length)
    expect((await search(problem([0, 1], loses(0.9 * error - excess)).asked))?.setting).toBe(0)
    expect((await search(problem([0, 1], loses(1.1 * error - excess)).asked))?.setting).toBe(1)
  })

  test('takes what tests refute for its scores alone, and what they could not only gives up for what is clearly better', async () => {
    // Setting 0 loses two standard errors more than setting 1, or half of one.
    const error = Math.sqrt(variance(noise) / noise.length)
    const loses = (errors: number) =>
      problem([0, 1], (setting, row) => (setting === 0 ? errors * error - mean(noise) + noise[row]! : 0)).asked
    const chosen = async (errors: number, allowed: number) => (await search({ ...loses(errors), allowance: () => allowed }))?.setting
    expect([await chosen(0.5, 0), await chosen(0.5, 1), await chosen(2, 1), await chosen(2, CLEARLY), await chosen(3.5, CLEARLY)]).toEqual([
      1, 0, 1, 0, 1
    ])
  })

  test('scores of those that take long the one alone that leads on a few rows, and no more of it than it leads on', async () => {
    const glances: number[] = []
    const asked = (gain: readonly number[]) => {
      const { asked, scored } = problem(
        [0, 1, 2, 3],
        (setting, row) => noise[row]! - gain[setting]! * (1 + 0.1 * noise[noise.length - 1 - row]!),
        4
      )
      const glance = async (setting: number) => {
        if (setting === 0) return undefined
        glances.push(setting)
        return Float64Array.from({ length: 20 }, (_, row) => noise[row]! - gain[setting]!)
      }
      return { scored, asked: { ...asked, glance, moves: (trials: readonly unknown[]) => [[0], [1, 2, 3]][trials.length && 1]! } }
    }
    // Its lead is clear on the first part: what is paired differs by less from row to row than by its mean.
    const better = asked([0, -0.2, 0.3, 0.1])
    const { setting, trials, chosen } = (await search(better.asked))!
    expect(setting).toBe(2)
    expect(better.scored).toEqual(['0/0', '0/1', '0/2', '0/3', '2/0'])
    expect(chosen.loss).toBeCloseTo(trials[0]!.loss - 0.3, 1)
    expect(glances).toEqual([1, 2, 3])
    // None leads, and none is scored.
    const worse = asked([0, -0.2, -0.3, -0.1])
    const found = await search(worse.asked)
    expect([found?.setting, worse.scored.length, found?.trials.filter(({ whole }) => !whole).length]).toEqual([0, 4, 3])
  })

  test('takes the simplest of equals, whatever the order they were tried in', async () => {
    for (const settings of [
      [0, 1, 2],
      [2, 0, 1]
    ])
      expect((await search(problem(settings, (_, row) => noise[row]!).asked))?.setting).toBe(0)
  })

  test('never takes what loses more than one standard error than the best', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 2, maxLength: 5 }), async (shifts) => {
        const { asked } = problem([...shifts.keys()], (setting, row) => shifts[setting]! + noise[(row * (setting + 1)) % noise.length]!)
        const found = (await search(asked))!
        const differences = found.chosen.losses.map((loss, i) => loss - found.least.losses[i]!)
        expect(mean(differences)).toBeLessThanOrEqual(Math.sqrt(variance(differences) / differences.length))
        expect(found.least.loss).toBe(Math.min(...found.trials.filter(({ whole }) => whole).map(({ loss }) => loss)))
      })
    )
  })

  test('spares what is clearly worse the other parts', async () => {
    const { asked, scored } = problem([0, 1, 2], (setting, row) => setting + noise[(row + 7 * setting) % noise.length]!)
    const found = (await search(asked))!
    expect(scored).toEqual(['0/0', '0/1', '1/0', '2/0'])
    expect(found.setting).toBe(0)
    expect(found.trials.map(({ whole }) => whole)).toEqual([true, false, false])
    expect(Math.abs(found.trials[2]!.loss - found.trials[0]!.loss - 2)).toBeLessThan(0.3)
  })

  test('leaves out settings that fail, and has no answer where all do', async () => {
    const fails = (setting: number, row: number) => (setting === 0 ? Number.NaN : noise[row]!)
    expect((await search(problem([0, 1], fails).asked))?.setting).toBe(1)
    expect(await search(problem([0], fails).asked)).toBeUndefined()
    const { asked } = problem([0, 1], (_, row) => noise[row]!)
    expect(
      (await search({ ...asked, score: async (setting, part) => (setting === 0 ? undefined : asked.score(setting, part)) }))?.setting
    ).toBe(1)
  })

  test('can be stopped, and says how far it is', async () => {
    const { asked } = problem([0, 1], (_, row) => noise[row]!)
    await expect(search(asked, { stop: { aborted: true } })).rejects.toThrow(StopError)
    const done: number[] = []
    await search(asked, { progress: (event) => done.push(event.done) })
    // Whole settings, and the parts of each.
    expect(done.filter(Number.isInteger)).toEqual([1, 2])
    expect(done.length).toBeGreaterThan(2)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
  })
})

test('the energy score of chains is unbiased for the law of the chains', () => {
  // Chains stand at N(0, ½ I), their draws about them at N(0, ½ I): together N(0, I). At 0 a normal's CRPS is (√2 − 1)/√π, and in the plane E‖X‖ = √(π/2), E‖X − X′‖ = √π.
  const [chains, perChain, repeats] = [4, 8, 2000]
  for (const [t, exact, error] of [
    [1, (Math.SQRT2 - 1) / Math.sqrt(Math.PI), 0.004],
    [2, Math.sqrt(Math.PI / 2) - Math.sqrt(Math.PI) / 2, 0.005]
  ] as const) {
    const size = chains * (perChain + 1) * t
    const z = normals(keyFor(keyFromSeed(2), `chains ${t}`), repeats * size)
    let sum = 0
    for (let r = 0; r < repeats; r++) {
      const own = z.subarray(r * size, (r + 1) * size)
      const draws = Float64Array.from(
        { length: chains * perChain * t },
        (_, k) => (own[Math.floor(k / (perChain * t)) * t + (k % t)]! + own[chains * t + k]!) * Math.SQRT1_2
      )
      sum += energyScore({ draws, perChain, truth: new Float64Array(t) }) / repeats
    }
    // Pairs of one chain would add 0.07 and more.
    expect(Math.abs(sum - exact)).toBeLessThan(4 * error)
  }
})

test('ranks tell a law from another that has its mean and variance', () => {
  const key = keyFromSeed(3)
  const [rows, count] = [300, 32]
  const u = uniforms(keyFor(key, 'sides'), rows * (count + 1))
  const z = normals(keyFor(key, 'draws'), rows * (count + 1))
  const modes = z.map((x, i) => (u[i]! < 0.5 ? -0.95 : 0.95) + Math.sqrt(1 - 0.95 ** 2) * x)
  const calibration = new Calibration<string>()
  const forecasts = (from: Float64Array) =>
    Array.from({ length: rows }, (_, i) => ({
      draws: from.subarray(i * count, (i + 1) * count),
      perChain: 1,
      truth: modes.subarray(rows * count + i, rows * count + i + 1)
    }))
  calibration.add('their own', forecasts(modes), key)
  calibration.add('one Gaussian', forecasts(z), key)
  expect(calibration.fails('their own')).toBe(false)
  expect(calibration.fails('one Gaussian')).toBe(true)
  expect(calibration.fails('never drawn from')).toBe(false)
})
