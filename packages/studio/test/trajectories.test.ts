// @module-tag slow
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkForEveryone, commandOn, download, Studio, saveFigures, WAIT } from './pages.js'

/** Predator and prey at four times, 40 particles each. */
const snapshots = readFileSync(new URL('../../../examples/data/lotka-volterra.csv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line, i) => i === 0 || (/^[0-3],/.test(line) && i % 5 === 0))
  .join('\n')

describe('trajectories in the studio', () => {
  const studio = new Studio()
  beforeAll(() => studio.open(), 60_000)
  afterAll(() => studio.close())

  test('from a file to paths, parameters and figures that the command and the code on the screen give too', async () => {
    const page = await studio.page({ viewport: { width: 1280, height: 860 } }, '#activity=trajectories')
    await studio.give(page, 'hares.csv', snapshots)
    await page.locator('.data').getByText('160 particles at 4 times').waitFor(WAIT)
    expect(await page.getByLabel('Time', { exact: true }).inputValue()).toBe('time')
    await page.getByRole('radio', { name: /lotka-volterra/ }).check()
    await page.getByRole('checkbox', { name: '2', exact: true }).check({ force: true })
    await page.getByLabel('Paths', { exact: true }).fill('30')
    await page.getByLabel('Paths', { exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    const command = (await page.locator('pre').first().textContent())!
    expect(command).toBe(
      'sbridge trajectories hares.csv --time time --reference lotka-volterra --hold-out 2 -n 30 --between 9 --seed 1 -o hares-paths.csv'
    )
    const rows = await download(page, 'CSV')
    expect(rows.toString().split('\n')[0]).toBe('particle,time,prey,predator')
    expect(rows.toString().trim().split('\n')).toHaveLength(1 + 30 * (3 + 2 * 9))
    const told = await studio.command(`${command} --json --model hares.sbridge`)
    expect(told.bytes).toEqual(rows)
    expect(await download(page, 'Model file')).toEqual(readFileSync(`${studio.folder.path}/hares.sbridge`))
    const { output, ...summary } = JSON.parse(told.output) as Record<string, unknown> & {
      theta: Record<string, number>
      heldOut: unknown[]
    }
    expect(output).toBe('hares-paths.csv')
    expect(JSON.parse((await download(page, 'Parameters, history and scores')).toString())).toEqual(summary)
    const parquet = await download(page, 'Parquet')
    expect((await studio.command(command.replace('hares-paths.csv', 'hares-paths.parquet'))).bytes).toEqual(parquet)
    expect(await studio.program((await page.locator('pre').nth(1).textContent())!, 'hares-paths.csv')).toEqual(rows)

    for (const name of Object.keys(summary.theta)) await page.getByRole('row', { name: new RegExp(`^${name} `) }).waitFor(WAIT)
    expect(summary.heldOut).toHaveLength(1)
    expect(await page.locator('.topic-held-out tbody tr').count()).toBe(1)
    const drawing = (await saveFigures(page)).get('hares.csv-paths')!
    expect(drawing).toMatch(/M\d+\.\d,\d+\.\dL/)
    for (const words of ['160 particles', 'held out', '30 paths', 'drift']) expect(drawing).toContain(`>${words}<`)
    studio.leave(page)
  })

  test('warns as the command does', async () => {
    // Straight on at an even pace: no dynamics of predators.
    const lines = [0, 1, 2, 3, 4].flatMap((t) =>
      Array.from(
        { length: 30 },
        (_, i) => `${t},${(2 + t + 0.2 * Math.sin(5 * i)).toFixed(3)},${(9 - t + 0.2 * Math.cos(7 * i)).toFixed(3)}`
      )
    )
    const page = await studio.page({}, '#activity=trajectories&file=lines.csv&reference=lotka-volterra&hold-out=2&rows=5')
    await studio.give(page, 'lines.csv', `t,x,y\n${lines.join('\n')}\n`)
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    const { warnings } = JSON.parse((await studio.command(`${await commandOn(page)} --json`)).output) as { warnings: { message: string }[] }
    expect(warnings).toHaveLength(1)
    await page.locator('.warning').getByText(warnings[0]!.message).waitFor(WAIT)
    studio.leave(page)
  })

  test('plays by keyboard at a steady rate, stands still where motion is not wanted, and the address opens it again', async () => {
    const page = await studio.page({}, '#activity=trajectories&example=lotka-volterra.csv&reference=brownian&rows=300&between=4')
    await page.locator('.data').getByText('2,200 particles at 11 times').waitFor(WAIT)
    await page.getByRole('button', { name: 'Fit', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pause' }).waitFor(WAIT)
    await page.waitForFunction(() => Number(document.querySelector('canvas')?.dataset.rate) > 0, undefined, WAIT)
    const rate = Number(await page.getAttribute('canvas', 'data-rate'))
    console.log(`300 paths: ${rate} frames a second`)
    // 30 where the machine does nothing else; tests share theirs.
    expect(rate).toBeGreaterThan(10)
    const slider = page.getByRole('slider', { name: 'Time' })
    await slider.focus()
    await page.keyboard.press('Home')
    await page.getByRole('button', { name: 'Play the paths' }).waitFor(WAIT)
    expect(await slider.getAttribute('aria-valuetext')).toBe('time 0')
    await page.getByLabel('Column upwards').selectOption('time')
    await page.getByRole('img', { name: /^time against prey: 300 paths from 0 to 10/ }).waitFor(WAIT)
    expect(page.url()).toContain('y=time')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('img', { name: /^predator against prey/ }).waitFor(WAIT)
    studio.leave(page)

    const still = await studio.page(
      {
        reducedMotion: 'reduce'
      },
      '#activity=trajectories&example=lotka-volterra.csv&reference=brownian&rows=5'
    )
    await still.locator('.data').getByText('2,200 particles at 11 times').waitFor(WAIT)
    await still.getByRole('button', { name: 'Fit', exact: true }).click()
    await still.getByRole('button', { name: 'Play the paths' }).waitFor(WAIT)
    studio.leave(still)
  })

  test('Stop stops at once, rounds are shown as they come, and the next fit is as good', async () => {
    const page = await studio.page({}, '#activity=trajectories&example=lotka-volterra.csv&reference=free')
    await page.locator('.data').getByText('2,200 particles at 11 times').waitFor(WAIT)
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await page.getByRole('progressbar').waitFor(WAIT)
    await page.waitForTimeout(700)
    const start = Date.now()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Fit', exact: true }).waitFor(WAIT)
    // The fit would go on for ten seconds; what runs beside on the machine has taken up to two of these.
    expect(Date.now() - start).toBeLessThan(4000)
    await page.getByRole('radio', { name: /brownian/ }).check()
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
    studio.leave(page)
  })

  test('files that are no snapshots, and choices that cannot be, are refused in words that say what to do', async () => {
    const page = await studio.page({}, '#activity=trajectories')
    const cases: [string, string, RegExp][] = [
      ['once.csv', 'time,x\n0,1\n0,2\n0,3\n', /a single time: time is always 0.*two times or more/s],
      ['untimed.csv', 'x,y\n1.5,2\n2.5,3\n3.5,1\n', /no column of times among x, y.*one particle a row/s],
      ['words.csv', 'day,mood\n0,good\n0,bad\n1,good\n1,bad\n', /no column of numbers besides day.*“good”, no number/s],
      ['series.csv', 'time,x\n0,1\n1,3\n2,2\n', /no column of times among time, x/]
    ]
    for (const [name, content, words] of cases) {
      await studio.give(page, name, content)
      await page.getByRole('alert').filter({ hasText: words }).waitFor(WAIT)
      await page.getByText('Drop snapshots here').waitFor(WAIT)
    }
    await studio.give(page, 'mixed.csv', 'time,x,sex\n0,1.5,f\n0,2,m\n1,3,f\n1,2.5,m\n')
    await page.locator('.data').getByText('4 particles at 2 times').waitFor(WAIT)
    expect(await page.getByLabel('Use the column sex').isDisabled()).toBe(true)
    await page.getByRole('radio', { name: /lotka-volterra/ }).check()
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: /1 columns? for lotka-volterra/ })
      .waitFor(WAIT)
    await page.getByRole('button', { name: 'Fit', exact: true }).waitFor(WAIT)
    studio.leave(page)
  })

  test('dates are told and written as dates', async () => {
    const page = await studio.page({}, '#activity=trajectories')
    const dated = ['2020-01-31', '2020-02-29', '2020-03-31'].flatMap((when, t) => [0, 0.4, 1, 1.7].map((x) => `${when},${x + t}`))
    await studio.give(page, 'dated.csv', ['when,x', ...dated].join('\n'))
    await page.locator('.data').getByText('12 particles at 3 times').waitFor(WAIT)
    expect(await page.getByLabel('Time', { exact: true }).inputValue()).toBe('when')
    await page.getByRole('checkbox', { name: '2020-02-29', exact: true }).waitFor(WAIT)
    await page.getByRole('radio', { name: /brownian/ }).check()
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await page.getByText('no constant of nature').waitFor(WAIT)
    const rows = (await download(page, 'CSV')).toString().trim().split('\n')
    // A tenth of 29 days is no whole number of days.
    expect([1, 2, 11, 21].map((row) => rows[row]!.split(',')[1])).toEqual([
      '2020-01-31T00:00',
      '2020-02-02T21:36',
      '2020-02-29T00:00',
      '2020-03-31T00:00'
    ])
    studio.leave(page)
  })

  test('is for everyone, in light on a phone and in dark', async () => {
    for (const options of [
      { colorScheme: 'light', viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 860 } }
    ] as const) {
      const page = await studio.page({ ...options, reducedMotion: 'reduce' }, '#activity=trajectories')
      await page.getByText('Drop snapshots here').waitFor(WAIT)
      await checkForEveryone(page)
      await studio.give(page, 'hares.csv', snapshots)
      await page.locator('.data').getByText('160 particles at 4 times').waitFor(WAIT)
      await page.getByText('More options').click()
      await page.getByRole('button', { name: 'hold out every second' }).click()
      await page.getByRole('button', { name: 'Fit', exact: true }).click()
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
