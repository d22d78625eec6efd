import { balanceOf } from '../../draw/balance.js'
import { runSteps, startRows } from '../../draw/run.js'
import { bridgeStep, type NoiseKind } from '../../draw/step.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { drawWindow } from '../../draw/window-chain.js'
import type { Context } from '../../kernel/context.js'
import { bridgeOf } from '../../law/bridge.js'
import { lawOfUnit } from '../../law/units.js'
import { quiet, throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, putColumns, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { FittedUnit, LocalModel } from './model.js'

export interface PassOptions extends Context {
  readonly count: number
  /** Inner steps of units with givens. Default 10. */
  readonly steps?: number | undefined
  readonly noise?: NoiseKind | undefined
}

/**
 * One ordered pass: every unit drawn from its bridge given the units drawn before it [count, d]. Errors of the learned
 * conditionals do not feed back. Cost O(d·steps·count·M) for neighbourhoods of fixed size, memory O((M + count)·d).
 */
export async function orderedPass(model: LocalModel, units: readonly FittedUnit[], options: PassOptions): Promise<Matrix> {
  const out = matrix(options.count, model.coordinates.cols)
  for (const [u, unit] of units.entries()) {
    throwIfStopped(options.watch, 'sampling')
    putColumns(out, unit.targets, await drawUnit(model, { unit, u, out }, options))
    options.watch?.progress?.({ stage: 'sampling', done: u + 1, total: units.length })
  }
  return out
}

async function drawUnit(model: LocalModel, at: { unit: FittedUnit; u: number; out: Matrix }, options: PassOptions): Promise<Matrix> {
  const { unit, u, out } = at
  // The first unit has the run's own key: one block of all coordinates is the global sampler, byte for byte.
  const key = u === 0 ? options.key : keyFor(options.key, `unit ${u}`)
  if (unit.kind === 'root') return drawRoot(model, unit, { ...options, key })
  const law = lawOfUnit(model, unit)
  const { engine, steps } = options
  const drawn = await drawWindow(law, takeColumns(out, unit.givens), {
    engine,
    key,
    ...(steps === undefined ? {} : { steps })
  })
  return drawn.targets
}

async function drawRoot(model: LocalModel, unit: Extract<FittedUnit, { kind: 'root' }>, options: PassOptions): Promise<Matrix> {
  const { engine, key, count, noise = 'covariance', watch, steps = USUAL_STEPS.rows } = options
  const training = cloud(takeColumns(model.coordinates, unit.targets), model.logWeights)
  const bridge = await bridgeOf(training, unit.potentials, unit.kernel, engine)
  const starts = startRows(model.logWeights, count, key)
  const step = (state: Matrix, stepKey: Key) =>
    bridgeStep(bridge, state, { engine, noise, key: stepKey, ...(stepKey.step === steps ? { balance: balanceOf(training) } : {}) })
  return runSteps(takeRows(training.points, starts), step, { steps, key, watch: quiet(watch) })
}
