import type { Drift } from '../../bridge/drift.js'
import { log } from '../../num/elementary.js'
import type { Family, FamilyContext, Making } from './family.js'
import { freeFamily } from './smooth-field.js'

/**
 * An equation and a smooth remainder: the sum of its drift and of a free field, whose weights, constant and linear ones included,
 * have a Gaussian prior of the amplitude, so that it has only what the equation cannot say. θ = (those of the equation, weights).
 * The equation itself where the amplitude is 0.
 */
export function mendedFamily(base: Family, context: FamilyContext, { smoothness, key }: Making['smooth']): Family {
  const { amplitude } = smoothness
  if (amplitude === 0) return base
  const field = fieldOf(context, { smoothness, key })
  const d = context.dimension
  const named = base.parameters.length
  const count = field.parameters.length
  const [one, other] = [new Float64Array(d * d), new Float64Array(d * Math.max(named, count))]
  const add = (out: Float64Array, length: number): void => {
    for (let k = 0; k < length; k++) out[k] = out[k]! + one[k]!
  }
  const own = (theta: Float64Array): Float64Array => theta.subarray(0, named)
  const weights = (theta: Float64Array): Float64Array => theta.subarray(named)
  const drift: Drift = {
    dimension: d,
    parameterCount: named + count,
    value(x, time, theta, out) {
      base.drift.value(x, time, own(theta), out)
      field.drift.value(x, time, weights(theta), one)
      add(out, d)
    },
    jacobian(x, time, theta, out) {
      base.drift.jacobian(x, time, own(theta), out)
      field.drift.jacobian(x, time, weights(theta), one)
      add(out, d * d)
    },
    gradient(x, time, theta, out) {
      const place = ({ drift: part }: Pick<Family, 'drift'>, some: Float64Array, from: number, length: number): void => {
        part.gradient(x, time, some, other)
        for (let a = 0; a < d; a++) out.set(other.subarray(a * length, (a + 1) * length), a * (named + count) + from)
      }
      place(base, own(theta), 0, named)
      place(field, weights(theta), named, count)
    }
  }
  const parameters = field.parameters.map((parameter) => ({ ...parameter, penalty: 1 / (amplitude * amplitude) }))
  return { ...base, drift, parameters: [...base.parameters, ...parameters], named }
}

/** The weights of an equation's remainder by themselves, its own parameters as they are. */
export function remainderOf(family: Family, equation: Float64Array): Family {
  const { drift, parameters, named = 0, made } = family
  const [d, all] = [drift.dimension, drift.parameterCount]
  const [whole, slopes] = [new Float64Array(all), new Float64Array(d * all)]
  whole.set(equation)
  const beside = (weights: Float64Array): Float64Array => {
    whole.set(weights, named)
    return whole
  }
  return {
    name: family.name,
    parameters: parameters.slice(named),
    starts: 1,
    weights: true,
    beside: { family, equation },
    ...(made && { made: { ...made, equation } }),
    drift: {
      dimension: d,
      parameterCount: all - named,
      value: (x, time, theta, out) => drift.value(x, time, beside(theta), out),
      jacobian: (x, time, theta, out) => drift.jacobian(x, time, beside(theta), out),
      gradient(x, time, theta, out) {
        drift.gradient(x, time, beside(theta), slopes)
        for (let a = 0; a < d; a++) out.set(slopes.subarray(a * all + named, (a + 1) * all), a * (all - named))
      }
    }
  }
}

/** θ of the whole family that a fit of it, or of its remainder, stands for. */
export const wholeTheta = ({ beside }: Pick<Family, 'beside'>, theta: Float64Array): Float64Array =>
  beside ? Float64Array.of(...beside.equation, ...theta) : theta

/** A free field in the coordinates in which the noise has a constant size: of logarithms a rate of growth, so that what is positive stays so. */
function fieldOf({ logs, ...context }: FamilyContext, { smoothness, key }: Making['smooth']): Pick<Family, 'drift' | 'parameters'> {
  if (!logs) return freeFamily(context, smoothness, key)
  const { drift, parameters } = freeFamily({ ...context, ...logs }, smoothness, key)
  const { dimension: d, parameterCount: p } = drift
  const [z, rates] = [new Float64Array(d), new Float64Array(d)]
  const set = (x: Float64Array): void => {
    for (let a = 0; a < d; a++) z[a] = log(Math.max(x[a]!, Number.MIN_VALUE))
  }
  return {
    parameters,
    drift: {
      dimension: d,
      parameterCount: p,
      value(x, time, theta, out) {
        set(x)
        drift.value(z, time, theta, out)
        for (let a = 0; a < d; a++) out[a] = out[a]! * x[a]!
      },
      jacobian(x, time, theta, out) {
        set(x)
        drift.value(z, time, theta, rates)
        drift.jacobian(z, time, theta, out)
        for (let a = 0; a < d; a++) {
          for (let b = 0; b < d; b++) out[a * d + b] = (out[a * d + b]! * x[a]!) / x[b]!
          out[a * d + a] = out[a * d + a]! + rates[a]!
        }
      },
      gradient(x, time, theta, out) {
        set(x)
        drift.gradient(z, time, theta, out)
        for (let a = 0; a < d; a++) for (let k = 0; k < p; k++) out[a * p + k] = out[a * p + k]! * x[a]!
      }
    }
  }
}

/** What the remainder has of the mean square of the drift, in spreads, at places in original coordinates; undefined for an equation alone. */
export function remainderShare({ drift, named, made }: Family, theta: Float64Array, places: readonly Float64Array[]): number | undefined {
  if (named === undefined) return undefined
  const { spread } = made!.context
  const alone = theta.map((value, k) => (k < named ? value : 0))
  const [all, equation] = [new Float64Array(spread.length), new Float64Array(spread.length)]
  let [part, whole] = [0, 0]
  for (const x of places) {
    drift.value(x, 0, theta, all)
    drift.value(x, 0, alone, equation)
    for (const [a, unit] of spread.entries()) {
      part += ((all[a]! - equation[a]!) / unit) ** 2
      whole += (all[a]! / unit) ** 2
    }
  }
  return whole > 0 ? part / whole : 0
}
