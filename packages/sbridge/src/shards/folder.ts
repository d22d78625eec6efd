import { mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '@sbridge/core'
import { checkWritable } from '../format/outputs.js'
import { isObject, objectsIn } from '../host/objects.js'

/** A file of a folder, which may be objects of a store whose names begin alike. */
export const inFolder = (folder: string, name: string): string =>
  isObject(folder) ? `${folder.replace(/\/+$/, '')}/${name}` : join(folder, name)

/** Makes the folder of a plan. Throws what `checkWritable` of the plan's own place throws where that is not allowed. */
export async function makeFolder(folder: string): Promise<void> {
  if (isObject(folder)) return checkWritable(folder)
  await mkdir(folder, { recursive: true }).catch(() => checkWritable(join(dirname(folder), 'plan')))
}

/** Names in a folder, which may be none yet. */
export const listed = async (folder: string): Promise<readonly string[]> =>
  isObject(folder) ? (await objectsIn(folder)).map(({ name }) => name) : readdir(folder).catch(() => [])

/** Names in a folder, sorted, and how long the files are whose length is asked for. Throws `InputError` (code `plan-folder`) without a folder. */
export async function namesIn(
  folder: string
): Promise<{ readonly names: readonly string[]; readonly length: (name: string) => Promise<number> }> {
  if (isObject(folder)) {
    const found = new Map((await objectsIn(folder)).map(({ name, bytes }) => [name, bytes]))
    if (found.size === 0) throw noFolder(folder)
    return { names: [...found.keys()].sort(), length: async (name) => found.get(name) ?? -1 }
  }
  const names = await readdir(folder).catch(() => {
    throw noFolder(folder)
  })
  return { names: names.sort(), length: async (name) => (await stat(join(folder, name))).size }
}

const noFolder = (folder: string): InputError =>
  new InputError({
    code: 'plan-folder',
    got: `no folder ${folder}`,
    expected: 'the folder of the model and the results beside the plan, as it was written',
    try: 'copying the folder along with the plan, or planning again where the plan was edited'
  })
