// @module-tag slow
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkForEveryone, download, Studio, saveFigures, WAIT } from './pages.js'

/** Every fifth bird; some cells are missing. */
const birds = readFileSync(new URL('../../../examples/data/penguins.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .filter((_, i) => i === 0 || i % 5 === 4)
  .join('\n')

describe('rows of a table in the studio', () => {
  const studio = new Studio()
  beforeAll(() => studio.open(), 60_000)
  afterAll(() => studio.close())

  const opened = async (activity: string) => {
    const page = await studio.page({ viewport: { width: 1280, height: 860 } }, `#activity=${activity}`)
    await studio.give(page, 'birds.csv', birds)
    await page
      .locator('.data')
      .getByText(/7 of 7 columns/)
      .waitFor(WAIT)
    return page
  }

  test('gaps are filled as the command and the code on the screen fill them, and filled rows are told by colour', async () => {
    const page = await opened('impute')
    await page.getByLabel('Fill with').selectOption('mean')
    await page.getByRole('button', { name: 'Fill', exact: true }).click()
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    const command = (await page.locator('pre').first().textContent())!
    expect(command).toBe('sbridge impute birds.csv --as mean --seed 1 -o birds-filled.csv')
    const rows = await download(page, 'CSV')
    expect(rows.toString()).not.toMatch(/,,|NA/)
    expect((await studio.command(`${command} --model birds.sbridge`)).bytes).toEqual(rows)
    expect(await download(page, 'Model file')).toEqual(readFileSync(`${studio.folder.path}/birds.sbridge`))
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'birds-filled.csv')).toEqual(rows)
    expect(await page.locator('.shade-legend').textContent()).toMatch(/^cells.*given.*filled/)
    await checkForEveryone(page)
    studio.leave(page)
  })

  test('what the form of all options says is what the command on the screen says, and an address brings it back', async () => {
    const page = await opened('impute')
    expect(await page.getByLabel('Rows, upwards').inputValue()).toBe('bill_length_mm')
    await page.getByText('All options').click()
    await page.getByLabel('Rules that all rows obey', { exact: true }).selectOption('off')
    await page.getByLabel('Words for missing cells', { exact: true }).fill('Dream')
    await page.getByLabel('Add a column of what was filled', { exact: true }).check()
    await page.getByLabel('Kind of sex').selectOption('identifier')
    await page.getByText('gaps filled in 6 of 7 columns').waitFor(WAIT)
    await page.getByText('All options, 3 set').waitFor(WAIT)
    await checkForEveryone(page)
    await page.getByRole('button', { name: 'Fill', exact: true }).click()
    await page.getByRole('heading', { name: 'Rows that were filled' }).waitFor(WAIT)
    const command = (await page.locator('pre').first().textContent())!
    expect(command).toBe('sbridge impute birds.csv --rules off --missing Dream --types sex=identifier --flag --seed 1 -o birds-filled.csv')
    const rows = await download(page, 'CSV')
    expect((await studio.command(command)).bytes).toEqual(rows)
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'birds-filled.csv')).toEqual(rows)
    // Every filled cell that is listed is told from the given ones.
    const listed = page.locator('.listed')
    expect(await listed.locator('tbody tr').count()).toBeGreaterThan(0)
    expect(await listed.locator('tbody tr:not(:has(em))').count()).toBe(0)
    await listed.getByRole('button').first().click()
    await page
      .locator('.pointed')
      .getByText(/^Row \d+, cells (given|filled)$/)
      .waitFor(WAIT)
    const address = await page.evaluate(() => location.hash)
    expect(decodeURIComponent(address)).toContain('fit=rules:off&fit=missing:["Dream"]&draw=flag:true')
    studio.leave(page)
    const again = await studio.page({}, address)
    await studio.give(again, 'birds.csv', birds)
    await again.getByText('All options, 3 set').waitFor(WAIT)
    expect(await again.getByLabel('Words for missing cells', { exact: true }).inputValue()).toBe('Dream')
    await again.getByLabel('Rules that all rows obey', { exact: true }).selectOption('')
    await again.getByText('All options, 2 set').waitFor(WAIT)
    studio.leave(again)
  })

  test('a column without a value stays empty, and is not said to be filled', async () => {
    const page = await studio.page({}, '#activity=impute')
    await studio.give(page, 'blank.csv', ['x,z,y', ...Array.from({ length: 30 }, (_, i) => `${i % 7},${i % 5 ? i : ''},`)].join('\n'))
    await page.getByText('30 rows, gaps filled in 2 of 3 columns').waitFor(WAIT)
    await page.getByRole('button', { name: 'Fill', exact: true }).click()
    await page.getByText('30 rows with their gaps filled, but for y without a value').waitFor(WAIT)
    expect(await page.locator('.topic-filled').textContent()).toMatch(/left empty.*y.*no row has a value to fill from/i)
    studio.leave(page)
  })

  test('rows are scored as the command and the code on the screen score them; the picture shows what was found', async () => {
    const page = await opened('score')
    await page.getByRole('button', { name: 'Score', exact: true }).click()
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    const command = (await page.locator('pre').first().textContent())!
    expect(command).toBe('sbridge score birds.csv --seed 1 -o birds-scored.csv')
    const rows = await download(page, 'CSV')
    expect(rows.toString().split('\n')[0]).toMatch(/,log_density,outlier,outlier_p$/)
    expect((await studio.command(command)).bytes).toEqual(rows)
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'birds-scored.csv')).toEqual(rows)
    const scores = rows.toString().trim().split('\n').slice(1)
    const outlier = (line: string) => Number(line.split(',').at(-2))
    const ranked = (await download(page, 'Ranked, CSV')).toString().trim().split('\n').slice(1)
    expect([...ranked].sort()).toEqual([...scores].sort())
    expect(ranked.map(outlier)).toEqual(scores.map(outlier).sort((a, b) => b - a))
    expect(await page.getByRole('region', { name: 'The rows that lie furthest out' }).locator('tbody tr').count()).toBe(25)
    await page.getByLabel('Rows, upwards').selectOption('log_density')
    await page.getByLabel(/^Rows: log_density against .* coloured by outlier/).waitFor(WAIT)
    expect([...(await saveFigures(page)).keys()]).toContain('birds.csv-data')
    await checkForEveryone(page)
    studio.leave(page)
  })
})
