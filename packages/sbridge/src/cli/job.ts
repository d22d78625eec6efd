// The whole command line but for signals: runs in a thread of its own, under the supervisor.
import { parentPort, workerData } from 'node:worker_threads'
import { watchTemporaryFiles } from '../format/temporary.js'
import type { JobData, JobMessage } from './messages.js'
import { connectStreams } from './streams.js'

const tell = (message: JobMessage): void => parentPort!.postMessage(message)

connectStreams(parentPort!, workerData as JobData)
watchTemporaryFiles((path, event) => tell({ kind: 'temporary', path, stands: event === 'begun' }))

const { fail, run } = await import('./run.js')
const { strayError } = await import('../host/user-module.js')
const finish = (code: number): never => {
  tell({ kind: 'finished', code })
  process.exit(code)
}
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => finish(fail(strayError(error))))
finish(await run(['node', 'sbridge', ...process.argv.slice(2)]))
