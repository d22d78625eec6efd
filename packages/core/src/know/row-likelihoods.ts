import { symmetricEigen } from '../num/eigen.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { derivative, isLinearByClass } from '../table/derivative.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { byClass, columnsOf, type Expression, evaluate, indicatorsOf } from '../table/expression.js'
import type { ObservationExpression } from '../table/parse-expression.js'
import { decoderOf, type NumericScaler } from '../table/scaling.js'
import type { Evidence } from './evidence.js'
import { factorOf, holdsAt } from './indicators.js'
import { type LikelihoodModule, type LikelihoodRow, moduleGradient, moduleValue, rowAt } from './likelihood-row.js'
import type { RowLikelihood } from './row-evidence.js'

/** A numeric column as a function of its coordinate. */
interface Decoded {
  readonly name: string
  readonly coordinate: number
  readonly scaler: NumericScaler
  readonly decode: (z: number) => number
}

/** Half-width, in coordinates, of the differences that stand for slopes of quantile scalings. */
const WIDE = 0.15

/** d column / d coordinate. */
export function slopeAt(scaler: NumericScaler, z: number): number {
  if (scaler.method === 'standard') return scaler.nonNegative && scaler.centre + scaler.scale * z < 0 ? -scaler.scale : scaler.scale
  const decode = decoderOf(scaler)
  return (decode(z + WIDE) - decode(z - WIDE)) / (2 * WIDE)
}

function decodedColumns(encoder: Encoder): Decoded[] {
  return encoder.columns.flatMap((code) =>
    code.carries === 'coordinate'
      ? [{ name: code.name, coordinate: code.coordinate, scaler: code.scaler, decode: decoderOf(code.scaler) }]
      : []
  )
}

/** An observation in rows of one class. */
interface WithinClass {
  readonly residual: Expression
  /** By used column. */
  readonly slopes: readonly Expression[]
}

/**
 * Noisy observations of expressions: exact where they are linear and scaled linearly, linearised otherwise. Rows of a class
 * have constant indicators: its stand-in has them moved over.
 */
export function observationLikelihood(encoder: Encoder, observations: readonly ObservationExpression[]): RowLikelihood {
  const d = encoder.coordinateCount
  const decoded = decodedColumns(encoder)
  const constants = new Map(encoder.columns.flatMap((code) => (code.carries === 'constant' ? [[code.name, code.value] as const] : [])))
  const indicators = observations.flatMap(({ residual }) => indicatorsOf(residual))
  const holds = holdsAt(encoder, indicators)
  const compiled = observations.map(({ residual, deviation }) => {
    const names = columnsOf(residual)
    const used = decoded.filter(({ name }) => names.includes(name))
    const standard = used.every(({ scaler }) => scaler.method === 'standard')
    const within = byClass(
      residual,
      (own): WithinClass => ({
        residual: own,
        slopes: used.map(({ name }) => derivative(own, name))
      })
    )
    const monotone = isLinearByClass(residual)
    return { deviation, used, within, linear: standard && monotone, monotone }
  })
  const columns = new Map(decoded.map((one) => [one.name, one]))
  const reader = (point: Float64Array) => (name: string) => {
    const column = columns.get(name)
    return column ? column.decode(point[column.coordinate]!) : constants.get(name)!
  }
  const residuals = (point: Float64Array, codes: Int32Array): Float64Array =>
    Float64Array.from(compiled, ({ deviation, within }) => evaluate(within(holds(codes)).residual, reader(point)) / deviation)
  return {
    touches: [...new Set(compiled.flatMap(({ used }) => used.map(({ coordinate }) => coordinate)))].sort((a, b) => a - b),
    factors: [...new Set(indicators.map((indicator) => factorOf(encoder, indicator)))].sort((a, b) => a - b),
    linear: compiled.every(({ linear }) => linear),
    monotone: compiled.every(({ monotone }) => monotone),
    residuals,
    value(point, codes) {
      const total = residuals(point, codes).reduce((sum, r) => sum - 0.5 * r * r, 0)
      return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
    },
    standIn(at, codes) {
      const rows = matrix(compiled.length, d)
      const targets = new Float64Array(compiled.length)
      const read = reader(at)
      for (const [o, { deviation, used, within }] of compiled.entries()) {
        const { residual, slopes } = within(holds(codes))
        targets[o] = -evaluate(residual, read) / deviation
        used.forEach(({ coordinate, scaler }, k) => {
          rows.data[o * d + coordinate] = (evaluate(slopes[k]!, read) * slopeAt(scaler, at[coordinate]!)) / deviation
        })
      }
      if (!(targets.every(Number.isFinite) && rows.data.every(Number.isFinite))) return undefined
      return { constant: 0, rows, targets }
    }
  }
}

/**
 * A user's likelihood over rows; with a gradient also a local Gaussian: its curvature from differences of the gradient in the
 * units of the columns. How a coordinate's slope changes is left out (Gauss–Newton): under a quantile scaling it is ragged, and
 * would drown the curvature.
 */
export function moduleLikelihood(encoder: Encoder, module: LikelihoodModule): RowLikelihood {
  const { gradient } = module
  const value = moduleValue(encoder, module)
  if (!gradient) return { value, linear: false }
  const decoded = decodedColumns(encoder)
  const gradientAt = moduleGradient(
    encoder,
    gradient,
    decoded.map(({ name }) => name)
  )
  return {
    value,
    linear: false,
    standIn(at, codes) {
      const constant = value(at, codes)
      if (constant === Number.NEGATIVE_INFINITY) return undefined
      const slopes = new Float64Array(at.length)
      for (const { coordinate, scaler } of decoded) slopes[coordinate] = slopeAt(scaler, at[coordinate]!)
      const tilt = new Float64Array(at.length)
      const row = rowAt(encoder, at, codes)
      gradientAt(row).forEach((entry, k) => {
        const { coordinate } = decoded[k]!
        tilt[coordinate] = entry * slopes[coordinate]!
      })
      const curvature = curvatureAt({ at, row, slopes, decoded, gradientAt })
      const rows = concaveRoot(curvature)
      return { constant, tilt, rows, targets: new Float64Array(rows.rows) }
    }
  }
}

/** Half-width, in coordinates, of the differences that give curvature. */
const STEP = { standard: 0.05, quantile: WIDE }

interface CurvatureProblem {
  readonly at: Float64Array
  /** The same in the units of the columns: only one cell at a time differs from it. */
  readonly row: LikelihoodRow
  /** d column / d coordinate, by coordinate. */
  readonly slopes: Float64Array
  readonly decoded: readonly Decoded[]
  /** By decoded column, in its units. */
  readonly gradientAt: (row: LikelihoodRow) => Float64Array
}

/** −∂² log L by coordinates [d, d]: second differences in the units of the columns, times the slopes of both. */
function curvatureAt({ at, row, slopes, decoded, gradientAt }: CurvatureProblem): Matrix {
  const d = at.length
  const curvature = matrix(d, d)
  for (const { name, coordinate: c, scaler, decode } of decoded) {
    if (row[name] === null) continue
    const half = STEP[scaler.method]
    const [bottom, top] = [decode(at[c]! - half), decode(at[c]! + half)]
    const gap = top! - bottom!
    if (gap === 0) continue
    const above = gradientAt({ ...row, [name]: top! })
    const below = gradientAt({ ...row, [name]: bottom! })
    decoded.forEach(({ coordinate: k }, place) => {
      const entry = (-0.5 * (above[place]! - below[place]!) * slopes[c]! * slopes[k]!) / gap
      curvature.data[c * d + k] = curvature.data[c * d + k]! + entry
      curvature.data[k * d + c] = curvature.data[k * d + c]! + entry
    })
  }
  return curvature
}

/** F with FᵀF = the curvature where log L falls off. Directions in which it is convex stay linear: no Gaussian falls off there. */
function concaveRoot(curvature: Matrix): Matrix {
  const d = curvature.rows
  const { values, vectors } = symmetricEigen(curvature)
  const kept = values.filter((x) => x > 1e-9).length
  const rows = matrix(kept, d)
  for (let r = 0; r < kept; r++) for (let c = 0; c < d; c++) rows.data[r * d + c] = Math.sqrt(values[r]!) * vectors.data[c * d + r]!
  return rows
}

interface Observed {
  readonly observations: readonly ObservationExpression[]
  readonly module: LikelihoodModule | undefined
}

/** Observations, and a user's likelihood, of a row. */
export function rowLikelihoods(encoder: Encoder, { observations, module }: Observed): RowLikelihood[] {
  return [
    ...(observations.length > 0 ? [observationLikelihood(encoder, observations)] : []),
    ...(module ? [moduleLikelihood(encoder, module)] : [])
  ]
}

/** Log-likelihood of every row [n]. */
export function logLikelihoodsOf(evidence: Evidence, rows: Encoded): Promise<Float64Array> {
  return evidence.value(
    rows,
    Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
  )
}
