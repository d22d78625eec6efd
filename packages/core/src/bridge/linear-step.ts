import { matrixExponential, multiply, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { LinearDrift } from './drift.js'
import { sum } from './velocity.js'

/** The exact transition of dZ = (A Z + c) dt + diag(σ) dW over one interval: N(F z + u, Σ_c σ_c² S_c), the same S for every z. */
interface LinearStep {
  /** F = e^{Ah} [d, d] */
  readonly propagator: Matrix
  /** u [d] */
  readonly offset: Float64Array
  /** S_c per unit of σ_c² [d matrices of d × d] */
  readonly unitCovariances: readonly Matrix[]
}

/**
 * Closed form of a linear reference over an interval of length h: a block exponential on a short interval, then doubling,
 * which stays accurate when e^{Ah} spans many orders of magnitude. Cost O(d⁴).
 * @source Van Loan, *Computing integrals involving the matrix exponential*, IEEE TAC 1978.
 */
export function linearStep({ matrix: a, offset }: LinearDrift, h: number): LinearStep {
  const d = a.rows
  let norm = 0
  for (let i = 0; i < d; i++) {
    let sum = 0
    for (let j = 0; j < d; j++) sum += Math.abs(a.data[i * d + j]!)
    norm = Math.max(norm, sum)
  }
  let doublings = 0
  let short = h
  while (norm * short > 0.25) {
    short /= 2
    doublings++
  }
  const affine = affineStep(a, offset, short)
  let propagator = affine.propagator
  let u = affine.offset
  let units = Array.from({ length: d }, (_, c) => noiseOver(a, propagator, c, short))
  for (let k = 0; k < doublings; k++) {
    const step = propagator
    units = units.map((s) => sum(s, multiply(multiply(step, s), transpose(step))))
    u = sum(multiply(step, u), u)
    propagator = multiply(step, step)
  }
  return { propagator, offset: u.data, unitCovariances: units }
}

function affineStep(a: Matrix, offset: Float64Array, h: number): { propagator: Matrix; offset: Matrix } {
  const d = a.rows
  const block = matrix(d + 1, d + 1)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) block.data[i * (d + 1) + j] = h * a.data[i * d + j]!
    block.data[i * (d + 1) + d] = h * offset[i]!
  }
  const e = matrixExponential(block)
  const propagator = matrix(d, d)
  const u = matrix(d, 1)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) propagator.data[i * d + j] = e.data[i * (d + 1) + j]!
    u.data[i] = e.data[i * (d + 1) + d]!
  }
  return { propagator, offset: u }
}

/** ∫₀ʰ e^{As} e_c e_cᵀ e^{Aᵀs} ds from the block exponential of [[−A, e_c e_cᵀ], [0, Aᵀ]]. */
function noiseOver(a: Matrix, propagator: Matrix, c: number, h: number): Matrix {
  const d = a.rows
  const n = 2 * d
  const block = matrix(n, n)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      block.data[i * n + j] = -h * a.data[i * d + j]!
      block.data[(d + i) * n + d + j] = h * a.data[j * d + i]!
    }
  }
  block.data[c * n + d + c] = h
  const e = matrixExponential(block)
  const corner = matrix(d, d)
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) corner.data[i * d + j] = e.data[i * n + d + j]!
  return multiply(propagator, corner)
}
