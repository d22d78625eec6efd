/** sbridge for Node: the front door of `@sbridge/core`, file formats, engines with threads, and the calls that most need. */
export * from '@sbridge/core'
export type { TableSet } from './database/contract.js'
export { readTables, writeTables } from './database/table-set.js'
export { readTable, writeTable } from './format/table-file.js'
export { createEngine, type EngineName, nodeHost } from './host/node.js'
export {
  type Comparison,
  compare,
  type Drawn,
  draw,
  embed,
  evaluate,
  evaluateFit,
  evaluateSchema,
  type FitRequest,
  fit,
  fitSchema,
  forecast,
  impute,
  info,
  loadModel,
  type ModelInfo,
  type SampledTable,
  type SampleOptions,
  type SchemaEvaluationOptions,
  type SchemaOptions,
  type Scores,
  sample,
  sampleSchema,
  saveModel,
  score,
  type TrajectoriesResult,
  trajectories
} from './library.js'
export { imageSheet } from './report/image-sheet.js'
