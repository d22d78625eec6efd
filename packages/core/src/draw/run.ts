import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { remembered } from '../num/log-space.js'
import { type Key, keyAtStep, keyFor, permutation, uniforms } from '../num/random.js'

export interface RunOptions<S> {
  readonly steps: number
  readonly key: Key
  readonly watch?: Watch | undefined
  readonly stage?: string
  /** Which of the steps are taken: those after so many, up to the other. Default all. */
  readonly part?: { readonly after: number; readonly until: number } | undefined
  /** Of the key of the steps. Default `steps`. */
  readonly label?: string
  /** Called after every step, e.g. to draw the chains as they move. */
  readonly onStep?: ((state: S, step: number) => void) | undefined
}

/** Takes `steps` steps, or some of them; each gets the run's key at its own step number. */
export async function runSteps<S>(start: S, step: (state: S, key: Key) => Promise<S>, options: RunOptions<S>): Promise<S> {
  const stage = options.stage ?? 'sampling'
  const key = keyFor(options.key, options.label ?? 'steps')
  let state = start
  const { after, until } = options.part ?? { after: 0, until: options.steps }
  for (let turn = after + 1; turn <= until; turn++) {
    throwIfStopped(options.watch, stage)
    state = await step(state, keyAtStep(key, turn))
    options.onStep?.(state, turn)
    options.watch?.progress?.({ stage, done: turn, total: options.steps })
  }
  return state
}

/** Chains after a step, and which of them it moved [n]. */
export interface TestedStep<S> {
  readonly chains: S
  readonly accepted: Uint8Array
}

/** Takes steps as `runSteps`: where chains end, and which each step moved [steps][n]. */
export async function runTested<S>(
  start: S,
  step: (chains: S, key: Key) => Promise<TestedStep<S>>,
  options: RunOptions<S>
): Promise<{ readonly chains: S; readonly accepted: readonly Uint8Array[] }> {
  const accepted: Uint8Array[] = []
  const take = async (chains: S, key: Key): Promise<S> => {
    const taken = await step(chains, key)
    accepted.push(taken.accepted)
    return taken.chains
  }
  return { chains: await runSteps(start, take, options), accepted }
}

/** 1 for chains that moved in the last half of the steps [n]: those that did not are copies of where they started. */
export function movedLately(accepted: readonly Uint8Array[]): Uint8Array {
  const late = accepted.slice(Math.floor(accepted.length / 2))
  return Uint8Array.from(late[0] ?? [], (_, i) => (late.some((step) => step[i] === 1) ? 1 : 0))
}

/**
 * Training rows at which n chains start: rows in proportion to their weights, spread as evenly as n allows
 * (systematic resampling of a shuffled list), in random order. [n]
 */
export function startRows(logWeights: Float64Array, n: number, key: Key): Uint32Array {
  const shuffled = permutation(keyFor(key, 'starts'), logWeights.length)
  const weightOf = remembered(exp)
  const weights = new Float64Array(shuffled.length)
  let total = 0
  for (let k = 0; k < weights.length; k++) {
    weights[k] = weightOf(logWeights[shuffled[k]!]!)
    total += weights[k]!
  }
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
