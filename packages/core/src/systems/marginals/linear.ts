import type { Drift } from '../../bridge/drift.js'
import { matrix } from '../../num/matrix.js'
import { type Family, type FamilyContext, freeParameter } from './family.js'

/** No drift: the plain Schrödinger bridge, and what a smooth velocity is without a velocity. */
export function brownianFamily({ dimension: d }: FamilyContext, name: 'brownian' | 'smooth' = 'brownian'): Family {
  const drift: Drift = {
    dimension: d,
    parameterCount: 0,
    value: (_x, _time, _theta, out) => void out.fill(0, 0, d),
    jacobian: (_x, _time, _theta, out) => void out.fill(0),
    gradient: () => {},
    linear: () => ({ matrix: matrix(d, d), offset: new Float64Array(d) })
  }
  return { name, drift, parameters: [], starts: 1 }
}

/** Ornstein–Uhlenbeck with a full matrix: b(x) = A x + c, θ = (A row by row, c). */
export function linearFamily({ dimension: d, interval, mean, spread, columnNames }: FamilyContext): Family {
  const p = d * d + d
  const drift: Drift = {
    dimension: d,
    parameterCount: p,
    value(x, _time, theta, out) {
      for (let a = 0; a < d; a++) {
        let sum = theta[d * d + a]!
        for (let b = 0; b < d; b++) sum += theta[a * d + b]! * x[b]!
        out[a] = sum
      }
    },
    jacobian: (_x, _time, theta, out) => void out.set(theta.subarray(0, d * d)),
    gradient(x, _time, _theta, out) {
      out.fill(0)
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) out[a * p + a * d + b] = x[b]!
        out[a * p + d * d + a] = 1
      }
    },
    linear: (theta) => ({ matrix: matrix(d, d, theta.slice(0, d * d)), offset: theta.slice(d * d, p) })
  }
  const rate = 50 / interval
  const entries = columnNames.flatMap((row, a) =>
    columnNames.map((col, b) => freeParameter(`A[${row},${col}]`, (rate * spread[a]!) / spread[b]!))
  )
  const offsets = columnNames.map((row, a) => freeParameter(`c[${row}]`, rate * (Math.abs(mean[a]!) * d + 10 * spread[a]!)))
  return { name: 'linear', drift, parameters: [...entries, ...offsets], starts: 1 }
}
