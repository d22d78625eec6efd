import type { Bins } from './bins.js'

/** Up to this many rows sorting is faster than a histogram. */
const SMALL_NODE = 32
const BIN_COUNT = 256

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

/** Two counts share a word where neither can be larger. */
const MOST_MASS = 0xffff

/** The weight of every row in the half of a word that is its class's; undefined unless there are two classes that fit. */
function massesOf({ classCount, labels, weights }: TreeProblem): Int32Array | undefined {
  if (classCount !== 2) return undefined
  let sum = 0
  const masses = weights.map((weight, i) => {
    sum += weight
    return weight << (16 * labels[i]!)
  })
  return sum <= MOST_MASS ? masses : undefined
}

/** Where a node is parted: codes ≤ `leftCode` go left, the next code that occurs is `rightCode`. */
export interface Split {
  score: number
  feature: number
  leftCode: number
  rightCode: number
}

/**
 * Looks for the split of a node that makes its children purest: with class counts L_k, R_k and sums L, R of the
 * children, Σ_k L_k²/L + Σ_k R_k²/R is largest where the Gini impurity is least.
 */
export class SplitSearch {
  /** Weighted class counts of the current node, and their sum. */
  readonly totals: Float64Array
  total = 0
  readonly #problem: TreeProblem
  readonly #rows: Int32Array
  readonly #histogram: Float64Array
  readonly #leftCounts: Float64Array
  readonly #keys = new Int32Array(SMALL_NODE)
  /** Of two classes: what a row adds to its bin, the bins, and which of them were met. */
  readonly #masses: Int32Array | undefined
  readonly #pairs = new Int32Array(BIN_COUNT)
  readonly #met = new Int32Array(BIN_COUNT / 32)
  readonly #split: Split = { score: 0, feature: -1, leftCode: 0, rightCode: 0 }

  constructor(problem: TreeProblem, rows: Int32Array) {
    this.#problem = problem
    this.#rows = rows
    this.totals = new Float64Array(problem.classCount)
    this.#leftCounts = new Float64Array(problem.classCount)
    this.#histogram = new Float64Array(BIN_COUNT * problem.classCount)
    this.#masses = massesOf(problem)
  }

  /** Counts the classes of rows [start, end); true when there is one class only. */
  countClasses(start: number, end: number): boolean {
    const { labels, weights } = this.#problem
    const { totals } = this
    const rows = this.#rows
    totals.fill(0)
    let total = 0
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const weight = weights[row]!
      totals[labels[row]!]! += weight
      total += weight
    }
    this.total = total
    for (let k = 0; k < totals.length; k++) if (totals[k] === total) return true
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
      if (this.#masses) this.#searchTwoClasses(start, end, feature)
      else if (end - start > SMALL_NODE) this.#searchHistogram(start, end, feature)
      else if (this.#sort(start, end, feature)) this.#searchSorted(start, end, feature)
    }
    return split.feature < 0 ? undefined : split
  }

  #keep(score: number, feature: number, leftCode: number, rightCode: number): void {
    const split = this.#split
    if (score <= split.score) return
    split.score = score
    split.feature = feature
    split.leftCode = leftCode
    split.rightCode = rightCode
  }

  /**
   * The best cut of the rows of two classes, whose counts share a word of a bin. Bins that are met are marked, and only these
   * are looked at: nodes of fewer rows than there are bins are most of them.
   */
  #searchTwoClasses(start: number, end: number, feature: number): void {
    const { codes, rows: rowCount } = this.#problem.bins
    const offset = feature * rowCount
    const rows = this.#rows
    const masses = this.#masses!
    const histogram = this.#pairs
    const met = this.#met
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const code = codes[offset + row]!
      histogram[code] = histogram[code]! + masses[row]!
      met[code >>> 5] = met[code >>> 5]! | (1 << (code & 31))
    }
    const total = this.total
    let left0 = 0
    let left1 = 0
    let right0 = this.totals[0]!
    let right1 = this.totals[1]!
    let previous = -1
    let best = this.#split.score
    for (let word = 0; word < met.length; word++) {
      let bits = met[word]!
      met[word] = 0
      while (bits !== 0) {
        const code = 32 * word + 31 - Math.clz32(bits & -bits)
        bits &= bits - 1
        if (previous >= 0) {
          const left = left0 + left1
          const right = total - left
          // Of whole numbers, so exact: a division is made of the better ones alone.
          const above = (left0 * left0 + left1 * left1) * right + (right0 * right0 + right1 * right1) * left
          const below = left * right
          if (above > best * below) {
            best = above / below
            this.#keep(best, feature, previous, code)
          }
        }
        const count0 = histogram[code]! & MOST_MASS
        const count1 = histogram[code]! >>> 16
        histogram[code] = 0
        left0 += count0
        left1 += count1
        right0 -= count0
        right1 -= count1
        previous = code
      }
    }
  }

  #searchHistogram(start: number, end: number, feature: number): void {
    const { bins, labels, weights, classCount } = this.#problem
    const { codes } = bins
    const offset = feature * bins.rows
    const histogram = this.#histogram
    const rows = this.#rows
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      histogram[codes[offset + row]! * classCount + labels[row]!]! += weights[row]!
    }
    const leftCounts = this.#leftCounts.fill(0)
    let left = 0
    let leftSquares = 0
    let rightSquares = 0
    for (const count of this.totals) rightSquares += count * count
    let previous = -1
    for (let code = 0; left < this.total; code++) {
      let binTotal = 0
      for (let k = 0; k < classCount; k++) binTotal += histogram[code * classCount + k]!
      if (binTotal === 0) continue
      if (previous >= 0) this.#keep(leftSquares / left + rightSquares / (this.total - left), feature, previous, code)
      for (let k = 0; k < classCount; k++) {
        const weight = histogram[code * classCount + k]!
        const leftCount = leftCounts[k]!
        leftSquares += weight * (2 * leftCount + weight)
        rightSquares += weight * (weight - 2 * (this.totals[k]! - leftCount))
        leftCounts[k] = leftCount + weight
        histogram[code * classCount + k] = 0
      }
      left += binTotal
      previous = code
    }
  }

  /** For few rows, an insertion sort of (code, place in the node) instead of a histogram; whether there are two codes. */
  #sort(start: number, end: number, feature: number): boolean {
    const { codes, rows: rowCount } = this.#problem.bins
    const offset = feature * rowCount
    const keys = this.#keys
    const rows = this.#rows
    const count = end - start
    for (let i = 0; i < count; i++) {
      const key = (codes[offset + rows[start + i]!]! << 8) | i
      let at = i
      while (at > 0 && keys[at - 1]! > key) {
        keys[at] = keys[at - 1]!
        at--
      }
      keys[at] = key
    }
    return keys[0]! >>> 8 !== keys[count - 1]! >>> 8
  }

  /** The best cut of the sorted rows. */
  #searchSorted(start: number, end: number, feature: number): void {
    const { labels, weights } = this.#problem
    const keys = this.#keys
    const rows = this.#rows
    const count = end - start
    const leftCounts = this.#leftCounts.fill(0)
    const totals = this.totals
    let left = 0
    let leftSquares = 0
    let rightSquares = 0
    for (let k = 0; k < totals.length; k++) rightSquares += totals[k]! * totals[k]!
    let previous = keys[0]! >>> 8
    for (let i = 0; i < count; i++) {
      const code = keys[i]! >>> 8
      if (code !== previous) {
        this.#keep(leftSquares / left + rightSquares / (this.total - left), feature, previous, code)
        previous = code
      }
      const row = rows[start + (keys[i]! & 255)]!
      const k = labels[row]!
      const weight = weights[row]!
      leftSquares += weight * (2 * leftCounts[k]! + weight)
      rightSquares += weight * (weight - 2 * (totals[k]! - leftCounts[k]!))
      leftCounts[k]! += weight
      left += weight
    }
  }
}
