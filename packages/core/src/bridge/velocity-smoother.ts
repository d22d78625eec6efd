import { multiply, semidefiniteCholesky } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { propagated, type StateTransition, stateTransition, sum, symmetric, type VelocityProcess } from './velocity.js'

/** Times in order, some of them seen: a place is known exactly there. The first one is seen. */
export interface Grid {
  readonly times: Float64Array
  readonly seen: readonly boolean[]
}

/** What filtering is at one time: the same for all paths, as nothing here depends on the places seen. */
interface Filtered {
  /** Variance of the innovation over that of the velocity; 0 where nothing is seen. */
  readonly variance: number
  /** Gain [1 + q]. */
  readonly gain: Float64Array
  /** Covariance after the observation [1 + q, 1 + q]. */
  readonly covariance: Matrix
}

/** The transitions between the times of a grid, and the filter's gains along it. */
interface GridFilter {
  readonly grid: Grid
  readonly process: VelocityProcess
  /** One an interval. */
  readonly transitions: readonly StateTransition[]
  readonly steps: readonly Filtered[]
}

/** Kalman filter of places seen without error, whose first one is known and whose velocity is stationary. Cost O(T·q³). */
export function gridFilter(process: VelocityProcess, grid: Grid): GridFilter {
  const n = process.size + 1
  const known = new Map<number, StateTransition>()
  const transitions = Array.from(grid.times.subarray(1), (time, k) => {
    const interval = time - grid.times[k]!
    const transition = known.get(interval) ?? stateTransition(process, interval)
    known.set(interval, transition)
    return transition
  })
  const first = matrix(n, n)
  for (let a = 0; a < process.size; a++)
    for (let b = 0; b < process.size; b++) first.data[(a + 1) * n + b + 1] = process.stationary.data[a * process.size + b]!
  const steps: Filtered[] = [{ variance: 0, gain: new Float64Array(n), covariance: first }]
  transitions.forEach(({ map, noise }, k) => {
    const predicted = symmetric(sum(propagated(map, steps[k]!.covariance), noise))
    steps.push(grid.seen[k + 1] ? observed(predicted) : { variance: 0, gain: new Float64Array(n), covariance: predicted })
  })
  return { grid, process, transitions, steps }
}

/** The place itself is seen: P − g S gᵀ with g the first column over S. */
function observed(predicted: Matrix): Filtered {
  const n = predicted.rows
  const variance = predicted.data[0]!
  const gain = Float64Array.from({ length: n }, (_, a) => predicted.data[a * n]! / variance)
  const covariance = matrix(n, n)
  for (let a = 1; a < n; a++)
    for (let b = 1; b < n; b++) covariance.data[a * n + b] = predicted.data[a * n + b]! - gain[a]! * variance * gain[b]!
  return { variance, gain, covariance }
}

/** One column a path: innovations at every time [T, paths], zero where nothing is seen, and the filter's means [T][1 + q, paths]. */
export function filterPaths({ grid, transitions, steps }: GridFilter, places: Matrix): { innovations: Matrix; means: readonly Matrix[] } {
  const paths = places.cols
  const n = steps[0]!.gain.length
  const innovations = matrix(grid.times.length, paths)
  const first = matrix(n, paths)
  first.data.set(places.data.subarray(0, paths))
  const means = [first]
  let seen = 1
  transitions.forEach(({ map }, k) => {
    const mean = multiply(map, means[k]!)
    if (grid.seen[k + 1]) {
      const { gain } = steps[k + 1]!
      for (let p = 0; p < paths; p++) {
        const innovation = places.data[seen * paths + p]! - mean.data[p]!
        innovations.data[(k + 1) * paths + p] = innovation
        for (let a = 0; a < n; a++) mean.data[a * paths + p] = mean.data[a * paths + p]! + gain[a]! * innovation
      }
      mean.data.set(places.data.subarray(seen * paths, (seen + 1) * paths))
      seen++
    }
    means.push(mean)
  })
  return { innovations, means }
}

/**
 * The mean of the place at every time of a grid given the places seen, as weights of these: [T, seen]. They hold for every
 * path and coordinate. Cost O(T·q²·seen), and no matrix is inverted: the limit of no smoothness loses no digits.
 * @source Bierman, *Fixed interval smoothing with discrete measurements*, International Journal of Control 1973.
 */
export function smoothingWeights(filter: GridFilter): Matrix {
  const { grid, transitions, steps } = filter
  const seen = grid.seen.filter(Boolean).length
  const each = matrix(seen, seen)
  for (let k = 0; k < seen; k++) each.data[k * seen + k] = 1
  const { innovations, means } = filterPaths(filter, each)
  const n = steps[0]!.gain.length
  const out = matrix(grid.times.length, seen)
  // λ: what the later innovations say about the state, in units of its inverse covariance.
  let adjoint = matrix(n, seen)
  for (let k = grid.times.length - 1; k >= 0; k--) {
    const { variance, gain, covariance } = steps[k]!
    for (let c = 0; c < seen; c++) {
      let correction = 0
      for (let a = 0; a < n; a++) correction += covariance.data[a]! * adjoint.data[a * seen + c]!
      out.data[k * seen + c] = means[k]!.data[c]! - correction
    }
    if (variance > 0) {
      for (let c = 0; c < seen; c++) {
        let along = 0
        for (let a = 0; a < n; a++) along += gain[a]! * adjoint.data[a * seen + c]!
        adjoint.data[c] = adjoint.data[c]! - along - innovations.data[k * seen + c]! / variance
      }
    }
    if (k > 0) adjoint = transposedTimes(transitions[k - 1]!.map, adjoint)
  }
  return out
}

/** Fᵀ A. */
function transposedTimes(map: Matrix, a: Matrix): Matrix {
  const out = matrix(map.cols, a.cols)
  for (let i = 0; i < map.rows; i++)
    for (let j = 0; j < map.cols; j++) {
      const factor = map.data[i * map.cols + j]!
      if (factor !== 0)
        for (let c = 0; c < a.cols; c++) out.data[j * a.cols + c] = out.data[j * a.cols + c]! + factor * a.data[i * a.cols + c]!
    }
  return out
}

/** Draws places of the process itself along a grid, from 0 on, with a velocity of variance one: `xi` holds (1 + q) T normals. */
export function simulator({ process, transitions }: GridFilter): (xi: Float64Array, out: Float64Array) => void {
  const n = process.size + 1
  const first = semidefiniteCholesky(process.stationary)
  const factors = new Map(transitions.map((transition) => [transition, semidefiniteCholesky(transition.noise)]))
  const state = new Float64Array(n)
  const next = new Float64Array(n)
  return (xi, out) => {
    state.fill(0)
    for (let a = 0; a + 1 < n; a++) for (let b = 0; b <= a; b++) state[a + 1] = state[a + 1]! + first.data[a * first.cols + b]! * xi[b]!
    out[0] = 0
    transitions.forEach((transition, k) => {
      const factor = factors.get(transition)!
      for (let a = 0; a < n; a++) {
        let value = 0
        for (let b = 0; b < n; b++) value += transition.map.data[a * n + b]! * state[b]!
        for (let b = 0; b <= a; b++) value += factor.data[a * n + b]! * xi[n * (k + 1) + b]!
        next[a] = value
      }
      state.set(next)
      out[k + 1] = state[0]!
    })
  }
}
