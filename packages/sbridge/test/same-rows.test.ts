// @module-tag slow
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableFit } from '@sbridge/core'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTable, writeTable } from '../src/format/table-file.js'
import { fit, loadModel, type SampleOptions, sample, saveModel } from '../src/library.js'
import { sbridge } from './command.js'

describe('the library, the command, and both from a model file draw the same bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-rows-'))
  const at = (name: string): string => join(folder, name)
  const written = (name: string): string => readFileSync(at(name), 'utf8')
  const command = async (...words: string[]): Promise<void> =>
    expect(await sbridge(folder, 'sample', ...words)).toMatchObject({ status: 0 })

  beforeAll(() => {
    const z = normals(keyFromSeed(4), 90 * 4)
    const rows = Array.from({ length: 90 }, (_, i) => {
      const x = [z[i * 4]!]
      for (let j = 1; j < 4; j++) x.push(0.8 * x[j - 1]! + 0.6 * z[i * 4 + j]!)
      return x.map((value) => value.toFixed(4)).join(',')
    })
    writeFileSync(at('line.csv'), `a,b,c,d\n${rows.join('\n')}\n`)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each<[string, TableFit, Omit<SampleOptions, 'cells'>, string[], string[]]>([
    ['all columns, observed', {}, { observe: 'a + c = 2 ± 0.5' }, [], ['--observe', 'a + c = 2 ± 0.5']],
    ['localised, observed', { local: 'window:1' }, { observe: 'a = 1 ± 0.1' }, ['--local', 'window:1'], ['--observe', 'a = 1 ± 0.1']],
    [
      'localised, in an interval',
      { local: 'window:1' },
      { given: { b: { from: 0.5, to: 1.5 } } },
      ['--local', 'window:1'],
      ['--given', 'b=0.5..1.5']
    ],
    ['latent, given', { latent: 'pca:2' }, { given: { a: 1 } }, ['--latent', 'pca:2'], ['--given', 'a=1']],
    ['latent and localised', { latent: 'pca:2', local: 'window:1' }, {}, ['--latent', 'pca:2', '--local', 'window:1'], []]
  ])('%s', async (_, fits, draws, fitFlags, drawFlags) => {
    const draw = { rows: 12, seed: 2, ...draws }
    const model = await fit(await readTable(at('line.csv')), { ...fits, seed: 2, threads: 1 })
    await writeTable(at('library.csv'), await sample(model, { ...draw, threads: 2 }))
    await saveModel(at('model.sbridge'), model)
    await writeTable(at('loaded.csv'), await sample(await loadModel(at('model.sbridge')), draw))
    await command('line.csv', '-n', '12', '--seed', '2', '-o', 'command.csv', ...fitFlags, ...drawFlags)
    await command('model.sbridge', '-n', '12', '--seed', '2', '-o', 'file.csv', ...drawFlags)
    for (const name of ['loaded.csv', 'command.csv', 'file.csv']) expect(written(name)).toBe(written('library.csv'))
  })
})
