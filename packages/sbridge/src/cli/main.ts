import { CommanderError } from '@commander-js/extra-typings'
import { EngineError, FormatError, SbridgeError, StopError } from '@sbridge/core'
import { removeTemporaryFiles } from '../format/atomic-file.js'
import { createProgram } from './program.js'

/** Exit codes: 0 done; 2 bad input or usage; 3 an engine that this machine lacks; 4 unreadable file; 130 interrupted. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof EngineError) return 3
  if (error instanceof FormatError) return 4
  if (error instanceof StopError) return 130
  return error instanceof SbridgeError ? 2 : 1
}

function report(error: unknown): void {
  if (error instanceof CommanderError) return
  if (error instanceof SbridgeError) {
    process.stderr.write(`sbridge: error: got ${error.got}\n  expected ${error.expected}\n  try ${error.remedy}\n`)
    return
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`sbridge: this is a mistake in sbridge, please report it:\n${detail}\n`)
}

// Nothing carries its final name before it is whole, so stopping needs no more than taking the temporary files away.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    removeTemporaryFiles()
    process.stderr.write('\nsbridge: interrupted; nothing was written\n')
    process.exit(130)
  })
}

// A reader such as `head` that has seen enough closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await createProgram().parseAsync(process.argv)
  process.exit(0)
} catch (error) {
  removeTemporaryFiles()
  report(error)
  process.exit(exitCodeOf(error))
}
