import { unlinkSync } from 'node:fs'
import { access, constants, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InputError } from '@sbridge/core'
import { causeOf } from '../host/causes.js'

/** Temporary files that are being written. */
const temporary = new Set<string>()
let written = 0

let watcher = (_path: string, _stands: boolean): void => {}

/** Tells of each temporary file just before it is made and once it is no longer one: for who clears up after a thread that was ended. */
export function watchTemporaryFiles(tell: (path: string, stands: boolean) => void): void {
  watcher = tell
}

/**
 * Writes a file so that its name only ever carries the whole content: a temporary file in the same folder, renamed.
 *
 * What is not a plain file (a device, a pipe) is written directly; a link is followed. On failure nothing is left.
 * Fails with `InputError` when the folder is missing, the place is a folder, not allowed or full.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  try {
    const existing = await stat(path).catch(absentAsUndefined)
    if (existing?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (existing && !existing.isFile()) return await writeWhole(path, content, 'w')
    await replaceFile(existing ? await realpath(path) : path, content, existing?.mode)
  } catch (error) {
    throw outputError(path, error)
  }
}

/**
 * Fails with the same `InputError`s as `writeAtomically` when the file could not be written now, without making it:
 * to be called before a long job.
 */
export async function checkWritable(path: string): Promise<void> {
  if (path === '-') return
  try {
    const existing = await stat(path).catch(absentAsUndefined)
    if (existing?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (existing) await access(path, constants.W_OK)
    if (existing && !existing.isFile()) return
    const folder = dirname(existing ? await realpath(path) : path)
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
    const identity = await identityOf(output)
    if (identity === undefined) continue
    const what = taken.get(identity)
    if (what !== undefined)
      throw new InputError({
        code: 'output-taken',
        got: `the output file ${output}, which is ${what} too`,
        expected: 'a file of its own for every output',
        try: 'another name'
      })
    taken.set(identity, 'another output of it')
  }
}

/** What names of the same file share, through links; undefined for devices and pipes, which hold nothing to lose. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return resolve(path)
  return found.isFile() ? `${found.dev}:${found.ino}` : undefined
}

/** Removes what is half-written, at once: for the handler of an interrupt, just before the process ends. */
export function removeTemporaryFiles(): void {
  for (const path of temporary) {
    try {
      unlinkSync(path)
    } catch {
      // Not made yet, or renamed already: nothing is half-written under it.
    }
  }
  temporary.clear()
}

async function replaceFile(path: string, content: Uint8Array | string, mode: number | undefined): Promise<void> {
  const name = join(dirname(path), `.sbridge-${process.pid}-${written++}.tmp`)
  temporary.add(name)
  watcher(name, true)
  try {
    await writeWhole(name, content, 'wx', mode)
    await rename(name, path)
  } catch (error) {
    await unlink(name).catch(absentAsUndefined)
    throw error
  } finally {
    temporary.delete(name)
    watcher(name, false)
  }
}

async function writeWhole(path: string, content: Uint8Array | string, flag: string, mode?: number): Promise<void> {
  const file = await open(path, flag)
  try {
    if (mode !== undefined) await file.chmod(mode & 0o777)
    await file.writeFile(content)
    if (flag === 'wx') await file.sync()
  } finally {
    await file.close()
  }
}

function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

interface Refusal {
  readonly code: string
  readonly reason: string
  readonly expected: string
  readonly try: string
}

const full: Refusal = {
  code: 'disk-full',
  reason: 'there is no space left',
  expected: 'room for the file',
  try: 'freeing space, or another disk'
}
const notAllowed: Refusal = {
  code: 'output-not-allowed',
  reason: 'writing there is not allowed',
  expected: 'a file and folder that you may write to',
  try: 'another folder, or changing the permissions'
}
const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: notAllowed,
  ENOENT: {
    code: 'output-folder-missing',
    reason: 'its folder does not exist',
    expected: 'an existing folder',
    try: 'making the folder first'
  },
  ENOTDIR: { code: 'output-folder-missing', reason: 'its folder is a file', expected: 'an existing folder', try: 'another place' },
  EISDIR: { code: 'output-is-folder', reason: 'it is a folder', expected: 'the name of a file', try: 'adding a file name behind it' },
  ENAMETOOLONG: { code: 'output-name-too-long', reason: 'the name is too long', expected: 'a shorter name', try: 'a shorter name' }
}

function outputError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined || causeOf(error)) return error
  const refusal = refusals[code] ?? {
    code: 'output-failed',
    reason: message,
    expected: 'a place that can be written to',
    try: 'another place'
  }
  return new InputError({
    code: refusal.code,
    got: `the output file ${path}: ${refusal.reason}`,
    expected: refusal.expected,
    try: refusal.try
  })
}
