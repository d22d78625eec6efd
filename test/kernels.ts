/** Kernels that are older than their sources are built first: stale ones would be tested in place of those that are written. */
export default async function buildKernels(): Promise<void> {
  await import('../scripts/build-wasm.mjs')
}
