import { type Bins, thresholdBetween } from './bins.js'

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

export interface TreeProblem {
  readonly bins: Bins
  /** Class of every row, 0 … classCount − 1. */
  readonly labels: Int32Array
  readonly classCount: number
  /** How often each row stands in the sample; 0 leaves it out. */
  readonly weights: Int32Array
  /** Features tried at a node (constant ones included, one that is not constant at least). */
  readonly featureCount: number
  /** The next uniform number in (0, 1). */
  readonly uniform: () => number
}

/** Below this many rows sorting is faster than a histogram. */
const SMALL_NODE = 40

interface Split {
  score: number
  feature: number
  leftCode: number
  rightCode: number
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

/** Looks for the split of a node that makes its children purest. */
class SplitSearch {
  /** Weighted class counts of the current node, and their sum. */
  readonly totals: Float64Array
  total = 0
  readonly #problem: TreeProblem
  readonly #rows: Int32Array
  readonly #histogram: Int32Array
  readonly #binTotal = new Int32Array(256)
  readonly #leftCounts: Float64Array
  readonly #keys = new Int32Array(SMALL_NODE)
  readonly #split: Split = { score: 0, feature: -1, leftCode: 0, rightCode: 0 }
  #leftTotal = 0
  #leftSquares = 0
  #rightSquares = 0

  constructor(problem: TreeProblem, rows: Int32Array) {
    this.#problem = problem
    this.#rows = rows
    this.totals = new Float64Array(problem.classCount)
    this.#leftCounts = new Float64Array(problem.classCount)
    this.#histogram = new Int32Array(256 * problem.classCount)
  }

  /** Counts the classes of rows [start, end); true when there is one class only. */
  countClasses(start: number, end: number): boolean {
    const { labels, weights } = this.#problem
    this.totals.fill(0)
    this.total = 0
    for (let i = start; i < end; i++) {
      const row = this.#rows[i]!
      this.totals[labels[row]!]! += weights[row]!
      this.total += weights[row]!
    }
    for (const count of this.totals) if (count === this.total) return true
    return false
  }

  /** The best split over features drawn without replacement, or nothing when every feature is constant here. */
  best(start: number, end: number, order: Int32Array, uniform: () => number): Split | undefined {
    const split = this.#split
    split.score = Number.NEGATIVE_INFINITY
    split.feature = -1
    for (let visited = 0; visited < order.length; visited++) {
      if (visited >= this.#problem.featureCount && split.feature >= 0) break
      const at = visited + Math.min(order.length - visited - 1, Math.floor(uniform() * (order.length - visited)))
      const feature = order[at]!
      order[at] = order[visited]!
      order[visited] = feature
      if (end - start <= SMALL_NODE) this.#searchSorted(start, end, feature)
      else this.#searchHistogram(start, end, feature)
    }
    return split.feature < 0 ? undefined : split
  }

  #reset(): void {
    this.#leftCounts.fill(0)
    this.#leftTotal = 0
    this.#leftSquares = 0
    this.#rightSquares = 0
    for (const count of this.totals) this.#rightSquares += count * count
  }

  /** Moves `weight` rows of class k from the right child to the left one. */
  #move(k: number, weight: number): void {
    const leftCount = this.#leftCounts[k]!
    const rightCount = this.totals[k]! - leftCount
    this.#leftSquares += weight * (2 * leftCount + weight)
    this.#rightSquares += weight * (weight - 2 * rightCount)
    this.#leftCounts[k] = leftCount + weight
    this.#leftTotal += weight
  }

  /** Weighs the split between two neighbouring codes: Σ_k L_k²/L + Σ_k R_k²/R is largest where impurity is least. */
  #consider(feature: number, leftCode: number, rightCode: number): void {
    const score = this.#leftSquares / this.#leftTotal + this.#rightSquares / (this.total - this.#leftTotal)
    const split = this.#split
    if (score <= split.score) return
    split.score = score
    split.feature = feature
    split.leftCode = leftCode
    split.rightCode = rightCode
  }

  #searchHistogram(start: number, end: number, feature: number): void {
    const { bins, labels, weights, classCount } = this.#problem
    const codes = bins.codes.subarray(feature * bins.rows, (feature + 1) * bins.rows)
    const histogram = this.#histogram
    const binTotal = this.#binTotal
    const rows = this.#rows
    let first = 255
    let last = 0
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const code = codes[row]!
      const weight = weights[row]!
      histogram[code * classCount + labels[row]!]! += weight
      binTotal[code]! += weight
      if (code < first) first = code
      if (code > last) last = code
    }
    this.#reset()
    let previous = -1
    for (let code = first; code <= last; code++) {
      if (binTotal[code] === 0) continue
      if (previous >= 0) this.#consider(feature, previous, code)
      for (let k = 0; k < classCount; k++) {
        const weight = histogram[code * classCount + k]!
        if (weight > 0) this.#move(k, weight)
      }
      previous = code
    }
    histogram.fill(0, first * classCount, (last + 1) * classCount)
    binTotal.fill(0, first, last + 1)
  }

  #searchSorted(start: number, end: number, feature: number): void {
    const { bins, labels, weights } = this.#problem
    const offset = feature * bins.rows
    const keys = this.#keys
    const rows = this.#rows
    const count = end - start
    for (let i = 0; i < count; i++) {
      const key = (bins.codes[offset + rows[start + i]!]! << 8) | i
      let at = i
      while (at > 0 && keys[at - 1]! > key) {
        keys[at] = keys[at - 1]!
        at--
      }
      keys[at] = key
    }
    if (keys[0]! >>> 8 === keys[count - 1]! >>> 8) return
    this.#reset()
    let previous = keys[0]! >>> 8
    for (let i = 0; i < count; i++) {
      const code = keys[i]! >>> 8
      if (code !== previous) {
        this.#consider(feature, previous, code)
        previous = code
      }
      const row = rows[start + (keys[i]! & 255)]!
      this.#move(labels[row]!, weights[row]!)
    }
  }
}
