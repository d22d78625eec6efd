import { vi } from 'vitest'
import { run } from '../src/cli/run.js'

export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the command line in this process, in a folder: what a process of its own would say and leave, without its start.
 * What only a process has (signals, pipes, its end) is tested with the program itself.
 */
export async function sbridge(folder: string, ...words: readonly string[]): Promise<Ended> {
  const before = { folder: process.cwd(), argv: process.argv }
  const said = { stdout: '', stderr: '' }
  const listen = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((piece: unknown, ...more: unknown[]): boolean => {
      said[stream] += typeof piece === 'string' ? piece : Buffer.from(piece as Uint8Array).toString()
      const done = more.at(-1)
      if (typeof done === 'function') done()
      return true
    })
  const spies = [listen('stdout'), listen('stderr')]
  process.chdir(folder)
  process.argv = ['node', 'sbridge', ...words]
  try {
    return { status: await run(process.argv), ...said }
  } finally {
    process.argv = before.argv
    process.chdir(before.folder)
    for (const spy of spies) spy.mockRestore()
  }
}
