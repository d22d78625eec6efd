// @module-tag slow
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fitTable, presentRows, sampleTable } from '@sbridge/core'
import { createWasmEngine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, type Reply, servePages } from './browser.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const penguins = readFileSync(file('../../../examples/data/penguins.csv'), 'utf8')

/** A page of plain HTML without any build: the five lines are those between the comments. */
const PAGE = `<!doctype html>
<title>sbridge</title>
<script type="module">
  import { browserHost, createWasmEngine, fitTable, presentRows, sampleTable } from './core.js'
  const [names, ...lines] = (await (await fetch('./penguins.csv')).text()).trim().split('\\n').map((line) => line.split(','))
  const columns = names.map((name, c) => ({ name, source: 'text', values: lines.map((line) => line[c] || null) }))
  // Five lines:
  const host = browserHost()
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 2, host })
  const model = await fitTable({ columns, rowCount: lines.length }, { scaling: 'standard', seed: 1 }, { engine })
  const rows = await sampleTable(model, { rows: 200, seed: 1 }, { engine })
  const drawn = presentRows(model, rows, 'text')
  // That was all.
  await engine.close()
  globalThis.result = JSON.stringify({ shared: host.shared, epsilon: model.summary.epsilon, columns: drawn.columns })
</script>`

async function bundleCore(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [file('../../core/src/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false
  })
  return outputFiles[0]!.contents
}

async function inNode(): Promise<{ epsilon: number; columns: unknown }> {
  const [names, ...lines] = penguins
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const table: RawTable = {
    rowCount: lines.length,
    columns: names!.map((name, c) => ({ name, source: 'text', values: lines.map((line) => line[c] || null) }))
  }
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const model = await fitTable(table, { scaling: 'standard', seed: 1 }, { engine })
  const rows = await sampleTable(model, { rows: 200, seed: 1 }, { engine })
  await engine.close()
  return { epsilon: model.summary.epsilon, columns: presentRows(model, rows, 'text').columns }
}

describe('the library in a plain page', () => {
  let browser: Browser
  let pages: Record<string, Reply>
  let expected: string

  beforeAll(async () => {
    const [started, core, node] = await Promise.all([launchChromium(), bundleCore(), inNode()])
    browser = started
    expected = JSON.stringify(node)
    pages = {
      '/': { type: 'text/html', body: PAGE },
      '/core.js': { type: 'text/javascript', body: core },
      '/penguins.csv': { type: 'text/csv', body: penguins },
      '/favicon.ico': { type: 'image/x-icon', body: '' }
    }
  })

  afterAll(() => browser?.close())

  async function inPage(headers: Record<string, string>): Promise<{ shared: boolean; rest: string }> {
    const site = await servePages(pages, headers)
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    try {
      await page.goto(site.url)
      const result = await page.waitForFunction('globalThis.result', undefined, { timeout: 50_000 })
      expect(faults).toEqual([])
      const { shared, ...rest } = JSON.parse(String(await result.jsonValue()))
      return { shared, rest: JSON.stringify(rest) }
    } finally {
      await page.close()
      await site.close()
    }
  }

  test('gives the bytes that Node gives, on one thread', async () => {
    const { shared, rest } = await inPage({})
    expect(shared).toBe(false)
    expect(rest).toBe(expected)
  })

  test('gives the bytes that Node gives, on several threads where the page is cross-origin isolated', async () => {
    const { shared, rest } = await inPage({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp'
    })
    expect(shared).toBe(true)
    expect(rest).toBe(expected)
  })
})
