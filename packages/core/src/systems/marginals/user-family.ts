import { completeDrift, type PartialDrift } from '../../bridge/drift.js'
import { InputError } from '../../num/errors.js'
import type { Family, FamilyContext, Parameter } from './family.js'

/** A parameter as a user module describes it. */
interface UserParameter {
  readonly name: string
  /** Where the fit starts. */
  readonly start: number
  /** Bounds; a positive lower bound makes the parameter move on a logarithmic scale. Default: none. */
  readonly lower?: number
  readonly upper?: number
}

/** Numbers in a row, or rows of numbers. */
type UserNumbers = ArrayLike<number> | readonly ArrayLike<number>[]

/** What a user module exports. Arrays are handed out as views: they must be read, not kept or changed. */
export interface UserReference {
  readonly name?: string
  readonly parameters: readonly UserParameter[]
  /** b_θ(x, t): one number a column. */
  drift(x: Float64Array, time: number, theta: Float64Array): ArrayLike<number>
  /** ∂b_a/∂x_b as d rows of d; central differences are taken when absent. */
  jacobian?(x: Float64Array, time: number, theta: Float64Array): UserNumbers
  /** ∂b_a/∂θ_k as d rows of p; central differences are taken when absent. */
  gradient?(x: Float64Array, time: number, theta: Float64Array): UserNumbers
}

/**
 * A reference family from a user's drift. What the module returns is checked at every call: an exception or a wrong shape
 * ends the fit (`module-failed`, `module-shape`), a number that is not finite rejects the parameters tried
 * (`drift-not-finite`), each with time, state and parameters. Throws `InputError` when the description is not usable.
 */
export function userFamily(reference: UserReference): (context: FamilyContext) => Family {
  checkReference(reference)
  const name = reference.name ?? 'module'
  return ({ dimension: d }) => {
    const p = reference.parameters.length
    const call = checkedCalls(reference)
    const { jacobian, gradient } = reference
    const partial: PartialDrift = {
      dimension: d,
      parameterCount: p,
      value: (x, time, theta, out) => call('drift', reference.drift.bind(reference), { x, time, theta, out, length: d }),
      ...(jacobian && {
        jacobian: (x, time, theta, out) => call('jacobian', jacobian.bind(reference), { x, time, theta, out, length: d * d })
      }),
      ...(gradient && {
        gradient: (x, time, theta, out) => call('gradient', gradient.bind(reference), { x, time, theta, out, length: d * p })
      })
    }
    return { name, drift: completeDrift(partial), parameters: reference.parameters.map(parameterOf), starts: p > 0 ? 4 : 1 }
  }
}

function parameterOf({ name, start, lower, upper }: UserParameter): Parameter {
  const positive = (lower ?? Number.NEGATIVE_INFINITY) > 0
  return { name, start, lower: lower ?? -1e12, upper: upper ?? 1e12, positive, penalty: 0 }
}

function checkReference({ parameters, drift }: UserReference): void {
  if (typeof drift !== 'function' || !Array.isArray(parameters)) {
    throw unusable(
      'no function `drift` or no list `parameters`',
      'exporting drift(x, t, theta) and parameters = [{ name, start, lower, upper }]'
    )
  }
  for (const { name, start, lower, upper } of parameters as readonly UserParameter[]) {
    const low = lower ?? Number.NEGATIVE_INFINITY
    const high = upper ?? Number.POSITIVE_INFINITY
    if (typeof name !== 'string' || !Number.isFinite(start) || !(low <= start && start <= high && low < high)) {
      throw unusable(
        `the parameter ${String(name)} with start ${start} and bounds ${low} to ${high}`,
        'a name, and a finite start inside its bounds'
      )
    }
  }
}

function unusable(got: string, remedy: string): InputError {
  return new InputError({
    code: 'module-unusable',
    got: `a reference module with ${got}`,
    expected: 'a drift and its parameters',
    try: remedy
  })
}

interface Call {
  readonly x: Float64Array
  readonly time: number
  readonly theta: Float64Array
  readonly out: Float64Array
  readonly length: number
}

function checkedCalls(
  reference: UserReference
): (what: string, fn: (x: Float64Array, time: number, theta: Float64Array) => UserNumbers, call: Call) => void {
  const named = (theta: Float64Array): string =>
    reference.parameters.map(({ name }, k) => `${name} = ${theta[k]!.toPrecision(5)}`).join(', ')
  const place = ({ x, time, theta }: Call): string =>
    `at time ${time} and state (${Array.from(x, (v) => v.toPrecision(5)).join(', ')})${theta.length > 0 ? ` with ${named(theta)}` : ''}`
  return (what, fn, call) => {
    let returned: UserNumbers
    try {
      returned = fn(call.x, call.time, call.theta)
    } catch (error) {
      throw new InputError({
        code: 'module-failed',
        got: `an exception in the module's ${what} ${place(call)}: ${error instanceof Error ? error.message : String(error)}`,
        expected: 'a function that returns numbers',
        try: 'running the function on that state by itself'
      })
    }
    const flat = flatten(returned)
    if (flat.length !== call.length) {
      throw new InputError({
        code: 'module-shape',
        got: `${flat.length} numbers from the module's ${what} ${place(call)}`,
        expected: `${call.length}`,
        try: 'returning one number a column (drift), d rows of d (jacobian) or d rows of p (gradient)'
      })
    }
    for (let k = 0; k < flat.length; k++) {
      if (!Number.isFinite(flat[k])) {
        throw new InputError({
          code: 'drift-not-finite',
          got: `${flat[k]} from the module's ${what} ${place(call)}`,
          expected: 'finite numbers',
          try: 'narrower bounds, or a drift that is defined everywhere'
        })
      }
      call.out[k] = flat[k]!
    }
  }
}

function flatten(returned: UserNumbers): ArrayLike<number> {
  if (returned === null || returned === undefined || typeof returned !== 'object') return []
  if (returned.length > 0 && typeof returned[0] === 'object')
    return (returned as readonly ArrayLike<number>[]).flatMap((row) => Array.from(row))
  return returned as ArrayLike<number>
}
