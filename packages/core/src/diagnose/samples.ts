import { InputError } from '../num/errors.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, permutation } from '../num/random.js'

/** At most `count` rows of `points`, drawn without replacement by the key; all of them, untouched, where there are no more. */
export function subsample(points: Matrix, count: number, key: Key): Matrix {
  return points.rows <= count ? points : takeRows(points, permutation(key, points.rows).subarray(0, count))
}

/** Throws `InputError` unless both samples have `least` rows, equal width and finite coordinates. */
export function checkSamples(first: Matrix, second: Matrix, least: number): void {
  if (first.cols !== second.cols) throw unfit(`samples of ${first.cols} and ${second.cols} columns`, 'equal columns')
  if (Math.min(first.rows, second.rows) < least)
    throw unfit(`samples of ${first.rows} and ${second.rows} rows`, `${least === 1 ? 'one row' : 'two rows'} each at least`)
  for (const points of [first, second]) {
    for (let i = 0; i < points.data.length; i++) {
      if (!Number.isFinite(points.data[i]))
        throw unfit(`the coordinate ${points.data[i]} in row ${Math.floor(i / points.cols)}`, 'finite coordinates')
    }
  }
}

function unfit(got: string, expected: string): InputError {
  return new InputError({ code: 'samples-shape', got, expected, try: 'passing two samples of the same columns' })
}
