// The whole test suite: installs or finds what the tests need, builds, checks style and types, runs the tests.
// `--fast` leaves out what is tagged as slow, and what only that needs: Chromium, kernels and studio built anew.
// Further words are for vitest.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ensureChromium } from './chromium.mjs'
import { ensurePrograms } from './debian.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const binary = (name, path) => fileURLToPath(new URL(path, new URL(`file://${require.resolve(`${name}/package.json`)}`)))

function run(label, script, args, env = {}) {
  console.log(`\n— ${label}`)
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) {
    console.error(`${label} failed`)
    process.exit(status ?? 1)
  }
}

const lint = () => run('formatting and lint', binary('@biomejs/biome', 'bin/biome'), ['check', '.'])
/** The studio is built without looking at its types. */
const studioTypes = () => run('types of the studio', require.resolve('typescript/bin/tsc'), ['-p', 'packages/studio'])
/** Tests run without their types: what none of them has would be compared with `undefined`, unseen. */
const testTypes = () => run('types of the tests', require.resolve('typescript/bin/tsc'), ['-p', 'tsconfig.tests.json'])
const tests = (args, env) => run('tests', binary('vitest', 'vitest.mjs'), ['run', ...args], env)

const [first, ...rest] = process.argv.slice(2)
if (first === '--fast') {
  run('types', require.resolve('typescript/bin/tsc'), ['-b'])
  studioTypes()
  testTypes()
  lint()
  tests(['--tags-filter=!slow', ...rest], { SBRIDGE_FAST: '1' })
} else {
  const chromium = ensureChromium()
  const skipped = ensurePrograms()
  run('build', 'scripts/build.mjs', [])
  studioTypes()
  testTypes()
  lint()
  tests(process.argv.slice(2), { CHROMIUM: chromium })
  for (const words of skipped) console.error(`skipped: ${words}`)
  // Where changes are judged nothing may be skipped.
  if (skipped.length > 0 && process.env.CI) process.exit(1)
}
