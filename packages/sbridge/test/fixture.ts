import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Bytes of a file under test/fixtures, made as its README says. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))))
}
