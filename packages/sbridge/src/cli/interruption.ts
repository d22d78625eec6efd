import { parentPort } from 'node:worker_threads'
import type { JobMessage, SupervisorMessage } from './messages.js'

/**
 * Resolves at SIGINT or SIGTERM, which then do not end the job: it has `milliseconds` to end by itself, and a second signal ends
 * it at once. Without a supervisor, as in a test, it never resolves.
 */
export function whenInterrupted(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    parentPort?.on('message', ({ kind }: SupervisorMessage) => kind === 'interrupt' && resolve())
    parentPort?.unref()
    parentPort?.postMessage({ kind: 'drains', milliseconds } satisfies JobMessage)
  })
}
