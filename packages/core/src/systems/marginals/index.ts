export type { Family, FamilyContext, Parameter } from './family.js'
export { freeParameter, positiveParameter } from './family.js'
export { type FitTools, fitMarginals } from './fit.js'
export type { MarginalsModel, ParameterInterval } from './model.js'
export {
  type MarginalsOptions,
  marginalsFields,
  REFERENCES,
  type ReferenceName,
  resolveMarginalsOptions
} from './options.js'
export type { HistoryEntry } from './rounds.js'
export { sampleTrajectories, type Trajectories, type TrajectoryRequest, timesBetween, trajectoriesAt } from './sample.js'
export { loadTrajectories, saveTrajectories } from './save.js'
export { type HeldOutScore, maximumMeanDiscrepancy, scoreHeldOut, wasserstein } from './score.js'
export { pathFields, snapshotFields } from './snapshot-options.js'
export { logWeightsFrom, type Snapshot, type SnapshotInput } from './snapshots.js'
export { TransportBaselines } from './transport-baselines.js'
export { type UserNumbers, type UserParameter, type UserReference, userFamily } from './user-family.js'
