// @module-tag slow
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keyFromSeed, normals } from '../../../core/src/num/random.js'
import { sbridge } from '../../test/command.js'

const folder = mkdtempSync(join(tmpdir(), 'sbridge-privacy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('says that a private model file holds the rows, and that drawn ones do not end where these do', async () => {
  const z = normals(keyFromSeed(4), 400)
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${i < 2 ? 'rare' : i % 2 ? 'often' : 'common'},${z[2 * i]!.toFixed(4)},${z[2 * i + 1]!.toFixed(4)}`
  )
  writeFileSync(join(folder, 'people.csv'), `kind,x,y\n${rows.join('\n')}\n`)
  const asked = ['--privacy', '0.9', '--scaling', 'quantile', '--seed', '1']
  const fitted = await sbridge(folder, 'fit', 'people.csv', '-o', 'people.sbridge', ...asked)
  expect(fitted.stdout).toMatch(/^warning model-holds-rows: the model file contains the 200 rows that it learned from/m)
  expect(fitted.stdout).toMatch(/^note: kind: a level of fewer than 5 rows \(2 rows together\) is left empty/m)
  const drawn = await sbridge(folder, 'sample', 'people.sbridge', '-n', '500', '-o', '-', '--seed', '2')
  expect(drawn.stdout).not.toContain('model-holds-rows')
  const cells = drawn.stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  expect(cells).toHaveLength(500)
  expect(cells.some(([kind]) => kind === 'rare')).toBe(false)
  for (const c of [1, 2]) {
    const real = rows.map((row) => row.split(',')[c]!).sort((a, b) => Number(a) - Number(b))
    const ends = [...real.slice(0, 4), ...real.slice(-4)]
    expect(cells.filter((row) => ends.includes(row[c]!))).toEqual([])
  }
  const refused = await sbridge(folder, 'sample', 'people.sbridge', '-n', '5', '-o', '-', '--given', 'kind=often,x=2..')
  expect(refused.stderr).toContain('behind which fewer than 5 rows of the table stand')
  const filled = await sbridge(folder, 'impute', 'people.sbridge', 'people.csv', '-o', '-')
  expect(filled.stderr).toContain('the model was fitted with --privacy')
})
