import { each, type Task } from '../num/crew.js'
import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { indexFromUniform, type Key, uniformsOf } from '../num/random.js'
import { binColumns } from './bins.js'
import { type VoteProblem, type VotingTrees, votingKernel } from './forest-kernel.js'
import { growTree, type Tree } from './tree.js'

/** A random forest for classes 0 … classCount − 1. */
export interface Forest {
  readonly trees: readonly Tree[]
  readonly classCount: number
  readonly featureCount: number
}

const STAGE = 'training a forest'

interface ForestProblem {
  /** [n, d] */
  readonly points: Matrix
  /** Class of every row: whole numbers from 0. [n] */
  readonly labels: ArrayLike<number>
  readonly key: Key
  /** Default 100. */
  readonly trees?: number
  readonly watch?: Watch | undefined
}

/**
 * Trains a random forest: bootstrapped trees of unlimited depth, √d features tried at a node, Gini impurity. Columns of
 * more than 256 distinct values are cut into 256 bins.
 * @source Breiman, *Random forests*, Machine Learning 2001.
 * Cost about O(trees·√d·n log n). Throws `InputError` for no rows, no columns, labels that do not fit, or coordinates
 * that are not finite; `StopError` when asked to stop.
 */
export async function trainForest({ points, labels, key, trees = 100, watch }: ForestProblem): Promise<Forest> {
  const classCount = checkProblem(points, labels, trees)
  const { rows, cols } = points
  const bins = binColumns(points)
  const classes = Int32Array.from(labels)
  const featureCount = triedFeatures(points)
  const grown = Array.from({ length: trees }, (_, t) => {
    throwIfStopped(watch, STAGE)
    watch?.progress?.({ stage: STAGE, done: t, total: trees })
    const uniform = uniformsOf(key, t)
    const weights = new Int32Array(rows)
    for (let i = 0; i < rows; i++) weights[indexFromUniform(uniform(), rows)]! += 1
    return growTree({ bins, labels: classes, classCount, weights, featureCount, uniform })
  })
  return { trees: grown, classCount, featureCount: cols }
}

/**
 * The share of class 1 that a forest gives every row by those of its trees that have not seen it [n]; ½ where all have. Two
 * classes. Trees draw as many rows of each class as there are: from a bag of all rows one that is left out takes a row of its
 * class with it, and would look like the other.
 * @source Breiman 2001, section 3.1; Chen, Liaw, Breiman, *Using random forest to learn imbalanced data*, 2004.
 * Cost and errors as `trainForest`.
 */
export async function outOfBagShares(problem: ForestProblem): Promise<Float64Array> {
  const { points, labels, key, trees = 100, watch } = problem
  checkProblem(points, labels, trees)
  const bins = binColumns(points)
  const [first, second] = [0, 1].map((label) => Int32Array.from({ length: points.rows }, (_, i) => i).filter((i) => labels[i] === label))
  const grove = { points, bins, members: [first!, second!] as const, featureCount: triedFeatures(points), key }
  const groves = Array.from({ length: Math.ceil(trees / TREES_TOGETHER) }, (_, k) => ({
    ...grove,
    first: k * TREES_TOGETHER,
    end: Math.min(trees, (k + 1) * TREES_TOGETHER)
  }))
  const done = (count: number) => watch?.progress?.({ stage: STAGE, done: count, total: groves.length })
  const work = SEARCH_WORK * trees * grove.featureCount * points.rows * log(points.rows)
  const votes = await each(votesTask, groves, { watch: watch && { stop: watch.stop, crew: watch.crew }, work, stage: STAGE, done })
  // Shares in float32 of one half at most in millions: their sums are exact, in whichever groups they were added up.
  const all = { sums: new Float64Array(points.rows), counts: new Int32Array(points.rows) }
  for (const { sums, counts } of votes) {
    for (let i = 0; i < points.rows; i++) {
      all.sums[i]! += sums[i]!
      all.counts[i]! += counts[i]!
    }
  }
  return all.sums.map((sum, i) => (all.counts[i] === 0 ? 0.5 : sum / all.counts[i]!))
}

/** Operations for a row in a column that is tried, at each of the log n levels of a tree: 8 ns. */
const SEARCH_WORK = 3

/** Trees that one thread grows after another: a tenth of a second of them at the 10,000 rows that a classifier sees at most. */
const TREES_TOGETHER = 25

/** Trees first … end − 1 of a forest of two classes. */
interface Grove extends VoteProblem {
  readonly first: number
  readonly end: number
}

interface Votes {
  /** Shares of class 1 added up over trees [n], and how many these are [n]. */
  readonly sums: Float64Array
  readonly counts: Int32Array
}

/** What trees say of the rows that they have not seen, in any thread. */
export const votesTask: Task<Grove, Votes> = {
  name: 'votes',
  run: async (grove, watch) => {
    const place = await votingKernel(grove.points)
    const grown = place?.(grove) ?? plainTrees(grove)
    for (let t = grove.first; t < grove.end; t++) {
      throwIfStopped(watch, STAGE)
      grown.addTree(t)
    }
    return grown.votes()
  }
}

/** The same trees where there is no WebAssembly. */
function plainTrees({ points, bins, members, featureCount, key }: VoteProblem): VotingTrees {
  const { rows } = points
  const classes = new Int32Array(rows)
  for (const row of members[1]) classes[row] = 1
  const votes = { sums: new Float64Array(rows), counts: new Int32Array(rows) }
  return {
    addTree(t) {
      const uniform = uniformsOf(key, t)
      const weights = new Int32Array(rows)
      for (const side of members) for (let i = 0; i < side.length; i++) weights[side[indexFromUniform(uniform(), side.length)]!]! += 1
      const tree = growTree({ bins, labels: classes, classCount: 2, weights, featureCount, uniform })
      for (let i = 0; i < rows; i++) {
        if (weights[i]! > 0) continue
        votes.sums[i]! += tree.shares[2 * leafOf(tree, points, i) + 1]!
        votes.counts[i]! += 1
      }
    },
    votes: () => votes
  }
}

const triedFeatures = ({ cols }: Matrix): number => Math.max(1, Math.floor(Math.sqrt(cols)))

/** Class probabilities [n, classCount]: the mean over the trees of the class shares in the leaf that a row falls into. */
export function predictForest(forest: Forest, points: Matrix): Matrix {
  if (points.cols !== forest.featureCount) throw shape(`${points.cols} columns`, `${forest.featureCount}, as in training`)
  const { classCount } = forest
  const out = matrix(points.rows, classCount)
  for (const tree of forest.trees) {
    for (let i = 0; i < points.rows; i++) {
      const leaf = leafOf(tree, points, i)
      for (let k = 0; k < classCount; k++) out.data[i * classCount + k]! += tree.shares[leaf * classCount + k]!
    }
  }
  for (let i = 0; i < out.data.length; i++) out.data[i]! /= forest.trees.length
  return out
}

function leafOf(tree: Tree, points: Matrix, row: number): number {
  const { feature, threshold, left } = tree
  const base = row * points.cols
  let node = 0
  while (feature[node]! >= 0) node = points.data[base + feature[node]!]! <= threshold[node]! ? left[node]! : left[node]! + 1
  return node
}

function checkProblem(points: Matrix, labels: ArrayLike<number>, trees: number): number {
  if (points.rows < 1 || points.cols < 1) throw shape(`a ${points.rows} × ${points.cols} matrix`, 'at least one row and one column')
  if (labels.length !== points.rows) throw shape(`${labels.length} labels for ${points.rows} rows`, 'one label a row')
  if (!(Number.isInteger(trees) && trees >= 1)) throw shape(`${trees} trees`, 'a whole number from 1')
  checkFinite(points)
  let largest = 0
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (!(Number.isInteger(label) && label >= 0 && label < 65536)) throw shape(`the label ${label} of row ${i}`, 'a whole number from 0')
    if (label > largest) largest = label
  }
  return largest + 1
}

/** Throws `InputError` where a coordinate is not finite. */
export function checkFinite(points: Matrix): void {
  for (let i = 0; i < points.data.length; i++) {
    if (!Number.isFinite(points.data[i]))
      throw shape(`the coordinate ${points.data[i]} in row ${Math.floor(i / points.cols)}`, 'finite coordinates')
  }
}

function shape(got: string, expected: string): InputError {
  return new InputError({ code: 'forest-shape', got, expected, try: 'passing a matrix of finite numbers and one label a row' })
}
