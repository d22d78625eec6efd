import { balanceOf } from '../../draw/balance.js'
import { runSteps, startRows } from '../../draw/run.js'
import { bridgeStep } from '../../draw/step.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { bridgeOf } from '../../law/bridge.js'
import { type Matrix, matrix, putColumns, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { FittedGroup, LocalModel } from './model.js'
import type { PassOptions } from './ordered.js'

/**
 * All coordinates at once: X′_a = m_a(X_{N(a)}) + noise, each with the scaling of its own neighbourhood [count, d].
 * @source Gottwald, Reich, arXiv 2409.07968. Cost O(steps·d·count·M), memory O((M + count)·d).
 */
export function simultaneousRun(model: LocalModel, groups: readonly FittedGroup[], options: PassOptions): Promise<Matrix> {
  const { key, count, watch, steps = USUAL_STEPS.rows } = options
  const starts = startRows(model.logWeights, count, key)
  const step = (state: Matrix, stepKey: Key) => simultaneousStep(model, groups, { state, key: stepKey, options })
  return runSteps(takeRows(model.coordinates, starts), step, { steps, key, watch })
}

async function simultaneousStep(
  model: LocalModel,
  groups: readonly FittedGroup[],
  at: { state: Matrix; key: Key; options: PassOptions }
): Promise<Matrix> {
  const { state, key, options } = at
  const out = matrix(state.rows, state.cols)
  for (const [g, group] of groups.entries()) {
    const training = cloud(takeColumns(model.coordinates, group.members), model.logWeights)
    const bridge = await bridgeOf(training, group.potentials, group.kernel, options.engine)
    // The first group has the step's own key: one group of all coordinates is the global sampler, byte for byte.
    const groupKey = g === 0 ? key : keyAtStep(keyFor({ ...key, step: 0 }, `group ${g}`), key.step)
    const last = key.step === (options.steps ?? USUAL_STEPS.rows)
    const context = {
      engine: options.engine,
      noise: options.noise ?? 'covariance',
      key: groupKey,
      ...(last ? { balance: balanceOf(training) } : {})
    }
    const moved = await bridgeStep(bridge, takeColumns(state, group.members), context)
    const at = Array.from(group.targets, (a) => group.members.indexOf(a))
    putColumns(out, group.targets, takeColumns(moved, at))
  }
  return out
}
