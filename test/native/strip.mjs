import { readFileSync } from 'node:fs'
import { transformSync } from 'rolldown/utils'

/** A module of TypeScript without its types, and where its places were. Throws where it is none. */
export function stripped(path) {
  const { code, map, errors } = transformSync(path, readFileSync(path, 'utf8'), { sourcemap: true, tsconfig: false })
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  return { code, map }
}
