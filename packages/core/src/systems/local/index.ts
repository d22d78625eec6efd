export { fitLocal } from './fit.js'
export type { FittedGroup, FittedUnit, GivenChoice, LocalContext, LocalModel, LocalSummary } from './model.js'
export { type LocalDrawOptions, type Localisation, type LocalOptions, localFields, parseLocalisation, type SweepKind } from './options.js'
export { type LocalSampleRequest, sampleLocal } from './sample.js'
