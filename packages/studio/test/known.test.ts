// @module-tag slow
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkForEveryone, commandOn, commandWith, download, Studio, sample, saveFigures, WAIT } from './pages.js'

/** y follows x, kind the sign of x in eight rows of nine, and what is warm is left: one combination does not exist, and no column determines another. */
function table(): string {
  const lines = ['x,y,kind,side,day']
  for (let i = 0; i < 90; i++) {
    const x = Math.sin(i * 1.3) * 2 + Math.cos(i * 0.37)
    const y = 0.8 * x + Math.sin(i * 7.1)
    const kind = x > 0 === (i % 9 !== 4) ? 'warm' : 'cold'
    lines.push(
      `${x.toFixed(2)},${y.toFixed(2)},${kind},${kind === 'warm' || i % 2 === 0 ? 'left' : 'right'},2024-0${1 + (i % 3)}-${10 + (i % 18)}`
    )
  }
  return lines.join('\n')
}

const QUICK = '#file=small.csv&epsilon=0.3&scaling=standard&rows=40&x=x&y=y'

describe('what is known, in the studio', () => {
  const studio = new Studio()

  beforeAll(async () => {
    await studio.open()
    writeFileSync(join(studio.folder.path, 'small.csv'), table())
  })

  afterAll(() => studio.close())

  async function openSmall(address = QUICK, options: Parameters<Studio['page']>[0] = {}): Promise<Page> {
    const page = await studio.page(options, address)
    await studio.drop(page, 'small.csv')
    await page.locator('.data').getByText('90 rows, 5 columns').waitFor(WAIT)
    return page
  }

  const column = (rows: Buffer, at: number): string[] =>
    rows
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[at]!)

  test('conditions: by menu and by keys to rows that the command and the code give too; they follow, are undone, stand in the address', async () => {
    const page = await openSmall()
    await page.getByRole('tab', { name: 'Settings' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByLabel('Add a condition on').selectOption('kind')
    await page.getByLabel('kind', { exact: true }).selectOption('warm')
    await page.getByLabel('Add a condition on').selectOption('x')
    await sample(page)
    await page.getByRole('heading', { name: 'How well do the data support this?' }).waitFor(WAIT)
    await page.getByText(/The data have such rows: each drawn row rests on an effective \d+/).waitFor(WAIT)
    const first = await commandWith(page, '--given')
    const rows = await download(page, 'CSV')
    expect((await studio.command(first)).bytes).toEqual(rows)
    expect(new Set(column(rows, 2))).toEqual(new Set(['warm']))
    expect(new Set(column(rows, 3))).toEqual(new Set(['left']))
    const [low, high] = /x=([-\d.]+)\.\.([-\d.]+)/.exec(first)!.slice(1).map(Number)
    for (const x of column(rows, 0).map(Number)) expect(x >= low! && x <= high!).toBe(true)

    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'small-new.csv')).toEqual(rows)

    // The upper thumb by keys: the rows follow by themselves.
    const upper = page.getByLabel('x, to', { exact: true })
    await upper.focus()
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight')
    // Rows of the places between may be drawn too: those of the last are waited for.
    const moved = await commandWith(page, new RegExp(`x=${low}\\.\\.${await upper.getAttribute('aria-valuetext')}(?![\\d.])`))
    expect(moved).not.toBe(first)
    const second = await download(page, 'CSV')
    expect(second.equals(rows)).toBe(false)
    expect((await studio.command(moved)).bytes).toEqual(second)

    // One value, repeated in every row.
    await page.getByRole('button', { name: 'x: one value' }).click()
    await page.getByLabel('x, typed').fill('1.25')
    await page.getByLabel('x, typed').press('Enter')
    const exact = await commandWith(page, 'x=1.25')
    const third = await download(page, 'Parquet')
    expect((await studio.command(exact.replace('small-new.csv', 'small-new.parquet'))).bytes).toEqual(third)
    expect(new Set(column(await download(page, 'CSV'), 0))).toEqual(new Set(['1.25']))
    const report = (await download(page, 'Report')).toString()
    expect(report).toContain('What was known')
    // Every figure names what it shows, and what was given.
    await page.getByRole('heading', { name: 'Column by column' }).waitFor(WAIT)
    const figures = await saveFigures(page)
    expect(figures.size).toBeGreaterThan(6)
    for (const [name, drawing] of figures) {
      expect(drawing, name).toMatch(/>(90 )?real</)
      expect(drawing, name).toMatch(/>(40 )?conditional</)
      expect(drawing, name).toContain('given kind=warm,x=1.25')
      expect(drawing, name).not.toContain('synthetic')
    }
    expect(await page.locator('.panels').first().innerHTML()).not.toMatch(/[^-]synthetic/)

    // The address brings it all back.
    const again = await openSmall(new URL(page.url()).hash)
    await sample(again)
    expect(await commandOn(again)).toBe(exact)
    await again.context().close()

    for (let i = 0; i < 2; i++) await page.keyboard.press('Control+z')
    await commandWith(page, moved.slice(moved.indexOf('--given')))
    expect(await download(page, 'CSV')).toEqual(second)
    studio.leave(page)
  })

  test('conditions that cannot be say so beside the button; far ones are drawn with a warning', async () => {
    const page = await openSmall(`${QUICK}&given=kind%3Dwarm&given=side%3Dright`)
    await page.getByRole('tab', { name: 'Conditions' }).click()
    await page.getByRole('button', { name: 'Sample', exact: true }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: /kind=warm, side=right, which no row of the data has together/ })
      .waitFor(WAIT)
    await page.getByRole('button', { name: 'Free side' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor({ state: 'detached' })
    // The button is gone with its condition: the keyboard stays among the conditions.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('kind: or another')
    await sample(page)
    await page.getByRole('button', { name: 'Free kind' }).click()
    await page.getByLabel('Add a condition on').selectOption('x')
    await page.getByRole('button', { name: 'x: one value' }).click()
    await page.getByLabel('x, typed').fill('30')
    await page.getByLabel('x, typed').press('Enter')
    const command = await commandWith(page, '--given x=30')
    await page.getByText(/x lies [\d.]+ standard deviations outside the data/).waitFor(WAIT)
    expect((await studio.command(command)).bytes).toEqual(await download(page, 'CSV'))
    // Rows that the picture cannot show are counted, also for those who do not see it.
    await page.getByText('Not drawn: 40 conditional rows outside the picture', { exact: true }).first().waitFor(WAIT)
    await page.getByRole('img', { name: /40 conditional rows outside the picture$/ }).waitFor(WAIT)
    // What is no number stays as it was typed, and is told; nothing is drawn with another.
    await page.getByLabel('x, typed').fill('much')
    await page.getByLabel('x, typed').press('Enter')
    await page.getByText('Got x=much. Expected a number, or an interval LOW..HIGH. Try x=1.5 or x=1..2.').first().waitFor(WAIT)
    expect(await page.getByLabel('x, typed').inputValue()).toBe('much')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('x, typed')
    expect(await page.locator('.given-line').count()).toBe(0)
    await page.getByLabel('x, typed').fill('30')
    await page.getByLabel('x, typed').press('Enter')
    await page.getByText('Got x=much').waitFor({ state: 'detached' })
    // An interval that is empty is refused, and the picture marks nothing.
    await page.getByRole('button', { name: 'x: an interval' }).click()
    await page.getByLabel('x, to, typed').fill('-100')
    await page.getByLabel('x, to, typed').press('Enter')
    await page.getByRole('alert').filter({ hasText: 'which is empty' }).waitFor(WAIT)
    // A column that is left out takes its condition along.
    await page.getByLabel('Use the column x').uncheck()
    expect(await page.getByLabel(/^x.*, typed$/).count()).toBe(0)
    studio.leave(page)
  })

  test('what an address says and the page cannot read is told', async () => {
    const page = await openSmall(
      `${QUICK}&seed=-1&sed=2&without=w&given=x&given=x%3Dmuch&given=kind%3Dtepid&given=z%3D1&observe=z+%3D+1+%C2%B1+1&found=much`
        .replace('x=x', 'x=v')
        .replace('&without=w', '')
    )
    const told = page.getByRole('alert').first()
    for (const words of [
      'Got the option sed. Expected one of kind, without,',
      'Got seed = -1. Expected a whole number from 0 to',
      "Got --given 'x'. Expected NAME=VALUE or NAME=LOW..HIGH, separated by commas.",
      'Got found = much. Expected auto, or a number above 0.',
      'Got x = v. Expected one of x, y, kind, side, day.',
      'Got x=much. Expected a number, or an interval LOW..HIGH.',
      'Got tepid in kind. Expected one of cold, warm.',
      'Got the column z. Expected one of x, y, kind, side, day.',
      'which names the unknown column z.'
    ])
      await told.getByText(words).waitFor(WAIT)
    expect(await told.locator('p').count()).toBe(9)
    // What the page has of the options that are named.
    await told.getByText('On this page --given is the tab Conditions.').waitFor(WAIT)
    // Beside the conditions too, and nothing is drawn without them.
    await page.getByRole('tab', { name: 'Conditions (3 set)' }).click()
    expect(await page.locator('.known .inline-fault').allTextContents()).toEqual([
      expect.stringContaining('Got x=much'),
      expect.stringContaining('Got tepid in kind'),
      expect.stringContaining('Got the column z')
    ])
    await page.getByRole('tab', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Sample', exact: true }).click()
    await page.locator('.refusal').waitFor(WAIT)
    studio.leave(page)
  })

  test('a number that a field does not take stays there, is told, and nothing runs with another', async () => {
    const page = await openSmall()
    const rows = page.getByLabel('Rows', { exact: true })
    await rows.fill('0')
    await rows.press('Enter')
    await page.getByText('Got Rows = 0. Expected a whole number from 1 to 1000000. Try 40, as before.').waitFor(WAIT)
    expect(await rows.inputValue()).toBe('0')
    await page.getByText('More options').click()
    await page.getByLabel('Seed', { exact: true }).fill('1.5')
    await page.getByLabel('Seed', { exact: true }).blur()
    await page.getByText('Got Seed = 1.5. Expected a whole number from 0').waitFor(WAIT)
    await rows.fill('50')
    // The field that is wrong is shown where it was folded away.
    await page.getByText('More options').click()
    await page.getByRole('button', { name: 'Sample', exact: true }).click()
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('1.5')
    expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0)
    await page.getByLabel('Bandwidth ε', { exact: true }).fill('-1')
    await page.getByLabel('Bandwidth ε', { exact: true }).blur()
    await page.getByText('Got Bandwidth ε = -1. Expected auto, or a number above 0. Try 0.3, as before.').waitFor(WAIT)
    await checkForEveryone(page)
    // A change that is undone puts another number there.
    await page.getByLabel('Bandwidth ε', { exact: true }).fill('0.4')
    await page.getByLabel('Seed', { exact: true }).fill('7')
    await sample(page)
    expect(await commandOn(page)).toMatch(/-n 50 .*--seed 7 .*--bandwidth 0\.4/)
    studio.leave(page)
  })

  test('what rules compute or look up can be observed, to rows that the command gives too', async () => {
    const orders = readFileSync(new URL('../../../examples/data/orders.csv', import.meta.url))
    writeFileSync(join(studio.folder.path, 'orders.csv'), orders)
    const page = await studio.page({}, '#file=orders.csv&epsilon=0.3&scaling=standard&rows=40&x=unit_price&y=total&panel=observations')
    await studio.drop(page, 'orders.csv')
    await page.getByRole('button', { name: 'Observe unit_price' }).click()
    await page.getByRole('button', { name: 'Observe total' }).click()
    await sample(page)
    expect((await studio.command(await commandWith(page, '--observe'))).bytes).toEqual(await download(page, 'CSV'))
    // What a note advises is said in the page's words, beside what only the command line has.
    await page.locator('.data').getByText('On this page --types is the menu of a column.').waitFor(WAIT)
    studio.leave(page)
  })

  test('observations: drawn by hand, moved by keys, written; prior and posterior to rows that the command gives too', async () => {
    const page = await openSmall()
    await page.getByRole('tab', { name: 'Observations' }).click()
    await page.locator('.marks.drawing').waitFor(WAIT)
    const box = (await page.locator('.marks').boundingBox())!
    const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const
    await page.mouse.move(...at(0.7, 0.5))
    await page.mouse.down()
    await page.mouse.move(...at(0.74, 0.51), { steps: 5 })
    await page.mouse.up()
    const drawn = await page.getByLabel('Observation 1', { exact: true }).inputValue()
    expect(drawn).toMatch(/^x = [\d.]+ ± [\d.]+$/)
    await sample(page)
    await page.getByRole('button', { name: /40 posterior/ }).waitFor(WAIT)
    const command = await commandWith(page, `--observe '${drawn}'`)
    const rows = await download(page, 'CSV')
    expect((await studio.command(command)).bytes).toEqual(rows)

    await page.getByRole('slider', { name: 'Observed x' }).focus()
    await page.keyboard.press('PageDown')
    const moved = await page.getByLabel('Observation 1', { exact: true }).inputValue()
    expect(moved).not.toBe(drawn)
    await commandWith(page, `--observe '${moved}'`)

    // A line through both columns; a mistake is named before it can be asked for.
    const written = page.locator('#observation')
    await written.fill('2*x + z = 1 ± 0.1')
    await page.getByText(/names the unknown column z\. Expected columns of the table: /).waitFor(WAIT)
    await written.press('Enter')
    expect(await page.getByLabel('Observation 2', { exact: true }).count()).toBe(0)
    await written.fill('2*x + y = 1')
    await page.getByText(/Expected ± DEVIATION/).waitFor(WAIT)
    await written.fill('2*x + y = 3 ± 0.2')
    // Typed and not entered, it is meant all the same.
    await sample(page)
    const both = await commandWith(page, "--observe '2*x + y = 3 ± 0.2'")
    expect(both).toContain(`--observe '${moved}' --observe`)
    expect((await studio.command(both)).bytes).toEqual(await download(page, 'CSV'))
    expect(await page.locator('.marks polygon.observed').count()).toBe(1)
    expect(new URL(page.url()).hash).toContain(`observe=${new URLSearchParams({ o: '2*x + y = 3 ± 0.2' }).toString().slice(2)}`)

    // What the prior never saw.
    await page.getByLabel('Observation 2', { exact: true }).fill('x = 40 ± 0.1')
    await page.getByLabel('Observation 2', { exact: true }).press('Enter')
    await page.getByText(/Prior and observation hardly agree/).waitFor(WAIT)
    await page.getByRole('button', { name: 'Undo' }).click()
    await commandWith(page, '2*x + y = 3')
    for (let i = 0; i < 2; i++)
      await page
        .getByRole('button', { name: /^Forget observation/ })
        .first()
        .click()
    await page.getByRole('button', { name: /40 synthetic/ }).waitFor(WAIT)
    studio.leave(page)
  })

  test('a file of conditions: rows for each of them, which the command and the code give too, and how well the data know each', async () => {
    const page = await openSmall('#file=small.csv&epsilon=0.3&scaling=standard')
    await page.getByRole('tab', { name: 'Conditions' }).click()
    writeFileSync(join(studio.folder.path, 'wanted.csv'), 'kind,x\nwarm,1.5\ncold,\n')
    await page.locator('.pick-file input').setInputFiles(join(studio.folder.path, 'wanted.csv'))
    await page.getByRole('tab', { name: 'Settings' }).click()
    await page.getByLabel('Rows of each condition').fill('3')
    await page.getByLabel('Rows of each condition').press('Enter')
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    await page.getByRole('heading', { name: 'How well do the data support this?' }).waitFor(WAIT)
    const command = await commandOn(page)
    expect(command).toBe(
      'sbridge sample small.csv -n 3 -o small-new.csv --seed 1 --bandwidth 0.3 --scaling standard --given-file wanted.csv'
    )
    const rows = await download(page, 'CSV')
    const kinds = rows.toString().trim().split('\n').slice(1)
    expect(kinds.map((line) => line.split(',')[2])).toEqual(['warm', 'warm', 'warm', 'cold', 'cold', 'cold'])
    expect((await studio.command(command)).bytes).toEqual(rows)
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'small-new.csv')).toEqual(rows)
    expect(await page.locator('.support tbody').last().locator('tr').count()).toBe(2)
    studio.leave(page)
  })

  test('one of several levels, which the command has too', async () => {
    const page = await openSmall('#file=small.csv&epsilon=0.3&scaling=standard&rows=40&panel=conditions')
    await page.getByLabel('Add a condition on').selectOption('side')
    await page.getByLabel('side', { exact: true }).selectOption('left')
    await page.getByLabel('Add a condition on').selectOption('kind')
    await page.getByLabel('kind', { exact: true }).selectOption('cold')
    await page.getByLabel('kind: or another').selectOption('warm')
    expect(await page.getByLabel('kind: or another').count()).toBe(0)
    await sample(page)
    const command = await commandWith(page, 'cold|warm')
    expect(command).toContain("--given 'side=left,kind=cold|warm'")
    const rows = await download(page, 'CSV')
    expect(new Set(column(rows, 2))).toEqual(new Set(['cold', 'warm']))
    expect((await studio.command(command)).bytes).toEqual(rows)
    await page.getByLabel('kind, or').selectOption('not this one')
    await commandWith(page, /--given side=left,kind=cold$/)
    studio.leave(page)
  })

  test('Stop leaves the rows from before', async () => {
    const page = await openSmall(QUICK.replace('rows=40', 'rows=400'))
    await sample(page)
    const before = await commandOn(page)
    await page.getByText('More options').click()
    await page.getByLabel('Steps of every chain', { exact: true }).fill('1000')
    await page.getByLabel('Steps of every chain', { exact: true }).press('Tab')
    await page.getByRole('tab', { name: 'Conditions' }).click()
    await page.getByLabel('Add a condition on').selectOption('y')
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('the picture shows earlier settings').waitFor(WAIT)
    expect(await commandOn(page)).toBe(before)
    expect((await download(page, 'CSV')).toString().split('\n')).toHaveLength(402)
    studio.leave(page)
  })

  test('chains start from noise, and the command says so', async () => {
    const page = await openSmall()
    await page.getByLabel('Chains start').selectOption('noise')
    await sample(page)
    await page.getByLabel('Step of the chains').fill('0')
    await page.getByText('noise of 20').waitFor(WAIT)
    const command = await commandWith(page, '--start noise')
    expect((await studio.command(command)).bytes).toEqual(await download(page, 'CSV'))
    expect(page.url()).toContain('start=noise')
    studio.leave(page)
  })

  test('is for everyone: axe finds nothing on both steps, in light, dark and on a phone', async () => {
    for (const options of [
      { viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark' as const, viewport: { width: 1280, height: 860 } }
    ]) {
      const page = await openSmall(`${QUICK}&given=kind%3Dwarm&given=x%3D0.5..1.5&given=day%3D..2024-02-20`, options)
      await page.getByRole('tab', { name: 'Conditions (3 set)' }).click()
      await sample(page)
      await page.getByRole('heading', { name: 'Column by column' }).waitFor(WAIT)
      await checkForEveryone(page)
      await page.getByRole('tab', { name: 'Observations' }).click()
      await page.getByRole('button', { name: 'Observe y' }).click()
      await page.getByRole('button', { name: /posterior/ }).waitFor(WAIT)
      await page.getByRole('heading', { name: 'Column by column' }).waitFor(WAIT)
      await checkForEveryone(page)
      studio.leave(page)
    }
  })

  test('no request went to another host, and no page reported a fault', () => {
    expect(studio.strangers).toEqual([])
    expect(studio.faults).toEqual([])
  })
})
