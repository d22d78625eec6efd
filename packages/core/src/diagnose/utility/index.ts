export { tellUtility } from './tell-utility.js'
export { evaluateUtility, type UtilityEvaluation } from './utility.js'
