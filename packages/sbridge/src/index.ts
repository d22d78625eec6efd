/** sbridge for Node: everything of `@sbridge/core`, file formats, engines with threads, and the calls that most need. */
export * from '@sbridge/core'
export {
  type FitTable,
  fit,
  type KnownRows,
  loadModel,
  type RunOptions,
  type SampledTable,
  type SampleOptions,
  sample,
  saveModel
} from './fit-sample.js'
export { readTable, writeTable } from './format/table-file.js'
export { createEngine, type EngineName, type EngineOptions, nodeHost } from './host/node.js'
export { fileNetworks, loadOnnxCodec, type OnnxFiles, restoreOnnxCodec } from './latent-onnx.js'
export type { TableModel } from './models/index.js'
export type { DrawnRows, TableFit } from './models/table-system.js'
export { type ImageShape, imageSheet, parseImageShape } from './report/image-sheet.js'
export { embed, type TrajectoriesResult, trajectories } from './trajectories-embed.js'
