import { matrixExponential, multiply, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'

/** What a velocity is like: how fast it forgets itself, and whether it turns. */
export interface VelocityKernel {
  readonly shape: 'matern-1/2' | 'matern-3/2' | 'matern-5/2' | 'oscillator'
  /** λ of a Matérn kernel, γ of an oscillator; per unit of time. */
  readonly rate: number
  /** ω of an oscillator, radians per unit of time; 0 for Matérn kernels. */
  readonly frequency: number
}

/**
 * A stationary Gaussian velocity of variance one as the first entry of a Markov state h [q]: dh = M h dt + noise,
 * h ~ N(0, P₀). Derivatives stand in units of the rate. Read backwards in time with the signs `parity` it is the same process.
 */
export interface VelocityProcess {
  readonly size: number
  /** M [q, q] */
  readonly drift: Matrix
  /** P₀ [q, q] */
  readonly stationary: Matrix
  /** Covariance of the noise per unit of time [q, q]. */
  readonly noise: Matrix
  /** ±1 [q] */
  readonly parity: Float64Array
}

/** The state-space form of a kernel. Covariance of the velocity: e^{−γτ} cos ωτ for an oscillator, Matérn otherwise. */
export function velocityProcess({ shape, rate, frequency }: VelocityKernel): VelocityProcess {
  const square = (...entries: number[]): Matrix => matrix(Math.sqrt(entries.length), Math.sqrt(entries.length), Float64Array.from(entries))
  const of = (drift: Matrix, stationary: Matrix, parity: readonly number[]): VelocityProcess => {
    // Stationary: M P₀ + P₀ Mᵀ + noise = 0.
    const moved = multiply(drift, stationary)
    const noise = matrix(
      drift.rows,
      drift.cols,
      moved.data.map((x, k) => -(x + transpose(moved).data[k]!))
    )
    return { size: drift.rows, drift, stationary, noise, parity: Float64Array.from(parity) }
  }
  switch (shape) {
    case 'matern-1/2':
      return of(square(-rate), square(1), [-1])
    case 'matern-3/2':
      return of(square(0, rate, -rate, -2 * rate), square(1, 0, 0, 1), [-1, 1])
    case 'matern-5/2':
      return of(square(0, rate, 0, 0, 0, rate, -rate, -3 * rate, -3 * rate), square(1, 0, -1 / 3, 0, 1 / 3, 0, -1 / 3, 0, 1), [-1, 1, -1])
    case 'oscillator':
      return of(square(-rate, -frequency, frequency, -rate), square(1, 0, 0, 1), [-1, 1])
  }
}

/** The law of (x, h) after an interval: (x + b h, A h) and Gaussian noise. State [1 + q], place first. */
export interface StateTransition {
  /** [1 + q, 1 + q] */
  readonly map: Matrix
  /** [1 + q, 1 + q] */
  readonly noise: Matrix
}

/** Halvings after which an interval is short against the process: ‖M‖ Δ at most this. */
const SHORT = 0.5

/**
 * Van Loan's matrix exponential over a short step, doubled: long intervals lose no digits to e^{+λΔ}.
 * @source Van Loan, *Computing integrals involving the matrix exponential*, IEEE Transactions on Automatic Control 1978.
 */
export function stateTransition({ size, drift, noise }: VelocityProcess, interval: number): StateTransition {
  const n = size + 1
  const largest = Math.max(...drift.data.map(Math.abs))
  let halvings = 0
  while (largest * interval > SHORT * 2 ** halvings) halvings++
  const step = interval / 2 ** halvings
  const block = matrix(2 * n, 2 * n)
  const put = (row: number, col: number, x: number): void => {
    block.data[row * 2 * n + col] = x * step
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const entry = a === 0 ? (b === 1 ? 1 : 0) : b === 0 ? 0 : drift.data[(a - 1) * size + b - 1]!
      put(a, b, -entry)
      put(n + b, n + a, entry)
      if (a > 0 && b > 0) put(a, n + b, noise.data[(a - 1) * size + b - 1]!)
    }
  }
  const e = matrixExponential(block)
  const part = (row: number, col: number): Matrix =>
    matrix(
      n,
      n,
      Float64Array.from({ length: n * n }, (_, k) => e.data[(row + Math.floor(k / n)) * 2 * n + col + (k % n)]!)
    )
  let map = transpose(part(n, n))
  let q = multiply(map, part(0, n))
  for (let k = 0; k < halvings; k++) {
    q = sum(propagated(map, q), q)
    map = multiply(map, map)
  }
  return { map, noise: symmetric(q) }
}

/** F P Fᵀ */
export function propagated(map: Matrix, covariance: Matrix): Matrix {
  return multiply(multiply(map, covariance), transpose(map))
}

export function sum(a: Matrix, b: Matrix): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.data.map((x, k) => x + b.data[k]!)
  )
}

export function symmetric(a: Matrix): Matrix {
  const turned = transpose(a)
  return matrix(
    a.rows,
    a.cols,
    a.data.map((x, k) => (x + turned.data[k]!) / 2)
  )
}
