import { votesTask } from '../diagnose/forest.js'
import type { Engine } from '../kernel/engine.js'
import type { EngineTask } from '../kernel/engine-task.js'
import { oddsTask } from '../law/level-odds.js'
import type { Task } from '../num/crew.js'
import { equalPointsTask } from '../num/equal-rows.js'
import type { Watch } from '../num/iterate.js'
import { orderTask } from '../space/blocks.js'
import { duplicatesTask } from '../table/rows.js'
import { areaTask, searchTask } from './global/entrant.js'
import { maskingTask } from './imputation/masking.js'
import { stripeTask } from './marginals/bridge-stripes.js'
import { intervalTask } from './marginals/couplings.js'
import { flowTask } from './marginals/flow-parts.js'
import { regrowthTask } from './marginals/growing.js'
import { comparisonTask } from './marginals/score.js'
import { trialTask } from './marginals/select-smoothness.js'
import { planTask } from './marginals/transport-baselines.js'
import { influenceTask, refitTask } from './marginals/uncertainty.js'
import { velocityTask } from './marginals/velocity-couplings.js'

/** All that other threads do. */
const TASKS = [
  duplicatesTask,
  equalPointsTask,
  orderTask,
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
  maskingTask,
  votesTask,
  oddsTask
] as readonly unknown[] as readonly Task<unknown, unknown>[]

/** All that they do with an engine. */
const ENGINE_TASKS = [searchTask, areaTask] as readonly unknown[] as readonly EngineTask<unknown, unknown>[]

/** Does a task that another thread asks for, in its plain data. */
export async function performTask(name: string, packed: unknown, watch: Watch, engine: () => Promise<Engine>): Promise<unknown> {
  const withEngine = ENGINE_TASKS.find((one) => one.name === name)
  if (withEngine) return withEngine.run(packed, { engine: await engine(), watch })
  const task = TASKS.find((one) => one.name === name)
  if (!task) throw new Error(`There is no task ${name}.`)
  return task.run(task.unpack ? task.unpack(packed as never) : packed, watch)
}
