// The command line in a few files, of which a job loads those that it needs: Node spends longer on finding and opening
// modules than on running them. Made of what the compiler wrote; the library stays as it is, module by module.
// Skips the work when nothing is newer than the bundle.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { COMPILED, lastChange } from './last-change.mjs'

const at = (path) => fileURLToPath(new URL(`../packages/${path}`, import.meta.url))
const folder = at('sbridge/dist/bin')
const entries = {
  main: at('sbridge/dist/cli/main.js'),
  job: at('sbridge/dist/cli/job.js'),
  worker: at('sbridge/dist/service/worker.js'),
  'crew-thread': at('sbridge/dist/host/crew-thread.js'),
  'shard-thread': at('sbridge/dist/cluster/shard-thread.js')
}
const { version, peerDependencies } = JSON.parse(readFileSync(at('sbridge/package.json'), 'utf8'))

function isFresh() {
  const compiled = ['core', 'sbridge'].map((name) => lastChange(at(`${name}/dist`), COMPILED))
  return lastChange(join(folder, 'main.js')) > Math.max(...compiled, lastChange(fileURLToPath(import.meta.url)))
}

/** What else is read from package.json, which is elsewhere as seen from the bundle. */
const knownVersion = {
  name: 'version',
  load: { filter: { id: /sbridge.dist.version\.js$/ }, handler: () => `export const VERSION = ${JSON.stringify(version)}` }
}

/** The report's document draws, and reads no style sheet: what would parse one was a quarter of the report's code, and a fifth of the time to load it. */
const noStyleSheets = {
  name: 'style-sheets',
  load: {
    filter: { id: /cssomnom/ },
    handler: () => "export function parse() { throw new Error('style sheets are not parsed here') }"
  }
}

async function bundle() {
  const { output } = await build({
    input: entries,
    platform: 'node',
    // What a user installs for the few files that need it; and what the report's document would draw with, if it were there.
    external: (id) => [...Object.keys(peerDependencies), 'canvas'].some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [knownVersion, noStyleSheets],
    // Not minified, so that the stack of an error can be read.
    output: { dir: folder, format: 'esm', comments: false }
  })
  // Those of an earlier one go last: a program that is running may still load its own.
  const written = new Set(output.map(({ fileName }) => fileName))
  for (const file of readdirSync(folder)) if (!written.has(file)) rmSync(join(folder, file))
}

if (!isFresh()) await bundle()
