// When the last of some files was written: what is newer than all that it is made of need not be made again.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds: of a file, or of the last of those in a folder that a pattern wants; 0 where there is none. */
export function lastChange(path, wanted = /./) {
  const about = statSync(path, { throwIfNoEntry: false })
  if (!about?.isDirectory()) return about?.mtimeMs ?? 0
  const files = readdirSync(path, { recursive: true }).filter((file) => wanted.test(file.replaceAll('\\', '/')))
  return Math.max(0, ...files.map((file) => statSync(join(path, file)).mtimeMs))
}

/** What the compiler wrote of a package. */
export const COMPILED = /^(?!bin|studio).*\.js$/
