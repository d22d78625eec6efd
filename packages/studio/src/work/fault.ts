import { SbridgeError } from '@sbridge/core'
import type { Fault } from './protocol.js'

/** The sentences of an error, also of one that sbridge did not expect. */
export function faultOf(error: unknown): Fault {
  if (error instanceof SbridgeError) return { got: error.got, expected: error.expected, remedy: error.remedy }
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof RangeError && /memory|allocation|length/i.test(words)) {
    return {
      got: `more data than this browser has memory for (${words})`,
      expected: 'a smaller table',
      remedy: 'the command line, or fewer rows'
    }
  }
  return { got: `a mistake in sbridge (${words})`, expected: 'this never to happen', remedy: 'reporting it with the data that caused it' }
}

/** What is read; undefined where it is refused, which is told. */
export function tried<T>(read: () => T, tell?: (fault: Fault) => void): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SbridgeError)) throw error
    tell?.(error)
    return undefined
  }
}
