// A linear drift in standard units of the data: each column about its mean, over its spread.
import type { Matrix } from '../../num/matrix.js'
import { matrix } from '../../num/matrix.js'
import { familyOf } from './families.js'
import type { RoundsProblem } from './rounds-problem.js'

interface Parameters {
  readonly theta: Float64Array
  readonly sigma: Float64Array
}

/** A problem in standard units, and the way there and back of what it finds. */
interface StandardUnits {
  readonly problem: RoundsProblem
  /** Parameters of the data's units in standard ones. */
  inward<T extends Parameters>(given: T): T
  /** Parameters of standard units in the data's. */
  outward<T extends Parameters>(found: T): T
  /** The same of a covariance of θ [p, p]. */
  covarianceOutward(covariance: Matrix): Matrix
}

/**
 * The same law of a linear drift in standard units, z = (x − m)/s: dz = (A′ z + c′) dt with A = s A′ s⁻¹ and c = s c′ − A m.
 * Flows are solved relative to the size of a coordinate, and far from 0 the rates and the offset are one direction of the refit: neither
 * may be told by where a column begins and in what unit it is. Undefined for all other families. Cost O(n d).
 */
export function standardUnits(problem: RoundsProblem): StandardUnits | undefined {
  const { family, diffusion, snapshots, velocities } = problem
  const { made, beside } = family
  if (made?.name !== 'linear' || made.steps || beside || diffusion !== 'additive') return undefined
  const { mean, spread } = made.context
  const d = spread.length
  const context = { ...made.context, mean: new Float64Array(d), spread: new Float64Array(d).fill(1) }
  const placed = (points: Matrix): Matrix => ({ ...points, data: points.data.map((x, k) => (x - mean[k % d]!) / spread[k % d]!) })
  const scaled = ({ data, ...values }: Matrix): Matrix => ({ ...values, data: data.map((x, k) => x / spread[k % d]!) })
  const standard: RoundsProblem = {
    ...problem,
    family: familyOf('linear', context, made.smooth),
    snapshots: snapshots.map((snapshot) => ({ ...snapshot, cloud: { ...snapshot.cloud, points: placed(snapshot.cloud.points) } })),
    sigma: problem.sigma?.map((s, a) => s / spread[a]!),
    ...(problem.theta && { theta: thetaIn(problem.theta, mean, spread) }),
    velocities: velocities?.map((sample) => ({ ...sample, points: placed(sample.points), values: scaled(sample.values) }))
  }
  const out = (theta: Float64Array): Float64Array => thetaOut(theta, mean, spread)
  return {
    problem: standard,
    inward: (given) => ({ ...given, theta: thetaIn(given.theta, mean, spread), sigma: given.sigma.map((s, a) => s / spread[a]!) }),
    outward: (found) => ({ ...found, theta: out(found.theta), sigma: found.sigma.map((s, a) => s * spread[a]!) }),
    // θ is a linear map of θ′: of the columns first, then of the rows.
    covarianceOutward: (covariance) => mappedRows(mappedRows(covariance, out), out)
  }
}

/** The map applied to every row, transposed: twice makes L C Lᵀ. */
function mappedRows({ rows, cols, data }: Matrix, map: (row: Float64Array) => Float64Array): Matrix {
  const mapped = matrix(cols, rows)
  for (let i = 0; i < rows; i++) {
    const row = map(data.subarray(i * cols, (i + 1) * cols))
    for (let k = 0; k < cols; k++) mapped.data[k * rows + i] = row[k]!
  }
  return mapped
}

/** θ of the data's units → of standard ones. */
function thetaIn(theta: Float64Array, mean: Float64Array, spread: Float64Array): Float64Array {
  const d = spread.length
  const standard = new Float64Array(theta.length)
  for (let a = 0; a < d; a++) {
    let drift = theta[d * d + a]!
    for (let b = 0; b < d; b++) {
      standard[a * d + b] = (theta[a * d + b]! * spread[b]!) / spread[a]!
      drift += theta[a * d + b]! * mean[b]!
    }
    standard[d * d + a] = drift / spread[a]!
  }
  return standard
}

/** θ of standard units → of the data's. */
function thetaOut(standard: Float64Array, mean: Float64Array, spread: Float64Array): Float64Array {
  const d = spread.length
  const theta = new Float64Array(standard.length)
  for (let a = 0; a < d; a++) {
    let offset = standard[d * d + a]! * spread[a]!
    for (let b = 0; b < d; b++) {
      const rate = (standard[a * d + b]! * spread[a]!) / spread[b]!
      theta[a * d + b] = rate
      offset -= rate * mean[b]!
    }
    theta[d * d + a] = offset
  }
  return theta
}
