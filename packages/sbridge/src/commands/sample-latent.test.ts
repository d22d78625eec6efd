import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFor, keyFromSeed, normals } from '@sbridge/core/kernels'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'
import { linearNetwork, quickly } from '../../test/onnx.js'
import { readTable } from '../format/table-file.js'
import { fit, loadModel, sample, saveModel } from '../library.js'

let folder: string
const at = (name: string) => join(folder, name)

/** 4 × 4 images of a bright bar, across or upright, whose place and brightness differ; the last pixel is always blank. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-latent-'))
  const z = normals(keyFor(keyFromSeed(1), 'bars'), 600)
  const lines = Array.from({ length: 120 }, (_, i) => {
    const across = i % 2 === 0
    const pixels = Array.from({ length: 16 }, (_, p) => {
      const place = across ? Math.floor(p / 4) : p % 4
      return p === 15 ? 0 : Math.round(255 * Math.exp(-((place - 1 - 0.7 * z[3 * i]!) ** 2)) * (0.8 + 0.2 * Math.tanh(z[3 * i + 1]!)))
    })
    return [across ? 'across' : 'upright', ...pixels].join(',')
  })
  const head = ['bar', ...Array.from({ length: 16 }, (_, p) => `p${p}`)].join(',')
  await writeFile(at('bars.csv'), `${[head, ...lines].join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...words: string[]) => sbridge(folder, ...words, ...(words[0] === 'info' ? [] : ['--threads', '1']))

async function rowsOf(name: string): Promise<string[][]> {
  const lines = (await readFile(at(name), 'utf8')).trim().split(/\r?\n/)
  return lines.slice(1).map((line) => line.split(','))
}

describe('rows behind a codec on the command line', () => {
  test('sample: pixels of the input’s kind and range, and a report that tells the two errors apart and shows images', {
    tags: ['slow']
  }, async () => {
    const words = [
      'sample',
      'bars.csv',
      '--latent',
      'pca:4',
      '-n',
      '50',
      '--image',
      '4x4',
      '-o',
      'out.csv',
      '--seed',
      '1',
      '--report',
      'r.html'
    ]
    const done = await run(...words)
    expect(done.stderr + done.stdout).toContain('codec: pca (4 coordinates for 15 columns on one scale)')
    expect(done.status).toBe(0)
    const rows = await rowsOf('out.csv')
    expect(rows.length).toBe(50)
    for (const [bar, ...pixels] of rows) {
      expect(['across', 'upright']).toContain(bar)
      expect(pixels.every((x) => /^\d+$/.test(x) && Number(x) <= 255)).toBe(true)
    }
    const { document } = parseHTML(await readFile(at('r.html'), 'utf8'))
    expect(document.querySelector('#latent')!.textContent).toContain('Error of sampling')
    expect(document.querySelectorAll('#images img').length).toBe(1)
    expect((await run(...words.slice(0, words.indexOf('--report')))).status).toBe(0)
    expect(await rowsOf('out.csv')).toEqual(rows)
  })

  test('fit, info, and draws from the file: all, of one category, of known pixels, by the bridge', { tags: ['slow'] }, async () => {
    expect((await run('fit', 'bars.csv', '--latent', 'pca:4', '--image', '4x4', '-o', 'm.sbridge', '--seed', '1')).status).toBe(0)
    expect((await run('info', 'm.sbridge')).stdout).toContain('model (latent) of 120 rows, 17 columns')
    expect((await run('sample', 'm.sbridge', '-n', '20', '--given', 'bar=across', '-o', 'a.csv', '--seed', '2')).status).toBe(0)
    expect((await rowsOf('a.csv')).every(([bar]) => bar === 'across')).toBe(true)
    await writeFile(at('known.csv'), 'bar,p0,p5\nacross,10,200\n,100,\n')
    const known = await run(
      'sample',
      'm.sbridge',
      '-n',
      '20',
      '--given-file',
      'known.csv',
      '-o',
      'k.csv',
      '--seed',
      '2',
      '--report',
      'k.html',
      '--json'
    )
    const { conditions } = JSON.parse(known.stdout)
    expect(conditions.map((one: { candidates: number }) => one.candidates)).toEqual([60, 120])
    const rows = await rowsOf('k.csv')
    expect(rows.slice(0, 20).every((row) => row[0] === 'across' && row[1] === '10' && row[6] === '200')).toBe(true)
    expect(rows.slice(20).every((row) => row[1] === '100')).toBe(true)
    expect(await readFile(at('k.html'), 'utf8')).toContain('What was known')
    expect(
      (await run('sample', 'm.sbridge', '-n', '20', '--dynamics', 'bridge', '--start', 'noise', '-o', 'b.csv', '--seed', '2')).status
    ).toBe(0)
    expect((await rowsOf('b.csv')).length).toBe(20)
    const plan = JSON.parse(
      (await run('sample', 'bars.csv', '--rules', 'off', '--latent', 'pca:4', '-o', 'x.csv', '--dry-run', '--json')).stdout
    )
    expect(plan).toMatchObject({ rowCount: 120, columnCount: 17, dimension: 4 })
    expect(existsSync(at('x.csv'))).toBe(false)
  })

  test('--local: coordinates from their neighbours, from a table and from a file, with a report of both', { tags: ['slow'] }, async () => {
    const local = ['--exclude', 'bar', '--latent', 'pca:4', '--local', 'window:1', '--image', '4x4']
    expect((await run('fit', 'bars.csv', ...local, '-o', 'local.sbridge', '--seed', '1')).stdout).toContain('sweep: ordered\ncolumns: 4')
    expect((await run('info', 'local.sbridge')).stdout).toContain('model (latent-local) of 120 rows, 16 columns')
    const draw = ['-n', '20', '--seed', '1', '--image', '4x4', '--report', 'local.html', '--show-values']
    expect((await run('sample', 'local.sbridge', ...draw, '-o', 'local.csv')).status).toBe(0)
    const rows = await rowsOf('local.csv')
    expect(rows.length).toBe(20)
    expect(rows.flat().every((x) => /^\d+$/.test(x) && Number(x) <= 255)).toBe(true)
    const { document } = parseHTML(await readFile(at('local.html'), 'utf8'))
    for (const section of ['#latent', '#neighbourhoods', '#images']) expect(document.querySelector(section)).not.toBeNull()
    expect(document.querySelectorAll('#images img').length).toBe(2)
    expect((await run('sample', 'bars.csv', ...local, '-n', '20', '--seed', '1', '-o', 'whole.csv')).status).toBe(0)
    expect(await rowsOf('whole.csv')).toEqual(rows)
    // The codec is linear, so an interval of a pixel bounds a sum of its coordinates.
    expect((await run('sample', 'local.sbridge', '--given', 'p3=0..10', '-n', '50', '-o', 'interval.csv', '--seed', '1')).status).toBe(0)
    const within = (await rowsOf('interval.csv')).map((row) => Number(row[3]))
    expect(within.length).toBe(50)
    expect(within.every((x) => x >= 0 && x <= 10)).toBe(true)
  })

  test('networks from files see the units of the table, constant columns too; kept in the model file', { tags: ['slow'] }, async () => {
    // Coordinates are pixels 0 and 1; every row comes back as these two, 16 pixels long.
    const pick = (inputs: number, outputs: number) =>
      Array.from({ length: inputs * outputs }, (_, k) => (Math.floor(k / outputs) === k % outputs ? 1 : 0))
    await writeFile(at('enc.onnx'), linearNetwork(16, 2, pick(16, 2)))
    await writeFile(at('dec.onnx'), linearNetwork(2, 16, pick(2, 16)))
    await writeFile(at('nan.onnx'), linearNetwork(2, 16, [Number.NaN, ...pick(2, 16).slice(1)]))
    await writeFile(at('wide.onnx'), linearNetwork(2, 9, pick(2, 9)))
    const fitted = await quickly(() =>
      run('fit', 'bars.csv', '--rules', 'off', '--latent', 'onnx:enc.onnx,dec.onnx', '-o', 'n.sbridge', '--seed', '1')
    )
    expect(fitted.status).toBe(0)
    expect((await run('sample', 'n.sbridge', '-n', '10', '-o', 'n.csv', '--seed', '1')).status).toBe(0)
    expect((await rowsOf('n.csv')).every((row) => row.slice(3).every((x) => x === '0'))).toBe(true)
    const refused = (networks: string) => run('sample', 'bars.csv', '--rules', 'off', '--latent', `onnx:${networks}`, '-o', 'no.csv')
    expect(await refused('enc.onnx,nan.onnx')).toMatchObject({ status: 2, stderr: expect.stringContaining('from the decoder') })
    expect(await refused('enc.onnx,wide.onnx')).toMatchObject({ status: 2, stderr: expect.stringContaining('16, as the rows have') })
    expect(await refused('dec.onnx,dec.onnx')).toMatchObject({ status: 2, stderr: expect.stringContaining('for rows of 2 numbers') })
    expect((await refused('enc.onnx,none.onnx')).status).toBe(4)
    expect(existsSync(at('no.csv'))).toBe(false)
  })

  test('bad input ends with 2, says what was got, expected and to try, and leaves nothing', { tags: ['slow'] }, async () => {
    await writeFile(at('flat.csv'), 'a,b\n1,2\n1,2\n1,2\n')
    const cases: [words: string[], says: string][] = [
      [['--latent', 'pca:99'], 'pca:15'],
      [['--latent', 'pca:0'], 'pca:K'],
      [['--latent', 'pca:4', '--bandwidth', '1e-12'], 'see only themselves'],
      [['--latent', 'pca:4', '--image', '5x5'], '16 numeric columns'],
      [['--latent', 'pca:4', '--image', 'big'], 'WIDTHxHEIGHT'],
      [['--latent', 'pca:4', '--local', 'auto'], 'the categories of bar'],
      [['--latent', 'pca:4', '--local', 'auto', '--given', 'p3=10', '--ridge', '0.1'], '--ridge with --local'],
      [['--latent', 'pca:4', '--local', 'auto', '--dynamics', 'bridge'], 'leaving --dynamics out'],
      [['--latent', 'pca:4', '--local', 'auto', '--weights', 'p3'], '--weights with --local'],
      [['--latent', 'pca:4', '--sweep', 'ordered'], '--sweep without --local'],
      [['--latent', 'pca:4', '--given', 'p3=10', '--dynamics', 'bridge'], '--dynamics bridge'],
      [['--dynamics', 'bridge'], '--dynamics without --latent'],
      [['--image', '4x4'], '--image without --latent']
    ]
    for (const [words, says] of cases) {
      const { status, stderr } = await run('sample', 'bars.csv', '--rules', 'off', ...words, '-n', '5', '-o', 'no.csv')
      expect({ status, says: stderr.includes(says) ? says : stderr }).toEqual({ status: 2, says })
      expect(stderr).toMatch(/got [\s\S]*expected [\s\S]*try /)
    }
    expect(await run('sample', 'flat.csv', '--latent', 'pca:1', '-o', 'no.csv')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('none is a number that varies')
    })
    expect(existsSync(at('no.csv'))).toBe(false)
  })
})

test('the library fits, keeps and draws the same rows', { tags: ['slow'] }, async () => {
  const table = await readTable(at('bars.csv'))
  const model = await fit(table, { latent: 'diffusion-map:3', commonScale: true, seed: 1, threads: 1 })
  expect(model.summary.codec.commonScale).toBe(true)
  await saveModel(at('l.sbridge'), model)
  const rows = await sample(model, { rows: 10, seed: 2, threads: 1 })
  expect(rows.columns.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name))
  // Another engine's additions round elsewhere: cells are whole grey values, so that the rows agree all the same.
  expect(await sample(await loadModel(at('l.sbridge')), { rows: 10, seed: 2, threads: 1 })).toEqual(rows)
})

test('rows of a field that is too small a neighbourhood for what columns share are told', async () => {
  const z = normals(keyFor(keyFromSeed(1), 'curves'), 150 * 27)
  const lines = Array.from({ length: 150 }, (_, i) =>
    Array.from({ length: 24 }, (_, c) => {
      const [a, b, d] = [z[27 * i]!, z[27 * i + 1]!, z[27 * i + 2]!]
      return (a + 0.1 * b * Math.sin(c / 4) + 0.05 * d * Math.cos(c / 3) + 0.002 * z[27 * i + 3 + c]!).toFixed(4)
    }).join(',')
  )
  await writeFile(at('curves.csv'), `${[Array.from({ length: 24 }, (_, c) => `c${c}`).join(','), ...lines].join('\n')}\n`)
  const words = ['curves.csv', '--local', 'window:1', '--rules', 'off', '-n', '150', '--seed', '1', '-o', 'drawn.csv']
  const { stdout } = await sbridge(folder, 'sample', ...words)
  expect(stdout).toMatch(/warning large-scale-moved: .*what that component leaves has \d+ % of the variance/)
})
