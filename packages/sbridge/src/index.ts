/** sbridge for Node: the front door of `@sbridge/core`, file formats, engines with threads, and the calls that most need. */
export * from '@sbridge/core'
export { readTable, writeTable } from './format/table-file.js'
export { createEngine, type EngineName, type EngineOptions, nodeHost } from './host/node.js'
export { fileNetworks, loadOnnxCodec, type OnnxFiles, restoreOnnxCodec } from './latent-onnx.js'
export {
  type Comparison,
  compare,
  type Drawn,
  draw,
  type EvaluateOptions,
  embed,
  evaluate,
  type FitRequest,
  fit,
  forecast,
  impute,
  info,
  loadModel,
  type ModelInfo,
  type RunOptions,
  type SampledTable,
  type SampleOptions,
  sample,
  saveModel,
  type TrajectoriesResult,
  trajectories
} from './library.js'
export { imageSheet } from './report/image-sheet.js'
