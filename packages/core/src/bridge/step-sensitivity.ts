import { InputError } from '../num/errors.js'
import { multiplyInto } from '../num/linear-algebra.js'
import { matrix } from '../num/matrix.js'
import { DormandPrince } from '../num/ode.js'
import { emptyCell, rungeKuttaCells } from './cells.js'
import { driftFailed, type Flow, type FlowProblem } from './linear-noise.js'

/** Cells an interval at least. */
const LEAST_CELLS = 4

/**
 * The mean flow and ∂Φ/∂θ for drifts of many parameters: state and propagator by Runge–Kutta cells, then
 * ∂Φ/∂θ = ∫ A(T, s) ∂b/∂θ(z_s) ds by Simpson's rule on the cells, backwards. The parameters never enter the differential
 * equation, so the cost is O(cells · (d³ + d²p)) a particle, about ten times less than carrying d·p sensitivities.
 * Throws `InputError` as `linearNoiseFlow` does.
 */
export function flowWithStepSensitivity({ drift, theta, points, interval }: FlowProblem): Required<Pick<Flow, 'means' | 'sensitivities'>> {
  const d = drift.dimension
  const p = drift.parameterCount
  const means = matrix(points.rows, d)
  const sensitivities = matrix(points.rows, d * p)
  const halves = 2 * cellCount({ drift, theta, points, interval })
  const [from, to] = interval
  const borders = Float64Array.from({ length: halves + 1 }, (_, m) => from + ((to - from) * m) / halves)
  const cells = rungeKuttaCells({ drift, theta, sigma: new Float64Array(d) }, borders)
  const models = Array.from({ length: halves }, () => emptyCell(d))
  const path = new Float64Array((halves + 1) * d)
  const reach = new Float64Array(d * d)
  const work = new Float64Array(d * d)
  const gradient = new Float64Array(d * p)
  const width = (to - from) / halves
  for (let i = 0; i < points.rows; i++) {
    path.set(points.data.subarray(i * d, (i + 1) * d))
    for (let m = 0; m < halves; m++) {
      cells.linearise(m, path.subarray(m * d), models[m]!)
      path.set(models[m]!.mean, (m + 1) * d)
    }
    const end = path.subarray(halves * d)
    if (!end.every(Number.isFinite)) throw driftFailed(exploded(to), i, theta)
    means.data.set(end, i * d)
    const own = sensitivities.data.subarray(i * d * p, (i + 1) * d * p)
    reach.fill(0)
    for (let a = 0; a < d; a++) reach[a * d + a] = 1
    for (let m = halves; m >= 0; m--) {
      drift.gradient(path.subarray(m * d, (m + 1) * d), borders[m]!, theta, gradient)
      const weight = (width / 3) * (m === 0 || m === halves ? 1 : m % 2 === 1 ? 4 : 2)
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          const scaled = weight * reach[a * d + b]!
          if (scaled !== 0) for (let k = 0; k < p; k++) own[a * p + k] = own[a * p + k]! + scaled * gradient[b * p + k]!
        }
      }
      if (m > 0) {
        multiplyInto(reach, models[m - 1]!.propagator, work, d)
        reach.set(work)
      }
    }
  }
  return { means, sensitivities }
}

/** As many cells as an adaptive solver needs steps, from the first particle. */
function cellCount({ drift, theta, points, interval }: FlowProblem): number {
  const solver = new DormandPrince(drift.dimension)
  const state = points.data.slice(0, drift.dimension)
  try {
    return Math.max(
      LEAST_CELLS,
      solver.integrate((time, y, out) => drift.value(y, time, theta, out), state, interval, { relative: 1e-5, absolute: 1e-8 })
    )
  } catch (error) {
    if (error instanceof InputError) throw driftFailed(error, 0, theta)
    throw error
  }
}

function exploded(time: number): InputError {
  return new InputError({
    code: 'ode-exploded',
    got: `a solution that leaves every bound before time ${time}`,
    expected: 'a drift whose solutions stay finite between snapshots',
    try: 'other starting values or a smoother field'
  })
}
