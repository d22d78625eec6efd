/** The front door: systems of models, what they are told and what they tell. */

// How good it is, and what is told.
export { evaluateTables } from './diagnose/evaluate.js'
export type { Evaluation } from './diagnose/evaluation.js'
// Engines and keys that calls are handed.
export { ReferenceEngine } from './engine/reference/reference.js'
export { createWasmEngine } from './engine/wasm/engine.js'
export { browserHost } from './engine/wasm/host.js'
export type { Engine } from './kernel/engine.js'
// Models of tables, and what is known about rows.
export type { LikelihoodModule } from './know/likelihood-row.js'
export type { NamedWarning } from './know/support.js'
// Files of models.
export { packModel, unpackModel } from './model-file/container.js'
// Errors, progress and stopping.
export { EngineError, FormatError, InputError, SbridgeError, StopError } from './num/errors.js'
export type { ProgressEvent, Watch } from './num/iterate.js'
export { type Key, keyFromSeed } from './num/random.js'
// Series, snapshots, surfaces, bridges between two tables.
export type { BridgeAnswer } from './systems/bridge/answer.js'
export type { BridgeModel } from './systems/bridge/model.js'
// Systems of models: what fits, draws, tells, saves and loads.
export type { DensityGrid } from './systems/density/grid.js'
export type { DensityModel } from './systems/density/model.js'
export type { ScoredRows } from './systems/density/score.js'
export type { FittedEmbedding } from './systems/embedding/system.js'
export type { ForecastModel } from './systems/forecast/forecast.js'
export type { SeveralForecasts } from './systems/forecast/several.js'
export { sampleConditional } from './systems/global/condition-sample.js'
export type { GlobalModel } from './systems/global/model.js'
export { samplePosterior } from './systems/global/posterior.js'
export type { SystemContext } from './systems/host.js'
export type { FilledRows } from './systems/imputation/fill.js'
export { evaluateFills, type FillEvaluation } from './systems/imputation/holes.js'
export type { ImputationModel } from './systems/imputation/model.js'
export { type Pooled, poolEstimates } from './systems/imputation/pool.js'
export { loaded, type Model, SYSTEMS, saved } from './systems/index.js'
export { fitMarginals } from './systems/marginals/fit.js'
export type { MarginalsModel } from './systems/marginals/model.js'
export { sampleTrajectories, type Trajectories } from './systems/marginals/sample.js'
export { scoreHeldOut } from './systems/marginals/score.js'
export { drawModel, fitModel } from './systems/system.js'
export type { DrawnRows, TableFit, TableModel, TableRequest } from './systems/table/options.js'
export { tellTable } from './systems/table/tell.js'
export { fitTable, presentRows, sampleTable } from './systems/table/whole.js'
export type { RawTable } from './table/raw.js'
export type { Cell, DrawnRow, Rows } from './table/records.js'
export { linesOf, type Telling } from './tell/telling.js'
