/** What the other packages of this repository use besides the public interface: it may change in any release. */

export { alignTables } from './diagnose/align.js'
export { evaluationParts } from './diagnose/evaluate.js'
export * from './diagnose/index.js'
export { engineBattery } from './engine/battery.js'
export * from './engine/reference/reference.js'
export * from './engine/wasm/engine.js'
export * from './engine/wasm/host.js'
export type { Precision } from './engine/wasm/module.js'
export * from './kernel/bandwidth.js'
export * from './kernel/engine.js'
export * from './kernel/kernel.js'
export type { Given, GivenValue } from './know/conditions.js'
export type { LikelihoodModule, LikelihoodRow } from './know/likelihood-row.js'
export type { BeforeAndAfter, ObservationSupport } from './know/observations.js'
export type { Distance, NamedWarning } from './know/support.js'
export * from './model-file/container.js'
export type { ModelArray, ModelContents } from './model-file/contents.js'
export { defined } from './num/defined.js'
export * from './num/errors.js'
export * from './num/iterate.js'
export * from './num/log-space.js'
export * from './num/matrix.js'
export * from './num/random.js'
export { type StagePlan, StageShare } from './num/share.js'
export { startRows } from './sampling/run.js'
export type { StartKind } from './sampling/start.js'
export { USUAL_STEPS } from './sampling/steps.js'
export * from './scaling/symmetric.js'
export * from './space/blocks.js'
export * from './space/cloud.js'
export * from './spectral/index.js'
export { refuseCombinations, type Spelling } from './systems/combinations.js'
export * from './systems/condition-options.js'
export { type Context, contextOf, type JobContext } from './systems/context.js'
export { coordinateTable } from './systems/embedding/coordinates.js'
export { type EmbedJob, embedTable } from './systems/embedding/embed.js'
export * from './systems/embedding/embedding.js'
export * from './systems/embedding/embedding-file.js'
export { embedFields } from './systems/embedding/options.js'
export type { EmbeddingAnswer, EmbeddingRequest, FittedEmbedding } from './systems/embedding/system.js'
export { tellEmbedding } from './systems/embedding/tell.js'
export { checkField, type Exclusion, type Field, type FieldValue, namesOf, parseField, refuseUnknown } from './systems/fields.js'
export * from './systems/forecast/index.js'
export type { DrawnSeries, SeriesFit, SeriesRequest } from './systems/forecast/system.js'
export * from './systems/global/bandwidth.js'
export { CONTEST_BUDGET, leadRequired } from './systems/global/choose-scaling.js'
export { conditionClasses } from './systems/global/condition-bridge.js'
export type { ConditionalChoice, ConditionalTrial } from './systems/global/condition-choose.js'
export { ConditionMemory } from './systems/global/condition-memory.js'
export * from './systems/global/condition-sample.js'
export { factorGroups } from './systems/global/factor-groups.js'
export * from './systems/global/generator.js'
export * from './systems/global/model.js'
export * from './systems/global/options.js'
export * from './systems/global/posterior.js'
export { loadGlobal, saveGlobal } from './systems/global/save.js'
export { keptBackOf } from './systems/global/tell.js'
export type { Host, NetworkHost, SystemContext } from './systems/host.js'
export { loaded, type Model, SYSTEMS, type SystemName, saved, systemFor, systemOf } from './systems/index.js'
export * from './systems/latent/index.js'
export * from './systems/local/index.js'
export { type Calendar, daysOf, instantOf, spellDates } from './systems/marginals/calendar.js'
export * from './systems/marginals/index.js'
export * from './systems/marginals/snapshot-table.js'
export { prepareSnapshots } from './systems/marginals/snapshots.js'
export { type DrawnPaths, refuseUnsavable, type SnapshotsOptions } from './systems/marginals/system.js'
export { tellTrajectories } from './systems/marginals/tell.js'
export * from './systems/marginals/trajectories.js'
export { type PreparedTable, prepareRows, prepareTable, type TableOptions } from './systems/prepare.js'
export { type Answer, type AnySystem, checkOptions, drawModel, fitModel, type Plan, type Stage, type System } from './systems/system.js'
export type { Asked, Conditioning, KnownRows } from './systems/table/asked.js'
export * from './systems/table/check-known.js'
export * from './systems/table/estimate.js'
export { parseGiven, writeGiven } from './systems/table/given.js'
export { checkImageTable, type ImageShape, parseImageShape, pixelsOf } from './systems/table/image.js'
export * from './systems/table/latent.js'
export * from './systems/table/latent-codec.js'
export * from './systems/table/latent-conditions.js'
export * from './systems/table/latent-file.js'
export * from './systems/table/latent-local.js'
export type { DrawnRows, TableFit, TableModel, TableRequest, TableSource } from './systems/table/options.js'
export { keptBackIn, type ToldReports, type ToldRows, tellKnown, tellSeed, tellTable } from './systems/table/tell.js'
export {
  type FitJob,
  fitTable,
  presentRows,
  type SampleJob,
  sampleTable
} from './systems/table/whole.js'
export { tableFields } from './systems/table-options.js'
export * from './table/categories.js'
export * from './table/encoder.js'
export { columnsOf, linearForm, parseObservation } from './table/expression.js'
export * from './table/infer.js'
export * from './table/parse.js'
export { presentTable, roundToFormat } from './table/present.js'
export { RARE_BELOW } from './table/rare-below.js'
export * from './table/raw.js'
export { type RepeatedKey, repeatedKey } from './table/repeated-keys.js'
export * from './table/rows.js'
export { continueNumbers } from './table/running-numbers.js'
export * from './table/scaling.js'
export * from './table/table.js'
export { countText, daysText, numberText, plainText, shareText, shorten, tickText, timeText } from './tell/numbers.js'
export {
  type Axis,
  type Block,
  type Cell,
  cellText,
  type Drawing,
  type Fact,
  type Facts,
  type Figure,
  factText,
  type Grade,
  linesOf,
  type Mark,
  type Point,
  type Sentences,
  type Side,
  type TableOf,
  type Telling,
  type Topic,
  together
} from './tell/telling.js'
