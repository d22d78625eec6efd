import { InputError } from '../num/errors.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { predictForest, trainForest } from './forest.js'
import { checkSamples } from './samples.js'

/** Most rows of each class that the classifier sees. */
const MOST_CLASSIFIER_ROWS = 5000

interface TwoSamples {
  /** [n, d] and [m, d] */
  readonly first: Matrix
  readonly second: Matrix
  readonly key: Key
  /** Default 100. */
  readonly trees?: number
  /** Default 5; fewer where a sample has fewer rows. */
  readonly folds?: number
  readonly watch?: Watch | undefined
}

/**
 * Area under the curve of a random forest that tells two samples apart, cross-validated over shuffled stratified folds
 * (mean of the folds): 0.5 when they are of one distribution, 1 when every row is told apart.
 *
 * At most 5,000 rows of each sample are used, chosen by the key. The same key gives the same value.
 * @source Lopez-Paz, Oquab, *Revisiting classifier two-sample tests*, ICLR 2017.
 * Cost about O(folds·trees·√d·n log n). Throws `InputError` for samples of fewer than two rows, of different widths or
 * with coordinates that are not finite.
 */
export async function classifierAuc(samples: TwoSamples): Promise<number> {
  return mean(await foldAucs(samples))
}

/** The areas of the folds, of which `classifierAuc` is the mean: the same key and as many rows take the same rows of `first` into a fold. */
export async function foldAucs({ first, second, key, trees = 100, folds = 5, watch }: TwoSamples): Promise<number[]> {
  checkSamples(first, second, 2)
  if (!(Number.isInteger(folds) && folds >= 2))
    throw new InputError({
      code: 'folds',
      got: `${folds} folds`,
      expected: 'a whole number from 2',
      try: 'leaving folds out, which means 5'
    })
  const sides = [first, second].map((side, k) => permutation(keyFor(key, `rows ${k}`), side.rows).subarray(0, MOST_CLASSIFIER_ROWS))
  const foldCount = Math.min(folds, sides[0]!.length, sides[1]!.length)
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
 * How far from ½ the cross-validated area lies for two samples of one distribution, `rows` each: three standard errors of
 * Mann and Whitney's statistic without ties. Folds that share training rows scatter half as much again, so this is about
 * two standard deviations of what is measured.
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
