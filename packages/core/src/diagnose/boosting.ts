import { exp, log } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { type Key, keyAtStep, uniforms } from '../num/random.js'
import { binColumns, MOST_BINS, thresholdBetween } from './bins.js'

/** Questions on the way to a leaf: interactions of three features. */
const DEPTH = 3
/** Inner nodes of a tree, and its leaves. */
export const NODES = 2 ** DEPTH - 1
export const LEAVES = 2 ** DEPTH
/** Share of a leaf's Newton step that is taken. */
const RATE = 0.1
/** Rows that a tree sees: half of them, which steadies the sum (Friedman, *Stochastic gradient boosting*, 2002). */
const SUBSAMPLE = 0.5
/** Ridge on a leaf's step, as in XGBoost: a leaf of few rows says little. */
const RIDGE = 1

/** A sum of trees of depth three that tells two classes apart: `logOdds` adds their leaves. Node k of tree t stands at t·7 + k, its children at 2k + 1 and 2k + 2. */
export interface Boosting {
  /** Feature that a node asks about; −1 where all rows go left. [trees·7] */
  readonly feature: Int32Array
  /** Rows with a value ≤ this go left. [trees·7] */
  readonly threshold: Float64Array
  /** Log-odds that a leaf adds. [trees·8] */
  readonly values: Float64Array
  readonly featureCount: number
}

interface BoostingProblem {
  /** [n, d] */
  readonly points: Matrix
  /** 0 or 1. [n] */
  readonly labels: Uint8Array
  /** Of the rows, the same sum for both classes: log-odds are those of equally many rows. Default 1 each. [n] */
  readonly weights?: Float64Array
  readonly trees: number
  readonly key: Key
  readonly watch?: Watch | undefined
}

/**
 * Gradient boosting of trees for the log-odds of class 1, log p/(1 − p), by Newton steps on the logistic loss: where the classes are
 * samples of two laws, the logarithm of the ratio of their densities.
 * @source Friedman, *Greedy function approximation: a gradient boosting machine*, 2001; Chen, Guestrin, *XGBoost*, 2016.
 * Cost O(trees·n·d). Throws `StopError` when asked to stop.
 */
export function trainBoosting({ points, labels, weights, trees, key, watch }: BoostingProblem): Boosting {
  const bins = binColumns(points)
  const n = points.rows
  const grown: Boosting = {
    feature: new Int32Array(trees * NODES).fill(-1),
    threshold: new Float64Array(trees * NODES),
    values: new Float64Array(trees * LEAVES),
    featureCount: points.cols
  }
  const fits = new Float64Array(n)
  const slopes = new Slopes(n)
  for (let t = 0; t < trees; t++) {
    throwIfStopped(watch, 'telling real from synthetic')
    const drawn = uniforms(keyAtStep(key, t), n)
    for (let i = 0; i < n; i++) slopes.set(i, labels[i]!, fits[i]!, drawn[i]! < SUBSAMPLE ? (weights?.[i] ?? 1) : 0)
    growTree(grown, t, new Growth(bins, slopes))
    for (let i = 0; i < n; i++) fits[i]! += grown.values[t * LEAVES + leafOf(grown, t, points.data.subarray(i * points.cols))]!
  }
  return grown
}

/** Log-odds of class 1 for rows [n, d], by the first `trees` trees. Cost O(n·trees). */
export function logOdds(boosting: Boosting, points: Matrix, trees = boosting.values.length / LEAVES): Float64Array {
  return Float64Array.from({ length: points.rows }, (_, i) => {
    const row = points.data.subarray(i * points.cols, (i + 1) * points.cols)
    let sum = 0
    for (let t = 0; t < trees; t++) sum += boosting.values[t * LEAVES + leafOf(boosting, t, row)]!
    return sum
  })
}

function leafOf({ feature, threshold }: Boosting, t: number, row: Float64Array): number {
  let node = 0
  while (node < NODES) {
    const at = t * NODES + node
    node = 2 * node + (feature[at]! < 0 || row[feature[at]!]! <= threshold[at]! ? 1 : 2)
  }
  return node - NODES
}

/** Logistic loss log(1 + e^{−s}), s the log-odds of what a row is. */
export function logisticLoss(odds: number, label: number): number {
  const s = label === 1 ? odds : -odds
  return s > 0 ? log(1 + exp(-s)) : -s + log(1 + exp(s))
}

/** First and second derivatives of the loss at every row, zero for rows that a tree does not see. */
class Slopes {
  readonly gradient: Float64Array
  readonly curvature: Float64Array

  constructor(n: number) {
    this.gradient = new Float64Array(n)
    this.curvature = new Float64Array(n)
  }

  set(row: number, label: number, fit: number, weight: number): void {
    const chance = 1 / (1 + exp(-fit))
    this.gradient[row] = weight * (label - chance)
    this.curvature[row] = weight * chance * (1 - chance)
  }
}

function growTree(grown: Boosting, t: number, growth: Growth): void {
  const all = Int32Array.from({ length: growth.bins.rows }, (_, i) => i).filter((row) => growth.slopes.curvature[row]! > 0)
  const rowsOf: Int32Array[] = [all]
  for (let node = 0; node < NODES; node++) {
    const split = growth.split(rowsOf[node]!)
    const at = t * NODES + node
    if (split) {
      grown.feature[at] = split.feature
      grown.threshold[at] = thresholdBetween(growth.bins, split.feature, split.left, split.right)
    }
    const goesLeft = (row: number) => !split || growth.bins.codes[split.feature * growth.bins.rows + row]! <= split.left
    rowsOf[2 * node + 1] = rowsOf[node]!.filter(goesLeft)
    rowsOf[2 * node + 2] = rowsOf[node]!.filter((row) => !goesLeft(row))
  }
  for (let leaf = 0; leaf < LEAVES; leaf++) grown.values[t * LEAVES + leaf] = RATE * growth.step(rowsOf[NODES + leaf]!)
}

interface Cut {
  readonly feature: number
  readonly left: number
  readonly right: number
}

/** Looks for the splits of one tree. */
class Growth {
  private readonly gradients = new Float64Array(MOST_BINS)
  private readonly curvatures = new Float64Array(MOST_BINS)

  constructor(
    readonly bins: ReturnType<typeof binColumns>,
    readonly slopes: Slopes
  ) {}

  /** Newton's step of some rows. */
  step(rows: Int32Array): number {
    const [gradient, curvature] = this.sums(rows)
    return gradient / (curvature + RIDGE)
  }

  private sums(rows: Int32Array): readonly [number, number] {
    let [gradient, curvature] = [0, 0]
    for (const row of rows) {
      gradient += this.slopes.gradient[row]!
      curvature += this.slopes.curvature[row]!
    }
    return [gradient, curvature]
  }

  /** The cut after which Newton's steps lower the loss most; each side keeps curvature of 1 at least, four rows at even odds. */
  split(rows: Int32Array): Cut | undefined {
    const whole = this.sums(rows)
    if (whole[1] < 2) return undefined
    let best: Cut | undefined
    let most = gainOf(...whole) + 1e-12
    for (let feature = 0; feature < this.bins.cols; feature++) {
      this.count(rows, feature)
      let [gradient, curvature, before] = [0, 0, -1]
      for (let code = 0; code < MOST_BINS && curvature < whole[1] - 1; code++) {
        if (this.curvatures[code] === 0) continue
        const gain = gainOf(gradient, curvature) + gainOf(whole[0] - gradient, whole[1] - curvature)
        if (curvature >= 1 && gain > most) {
          most = gain
          best = { feature, left: before, right: code }
        }
        gradient += this.gradients[code]!
        curvature += this.curvatures[code]!
        before = code
      }
    }
    return best
  }

  private count(rows: Int32Array, feature: number): void {
    const codes = this.bins.codes.subarray(feature * this.bins.rows, (feature + 1) * this.bins.rows)
    this.gradients.fill(0)
    this.curvatures.fill(0)
    for (const row of rows) {
      const code = codes[row]!
      this.gradients[code]! += this.slopes.gradient[row]!
      this.curvatures[code]! += this.slopes.curvature[row]!
    }
  }
}

const gainOf = (gradient: number, curvature: number): number => (gradient * gradient) / (curvature + RIDGE)
