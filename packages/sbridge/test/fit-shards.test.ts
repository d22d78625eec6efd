// @module-tag slow
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FitPlan, folderOf } from '../src/shards/plan.js'
import { sbridge } from './command.js'

const built = fileURLToPath(new URL('../dist', import.meta.url))
const FIT = ['--seed', '3', '--bandwidth', '0.5', '--landmarks', 'all', '--scaling', 'standard']

/** Takes part in a fit, in a process of its own; `deadly` ends it by SIGKILL on its second sum. */
const PART = `
import { readdirSync } from 'node:fs'
const [built, path, shard, deadly] = process.argv.slice(1)
const { takePart } = await import(built + '/shards/fit.js')
const { folderOf, readPlan } = await import(built + '/shards/plan.js')
const plan = await readPlan(path)
const folder = folderOf(path, plan)
const begun = () => readdirSync(folder).filter((name) => name.startsWith('call-')).length
const before = begun()
let computed = 0
const watched = (plan, engine, work) => work({ engine, progress: () => deadly && begun() > before + 1 && process.kill(process.pid, 'SIGKILL') })
const { manifest, drawn } = await takePart({ plan, folder, shard: Number(shard), threads: 1 }, watched)
console.log(JSON.stringify({ sha256: manifest.sha256, drawn }))
`

describe('a fit by several', { tags: ['slow'] }, () => {
  let folder: string
  let whole: Buffer
  const own = () => join(folder, readdirSync(folder).find((name) => /^fit-[0-9a-f]{16}$/.test(name))!)
  const inOwn = (form: RegExp) => readdirSync(own(), { recursive: true, encoding: 'utf8' }).filter((name) => form.test(name))
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sbridge-fit-'))
    const rows = Array.from({ length: 1500 }, (_, i) => `${Math.sin(i).toFixed(3)},${Math.cos(i * i).toFixed(3)}`)
    writeFileSync(join(folder, 'table.csv'), `x,y\n${rows.join('\n')}\n`)
    expect((await sbridge(folder, 'fit', 'table.csv', ...FIT, '-o', 'whole.sbridge')).status).toBe(0)
    whole = readFileSync(join(folder, 'whole.sbridge'))
    const planned = await sbridge(
      folder,
      'shards',
      'plan',
      'fit',
      'table.csv',
      ...FIT,
      '-o',
      'm.sbridge',
      '--shards',
      '3',
      '--plan',
      'fit.json'
    )
    expect(planned.stdout).toContain('plan of a fit to 1500 rows for 3, in fit.json')
    // Pieces of a usual size would be minutes of work.
    const path = join(folder, 'fit.json')
    const plan = { ...(JSON.parse(readFileSync(path, 'utf8')) as FitPlan), pieceWork: 4e6 }
    writeFileSync(path, JSON.stringify(plan))
    renameSync(own(), folderOf(path, plan))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** What a process said, and its end. */
  const part = (shard: number, ...more: string[]): Promise<{ readonly said: string; readonly signal: string | null }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', PART, built, join(folder, 'fit.json'), String(shard), ...more])
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)))
      child.on('close', (_code, signal) => resolve({ said, signal }))
    })

  it('of whom one ends halfway, one never starts and one comes late has the bytes of one', async () => {
    expect((await sbridge(folder, 'shards', 'missing', 'fit.json')).stdout).toBe('1-3\n')
    expect(await sbridge(folder, 'shards', 'merge', 'fit.json')).toMatchObject({ status: 2, stderr: expect.stringContaining('missing: 1') })
    expect((await part(1, 'deadly')).signal).toBe('SIGKILL')
    const left = inOwn(/\.piece$/)
    expect(left.length).toBeGreaterThan(2)
    expect(inOwn(/^1\..*\.json$/)).toEqual([])
    const ended = await Promise.all([part(1), part(2)])
    // On a busy machine one may have begun only after the other was done: it takes what is there.
    const parts = ended.map(({ said }) => JSON.parse(said) as { sha256: string; drawn: boolean })
    expect(parts.map(({ drawn }) => drawn)).toContain(true)
    expect(new Set(parts.map(({ sha256 }) => sha256)).size).toBe(1)
    // What the dead one computed was taken.
    for (const name of left) expect(inOwn(/\.piece$/)).toContain(name)
    expect((await part(3)).said).toContain('"drawn":false')
    expect((await sbridge(folder, 'shards', 'missing', 'fit.json')).stdout).toBe('')
    const merged = await sbridge(folder, 'shards', 'merge', 'fit.json')
    expect(merged.stdout).toContain('model of 1500 rows in m.sbridge')
    expect(readFileSync(join(folder, 'm.sbridge')).equals(whole)).toBe(true)
  })

  it('who comes late computes nothing that is there, and nothing that is damaged is taken', async () => {
    for (const name of inOwn(/^1\./)) rmSync(join(own(), name))
    const pieces = inOwn(/\.piece$/)
    const damaged = join(own(), pieces[0]!)
    writeFileSync(damaged, readFileSync(damaged).fill(1))
    expect((await part(3)).said).toContain('"drawn":true')
    expect(inOwn(/\.piece$/)).toEqual(pieces)
    expect((await sbridge(folder, 'shards', 'run', 'fit.json', '--shard', '2/3', '--again')).stdout).toContain('model fitted in')
    await sbridge(folder, 'shards', 'merge', 'fit.json', '-o', 'n.sbridge')
    expect(readFileSync(join(folder, 'n.sbridge')).equals(whole)).toBe(true)
  })

  it('two models are named with both hosts, whoever looks', async () => {
    const name = inOwn(/^1\..*\.json$/)[0]!
    const manifest = JSON.parse(readFileSync(join(own(), name), 'utf8')) as { sha256: string }
    const other = { ...manifest, sha256: '0'.repeat(64), host: 'elsewhere' }
    copyFileSync(join(own(), name.replace('.json', '.batches')), join(own(), `1.${other.sha256}.batches`))
    writeFileSync(join(own(), `1.${other.sha256}.json`), JSON.stringify(other))
    for (const words of [
      ['merge', 'fit.json', '-o', 'other.sbridge'],
      ['run', 'fit.json', '--shard', '1', '--again']
    ])
      expect(await sbridge(folder, 'shards', ...words)).toMatchObject({
        status: 6,
        stderr: expect.stringMatching(/the model with two results, 000000000000… on elsewhere .* and [0-9a-f]{12}… on /)
      })
    expect(existsSync(join(folder, 'other.sbridge'))).toBe(false)
    rmSync(join(own(), `1.${other.sha256}.json`))
  })

  it('what cannot be shared, or has another table, is refused', async () => {
    const plan = ['-o', 'o.sbridge', '--shards', '2', '--plan', 'o.json']
    for (const [words, said] of [
      [['table.csv', '--engine', 'reference'], 'an engine whose sums are shared'],
      [['whole.sbridge'], 'a table to fit'],
      [['table.csv', '-n', '10'], '--rows with shards of fit'],
      [['table.csv', '--steps', '3'], '--steps with shards of fit'],
      [['table.csv', '--dialect', 'plain'], '--dialect with shards of fit']
    ] as const)
      expect(await sbridge(folder, 'shards', 'plan', 'fit', ...words, ...plan)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(said)
      })
    writeFileSync(join(own(), 'table.batches'), 'other')
    const run = await sbridge(folder, 'shards', 'run', 'fit.json', '--shard', '1', '--again')
    expect(run).toMatchObject({ status: 4, stderr: expect.stringContaining('not the table of the plan') })
  })
})
