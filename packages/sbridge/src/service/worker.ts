// A thread of the service: holds every model and an engine of its own, and does one task after another.
import { workerData } from 'node:worker_threads'
import { loaded, type Model, unpackModel } from '@sbridge/core'
import { fileHost } from '../host/files.js'
import { createEngine } from '../host/node.js'
import type { WorkerStart } from './messages.js'
import type { Answer, Task } from './operations.js'
import { describe, perform } from './perform.js'
import { answerTasks, beUnready } from './thread.js'

const { models: files, engine: name, precision } = workerData as WorkerStart

try {
  const engine = await createEngine(name, { threads: 1, precision })
  const models = new Map<string, Model>()
  for (const file of files) models.set(file.name, await loaded(unpackModel(file.bytes), { engine, host: fileHost }))

  answerTasks(
    Array.from(models, ([name, model]) => describe(name, model)),
    async (task: Task, running): Promise<Answer> => {
      const answer = await perform(models.get(task.model)!, task, { engine, ...running })
      const bytes = answer.bytes.byteLength === answer.bytes.buffer.byteLength ? answer.bytes : answer.bytes.slice()
      return { ...answer, bytes }
    },
    ({ bytes }) => [bytes.buffer as ArrayBuffer]
  )
} catch (error) {
  beUnready(error)
}
