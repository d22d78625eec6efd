// A thread of a crew: does one task after another.
import { parentPort } from 'node:worker_threads'
import { performTask, plainError } from '@sbridge/core/internal'
import type { CrewAnswer, CrewTask } from './crew.js'

/** Milliseconds between two words on how far a task is. */
const BETWEEN = 200

const tell = (answer: CrewAnswer): void => parentPort!.postMessage(answer)
let last = 0

parentPort!.on('message', async ({ name, input }: CrewTask) => {
  const progress = (event: { stage: string; done: number; total: number }): void => {
    const now = performance.now()
    if (now - last < BETWEEN) return
    last = now
    tell({ kind: 'progress', event })
  }
  try {
    tell({ kind: 'done', output: await performTask(name, input, { progress }) })
  } catch (error) {
    tell({ kind: 'failed', error: plainError(error) })
  }
})
