// TypeScript in Node's own module loader. Vitest's would reach each function of another module through a getter, at every call, and
// ask its server for every module: files that start programs spend more on loading than on anything else.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { strippedOnce } from './strip.mjs'

const NAMES = {
  '@sbridge/core': '../../packages/core/src/index.ts',
  '@sbridge/core/internal': '../../packages/core/src/internal.ts',
  '@sbridge/core/kernels': '../../packages/core/src/kernels.ts',
  '@sbridge/core/tables': '../../packages/core/src/tables.ts',
  'sbridge/internal': '../../packages/sbridge/src/internal.ts'
}

/** What a project of tests has otherwise: the rows of a batch, and packages that are not there. */
const { batch, without = '' } = Object.fromEntries(new URL(import.meta.url).searchParams)
const BATCHES = '/packages/core/src/draw/batch-rows.ts'
const isMissing = (name) => without.split(',').some((one) => one !== '' && (name === one || name.startsWith(`${one}/`)))

const isSource = (url) => url.startsWith('file:') && /\.ts(\?|$)/.test(url)
const found = (url) => ({ url: url.href, format: 'module', shortCircuit: true })

/** What TypeScript calls x.js is x.ts, where no x.js is. Vitest asks for a test file by its path and a mark of its own. */
export function resolve(name, context, next) {
  if (isMissing(name)) throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' })
  const [file, mark] = name.split('%3Fvitest=')
  if (mark) return found(new URL(`${file}?vitest=${Date.now()}`, context.parentURL))
  if (NAMES[name]) return found(new URL(NAMES[name], import.meta.url))
  if (name.startsWith('.') && name.endsWith('.js') && isSource(context.parentURL ?? '')) {
    const url = new URL(`${name.slice(0, -'js'.length)}ts`, context.parentURL)
    if (existsSync(url)) return found(url)
  }
  return next(name, context)
}

export function load(url, context, next) {
  if (!isSource(url)) return next(url, context)
  if (batch && url.endsWith(BATCHES)) return { format: 'module', source: `export const BATCH_ROWS = ${Number(batch)}`, shortCircuit: true }
  return { format: 'module', source: strippedOnce(fileURLToPath(url.split('?')[0])), shortCircuit: true }
}
