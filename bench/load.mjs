// Bundles the library from its sources and imports it, so that a measurement needs no build; the wasm kernels are
// compiled when they are stale. What the measurements share besides: data, the best of many repetitions, a table.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is exported, and a few inner functions that the measurements need. */
const sources = [
  '@sbridge/core',
  '@sbridge/core/kernels',
  '@sbridge/core/tables',
  './packages/sbridge/src/host/node.ts',
  './packages/core/src/systems/table/latent.ts',
  './packages/core/src/systems/table/latent-conditions.ts',
  './packages/core/src/systems/context.ts',
  './packages/core/src/code/codecs/dense-network.ts',
  './packages/core/src/code/codecs/pca.ts',
  './packages/core/src/kernel/bandwidth.ts',
  './packages/core/src/spectral/bandwidth.ts',
  './packages/core/src/spectral/eigenpairs.ts',
  './packages/core/src/spectral/operator.ts',
  './packages/core/src/table/encoder.ts',
  './packages/core/src/num/matrix.ts',
  './packages/core/src/num/random.ts'
]

/** Everything that `sources` export. */
export async function loadLibrary() {
  await import('../scripts/build-wasm.mjs')
  const folder = await mkdtemp(join(tmpdir(), 'sbridge-bench-'))
  const outfile = join(folder, 'library.mjs')
  await build({
    stdin: { contents: sources.map((source) => `export * from '${source}'`).join('\n'), resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    alias: {
      ...Object.fromEntries(
        ['internal', 'kernels', 'tables'].map((part) => [`@sbridge/core/${part}`, join(root, `packages/core/src/${part}.ts`)])
      ),
      '@sbridge/core': join(root, 'packages/core/src/index.ts')
    },
    logLevel: 'error'
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Least milliseconds of `run` over about `seconds`, at least five times, after one call to warm up. */
export async function best(run, seconds = 1) {
  await run()
  let least = Number.POSITIVE_INFINITY
  const end = performance.now() + seconds * 1000
  for (let turn = 0; turn < 5 || performance.now() < end; turn++) {
    const start = performance.now()
    await run()
    least = Math.min(least, performance.now() - start)
  }
  return least
}

/** Largest absolute difference of two arrays. */
export function largestDifference(a, b) {
  let worst = 0
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]))
  return worst
}

/** Prints a row of a table, cells padded to `widths`. */
export function printRow(cells, widths) {
  console.log(
    cells
      .map((cell, i) => String(cell).padEnd(widths[i]))
      .join(' ')
      .trimEnd()
  )
}
