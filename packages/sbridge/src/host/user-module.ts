import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '@sbridge/core'

/** Modules of the user's own that this job runs, as they were named. */
const loaded: string[] = []

/** Where the program's own code is. */
const OURS = [new URL('../', import.meta.url).href, new URL('./', import.meta.resolve('@sbridge/core')).href]

/** The exports of a module of the user's own: a likelihood, a reference. Fails as the import does. */
export async function importUserModule(path: string): Promise<Record<string, unknown>> {
  loaded.push(path)
  return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>
}

/**
 * An error that no call gave back: thrown in a callback, or the reason of a promise that nobody awaits. It is an
 * `InputError` when it comes from the user's module, which any code that is not ours is part of; else what it was.
 */
export function strayError(error: unknown): unknown {
  if (loaded.length === 0) return error
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const place = /file:\/\/[^\s)]+/.exec(stack)?.[0]
  if (place !== undefined && OURS.some((folder) => place.startsWith(folder))) return error
  return new InputError({
    code: 'module-error',
    got: `an error thrown by the module ${loaded.join(' or ')} outside any call of it (${String(error)}${place === undefined ? '' : `, at ${place}`})`,
    expected: 'a module whose callbacks catch their errors, and whose promises are awaited',
    try: 'running the module by itself with node'
  })
}
