import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../packages/studio/test/browser.js'

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

it('the five lines in Node and the page in a browser give the same rows', { timeout: 180_000 }, async () => {
  const node = spawnSync(process.execPath, ['examples/five-lines.mjs'], { cwd: folder, encoding: 'utf8' })
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
