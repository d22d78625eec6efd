/** The parts for research: engines, kernels, scalings, single steps of the sampler, diffusion maps. */

// Schrödinger bridges between two clouds: couplings, maps, paths, and whether they differ.
export { bridgePaths, drawPairs, type Partners } from './bridge/between.js'
export { type BridgeCost, bridgeCost } from './bridge/divergence.js'
// Scaling: symmetric and rectangular (Sinkhorn), and exact transport.
export { exactTransport, type TransportPlan } from './bridge/exact-transport.js'
export { type BridgeReport, type SchrodingerBridge, schrodingerBridge } from './bridge/schrodinger.js'
export { type SparseCoupling, sparseCoupling } from './bridge/sparse-coupling.js'
export { type CarryKind, carry } from './bridge/transport-map.js'
export { type BridgeBandwidth, bridgeBandwidth } from './choose/bridge-bandwidth.js'
// Distances between samples.
export { energyDistance } from './diagnose/pairwise.js'
export { type TwoSampleTest, twoSampleTest } from './diagnose/two-sample-test.js'
export { informedKernel, plainKernel, runKernel, type SamplingKernel, type StepInfo } from './draw/kernels.js'
export { startRows } from './draw/run.js'
export { bridgeStep, type NoiseKind } from './draw/step.js'
// Engines: who performs the heavy reductions.
export { engineBattery } from './engine/battery.js'
export { ReferenceEngine } from './engine/reference/reference.js'
export { createWasmEngine, type WasmEngineOptions } from './engine/wasm/engine.js'
export { BROWSER_WORKER_SOURCE, type WasmHost } from './engine/wasm/host.js'
export type { Precision } from './engine/wasm/module.js'
// Points and kernels.
export { atEpsilon, fitWidthField, type KernelChoice } from './kernel/bandwidth.js'
export type { Draw, Engine, Moments, Neighbours, Pair } from './kernel/engine.js'
export { gaussianKernel, type Kernel } from './kernel/kernel.js'
// The sampler by steps.
export { type Evidence, evidenceOfRows, type RowLikelihood, type StandIn } from './know/evidence.js'
export { type Bridge, bridgeOf } from './law/bridge.js'
export { uniformLogWeights } from './num/log-space.js'
export { columnOf, type Matrix, matrix, matrixFromRows, rowOf, takeRows } from './num/matrix.js'
// Randomness is a key.
export { type Key, keyAtStep, keyFor, keyFromSeed, normals, permutation, uniforms } from './num/random.js'
export { type Potentials, type RectangularOptions, scaleOnEngine } from './scaling/rectangular.js'
export { type Scaling, type SymmetricScalingOptions, symmetricScaling } from './scaling/symmetric.js'
export { type Cloud, cloud } from './space/cloud.js'

// Diffusion maps.
export { type DiffusionMap, diffusionCoordinates, diffusionMap, placePoints } from './spectral/diffusion-map.js'
export { largestEigenpairs } from './spectral/eigenpairs.js'
export { liftPoints } from './spectral/lifting.js'
export { principalComponents } from './spectral/principal-components.js'
// Laws of outputs given inputs.
export {
  fitTransition,
  Transition,
  type TransitionModel,
  type TransitionOptions,
  type TransitionPairs
} from './systems/forecast/transition.js'
