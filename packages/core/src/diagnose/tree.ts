import { type Bins, thresholdBetween } from './bins.js'
import { type Split, SplitSearch, type TreeProblem } from './split.js'

/** A binary decision tree: node 0 is the root, the right child follows the left one. */
export interface Tree {
  /** Feature that node k asks about; −1 at a leaf. */
  readonly feature: Int32Array
  /** Rows with a value ≤ this go to the left child. */
  readonly threshold: Float64Array
  /** Left child of node k; the right one is left + 1. */
  readonly left: Int32Array
  /** Shares of the classes in node k at k·classCount. */
  readonly shares: Float32Array
}

/**
 * Grows a classification tree by Gini impurity until its leaves are pure or constant.
 * @source Breiman, Friedman, Olshen, Stone, *Classification and regression trees*, 1984.
 * Cost about O(n·featureCount·depth).
 */
export function growTree(problem: TreeProblem): Tree {
  const { bins, classCount, weights, uniform } = problem
  const rows = presentRows(weights)
  const capacity = Math.max(1, 2 * rows.length - 1)
  const feature = new Int32Array(capacity).fill(-1)
  const threshold = new Float64Array(capacity)
  const left = new Int32Array(capacity)
  const shares = new Float32Array(capacity * classCount)
  const order = Int32Array.from({ length: bins.cols }, (_, f) => f)
  const search = new SplitSearch(problem, rows)
  const start = new Int32Array(capacity)
  const end = new Int32Array(capacity)
  end[0] = rows.length
  let nodeCount = 1
  for (let node = 0; node < nodeCount; node++) {
    const pure = search.countClasses(start[node]!, end[node]!)
    for (let k = 0; k < classCount; k++) shares[node * classCount + k] = search.totals[k]! / search.total
    if (pure || end[node]! - start[node]! < 2) continue
    const split = search.best(start[node]!, end[node]!, order, uniform)
    if (!split) continue
    const middle = partition(bins, rows, split, start[node]!, end[node]!)
    feature[node] = split.feature
    threshold[node] = thresholdBetween(bins, split.feature, split.leftCode, split.rightCode)
    left[node] = nodeCount
    start[nodeCount] = start[node]!
    end[nodeCount] = middle
    start[nodeCount + 1] = middle
    end[nodeCount + 1] = end[node]!
    nodeCount += 2
  }
  return {
    feature: feature.slice(0, nodeCount),
    threshold: threshold.slice(0, nodeCount),
    left: left.slice(0, nodeCount),
    shares: shares.slice(0, nodeCount * classCount)
  }
}

function presentRows(weights: Int32Array): Int32Array {
  const rows = new Int32Array(weights.length)
  let count = 0
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) rows[count++] = i
  return rows.subarray(0, count)
}

/** Rows of [start, end) with a code that goes left first; returns where the others begin. */
function partition({ codes, rows: rowCount }: Bins, rows: Int32Array, { feature, leftCode }: Split, start: number, end: number): number {
  const offset = feature * rowCount
  let low = start
  let high = end - 1
  while (low <= high) {
    const row = rows[low]!
    if (codes[offset + row]! <= leftCode) low++
    else {
      rows[low] = rows[high]!
      rows[high] = row
      high--
    }
  }
  return low
}
