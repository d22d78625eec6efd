import { access, constants, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { InputError } from '@sbridge/core'
import { addressOf, isDatabase } from '../database/address.js'
import { isObject, readyForObject } from '../host/objects.js'
import { absentAsUndefined, finalPath, outputError } from './atomic-file.js'
import { readyToWrite } from './table-format.js'

/**
 * Fails with the same `InputError`s as `writeAtomically` when the file could not be written now, without making it:
 * to be called before a long job.
 */
export async function checkWritable(name: string): Promise<void> {
  if (name === '-') return
  if (isObject(name)) {
    await readyForObject(name)
    return
  }
  const database = isDatabase(name) ? addressOf(name) : undefined
  if (database) await (await import('../database/database.js')).readyFor(database)
  if (database && !database.file) return
  const path = database?.at ?? name
  try {
    const existing = await stat(path).catch(absentAsUndefined)
    if (existing?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (existing) await access(path, constants.W_OK)
    if (existing && !existing.isFile()) return
    const folder = dirname(await finalPath(path))
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw outputError(path, error)
  }
}

/**
 * `checkWritable` for every output; none may be an input or another output, whose content it would replace. `-` and
 * what is left out count for nothing.
 */
export async function checkOutputs(outputs: readonly (string | undefined)[], inputs: readonly (string | undefined)[]): Promise<void> {
  const taken = new Map<string, string>()
  for (const input of inputs) {
    const identity = input === undefined ? undefined : await identityOf(input)
    if (identity !== undefined) taken.set(identity, 'an input of this command')
  }
  for (const output of outputs) {
    if (output === undefined || output === '-') continue
    await checkWritable(output)
    if (isDatabase(output)) continue
    await readyToWrite(output)
    const identity = await identityOf(output)
    if (identity === undefined) continue
    const what = taken.get(identity)
    if (what !== undefined)
      throw new InputError({
        code: 'output-taken',
        got: `the output file ${output}, which is ${what} too`,
        expected: 'a different file for every output',
        try: 'another name'
      })
    taken.set(identity, 'another output of it')
  }
}

/** What names of the same file share, through links; undefined for devices and pipes, which hold nothing to lose. */
async function identityOf(path: string): Promise<string | undefined> {
  if (isObject(path)) return path
  const found = await stat(path).catch(() => undefined)
  if (!found) return resolve(await finalPath(path).catch(() => path))
  return found.isFile() ? `${found.dev}:${found.ino}` : undefined
}
