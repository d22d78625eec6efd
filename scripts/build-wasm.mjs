// Compiles the AssemblyScript kernels to four modules and embeds each as base64 in a TypeScript module.
// Skips the work when the sources, this script and the compiler are unchanged.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const engine = new URL('../packages/core/src/engine/wasm/', import.meta.url)
const assembly = new URL('assembly/', engine)
const generated = new URL('generated/', engine)
const require = createRequire(import.meta.url)

/** `unroll`: vectors at a time in the inner loops; measured, it depends on how many registers the host's compiler has left. */
const variants = [
  { name: 'float64', float32: 0, relaxed: false, unroll: 4 },
  { name: 'float64-relaxed', float32: 0, relaxed: true, unroll: 2 },
  { name: 'float32', float32: 1, relaxed: false, unroll: 1 },
  { name: 'float32-relaxed', float32: 1, relaxed: true, unroll: 1 }
]

const sources = readdirSync(assembly).filter((file) => file.endsWith('.ts'))
const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
hash.update(require('assemblyscript/package.json').version)
for (const file of sources.sort()) hash.update(file).update(readFileSync(new URL(file, assembly)))
const digest = hash.digest('hex').slice(0, 16)

const upToDate = ({ name }) => {
  const file = new URL(`${name}.ts`, generated)
  return existsSync(file) && readFileSync(file, 'utf8').startsWith(`// sources ${digest}\n`)
}
