// @module-tag slow
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkForEveryone, download, Studio, saveFigures, WAIT } from './pages.js'

/** Birds without gaps, every third. */
const birds = readFileSync(new URL('../../../examples/data/penguins.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .filter((line, i) => i === 0 || (i % 3 === 0 && !/,,|,$|NA/.test(line)))
  .join('\n')

/** Two clouds far apart. */
const apart = ['x,y', ...Array.from({ length: 60 }, (_, i) => `${(i % 2) * 1000 + Math.sin(i * 7)},${Math.cos(i * 3)}`)].join('\n')

describe('the diffusion map in the studio', () => {
  const studio = new Studio()
  beforeAll(() => studio.open(), 60_000)
  afterAll(() => studio.close())

  test('from a file to coordinates and figures that the command and the code on the screen give too', async () => {
    const page = await studio.page({ viewport: { width: 1280, height: 860 } }, '#activity=diffusion-map')
    await studio.give(page, 'birds.csv', birds)
    await page
      .locator('.data')
      .getByText(/rows, 7 of 7 columns in the map/)
      .waitFor(WAIT)
    await page.getByLabel('Map the column species').uncheck()
    await page.getByLabel('Coordinates').fill('2')
    await page.getByLabel('Coordinates').press('Enter')
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    const command = (await page.locator('pre').first().textContent())!
    expect(command).toBe('sbridge embed birds.csv --exclude species -k 2 -o birds-coordinates.csv')
    const rows = await download(page, 'CSV')
    expect(rows.toString().split('\n')[0]).toBe('coordinate_1,coordinate_2')
    const told = await studio.command(`${command} --json --model birds.sbridge`)
    expect(told.bytes).toEqual(rows)
    expect(await download(page, 'Model file')).toEqual(readFileSync(`${studio.folder.path}/birds.sbridge`))
    const parquet = await download(page, 'Parquet')
    expect((await studio.command(command.replace('coordinates.csv', 'coordinates.parquet'))).bytes).toEqual(parquet)
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'birds-coordinates.csv')).toEqual(rows)

    const { spectrum, residuals } = JSON.parse(told.output) as { spectrum: number[]; residuals: number[] }
    const first = page.locator('.topic-spectrum tbody tr').first()
    expect(await first.locator('td').nth(0).textContent()).toBe(spectrum[0]!.toFixed(4))
    expect(await first.locator('td').nth(1).textContent()).toBe(residuals[0]!.toExponential(1))
    expect(await page.locator('.topic-spectrum tbody tr').count()).toBe(spectrum.length)
    const figures = await saveFigures(page)
    expect([...figures.keys()].sort()).toEqual(['birds.csv-Spectrum', 'birds.csv-data', 'birds.csv-map'])
    for (const level of ['Adelie', 'Chinstrap', 'Gentoo']) expect(figures.get('birds.csv-map')).toContain(`>${level}<`)
    const words = figures
      .get('birds.csv-Spectrum')!
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
    expect(words).toContain('filled ones became coordinates, the band is the gap to the next.')
    studio.leave(page)
  })

  test('the example unrolls; dots are linked by keyboard and pointer; the address and undo carry what is set', async () => {
    const page = await studio.page({}, '#activity=diffusion-map')
    await page.getByRole('button', { name: /Swiss roll/ }).click()
    await page.locator('.data').getByText('1,200 rows, 3 of 4 columns in the map').waitFor(WAIT)
    expect(page.url()).toContain('example=swiss-roll.csv&without=along&dimension=4')
    await page.getByRole('button', { name: 'Map', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'Map: coordinate_4 against coordinate_1, 1,200 rows coloured by along' }).waitFor(WAIT)
    await page.getByRole('img', { name: /^Data:/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText(/^Row [\d,]+$/).waitFor(WAIT)
    await page.getByLabel('Map, upwards').selectOption('along')
    await page.getByRole('img', { name: /^Map: along against coordinate_1/ }).waitFor(WAIT)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('img', { name: /^Map: coordinate_4 against coordinate_1/ }).waitFor(WAIT)
    studio.leave(page)
  })

  test('names parts that nothing joins, and refuses in words what cannot be mapped', async () => {
    const page = await studio.page({}, '#activity=diffusion-map')
    for (const [name, content, words] of [
      ['empty.csv', '', /an empty file/],
      ['names.csv', 'name\nana\nben\neve\n', /only identifiers: name/]
    ] as const) {
      await studio.give(page, name, content)
      await page.getByRole('alert').filter({ hasText: words }).waitFor(WAIT)
      await page.getByText('Drop a table here').waitFor(WAIT)
    }
    await studio.give(page, 'apart.csv', apart)
    await page.locator('.data').getByText('60 rows').waitFor(WAIT)
    await page.getByLabel('Bandwidth ε').fill('0.02')
    await page.getByLabel('Bandwidth ε').press('Enter')
    await page.getByText(/the data fall into \d+ parts/).waitFor(WAIT)
    await page
      .locator('.shade-legend')
      .getByText(/^part 1 \(\d+ rows\)$/)
      .waitFor(WAIT)
    expect(await page.getByLabel('Colour', { exact: true }).inputValue()).toBe('part of the data')
    await page.getByLabel('Bandwidth ε').fill('1e-12')
    await page.getByLabel('Bandwidth ε').press('Enter')
    await page.getByRole('alert').waitFor(WAIT)
    await page.getByRole('button', { name: 'Map', exact: true }).waitFor(WAIT)
    studio.leave(page)
  })

  test('Stop stops at once', async () => {
    const lines = [
      'x,y,z',
      ...Array.from({ length: 20_000 }, (_, i) => [Math.sin(i), Math.cos(i * 1.7), Math.sin(i * i)].map((v) => v.toFixed(5)).join(','))
    ]
    const page = await studio.page({}, '#activity=diffusion-map')
    await studio.give(page, 'many.csv', lines.join('\n'))
    await page.locator('.data').getByText('20,000 rows').waitFor(WAIT)
    await page.getByRole('button', { name: 'Map', exact: true }).click()
    await page.waitForTimeout(800)
    const start = Date.now()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Map', exact: true }).waitFor(WAIT)
    expect(Date.now() - start).toBeLessThan(2000)
    studio.leave(page)
  })

  test('is for everyone, in light on a phone and in dark', async () => {
    for (const options of [
      { colorScheme: 'light', viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 860 } }
    ] as const) {
      const page = await studio.page(options, '#activity=diffusion-map')
      await page.getByText('Drop a table here').waitFor(WAIT)
      await checkForEveryone(page)
      await studio.give(page, 'birds.csv', birds)
      await page.getByText('More options').click()
      await page.getByRole('button', { name: 'Map', exact: true }).click()
      await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
      await checkForEveryone(page)
      studio.leave(page)
    }
  })

  test('no request went to another host, and no page reported a fault', () => {
    expect(studio.strangers).toEqual([])
    expect(studio.faults).toEqual([])
  })
})
