import { parentPort, workerData } from 'node:worker_threads'
import type { SbridgeError } from '@sbridge/core'
import type { JobMessage } from '../cli/messages.js'
import { sentences } from './causes.js'

/** Most milliseconds that a timer takes. */
const MOST_WAIT = 2 ** 31 - 1

/** Whether this thread can be ended from outside: that of the command line, not one of a program that uses the library. */
export const canBeEnded = (): boolean => typeof workerData === 'object' && workerData !== null && 'inputIsTerminal' in workerData

/**
 * Does what keeps its thread too busy to look at the time, and ends the whole job with what `over` says (exit code 2) where that takes
 * more than so many seconds. Without limit where the thread cannot be ended.
 */
export async function within<T>(seconds: number, over: SbridgeError, work: () => Promise<T>): Promise<T> {
  if (!canBeEnded()) return work()
  const tell = (message: JobMessage) => parentPort!.postMessage(message)
  const words = sentences({ got: over.got, expected: over.expected, try: over.remedy })
  tell({ kind: 'limit', milliseconds: Math.min(MOST_WAIT, 1000 * seconds), words })
  try {
    return await work()
  } finally {
    tell({ kind: 'limit' })
  }
}
