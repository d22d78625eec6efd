import { exp, log } from '../../num/elementary.js'
import { dot } from '../../num/linear-algebra.js'
import type { Matrix } from '../../num/matrix.js'
import type { Curve } from './newton.js'

/**
 * Log-likelihood of a logistic regression with an intercept as the first coefficient. Newton's steps on it are iteratively
 * reweighted least squares.
 * @source McCullagh, Nelder, *Generalized linear models*, 1989.
 */
export function logisticCurve(x: Matrix, y: Float64Array): (place: Float64Array) => Curve {
  return curveOfRows(x, (eta, i) => {
    const small = exp(-Math.abs(eta))
    const share = eta >= 0 ? 1 / (1 + small) : small / (1 + small)
    return { value: y[i]! * eta - Math.max(eta, 0) - log(1 + small), residual: y[i]! - share, weight: share * (1 - share) }
  })
}

/** Minus half the sum of the squared residuals of a linear regression with an intercept as the first coefficient. */
export function linearCurve(x: Matrix, y: Float64Array): (place: Float64Array) => Curve {
  return curveOfRows(x, (eta, i) => ({ value: -0.5 * (y[i]! - eta) ** 2, residual: y[i]! - eta, weight: 1 }))
}

/** What a row adds, by its linear predictor: value, its slope and minus its curvature. */
type RowCurve = (eta: number, row: number) => { readonly value: number; readonly residual: number; readonly weight: number }

function curveOfRows({ data, rows, cols }: Matrix, of: RowCurve): (place: Float64Array) => Curve {
  const p = cols + 1
  return (place) => {
    const curve = { value: 0, gradient: new Float64Array(p), information: new Float64Array(p * p) }
    const row = new Float64Array(p).fill(1)
    for (let i = 0; i < rows; i++) {
      row.set(data.subarray(i * cols, (i + 1) * cols), 1)
      const { value, residual, weight } = of(dot(row, place), i)
      curve.value += value
      for (let a = 0; a < p; a++) {
        curve.gradient[a]! += residual * row[a]!
        for (let b = 0; b < p; b++) curve.information[a * p + b]! += weight * row[a]! * row[b]!
      }
    }
    return curve
  }
}

/** Rows of a survival study: how long each was seen, and whether it ended in the event. */
interface Survival {
  readonly time: Float64Array
  readonly event: Uint8Array
}

/** Sums over rows of their weights, weighted coordinates and weighted products. */
class RiskSums {
  weight = 0
  readonly first: Float64Array
  readonly second: Float64Array

  constructor(readonly p: number) {
    this.first = new Float64Array(p)
    this.second = new Float64Array(p * p)
  }

  add({ data, cols }: Matrix, row: number, weight: number): void {
    this.weight += weight
    for (let a = 0; a < cols; a++) {
      const part = weight * data[row * cols + a]!
      this.first[a]! += part
      for (let b = 0; b < cols; b++) this.second[a * cols + b]! += part * data[row * cols + b]!
    }
  }
}

/**
 * Log partial likelihood of Cox's proportional hazards, ties after Efron: of d events at one time the l-th (from 0) is held
 * against those at risk less l/d of the events.
 * @source Efron, *The efficiency of Cox's likelihood function for censored data*, JASA 1977.
 * Cost O(n·p²) an evaluation.
 */
export function coxCurve(x: Matrix, { time, event }: Survival): (place: Float64Array) => Curve {
  const { rows, cols: p } = x
  const order = Array.from(time, (_, i) => i).sort((a, b) => time[b]! - time[a]! || a - b)
  return (place) => {
    const eta = Float64Array.from({ length: rows }, (_, i) => place.reduce((sum, b, c) => sum + b * x.data[i * p + c]!, 0))
    const top = eta.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
    const curve = { value: 0, gradient: new Float64Array(p), information: new Float64Array(p * p) }
    const risk = new RiskSums(p)
    for (let start = 0, end = 0; start < rows; start = end) {
      const dying = new RiskSums(p)
      let deaths = 0
      for (; end < rows && time[order[end]!] === time[order[start]!]; end++) {
        const i = order[end]!
        const weight = exp(eta[i]! - top)
        risk.add(x, i, weight)
        if (!event[i]) continue
        dying.add(x, i, weight)
        deaths++
        curve.value += eta[i]! - top
        for (let c = 0; c < p; c++) curve.gradient[c]! += x.data[i * p + c]!
      }
      for (let l = 0; l < deaths; l++) takeEvent(curve, { risk, dying, share: l / deaths })
    }
    return curve
  }
}

interface Event {
  readonly risk: RiskSums
  readonly dying: RiskSums
  readonly share: number
}

function takeEvent(
  curve: { value: number; readonly gradient: Float64Array; readonly information: Float64Array },
  { risk, dying, share }: Event
): void {
  const { p } = risk
  const weight = risk.weight - share * dying.weight
  curve.value -= log(weight)
  const means = Float64Array.from({ length: p }, (_, a) => (risk.first[a]! - share * dying.first[a]!) / weight)
  for (let a = 0; a < p; a++) {
    curve.gradient[a]! -= means[a]!
    for (let b = 0; b < p; b++)
      curve.information[a * p + b]! += (risk.second[a * p + b]! - share * dying.second[a * p + b]!) / weight - means[a]! * means[b]!
  }
}
