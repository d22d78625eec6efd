// The whole test suite: installs or finds what the tests need, builds, checks style and types, runs the tests.
// `--fast` leaves out what is tagged as slow, and what only that needs: Chromium, kernels and studio built anew.
// Further words are for vitest.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ensureChromium } from './chromium.mjs'
import { ensurePrograms } from './debian.mjs'
import { ENGINE } from './engine.mjs'
import { TSC } from './tsc.mjs'

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

/** Checks run side by side: each takes one core, and says what it found once it has ended. */
async function check(checks) {
  const ended = checks.map(async ({ label, script, args }) => {
    const child = spawn(process.execPath, [...ENGINE, script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (said += piece))
    const [status] = await once(child, 'close')
    console.log(`\n— ${label}\n${said}`)
    return status === 0 ? [] : [label]
  })
  const failed = (await Promise.all(ended)).flat()
  if (failed.length === 0) return
  console.error(`${failed.join(', ')} failed`)
  process.exit(1)
}

const CHECKS = [
  // Tests run without their types: what none of them has would be compared with `undefined`, unseen.
  { label: 'types of the tests', script: TSC, args: ['-p', 'tsconfig.tests.json'] },
  // The studio is built without looking at its types.
  { label: 'types of the studio', script: TSC, args: ['-p', 'packages/studio'] },
  { label: 'formatting and lint', script: binary('@biomejs/biome', 'bin/biome'), args: ['check', '.'] }
]
const tests = (args, env) => run('tests', binary('vitest', 'vitest.mjs'), ['run', ...args], env)

const [first, ...rest] = process.argv.slice(2)
if (first === '--fast') {
  run('types', TSC, ['-b'])
  await check(CHECKS)
  tests(['--tags-filter=!slow', ...rest], { SBRIDGE_FAST: '1' })
} else {
  const chromium = ensureChromium()
  const skipped = ensurePrograms()
  run('build', 'scripts/build.mjs', [])
  await check(CHECKS)
  tests(process.argv.slice(2), { CHROMIUM: chromium })
  for (const words of skipped) console.error(`skipped: ${words}`)
  // Where changes are judged nothing may be skipped.
  if (skipped.length > 0 && process.env.CI) process.exit(1)
}
