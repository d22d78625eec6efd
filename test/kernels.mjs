import { existsSync } from 'node:fs'

/** Kernels and the command line that are older than what they are made of are built first: stale ones would be tested in place of it. */
export default async function buildKernels() {
  await import('../scripts/build-wasm.mjs')
  if (existsSync(new URL('../packages/sbridge/dist/cli', import.meta.url))) await import('../scripts/bundle.mjs')
}
