import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { outOfBagShares, predictForest, trainForest } from './forest.js'
import { checkSamples } from './samples.js'

/** Most rows of each class that the classifier sees. */
const MOST_CLASSIFIER_ROWS = 5000
const FOLDS = 5

interface TwoSamples {
  /** [n, d] and [m, d] */
  readonly first: Matrix
  readonly second: Matrix
  readonly key: Key
  readonly trees?: number
  readonly watch?: Watch | undefined
}

/** Some 37 % of the trees have not seen a row: as many votes as 55 trees of their own would give it. */
const TREES = 150

/**
 * Area under the curve of a random forest that tells two samples apart, every row judged by the trees that have not seen it:
 * 0.5 when they are of one distribution, 1 when every row is told apart. Beside five folds of forests it has the same value and
 * scatter for a fifth of the trees.
 *
 * At most 5,000 rows of each sample are used, chosen by the key. The same key gives the same value.
 * @source Lopez-Paz, Oquab, *Revisiting classifier two-sample tests*, ICLR 2017; Breiman, *Random forests*, 2001, section 3.1.
 * Cost about O(trees·√d·n log n). Throws `InputError` for samples of fewer than two rows, of different widths or
 * with coordinates that are not finite.
 */
export async function classifierAuc({ first, second, key, trees = TREES, watch }: TwoSamples): Promise<number> {
  checkSamples(first, second, 2)
  const [a, b] = shuffled({ first, second, key })
  const { points, labels } = stack([takeRows(first, a), takeRows(second, b)])
  return areaUnderCurve(await outOfBagShares({ points, labels, key: keyFor(key, 'forest'), trees, watch }), labels)
}

/** Rows of both samples that are used, in a random order. */
const shuffled = ({ first, second, key }: Pick<TwoSamples, 'first' | 'second' | 'key'>) =>
  [first, second].map((side, k) => permutation(keyFor(key, `rows ${k}`), side.rows).subarray(0, MOST_CLASSIFIER_ROWS)) as [
    Uint32Array,
    Uint32Array
  ]

/**
 * The same by a forest of 100 trees for each of five shuffled stratified folds, fewer where a sample has fewer rows: areas that can
 * be paired, since the same key and as many rows take the same rows of `first` into a fold.
 */
export async function foldAucs({ first, second, key, trees = 100, watch }: TwoSamples): Promise<number[]> {
  checkSamples(first, second, 2)
  const sides = shuffled({ first, second, key })
  const foldCount = Math.min(FOLDS, sides[0].length, sides[1].length)
  const areas: number[] = []
  for (let fold = 0; fold < foldCount; fold++) {
    throwIfStopped(watch, 'telling real from synthetic')
    const inFold = (_: number, at: number) => at % foldCount === fold
    const training = stack(
      sides.map((rows, k) =>
        takeRows(
          [first, second][k]!,
          rows.filter((row, at) => !inFold(row, at))
        )
      )
    )
    const test = stack(sides.map((rows, k) => takeRows([first, second][k]!, rows.filter(inFold))))
    const forest = await trainForest({ ...training, key: keyFor(key, `fold ${fold}`), trees, watch })
    const probabilities = predictForest(forest, test.points)
    const scores = Float64Array.from({ length: test.points.rows }, (_, i) => probabilities.data[2 * i + 1]!)
    areas.push(areaUnderCurve(scores, test.labels))
    watch?.progress?.({ stage: 'telling real from synthetic', done: fold + 1, total: foldCount })
  }
  return areas
}

/**
 * How far from ½ the area lies for two samples of one distribution, `rows` each: three standard errors of Mann and Whitney's
 * statistic without ties. Rows whose judges have seen each other scatter up to half as much again, so this is about two standard
 * deviations of what is measured.
 */
export function chanceOfAuc(rows: number): number {
  return 3 * Math.sqrt((2 * rows + 1) / (12 * rows * rows))
}

/** Two samples as one matrix, with label 0 for the rows of the first and 1 for those of the second. */
function stack([a, b]: readonly Matrix[]): { points: Matrix; labels: Uint8Array } {
  const points = matrix(a!.rows + b!.rows, a!.cols)
  points.data.set(a!.data, 0)
  points.data.set(b!.data, a!.data.length)
  return { points, labels: new Uint8Array(points.rows).fill(1, a!.rows) }
}

/**
 * Area under the receiver operating characteristic: the chance that a row of class 1 scores above one of class 0, ties
 * counting one half. Cost O(n log n).
 * @source Mann, Whitney 1947.
 */
export function areaUnderCurve(scores: Float64Array, labels: ArrayLike<number>): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b)
  let negativesBelow = 0
  let wins = 0
  for (let start = 0; start < order.length; ) {
    let end = start
    let positives = 0
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) positives += labels[order[end++]!]!
    const negatives = end - start - positives
    wins += positives * (negativesBelow + negatives / 2)
    negativesBelow += negatives
    start = end
  }
  return wins / (negativesBelow * (order.length - negativesBelow))
}
