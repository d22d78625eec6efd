import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge } from '../../test/command.js'

const PENGUINS = resolve(import.meta.dirname, '../../../../examples/data/penguins.csv')
let folder: string
const at = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(at(name), 'utf8')

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-score-'))
  const penguins = readFileSync(PENGUINS, 'utf8').trim().split('\n')
  const usual = penguins.filter((_, i) => i === 0 || i % 4 > 1)
  const rows = [penguins[0], ...penguins.filter((_, i) => i % 8 === 1).slice(0, 40)]
  writeFileSync(at('penguins.csv'), `${usual.join('\n')}\n`)
  writeFileSync(at('rows.csv'), `${[...rows, 'Emperor,Biscoe,45,14,210,5000,male', 'Gentoo,Biscoe,45,14,210,50000,male'].join('\n')}\n`)
  const german = Array.from({ length: 40 }, (_, i) => `${['Köln', 'Bonn'][i % 2]};${((i * 37) % 23) / 2 + 0.25}`.replace('.', ','))
  writeFileSync(at('german.csv'), `Ort;Preis\n${german.join('\n')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('score', () => {
  it('rows of a file by a table, and the same bytes by its model and with other threads', async () => {
    const asked = ['--seed', '3', '--gradient', '--denoise']
    const { status, stdout } = await sbridge(
      folder,
      'score',
      'penguins.csv',
      'rows.csv',
      '-o',
      'a.csv',
      '--model',
      'usual.sbridge',
      '--threads',
      '1',
      ...asked
    )
    expect(status).toBe(0)
    expect(stdout).toContain('warning level-unknown: species: row 41 has Emperor')
    expect(stdout).toContain('warning outside: body_mass_g: row 42 lies outside the data')
    expect(stdout).toContain(
      'density: probability of species, island, sex times density of numbers given these, per unit of bill_length_mm'
    )
    expect((await sbridge(folder, 'score', 'usual.sbridge', 'rows.csv', '-o', 'b.csv', '--threads', '2', ...asked)).status).toBe(0)
    expect(read('b.csv')).toBe(read('a.csv'))
    const [head, ...lines] = read('a.csv').trim().split('\n')
    expect(head).toContain('sex,log_density,outlier,outlier_p,gradient_bill_length_mm')
    expect(head).toContain('denoised_species')
    expect(lines.length).toBe(42)
    // Given cells are the cells themselves.
    const rows = read('rows.csv').trim().split('\n').slice(1)
    lines.forEach((line, i) => {
      expect(line.startsWith(`${rows[i]},`)).toBe(true)
    })
  })

  it('rows by a model of a table as by the table: its rows say what is usual, and fill gaps', async () => {
    const asked = ['german.csv', '--seed', '3', '-o']
    const fitted = ['--bandwidth', '0.3', '--scaling', 'standard', '--seed', '1']
    expect((await sbridge(folder, 'fit', 'german.csv', ...fitted, '-o', 'german.sbridge')).status).toBe(0)
    const { status, stdout } = await sbridge(folder, 'score', 'german.sbridge', ...asked, 'kept.csv')
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('from the rows that the model keeps') })
    await sbridge(folder, 'score', ...asked, 'table.csv')
    expect(read('kept.csv')).toBe(read('table.csv'))
    writeFileSync(at('gap.csv'), 'Ort;Preis\nKöln;\n;0,75\n')
    expect((await sbridge(folder, 'impute', 'german.sbridge', 'gap.csv', '--seed', '3', '-o', 'full.csv')).status).toBe(0)
    expect(read('full.csv')).toMatch(/^Ort;Preis\nKöln;\d+,\d+\n(Köln|Bonn);0,75\n$/)
    const refused = await sbridge(folder, 'score', 'german.sbridge', ...asked, 'x.csv', '--types', 'Preis=category')
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--types with a model file') })
  })

  it('rows that a model weighs are refused: the table knows its weights', async () => {
    writeFileSync(at('weighted.csv'), `x,w\n${Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${1 + (i % 2)}`).join('\n')}\n`)
    await sbridge(folder, 'fit', 'weighted.csv', '--weights', 'w', '--bandwidth', '0.3', '--scaling', 'standard', '-o', 'weighted.sbridge')
    const refused = await sbridge(folder, 'score', 'weighted.sbridge', 'weighted.csv', '-o', 'x.csv')
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('rows weigh unequally') })
  })

  it('a table’s own rows, left out one by one; furthest first in what is said', { tags: ['slow'] }, async () => {
    const { status, stdout } = await sbridge(folder, 'score', 'penguins.csv', '-o', 'own.csv', '--json', '--seed', '3')
    expect(status).toBe(0)
    const said = JSON.parse(stdout)
    expect(said).toMatchObject({ output: 'own.csv', seed: 3, scored: { rows: 172, furthest: { length: 5 } }, rowCount: 172 })
    const outliers = said.scored.furthest.map(({ outlier }: { outlier: number }) => outlier)
    expect(outliers).toEqual(outliers.toSorted((a: number, b: number) => b - a))
  })

  it('a conditional density on a grid, with its picture in a report', async () => {
    const { status, stdout } = await sbridge(
      folder,
      'score',
      'usual.sbridge',
      '--grid',
      'body_mass_g',
      '--given',
      'species=Adelie,sex=male',
      '-o',
      'grid.csv',
      '--report',
      'grid.html',
      '--seed',
      '3'
    )
    expect([status, stdout]).toEqual([0, expect.stringContaining('grid: body_mass_g given species = Adelie, sex = male')])
    const lines = read('grid.csv').trim().split('\n')
    expect([lines[0], lines.length]).toEqual(['body_mass_g,density', 202])
    expect(read('grid.html')).toContain('Density of body_mass_g given species = Adelie, sex = male.')
    const refused = await sbridge(folder, 'score', 'penguins.csv', 'rows.csv', '--grid', 'body_mass_g', '-o', 'no.csv')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--grid and the rows rows.csv')])
  })

  it('a file in its own dialect: added numbers have its decimal comma', async () => {
    expect((await sbridge(folder, 'score', 'german.csv', '-o', 'scored.csv', '--seed', '1')).status).toBe(0)
    const lines = read('scored.csv').trim().split('\n')
    expect(lines[0]).toBe('Ort;Preis;log_density;outlier;outlier_p')
    expect(lines[1]).toMatch(/^Köln;0,25;-\d+,\d+;-?\d+,\d+;[01](,\d+)?$/)
  })

  it('refuses a model alone, a model of another verb, options of a fit beside a model, and rows of other columns', async () => {
    await sbridge(folder, 'embed', 'german.csv', '-o', 'map.csv', '--model', 'map.sbridge', '-k', '1')
    const refusals = [
      [['usual.sbridge'], 'the model usual.sbridge alone'],
      [['map.sbridge', 'rows.csv'], 'a model of kind embedding'],
      [['usual.sbridge', 'rows.csv', '--exclude', 'sex'], '--exclude with a model file'],
      [['usual.sbridge', 'german.csv'], 'rows with Ort, Preis']
    ] as const
    for (const [words, got] of refusals) {
      const { status, stderr } = await sbridge(folder, 'score', ...words, '-o', 'no.csv')
      expect([status, stderr]).toEqual([expect.any(Number), expect.stringContaining(got)])
      expect(status).toBeGreaterThan(1)
    }
  })
})

describe('info --pairs', () => {
  it('says which columns tell of each other, of a table and of a model of it', async () => {
    const { status, stdout } = await sbridge(folder, 'info', 'penguins.csv', '--pairs')
    expect(status).toBe(0)
    expect(stdout).toMatch(/pair: species and (island|flipper_length_mm): 0\.\d+ nats \(chance stays below 0\.0\d+\)/)
    const { pairs } = JSON.parse((await sbridge(folder, 'info', 'usual.sbridge', '--pairs', '--json')).stdout)
    expect([pairs.length, pairs[0].information > pairs[20].information]).toEqual([21, true])
    expect((await sbridge(folder, 'info', 'penguins.csv')).stdout).not.toContain('pair:')
  })
})
