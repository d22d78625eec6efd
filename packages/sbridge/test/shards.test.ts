// @module-tag slow
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge } from './command.js'

const ROWS = 35_000
const DRAW = ['-n', String(ROWS), '--seed', '7', '--steps', '1', '--bandwidth', '0.5']

/** Separators, decimals and dates of another country, a sum, and a key. */
function orders(): string {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const [net, tax] = [10 + ((37 * i) % 50) + 0.25 * (i % 4), 1 + (i % 7) + 0.5]
    const german = (x: number) => x.toFixed(2).replace('.', ',')
    return [
      `B-${1000 + 13 * i}`,
      ['Nord', 'Süd'][i % 2],
      `${String(1 + (i % 28)).padStart(2, '0')}.03.2024`,
      german(net),
      german(tax),
      german(net + tax)
    ].join(';')
  })
  return `Nr;Ort;Tag;netto;steuer;brutto\r\n${lines.join('\r\n')}\r\n`
}

describe('shards by files', { tags: ['slow'] }, () => {
  let folder: string
  const plan = () => JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Record<string, unknown>
  const results = () => readdirSync(folder).find((name) => /^plan-[0-9a-f]{16}$/.test(name))!
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sbridge-shards-'))
    writeFileSync(join(folder, 'orders.csv'), orders())
    const planned = await sbridge(
      folder,
      'shards',
      'plan',
      'sample',
      'orders.csv',
      ...DRAW,
      '-o',
      'new.csv.gz',
      '--shards',
      '3',
      '--plan',
      'plan.json'
    )
    expect(planned.stderr).toBe('')
    expect(planned.stdout).toMatch(/plan of 3 shards, 35000 rows in 3 batches, in plan.json/)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are missing until they are run, and no table is written before', async () => {
    expect((await sbridge(folder, 'shards', 'missing', 'plan.json')).stdout).toBe('1-3\n')
    const early = await sbridge(folder, 'shards', 'merge', 'plan.json')
    expect(early).toMatchObject({ status: 2, stderr: expect.stringContaining('0 of 3 shards; missing: 1-3') })
    expect(readdirSync(folder)).not.toContain('new.csv.gz')
    expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', '2/3')).stdout).toMatch(/^shard 2 of 3 drawn in /)
    expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', '2')).stdout).toMatch(/^shard 2 of 3 is there already/)
    expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', '2', '--again')).stdout).toMatch(/^shard 2 of 3 drawn in /)
    expect((await sbridge(folder, 'shards', 'missing', 'plan.json')).stdout).toBe('1,3\n')
    expect((await sbridge(folder, 'shards', 'missing', 'plan.json', '--json')).stdout).toBe('{"missing":[1,3]}\n')
  })

  it('give the bytes of one machine: a dialect, a rule, keys, gzip', async () => {
    for (const shard of ['3', '1']) expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', shard)).status).toBe(0)
    expect((await sbridge(folder, 'shards', 'missing', 'plan.json')).stdout).toBe('')
    const merged = await sbridge(folder, 'shards', 'merge', 'plan.json')
    expect(merged.stderr).toBe('')
    const whole = await sbridge(folder, 'sample', 'orders.csv', ...DRAW, '-o', 'whole.csv.gz')
    expect(readFileSync(join(folder, 'new.csv.gz')).equals(readFileSync(join(folder, 'whole.csv.gz')))).toBe(true)
    expect(merged.stdout.replace('new.csv.gz', 'whole.csv.gz')).toBe(whole.stdout)
  })

  it('two merges at once, and one elsewhere, write the same', async () => {
    const answers = await Promise.all([1, 2].map(() => program('shards', 'merge', 'plan.json', '-o', 'a.csv')))
    expect(answers).toEqual([0, 0])
    await mergeTo('b.csv')
    expect(readFileSync(join(folder, 'a.csv'))).toEqual(readFileSync(join(folder, 'b.csv')))
  })
  /** As a process of its own. */
  const program = (...words: string[]) =>
    new Promise<number | null>((resolve) => {
      spawn(process.execPath, [fileURLToPath(new URL('../bin/sbridge.js', import.meta.url)), ...words], { cwd: folder }).on(
        'close',
        resolve
      )
    })
  const mergeTo = (name: string) => sbridge(folder, 'shards', 'merge', 'plan.json', '-o', name)

  it.each([
    ['sample', 'orders.csv', ['--given', 'Ort=Nord', '-n', '20000', '--steps', '1', '--bandwidth', '0.5', '--ridge', '0.001']],
    ['impute', 'gaps.csv', ['--draws', '2']]
  ])('%s of %s with %j: the bytes of one machine', async (verb, table, own) => {
    writeFileSync(join(folder, 'gaps.csv'), orders().replace(/Nord;/g, ';'))
    const words = [verb, table, ...own, '--seed', '7']
    const planned = await sbridge(folder, 'shards', 'plan', ...words, '-o', 'm.csv', '--shards', '2', '--plan', 'm.json')
    expect(planned.stderr).toBe('')
    for (const shard of ['1', '2']) await sbridge(folder, 'shards', 'run', 'm.json', '--shard', shard)
    expect((await sbridge(folder, 'shards', 'merge', 'm.json')).stderr).toBe('')
    await sbridge(folder, ...words, '-o', 'one.csv')
    expect(readFileSync(join(folder, 'm.csv')).equals(readFileSync(join(folder, 'one.csv')))).toBe(true)
  })

  it.each([
    [['--shards', '4', '--plan', 'p.json'], '4 shards of what is drawn in 3 batches'],
    [['--plan', 'p.json'], 'no --shards'],
    [['--shards', '2'], 'no --plan'],
    [['--shards', '2', '--plan', 'orders.csv'], 'an input of this command'],
    [['--shards', '2', '--plan', 'no/p.json'], 'its folder does not exist'],
    [['--shards', '2', '--plan', 'p.json', '--draws', '2'], '--draws with shards of sample'],
    [['--shards', '2', '--plan', 'p.json', '--likelihood', 'like.mjs'], '--likelihood in a plan of shards']
  ])('a plan with %j is refused', async (words, message) => {
    writeFileSync(join(folder, 'like.mjs'), 'export const logLikelihood = () => 0\n')
    const answer = await sbridge(folder, 'shards', 'plan', 'sample', 'orders.csv', ...DRAW, '-o', 'x.csv', ...words)
    expect(answer).toMatchObject({ status: 2, stderr: expect.stringContaining(message) })
    expect(readdirSync(folder)).not.toContain('p.json')
  })

  it('refuses other verbs, groups, and shards that the plan does not have', async () => {
    const other = await sbridge(folder, 'shards', 'plan', 'forecast', 'orders.csv', '-o', 'x.csv', '--shards', '2', '--plan', 'p.json')
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('shards of forecast') })
    for (const shard of ['0', '4', '1/4', 'x'])
      expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', shard)).stderr).toContain('a shard from 1 to 3')
    expect(await sbridge(folder, 'shards', 'run', 'orders.csv', '--shard', '1')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('which is no plan')
    })
  })

  it('a plan of another version, and one that was edited, are refused', async () => {
    writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...plan(), sbridge: '0.0.1' }))
    expect(await sbridge(folder, 'shards', 'run', 'old.json', '--shard', '1')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a plan of sbridge 0.0.1')
    })
    writeFileSync(join(folder, 'edited.json'), JSON.stringify({ ...plan(), batches: 4 }))
    expect(await sbridge(folder, 'shards', 'missing', 'edited.json')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no folder .*planning again where the plan was edited/s)
    })
  })

  it('a shard of two results is named with both hosts; a damaged one is named', async () => {
    const own = join(folder, results())
    const name = readdirSync(own).find((file) => file.startsWith('2.') && file.endsWith('.json'))!
    const manifest = JSON.parse(readFileSync(join(own, name), 'utf8')) as { sha256: string; bytes: number }
    const other = { ...manifest, sha256: '0'.repeat(64), host: 'elsewhere' }
    copyFileSync(join(own, name.replace('.json', '.batches')), join(own, `2.${other.sha256}.batches`))
    writeFileSync(join(own, `2.${other.sha256}.json`), JSON.stringify(other))
    for (const words of [
      ['merge', 'plan.json'],
      ['run', 'plan.json', '--shard', '2', '--again']
    ]) {
      const { status, stderr } = await sbridge(folder, 'shards', ...words)
      expect(status).toBe(6)
      expect(stderr).toMatch(/shard 2 with two results, 000000000000… on elsewhere .* and [0-9a-f]{12}… on /)
    }
    rmSync(join(own, `2.${other.sha256}.json`))
    const file = join(own, name.replace('.json', '.batches'))
    const bytes = readFileSync(file)
    writeFileSync(
      file,
      bytes.map((byte, i) => (i === 4000 ? byte ^ 1 : byte))
    )
    expect(await mergeTo('c.csv')).toMatchObject({ status: 4, stderr: expect.stringContaining('not those of its hash') })
    writeFileSync(file, bytes.subarray(0, 4000))
    expect((await sbridge(folder, 'shards', 'missing', 'plan.json')).stdout).toBe('2\n')
    writeFileSync(file, bytes)
    expect(readdirSync(folder)).not.toContain('c.csv')
  })

  it('engines that differ between processors are not mixed', async () => {
    const words = ['-n', '17000', '--seed', '7', '--steps', '1', '--bandwidth', '0.5', '--precision', 'float32']
    await sbridge(folder, 'shards', 'plan', 'sample', 'orders.csv', ...words, '-o', 'f.csv', '--shards', '2', '--plan', 'f.json')
    for (const shard of ['1', '2']) await sbridge(folder, 'shards', 'run', 'f.json', '--shard', shard)
    const own = join(folder, readdirSync(folder).find((name) => /^f-/.test(name))!)
    const name = readdirSync(own).find((file) => file.startsWith('1.') && file.endsWith('.json'))!
    const manifest = JSON.parse(readFileSync(join(own, name), 'utf8')) as object
    writeFileSync(join(own, name), JSON.stringify({ ...manifest, processor: 'another' }))
    expect(await sbridge(folder, 'shards', 'merge', 'f.json')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('one kind of processor')
    })
  })

  it('a folder that is gone, or has another model, is named', async () => {
    const own = join(folder, results())
    renameSync(join(own, 'model.sbridge'), join(own, 'kept'))
    expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', '1', '--again')).status).toBe(4)
    writeFileSync(join(own, 'model.sbridge'), 'other')
    expect((await sbridge(folder, 'shards', 'run', 'plan.json', '--shard', '1', '--again')).stderr).toContain('not the model of the plan')
    renameSync(join(own, 'kept'), join(own, 'model.sbridge'))
    mkdirSync(join(folder, 'away'))
    copyFileSync(join(folder, 'plan.json'), join(folder, 'away', 'plan.json'))
    expect((await sbridge(join(folder, 'away'), 'shards', 'run', 'plan.json', '--shard', '1')).stderr).toContain('copying the folder along')
  })
})
