import type { Engine } from '../kernel/engine.js'
import type { Evidence } from '../know/evidence.js'
import type { Bridge } from '../law/bridge.js'
import { lawOfBridge } from '../law/law.js'
import type { Watch } from '../num/iterate.js'
import { copyMatrix, type Matrix } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import { type InformedChains, informedStep, startChains } from './informed.js'
import type { InformedProblem } from './informed-problem.js'
import { runTested } from './run.js'
import { bridgeStep, type NoiseKind } from './step.js'

/** What a step says of every chain. */
interface StepInfo {
  /** 1 where the proposal was accepted [n]. */
  readonly accepted: Uint8Array
}

/** A method of sampling as two functions and nothing hidden: chains begin, and take a step with a key that is handed in. */
export interface SamplingKernel<State extends object> {
  /** Chains at points [n, d]. */
  init(points: Matrix): Promise<State>
  step(state: State, key: Key): Promise<{ readonly state: State; readonly info: StepInfo }>
  /** Points of the chains [n, d]. */
  points(state: State): Matrix
}

/**
 * The sampler itself: X' = m(X) + noise, whose stationary law is that of the bridge's rows, smoothed at ε. Every step is taken.
 * @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372. Cost O(n·M·d) a step.
 */
export function plainKernel(
  bridge: Bridge,
  { engine, noise = 'covariance' }: { readonly engine: Engine; readonly noise?: NoiseKind }
): SamplingKernel<Matrix> {
  return {
    init: async (points) => points,
    step: async (state, key) => ({
      state: await bridgeStep(bridge, state, { engine, noise, key }),
      info: { accepted: new Uint8Array(state.rows).fill(1) }
    }),
    points: (state) => state
  }
}

interface InformedKernelOptions {
  readonly engine: Engine
  /** What is known besides the coordinates that are held. */
  readonly evidence?: Evidence
  /** Coordinates that stay as chains begin with them. */
  readonly held?: readonly number[]
  /** Noise on held coordinates, relative to their mean local variance. Default 10⁻³. */
  readonly ridge?: number
}

/**
 * The bridge's Gaussian proposal times what is known, and a Metropolis test with L(x')L̂(x)Z(x) / (L(x)L̂(x')Z(x')): the
 * stationary law is that of the rows times the evidence, given the held coordinates.
 * @source mathematics, section 7. Cost O(n·M·d²) a step at most.
 */
export function informedKernel(
  bridge: Bridge,
  { engine, evidence, held = [], ridge = 1e-3 }: InformedKernelOptions
): SamplingKernel<InformedChains> {
  const d = bridge.training.points.cols
  const free = Array.from({ length: d }, (_, c) => c).filter((c) => !held.includes(c))
  const none = new Float64Array(0)
  const problemOf = (n: number): InformedProblem => ({
    law: lawOfBridge(bridge),
    engine,
    split: { given: held, ranged: [], free },
    ridge,
    conditions: [{ bounds: { low: none, high: none } }],
    conditionOf: new Uint32Array(n),
    evidence
  })
  return {
    init: (points) => {
      const n = points.rows
      return startChains(problemOf(n), { coordinates: copyMatrix(points), codes: new Int32Array(0), part: new Uint32Array(n) })
    },
    step: async (chains, key) => {
      const { chains: state, accepted } = await informedStep(problemOf(chains.state.part.length), chains, key)
      return { state, info: { accepted } }
    },
    points: ({ state }) => state.coordinates
  }
}

interface RunKernelOptions {
  readonly steps: number
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Takes `steps` steps of a kernel from points [n, d]; each gets the key at its own number. Points where they end, and what each step said. */
export async function runKernel<State extends object>(
  kernel: SamplingKernel<State>,
  points: Matrix,
  { steps, key, watch }: RunKernelOptions
): Promise<{ readonly points: Matrix; readonly infos: readonly StepInfo[] }> {
  const step = async (state: State, own: Key) => {
    const { state: chains, info } = await kernel.step(state, own)
    return { chains, accepted: info.accepted }
  }
  const { chains, accepted } = await runTested(await kernel.init(points), step, { steps, key, watch })
  return { points: kernel.points(chains), infos: accepted.map((one) => ({ accepted: one })) }
}
