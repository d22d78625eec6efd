import { pow } from './elementary.js'
import { InputError } from './errors.js'

/** dy/dt written to `out`; y must not be changed. */
type Derivative = (time: number, y: Float64Array, out: Float64Array) => void

export interface OdeOptions {
  /** Relative error a step. Default 1e-6. */
  readonly relative?: number
  /** Absolute error a step, in the units of y. Default 1e-9. */
  readonly absolute?: number
  /** Most steps, accepted and rejected together. Default 2,000. */
  readonly steps?: number
  /** Only the first `controlled` components steer the step size. Default all. */
  readonly controlled?: number
}

/** Nodes of the Dormand–Prince pair. */
const C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
const A = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]
]
/** Fifth-order minus embedded fourth-order weights. */
const E = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]

/**
 * The adaptive Runge–Kutta pair of order 5(4) of Dormand and Prince, with all its scratch memory: one instance solves
 * many initial value problems of the same dimension, one after the other.
 * @source Hairer, Nørsett, Wanner, *Solving Ordinary Differential Equations I*, sections II.4 and II.5.
 */
export class DormandPrince {
  private readonly slopes: Float64Array[]
  private readonly trial: Float64Array

  constructor(readonly dimension: number) {
    this.slopes = Array.from({ length: 7 }, () => new Float64Array(dimension))
    this.trial = new Float64Array(dimension)
  }

  /**
   * Carries y [dimension] from time `from` to time `to` in place (backwards when to < from) and returns the number of
   * steps. Throws `InputError` `ode-exploded` when y or its derivative stops being finite, `ode-stiff` when the steps
   * allowed are used up (an explicit method cannot follow a stiff system).
   */
  integrate(derivative: Derivative, y: Float64Array, interval: readonly [from: number, to: number], options: OdeOptions = {}): number {
    const [from, to] = interval
    const span = to - from
    if (span === 0 || this.dimension === 0) return 0
    const limit = options.steps ?? 2000
    const first = this.slopes[0]!
    let time = from
    derivative(time, y, first)
    let step = this.firstStep(y, span, options)
    for (let count = 1; count <= limit; count++) {
      const last = Math.abs(step) >= Math.abs(to - time) * (1 - 1e-12)
      if (last) step = to - time
      const error = this.attempt(derivative, y, time, step, options)
      if (error <= 1) {
        time = last ? to : time + step
        y.set(this.trial)
        first.set(this.slopes[6]!)
        if (last) return count
      }
      step *= error === 0 ? 5 : Math.min(5, Math.max(0.2, 0.9 * pow(error, -0.2)))
      if (Math.abs(step) < 1e-13 * Math.max(Math.abs(span), Math.abs(time))) throw exploded(time, y)
    }
    throw new InputError({
      code: 'ode-stiff',
      got: `${limit} steps used up at time ${time} of ${from} to ${to}, state ${describe(y)}`,
      expected: 'a drift that an explicit Runge–Kutta method can follow',
      try: 'narrower bounds on the parameters, snapshots closer in time, or rescaled coordinates'
    })
  }

  /** Writes the trial solution and its slope; the return value is the scaled error, accepted up to 1, ∞ when not finite. */
  private attempt(derivative: Derivative, y: Float64Array, time: number, step: number, options: OdeOptions): number {
    const { slopes, trial, dimension } = this
    for (let stage = 1; stage < 7; stage++) {
      const weights = A[stage]!
      for (let i = 0; i < dimension; i++) {
        let sum = 0
        for (let k = 0; k < stage; k++) sum += weights[k]! * slopes[k]![i]!
        trial[i] = y[i]! + step * sum
      }
      derivative(time + C[stage]! * step, trial, slopes[stage]!)
    }
    const relative = options.relative ?? 1e-6
    const absolute = options.absolute ?? 1e-9
    const controlled = options.controlled ?? dimension
    let squares = 0
    for (let i = 0; i < dimension; i++) {
      if (!Number.isFinite(trial[i]!) || !Number.isFinite(slopes[6]![i]!)) return Number.POSITIVE_INFINITY
      if (i >= controlled) continue
      let sum = 0
      for (let k = 0; k < 7; k++) sum += E[k]! * slopes[k]![i]!
      const scaled = (step * sum) / (absolute + relative * Math.max(Math.abs(y[i]!), Math.abs(trial[i]!)))
      squares += scaled * scaled
    }
    return Math.sqrt(squares / controlled)
  }

  /** A first step from the sizes of y and its derivative (a simple form of Hairer's). */
  private firstStep(y: Float64Array, span: number, options: OdeOptions): number {
    const controlled = options.controlled ?? this.dimension
    let size = 0
    let slope = 0
    for (let i = 0; i < controlled; i++) {
      size = Math.max(size, Math.abs(y[i]!))
      slope = Math.max(slope, Math.abs(this.slopes[0]![i]!))
    }
    if (!Number.isFinite(slope)) return span
    const guess = slope > 0 ? (0.1 * Math.max(size, 1e-3)) / slope : Math.abs(span)
    return (span < 0 ? -1 : 1) * Math.min(Math.abs(span), guess)
  }
}

function describe(y: Float64Array): string {
  return `(${Array.from(y.subarray(0, 6), (v) => Number(v.toPrecision(4))).join(', ')}${y.length > 6 ? ', …' : ''})`
}

function exploded(time: number, y: Float64Array): InputError {
  return new InputError({
    code: 'ode-exploded',
    got: `a solution that leaves every bound near time ${time}, state ${describe(y)}`,
    expected: 'a drift whose solutions stay finite between snapshots',
    try: 'narrower bounds on the parameters or other starting values'
  })
}
