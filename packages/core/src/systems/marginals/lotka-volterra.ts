import type { Drift } from '../../bridge/drift.js'
import { InputError } from '../../num/errors.js'
import { type Family, type FamilyContext, positiveParameter } from './family.js'

const drift: Drift = {
  dimension: 2,
  parameterCount: 4,
  value(x, _time, theta, out) {
    const meetings = x[0]! * x[1]!
    out[0] = theta[0]! * x[0]! - theta[1]! * meetings
    out[1] = theta[3]! * meetings - theta[2]! * x[1]!
  },
  jacobian(x, _time, theta, out) {
    out[0] = theta[0]! - theta[1]! * x[1]!
    out[1] = -theta[1]! * x[0]!
    out[2] = theta[3]! * x[1]!
    out[3] = theta[3]! * x[0]! - theta[2]!
  },
  gradient(x, _time, _theta, out) {
    out.fill(0)
    out[0] = x[0]!
    out[1] = -x[0]! * x[1]!
    out[6] = -x[1]!
    out[7] = x[0]! * x[1]!
  }
}

/**
 * Predator and prey: d prey = (α prey − β prey·predator) dt, d predator = (δ prey·predator − γ predator) dt, in that
 * order of columns; θ = (α, β, γ, δ). Starts at the rates whose equilibrium is the mean state.
 * @source Lotka 1925, Volterra 1926.
 */
export function lotkaVolterraFamily({ dimension, interval, mean }: FamilyContext): Family {
  if (dimension !== 2) {
    throw new InputError({
      code: 'reference-columns',
      got: `${dimension} columns for lotka-volterra`,
      expected: '2: prey, predator',
      try: 'choosing the columns with --columns'
    })
  }
  const rate = 1 / interval
  const parameters = [
    positiveParameter('alpha', rate),
    positiveParameter('beta', rate / Math.abs(mean[1]!)),
    positiveParameter('gamma', rate),
    positiveParameter('delta', rate / Math.abs(mean[0]!))
  ]
  return { name: 'lotka-volterra', drift, parameters, starts: 8 }
}
