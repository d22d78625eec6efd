// Finds Chromium for the browser tests, or installs Debian's package, and says what it does.
import { existsSync } from 'node:fs'
import { installPackages } from './debian.mjs'

const CANDIDATES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium'
]

/** Path of a Chromium on this machine, or undefined. */
export function findChromium() {
  return CANDIDATES.find((path) => path && existsSync(path))
}

/** Path of a Chromium; installs one with apt-get where that is possible. Throws when there is none to be had. */
export function ensureChromium() {
  const found = findChromium()
  if (found) {
    console.log(`Chromium: ${found}`)
    return found
  }
  installPackages(['chromium'])
  const installed = findChromium()
  if (!installed) throw new Error('no Chromium: install it by hand, or set CHROMIUM to its path')
  return installed
}
