import { parentPort } from 'node:worker_threads'
import type { StopSignal } from '@sbridge/core/internal'
import type { ThreadMessage, ThreadTask } from './messages.js'
import { problemOf } from './problem.js'

/** Milliseconds between two words on how far a task is. */
const BETWEEN = 200

/** What a task is handed besides itself. */
export interface Running {
  readonly stop: StopSignal
  readonly progress: (stage: string, share: number) => void
}

/** Answers the tasks of a pool, one after the other; what of an answer is `moved` is not copied on its way. */
export function answerTasks<Task, Answer, Ready>(
  ready: Ready,
  perform: (task: Task, running: Running) => Promise<Answer>,
  moved: (answer: Answer) => ArrayBuffer[] = () => []
): void {
  parentPort!.on('message', async ({ task, stop }: ThreadTask<Task>) => {
    const flag = new Int32Array(stop)
    let last = 0
    const running: Running = {
      stop: {
        get aborted() {
          return Atomics.load(flag, 0) !== 0
        }
      },
      progress: (stage, share) => {
        const now = performance.now()
        if (now - last < BETWEEN) return
        last = now
        tell({ kind: 'progress', stage, share })
      }
    }
    try {
      const answer = await perform(task, running)
      tell({ kind: 'done', answer }, moved(answer))
    } catch (error) {
      const problem = problemOf(error)
      tell({ kind: 'failed', problem, ...(problem.status === 500 ? { detail: String((error as Error)?.stack ?? error) } : {}) })
    }
  })
  tell({ kind: 'ready', ready })
}

/** Says that a thread cannot begin. */
export function beUnready(error: unknown): void {
  tell({ kind: 'unready', problem: problemOf(error) })
}

function tell<Answer, Ready>(message: ThreadMessage<Answer, Ready>, moved: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, moved)
}
