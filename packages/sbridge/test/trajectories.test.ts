import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTable, trajectories } from '../src/index.js'
import { keyFromSeed, normals } from '../src/kernels.js'
import { sbridge } from './command.js'

const folder = mkdtempSync(join(tmpdir(), 'sbridge-trajectories-'))
const run = (...words: string[]) => sbridge(folder, 'trajectories', ...words)

const z = normals(keyFromSeed(1), 240)
const table = (times: readonly string[]): string =>
  [
    'date,x,y',
    ...times.flatMap((time, t) =>
      Array.from({ length: 20 }, (_, i) => `${time},${(t + z[40 * t + i]!).toFixed(2)},${z[40 * t + 20 + i]!.toFixed(2)}`)
    )
  ].join('\n')
const DAYS = ['2020-01-31', '2020-02-29', '2020-03-31']
writeFileSync(join(folder, 'dates.csv'), table(DAYS))
writeFileSync(join(folder, 'days.csv'), table(['0', '29', '60']))
const column = (name: string, at: number): string[] =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[at]!)

it('info says what to run on a table of snapshots, and what it says runs', async () => {
  const told = await sbridge(folder, 'info', 'dates.csv', '--time', 'date')
  expect(told.stdout).toMatch(/^snapshots: 3 \(2020-01-31 to 2020-03-31\)$/m)
  const [, command] = /^to run: sbridge (.*)$/m.exec(told.stdout)!
  expect(command).toBe('trajectories dates.csv --time date --reference brownian -n 100 -o paths.csv')
  expect((await sbridge(folder, ...command!.split(' '), '--model', 'm.sbridge')).stderr).toBe('')
  const refused = await sbridge(folder, 'info', 'm.sbridge', '--time', 'date')
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--time date with a model file')])
})

describe('snapshots at dates', () => {
  const options = ['--reference', 'brownian', '--seed', '1', '-n', '3']

  it('are days since the first: same paths as of numbers, times spelled as the table spells them', { tags: ['slow'] }, async () => {
    const done = await run(
      'dates.csv',
      '--time',
      'date',
      ...options,
      '--hold-out',
      '2020-02-29',
      '--at',
      '2020-02-15,2020-03-01,15',
      '-o',
      'a.csv'
    )
    expect(done.stderr).toBe('')
    expect(done.stdout).toMatch(/^times: days since 2020-01-31$/m)
    expect(done.stdout).toMatch(/^held out 2020-02-29: W1 /m)
    expect(done.stdout).toMatch(/mean resolution of the particles.*no constant of nature/s)
    expect((await run('days.csv', '--time', 'date', ...options, '--hold-out', '29', '--at', '15,30', '-o', 'b.csv')).status).toBe(0)
    const one = ['2020-01-31', '2020-02-15', '2020-03-01', '2020-03-31']
    expect(column('a.csv', 1)).toEqual([...one, ...one, ...one])
    expect(column('b.csv', 1)).toEqual(['0', '15', '30', '60', '0', '15', '30', '60', '0', '15', '30', '60'])
    for (const at of [0, 2, 3]) expect(column('a.csv', at)).toEqual(column('b.csv', at))
    const { rows } = await trajectories(await readTable(join(folder, 'dates.csv')), {
      time: 'date',
      reference: 'brownian',
      seed: 1,
      rows: 3,
      at: ['2020-02-15', 30],
      holdOut: ['2020-02-29']
    })
    expect(rows.columns[1]!.values).toEqual(column('a.csv', 1))
    expect(rows.columns[2]!.values).toEqual(column('a.csv', 2))
  })
  it('a time of day is written where it is needed; typed files hold instants', { tags: ['slow'] }, async () => {
    const done = await run('dates.csv', '--time', 'date', ...options, '-n', '1', '--at', '2020-02-15T06:30', '-o', 'c.csv', '--json')
    expect(column('c.csv', 1)).toEqual(['2020-01-31T00:00', '2020-02-15T06:30', '2020-02-29T00:00', '2020-03-31T00:00'])
    expect(JSON.parse(done.stdout)).toMatchObject({ firstDate: '2020-01-31', dates: column('c.csv', 1), times: [0, 15 + 6.5 / 24, 29, 60] })
    expect((await run('dates.csv', '--time', 'date', ...options, '-o', 'd.parquet')).status).toBe(0)
    const again = await run('d.parquet', '--time', 'date', '--exclude', 'particle', ...options, '-n', '1', '-o', 'e.csv')
    expect(again.stderr).toBe('')
    expect(column('e.csv', 1)).toEqual(DAYS)
  })
  it.each([
    [['dates.csv', '--hold-out', '2020-02-28'], /got hold-out time 2020-02-28\n.*2020-01-31, 2020-02-29, 2020-03-31/],
    [['dates.csv', '--at', '2020-01-30'], /got --at 2020-01-30\n.*first snapshot at 2020-01-31/],
    [['days.csv', '--at', '2020-02-15'], /got --at 2020-02-15, a date, for times that are numbers/],
    [['dates.csv', '--at', 'tomorrow'], /got at = tomorrow\n.*numbers or dates/],
    [['dates.csv', '--sigma', 'much'], /got sigma = much\n.*auto, estimate, resolution, or numbers separated by commas/]
  ])('refuses %j in the words of the table', async (args, words) => {
    const done = await run(...args, '--time', 'date', ...options, '-o', 'f.csv')
    expect(done.status).toBe(2)
    expect(done.stderr).toMatch(words)
  })
})

describe('a model file of trajectories', () => {
  const options = ['--reference', 'brownian', '--seed', '1', '-n', '3', '--between', '1']
  const bytes = (name: string): string => readFileSync(join(folder, name), 'utf8')

  it('draws what the direct run draws, byte for byte, and other paths with another seed', async () => {
    expect((await run('dates.csv', '--time', 'date', ...options, '-o', 'direct.csv', '--model', 'paths.sbridge')).stderr).toBe('')
    const draws = ['-n', '3', '--between', '1']
    expect((await run('paths.sbridge', '--seed', '1', ...draws, '-o', 'again.csv')).stdout).toContain('3 trajectories at 5 times')
    expect(bytes('again.csv')).toBe(bytes('direct.csv'))
    await run('paths.sbridge', '--seed', '2', ...draws, '-o', 'other.csv')
    expect(bytes('other.csv')).not.toBe(bytes('direct.csv'))
    const info = await sbridge(folder, 'info', 'paths.sbridge')
    expect(info.stdout).toMatch(/^model \(trajectories\) of 60 rows, 3 columns\n/)
  })

  it.each([
    [['paths.sbridge', '--time', 'date'], /got --time with a model file/],
    [['paths.sbridge', '--model', 'b.sbridge'], /got --model with a model file/],
    [['dates.csv', '--time', 'date', '--model', 'b.csv'], /the name b\.csv for a model/],
    [['dates.csv'], /got no column of times/]
  ])('%j is refused', async (args, words) => {
    const done = await run(...args, '-o', 'refused.csv')
    expect([done.status, done.stderr]).toEqual([2, expect.stringMatching(words)])
  })

  it('is not written of a reference that is code', async () => {
    writeFileSync(join(folder, 'own.mjs'), 'export default { parameters: [], drift: (x) => x.map(() => 0) }')
    const done = await run('days.csv', '--time', 'date', '--reference', join(folder, 'own.mjs'), '--model', 'own.sbridge', '-o', 'own.csv')
    expect([done.status, done.stderr]).toEqual([2, expect.stringMatching(/reference is a module of your own/)])
  })
})

describe('every snapshot left out in turn', () => {
  const options = ['--time', 'date', '--reference', 'brownian', '--seed', '1', '-n', '3', '--leave-one-out']

  it('is told on the terminal, in JSON and in the report; paths are those of the plain run, and a model keeps it', {
    tags: ['slow']
  }, async () => {
    const done = await run('dates.csv', ...options, '-o', 'left.csv', '--model', 'left.sbridge', '--report', 'left.html')
    expect(done.stderr).toBe('')
    expect(done.stdout).toMatch(/^At snapshots left out in turn the mean Wasserstein-1 distance is /m)
    for (const row of ['the fit to the others', 'straight lines', 'persistence'])
      expect(done.stdout).toMatch(new RegExp(`^without 2020-02-29, ${row}: W1 [0-9.]+, W2 [0-9.]+, MMD² [0-9.]+, sliced W2 [0-9.]+`, 'm'))
    expect(readFileSync(join(folder, 'left.html'), 'utf8')).toContain('Every snapshot left out in turn')
    await run('dates.csv', ...options.slice(0, -1), '-o', 'plain.csv')
    expect(readFileSync(join(folder, 'left.csv'), 'utf8')).toBe(readFileSync(join(folder, 'plain.csv'), 'utf8'))
    const [direct, kept] = [
      JSON.parse((await run('dates.csv', ...options, '-o', 'left.csv', '--json')).stdout),
      JSON.parse((await run('left.sbridge', '--seed', '1', '-n', '3', '-o', 'again.csv', '--json')).stdout)
    ]
    expect(direct.leftOut).toEqual([
      expect.objectContaining({
        time: 29,
        w1: expect.any(Number),
        sanity: { straightLines: expect.any(Object), persistence: expect.any(Object) }
      })
    ])
    expect(kept.leftOut).toEqual(direct.leftOut)
    const { model } = await trajectories(await readTable(join(folder, 'dates.csv')), {
      time: 'date',
      reference: 'brownian',
      seed: 1,
      rows: 3,
      leaveOneOut: true
    })
    expect(model.snapshots).toHaveLength(3)
  })

  it('states its cost before it begins, which is more than without it', async () => {
    const planOf = async (...words: string[]) =>
      JSON.parse((await run('dates.csv', ...words, '-o', 'none.csv', '--dry-run', '--json')).stdout)
    const [plain, leaving] = [await planOf(...options.slice(0, -1)), await planOf(...options)]
    expect(leaving.stages.map(({ stage }: { stage: string }) => stage)).toContain('without snapshot 2 of 3')
    expect(leaving.pairs).toBeGreaterThan(plain.pairs)
    expect(leaving.seconds).toBeGreaterThan(0)
    expect(existsSync(join(folder, 'none.csv'))).toBe(false)
  })

  it.each([
    [['--hold-out', '2020-02-29'], /--leave-one-out with --hold-out|--hold-out with --leave-one-out/],
    [['--hold-out', '2020-02-28'], /hold-out/]
  ])('is refused beside %j', async (words, said) => {
    const done = await run('dates.csv', ...options, ...words, '-o', 'refused.csv')
    expect([done.status, done.stderr]).toEqual([2, expect.stringMatching(said)])
  })
  it('is refused of two snapshots, by a dry run too', async () => {
    writeFileSync(join(folder, 'two.csv'), table(DAYS.slice(0, 2)))
    for (const dry of [[], ['--dry-run']]) {
      const done = await run('two.csv', ...options, ...dry, '-o', 'refused.csv')
      expect([done.status, done.stderr]).toEqual([2, expect.stringMatching(/got 2 snapshots to leave one out of\n.*three or more/)])
    }
  })
})

describe('a fit that goes on from a model', () => {
  const fit = (file: string, ...more: string[]) =>
    run(file, '--time', 'date', '--seed', '1', '-n', '3', '--intervals', 'none', '--threads', '1', '-o', 'gone-on.csv', '--json', ...more)
  type Summary = { theta: Record<string, number>; diffusion: string; history: { round: number }[]; notes: string[] }

  it('begins where it ended, keeps its settings and says from where it went on', { tags: ['slow'] }, async () => {
    writeFileSync(join(folder, 'more.csv'), table(['0', '29', '60', '91']))
    const summary = async (file: string, ...more: string[]) => JSON.parse((await fit(file, ...more)).stdout) as Summary
    const first = await summary('days.csv', '--reference', 'linear', '--sigma', '0.2', '--model', 'begun.sbridge')
    const again = await summary('days.csv', '--continue', 'begun.sbridge')
    expect(again.history.length).toBeLessThan(first.history.length)
    for (const [name, value] of Object.entries(first.theta)) expect(again.theta[name]).toBeCloseTo(value, 2)
    expect(again).toMatchObject({ sigma: [0.2, 0.2], sigmaFrom: 'given' })
    expect(again.notes[0]).toMatch(/^The fit went on from a model of 3 snapshots, 0 to 60: A\[x,x\] /)
    const kept = await summary('days.csv', '--continue', 'begun.sbridge', '--rounds', '0')
    expect(kept.theta).toEqual(first.theta)
    const longer = await summary('more.csv', '--continue', 'begun.sbridge', '--model', 'longer.sbridge')
    expect(longer.notes[0]).toContain('3 snapshots')
    expect((await fit('more.csv', '--continue', 'longer.sbridge')).stdout).toContain('4 snapshots, 0 to 91')
  })

  it('refuses what the model is not of, and models that have nothing to begin at', { tags: ['slow'] }, async () => {
    writeFileSync(join(folder, 'other.csv'), table(['0', '29', '60']).replace('date,x,y', 'date,x,z'))
    for (const [name, ...options] of [
      ['plain', '--reference', 'brownian'],
      ['field', '--reference', 'free', '--length-scale', '2', '--amplitude', '0.5', '--rounds', '1']
    ])
      await fit('days.csv', ...options, '--model', `${name}.sbridge`)
    for (const [words, why] of [
      [['other.csv', '--continue', 'begun.sbridge'], /the columns x, z where the fit goes on[\s\S]*--columns x,y/],
      [['days.csv', '--continue', 'begun.sbridge', '--reference', 'free'], /the reference free where[\s\S]*--reference linear/],
      [['dates.csv', '--continue', 'begun.sbridge'], /times that are dates/],
      [['days.csv', '--continue', 'plain.sbridge'], /brownian, which has no parameters to go on from/],
      [['days.csv', '--continue', 'field.sbridge'], /a smooth field/],
      [['days.csv', '--continue', 'days.csv'], /no model file/],
      [['begun.sbridge', '--continue', 'begun.sbridge'], /with a model file/]
    ] as const) {
      const { status, stderr } = await fit(words[0], ...words.slice(1))
      expect([status, stderr]).toEqual([2, expect.stringMatching(why)])
    }
  })
})
