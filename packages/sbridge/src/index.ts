/** sbridge for Node: the front door of `@sbridge/core`, file formats, engines with threads, and the calls that most need. */
export * from '@sbridge/core'
export type { TableSet } from './database/contract.js'
export { readTables, writeTables } from './database/table-set.js'
export { evaluate, evaluateFit, info, type ModelInfo } from './evaluate.js'
export { readTable, writeTable } from './format/table-file.js'
export { createEngine, type EngineName, nodeHost } from './host/node.js'
export {
  type Drawn,
  draw,
  type FitRequest,
  fit,
  loadModel,
  type SampledTable,
  type SampleOptions,
  sample,
  saveModel
} from './library.js'
export {
  type Comparison,
  compare,
  embed,
  forecast,
  type GroupsResult,
  impute,
  type Scores,
  score,
  type TrajectoriesResult,
  trajectories
} from './one-call.js'
export { imageSheet } from './report/image-sheet.js'
export type { RunOptions } from './running.js'
export {
  evaluateSchema,
  fitSchema,
  type KeptTables,
  loadSchema,
  type SchemaEvaluationOptions,
  type SchemaModel,
  type SchemaOptions,
  sampleSchema,
  saveSchema
} from './schemas.js'
