import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'

let folder: string
const at = (name: string) => join(folder, name)
const rows = 60
const ages = normals(keyFromSeed(2), rows).map((z) => 50 + 10 * z)

/** One address a person but for those of one household, a rare illness, a note that one person has, a stray word. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-values-'))
  const lines = Array.from({ length: rows }, (_, i) => {
    const mail = i % 2 === 0 ? 'family@mail.example' : `only-${i}@mail.example`
    const ill = i < 2 ? 'kuru' : i % 3 === 0 ? 'flu' : 'asthma'
    return [mail, ill, i === 9 ? 'walks-with-a-stick' : 'none', i === 5 ? 'oops' : String(i % 4), ages[i]!.toFixed(3)].join(',')
  })
  await writeFile(at('people.csv'), `${['mail,ill,note,visits,age', ...lines].join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...words: string[]) => sbridge(folder, ...words, '--seed', '1', '--threads', '1')
const PERSONAL = /only-\d+@|kuru|walks-with-a-stick|oops/g
const report = (name: string) => readFile(at(name), 'utf8')

describe('cells that fewer than three rows have', () => {
  test('leave sample and evaluate in the rows only: not in reports, terminal or JSON', { tags: ['slow'] }, async () => {
    const sampled = await run('sample', 'people.csv', '--bandwidth', '0.2', '-o', 'new.csv', '--report', 'sample.html')
    expect([sampled.status, sampled.stdout.match(PERSONAL), sampled.stderr.match(PERSONAL)]).toEqual([0, null, null])
    expect(sampled.stdout).toContain('visits: 1 of 60 cells are words: while rows are modelled')
    expect((await report('new.csv')).match(PERSONAL)).not.toBeNull()
    const page = await report('sample.html')
    expect(page.match(PERSONAL)).toBeNull()
    expect(page).toContain('family@mail')
    expect(page).toContain('30 of mail, 1 of ill, 1 of note and 1 of visits word')
    const evaluated = await run('evaluate', 'people.csv', 'new.csv', '--report', 'evaluate.html', '--json')
    expect([evaluated.status, evaluated.stdout.match(PERSONAL), evaluated.stderr.match(PERSONAL)]).toEqual([0, null, null])
    expect((await report('evaluate.html')).match(PERSONAL)).toBeNull()
    const found = JSON.parse(evaluated.stdout)
    expect(found.privacy.rareLevels).toEqual({ mail: 30, ill: 1, note: 1, 'visits word': 1 })
    expect(found.verdict.sentence.length).toBeGreaterThan(40)
  })

  test('stand in the report with --show-values, which needs one', { tags: ['slow'] }, async () => {
    const drawn = ['sample', 'people.csv', '--bandwidth', '0.2', '-o', 'new.csv']
    expect((await run(...drawn, '--report', 'shown.html', '--show-values')).status).toBe(0)
    const words = new Set((await report('shown.html')).match(PERSONAL))
    for (const cell of ['kuru', 'walks-with-a-stick', 'oops', 'only-3@']) expect(words).toContain(cell)
    expect((await run('evaluate', 'people.csv', 'new.csv', '--report', 'shown.html', '--show-values')).status).toBe(0)
    expect((await report('shown.html')).match(/kuru/)).not.toBeNull()
    expect(await run(...drawn, '--show-values')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--show-values without a report')
    })
  })

  test('are described once: among the options', async () => {
    const { stdout } = await sbridge(folder, 'info', '--options')
    expect(stdout).toMatch(/report:\n {2}--show-values\n/)
  })
})

describe('evaluate on the terminal', () => {
  test('a copied table: nearness leads, and the reading of the AUC names copies', { tags: ['slow'] }, async () => {
    const { stdout } = await run('evaluate', 'people.csv', 'people.csv')
    expect(stdout.split('\n')[0]).toMatch(
      /^verdict, poor: (Its rows stand much nearer to real rows|More of its rows repeat a real row).*do not treat them as anonymous: /
    )
    expect(stdout).toMatch(/classifierAuc .* copies of single real rows, or nearly/)
    expect(stdout).not.toMatch(/cannot be told/)
  })
})

describe('running numbers', () => {
  test('go on where they end, unless a condition names them', async () => {
    const lines = Array.from({ length: rows }, (_, i) => `${1001 + i},${ages[i]!.toFixed(3)}`)
    await writeFile(at('orders.csv'), `${['order_id,age', ...lines].join('\n')}\n`)
    const drawn = ['sample', 'orders.csv', '--bandwidth', '0.2', '-n', '3', '-o', 'orders-new.csv']
    expect((await run(...drawn)).stdout).toContain(
      'order_id: whole numbers in equal steps, no two alike: left out of the model and continued from 1061'
    )
    const numbers = async () =>
      (await report('orders-new.csv'))
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0])
    expect(await numbers()).toEqual(['1061', '1062', '1063'])
    expect((await run(...drawn, '--given', 'order_id=1010')).status).toBe(0)
    expect(await numbers()).toEqual(['1010', '1010', '1010'])
    expect((await run('evaluate', 'orders.csv', 'orders-new.csv', '--json')).stdout).not.toContain('order_id')
  })
})
