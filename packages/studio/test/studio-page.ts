import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { download, Studio } from './pages.js'

export { checkForEveryone as expectForEveryone, WAIT } from './pages.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const run = promisify(execFile)

/** The studio for activities on one table: files are given to it, and its recipes are run. */
export class StudioPages {
  private constructor(private readonly studio: Studio) {}

  static async start(): Promise<StudioPages> {
    const studio = new Studio()
    await studio.open()
    return new StudioPages(studio)
  }

  get folder() {
    return this.studio.folder
  }

  get strangers(): readonly string[] {
    return this.studio.strangers
  }

  get faults(): readonly string[] {
    return this.studio.faults
  }

  end(): Promise<void> {
    return this.studio.close()
  }

  open(address = '', options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    return this.studio.page(options, address)
  }

  /** Writes a file and hands it to the page. */
  async give(page: Page, name: string, content: string | Uint8Array): Promise<void> {
    writeFileSync(join(this.folder.path, name), content)
    await page.locator('.drop input').setInputFiles(join(this.folder.path, name))
  }

  /** What a button saves. */
  saved(page: Page, button: string): Promise<Buffer> {
    return download(page, button)
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
