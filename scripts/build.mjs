// Builds everything that is not in the repository: the kernels, then the packages. `npm ci` runs it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ENGINE } from './engine.mjs'
import { removeStale } from './stale.mjs'
import { TSC } from './tsc.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

function run(label, script, args = []) {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, [...ENGINE, script, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  console.log(`${label}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

run('kernels (AssemblyScript)', 'scripts/build-wasm.mjs')
run('packages (TypeScript)', TSC, ['-b'])
for (const name of ['core', 'sbridge']) removeStale(fileURLToPath(new URL(`../packages/${name}`, import.meta.url)))
run('command line (Rolldown)', 'scripts/bundle.mjs')
if (existsSync(new URL('../packages/studio/vite.config.ts', import.meta.url))) run('studio (Vite)', 'scripts/build-studio.mjs')
