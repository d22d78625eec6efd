import { thresholdBetween } from './bins.js'
import { SplitSearch, type TreeProblem } from './split.js'

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
  const rows = Int32Array.from(presentRows(weights))
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
    const middle = partition(bins.codes.subarray(split.feature * bins.rows), rows, {
      start: start[node]!,
      end: end[node]!,
      code: split.leftCode
    })
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

function presentRows(weights: Int32Array): number[] {
  const rows: number[] = []
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) rows.push(i)
  return rows
}

/** Rows of [start, end) with a code ≤ `code` first; returns where the others begin. */
function partition(codes: Uint8Array, rows: Int32Array, range: { start: number; end: number; code: number }): number {
  let low = range.start
  let high = range.end - 1
  while (low <= high) {
    if (codes[rows[low]!]! <= range.code) low++
    else {
      const kept = rows[low]!
      rows[low] = rows[high]!
      rows[high] = kept
      high--
    }
  }
  return low
}
