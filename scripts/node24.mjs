// Runs the tests of the core and the command line on Node 24, from its npm package, whatever Node runs this script.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
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
const vitest = createRequire(import.meta.url).resolve('vitest/vitest.mjs')
const { status } = spawnSync(node, [vitest, 'run', 'packages/core', 'packages/sbridge'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CI: 'true' }
})
process.exit(status ?? 1)
