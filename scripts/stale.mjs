// What the compiler wrote for a source that is gone: it would be published, and imported by what should no longer compile.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a file of a package, such as dist/num/matrix.js, was compiled from a source that is no more. */
export function isStale(folder, file) {
  const [, module] = /^dist\/(?!bin\/|studio\/)(.*?)(?:\.d\.ts|\.js)$/.exec(file.replaceAll('\\', '/')) ?? []
  return module !== undefined && !existsSync(join(folder, 'src', `${module}.ts`))
}

/** Removes such files. */
export function removeStale(folder) {
  if (!existsSync(join(folder, 'dist'))) return
  for (const path of readdirSync(join(folder, 'dist'), { recursive: true })) {
    const file = join('dist', path)
    if (isStale(folder, file)) rmSync(join(folder, file))
  }
}
