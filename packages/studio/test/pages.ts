import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Download, Page } from 'playwright-core'
import { expect } from 'vitest'
import { serveStudio } from '../../sbridge/src/commands/studio.js'
import { sbridge } from '../../sbridge/test/command.js'
import { launchChromium, type Site, temporaryFolder } from './browser.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
export const built = new URL('../../sbridge/dist/studio/', import.meta.url)
const library = pathToFileURL(file('../../sbridge/src/index.ts')).href
const run = promisify(execFile)
const axe = readFileSync(file('../../../node_modules/axe-core/axe.min.js'), 'utf8')
export const WAIT = { timeout: 60_000 }
/** Playwright's own. */
const VIEWPORT = { width: 1280, height: 720 }
type Options = NonNullable<Parameters<Browser['newContext']>[0]>

/** The built studio in a browser, as a person meets it; what goes wrong on any of its pages is kept. */
export class Studio {
  readonly folder = temporaryFolder()
  /** Requests to other hosts. */
  readonly strangers: string[] = []
  readonly faults: string[] = []
  private programs = 0
  private opened = 0
  private left: Page | undefined
  /** What cannot be changed of a page. */
  private readonly devices = new WeakMap<Page, string>()
  browser!: Browser
  site!: Site

  async open(): Promise<void> {
    if (!existsSync(built)) throw new Error('the studio is not built: run `npm run build`')
    ;[this.browser, this.site] = await Promise.all([launchChromium(), serveStudio(0, built)])
  }

  async close(): Promise<void> {
    await this.browser?.close()
    await this.site?.close()
    this.folder.remove()
  }

  /**
   * The studio at an address. The page that a test has left last is opened anew where it can be made as asked: another one takes Chromium
   * 0.75 s of a processor (a process to open it, one for the studio's site, a spare one), this one a seventh of that.
   */
  async page({ viewport, colorScheme, reducedMotion, ...device }: Options = {}, address = ''): Promise<Page> {
    const page = (await this.again(JSON.stringify(device))) ?? (await this.another(device))
    await page.setViewportSize(viewport ?? VIEWPORT)
    await page.emulateMedia({ colorScheme: colorScheme ?? null, reducedMotion: reducedMotion ?? null })
    // A number, since a page loads nothing where only what is behind # differs.
    await page.goto(`${this.site.url}?${this.opened++}${address}`)
    return page
  }

  /** Hands a page to the next test. */
  leave(page: Page): void {
    this.left = page
  }

  /** The page that was left, without what it keeps; or none, and it is closed, where it was opened for another device. */
  private async again(device: string): Promise<Page | undefined> {
    const page = this.left
    this.left = undefined
    if (page && this.devices.get(page) !== device) await page.context().close()
    if (!page || page.isClosed()) return undefined
    await page.mouse.move(0, 0)
    await page.evaluate(() => localStorage.clear())
    return page
  }

  private async another(device: Options): Promise<Page> {
    const context = await this.browser.newContext(device)
    const page = await context.newPage()
    this.devices.set(page, JSON.stringify(device))
    await page.addInitScript(countHanded)
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.site.url)) this.strangers.push(request.url())
    })
    page.on('pageerror', (error) => this.faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && this.faults.push(message.text()))
    return page
  }

  /** Drops files on the page, at once, as a person would. */
  async drop(page: Page, ...names: readonly string[]): Promise<void> {
    const files = names.map((name) => [readFileSync(join(this.folder.path, name)).toString('base64'), name] as const)
    const data = await page.evaluateHandle((all) => {
      const transfer = new DataTransfer()
      for (const [base64, name] of all) transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name))
      return transfer
    }, files)
    await page.dispatchEvent('body', 'drop', { dataTransfer: data })
  }

  /** Writes a file and hands it to the page. */
  async give(page: Page, name: string, content: string | Uint8Array): Promise<void> {
    writeFileSync(join(this.folder.path, name), content)
    await page.locator('.drop input').setInputFiles(join(this.folder.path, name))
  }

  /** The command on the screen, run as a shell reads it: the bytes of the file it writes, and what it says to standard output. */
  async command(text: string): Promise<{ readonly bytes: Buffer; readonly output: string }> {
    const { stdout: words } = await run('/bin/sh', ['-c', text.replace(/^sbridge/, "printf '%s\\0'")])
    const { status, stdout, stderr } = await sbridge(this.folder.path, ...words.split('\0').slice(0, -1))
    expect(status, `${text}\n${stderr}`).toBe(0)
    return { bytes: readFileSync(join(this.folder.path, /-o (\S+)/.exec(text)![1]!)), output: stdout }
  }

  /** The program on the screen, run in this process: the bytes of the file it writes. */
  async program(text: string, writes: string): Promise<Buffer> {
    const module = join(this.folder.path, `same-${this.programs++}.mjs`)
    writeFileSync(module, `${text.replace("'sbridge'", `'${library}'`).replace(writes, `by-code-${writes}`)}\n`)
    const before = process.cwd()
    process.chdir(this.folder.path)
    try {
      await import(pathToFileURL(module).href)
    } finally {
      process.chdir(before)
    }
    return readFileSync(join(this.folder.path, `by-code-${writes}`))
  }
}

export async function sample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Sample/ }).click()
  await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
}

/** When files were saved: Chromium drops without a word what a page saves beyond ten within a second, which no person does. */
const saved: number[] = []
const [MOST_SAVED, WITHIN] = [8, 1200]

/** How many files a page has handed to the browser, counted by the page itself. */
const handed = (page: Page): Promise<number> => page.evaluate(() => (globalThis as { handed?: number }).handed ?? 0)
function countHanded(): void {
  const click = HTMLAnchorElement.prototype.click
  HTMLAnchorElement.prototype.click = function () {
    const all = globalThis as { handed?: number }
    if (this.download) all.handed = (all.handed ?? 0) + 1
    click.call(this)
  }
}

/** The bytes that a button saves. What the page handed over and a busy Chromium dropped is asked for once more; what it did not is a fault. */
export async function download(page: Page, button: string): Promise<Buffer> {
  const one = (await downloaded(page, button)) ?? (await downloaded(page, button))
  if (!one) throw new Error(`Chromium dropped what ${button} saves, twice`)
  return readFileSync(await one.path())
}

async function downloaded(page: Page, button: string): Promise<Download | undefined> {
  const before = saved.at(-MOST_SAVED)
  if (before !== undefined) await setTimeout(before + WITHIN - performance.now())
  saved.push(performance.now())
  const count = await handed(page)
  const coming = page.waitForEvent('download', WAIT).catch(() => undefined)
  await page.getByRole('button', { name: button, exact: true }).click()
  const one = await coming
  if (!one && (await handed(page)) === count)
    throw new Error(`${button} saved nothing; the page says:\n${await page.locator('body').ariaSnapshot()}`)
  return one
}

/** What a browser says of a figure and of its picture. */
interface Figure {
  /** Why the drawing is no XML, or null. */
  readonly fault: string | null
  readonly size: readonly number[]
  readonly pixels: readonly number[]
  /** Share of the picture that is not its ground. */
  readonly marked: number
}

/**
 * Presses every button that saves a figure. Each drawing is XML that needs nothing of the page, and each picture shows it,
 * three pixels for one. The drawings by the names of their files.
 */
export async function saveFigures(page: Page): Promise<ReadonlyMap<string, string>> {
  const drawings = new Map<string, string>()
  const labels = await page
    .getByRole('button', { name: /^Save .* as SVG$/ })
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!))
  for (const label of labels) {
    const drawing = (await download(page, label)).toString()
    const picture = await download(page, label.replace(/SVG$/, 'PNG'))
    const figure = await page.evaluate(
      async ([text, base64]): Promise<Figure> => {
        const { documentElement } = new DOMParser().parseFromString(text!, 'image/svg+xml')
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64!), (c) => c.charCodeAt(0))]))
        // Of nine pixels one is looked at.
        const [width, height] = [bitmap.width / 3, bitmap.height / 3]
        const context = new OffscreenCanvas(width, height).getContext('2d')!
        context.imageSmoothingEnabled = false
        context.drawImage(bitmap, 0, 0, width, height)
        const shades = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
        return {
          fault: documentElement.querySelector('parsererror')?.textContent ?? null,
          size: ['width', 'height'].map((side) => Number(documentElement.getAttribute(side))),
          pixels: [bitmap.width, bitmap.height],
          marked: shades.filter((shade) => shade !== shades[0]).length / shades.length
        }
      },
      [drawing, picture.toString('base64')] as const
    )
    expect(figure.fault, label).toBeNull()
    expect(figure.pixels, label).toEqual(figure.size.map((side) => 3 * side))
    expect(figure.marked, label).toBeGreaterThan(0.01)
    expect(drawing, label).not.toMatch(/(fill|stroke)="[^"]*(var\(|currentColor)/)
    drawings.set(label.replace(/^Save (.*) as SVG$/, '$1'), drawing)
  }
  return drawings
}

/**
 * Milliseconds of the processor that the longest task of the page's main thread takes while something is done. What else
 * the machine does counts for nothing.
 */
export async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()!
  await browser.startTracing(page, { categories: ['__metadata', 'disabled-by-default-devtools.timeline'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`
  const named = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const main = new Set(named.map(threadOf))
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && main.has(threadOf(event)))
  expect(tasks.length, 'tasks of the page').toBeGreaterThan(100)
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000))
}

/** What is used of Chromium's trace events. */
interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly args?: { readonly name?: string }
  /** Microseconds of the thread's own. */
  readonly tdur?: number
}

/** Stages that are told while something is done. */
export async function stagesDuring(page: Page, act: () => Promise<void>): Promise<string[]> {
  await page.evaluate(() => {
    const stages = new Set<string>()
    const observer = new MutationObserver(() => {
      for (const words of document.querySelectorAll('.go p')) stages.add(words.textContent!.replace(/,.*/, ''))
    })
    observer.observe(document.querySelector('.recipe')!, { childList: true, subtree: true, characterData: true })
    Object.assign(globalThis, { stages, observer })
  })
  await act()
  return page.evaluate(() => {
    const { stages, observer } = globalThis as unknown as { stages: Set<string>; observer: MutationObserver }
    observer.disconnect()
    return [...stages]
  })
}

export const commandOn = async (page: Page): Promise<string> => (await page.locator('pre').first().textContent())!

/** The command on the screen, once it has these words. */
export async function commandWith(page: Page, words: string | RegExp): Promise<string> {
  const wanted = typeof words === 'string' ? words : words.source
  await page.waitForFunction(
    ([text, regular]) => {
      const shown = document.querySelector('pre')?.textContent ?? ''
      return regular ? new RegExp(text!).test(shown) : shown.includes(text!)
    },
    [wanted, typeof words === 'string' ? '' : 'yes'],
    WAIT
  )
  return commandOn(page)
}

/** Nothing for axe to find, and no sideways scrolling. */
export async function checkForEveryone(page: Page): Promise<void> {
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
