import { type Matrix, matrix } from '../num/matrix.js'
import type { OdeOptions } from '../num/ode.js'
import { cellFlow, FEW_PARAMETERS } from './cell-flow.js'
import type { WorkingReference } from './cells.js'
import { driftOver } from './drift.js'
import { linearNoiseFlow } from './linear-noise.js'
import { linearStep } from './linear-step.js'
import { covariancesFrom } from './noise-size.js'
import { type GaussianTransitions, packedLength } from './transition.js'

/** Transition laws with the parts that an estimate of σ needs. */
export interface UnitTransitions {
  readonly means: Matrix
  /** Packed S_c, one row a particle or one for all. */
  readonly unitCovariances: Matrix
}

/** Tolerances of the differential equation inside a fit. */
export const FIT_TOLERANCES = { relative: 1e-5, absolute: 1e-8 }

/** The same to the accuracy that a fit needs, by cells where the drift has many parameters. */
export function fitTransitions(reference: WorkingReference, points: Matrix, interval: readonly [number, number]): UnitTransitions {
  const { theta } = reference
  const drift = driftOver(reference.drift, interval[0])
  if (drift.linear || drift.parameterCount <= FEW_PARAMETERS) return unitTransitions(reference, points, interval, FIT_TOLERANCES)
  const flow = cellFlow({ drift, theta, points, interval }, { covariance: true })
  return { means: flow.means, unitCovariances: flow.unitCovariances! }
}

/**
 * Mean and unit covariances of the transition from every point over an interval: closed form for a linear drift, else the
 * linear-noise approximation. Cost one initial value problem a particle, or O(d⁴ + n d²).
 */
export function unitTransitions(
  reference: WorkingReference,
  points: Matrix,
  interval: readonly [number, number],
  options: OdeOptions = {}
): UnitTransitions {
  const { theta, sigma } = reference
  const drift = driftOver(reference.drift, interval[0])
  if (drift.linear) return linearTransitions({ drift, theta, sigma }, points, interval)
  const flow = linearNoiseFlow({ drift, theta, points, interval }, { covariance: true }, options)
  return { means: flow.means, unitCovariances: flow.unitCovariances! }
}

function linearTransitions({ drift, theta }: WorkingReference, points: Matrix, [from, to]: readonly [number, number]): UnitTransitions {
  const d = drift.dimension
  const step = linearStep(drift.linear!(theta), to - from)
  const means = matrix(points.rows, d)
  for (let i = 0; i < points.rows; i++) {
    for (let a = 0; a < d; a++) {
      let sum = step.offset[a]!
      for (let b = 0; b < d; b++) sum += step.propagator.data[a * d + b]! * points.data[i * d + b]!
      means.data[i * d + a] = sum
    }
  }
  const unitCovariances = matrix(1, d * packedLength(d))
  step.unitCovariances.forEach((unit, c) => {
    for (let a = 0, at = c * packedLength(d); a < d; a++) {
      for (let b = 0; b <= a; b++, at++) unitCovariances.data[at] = unit.data[a * d + b]!
    }
  })
  return { means, unitCovariances }
}

/** The same as Gaussian laws, with σ put in. */
export function transitionsOf(
  reference: WorkingReference,
  points: Matrix,
  interval: readonly [number, number],
  options: OdeOptions = {}
): GaussianTransitions {
  const { means, unitCovariances } = unitTransitions(reference, points, interval, options)
  return { means, covariances: covariancesFrom(unitCovariances, reference.sigma) }
}
