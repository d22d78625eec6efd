// @module-tag slow
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sbridge } from '../packages/sbridge/test/command.js'
import { launchChromium } from '../packages/studio/test/browser.js'
import { ENGINE } from '../scripts/engine.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.csv': 'text/csv' }

/** Any web server will do for the page; this one serves the repository's files. */
const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
  try {
    const body = await readFile(join(root, path))
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
})

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-examples-'))
  for (const name of ['examples', 'node_modules']) symlinkSync(join(root, name), join(folder, name), 'dir')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

it('the five lines in Node and the page in a browser give the same rows', async () => {
  const node = spawnSync(process.execPath, [...ENGINE, 'examples/five-lines.mjs'], { cwd: folder, encoding: 'utf8' })
  expect(node.stderr).toBe('')
  const rows = readFileSync(join(folder, 'synthetic.csv'), 'utf8').replaceAll('\r\n', '\n')
  expect(rows.trim().split('\n').length).toBe(1001)

  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/browser.html`)
    await page.waitForSelector('#status:has-text("1000 rows")', { timeout: 120_000 })
    expect(faults).toEqual([])
    expect(await page.inputValue('#rows')).toBe(rows)
  } finally {
    await browser.close()
  }
})

const linesOf = (name: string): string[][] =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))

it('conditional rows keep what is given and follow what was observed', () => {
  const { status, stderr } = spawnSync(process.execPath, [...ENGINE, 'examples/conditional-rows/conditional-rows.mjs', '60', '0.5'], {
    cwd: folder,
    encoding: 'utf8'
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const [head, ...gentoo] = linesOf('gentoo.csv')
  const at = (name: string) => head!.indexOf(name)
  expect(gentoo.length).toBe(60)
  for (const row of gentoo) expect([row[at('species')], row[at('body_mass_g')]]).toEqual(['Gentoo', '5000'])
  const observed = linesOf('observed.csv').slice(1)
  const sums = observed.map((row) => Number(row[at('bill_length_mm')]) + Number(row[at('bill_depth_mm')]))
  expect(observed.every((row) => row[at('species')] === 'Adelie')).toBe(true)
  // Adelie bills add up to 57 ± 3; observed was 62 ± 1, so the mean of 60 rows lies between, nearer to 62.
  const mean = sums.reduce((sum, x) => sum + x / sums.length, 0)
  expect(mean).toBeGreaterThan(59.5)
  expect(mean).toBeLessThan(63)
})

it('the likelihood of the example weighs the rows that the command line draws', async () => {
  const quick = ['--scaling', 'standard', '--bandwidth', '0.5', '--seed', '1']
  const fit = await sbridge(folder, 'fit', 'examples/data/penguins.csv', ...quick, '-o', 'p.sbridge')
  expect(fit.status, fit.stderr).toBe(0)
  const known = ['--likelihood', 'examples/posterior-likelihood/likelihood.js', '--given', 'species=Adelie,island=Dream']
  const draw = await sbridge(folder, 'sample', 'p.sbridge', '-n', '60', ...known, '--seed', '1', '-o', 'weighed.csv')
  expect(draw.status, draw.stderr).toBe(0)
  const [head, ...rows] = linesOf('weighed.csv')
  const masses = rows.map((row) => Number(row[head!.indexOf('body_mass_g')]))
  // Adelie penguins of Dream weigh 3,700 ± 450 g; the scale said 4,100 ± 120 with heavy tails.
  const mean = masses.reduce((sum, x) => sum + x / masses.length, 0)
  expect(mean).toBeGreaterThan(3900)
  expect(mean).toBeLessThan(4250)
})
