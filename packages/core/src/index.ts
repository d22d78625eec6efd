/** The front door: systems of models, what they are told and what they tell. */

export type { People } from './code/keys/made.js'
// How good it is, and what is told.
export { evaluateTables } from './diagnose/evaluate.js'
export type { Evaluation } from './diagnose/evaluation.js'
// Options, each described once.
export { USUAL_STEPS } from './draw/steps.js'
// Engines and keys that calls are handed.
export { ReferenceEngine } from './engine/reference/reference.js'
export { createWasmEngine } from './engine/wasm/engine.js'
export { browserHost, plainHost, type WasmHost } from './engine/wasm/host.js'
export type { Engine } from './kernel/engine.js'
// Models of tables, and what is known about rows.
export type { Given } from './know/conditions.js'
export type { LikelihoodModule, LikelihoodRow } from './know/likelihood-row.js'
export type { NamedWarning } from './know/support.js'
// Files of models.
export { packModel, unpackModel } from './model-file/container.js'
export type { ModelContents } from './model-file/contents.js'
// Errors, progress and stopping.
export { EngineError, FormatError, InputError, StopError } from './num/errors.js'
export type { ProgressEvent, StopSignal, Watch } from './num/iterate.js'
export { type Key, keyFromSeed } from './num/random.js'
export type { KnownRows } from './systems/asked.js'
// Systems of models: what fits, draws, tells, saves and loads.
export { type Context, contextOf } from './systems/context.js'

// Series, snapshots, surfaces.
export { embedTable } from './systems/embedding/embed.js'
export type { FittedEmbedding } from './systems/embedding/system.js'
export { checkField, type Field, parseField, refuseUnknown } from './systems/fields.js'
export { drawForecast, type ForecastModel, fitForecast } from './systems/forecast/forecast.js'
export { drawForecastUnder } from './systems/forecast/known.js'
export { sampleConditional } from './systems/global/condition-sample.js'
export type { GlobalModel } from './systems/global/model.js'
export { samplePosterior } from './systems/global/posterior.js'
export type { Host, SystemContext } from './systems/host.js'
export type { FilledRows, ImputationRequest } from './systems/imputation/fill.js'
export type { ImputationFit } from './systems/imputation/fit.js'
export { evaluateFills, type FillEvaluation, type FillScores } from './systems/imputation/holes.js'
export type { ImputationModel } from './systems/imputation/model.js'
export { type Pooled, poolEstimates } from './systems/imputation/pool.js'
export { loaded, type Model, SYSTEMS, saved, systemFor, systemOf } from './systems/index.js'
export type { LocalModel } from './systems/local/model.js'
export { fitMarginals } from './systems/marginals/fit.js'
export type { MarginalsModel } from './systems/marginals/model.js'
export type { MarginalsOptions } from './systems/marginals/options.js'
export { sampleTrajectories, type Trajectories } from './systems/marginals/sample.js'
export { scoreHeldOut } from './systems/marginals/score.js'
export { type Answer, drawModel, fitModel, type Plan, type Stage, type System } from './systems/system.js'
export type { LatentTableModel } from './systems/table/latent.js'
export type { DrawnRows, TableFit, TableModel, TableRequest } from './systems/table/options.js'
export { tellTable } from './systems/table/tell.js'
export { type FitJob, fitTable, presentRows, type SampleJob, sampleTable } from './systems/table/whole.js'
export type { RawTable } from './table/raw.js'
export type { Cell, DrawnRow, OfRows, Rows } from './table/records.js'
export { linesOf, type Telling } from './tell/telling.js'
