import type { ErrorParts } from '@sbridge/core'

type Cause = Omit<ErrorParts, 'code'>

const memory = (what: string): Cause => ({
  got: `${what} than this process may use`,
  expected: 'a job that fits',
  try: 'fewer rows or columns; NODE_OPTIONS=--max-old-space-size=8192 where there is more memory; no limit from `ulimit -v`'
})
const handles: Cause = {
  got: 'no file handle left',
  expected: 'a few dozen that the process may open',
  try: '`ulimit -n 1024` before it, or closing other programs'
}
const thread = (why: string): Cause => ({
  got: `a thread that could not be started (${why})`,
  expected: 'room for one more thread',
  try: '--threads 1, a higher limit of processes (`ulimit -u`) or of memory (`ulimit -v`)'
})

/** RangeErrors of V8 and WebAssembly where memory is short; they carry no code. */
const NO_MEMORY = /allocation failed|could not allocate memory|unable to grow|out of memory/i

/** What a person can do about an error of the surroundings (memory, handles, threads); undefined for any other error. */
export function causeOf(error: unknown): Cause | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EMFILE':
    case 'ENFILE':
      return handles
    case 'ENOMEM':
    case 'ERR_MEMORY_ALLOCATION_FAILED':
    case 'ERR_WORKER_OUT_OF_MEMORY':
      return memory('a job that needs more memory')
    case 'EAGAIN':
    case 'ERR_WORKER_INIT_FAILED':
      return thread(message)
    default:
      return error instanceof RangeError && NO_MEMORY.test(message) ? memory('a job that needs more memory') : undefined
  }
}

/** An error in the words that every error of the command line has. */
export function sentences({ got, expected, try: remedy }: Cause): string {
  return `sbridge: error: got ${got}\n  expected ${expected}\n  try ${remedy}\n`
}

/** A thread that ends before its work is done, and throws nothing. */
export function endedByItself(code: number): Cause {
  return {
    got: `a job that ended by itself, with code ${code}, before it was done`,
    expected: 'a job that says how it ended',
    try: 'a module of your own that does not call process.exit; otherwise please report it'
  }
}

/** What is said of an error that no one foresaw. */
export function mistake(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `sbridge: this is a mistake in sbridge, please report it:\n${detail}\n`
}
