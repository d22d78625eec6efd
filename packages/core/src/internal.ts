/** What the other packages of this repository use besides the public interface: it may change in any release. */
export { alignTables } from './diagnose/align.js'
export { evaluationParts } from './diagnose/evaluate.js'
export { defined } from './num/defined.js'
export { type StagePlan, StageShare } from './num/share.js'
export { parseGiven, writeGiven } from './systems/given.js'
export { prepareSnapshots } from './systems/marginals/snapshots.js'
export { columnsOf, linearForm } from './table/expression.js'
export { shorten } from './tell/numbers.js'
