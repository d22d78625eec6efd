import { writeSync } from 'node:fs'
import { VERSION } from '../version.js'
import { supervise } from './supervisor.js'

/** Whether the version was asked for, and told: other programs ask for it before each of their jobs, and it needs none. */
function toldVersion(args: readonly string[]): boolean {
  if (args.length !== 1 || args[0] !== '--version') return false
  try {
    writeSync(1, `${VERSION}\n`)
    return true
  } catch {
    // A job says why it cannot be written.
    return false
  }
}

const args = process.argv.slice(2)
if (!toldVersion(args)) supervise(new URL('./job.js', import.meta.url), args)
