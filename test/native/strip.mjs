import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { version } = require('rolldown/package.json')
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KEPT = join(ROOT, 'node_modules/.cache/sbridge-sources', version)

/** A module of TypeScript without its types, and where its places were. Throws where it is none. */
export function stripped(path) {
  const { transformSync } = require('rolldown/utils')
  const { code, map, errors } = transformSync(path, readFileSync(path, 'utf8'), { sourcemap: true, tsconfig: false })
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  return { code, map }
}

/**
 * The code of such a module that names the file of its places. It is kept from one process to the next until the source changes: each
 * time of the source is that of one code.
 */
export function strippedOnce(path) {
  const file = join(KEPT, `${relative(ROOT, path).replaceAll(/[^\w.-]/g, '+')}.mjs`)
  const changed = Math.round(statSync(path).mtimeMs)
  if (changed === Math.round(statSync(file, { throwIfNoEntry: false })?.mtimeMs)) return readFileSync(file, 'utf8')
  const { code, map } = stripped(path)
  mkdirSync(KEPT, { recursive: true })
  write(`${file}.map`, JSON.stringify(map), changed)
  const named = `${code}\n//# sourceMappingURL=${relative(dirname(path), file).replaceAll('\\', '/')}.map`
  write(file, named, changed)
  return named
}

/** As a whole or not at all: processes write side by side. */
function write(file, text, time) {
  const part = `${file}.${process.pid}`
  writeFileSync(part, text)
  utimesSync(part, time / 1000, time / 1000)
  renameSync(part, file)
}
