import { EngineError } from '@sbridge/core'

/**
 * What `load` imports, where that takes a package which few need and sbridge does not install by itself.
 * Throws `EngineError` (code `package-missing`) with the line that installs it, where it cannot be loaded.
 */
export async function withPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new EngineError({
      code: 'package-missing',
      got: `no ${name} (${error instanceof Error ? error.message.split('\n')[0] : error})`,
      expected: `the package ${name} beside sbridge`,
      try: `npm install ${name}`
    })
  }
}
