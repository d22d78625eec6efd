import type { Engine } from '../kernel/engine.js'
import type { ConditionGroup } from '../know/places.js'
import type { TrainingRows } from '../law/training-rows.js'
import { columnOf, matrix, rowOf } from '../num/matrix.js'
import { type Key, keyFor, normals } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { unscaleValues } from '../table/scaling.js'

interface SpreadsProblem {
  readonly training: TrainingRows
  readonly group: Pick<ConditionGroup, 'split' | 'factors'>
  readonly engine: Engine
  readonly key: Key
}

/** Far beyond a column's spread: rows of one level are nearer to each other than to any other, and other levels are equally far. */
const LEVELS_APART = 1e3
/** Of a column's spread: rows that are given the same are each other's neighbours at random. */
const TIES = 1e-9

/**
 * Spread of every coordinate between rows that are given alike [d], no more than among all rows, and nought where all have one value:
 * half the mean square between nearest neighbours in what is given, with the variance of all rows taken in as one row's. In
 * these units a column that the given ones nearly determine counts as much in a score as one that they say nothing of. Neighbours
 * are sought among `some` of the training rows.
 * @source Rice, *Bandwidth choice for nonparametric regression*, Annals of Statistics, 1984. Cost at most O(some²·given).
 */
export async function unexplainedSpreads(some: TrainingRows, problem: SpreadsProblem): Promise<Float64Array> {
  const { encoder, rows } = problem.training
  const spreads = new Float64Array(encoder.coordinateCount)
  const partners = await givenAlike(some, problem)
  for (const code of encoder.columns) {
    if (code.carries !== 'coordinate') continue
    const column = columnOf(rows.coordinates, code.coordinate)
    // Of rows on one spike only their places differ, which are drawn at random.
    if (isConstant(unscaleValues(code.scaler, column))) continue
    const all = variance(column)
    const values = columnOf(some.rows.coordinates, code.coordinate)
    const n = values.length
    const between = partners ? mean(values.map((value, i) => 0.5 * (value - values[partners[i]!]!) ** 2)) : all
    spreads[code.coordinate] = Math.sqrt(Math.min(all, (n * between + all) / (n + 1)))
  }
  return spreads
}

const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0])

/** The row nearest to each in what is given [n]; undefined where no number is. */
async function givenAlike(
  { encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>,
  { group, engine, key }: SpreadsProblem
): Promise<Uint32Array | undefined> {
  const { split, factors } = group
  const { coordinates, codes } = rows
  const n = coordinates.rows
  if (split.given.length === 0 || n < 2) return undefined
  const levels = factors.map((f) => encoder.factors[f]!.places)
  const compared = matrix(
    n,
    levels.reduce((width, { cols }) => width + cols, split.given.length)
  )
  const ties = normals(keyFor(key, 'neighbours'), compared.data.length)
  for (let i = 0; i < n; i++) {
    const row = compared.data.subarray(i * compared.cols, (i + 1) * compared.cols)
    split.given.forEach((c, k) => {
      row[k] = coordinates.data[i * coordinates.cols + c]! + TIES * ties[i * compared.cols + k]!
    })
    let at = split.given.length
    for (const [k, places] of levels.entries())
      for (const x of rowOf(places, codes[i * encoder.factors.length + factors[k]!]!)) row[at++] = LEVELS_APART * x
  }
  const points = cloud(compared)
  const { indices } = await engine.nearest({ from: points, to: points, kernel: { kind: 'gaussian', epsilon: 1 } }, 2)
  return Uint32Array.from({ length: n }, (_, i) => (indices[2 * i] === i ? indices[2 * i + 1]! : indices[2 * i]!))
}
