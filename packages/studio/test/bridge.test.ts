// @module-tag slow
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkForEveryone, download, Studio, saveFigures, WAIT } from './pages.js'

const [head, ...lines] = readFileSync(new URL('../../../examples/data/penguins.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
/** Birds of one sex, every second, without that column. */
const birds = (sex: string): string =>
  [head!, ...lines.filter((line) => line.endsWith(`,${sex}`)).filter((_, i) => i % 2 === 0)]
    .map((line) => line.split(',').slice(0, -1).join(','))
    .join('\n')

describe('a bridge between two tables in the studio', () => {
  const studio = new Studio()
  beforeAll(() => studio.open(), 60_000)
  afterAll(() => studio.close())

  test('two files in; figures, rows between and mapped rows that the commands and the code on the screen give too', async () => {
    const page = await studio.page({ viewport: { width: 1280, height: 860 } }, '#activity=bridge')
    await studio.give(page, 'females.csv', birds('female'))
    await page.getByText('Drop the second table here').waitFor(WAIT)
    // The first is shown alone.
    await page.getByRole('button', { name: 'Save females.csv-between as SVG' }).waitFor(WAIT)
    // What is asked of one table alone is refused, and says what is missing.
    await page.getByRole('button', { name: 'Bridge', exact: true }).click()
    await page.getByText('a second one to go to').first().waitFor(WAIT)
    await studio.give(page, 'males.csv', birds('male'))
    await page.getByText(/84 rows in the second table/).waitFor(WAIT)
    await page.getByLabel('Use the column island').uncheck()
    await page.getByLabel('Rows at each time').fill('30')
    await page.getByLabel('Rows at each time').press('Enter')
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)

    const texts = await page.locator('pre').allTextContents()
    const command = texts.find((text) => text.includes('--at'))!
    expect(command).toBe('sbridge bridge females.csv males.csv --exclude island --seed 1 -n 30 --at 0.25,0.5,0.75 -o females-between.csv')
    const rows = await download(page, 'CSV')
    const told = await studio.command(`${command} --json --model pair.sbridge`)
    expect(told.bytes).toEqual(rows)
    expect(await download(page, 'Model file')).toEqual(readFileSync(`${studio.folder.path}/pair.sbridge`))
    expect(await download(page, 'Mapped rows')).toEqual((await studio.command(texts.find((text) => text.includes('--map'))!)).bytes)
    expect(await studio.program(texts.find((text) => text.startsWith('import'))!, 'females-between.csv')).toEqual(rows)

    for (const format of ['JSON', 'Arrow', 'Excel']) {
      const ending = { JSON: 'json', Arrow: 'arrow', Excel: 'xlsx' }[format]!
      expect(await download(page, format)).toEqual((await studio.command(command.replace('-between.csv', `-between.${ending}`))).bytes)
    }
    const report = (await download(page, 'Report')).toString()
    expect(report).toContain('Bridge between two tables')
    expect(report).toContain(command)
    for (const sex of ['female', 'male'])
      expect(report).toContain(`SHA-256 of ${sex}s.csv: <code>${createHash('sha256').update(birds(sex)).digest('hex')}`)

    const { pValue, drift } = JSON.parse(told.output) as { pValue: number; drift: Record<string, unknown> }
    expect(await page.locator('.topic-difference').textContent()).toContain(pValue.toFixed(4))
    expect(await page.locator('.topic-drift tbody tr').first().textContent()).toContain(Object.keys(drift)[0]!)
    const figures = await saveFigures(page)
    expect(figures.get('females.csv-between')).toContain('>50 % of the way<')
    studio.leave(page)
  })

  test('a second table that does not go with the first is refused and taken back', async () => {
    const page = await studio.page({}, '#activity=bridge')
    await studio.give(page, 'females.csv', birds('female'))
    await page.getByText('Drop the second table here').waitFor(WAIT)
    await studio.give(page, 'other.csv', 'u,v\n1,2\n3,4\n5,1')
    await page.getByText('two tables with at least one column of the same name').first().waitFor(WAIT)
    await page.getByText('Drop the second table here').waitFor(WAIT)
    studio.leave(page)
  })

  test('two files that come at once, and a second one of the same name, which the command and the code tell from the first', async () => {
    const page = await studio.page({}, '#activity=bridge')
    for (const sex of ['female', 'male']) writeFileSync(`${studio.folder.path}/${sex}s.csv`, birds(sex))
    await studio.drop(page, 'females.csv', 'males.csv')
    await page.getByText(/84 rows in the second table/).waitFor(WAIT)
    await page.getByRole('button', { name: 'another second table' }).click()
    const second = { name: 'females.csv', mimeType: 'text/csv', buffer: Buffer.from(birds('male')) }
    await page.locator('.drop input').setInputFiles(second)
    await page.getByText(/84 rows in the second table/).waitFor(WAIT)
    expect(await page.locator('.legend').textContent()).toMatch(/^females\.csvfemales \(second\)\.csv/)
    await page.getByText('More options').click()
    // A given ε is soon there.
    await page.getByLabel('Bandwidth ε').fill('0.1')
    await page.getByLabel('Bandwidth ε').press('Enter')
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    await page.getByText('and the second females.csv under the name females (second).csv').waitFor(WAIT)
    // What is drawn in the figures has no outline.
    expect(
      await page
        .locator('.topic svg text')
        .first()
        .evaluate((text) => getComputedStyle(text).stroke)
    ).toBe('none')
    writeFileSync(`${studio.folder.path}/females (second).csv`, birds('male'))
    const rows = await download(page, 'CSV')
    const texts = await page.locator('pre').allTextContents()
    expect((await studio.command(texts.find((text) => text.includes('--at'))!)).bytes).toEqual(rows)
    expect(await studio.program(texts.find((text) => text.startsWith('import'))!, 'females-between.csv')).toEqual(rows)
    expect(await download(page, 'Mapped rows')).toEqual((await studio.command(texts.find((text) => text.includes('--map'))!)).bytes)
    studio.leave(page)
  })

  test('files that are dropped before the activity is there wait for it', async () => {
    const page = await studio.page()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(/assets\/bridge-.*\.js/, async (route) => {
      await held
      await route.continue()
    })
    await page.getByRole('link', { name: 'Two tables' }).click()
    for (const sex of ['female', 'male']) writeFileSync(`${studio.folder.path}/${sex}s.csv`, birds(sex))
    await studio.drop(page, 'females.csv', 'males.csv')
    release()
    await page.getByText(/84 rows in the second table/).waitFor(WAIT)
    await page.unrouteAll()
    studio.leave(page)
  })

  test('the example opens both tables, plays the way and is for everyone, in light on a phone and in dark', async () => {
    for (const options of [
      { colorScheme: 'light', viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 860 } }
    ] as const) {
      const page = await studio.page(options, '#activity=bridge')
      await page.getByRole('button', { name: /Ring and lumps/ }).click()
      await page.getByText(/400 rows in the second table/).waitFor(WAIT)
      await page.getByText('More options').click()
      // A given ε is soon there.
      await page.getByLabel('Bandwidth ε').fill('0.02')
      await page.getByLabel('Bandwidth ε').press('Enter')
      await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
      await page.getByText('50 % of the way').first().waitFor(WAIT)
      await checkForEveryone(page)
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/bridge-${options.colorScheme}.png`, fullPage: true })
      studio.leave(page)
    }
  })

  test('another second table is asked for, and the one before comes back, by keys where the focus is on the file', async () => {
    const page = await studio.page({}, '#activity=bridge')
    await page.getByRole('button', { name: /Ring and lumps/ }).click()
    await page.getByRole('button', { name: 'another second table' }).click()
    await page.getByText('Drop the second table here').waitFor(WAIT)
    await page.getByText('the second table is missing').waitFor(WAIT)
    await page.locator('.drop input').focus()
    await page.keyboard.press('Control+z')
    await page.getByText(/400 rows in the second table/).waitFor(WAIT)
    studio.leave(page)
  })

  test('no request went to another host, and no page reported a fault', () => {
    expect(studio.strangers).toEqual([])
    expect(studio.faults.filter((fault) => !/favicon/.test(fault))).toEqual([])
  })
})
