import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readlink, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InputError, SbridgeError } from '@sbridge/core'
import { causeOf } from '../host/causes.js'
import { isObject, writeObject } from '../host/objects.js'
import { joined } from './bytes.js'
import { begin, end, isTemporary } from './temporary.js'

/** Names of the temporary files in a folder that an interrupted run may have left, in order; none where it cannot be read. */
export async function temporaryFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^\.sbridge-[\w-]+\.tmp$/.test(name) && !isTemporary(join(folder, name))).sort()
}

/** What a file will hold; of pieces, made one after the other, only one stands in memory. */
type Content = Uint8Array | string | Iterable<Uint8Array>

/**
 * Writes a file so that its name only ever carries the whole content: a temporary file in the same folder, renamed.
 *
 * What is not a plain file (a device, a pipe) is written directly; a link is followed; `s3://BUCKET/KEY` is an object in a store. On failure nothing is left.
 * Fails with `InputError` when the folder is missing, the place is a folder, not allowed or full.
 */
export async function writeAtomically(path: string, content: Content): Promise<void> {
  if (isObject(path)) return writeObject(path, bytesOf(content))
  try {
    const existing = await stat(path).catch(absentAsUndefined)
    if (existing?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (existing && !existing.isFile()) {
      const device = await open(path, 'w')
      return await writeAndClose(device, () => writeContent(device, content))
    }
    await replaceFile(await finalPath(path), content, existing?.mode)
  } catch (error) {
    throw outputError(path, error)
  }
}

const bytesOf = (content: Content): Uint8Array => {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  return content instanceof Uint8Array ? content : joined([...content])
}

/** A file that something else writes, under a name of its own until it is whole; fails as `writeAtomically` does. */
export async function makeAtomically<T>(path: string, write: (name: string) => Promise<T>): Promise<T> {
  try {
    return await throughTemporary(await finalPath(path), async ({ name, file }) => {
      await file.close()
      return write(name)
    })
  } catch (error) {
    throw outputError(path, error)
  }
}

/** Most links that lead from one to the next; a circle has more. */
const MOST_LINKS = 40

/** The place that a path leads to through links, whether or not a file is there yet. */
export async function finalPath(path: string): Promise<string> {
  let at = path
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = await readlink(at).catch(() => undefined)
    if (target === undefined) return at
    at = resolve(await realpath(dirname(at)), target)
  }
  throw Object.assign(new Error('its links lead in a circle'), { code: 'ELOOP' })
}

function replaceFile(path: string, content: Content, mode: number | undefined): Promise<void> {
  return throughTemporary(path, ({ file }) =>
    writeAndClose(file, async () => {
      if (mode !== undefined) await file.chmod(mode & 0o777)
      await writeContent(file, content)
      await file.sync()
    })
  )
}

interface Temporary {
  readonly name: string
  readonly file: FileHandle
}

async function throughTemporary<T>(path: string, write: (made: Temporary) => Promise<T>): Promise<T> {
  const made = await createTemporary(dirname(path))
  try {
    const result = await write(made)
    await rename(made.name, path)
    return result
  } catch (error) {
    await unlink(made.name).catch(absentAsUndefined)
    throw error
  } finally {
    end(made.name)
  }
}

/** A new file under a name that nothing else has: random, since process numbers come again, and tried until it is free. */
async function createTemporary(folder: string): Promise<Temporary> {
  for (;;) {
    const name = join(folder, `.sbridge-${randomBytes(8).toString('hex')}.tmp`)
    // Named before it is made: an interrupt may come in between.
    begin(name)
    try {
      return { name, file: await open(name, 'wx') }
    } catch (error) {
      end(name)
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Each piece goes where the one before ended. */
async function writeContent(file: FileHandle, content: Content): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) await file.writeFile(content)
  else for (const piece of content) await file.writeFile(piece)
}

async function writeAndClose(file: FileHandle, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } finally {
    await file.close()
  }
}

export function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

/** Whether a name is an address that files of this machine do not have. */
export const isOnTheWeb = (path: string): boolean => /^(https?|ftp):\/\//i.test(path)

/** By the code of the system: the error's own code, what is wrong, what is expected, what to try. */
type Refusal = readonly [code: string, reason: string, expected: string, remedy: string]

const FULL: Refusal = ['disk-full', 'there is no space left', 'room for the file', 'freeing space, or another disk']
const CLOSED: Refusal = [
  'output-not-allowed',
  'writing there is not allowed',
  'a file and folder that you may write to',
  'another folder, or changing the permissions'
]
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: CLOSED,
  EPERM: CLOSED,
  EROFS: CLOSED,
  ENOENT: ['output-folder-missing', 'its folder does not exist', 'an existing folder', 'making the folder first'],
  ENOTDIR: ['output-folder-missing', 'its folder is a file', 'an existing folder', 'another place'],
  EISDIR: ['output-is-folder', 'it is a folder', 'the name of a file', 'adding a file name behind it'],
  ENAMETOOLONG: ['output-name-too-long', 'the name is too long', 'a shorter name', 'a shorter name']
}

const onTheWeb = (path: string): InputError =>
  new InputError({
    code: 'output-on-the-web',
    got: `the output ${path}, an address on the web, where nothing is written`,
    expected: 'a file, a database, an object as s3://BUCKET/KEY, or - for CSV on standard output',
    try: `a file, or sending on what -o - writes: … -o - | curl -sSf -T - '${path}'`
  })

export function outputError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined || error instanceof SbridgeError || causeOf(error)) return error
  if (code === 'ENOENT' && isOnTheWeb(path)) return onTheWeb(path)
  const [own, reason, expected, remedy] = REFUSALS[code] ?? ['output-failed', message, 'a place that can be written to', 'another place']
  return new InputError({ code: own, got: `the output file ${path}: ${reason}`, expected, try: remedy })
}
