/** A file that was opened. */
export interface Opened {
  readonly name: string
  readonly blob: Blob
}

/** The day, and the SHA-256 of the files that were opened. Browsers compute it for pages of this machine and of https alone. */
export async function provenanceOf(files: readonly Opened[]) {
  const date = new Date().toISOString().slice(0, 10)
  if (!globalThis.crypto?.subtle) return { date }
  const hashed = files.map(async ({ name, blob }) => {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
    return { name, sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') }
  })
  return { date, files: await Promise.all(hashed) }
}
