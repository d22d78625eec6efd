import { votesTask } from '../../diagnose/forest.js'
import type { Task } from '../../num/crew.js'
import type { Watch } from '../../num/iterate.js'
import { stripeTask } from './bridge-stripes.js'
import { intervalTask } from './couplings.js'
import { flowTask } from './flow-parts.js'
import { regrowthTask } from './growing.js'
import { comparisonTask } from './score.js'
import { trialTask } from './select-smoothness.js'
import { planTask } from './transport-baselines.js'
import { influenceTask, refitTask } from './uncertainty.js'
import { velocityTask } from './velocity-couplings.js'

/** All that other threads do. */
const TASKS = [
  stripeTask,
  intervalTask,
  flowTask,
  comparisonTask,
  planTask,
  trialTask,
  refitTask,
  influenceTask,
  regrowthTask,
  velocityTask,
  votesTask
] as readonly unknown[] as readonly Task<unknown, unknown>[]

/** Does a task that another thread asks for, in its plain data. */
export async function performTask(name: string, packed: unknown, watch: Watch): Promise<unknown> {
  const task = TASKS.find((one) => one.name === name)
  if (!task) throw new Error(`There is no task ${name}.`)
  return task.run(task.unpack ? task.unpack(packed as never) : packed, watch)
}
