import { type PartRequest, type TargetPart, targetPart } from '../../bridge/flow-matching.js'
import { each } from '../../num/crew.js'
import type { Watch } from '../../num/iterate.js'
import { familyTask } from './family-task.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'

interface IntervalPart extends PartRequest, Pick<RoundsProblem, 'family' | 'diffusion'> {
  readonly sigma: Float64Array
}

export const flowTask = familyTask('flows', ({ family, diffusion, sigma, ...request }: IntervalPart) => {
  const { drift } = workingReference({ family, diffusion }, request.theta, sigma)
  return targetPart({ drift, coordinates: family.parameters }, request)
})

/** Steps of a flow over an interval, roughly. */
const USUAL_STEPS = 20

/** The parts of a refit's targets, an interval a task: flows of its particles, and what they add to the sums. */
export const partsIn =
  ({ family, diffusion }: Pick<RoundsProblem, 'family' | 'diffusion'>, sigma: Float64Array, watch: Watch) =>
  (requests: readonly PartRequest[]): Promise<readonly TargetPart[]> => {
    const { dimension: d, parameterCount: p } = family.drift
    const particles = requests.reduce((sum, { target }) => sum + target.points.rows, 0)
    const work = particles * d * p * (p + USUAL_STEPS * d)
    return each(
      flowTask,
      requests.map((request) => ({ family, diffusion, sigma, ...request })),
      { watch: { ...watch, progress: undefined }, work, stage: 'refit' }
    )
  }
