import type { Unit } from '../../law/units.js'
import { regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Pairs } from './pairs.js'

/** A linear regression of what comes next on what came before. Plain data. */
export interface Prewhitening {
  /** [k, t]: inputs by outputs. */
  readonly slopes: Matrix
  /** [t] */
  readonly intercepts: Float64Array
}

/**
 * Least squares of outputs on inputs, of each unit on its own inputs (numbered behind all outputs). What is left of a series is drawn better than its values are: it
 * is as far as the series goes in a step, whereas rows that are near each other in many columns may lie many steps apart in one.
 * Cost O(M·k²) a unit, memory O(k²).
 * @source Press, Tukey 1956 (prewhitening); Bühlmann, Bernoulli 1997 (residuals of an autoregression, drawn anew).
 */
export function prewhitening({ inputs, outputs }: Pairs, units: readonly Unit[]): Prewhitening {
  const [means, outMeans] = [inputs, outputs].map(columnMeans) as [Float64Array, Float64Array]
  const slopes = matrix(inputs.cols, outputs.cols)
  for (const unit of units) {
    const own = Array.from(unit.givens, (c) => c - outputs.cols)
    const targets = Array.from(unit.targets)
    const k = own.length
    const normal = new Float64Array(k * k)
    const right = targets.map(() => new Float64Array(k))
    const row = new Float64Array(k)
    for (let i = 0; i < inputs.rows; i++) {
      for (const [a, c] of own.entries()) row[a] = inputs.data[i * inputs.cols + c]! - means[c]!
      for (let a = 0; a < k; a++) for (let b = 0; b <= a; b++) normal[a * k + b] = normal[a * k + b]! + row[a]! * row[b]!
      for (const [o, c] of targets.entries()) {
        const y = outputs.data[i * outputs.cols + c]! - outMeans[c]!
        for (let a = 0; a < k; a++) right[o]![a] = right[o]![a]! + row[a]! * y
      }
    }
    for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) normal[b * k + a] = normal[a * k + b]!
    // Columns of which one tells another are singular.
    regularCholeskyInPlace(normal, k)
    for (const [o, c] of targets.entries()) {
      const found = right[o]!
      solveLowerInPlace(normal, k, found)
      solveLowerTransposedInPlace(normal, k, found)
      for (const [a, input] of own.entries()) slopes.data[input * outputs.cols + c] = found[a]!
    }
  }
  const intercepts = outMeans.map((mean, c) => mean - means.reduce((sum, x, k) => sum + x * slopes.data[k * outputs.cols + c]!, 0))
  return { slopes, intercepts }
}

/** Outputs with what inputs say of them added, or taken away. Cost O(M·k·t). */
export function whitened(
  { inputs, outputs }: Pairs,
  { by, sign }: { readonly by: Prewhitening | undefined; readonly sign: 1 | -1 }
): Matrix {
  if (!by) return outputs
  const { slopes, intercepts } = by
  const out = matrix(outputs.rows, outputs.cols, outputs.data.slice())
  for (let i = 0; i < out.rows; i++)
    for (let c = 0; c < out.cols; c++) {
      let said = intercepts[c]!
      for (let k = 0; k < inputs.cols; k++) said += slopes.data[k * out.cols + c]! * inputs.data[i * inputs.cols + k]!
      out.data[i * out.cols + c] = out.data[i * out.cols + c]! + sign * said
    }
  return out
}

const columnMeans = (m: Matrix): Float64Array => {
  const out = new Float64Array(m.cols)
  for (let i = 0; i < m.rows; i++) for (let c = 0; c < m.cols; c++) out[c] = out[c]! + m.data[i * m.cols + c]! / m.rows
  return out
}
