/** Threads that this page may use: memory is shared with workers only where the page is cross-origin isolated. */
export function surroundings(): { readonly shared: boolean; readonly threads: number } {
  const shared = globalThis.crossOriginIsolated === true
  return { shared, threads: shared ? Math.max(1, Math.min(32, navigator.hardwareConcurrency || 1)) : 1 }
}
