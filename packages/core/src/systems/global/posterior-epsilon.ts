import { energyDistance } from '../../diagnose/pairwise.js'
import { takeRows } from '../../num/matrix.js'
import { keyFor, permutation } from '../../num/random.js'
import { embedEncoded } from '../../table/encoder.js'
import { type InformedBridge, informedBridge } from './condition-bridge.js'
import { drawGroup } from './condition-draw.js'
import { type ConditionMemory, recall } from './condition-memory.js'
import type { Context, GlobalModel } from './model.js'

/** Energy distance between a chain without likelihood and the data, beside the same between halves of the data. */
export interface UnconditionedDistance {
  readonly distance: number
  /** Largest over half splits. */
  readonly floor: number
}

export interface EpsilonChoice {
  readonly epsilon: number
  readonly bridge: InformedBridge
  readonly unconditioned: UnconditionedDistance
}

/** With fewer training rows under the likelihood, local moments there are those of a handful of rows. */
const FEW_ROWS = 15
/** The chain alone may move away from the data by this share of what halves of the data differ. */
const SHARE_OF_FLOOR = 0.5
const FACTOR = 4
const LARGEST_EPSILON = 8
const COMPARED_ROWS = 1000
const SPLITS = 4
const STEPS = 20

/**
 * The bandwidth of a posterior: the model's own where the data have rows under the likelihood. Where they have few, the
 * local moments there would be those of a handful of rows, so ε is enlarged fourfold as long as the chain without
 * likelihood stays about as near to the data as it is. Cost: a scaling and 20 steps of 1,000 chains an ε.
 */
export async function chooseEpsilon(
  model: GlobalModel,
  {
    request,
    importanceRows
  }: {
    request: { readonly epsilon?: 'auto' | number; readonly conditioning?: string; readonly memory?: ConditionMemory }
    importanceRows: number
  },
  context: Context
): Promise<EpsilonChoice> {
  const fixed = typeof request.epsilon === 'number' ? request.epsilon : undefined
  const at = (epsilon: number) =>
    recall(request.memory, `posterior ${JSON.stringify([context.key.stream, epsilon])}`, () => tryEpsilon(model, epsilon, context))
  let best = await at(fixed ?? model.kernel.epsilon)
  const given = fixed !== undefined || !model.summary.bandwidth || request.conditioning === 'langevin'
  if (given || importanceRows >= FEW_ROWS) return best
  const allowed = best.unconditioned.distance + SHARE_OF_FLOOR * best.unconditioned.floor
  while (best.epsilon * FACTOR <= LARGEST_EPSILON) {
    const next = await at(best.epsilon * FACTOR)
    if (!(next.unconditioned.distance <= allowed)) break
    best = next
  }
  return best
}

async function tryEpsilon(model: GlobalModel, epsilon: number, { engine, key, watch }: Context): Promise<EpsilonChoice> {
  const { training, potentials } = model
  const known = epsilon === model.kernel.epsilon ? { potentials } : { initial: potentials }
  const { bridge } = await informedBridge({ training, kernel: { ...model.kernel, epsilon }, ...known, engine, watch })
  return { epsilon, bridge, unconditioned: await unconditionedDistance(model, bridge, { engine, key, watch }) }
}

async function unconditionedDistance(
  model: GlobalModel,
  bridge: InformedBridge,
  { engine, key, watch }: Context
): Promise<UnconditionedDistance> {
  const { training, summary } = model
  const half = Math.min(COMPARED_ROWS, Math.floor(summary.rowCount / 2))
  if (half < 2) return { distance: 0, floor: 0 }
  const free = Array.from({ length: training.encoder.coordinateCount }, (_, c) => c)
  const { rows } = await drawGroup({
    bridge,
    group: { split: { given: [], ranged: [], free }, factors: [], members: [0] },
    conditions: [{ words: '', numbers: [], ranges: [], levels: new Map(), named: [] }],
    count: half,
    steps: STEPS,
    ridge: 0,
    engine,
    key: keyFor(key, 'unconditioned'),
    ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
  })
  const points = embedEncoded(training.encoder, training.rows)
  const drawn = embedEncoded(training.encoder, rows)
  let distance = 0
  let floor = Number.NEGATIVE_INFINITY
  for (let split = 0; split < SPLITS; split++) {
    const order = permutation(keyFor(key, `compared ${split}`), summary.rowCount)
    const first = takeRows(points, order.subarray(0, half))
    distance += (await energyDistance({ first, second: drawn, key })) / SPLITS
    floor = Math.max(floor, await energyDistance({ first, second: takeRows(points, order.subarray(half, 2 * half)), key }))
  }
  return { distance, floor }
}
