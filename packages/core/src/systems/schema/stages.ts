import type { SystemContext } from '../host.js'

/** The context of a table's part of the work, which is told as one stage: that it has begun. */
export function stageOf({ progress, ...context }: SystemContext, stage: string): SystemContext {
  progress?.({ stage, done: 0, total: 1 })
  return context
}
