// @module-tag slow
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createWasmEngine, type Engine } from '@sbridge/core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultsOf, PAGES, runPage } from '../bench/papers/live/pages.mjs'
import { launchChromium, temporaryFolder } from '../packages/studio/test/browser.js'
import { buildSite } from '../scripts/build-site.mjs'

const folder = temporaryFolder()
const DESKTOP = { width: 1280, height: 900 }
const SAME = 1e-9
const PHONE = { width: 390, height: 844 }

/** A page of the site: what its sliders are. */
interface LivePage {
  readonly name: string
  readonly settings: readonly { readonly name: string; readonly values: readonly unknown[]; readonly default: unknown }[]
}

describe('the site', () => {
  let browser: Browser
  /** One for all tests: another takes Chromium half a second of a processor. */
  let page: Page
  let engine: Engine
  /** What a page asked for that is not in the folder, and what went wrong in it. */
  const faults: string[] = []

  beforeAll(async () => {
    await buildSite(folder.path)
    browser = await launchChromium()
    page = await browser.newPage()
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('request', (request) => /^https?:/.test(request.url()) && faults.push(request.url()))
    engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  })
  afterAll(async () => {
    await browser?.close()
    await engine?.close()
    folder.remove()
  })

  /** Opens a page from the disk, where there is no server. */
  async function open(name: string, viewport = DESKTOP): Promise<void> {
    await page.setViewportSize(viewport)
    await page.goto(pathToFileURL(join(folder.path, `${name}.html`)).href)
  }

  /** Settings, numbers and drawings of a page once nothing is being computed. */
  async function shown() {
    await page.waitForFunction("document.querySelector('main').dataset.state !== 'computing'", undefined, { timeout: 120_000 })
    const main = page.locator('main')
    expect(await main.getAttribute('data-state')).toBe('done')
    return {
      settings: JSON.parse((await main.getAttribute('data-settings'))!),
      numbers: await page.locator('.numbers td').evaluateAll((cells) => cells.map((cell) => cell.dataset.value)),
      names: await page.locator('.numbers th').allTextContents(),
      drawings: await page.locator('.panels figure').evaluateAll((figures) => figures.map((figure) => figure.innerHTML))
    }
  }

  /**
   * The numbers are those of Node. The laws of the experiments take sines and powers of the host, whose last digit is the
   * host's own: all else is the same bytes.
   */
  async function expectAsInNode(
    experiment: (typeof PAGES)[number],
    { settings, numbers }: { settings: object; numbers: readonly (string | undefined)[] }
  ) {
    const { numbers: inNode } = await runPage(experiment, settings, engine)
    expect(numbers).toHaveLength(inNode.length)
    inNode.forEach(({ name, value }: { name: string; value: number | null }, k: number) => {
      if (value === null) expect(numbers[k], name).toBe('null')
      else expect(Math.abs(Number(numbers[k]) - value), `${name}: ${numbers[k]} for ${value}`).toBeLessThanOrEqual(SAME * Math.abs(value))
    })
  }

  const move = (name: string, place: number) => page.locator(`input[name="${name}"]`).fill(String(place))

  it.each<[string, LivePage]>(PAGES.map((page: LivePage) => [page.name, page]))(
    '%s draws, a slider changes picture and numbers, which are those of Node, fits a phone and leads to every other page',
    async (name, experiment) => {
      await open(name)
      const first = await shown()
      expect(first.settings).toEqual(defaultsOf(experiment))
      expect(first.names.length).toBeGreaterThan(3)
      expect(first.drawings.length).toBeGreaterThan(1)
      for (const drawing of first.drawings) expect(drawing).toMatch(/<(circle|path|rect)/)
      const [slider] = experiment.settings
      const other = slider!.values.indexOf(slider!.default) > 0 ? 0 : 1
      await move(slider!.name, other)
      const second = await shown()
      expect(second.settings).toEqual({ ...first.settings, [slider!.name]: slider!.values[other] })
      await expectAsInNode(experiment, second)
      expect(second.numbers).not.toEqual(first.numbers)
      expect(second.drawings).not.toEqual(first.drawings)
      await page.setViewportSize(PHONE)
      // The page lays itself out anew some time after its window has changed.
      const width = () => page.locator('.panels figure').evaluateAll((figures) => figures[0]?.clientWidth ?? 0)
      await expect.poll(width, { timeout: 5000 }).toBeGreaterThan(250)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth - innerWidth'), { timeout: 5000 }).toBe(0)
      const links = await page.locator('nav a').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
      expect(links).toEqual(expect.arrayContaining(PAGES.map((one: LivePage) => `${one.name}.html`)))
      expect(faults).toEqual([])
    }
  )

  it('drops a run whose settings nobody wants any more', async () => {
    await open('stability')
    for (const place of [0, 1, 2, 3, 4]) await move('epsilon', place)
    const last = await shown()
    expect(last.settings.epsilon).toBe(0.01)
    await expectAsInNode(PAGES[0]!, last)
    // Nothing late comes after it.
    await page.waitForTimeout(1500)
    expect((await shown()).numbers).toEqual(last.numbers)
  })

  it('begins with a page that fits a phone and leads to the others', async () => {
    await open('index', PHONE)
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    for (const { name } of PAGES.slice(0, 2)) {
      await page.locator(`nav a[href="${name}.html"]`).click()
      await page.waitForURL(`**/${name}.html`)
    }
    expect(faults).toEqual([])
  })

  it('names no address of another host', () => {
    for (const file of readdirSync(folder.path).filter((one) => /\.(html|css)$/.test(one)))
      expect(readFileSync(join(folder.path, file), 'utf8')).not.toMatch(/https?:/)
  })
})
