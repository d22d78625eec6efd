import type { Drift } from '../../bridge/drift.js'
import { exp, log } from '../../num/elementary.js'
import type { Family, Parameter } from './family.js'

/** How parameters change with time: by a step at every interior snapshot, each with a Gaussian prior about none. */
export interface Varying {
  /** Prior standard deviation of a step, in what moves particles by one standard deviation of an interval's noise; 0 for none. */
  readonly size: number
  /** Times at which parameters step. */
  readonly knots: readonly number[]
  /** Prior standard deviations of the steps of each parameter; of its logarithm where it is positive [p]. */
  readonly scales: readonly number[]
}

/** A family whose parameters step at knots: θ and, knot by knot, the steps of all parameters. */
export function varyingFamily(base: Family, { knots, scales }: Pick<Varying, 'knots' | 'scales'>): Family {
  const p = base.parameters.length
  const steps = knots.flatMap((knot) =>
    base.parameters.map(({ name, lower, upper, positive }, k): Parameter => {
      const range = positive ? log(upper / lower) : upper - lower
      return { name: `${name} step at ${knot}`, start: 0, lower: -range, upper: range, positive: false, penalty: 1 / scales[k]! ** 2 }
    })
  )
  const { dimension: d } = base.drift
  const all = p * (1 + knots.length)
  const drifts = new Map<number, Drift>()
  const segmentDrift = (segment: number): Drift => {
    const own = new Float64Array(p)
    const gradient = new Float64Array(d * p)
    const at = (theta: Float64Array) => thetaIn(base, theta, segment, own)
    const { drift } = base
    return {
      dimension: d,
      parameterCount: all,
      value: (x, time, theta, out) => drift.value(x, time, at(theta), out),
      jacobian: (x, time, theta, out) => drift.jacobian(x, time, at(theta), out),
      gradient(x, time, theta, out) {
        drift.gradient(x, time, at(theta), gradient)
        out.fill(0)
        for (let a = 0; a < d; a++)
          for (let k = 0; k < p; k++) {
            const slope = gradient[a * p + k]!
            const { positive } = base.parameters[k]!
            out[a * all + k] = positive ? (slope * own[k]!) / theta[k]! : slope
            for (let m = 1; m <= segment; m++) out[a * all + m * p + k] = positive ? slope * own[k]! : slope
          }
      },
      ...(drift.linear && { linear: (theta: Float64Array) => drift.linear!(thetaIn(base, theta, segment, new Float64Array(p))) })
    }
  }
  const from = (time: number): Drift => {
    const segment = knots.filter((knot) => knot <= time).length
    const known = drifts.get(segment) ?? segmentDrift(segment)
    drifts.set(segment, known)
    return known
  }
  const drift: Drift = {
    dimension: d,
    parameterCount: all,
    value: (x, time, theta, out) => from(time).value(x, time, theta, out),
    jacobian: (x, time, theta, out) => from(time).jacobian(x, time, theta, out),
    gradient: (x, time, theta, out) => from(time).gradient(x, time, theta, out),
    from
  }
  return { ...base, drift, parameters: [...base.parameters, ...steps], made: base.made && { ...base.made, steps: { knots, scales } } }
}

/** Parameters of the base after so many steps, written to `out` [p]. */
export function thetaIn({ parameters }: Pick<Family, 'parameters'>, theta: Float64Array, segment: number, out: Float64Array): Float64Array {
  const p = out.length
  for (let k = 0; k < p; k++) {
    let sum = 0
    for (let m = 1; m <= segment; m++) sum += theta[m * p + k]!
    out[k] = parameters[k]!.positive ? theta[k]! * exp(sum) : theta[k]! + sum
  }
  return out
}
