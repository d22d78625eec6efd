// Runs the tests of the core and the command line on Node 24, from its npm package, whatever Node runs this script.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = fileURLToPath(new URL('../node_modules/.cache/node24/', import.meta.url))
const name = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`
const node = `${folder}node_modules/${name}/bin/node`

if (!existsSync(node)) {
  console.log(`installing ${name}@24 from npm`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}package.json`, '{ "private": true }\n')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `${name}@24`], { cwd: folder, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
// vitest exports no path to its command; its package.json names it
const require = createRequire(import.meta.url)
const manifest = require.resolve('vitest/package.json')
const vitest = join(dirname(manifest), require(manifest).bin.vitest)
const { status } = spawnSync(node, [vitest, 'run', 'packages/core', 'packages/sbridge'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CI: 'true' }
})
process.exit(status ?? 1)
