// Takes the pictures of the studio in its guide, from the built page: `npm run build && node scripts/studio-pictures.mjs`.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { ensureChromium } from './chromium.mjs'

const root = new URL('..', import.meta.url)
const program = fileURLToPath(new URL('packages/sbridge/bin/sbridge.js', root))
const WAIT = { timeout: 120_000 }

/** Starts the studio on a free port, and gives its address and an end. */
function serve() {
  const server = spawn(process.execPath, [program, 'studio', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve) => {
    server.stdout.on('data', (said) => {
      const url = /http:\S+/.exec(String(said))?.[0]
      if (url) resolve({ url: url.endsWith('/') ? url : `${url}/`, end: () => server.kill('SIGTERM') })
    })
  })
}

const done = (page) => page.getByRole('heading', { name: 'Take them along' }).waitFor(WAIT)
const sample = async (page) => {
  await page.getByRole('button', { name: /^Sample/ }).click()
  await done(page)
}

/** Name of the picture, size, address, and what is done before it is taken. */
const SCENES = [
  { name: 'studio-start', size: [1160, 740], address: '' },
  { name: 'studio-penguins', size: [1160, 720], address: '#example=penguins.csv', act: sample },
  {
    name: 'studio-measures',
    size: [1110, 1025],
    address: '#example=penguins.csv',
    act: async (page) => {
      await sample(page)
      await page.getByText('Half of the rows was kept from a second fit').waitFor(WAIT)
      await page.evaluate(() => document.querySelector('.measures').scrollIntoView())
    }
  },
  {
    name: 'studio-blur',
    size: [1160, 720],
    address: '#example=moons.csv',
    act: async (page) => {
      await sample(page)
      const field = page.getByLabel('Bandwidth ε', { exact: true })
      const found = Number(await field.getAttribute('placeholder'))
      await field.fill(String(Number((15 * found).toPrecision(3))))
      await field.press('Enter')
      await page.waitForTimeout(3000)
      await done(page)
    }
  },
  {
    name: 'studio-conditions',
    size: [1180, 700],
    address: '#example=penguins.csv&without=island&without=sex&rows=300&given=species%3DGentoo&given=flipper_length_mm%3D215..225',
    act: async (page) => {
      await sample(page)
      await page.getByRole('tab', { name: /Conditions/ }).click()
    }
  },
  {
    name: 'studio-observation',
    size: [1180, 700],
    address: '#example=penguins.csv&without=island&without=sex&rows=300&observe=bill_length_mm+%3D+50+%C2%B1+1',
    act: async (page) => {
      await sample(page)
      await page.getByRole('tab', { name: /Observations/ }).click()
    }
  },
  {
    name: 'studio-trajectories',
    size: [1200, 760],
    address: '#activity=trajectories&example=lotka-volterra.csv&reference=lotka-volterra&hold-out=1,3,5,7,9',
    act: async (page) => {
      await page.getByRole('button', { name: 'Fit', exact: true }).click()
      await done(page)
      await page.evaluate(() => scrollTo(0, 0))
      await page.locator('.playback input[type=range]').first().fill('4.4')
    }
  },
  {
    name: 'studio-diffusion-map',
    size: [1280, 760],
    address:
      '#activity=diffusion-map&example=swiss-roll.csv&dimension=4&without=along&x=coordinate_1&y=coordinate_4&right=x&up=z&colour=along',
    act: async (page) => {
      await page.getByRole('button', { name: 'Map', exact: true }).click()
      await done(page)
      await page.evaluate(() => scrollTo(0, 0))
    }
  },
  {
    name: 'studio-bridge',
    size: [1200, 760],
    address: '#activity=bridge&example=ring.csv&to=example+lumps.csv&epsilon=0.02',
    act: async (page) => {
      await page.getByText(/in the second table/).waitFor(WAIT)
      await page.getByRole('button', { name: 'Bridge', exact: true }).click()
      await done(page)
      await page.evaluate(() => scrollTo(0, 0))
    }
  },
  { name: 'studio-spiral-dark', size: [1160, 720], address: '#example=spiral.csv', colorScheme: 'dark', act: sample }
]

const site = await serve()
const browser = await chromium.launch({ executablePath: ensureChromium(), args: ['--no-sandbox', '--disable-gpu'] })
const wanted = process.argv.slice(2)
try {
  for (const { name, size, address, colorScheme = 'light', act } of SCENES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(site.url + address)
    await (act ? act(page) : page.getByText('Drop a table here').waitFor(WAIT))
    await page.waitForTimeout(800)
    await page.screenshot({ path: fileURLToPath(new URL(`docs/images/${name}.png`, root)) })
    console.log(`docs/images/${name}.png`)
    await context.close()
  }
} finally {
  await browser.close()
  site.end()
}
