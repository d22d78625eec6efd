/** The parts for research: engines, kernels, scalings, single steps of the sampler, diffusion maps. */

// Schrödinger bridges between two clouds: couplings, maps, paths, and whether they differ.
export { bridgePaths, drawPairs, type Partners } from './bridge/between.js'
export { type BridgeCost, bridgeCost } from './bridge/divergence.js'
// Scaling: symmetric and rectangular (Sinkhorn), and exact transport.
export { exactTransport, type TransportPlan } from './bridge/exact-transport.js'
export { type SchrodingerBridge, schrodingerBridge } from './bridge/schrodinger.js'
export { type SparseCoupling, sparseCoupling } from './bridge/sparse-coupling.js'
export { carry } from './bridge/transport-map.js'
export { type BridgeBandwidth, bridgeBandwidth } from './choose/bridge-bandwidth.js'
// Distances between samples.
export { energyDistance } from './diagnose/pairwise.js'
export { type TwoSampleTest, twoSampleTest } from './diagnose/two-sample-test.js'
export { informedKernel, plainKernel, runKernel, type SamplingKernel } from './draw/kernels.js'
export { bridgeStep } from './draw/step.js'
// Engines: who performs the heavy reductions.
export { ReferenceEngine } from './engine/reference/reference.js'
export { createWasmEngine } from './engine/wasm/engine.js'
export { BROWSER_WORKER_SOURCE } from './engine/wasm/host.js'
// Points and kernels.
export type { Engine } from './kernel/engine.js'
export { gaussianKernel, type Kernel } from './kernel/kernel.js'
// The sampler by steps.
export type { Evidence } from './know/evidence.js'
export { evidenceOfRows } from './know/row-evidence.js'
export { type Bridge, bridgeOf } from './law/bridge.js'
export { type Matrix, matrix, matrixFromRows, rowOf } from './num/matrix.js'
// Randomness is a key.
export { type Key, keyAtStep, keyFor, keyFromSeed, normals, permutation, uniforms } from './num/random.js'
export type { Potentials } from './scaling/annealed.js'
export { scaleOnEngine } from './scaling/on-engine.js'
export { type Scaling, symmetricScaling } from './scaling/symmetric.js'
export { type Cloud, cloud } from './space/cloud.js'

// Diffusion maps.
export { type DiffusionMap, diffusionCoordinates, diffusionMap, placePoints } from './spectral/diffusion-map.js'
export { liftPoints } from './spectral/lifting.js'
// Laws of outputs given inputs.
export { fitTransition, Transition } from './systems/forecast/transition.js'
