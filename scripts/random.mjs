// Runs the property tests on cases of a new random seed, or of the one given; says which, to see a failure again.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 31))

const files = ['packages', 'test']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
  .filter((file) => readFileSync(join(root, file), 'utf8').includes("/property.js'"))

console.log(`property tests with seed ${seed}`)
// vitest exports no path to its command; its package.json names it
const require = createRequire(import.meta.url)
const manifest = require.resolve('vitest/package.json')
const vitest = join(dirname(manifest), require(manifest).bin.vitest)
const env = { ...process.env, PROPERTY_SEED: String(seed) }
const { status } = spawnSync(process.execPath, [vitest, 'run', ...files], { cwd: root, stdio: 'inherit', env })
if (status !== 0) console.error(`to see it again: npm run test:random -- ${seed}`)
process.exit(status ?? 1)
