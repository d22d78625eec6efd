// A thread of the service: holds every model and an engine of its own, and does one task after another.
import { parentPort, workerData } from 'node:worker_threads'
import { loaded, type Model, unpackModel } from '@sbridge/core'
import { fileHost } from '../host/files.js'
import { createEngine } from '../host/node.js'
import type { WorkerMessage, WorkerStart, WorkerTask } from './messages.js'
import { describe, perform } from './perform.js'
import { problemOf } from './problem.js'

/** Milliseconds between two words on how far a task is. */
const BETWEEN = 200

const tell = (message: WorkerMessage, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(message, moved)
const { models: files, engine: name, precision } = workerData as WorkerStart

try {
  const engine = await createEngine(name, { threads: 1, precision })
  const models = new Map<string, Model>()
  for (const file of files) models.set(file.name, await loaded(unpackModel(file.bytes), { engine, host: fileHost }))

  parentPort!.on('message', async ({ task, stop }: WorkerTask) => {
    const flag = new Int32Array(stop)
    let last = 0
    const running = {
      engine,
      stop: {
        get aborted() {
          return Atomics.load(flag, 0) !== 0
        }
      },
      progress: (stage: string, share: number) => {
        const now = performance.now()
        if (now - last < BETWEEN) return
        last = now
        tell({ kind: 'progress', stage, share })
      }
    }
    try {
      const answer = await perform(models.get(task.model)!, task, running)
      const bytes = answer.bytes.byteLength === answer.bytes.buffer.byteLength ? answer.bytes : answer.bytes.slice()
      tell({ kind: 'done', answer: { ...answer, bytes } }, [bytes.buffer as ArrayBuffer])
    } catch (error) {
      const problem = problemOf(error)
      tell({ kind: 'failed', problem, ...(problem.status === 500 ? { detail: String((error as Error)?.stack ?? error) } : {}) })
    }
  })
  tell({ kind: 'ready', models: Array.from(models, ([name, model]) => describe(name, model)) })
} catch (error) {
  tell({ kind: 'unready', problem: problemOf(error) })
}
