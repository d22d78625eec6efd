import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import type { Matrix } from '../num/matrix.js'
import { keyAtStep, keyFor } from '../num/random.js'
import { type Cloud, cloud } from '../space/cloud.js'
import type { Encoded } from '../table/encoder.js'
import { exchangeNoise, referenceNoise, type StepContext, sum } from './step.js'

/** Embeds rows into the points that kernels compare: coordinates, then the places of the given factors. */
export type Embed = (rows: Encoded, factors: readonly number[]) => Matrix

/** A bridge on a table whose combinations of categories mostly occur once. */
export interface SweepBridge {
  readonly training: Encoded
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  /** ρ at the training rows, for a variable kernel. */
  readonly widths?: Float64Array
  readonly factorCount: number
  readonly embed: Embed
  /** The training rows with every factor but one, for each, and (last) with every factor. */
  readonly clouds: readonly Cloud[]
}

export function sweepBridge(input: Omit<SweepBridge, 'clouds'>): SweepBridge {
  const lists = [...allFactors(input.factorCount).map((left) => otherFactors(input.factorCount, left)), allFactors(input.factorCount)]
  return { ...input, clouds: lists.map((factors) => cloud(input.embed(input.training, factors))) }
}

const allFactors = (count: number): number[] => Array.from({ length: count }, (_, f) => f)
const otherFactors = (count: number, left: number): number[] => allFactors(count).filter((f) => f !== left)

/**
 * One step where taking a whole row's categories would be copying: each factor in turn is drawn from the weights that
 * leave that factor out, then the numbers from all rows, weighted with every factor. Cost O(n·M·d) a factor.
 */
export async function sweepStep(bridge: SweepBridge, state: Encoded, context: StepContext): Promise<Encoded> {
  const codes = state.codes.slice()
  for (const factor of allFactors(bridge.factorCount))
    await redrawFactor(bridge, factor, { coordinates: state.coordinates, codes }, context)
  return { coordinates: await redrawCoordinates(bridge, { coordinates: state.coordinates, codes }, context), codes }
}

/** Draws one factor of all chains given the others and the numbers, in place. */
async function redrawFactor(bridge: SweepBridge, factor: number, state: Encoded, { engine, key }: StepContext): Promise<void> {
  const { factorCount, training } = bridge
  const pair = await pairOf(bridge, factor, bridge.embed(state, otherFactors(factorCount, factor)), state.coordinates, engine)
  const stream = keyAtStep(keyFor({ ...key, step: 0 }, `factor ${factor}`), key.step)
  const picked = await engine.pick(pair, bridge.logTerms, { key: stream })
  picked.forEach((row, i) => {
    state.codes[i * factorCount + factor] = training.codes[row * factorCount + factor]!
  })
}

async function redrawCoordinates(bridge: SweepBridge, state: Encoded, context: StepContext): Promise<Matrix> {
  const { engine, noise, key } = context
  const reference = noise === 'covariance' ? undefined : await referenceNoise(bridge.kernel, state.coordinates, context)
  const from = noise === 'split' ? sum(state.coordinates, reference!) : state.coordinates
  const points = bridge.embed({ coordinates: from, codes: state.codes }, allFactors(bridge.factorCount))
  const pair = await pairOf(bridge, bridge.factorCount, points, from, engine)
  const values = bridge.training.coordinates
  if (noise === 'covariance') {
    const draw = await engine.draw(pair, bridge.logTerms, values, { key })
    return sum(draw.mean, exchangeNoise(draw.noise, draw.effectiveCount, key))
  }
  const mean = await engine.mean(pair, bridge.logTerms, values)
  return noise === 'split' ? mean : sum(mean, reference!)
}

async function pairOf(bridge: SweepBridge, which: number, points: Matrix, coordinates: Matrix, engine: Engine): Promise<Pair> {
  const fromWidths = await widthsFor(bridge.kernel, coordinates, engine)
  return { from: cloud(points), to: bridge.clouds[which]!, kernel: kernelOf(bridge.kernel, fromWidths, bridge.widths) }
}
