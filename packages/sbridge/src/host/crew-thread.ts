// A thread of a crew: does one task after another.
import { parentPort, workerData } from 'node:worker_threads'
import { countingEngine, performTask, plainError } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import type { CrewAnswer, CrewEngine, CrewTask } from './crew.js'
import { createEngine } from './node.js'

/** Milliseconds between two words on how far a task is. */
const BETWEEN = 200

const tell = (answer: CrewAnswer): void => parentPort!.postMessage(answer)
let last = 0

/** Pairs that were not told of yet, and since when. */
let [pairs, told] = [0, 0]
function count(more: number): void {
  pairs += more
  if (performance.now() - told < BETWEEN) return
  tell({ kind: 'work', pairs })
  ;[pairs, told] = [0, performance.now()]
}

let engine: Promise<Engine> | undefined
/** Made once, with the first task that needs it. */
const ownEngine = (): Promise<Engine> => {
  const { name, ...options } = workerData as CrewEngine
  engine ??= createEngine(name, options).then((own) => countingEngine(own, count))
  return engine
}

parentPort!.on('message', async ({ name, input }: CrewTask) => {
  const progress = (event: { stage: string; done: number; total: number }): void => {
    const now = performance.now()
    if (now - last < BETWEEN) return
    last = now
    tell({ kind: 'progress', event })
  }
  try {
    tell({ kind: 'done', output: await performTask(name, input, { progress }, ownEngine) })
  } catch (error) {
    tell({ kind: 'failed', error: plainError(error) })
  }
})
