import { CommanderError } from '@commander-js/extra-typings'
import { EngineError, FormatError, SbridgeError, StopError } from '@sbridge/core'
import { RequirementError } from '@sbridge/core/internal'
import { withoutPassword } from '../database/address.js'
import { watchOutput } from '../format/table-file.js'
import { removeTemporaryFiles } from '../format/temporary.js'
import { causeOf, mistake, sentences } from '../host/causes.js'
import { ShardError } from '../shards/shard-error.js'
import { createProgram } from './program.js'

/** Exit codes: 0 done; 2 bad input or usage; 3 an engine that this machine lacks; 4 unreadable file; 5 a requirement that is not met; 6 shards that were given up, or differ between hosts; 130 interrupted. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return 2
  if (error instanceof EngineError) return 3
  if (error instanceof FormatError) return 4
  if (error instanceof RequirementError) return 5
  if (error instanceof ShardError) return 6
  if (error instanceof StopError) return 130
  return error instanceof SbridgeError ? 2 : 1
}

function report(error: unknown): void {
  // Commander has said its own already.
  if (error instanceof CommanderError) return
  if (error instanceof SbridgeError) {
    process.stderr.write(withoutPassword(sentences({ got: error.got, expected: error.expected, try: error.remedy })))
    return
  }
  const cause = causeOf(error)
  process.stderr.write(withoutPassword(cause ? sentences(cause) : mistake(error)))
}

/** Runs the command line and gives its exit code; what went wrong is said on standard error. */
export async function run(argv: readonly string[]): Promise<number> {
  const output = watchOutput(process.stdout)
  try {
    await parse(argv)
    await output.arrived()
    return 0
  } catch (error) {
    const code = fail(error)
    // What was written before it is not lost.
    await output.arrived().catch(() => undefined)
    return code
  }
}

/** Says what went wrong, leaves nothing half-written and gives the exit code. */
export function fail(error: unknown): number {
  removeTemporaryFiles()
  report(error)
  return exitCodeOf(error)
}

/** Help and versions are asked for, not errors. */
async function parse(argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(argv.slice(2))
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error
  }
}
