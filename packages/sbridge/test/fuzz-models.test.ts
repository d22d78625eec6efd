// @module-tag slow
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import type { FuzzOrder, FuzzReport } from './fuzz-models.js'

const here = dirname(fileURLToPath(import.meta.url))
const core = join(here, '../../core/src/index.ts')

/** A mutant takes milliseconds; one that takes this long hangs, however busy the machine. */
const PATIENCE = 60_000

/** Seconds to go on for, instead of the first seeds, to look for news: `FUZZ_SECONDS=20 npm run fuzz:models`. */
const seconds = Number(process.env.FUZZ_SECONDS ?? 0)
/** How many seeds: the same ones on every machine, however fast. */
const seeds = Number(process.env.FUZZ_SEEDS ?? 20)

/** Runs the fuzz in a worker and ends it where it hangs. */
async function fuzz(order: Omit<FuzzOrder, 'at'>): Promise<FuzzReport> {
  const folder = mkdtempSync(join(here, '.fuzz-'))
  const outfile = join(folder, 'worker.mjs')
  const at = new Int32Array(new SharedArrayBuffer(8))
  let watch: ReturnType<typeof setInterval> | undefined
  try {
    await build({
      entryPoints: [join(here, 'fuzz-models.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      alias: {
        ...Object.fromEntries(
          ['internal', 'kernels', 'tables'].map((part) => [`@sbridge/core/${part}`, join(here, `../../core/src/${part}.ts`)])
        ),
        '@sbridge/core': core
      },
      logLevel: 'error'
    })
    // Bundled: it needs no loader of this process.
    const worker = new Worker(outfile, { execArgv: [], workerData: { ...order, at } })
    return await new Promise<FuzzReport>((resolve, reject) => {
      worker.on('message', (said: FuzzReport | { readonly begins: readonly string[] }) => {
        if (!('begins' in said)) return resolve(said)
        let [last, since] = ['', Date.now()]
        watch = setInterval(() => {
          const now = at.join()
          if (now !== last) [last, since] = [now, Date.now()]
          if (Date.now() - since < PATIENCE) return
          void worker.terminate()
          reject(new Error(`hangs at ${said.begins[at[0]!]}, seed ${at[1]}`))
        }, 500)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
    })
  } finally {
    clearInterval(watch)
    rmSync(folder, { recursive: true })
  }
}

it('a model file with a wrong content and a right checksum is refused or draws finite rows', { tags: ['slow'] }, async () => {
  const report = await fuzz(seconds > 0 ? { milliseconds: 1000 * seconds } : { seeds })
  expect(report.failures).toEqual([])
  console.log(`${report.tried} damaged models, ${report.refused} refused`)
  expect(report.models.length).toBe(28)
  // Neither is everything refused, nor is everything taken.
  expect(report.refused).toBeGreaterThan(report.tried / 3)
  expect(report.refused).toBeLessThan(report.tried)
})
