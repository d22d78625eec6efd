import { type Bins, binColumns, MOST_BINS, thresholdBetween } from '../diagnose/bins.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { indexFromUniform, type Key, uniformsOf } from '../num/random.js'

/** Trees of a forest, and rows of a leaf at least. @source Meinshausen 2006: the defaults of its software, but fewer trees. */
const TREES = 200
const LEAST_LEAF = 5
/** Rows that a tree is grown on, at most: more make it no better, and dearer. */
const MOST_ROWS = 5000
/** Of features, one in so many is tried at a node. @source Breiman 2001, section 11: a third for numbers. */
const FEATURES_TRIED = 3
/** Least gain of a split, of targets with a spread of about one. */
const LEAST_GAIN = 1e-9

/** A tree whose leaves hold rows. Node 0 is the root, the right child follows the left one. */
interface RowTree {
  /** Feature that node k asks about; −1 at a leaf. */
  readonly feature: Int32Array
  /** Rows with a value ≤ this go to the left child. */
  readonly threshold: Float64Array
  readonly left: Int32Array
  /** Rows of node k: `rows` from start[k] to end[k]. */
  readonly rows: Int32Array
  readonly start: Int32Array
  readonly end: Int32Array
}

/** A random forest that says which rows of a table are like a new one, as far as it matters for some columns. */
export interface RowForest {
  readonly trees: readonly RowTree[]
  readonly rowCount: number
}

interface RowForestProblem {
  /** What is known of the rows [n, p], one column at least. */
  readonly features: Matrix
  /** What is to be told, in units that are worth the same [n, t]. */
  readonly targets: Matrix
  /** Rows that count. */
  readonly rows: Uint32Array
  readonly key: Key
  readonly watch?: Watch | undefined
}

/**
 * Grows trees on bootstrapped rows, of a third of the features at a node the cut that leaves the least squares of all targets.
 * @source Breiman, *Random forests*, 2001; Segal and Xiao, *Multivariate random forests*, 2011. Cost O(trees·n·p·t·depth) at most.
 */
export function growRowForest({ features, targets, rows, key, watch }: RowForestProblem): RowForest {
  const bins = binColumns(features)
  const trees = Array.from({ length: TREES }, (_, t) => {
    throwIfStopped(watch, 'growing a forest')
    const uniform = uniformsOf(key, t)
    const bag = Int32Array.from({ length: Math.min(rows.length, MOST_ROWS) }, () => rows[indexFromUniform(uniform(), rows.length)]!)
    return growTree(new CutSearch(bins, targets, uniform), bag)
  })
  return { trees, rowCount: features.rows }
}

/** Rows and their weights, which sum to one. */
export interface RowWeights {
  readonly rows: readonly number[]
  readonly weights: Float64Array
}

/**
 * Weights of the rows where `point` [p] is known: of each tree those of its leaf, in equal shares. Rows that are not `allowed` have none;
 * nothing where no other has any. @source Meinshausen, *Quantile regression forests*, Journal of Machine Learning Research 2006.
 */
export function rowWeightsAt(forest: RowForest, point: Float64Array, allowed?: (row: number) => boolean): RowWeights {
  const sums = SUMS.get(forest) ?? new Float64Array(forest.rowCount)
  SUMS.set(forest, sums)
  const found: number[] = []
  for (const tree of forest.trees) {
    const leaf = leafOf(tree, point)
    const [start, end] = [tree.start[leaf]!, tree.end[leaf]!]
    for (let at = start; at < end; at++) {
      const row = tree.rows[at]!
      if (sums[row] === 0) found.push(row)
      sums[row] = sums[row]! + 1 / (end - start)
    }
  }
  const rows = Array.from(Int32Array.from(found).sort()).filter((row) => allowed?.(row) ?? true)
  const total = rows.reduce((sum, row) => sum + sums[row]!, 0)
  const weights = Float64Array.from(rows, (row) => sums[row]! / total)
  for (const row of found) sums[row] = 0
  return { rows, weights }
}

/** Room of each forest for the sums of one point, all nought between two. */
const SUMS = new WeakMap<RowForest, Float64Array>()

function leafOf({ feature, threshold, left }: RowTree, point: Float64Array): number {
  let node = 0
  while (feature[node]! >= 0) node = point[feature[node]!]! <= threshold[node]! ? left[node]! : left[node]! + 1
  return node
}

/** `rows`: may be changed. */
function growTree(search: CutSearch, rows: Int32Array): RowTree {
  const feature = [-1]
  const threshold = [0]
  const left = [0]
  const start = [0]
  const end = [rows.length]
  for (let node = 0; node < feature.length; node++) {
    const cut = search.best(rows.subarray(start[node]!, end[node]!))
    if (!cut) continue
    const middle = start[node]! + search.part(rows.subarray(start[node]!, end[node]!), cut)
    feature[node] = cut.feature
    threshold[node] = thresholdBetween(search.bins, cut.feature, cut.leftCode, cut.rightCode)
    left[node] = feature.length
    feature.push(-1, -1)
    threshold.push(0, 0)
    left.push(0, 0)
    start.push(start[node]!, middle)
    end.push(middle, end[node]!)
  }
  return {
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    left: Int32Array.from(left),
    rows,
    start: Int32Array.from(start),
    end: Int32Array.from(end)
  }
}

interface Cut {
  readonly gain: number
  readonly feature: number
  /** Codes ≤ `leftCode` go left, the next code that occurs is `rightCode`. */
  readonly leftCode: number
  readonly rightCode: number
}

/** Looks for the cuts of one tree. */
class CutSearch {
  private readonly order: Int32Array
  private readonly counts = new Int32Array(MOST_BINS)
  private readonly sums: Float64Array
  private readonly total: Float64Array
  private readonly below: Float64Array
  /** Rows that go right, while others are put left of them. */
  private aside = new Int32Array(0)

  constructor(
    readonly bins: Bins,
    private readonly targets: Matrix,
    private readonly uniform: () => number
  ) {
    this.order = Int32Array.from({ length: bins.cols }, (_, f) => f)
    this.sums = new Float64Array(MOST_BINS * targets.cols)
    this.total = new Float64Array(targets.cols)
    this.below = new Float64Array(targets.cols)
  }

  /** The best cut over features drawn without replacement; none of rows that are too few, or alike. */
  best(rows: Int32Array): Cut | undefined {
    if (rows.length < 2 * LEAST_LEAF) return undefined
    const { order, total, targets } = this
    total.fill(0)
    for (const row of rows) for (let k = 0; k < total.length; k++) total[k] = total[k]! + targets.data[row * targets.cols + k]!
    let best: Cut | undefined
    for (let tried = 0; tried < Math.ceil(order.length / FEATURES_TRIED); tried++) {
      const at = tried + indexFromUniform(this.uniform(), order.length - tried)
      const feature = order[at]!
      order[at] = order[tried]!
      order[tried] = feature
      best = this.bestOf(rows, feature, best)
    }
    return best
  }

  private bestOf(rows: Int32Array, feature: number, best: Cut | undefined): Cut | undefined {
    const { counts, sums, total, below } = this
    const t = total.length
    const [lowest, highest] = this.count(rows, feature)
    const whole = squareOf(total) / rows.length
    below.fill(0)
    let [count, before, found] = [0, -1, best]
    for (let code = lowest; code <= highest; code++) {
      if (counts[code] === 0) continue
      if (count >= LEAST_LEAF && rows.length - count >= LEAST_LEAF) {
        let above = 0
        for (let k = 0; k < t; k++) above += (total[k]! - below[k]!) ** 2
        const gain = squareOf(below) / count + above / (rows.length - count) - whole
        if (gain > (found?.gain ?? LEAST_GAIN)) found = { gain, feature, leftCode: before, rightCode: code }
      }
      count += counts[code]!
      for (let k = 0; k < t; k++) below[k] = below[k]! + sums[code * t + k]!
      before = code
    }
    counts.fill(0, lowest, highest + 1)
    sums.fill(0, lowest * t, (highest + 1) * t)
    return found
  }

  /** Counts and sums of targets by code; the lowest code and the highest. */
  private count(rows: Int32Array, feature: number): readonly [number, number] {
    const { bins, counts, sums, targets } = this
    const t = targets.cols
    let [lowest, highest] = [MOST_BINS, -1]
    for (const row of rows) {
      const code = bins.codes[feature * bins.rows + row]!
      counts[code]!++
      for (let k = 0; k < t; k++) sums[code * t + k] = sums[code * t + k]! + targets.data[row * t + k]!
      if (code < lowest) lowest = code
      if (code > highest) highest = code
    }
    return [lowest, highest]
  }

  /** Puts the rows that go left first, in their order; how many they are. */
  part(rows: Int32Array, { feature, leftCode }: Cut): number {
    const { codes, rows: stride } = this.bins
    if (this.aside.length < rows.length) this.aside = new Int32Array(rows.length)
    let [left, right] = [0, 0]
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!
      if (codes[feature * stride + row]! <= leftCode) rows[left++] = row
      else this.aside[right++] = row
    }
    rows.set(this.aside.subarray(0, right), left)
    return left
  }
}

function squareOf(values: Float64Array): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!
  return sum
}
