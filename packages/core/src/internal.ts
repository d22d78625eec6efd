/** What the other packages of this repository use besides the public interface: it may change in any release. */

export { ConditionMemory } from './choose/memory.js'
export { withoutForms } from './code/keys/formed.js'
export { keyTexts } from './code/keys/keep.js'
export { leaveKeysOut } from './code/keys/leave-keys-out.js'
export type { People } from './code/keys/made.js'
export { keptTotalsIn } from './code/rules/among-rows.js'
export { ruleText } from './code/rules/rule.js'
export { parseUnique, uniqueText } from './code/rules/unique.js'
export { alignTables } from './diagnose/align.js'
export { evaluateTarget } from './diagnose/conditional-target.js'
export { evaluationParts } from './diagnose/evaluate.js'
export type { Associations, ColumnEvaluation, Likeness } from './diagnose/evaluation.js'
export { levelShares } from './diagnose/marginals.js'
export { type PairInformation, pairInformation } from './diagnose/mutual-information.js'
export { comparePanels, groupRows } from './diagnose/panels.js'
export { levelRows, rareCombinationWords } from './diagnose/rare.js'
export {
  aucReading,
  copiesReading,
  type Graded,
  judgedLines,
  type MeasureLine,
  measureLines,
  ownRatio,
  ratioReading,
  readingsOf
} from './diagnose/readings.js'
export {
  parseRequirements,
  REQUIRABLE,
  type Requirement,
  type UnmetRequirement,
  unmetRequirements,
  unmetRules,
  unmetWords
} from './diagnose/require.js'
export { tellPanels } from './diagnose/tell-panels.js'
export { tellTarget, tellTrained } from './diagnose/tell-target.js'
export { trainOnSynthetic } from './diagnose/train-on-synthetic.js'
export { evaluateUtility, tellUtility } from './diagnose/utility/index.js'
export { conditionedVerdict, type PointedVerdict, type Verdict, verdict, verdictLists } from './diagnose/verdict.js'
export { weighedTable } from './diagnose/weigh.js'
export { BATCH_ROWS } from './draw/batch-rows.js'
export { USUAL_STEPS } from './draw/steps.js'
export { countingEngine } from './engine/counting.js'
export type { Exchange, SharedCall } from './engine/exchange.js'
export { type WasmHost, type WasmWorker, WORKER_SOURCE, type WorkerMessage } from './engine/wasm/host.js'
export type { Precision } from './engine/wasm/module.js'
export type { Pair } from './kernel/engine.js'
export { readGiven } from './know/given-value.js'
export { readObservation } from './know/observations.js'
export { DRAW_BYTES, isModel } from './model-file/container.js'
export type { ModelContents } from './model-file/contents.js'
export { errorFrom, type PlainError, plainError } from './num/crew.js'
export { defined } from './num/defined.js'
export { type ErrorParts, RequirementError, whatIs } from './num/errors.js'
export type { BatchPlace, Crew, Share, StopSignal } from './num/iterate.js'
export { counted, listed } from './num/listed.js'
export { takeRows } from './num/matrix.js'
export { type StagePlan, StageShare, secondsLeft } from './num/share.js'
export type { Codec, CodecContents } from './spectral/codec.js'
export { PARTNERS_CUT } from './systems/bridge/draw.js'
export { joinTables } from './systems/bridge/join.js'
export { type BridgeFit, type BridgeRequest, bridgeDrawFields, bridgeFields, bridgeFitFields } from './systems/bridge/options.js'
export { bridge } from './systems/bridge/system.js'
export { type DensityFit, densityFitFields, type ScoreRequest, scoreFields } from './systems/density/options.js'
export { density } from './systems/density/system.js'
export { coordinateTable } from './systems/embedding/coordinates.js'
export { type EmbedJob, embedTable } from './systems/embedding/embed.js'
export type { EmbeddingModel, EmbeddingSummary } from './systems/embedding/embedding.js'
export { saveEmbedding } from './systems/embedding/embedding-file.js'
export { embedFields } from './systems/embedding/options.js'
// Systems one by one, for a page that loads no other.
export { type EmbeddingAnswer, type EmbeddingRequest, embedding } from './systems/embedding/system.js'
export { fitForecast } from './systems/forecast/forecast.js'
export { forecastFields } from './systems/forecast/options.js'
export { saveForecast } from './systems/forecast/save.js'
export { areSeveral, rowsOfSeveral } from './systems/forecast/several.js'
export type { AnyForecast, DrawnSeries, DrawnSeveral, SeriesFit, SeriesRequest } from './systems/forecast/system.js'
export { parseGiven, writeGiven } from './systems/given.js'
export type { BandwidthCurve } from './systems/global/bandwidth.js'
export type { FitSummary } from './systems/global/fit-summary.js'
export { drawFields, fitFields } from './systems/global/options.js'
export type { PosteriorReport } from './systems/global/posterior-report.js'
export { saveGlobal } from './systems/global/save.js'
export type { Host, NetworkHost } from './systems/host.js'
export type { ImputationRequest } from './systems/imputation/fill.js'
export type { ImputationFit } from './systems/imputation/fit.js'
export { JUDGING } from './systems/imputation/holes.js'
export { fillFields, imputationFields, imputationFitFields } from './systems/imputation/options.js'
export { imputation } from './systems/imputation/system.js'
export { tellFillEvaluation } from './systems/imputation/tell-holes.js'
export { rowWeightsOf, type SystemName, systemFor, systemOf } from './systems/index.js'
export { saveClasses } from './systems/local/class-save.js'
export type { ClassedField } from './systems/local/classes.js'
export { fitLocal } from './systems/local/fit.js'
export { fitClasses } from './systems/local/fit-classes.js'
export type { LocalModel } from './systems/local/model.js'
export { localFields } from './systems/local/options.js'
export { posteriorLocal } from './systems/local/posterior.js'
export { saveLocal } from './systems/local/save.js'
export { adviseSnapshots } from './systems/marginals/advice.js'
export { type Calendar, instantOf } from './systems/marginals/calendar.js'
export { driftOn } from './systems/marginals/drift-grid.js'
export type { Family } from './systems/marginals/family.js'
export { beginningIn } from './systems/marginals/going-on.js'
export type { GroupedModel } from './systems/marginals/grouped.js'
export {
  ALL_REFERENCES,
  marginalsFields,
  REFERENCE_SENTENCES,
  REFERENCES,
  type ReferenceName
} from './systems/marginals/options.js'
export { type RoleFacts, snapshotRoles, timeAmong } from './systems/marginals/roles.js'
export type { HistoryEntry } from './systems/marginals/rounds.js'
export { ruledSnapshots } from './systems/marginals/ruled-snapshots.js'
export { pathFields, snapshotFields } from './systems/marginals/snapshot-options.js'
export type { SnapshotColumns, SnapshotTable } from './systems/marginals/snapshot-table.js'
export { prepareSnapshots, type Snapshot } from './systems/marginals/snapshots.js'
export {
  coordinatesOf,
  type DrawnGroupPaths,
  type DrawnPaths,
  type PathsModel,
  refuseUnsavable,
  type SnapshotsOptions,
  sizeOf,
  snapshots
} from './systems/marginals/system.js'
export { tellTrajectories } from './systems/marginals/tell.js'
export { trajectoriesSummary } from './systems/marginals/tell-summary.js'
export {
  type DrawnTrajectories,
  drawTrajectories,
  type PathsRequest,
  presentTrajectories,
  type TrajectoriesModel
} from './systems/marginals/trajectories.js'
export { notTogether, refuseCombinations } from './systems/options/combinations.js'
export { conditionFields } from './systems/options/condition-options.js'
export { choice, type Field, type FieldValue, parseField, refuseUnknown, SWITCH, whole } from './systems/options/fields.js'
export { panelDrawFields, panelFields } from './systems/options/panel-options.js'
export { tableFields } from './systems/options/table-options.js'
export { prepareRows, prepareTable } from './systems/prepare.js'
export { disclosureFields } from './systems/privacy/disclosure-options.js'
export { privacyFields } from './systems/privacy/privacy-options.js'
export { refineFields } from './systems/refinement/refine-options.js'
export { ruleFields } from './systems/rules/rule-options.js'
export { ruleNotes, rulesOf } from './systems/rules/ruled-rows.js'
export { ruleFacts } from './systems/rules/tell-rules.js'
export { drawSchema, type SchemaRequest } from './systems/schema/draw.js'
export { type DrawnTable, presentDrawn } from './systems/schema/drawn-table.js'
export { evaluateSchema, type SchemaEvaluation } from './systems/schema/evaluate.js'
export { fitSchema, type Schema, type SchemaFit } from './systems/schema/fit.js'
export { type ForeignKey, NO_KEYS, pairsOf, type SchemaKeys } from './systems/schema/keys.js'
export type { SchemaModel } from './systems/schema/model.js'
export { EACH_TABLE, SCHEMA_DRAWS, SCHEMA_OPTIONS, schemaFields } from './systems/schema/options.js'
export { planSchema, type SchemaPlan } from './systems/schema/plan.js'
export { tellSchema } from './systems/schema/tell.js'
export { tellSchemaEvaluation } from './systems/schema/tell-evaluation.js'
export { type Answer, type AnySystem, checkOptions, type Plan, planned, type System } from './systems/system.js'
export { candidateRows } from './systems/table/candidates.js'
export { pairsPerMillisecond, secondsOf, type Timing } from './systems/table/estimate.js'
export { groupsOf } from './systems/table/grouped.js'
export { checkImageTable, type ImageShape, parseImageShape, pixelsOf } from './systems/table/image.js'
export { comparedRows } from './systems/table/in-steps.js'
export { keptRows } from './systems/table/kept-rows.js'
export { statedKeysOf } from './systems/table/keyed.js'
export { fitLatentTable, type LatentTableModel, sampleLatentTable } from './systems/table/latent.js'
export type { CodecSummary, LatentJob } from './systems/table/latent-codec.js'
export { latentDrawFields, latentFields } from './systems/table/latent-fields.js'
export { saveLatentLocal, saveLatentTable } from './systems/table/latent-file.js'
export { fitLatentLocal, type LatentLocalModel } from './systems/table/latent-local.js'
export { keptOrder, orderNote, seriesLost } from './systems/table/ordered.js'
export { SearchMemory, searchName } from './systems/table/search-memory.js'
export {
  heldOutEvaluation,
  IN_SAMPLE_ROWS,
  type JudgedFit,
  type KeptBack,
  keptBackOfFit,
  planSecondFit,
  withSecondFit
} from './systems/table/second-fit.js'
export { drawnInAll } from './systems/table/stretches.js'
export { tables, weightsOf } from './systems/table/system.js'
export { tellKnown, tellSeed } from './systems/table/tell.js'
export { tellRowsHeld } from './systems/table/tell-private.js'
export { keptBackIn, tellToldApart } from './systems/table/told-apart.js'
export { uniqueApart, uniqueOf } from './systems/table/unique.js'
export { type FitJob, type SampleJob, wholeTable } from './systems/table/whole.js'
export { performTask } from './systems/tasks.js'
export { isGrid } from './systems/windows/localisation.js'
export { hasColumn } from './table/besides.js'
export { allowedKinds, type ColumnFacts, columnFacts, endText, rangeOf } from './table/column-facts.js'
export { linearForm } from './table/derivative.js'
export type {
  DelimitedDialect,
  JsonDialect,
  Separator,
  SheetDialect,
  StoredType,
  TextEncoding,
  TimeUnit,
  TypedDialect
} from './table/dialect.js'
export { presentValues } from './table/encoder.js'
export { columnWord } from './table/expression-text.js'
export { type ColumnFormat, type InferOptions, KINDS } from './table/infer.js'
export { MADE_KINDS, type MadeKind } from './table/made-kinds.js'
export { limitText } from './table/number-style.js'
export { decimalsOf, parseNumber } from './table/parse.js'
export { parseObservation } from './table/parse-expression.js'
export type { CellStyle } from './table/present.js'
export { RARE_BELOW } from './table/rare-below.js'
export { isEmptyColumn, type SpelledNumbers, type Spelling, takeRawRows } from './table/raw.js'
export type { Cells, OfRows } from './table/records.js'
export { sliceTable, stackTables, takeTableRows } from './table/rows.js'
export { bothSpellings, NO_SPELLING, spellingOf, withSpelledNumbers } from './table/spelled-numbers.js'
export { spellValue, stepOf } from './table/spelling.js'
export { type CategoricalColumn, type ColumnKind, isEmpty, type NumericColumn } from './table/table.js'
export { formatClock } from './table/time-of-day.js'
export { unknownColumn } from './table/unknown-column.js'
export { notesTogether } from './tell/alike.js'
export {
  countText,
  daysText,
  durationText,
  levelName,
  numberText,
  plainText,
  shareText,
  shorten,
  tickText,
  timeText
} from './tell/numbers.js'
export {
  type Axis,
  type Block,
  capital,
  cellText,
  type Drawing,
  type Fact,
  type Figure,
  factText,
  type Grade,
  inLine,
  type Mark,
  type Side,
  type TableOf,
  type Topic,
  together
} from './tell/telling.js'
