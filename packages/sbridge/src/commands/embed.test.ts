import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { embedVerb } from './embed.js'
import { liftVerb } from './lift.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-embed-'))
  const lines = Array.from({ length: 150 }, (_, i) => {
    const t = (2 * Math.PI * i) / 150
    return `${Math.cos(t).toFixed(4)},${Math.sin(t).toFixed(4)},${(Math.cos(t) * 0.5).toFixed(4)},${i < 75 ? 'north' : 'south'}`
  })
  await writeFile(at('circle.csv'), `x,y,z,side\n${lines.join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...words: string[]): Promise<string> {
  const program = new Command('sbridge').exitOverride()
  embedVerb(program.command('embed'))
  liftVerb(program.command('lift'))
  for (const command of program.commands) command.exitOverride()
  let written = ''
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
  try {
    await program.parseAsync(['node', 'sbridge', ...words, '--threads', '1'])
  } finally {
    spy.mockRestore()
  }
  return written
}

const rowsOf = async (name: string) => (await readFile(at(name), 'utf8')).trim().split('\n')

test('a circle: K coordinates in row order that are cosine and sine; new rows land where the same rows were; and back', async () => {
  const json = JSON.parse(
    await run(
      'embed',
      at('circle.csv'),
      '--columns',
      'x,y',
      '-k',
      '2',
      '-o',
      at('out.csv'),
      '--model',
      at('m.sbridge'),
      '--report',
      at('r.html'),
      '--json'
    )
  )
  expect(json.dimension).toBe(2)
  expect(json.componentSizes).toEqual([150])
  const [header, ...rows] = await rowsOf('out.csv')
  expect(header).toBe('coordinate_1,coordinate_2')
  expect(rows).toHaveLength(150)
  const radii = rows.map((row) => Math.hypot(...row.split(',').map(Number)))
  expect(Math.max(...radii) / Math.min(...radii)).toBeLessThan(1.05)
  const report = await readFile(at('r.html'), 'utf8')
  expect(report).toContain('<svg')
  expect(report).toMatch(/A diffusion map of 150 rows was computed with sbridge \d/)
  expect(report).toContain(
    createHash('sha256')
      .update(await readFile(at('circle.csv')))
      .digest('hex')
  )

  await writeFile(at('new.csv'), `x,y\n${(await rowsOf('circle.csv'))[11]!.split(',').slice(0, 2).join(',')}\n`)
  await run('embed', at('m.sbridge'), at('new.csv'), '-o', at('placed.csv'))
  const placed = (await rowsOf('placed.csv'))[1]!.split(',').map(Number)
  const own = rows[10]!.split(',').map(Number)
  placed.forEach((value, k) => {
    expect(value).toBeCloseTo(own[k]!, 5)
  })

  await run('lift', at('m.sbridge'), at('out.csv'), '-o', at('back.csv'))
  const [backHeader, ...back] = await rowsOf('back.csv')
  expect(backHeader).toBe('x,y')
  const source = (await rowsOf('circle.csv')).slice(1)
  back.forEach((row, i) => {
    const [x, y] = row.split(',').map(Number)
    const [sx, sy] = source[i]!.split(',').map(Number)
    expect(Math.hypot(x! - sx!, y! - sy!)).toBeLessThan(0.02)
  })
})

test('categories come back from the nearest row; the same call gives the same bytes; automatic dimension', async () => {
  await run('embed', at('circle.csv'), '-o', at('a.csv'), '--model', at('c.sbridge'))
  await run('embed', at('circle.csv'), '-o', at('b.csv'))
  expect(await readFile(at('a.csv'))).toEqual(await readFile(at('b.csv')))
  await run('lift', at('c.sbridge'), at('a.csv'), '-o', at('c.csv'))
  const back = (await rowsOf('c.csv')).slice(1)
  const source = (await rowsOf('circle.csv')).slice(1)
  expect(back.filter((row, i) => row.split(',')[3] === source[i]!.split(',')[3])).toHaveLength(150)
})

test('bad input is refused before anything is written', async () => {
  const out = at('never.csv')
  await expect(run('embed', at('circle.csv'), '-k', '0', '-o', out)).rejects.toMatchObject({ code: 'option-value' })
  await expect(run('embed', at('circle.csv'), '-k', '150', '-o', out)).rejects.toMatchObject({ code: 'dimension-above-rank' })
  await expect(run('embed', at('circle.csv'), '-k', '2', '--bandwidth', '1e-9', '-o', out)).rejects.toMatchObject({ code: 'disconnected' })
  await expect(run('embed', at('circle.csv'), at('circle.csv'), '-o', out)).rejects.toMatchObject({ code: 'input-extra' })
  await expect(run('embed', at('c.sbridge'), '-o', out)).rejects.toMatchObject({ code: 'input-missing' })
  await expect(run('embed', at('c.sbridge'), at('circle.csv'), '-k', '2', '-o', out)).rejects.toMatchObject({ code: 'option-of-fit' })
  await expect(run('embed', at('c.sbridge'), at('new.csv'), '-o', out)).rejects.toMatchObject({ code: 'column-unknown' })
  await expect(run('embed', at('circle.csv'), '--scaling', 'w=quantile', '-o', out)).rejects.toMatchObject({ code: 'column-unknown' })
  await expect(run('lift', at('circle.csv'), at('a.csv'), '-o', out)).rejects.toMatchObject({ code: 'model-magic' })
  await expect(run('lift', at('c.sbridge'), at('circle.csv'), '-o', out)).rejects.toMatchObject({ code: 'coordinates' })
  await writeFile(at('same.csv'), 'x,y\n1,2\n1,2\n1,2\n')
  await expect(run('embed', at('same.csv'), '-o', out)).rejects.toMatchObject({ code: 'constant-data' })
  await expect(readFile(out)).rejects.toThrow()
})
