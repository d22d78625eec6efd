import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { serveStudio } from '../../sbridge/src/commands/studio.js'
import { launchChromium, type Site, temporaryFolder } from './browser.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const built = new URL('../../sbridge/dist/studio/', import.meta.url)
const axe = readFileSync(file('../../../node_modules/axe-core/axe.min.js'), 'utf8')
const run = promisify(execFile)

export const WAIT = { timeout: 60_000 }

/** The built studio on a port of this machine, a browser, and a folder in which its recipes are run. */
export class StudioPages {
  readonly folder = temporaryFolder()
  /** Requests to other hosts, and errors that pages reported. */
  readonly strangers: string[] = []
  readonly faults: string[] = []

  private constructor(
    private readonly browser: Browser,
    private readonly site: Site
  ) {}

  static async start(): Promise<StudioPages> {
    if (!existsSync(built)) throw new Error('the studio is not built: run `npm run build`')
    const [browser, site] = await Promise.all([launchChromium(), serveStudio(0, built)])
    return new StudioPages(browser, site)
  }

  async end(): Promise<void> {
    await this.browser.close()
    await this.site.close()
    this.folder.remove()
  }

  async open(address = '', options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const page = await (await this.browser.newContext(options)).newPage()
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.site.url)) this.strangers.push(request.url())
    })
    page.on('pageerror', (error) => this.faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && this.faults.push(message.text()))
    await page.goto(this.site.url + address)
    return page
  }

  /** Writes a file and hands it to the page. */
  async give(page: Page, name: string, content: string | Uint8Array): Promise<void> {
    writeFileSync(join(this.folder.path, name), content)
    await page.locator('.drop input').setInputFiles(join(this.folder.path, name))
  }

  /** What a button saves. */
  async saved(page: Page, button: string): Promise<Buffer> {
    const [download] = await Promise.all([
      page.waitForEvent('download', WAIT),
      page.getByRole('button', { name: button, exact: true }).click()
    ])
    return readFileSync(await download.path())
  }

  /** Runs a command line of the page; what it writes to its file and to standard output. */
  async command(text: string): Promise<{ readonly bytes: Buffer; readonly output: string }> {
    const script = text.replace(/^sbridge/, `'${process.execPath}' '${file('../../sbridge/bin/sbridge.js')}'`)
    const { stdout } = await run('/bin/sh', ['-c', script], { cwd: this.folder.path })
    return { bytes: readFileSync(join(this.folder.path, /-o (\S+)/.exec(text)![1]!)), output: stdout }
  }

  /** Runs a program of the page; the bytes of the file it writes. */
  async program(text: string, writes: string): Promise<Buffer> {
    const library = pathToFileURL(file('../../sbridge/dist/index.js')).href
    writeFileSync(join(this.folder.path, 'same.mjs'), `${text.replace("'sbridge'", `'${library}'`).replace(writes, `by-code-${writes}`)}\n`)
    await run(process.execPath, ['same.mjs'], { cwd: this.folder.path })
    return readFileSync(join(this.folder.path, `by-code-${writes}`))
  }
}

/** Expects that axe finds nothing, and that nothing has to be scrolled sideways. */
export async function expectForEveryone(page: Page): Promise<void> {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
  })
  expect(found).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}
