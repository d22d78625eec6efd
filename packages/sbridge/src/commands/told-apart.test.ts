// @module-tag slow
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../../core/src/num/random.js'
import { sbridge } from '../../test/command.js'

const folder = mkdtempSync(join(tmpdir(), 'sbridge-told-'))
const D = 12
const ROWS = 300

/** Two shells of radius 1 and 20 in twelve dimensions, and a skew column. */
beforeAll(() => {
  const [z, turns] = [normals(keyFor(keyFromSeed(4), 'direction'), ROWS * D), uniforms(keyFor(keyFromSeed(4), 'shell'), ROWS)]
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const row = Array.from(z.subarray(i * D, (i + 1) * D))
    const radius = (turns[i]! < 0.5 ? 1 : 20) / Math.hypot(...row)
    return [...row.map((x) => (radius * x).toFixed(5)), Math.exp(row[0]! * row[1]!).toFixed(5)].join(',')
  })
  writeFileSync(join(folder, 'shells.csv'), `${[...Array(D + 1).keys()].map((c) => `x${c}`).join(',')}\n${lines.join('\n')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('rows that held-out ones tell from real ones are warned of where no report says so', async () => {
  const sampled = await sbridge(folder, 'sample', 'shells.csv', '-n', '20', '-o', 'new.csv', '--seed', '1')
  const { scores } = JSON.parse(
    (await sbridge(folder, 'sample', 'shells.csv', '-n', '20', '-o', 'new.csv', '--seed', '1', '--json')).stdout
  ).scaling
  const score: number = Math.min(scores.quantile, scores.standard)
  expect(score).toBeGreaterThan(0.7)
  const told = /^warning told-apart: .* two-sample AUC (0\.\d{3}) in trial fits, where chance alone gives up to 0\.6/m.exec(sampled.stdout)
  // Of the scaling that is taken, which may be the plainer of two that come out alike.
  const off = [scores.quantile, scores.standard].map((one: number) => Math.abs(Number(told?.[1]) - one))
  expect(Math.min(...off)).toBeLessThan(0.00051)
  const fitted = await sbridge(folder, 'fit', 'shells.csv', '-o', 'shells.sbridge', '--seed', '1', '--json')
  expect(JSON.parse(fitted.stdout).warnings).toMatchObject([{ name: 'told-apart' }])
  // Of a condition the rows are others, and their warnings stand beside that of the fit.
  const quick = ['--condition-bandwidth', '0.5', '--ridge', '0.01', '--steps', '2', '--seed', '1', '--json']
  const given = await sbridge(folder, 'sample', 'shells.sbridge', '-n', '5', '-o', 'new.csv', '--given', 'x0=400', ...quick)
  const names = JSON.parse(given.stdout).warnings.map(({ name }: { name: string }) => name)
  expect(names).toContain('told-apart')
  expect(names).toContain('condition-outside-data')
  const report = ['--report', 'new.html', '--judge', 'in-sample']
  const judged = await sbridge(folder, 'sample', 'shells.csv', '-n', '300', '-o', 'new.csv', '--seed', '1', ...report)
  expect(judged.stdout).toMatch(/^verdict, poor: /m)
  expect(judged.stdout).not.toContain('told-apart')
})
