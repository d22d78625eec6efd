import { rmSync } from 'node:fs'

// What stands for a while only: this file loads nothing, since the supervisor of the command line does.

/** Temporary files and locks of this thread that stand now; none that another one made. */
const temporary = new Set<string>()

/** Told of a temporary file before it is made, and again when it is gone. */
type TemporaryFileListener = (path: string, event: 'begun' | 'gone') => void
let listener: TemporaryFileListener | undefined

/** Whoever may have to remove the files of a thread that is stopped is told their names as they come and go. */
export function watchTemporaryFiles(listen: TemporaryFileListener): void {
  listener = listen
}

export const isTemporary = (path: string): boolean => temporary.has(path)

export function begin(path: string): void {
  temporary.add(path)
  listener?.(path, 'begun')
}

export function end(path: string): void {
  temporary.delete(path)
  listener?.(path, 'gone')
}

/** Does work during which files stand that must not outlive it, such as a lock: they go where the work is interrupted. */
export async function holding<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  paths.forEach(begin)
  try {
    return await work()
  } finally {
    paths.forEach(end)
  }
}

/** Removes what is half-written, at once: for the handler of an interrupt, just before the process ends. */
export function removeTemporaryFiles(): void {
  removeFiles(temporary)
}

/** Removes files, and locks that are folders; nothing carries its final name before it is whole, so that only these can be half-written. */
export function removeFiles(paths: Set<string>): void {
  for (const path of paths) {
    try {
      // Not made yet, or renamed already, is as well.
      rmSync(path, { force: true, recursive: true })
    } catch {
      // Not allowed any more: nobody is left to be told.
    }
  }
  paths.clear()
}
