import type { ErrorParts } from '@sbridge/core/internal'

/** What was got, what was expected, what to try: all that a person needs of an error. */
type Cause = Omit<ErrorParts, 'code'>

const handles: Cause = {
  got: 'no file handle left for this process',
  expected: 'a few hundred',
  try: '`ulimit -n 1024` before it'
}
const heap: Cause = {
  got: 'a job that needs more memory than Node gives it',
  expected: 'one that fits',
  try: 'fewer rows or columns, or NODE_OPTIONS=--max-old-space-size=16000 (megabytes) where the machine has them'
}
const memory: Cause = {
  got: 'a job that needs more memory than this process can have',
  expected: 'one that fits',
  try: 'fewer rows or columns, ending other programs, or no limit of addresses (`ulimit -v unlimited`)'
}
const thread: Cause = {
  got: 'a thread that could not be started',
  expected: 'room for one more',
  try: '--threads 1, or higher limits of processes and memory (`ulimit -u`, `ulimit -v`)'
}

const BY_CODE: Readonly<Record<string, Cause>> = {
  EMFILE: handles,
  ENFILE: handles,
  ENOMEM: memory,
  ERR_MEMORY_ALLOCATION_FAILED: memory,
  ERR_WORKER_OUT_OF_MEMORY: heap,
  ERR_WORKER_INIT_FAILED: thread
}

/** Errors of V8 and WebAssembly where memory is short: they carry no code. */
const NO_MEMORY = /allocation failed|could not allocate memory|unable to grow|out of memory/i

/** What a person can do about an error of the surroundings (memory, handles, threads); undefined for any other error. */
export function causeOf(error: unknown): Cause | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error instanceof RangeError && NO_MEMORY.test(message) ? memory : undefined
  return code === 'ERR_WORKER_INIT_FAILED' && message.includes('EMFILE') ? handles : BY_CODE[code]
}

/** Addresses that a process with two threads reserves, whatever it does: with fewer, V8 ends it without a word. */
const LEAST_ADDRESSES = 2.2e9

/** Why this process cannot start a thread, from the limits that Linux tells of; undefined where nothing is known. */
export function tooFewAddresses(limits: string): Cause | undefined {
  const bytes = Number(/^Max address space\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
  if (bytes >= LEAST_ADDRESSES) return undefined
  return {
    got: `a limit of ${(bytes / 1e9).toFixed(1)} GB for the addresses of a process (\`ulimit -v\`)`,
    expected: `at least ${LEAST_ADDRESSES / 1e9} GB, and 16 GB for the WebAssembly engine`,
    try: '`ulimit -v unlimited` before it'
  }
}

/** An error in the words that every error of the command line has. */
export function sentences({ got, expected, try: remedy }: Cause): string {
  return `sbridge: error: got ${got}\n  expected ${expected}\n  try ${remedy}\n`
}

/** A job whose thread ended before it was done, and threw nothing. */
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
