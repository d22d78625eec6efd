import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Key, keyAtStep, keyFor, permutation, uniforms } from '../num/random.js'

export interface RunOptions<S> {
  readonly steps: number
  readonly key: Key
  readonly watch?: Watch | undefined
  readonly stage?: string
  /** Called after every step, e.g. to draw the chains as they move. */
  readonly onStep?: ((state: S, step: number) => void) | undefined
}

/** Takes `steps` steps; each gets the run's key at its own step number. */
export async function runSteps<S>(start: S, step: (state: S, key: Key) => Promise<S>, options: RunOptions<S>): Promise<S> {
  const stage = options.stage ?? 'sampling'
  const key = keyFor(options.key, 'steps')
  let state = start
  for (let turn = 1; turn <= options.steps; turn++) {
    throwIfStopped(options.watch, stage)
    state = await step(state, keyAtStep(key, turn))
    options.onStep?.(state, turn)
    options.watch?.progress?.({ stage, done: turn, total: options.steps })
  }
  return state
}

/**
 * Training rows at which n chains start: rows in proportion to their weights, spread as evenly as n allows
 * (systematic resampling of a shuffled list), in random order. [n]
 */
export function startRows(logWeights: Float64Array, n: number, key: Key): Uint32Array {
  const shuffled = permutation(keyFor(key, 'starts'), logWeights.length)
  const weights = Float64Array.from(shuffled, (row) => exp(logWeights[row]!))
  const total = weights.reduce((a, b) => a + b, 0)
  const offset = uniforms(keyFor(key, 'offset'), 1)[0]!
  const rows = new Uint32Array(n)
  let cumulated = weights[0]! / total
  let at = 0
  for (let k = 0; k < n; k++) {
    const target = (k + offset) / n
    while (cumulated < target && at < weights.length - 1) cumulated += weights[++at]! / total
    rows[k] = shuffled[at]!
  }
  const order = permutation(keyFor(key, 'order'), n)
  return Uint32Array.from(order, (k) => rows[k]!)
}
