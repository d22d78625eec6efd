export * from './classifier.js'
export { type Forest, type ForestProblem, predictForest, trainForest } from './forest.js'
