import { semidefiniteCholesky } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { fillNormal, type Key } from '../../num/random.js'
import { carry, FilledLaw, unpacked, WholeInterval } from './filled-law.js'
import type { MarginalsModel } from './model.js'
import { isSeen } from './partly-seen.js'
import { workingReference } from './rounds-problem.js'

/** Chains of particles in working coordinates. */
interface Chains {
  /** [snapshots] of [n, d]; what is expected where a cell was empty. */
  readonly points: readonly Matrix[]
  /** Particle numbers [snapshots][count]. */
  readonly chain: readonly Uint32Array[]
}

/**
 * States of every path at every snapshot [snapshots] of [count, d]: where a cell was empty, a draw from the reference given
 * all that was measured along the path, forward filter and backward draw, linearised along the path. Cost O(d³) a path and
 * snapshot, and an interval of cells where cells are empty.
 * @source Frühwirth-Schnatter, *Data augmentation and dynamic linear models*, J. Time Series Analysis 1994.
 */
export function filledKnots(model: MarginalsModel, { points, chain }: Chains, key: Key): Matrix[] {
  const spreads = model.spreads!
  const d = points[0]!.cols
  const count = chain[0]!.length
  const knots = points.map((of, k) => {
    const out = matrix(count, d)
    chain[k]!.forEach((i, path) => {
      out.data.set(of.data.subarray(i * d, (i + 1) * d), path * d)
    })
    return out
  })
  const intervals = points
    .slice(1)
    .map(
      (_, k) =>
        new WholeInterval(workingReference(model, model.theta, model.intervalSigmas[k]!), [
          model.snapshots[k]!.time,
          model.snapshots[k + 1]!.time
        ])
    )
  const walk = new Walk(intervals, d)
  const normals = new Float64Array(points.length * d)
  for (let path = 0; path < count; path++) {
    const open = points.map((_, k) => Array.from({ length: d }, (_, a) => a).filter((a) => !isSeen(spreads[k], chain[k]![path]!, a)))
    if (open.every((some) => some.length === 0)) continue
    fillNormal(key, path, normals)
    const first = spreads[0]
    walk.start(knots[0]!.data.subarray(path * d, (path + 1) * d), first && ((out) => unpacked(first, chain[0]![path]!, out, d)))
    for (let k = 1; k < points.length; k++) {
      const seen = Float64Array.from({ length: d }, (_, a) => (open[k]!.includes(a) ? Number.NaN : knots[k]!.data[path * d + a]!))
      walk.advance(k, seen)
    }
    walk.draw(normals, (k, state) => {
      // What was measured stays as it came.
      for (const a of open[k]!) knots[k]!.data[path * d + a] = state[a]!
    })
  }
  return knots
}

/** The laws of a path's states given what was measured up to each, and a draw of them from the last one back. */
class Walk {
  private readonly laws: FilledLaw[]
  /** Of the step that leads to each snapshot. */
  private readonly steps: { mean: Float64Array; propagator: Float64Array; covariance: Float64Array }[]
  private readonly law: FilledLaw
  private readonly both: FilledLaw

  constructor(
    private readonly intervals: readonly WholeInterval[],
    private readonly d: number
  ) {
    this.laws = Array.from({ length: intervals.length + 1 }, () => new FilledLaw(d))
    this.steps = this.laws.map(() => ({
      mean: new Float64Array(d),
      propagator: new Float64Array(d * d),
      covariance: new Float64Array(d * d)
    }))
    this.law = new FilledLaw(d)
    this.both = new FilledLaw(2 * d)
  }

  start(mean: Float64Array, spread?: (out: Float64Array) => void): void {
    const first = this.laws[0]!
    first.covariance.fill(0)
    spread?.(first.covariance)
    first.mean.set(mean)
  }

  /** Predicts snapshot k, and conditions on what was measured there (NaN where nothing was). */
  advance(k: number, seen: Float64Array): void {
    const { d, intervals, laws, steps } = this
    const before = laws[k - 1]!
    const { mean, propagator, covariance } = intervals[k - 1]!.from(before.mean)
    const step = steps[k]!
    step.mean.set(mean)
    step.propagator.set(propagator)
    carry(propagator, before.covariance, step.covariance, d)
    for (let e = 0; e < d * d; e++) step.covariance[e] = step.covariance[e]! + covariance[e]!
    laws[k]!.set(step.mean, step.covariance)
    laws[k]!.observe(seen)
  }

  draw(normals: Float64Array, take: (k: number, state: Float64Array) => void): void {
    const { d, laws } = this
    let later: Float64Array | undefined
    for (let k = laws.length - 1; k >= 0; k--) {
      const law = later ? this.given(k, later) : laws[k]!
      const factor = semidefiniteCholesky(matrix(d, d, law.covariance.slice()))
      const state = law.mean.slice()
      for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) state[a] = state[a]! + factor.data[a * d + b]! * normals[k * d + b]!
      take(k, state)
      later = state
    }
  }

  /** The law of state k given the later one. */
  private given(k: number, later: Float64Array): FilledLaw {
    const { d, laws, steps, both, law } = this
    const { mean, covariance: p } = laws[k]!
    const { mean: predicted, propagator: f, covariance: s } = steps[k + 1]!
    for (let a = 0; a < d; a++) {
      both.mean[a] = mean[a]!
      both.mean[d + a] = predicted[a]!
      for (let b = 0; b < d; b++) {
        let cross = 0
        for (let e = 0; e < d; e++) cross += p[a * d + e]! * f[b * d + e]!
        both.covariance[a * 2 * d + b] = p[a * d + b]!
        both.covariance[a * 2 * d + d + b] = cross
        both.covariance[(d + b) * 2 * d + a] = cross
        both.covariance[(d + a) * 2 * d + d + b] = s[a * d + b]!
      }
    }
    both.observe(Float64Array.from({ length: 2 * d }, (_, e) => (e < d ? Number.NaN : later[e - d]!)))
    for (let a = 0; a < d; a++) {
      law.mean[a] = both.mean[a]!
      for (let b = 0; b < d; b++) law.covariance[a * d + b] = both.covariance[a * 2 * d + b]!
    }
    return law
  }
}
