// Builds the studio into the command line's package, where `sbridge studio` serves it. Any static host will do as well.
// Skips the work when nothing is newer than what was built.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { COMPILED, lastChange } from './last-change.mjs'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

function isFresh() {
  const own = ['src', 'public', 'index.html', 'examples.ts', 'vite.config.ts', 'package.json'].map((path) => at(`packages/studio/${path}`))
  const read = [...own, at('bench/data'), at('examples/data'), at('package-lock.json'), fileURLToPath(import.meta.url)]
  const compiled = ['core', 'sbridge'].map((name) => lastChange(at(`packages/${name}/dist`), COMPILED))
  return lastChange(at('packages/sbridge/dist/studio/index.html')) > Math.max(...compiled, ...read.map((path) => lastChange(path)))
}

if (!isFresh()) await build({ configFile: at('packages/studio/vite.config.ts'), logLevel: 'warn' })
